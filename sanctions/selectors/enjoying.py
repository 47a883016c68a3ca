"""The seam through which higher apps tell what good standing brings: red lists and the green channel lie above.

Sources are registered once, in `AppConfig.ready()`, and never change afterwards.
"""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Enjoyed:
    """Something that good standing brings a subject on a day. `kind`: `incentive` or `green-channel`; `why`: the honour,
    or the condition that is met; `until`: the last day by dates alone, None where nothing ends it; `missing_papers`: an
    application may be accepted with papers to follow (容缺受理)."""

    kind: str
    code: str
    label: str
    basis: str
    why: str
    until: date | None
    missing_papers: bool = False


# Given ids of subjects, a day and a matter ("" for all): subject → what it enjoys; nobody who enjoys nothing.
Source = Callable[[Collection[int], date, str], Mapping[int, Sequence[Enjoyed]]]

_sources: dict[str, Source] = {}


def register_enjoyed(name: str, source: Source) -> None:
    """Let checks ask `source`; the same name again replaces it."""
    _sources[name] = source


def enjoyed_by(subject_ids: Collection[int], on: date, matter: str) -> dict[int, list[Enjoyed]]:
    """Return subject → what its good standing brings it in a matter on `on`, by every registered source."""
    found: dict[int, list[Enjoyed]] = {}
    for name in sorted(_sources):
        for subject_id, enjoyed in _sources[name](subject_ids, on, matter).items():
            found.setdefault(subject_id, []).extend(enjoyed)
    return found
