"""Figures of dual publicity in a month: what was decided, reported, published, accepted, and in time. No database.

Counted by the day of the decision. The indicators are those of the assessments of 双公示:
上报率 = reported ÷ produced; 公示率 = published ÷ produced; 合规率 = accepted ÷ reported; 及时率 = reported within the time
limit ÷ reported. Produced are the decisions that must be public: known ones that are not exempt, and those found
elsewhere that nobody reported (瞒报). Reported is what was sent to a publication channel, from the first time on;
accepted what a channel has acknowledged and none has sent back.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, fields
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

FULL_MARK: Final = Decimal("100.0")  # the county's sources ask for all of it; assessments elsewhere take 95
_TENTH = Decimal("0.1")


@dataclass
class Counts:
    """Numbers of decisions. `known` recorded here and not exempt, `late` reported after the time limit, `unreported` and
    `unpublished` past it and not reported or public, `published_late` public after it, `refused` sent back by a channel,
    `unanswered` reported without an answer yet, `pending` drafts to be confirmed."""

    known: int = 0
    reported: int = 0
    accepted: int = 0
    published: int = 0
    late: int = 0
    unreported: int = 0
    unpublished: int = 0
    published_late: int = 0
    pending: int = 0
    exempt: int = 0
    refused: int = 0
    unanswered: int = 0
    concealed: int = 0
    undated: int = 0

    @property
    def produced(self) -> int:
        """Decisions that must be public, reported or not."""
        return self.known + self.concealed

    @property
    def not_reported(self) -> int:
        """Decisions that must be public and were sent nowhere, whether their time is over or not."""
        return self.produced - self.reported

    @property
    def in_time(self) -> int:
        """Reported within the time limit."""
        return self.reported - self.late - self.undated

    @property
    def reported_rate(self) -> Decimal | None:
        """上报率 in per cent, None where nothing was produced."""
        return _rate(self.reported, self.produced)

    @property
    def published_rate(self) -> Decimal | None:
        """公示率 in per cent."""
        return _rate(self.published, self.produced)

    @property
    def accepted_rate(self) -> Decimal | None:
        """合规率 in per cent."""
        return _rate(self.accepted, self.reported)

    @property
    def timely_rate(self) -> Decimal | None:
        """及时率 in per cent; those without a time limit are left out."""
        return _rate(self.in_time, self.reported - self.undated)

    @property
    def rates(self) -> tuple[Decimal | None, ...]:
        """The four indicators in order."""
        return self.reported_rate, self.published_rate, self.accepted_rate, self.timely_rate

    @property
    def score(self) -> Decimal | None:
        """The mean of the indicators that exist; what departments are ranked by. None without any."""
        known = [rate for rate in self.rates if rate is not None]
        return (sum(known, Decimal()) / len(known)).quantize(_TENTH, ROUND_HALF_UP) if known else None

    def add(self, other: "Counts") -> None:
        """Add another's numbers."""
        for each in fields(self):
            setattr(self, each.name, getattr(self, each.name) + getattr(other, each.name))


@dataclass(frozen=True)
class Decision:
    """What counts about a decision. `is_exempt`: it need not be public; `reported_on`, `public_on`: when it was first sent
    and first published (None: not yet); `due_on`: until when both are due (None: no time limit)."""

    is_draft: bool
    is_exempt: bool
    reported_on: date | None
    is_accepted: bool
    is_refused: bool
    due_on: date | None
    public_on: date | None


def counts_of(each: Decision, on: date, number: int = 1) -> Counts:
    """Return what `number` decisions that are alike count as on the day `on`."""
    if each.is_exempt:
        return Counts(exempt=number)
    due, is_reported, is_public = each.due_on, each.reported_on is not None, each.public_on is not None
    is_over = due is not None and due < on
    held = {
        "known": True,
        "pending": each.is_draft,
        "reported": is_reported,
        "undated": is_reported and due is None,
        "late": _is_after(each.reported_on, due),
        "unreported": not is_reported and is_over,
        "refused": each.is_refused,
        "accepted": each.is_accepted and not each.is_refused,
        "unanswered": is_reported and not each.is_accepted and not each.is_refused,
        "published": is_public,
        "published_late": _is_after(each.public_on, due),
        "unpublished": not each.is_draft and not is_public and is_over,
    }
    return Counts(**{name: number for name, holds in held.items() if holds})


def _is_after(day: date | None, due: date | None) -> bool:
    return day is not None and due is not None and day > due


def _rate(part: int, whole: int) -> Decimal | None:
    """Return a percentage to one place, half up, yet never 100 where one is missing: nobody reads a full mark that is none."""
    if not whole:
        return None
    rate = (Decimal(100 * part) / whole).quantize(_TENTH, ROUND_HALF_UP)
    return min(rate, FULL_MARK - _TENTH) if part < whole else rate


@dataclass
class Line:
    """The figures of one department (or of all), penalties and permits apart."""

    code: str
    label: str
    penalty: Counts = field(default_factory=Counts)
    permit: Counts = field(default_factory=Counts)

    @property
    def total(self) -> Counts:
        """Penalties and permits together."""
        both = Counts()
        both.add(self.penalty)
        both.add(self.permit)
        return both

    def of(self, kind: str) -> Counts:
        """Return the counts of `penalty` or `permit`."""
        return self.penalty if kind == "penalty" else self.permit


@dataclass(frozen=True)
class Place:
    """A department's place; equal scores share one, and the next place is skipped for each."""

    place: int
    line: Line
    score: Decimal


def ranking(lines: Iterable[Line]) -> list[Place]:
    """Rank departments by score, the best first; who produced nothing has no place."""
    scored = [(score, line) for line in lines if (score := line.total.score) is not None]
    scored.sort(key=lambda pair: (-pair[0], pair[1].code))
    return [Place(1 + sum(other > score for other, _ in scored), line, score) for score, line in scored]
