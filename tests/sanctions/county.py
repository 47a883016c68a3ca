"""A small county at random, with every oddity that the whole-county question must answer as one evaluation does."""

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from random import Random
from typing import TypeVar

from django.db.models import Model
from django.utils import timezone

from registry.models import (
    AccidentDetail,
    Department,
    Finding,
    PenaltyDetail,
    PolicyVersion,
    Record,
    RecordItem,
    Subject,
)
from registry.rules.findings import FINDINGS
from registry.rules.policy.loader import LoadedPack
from registry.rules.policy.schema import Pack
from registry.rules.synthetic import make_uscc
from sanctions.models import Case, EntryGround, EntryPause, ListEntry
from tests.factories import make_department

Row = TypeVar("Row", bound=Model)
ONE_DAY = dt.timedelta(days=1)
ENDS = ["term", "term", "term", "repaired", "moved", "revoked", "corrected"]


@dataclass
class County:
    """Builds `size` subjects with records, classifications and entries under one pack, the same for the same seed.

    `ahead`: by how many days dates may lie after the day asked.
    """

    loaded: LoadedPack
    on: dt.date
    size: int = 70
    seed: int = 0
    ahead: int = 30
    chance: Random = field(init=False)
    department: Department = field(init=False)
    _rows: dict[type[Model], list[Model]] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.chance = Random(f"{self.loaded.id}/{self.seed}")
        self.department = make_department()
        self.policy = PolicyVersion.objects.filter(pack_id=self.loaded.id).first() or PolicyVersion.objects.create(
            pack_id=self.loaded.id, content_hash=self.loaded.content_hash, title=self.loaded.id, issuer="演示机关",
            authority="local-document", text="{}", loaded_at=timezone.now(),
        )  # fmt: skip
        self.subjects = [self._subject(number) for number in range(self.size)]
        Subject.objects.bulk_create(self.subjects)
        for subject in self.subjects:
            records = [self._record(subject) for _ in range(self.chance.choice([0, 1, 1, 2, 3, 5, 9]))]
            if self.pack.lists and self.chance.random() < 0.4:
                self._entries(subject, records)
        for model, rows in self._rows.items():
            model._base_manager.bulk_create(rows)

    @property
    def pack(self) -> Pack:
        return self.loaded.pack

    def _add(self, row: Row) -> Row:
        """Write the row with the others of its model, when all are there: one by one takes ten times as long."""
        self._rows.setdefault(type(row), []).append(row)
        return row

    def _subject(self, number: int) -> Subject:
        serial = self.seed * 100_000 + number
        is_person = self.chance.random() < 0.35
        scope = self.pack.head.scope.sectors
        sectors = [[], ["elsewhere"], [scope.values[0], "elsewhere"]] if scope else [[], ["elsewhere"]]
        born = self.chance.choice([None, dt.date(1980, 2, 28), dt.date(2008, 2, 29), self._near(18), self._near(20)])
        return Subject(
            kind="person" if is_person else "organization",
            category="person" if is_person else "enterprise",
            name=f"演示主体{serial}",
            uscc=None if is_person else make_uscc("9", "1", "370323", 5_000_000 + serial),
            born_on=born if is_person else None,
            sectors=self.chance.choice(sectors),
            risk=self.chance.choice(["", "low", "major"]),
            standardisation=self.chance.choice([None, 1, 3]),
        )

    def _near(self, years: int) -> dt.date:
        """A birthday so many years ago, give or take two years."""
        return self.on - dt.timedelta(days=int(years * 365.25) + self.chance.randrange(-800, 800))

    def day(self) -> dt.date:
        """A day of the last years, often one on which a window's edge falls; now and then a later one."""
        edges = [0, 1, 364, 365, 366, 367, 730, 731, 1095, 1096, 1826, 1827]
        if self.chance.random() < 0.4:
            return self.on - dt.timedelta(days=self.chance.choice(edges))
        return self.on - dt.timedelta(days=self.chance.randrange(-self.ahead, 1500))

    def _record(self, subject: Subject) -> Record:
        chance = self.chance
        kind = chance.choice(["penalty", "penalty", "penalty", "accident", "misconduct", "honour", "permit"])
        decided = self.day()
        occurred = chance.choice([None, decided, decided - dt.timedelta(days=chance.randrange(400))])
        voided = chance.choice([None] * 6 + [decided, self.day()])
        state = "voided" if voided else chance.choice(["confirmed"] * 8 + ["repaired", "repaired", "draft"])
        record = self._add(Record(
            subject=subject, department=self.department, kind=kind, state=state, title="演示事由",
            recorded_at=timezone.now(), occurred_on=occurred, decided_on=decided, voided_on=voided,
            corrected_on=chance.choice([None, None, self.day()]), fulfilled_on=chance.choice([None, self.day()]),
            disputed_on=chance.choice([None] * 5 + [self.day()]),
            repaired_on=self.day() if state == "repaired" else None,
        ))  # fmt: skip
        self._details(record)
        return record

    def _details(self, record: Record) -> None:
        chance = self.chance
        if record.kind == "penalty" and chance.random() < 0.8:
            self._add(PenaltyDetail(
                record=record, violation_type="演示", basis="演示", content="演示", authority="演示机关",
                kinds=chance.choice([["警告"], ["罚款"], ["罚款", "吊销许可证件"], []]),
                procedure=chance.choice(["ordinary", "summary"]),
                fine=chance.choice([None, Decimal("2000"), Decimal("50000"), Decimal("49999.99")]),
            ))  # fmt: skip
        if record.kind == "accident" or chance.random() < 0.05:
            self._add(AccidentDetail(
                record=record, deaths=chance.choice([0, 1, 1, 2, 3, 9, 10, 30]), injured=chance.choice([0, 0, 9, 10]),
                loss=chance.choice([0, 9_999_999, 10_000_000]), is_liable=chance.random() < 0.7,
            ))  # fmt: skip
        codes = [item.code for item in self.pack.items]
        often = codes[:3] if chance.random() < 0.6 else codes
        for code in sorted(set(chance.choices(often, k=chance.choice([0, 1, 1, 1, 2])))) if codes else ():
            self._add(RecordItem(record=record, pack_id=self.pack.head.id, code=code))
        self._add(RecordItem(record=record, pack_id="another-pack", code="X1"))
        for code in dict.fromkeys(chance.choices(list(FINDINGS), k=chance.choice([0, 0, 1, 2]))):
            self._add(Finding(record=record, code=code, reason="演示", found_on=self.on))

    def _entries(self, subject: Subject, records: list[Record]) -> None:
        """Entries one after another, so that none overlaps; the newest may reach beyond the day."""
        start = self.on - dt.timedelta(days=self.chance.randrange(0, 2500))
        for number in range(self.chance.choice([1, 1, 2])):
            code = self.chance.choice([rule.code for rule in self.pack.lists])
            term = self.pack.lists_by_code[code].term
            last = term.last_day(start) + ONE_DAY if term else start + dt.timedelta(days=700)
            self._entry(subject, records, code, start, last, number)
            start = last + dt.timedelta(days=self.chance.randrange(1, 200))

    def _entry(
        self, subject: Subject, records: list[Record], code: str, start: dt.date, last: dt.date, number: int
    ) -> None:
        reason = self.chance.choice(ENDS)
        ends = last if reason == "term" else start + (last - start) * self.chance.choice([1, 2, 3]) / 4
        of = {"subject": subject, "policy": self.policy, "pack_id": self.pack.head.id, "list_code": code,
              "list_label": code, "department": self.department, "decided_on": start}  # fmt: skip
        case = self._add(Case(
            number=f"演{subject.pk}-{number}-{self.pack.head.id}", mode="internal", opened_on=start,
            state="published", **of,
        ))  # fmt: skip
        entry = self._add(ListEntry(
            case=case, is_public=True, clause="1", starts_on=start, term_ends_on=last, ends_on=ends, end_reason=reason,
            published_on=self.chance.choice([None, start, start]), **of,
        ))  # fmt: skip
        for record in self.chance.sample(records, min(len(records), self.chance.choice([0, 1, 1, 2]))):
            self._add(EntryGround(entry=entry, record=record))
        if self.chance.random() < 0.15:
            begin = start + dt.timedelta(days=self.chance.randrange(200))
            self._add(EntryPause(
                entry=entry, starts_on=begin, reason="演示",
                ends_on=self.chance.choice([None, begin + dt.timedelta(days=30)]),
            ))  # fmt: skip
