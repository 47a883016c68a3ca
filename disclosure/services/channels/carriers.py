"""The kinds of channels: what a kind needs to be told, and how it sends what a channel is owed."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from disclosure.models import Channel
from registry.models import Account

Now = Callable[[], datetime]
Counts = dict[str, int]


@dataclass(frozen=True)
class Setting:
    """One value that an administrator enters for a channel of the kind."""

    name: str
    label: str
    hint: str
    most: int = 500


@dataclass(frozen=True)
class Carrier:
    """A kind of channel.

    `check(settings)` raises InvalidInput (field: the setting's name). `send(channel, actor, now)` sends what is owed and
    may go, at least once, and returns counts by what happened (keys of `registry.rules.jobs.COUNT_LABELS`); run twice or
    late it leaves the same. `is_scheduled`: sent once a day or by button, else whenever something is owed.
    `is_signed`: the channel gets a secret. `has_folder`: files lie in a folder, answers are looked for beside them.
    """

    code: str
    label: str
    hint: str
    settings: tuple[Setting, ...]
    check: Callable[[dict[str, str]], None]
    send: Callable[[Channel, Account | None, Now], Counts]
    is_scheduled: bool
    is_signed: bool = False
    has_folder: bool = False


_carriers: dict[str, Carrier] = {}


def register_carrier(carrier: Carrier) -> None:
    """Make a kind of channel known; its module calls this when it is imported."""
    _carriers[carrier.code] = carrier


def carriers() -> list[Carrier]:
    """Return the kinds in the order in which they were registered."""
    return list(_carriers.values())


def carrier_of(channel: Channel) -> Carrier | None:
    """Return the channel's kind; None for one that this edition of the program does not know."""
    return _carriers.get(channel.kind)


def kind_label(channel: Channel) -> str:
    """Return what officers call the channel's kind."""
    carrier = carrier_of(channel)
    return carrier.label if carrier is not None else channel.kind
