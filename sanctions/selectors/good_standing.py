"""The seam through which higher apps tell who holds an honour: red lists lie above the negative lists.

Sources are registered once, in `AppConfig.ready()`, and never change afterwards.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class GoodStanding:
    """An honour in force. `key` names it for good (`honour:12`); `until`: first day without it, None: no known end;
    `department_id`: who recognised it, to be told of a clash."""

    key: str
    subject_id: int
    label: str
    department_id: int | None
    since: date
    until: date | None


# Given ids of subjects and a day: the honours in force on it that these subjects hold.
Source = Callable[[Collection[int], date], Iterable[GoodStanding]]

_sources: dict[str, Source] = {}


def register_good_standing(name: str, source: Source) -> None:
    """Let cross-checks ask `source`; the same name again replaces it."""
    _sources[name] = source


def good_standings(subject_ids: Collection[int], on: date) -> list[GoodStanding]:
    """Return every registered honour in force on `on` of these subjects."""
    return [each for name in sorted(_sources) for each in _sources[name](subject_ids, on)]
