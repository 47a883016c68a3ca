"""The seam through which higher apps tell what good standing brings: red lists, the green channel and tiers lie above.

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


@dataclass(frozen=True, slots=True)
class Graded:
    """A subject's supervision tier (信用等级) on a day and what follows from it. `is_pending`: facts are missing, or it is
    just being found anew: then nothing follows. `effect`: how it is inspected; `basis`: document and clause."""

    code: str
    label: str
    is_pending: bool
    since: date | None = None
    effect: str = ""
    basis: str = ""


# Given ids of subjects, a day and a matter ("" for all): subject → what it enjoys; nobody who enjoys nothing.
Source = Callable[[Collection[int], date, str], Mapping[int, Sequence[Enjoyed]]]

# Given ids of subjects and a day: subject → its tier; who is not graded is left out.
Grading = Callable[[Collection[int], date], Mapping[int, Graded]]

_sources: dict[str, Source] = {}
_gradings: dict[str, Grading] = {}


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


def register_grading(name: str, grading: Grading) -> None:
    """Let checks ask `grading`; the same name again replaces it."""
    _gradings[name] = grading


def graded_on(subject_ids: Collection[int], on: date) -> dict[int, Graded]:
    """Return subject → its tier on `on`, by every registered grading."""
    return {pk: tier for name in sorted(_gradings) for pk, tier in _gradings[name](subject_ids, on).items()}
