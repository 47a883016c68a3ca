"""The world that a pack is asked about: one subject, its dated records and list entries.

All dates are legal days in Asia/Shanghai; money is in yuan.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from types import MappingProxyType

from registry.rules.accidents import Grade, grade

from .head import SubjectKind

Day = dt.date


@dataclass(frozen=True, slots=True)
class SubjectFacts:
    """Who is asked about. `domains_blacklisted`: other fields on whose blacklist the subject stands."""

    kind: SubjectKind = "organization"
    sectors: frozenset[str] = frozenset()
    born_on: Day | None = None
    risk: str | None = None
    standardisation: str | None = None
    domains_blacklisted: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class AccidentFact:
    """Deaths, serious injuries, direct loss in yuan; `liable`: found to be a liability accident."""

    deaths: int = 0
    injured: int = 0
    loss_yuan: Decimal = Decimal(0)
    liable: bool = True
    grade: Grade = field(init=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "grade", grade(self.deaths, self.injured, self.loss_yuan))


@dataclass(frozen=True, slots=True)
class PenaltyFact:
    """Kinds as in 行政处罚法 art. 9, the fine in yuan, the procedure (ordinary or summary)."""

    kinds: tuple[str, ...] = ()
    fine_yuan: Decimal | None = None
    procedure: str = "ordinary"


@dataclass(frozen=True, slots=True)
class RecordFact:
    """One dated fact. `title`: how officers see it in sentences; the id where it is empty. `repaired_on`: from then on
    it supports no list and is not public, and still stands against an honour.
    """

    id: str
    item: str | None = None
    accident: AccidentFact | None = None
    penalty: PenaltyFact | None = None
    honour: str | None = None
    permit: bool = False
    occurred_on: Day | None = None
    decided_on: Day | None = None
    corrected_on: Day | None = None
    fulfilled_on: Day | None = None
    voided_on: Day | None = None
    disputed_on: Day | None = None
    repaired_on: Day | None = None
    findings: frozenset[str] = frozenset()
    repair_class: str | None = None
    title: str = ""

    @property
    def counts_on(self) -> Day | None:
        """The day from which it counts: an accident's occurrence, everything else's decision.

        An accident whose day is not recorded counts from its decision; anything else that is not decided
        does not count yet (None).
        """
        if self.accident is not None and self.occurred_on is not None:
            return self.occurred_on
        return self.decided_on

    @property
    def is_adverse(self) -> bool:
        """Whether it speaks against the subject: an item, a penalty or a liable accident."""
        return bool(self.item or self.penalty or (self.accident and self.accident.liable))

    def exists_on(self, day: Day) -> bool:
        """Tell whether the record exists on `day`: its own day has come and it is not voided."""
        counted = self.counts_on
        return counted is not None and counted <= day and (self.voided_on is None or self.voided_on > day)

    def is_repaired_on(self, day: Day) -> bool:
        """Tell whether credit repair has been granted for it by `day`."""
        return self.repaired_on is not None and self.repaired_on <= day

    @property
    def name(self) -> str:
        """How sentences call it."""
        return self.title or f"记录{self.id}"


@dataclass(frozen=True, slots=True)
class ListingFact:
    """One entry on a list. `pauses`: half-open [from, to); `ended_on`: the first day it is no longer in
    force; `time`: which time the subject is on this list; `revoked`: ended as wrong, so its grounds are
    free again.
    """

    id: str
    list_code: str
    published_on: Day
    grounds: tuple[str, ...] = ()
    pauses: tuple[tuple[Day, Day], ...] = ()
    ended_on: Day | None = None
    time: int = 1
    revoked: bool = False


@dataclass(frozen=True, slots=True)
class History:
    """All records and entries of one subject, documents handed in for repair, events that start a deadline.

    `events`: event code → day.
    """

    records: tuple[RecordFact, ...] = ()
    listings: tuple[ListingFact, ...] = ()
    documents: frozenset[str] = frozenset()
    events: Mapping[str, Day] = field(default_factory=lambda: MappingProxyType({}))

    def known_on(self, day: Day) -> "History":
        """Return this history as it was known on `day`: without what happened only afterwards."""
        records = tuple(
            _record_known_on(record, day)
            for record in self.records
            if record.counts_on is not None and record.counts_on <= day
        )
        listings = tuple(_listing_known_on(listing, day) for listing in self.listings if listing.published_on <= day)
        return replace(self, records=records, listings=listings)


_FACT_DAYS = ("decided_on", "corrected_on", "fulfilled_on", "voided_on", "disputed_on", "repaired_on")


def _record_known_on(record: RecordFact, day: Day) -> RecordFact:
    values = ((name, getattr(record, name)) for name in _FACT_DAYS)
    later = {name: None for name, value in values if value is not None and value > day}
    return replace(record, **later) if later else record  # type: ignore[arg-type]


def _listing_known_on(listing: ListingFact, day: Day) -> ListingFact:
    if listing.ended_on is not None and listing.ended_on > day:
        listing = replace(listing, ended_on=None)
    if any(start > day for start, _ in listing.pauses):
        pauses = tuple(pause for pause in listing.pauses if pause[0] <= day)
        listing = replace(listing, pauses=pauses)
    return listing
