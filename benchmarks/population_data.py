"""A synthetic county of any size on PostgreSQL, the same for the same seed: numbers drawn by rule, text made up.

Subjects, records with details and classification under three packs, entries that have ended or are in force. Rows are
made here and sent by COPY into tables without indexes, which are built afterwards.
"""

import datetime as dt
import io
import random
import uuid
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from itertools import accumulate
from typing import Any

from django.db import connection
from django.utils import timezone

from registry.models import Department, PolicyVersion
from registry.services.policies import packs_load, policy_activate

POINTS, ACCIDENTS, MINISTRY = "nanning-urban", "saws-2017-49", "mem-2023-11"
FLUSH = 50_000
TABLES = (
    "registry_subject", "registry_record", "registry_recorditem", "registry_accidentdetail", "registry_finding",
    "sanctions_case", "sanctions_listentry", "sanctions_entryground", "sanctions_standing", "sanctions_populationrun",
    "registry_historicalrecord",
)  # fmt: skip


@dataclass(frozen=True)
class Size:
    """How large a county: subjects, records, list entries; years of records before the day asked."""

    subjects: int = 1_000_000
    records: int = 5_000_000
    entries: int = 100_000
    years: int = 7
    seed: int = 20261122
    deadlines: int = 200_000  # open ones; only a whole city has them (city.py)


@dataclass
class Rows:
    """Rows of one table on their way into it."""

    table: str
    columns: tuple[str, ...]
    buffer: io.StringIO = field(default_factory=io.StringIO)
    waiting: int = 0

    def add(self, *values: Any) -> None:
        """Take one row; None is empty."""
        self.buffer.write("\t".join("\\N" if value is None else str(value) for value in values) + "\n")
        self.waiting += 1
        if self.waiting >= FLUSH:
            self.send()

    def send(self) -> None:
        """Send what is waiting."""
        self.buffer.seek(0)
        with connection.cursor() as cursor:
            columns = ", ".join(self.columns)
            cursor.cursor.copy_expert(f"COPY {self.table} ({columns}) FROM STDIN", self.buffer)
        self.buffer, self.waiting = io.StringIO(), 0


@dataclass
class County:
    """Fills an empty, migrated database."""

    size: Size
    on: dt.date
    tables = TABLES

    def build(self, say: Callable[[str], None] = print) -> None:
        """Fill the tables; say what is done."""
        packs_load(at=timezone.now())
        for pack_id in (POINTS, MINISTRY):
            policy_activate(
                version=PolicyVersion.objects.filter(pack_id=pack_id).latest("pk"), mode="internal", actor=None,
                on=self.on - dt.timedelta(days=1),
            )  # fmt: skip
        self.department = Department.objects.create(code="bench", name="演示部门", short_name="演示", kind="bureau").pk
        self.policies = {pack_id: PolicyVersion.objects.filter(pack_id=pack_id).latest("pk").pk for pack_id in
                         (POINTS, ACCIDENTS, MINISTRY)}  # fmt: skip
        self.chance = random.Random(self.size.seed)
        built = _without_indexes(self.tables)
        self._fill(say)
        for statement in built:
            _execute(statement)
        for table in self.tables:
            _execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT COALESCE(MAX(id), 1) FROM {table}))"
                     if table != "registry_historicalrecord" else "SELECT 1")  # fmt: skip
        for table in self.tables:
            _execute(f"ANALYZE {table}")
        _execute("CHECKPOINT")
        say("indexes and statistics")

    def _fill(self, say: Callable[[str], None]) -> None:
        """Fill the tables while they have no indexes."""
        self._subjects()
        say(f"{self.size.subjects:,} subjects")
        self._records()
        say(f"{self.size.records:,} records")

    def _office(self) -> int:
        """The department that decides the next record or entry."""
        return self.department

    def _subjects(self) -> None:
        rows = Rows("registry_subject", _SUBJECT)
        chance = self.chance
        for number in range(1, self.size.subjects + 1):
            is_person = chance.random() < 0.3
            born = self.on - dt.timedelta(days=chance.randrange(20 * 365, 78 * 365)) if is_person else None
            sectors = chance.choice(["[]", '["mine"]', '["chemical"]', '["commerce"]', '["catering"]', '["other"]'])
            rows.add(
                number, 1, _uuid(chance), "person" if is_person else "organization",
                "person" if is_person else "enterprise", f"演示主体{number}", sectors, "active", born, "t",
                *[""] * 12, None,
            )  # fmt: skip
        rows.send()

    def _records(self) -> None:
        size, chance = self.size, self.chance
        self.out = {name: Rows(name, columns) for name, columns in _COLUMNS.items()}
        # Few subjects have many records: the weight of the n-th falls with n.
        weights = [1 / (rank + size.subjects / 500) ** 0.9 for rank in range(size.subjects)]
        order = list(range(1, size.subjects + 1))
        chance.shuffle(order)
        total = list(accumulate(weights))
        owners = sorted(chance.choices(order, cum_weights=total, k=size.records))
        del weights, total, order
        entries_left, numbers = size.entries, _Numbers()
        stamp = timezone.now().isoformat()
        index = 0
        while index < len(owners):
            subject, first = owners[index], index
            while index < len(owners) and owners[index] == subject:
                index += 1
            grave = [self._record(subject, numbers, stamp) for _ in range(index - first)]
            if entries_left:
                entries_left -= self._entries(subject, [each for each in grave if each], numbers, entries_left)
        for rows in self.out.values():
            rows.send()

    def _record(self, subject: int, numbers: "_Numbers", stamp: str) -> tuple[int, dt.date, str] | None:
        """One record; returns (record, day, pack) where it may be the ground of an entry."""
        chance, record = self.chance, numbers.next("record")
        day = self.on - dt.timedelta(days=int(chance.random() * 365.25 * self.size.years) + 1)
        draw = chance.random()
        kind = "accident" if draw < 0.01 else "misconduct" if draw < 0.1 else "permit" if draw < 0.4 else "penalty"
        voided = day + dt.timedelta(days=30) if chance.random() < 0.004 else None
        self.out["registry_record"].add(
            record, 1, _uuid(chance), kind, "voided" if voided else "confirmed", f"演{record}", f"演{record}", "演示事由",
            "", day - dt.timedelta(days=chance.randrange(1, 90)), day, stamp, voided, "", "f", "t", self._office(),
            subject,
        )  # fmt: skip
        if kind == "accident":
            return self._accident(record, day)
        if kind == "permit":
            return None
        return self._classify(record, day, numbers)

    def _accident(self, record: int, day: dt.date) -> tuple[int, dt.date, str] | None:
        deaths = self.chance.choices([0, 1, 2, 3, 10], weights=[5500, 4000, 475, 24, 1])[0]
        self.out["registry_accidentdetail"].add(record, 1, deaths, 0, 100_000, "t", record)
        return (record, day, ACCIDENTS) if deaths >= 3 else None

    def _classify(self, record: int, day: dt.date, numbers: "_Numbers") -> tuple[int, dt.date, str] | None:
        chance, draw = self.chance, self.chance.random()
        if draw < 0.40:
            code = chance.choices(["minor", "moderate", "severe"], weights=[80, 16, 4])[0]
            self._item(record, POINTS, code, numbers)
            return (record, day, POINTS)
        if draw < 0.413:
            self._item(record, ACCIDENTS, f"2.{chance.randrange(2, 11)}", numbers)
            self._item(record, MINISTRY, chance.choice(["A4", "A5", "B1", "B2", "B3"]), numbers)
            if chance.random() < 0.02:
                self.out["registry_finding"].add(numbers.next("finding"), 1, "serious-violation", "演示", day, record)
            return (record, day, ACCIDENTS)
        return None

    def _item(self, record: int, pack_id: str, code: str, numbers: "_Numbers") -> None:
        self.out["registry_recorditem"].add(numbers.next("item"), 1, pack_id, code, record)

    def _entries(self, subject: int, grounds: list[tuple[int, dt.date, str]], numbers: "_Numbers", left: int) -> int:
        """Entries on all that is grave by now: of the county's backlog nearly everything has been dealt with."""
        made = 0
        for pack_id, code in ((ACCIDENTS, "joint-sanction"), (MINISTRY, "blacklist"), (POINTS, "yellow")):
            mine = [each for each in grounds if each[2] == (POINTS if pack_id == POINTS else ACCIDENTS)]
            if not mine or left - made <= 0 or (pack_id == POINTS and len(mine) < 6):
                continue
            if self.chance.random() < 0.98:
                made += self._entry(subject, mine, pack_id, code, numbers)
        return made

    def _entry(
        self, subject: int, grounds: list[tuple[int, dt.date, str]], pack_id: str, code: str, numbers: "_Numbers"
    ) -> int:
        entry, years = numbers.next("entry"), 3 if pack_id == MINISTRY else 1
        start = min(max(day for _, day, _ in grounds) + dt.timedelta(days=self.chance.randrange(20, 60)), self.on)
        term = dt.date(start.year + years, start.month, min(start.day, 28)) + dt.timedelta(days=1)
        policy = self.policies[pack_id]
        self.out["sanctions_case"].add(
            entry, 1, _uuid(self.chance), f"演{entry}", "internal", pack_id, code, code, "published", "{}", "[]", start,
            start, "", "", "", "", "", self._office(), policy, subject,
        )  # fmt: skip
        self.out["sanctions_listentry"].add(
            entry, 1, _uuid(self.chance), pack_id, code, code, "", "f", "1", start, start, start, term, term, "term", "",
            1, entry, self._office(), policy, subject,
        )  # fmt: skip
        # A list by points rests on the records of one year; the others on all that there is.
        newest = max(day for _, day, _ in grounds)
        for record, day, _ in grounds:
            if pack_id == POINTS and day < newest - dt.timedelta(days=365):
                continue
            self.out["sanctions_entryground"].add(numbers.next("ground"), entry, record)
        return 1


class _Numbers:
    def __init__(self) -> None:
        self.last: dict[str, int] = {}

    def next(self, name: str) -> int:
        self.last[name] = self.last.get(name, 0) + 1
        return self.last[name]


def _uuid(chance: random.Random) -> uuid.UUID:
    return uuid.UUID(int=chance.getrandbits(128), version=4)


def _execute(text: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(text)


def _without_indexes(tables: Iterable[str]) -> list[str]:
    """Drop constraints and indexes of the tables but their primary keys; return the statements that build them."""
    statements: list[str] = []
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(
                "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint "
                "WHERE conrelid = %s::regclass AND contype IN ('f', 'u', 'x')", [table],
            )  # fmt: skip
            for name, definition in cursor.fetchall():
                cursor.execute(f'ALTER TABLE {table} DROP CONSTRAINT "{name}"')
                valid = " NOT VALID" if "FOREIGN KEY" in definition else ""
                statements.append(f'ALTER TABLE {table} ADD CONSTRAINT "{name}" {definition}{valid}')
            cursor.execute(
                "SELECT c.relname, pg_get_indexdef(i.indexrelid) FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid "
                "WHERE i.indrelid = %s::regclass AND NOT i.indisprimary", [table],
            )  # fmt: skip
            for name, definition in cursor.fetchall():
                cursor.execute(f'DROP INDEX "{name}"')
                statements.append(definition)
    # Unique keys first: foreign keys rest on them.
    return sorted(statements, key=lambda text: "FOREIGN KEY" in text)


_SUBJECT = (
    "id", "version", "public_id", "kind", "category", "name", "sectors", "status", "born_on", "is_synthetic",
    "registration_number", "organization_code", "tax_number", "institution_number", "social_number", "industry", "risk",
    "address", "division_code", "document_type", "document_sealed", "document_masked", "uscc",
)  # fmt: skip
_COLUMNS = {
    "registry_record": (
        "id", "version", "public_id", "kind", "state", "number", "number_normalized", "title", "facts", "occurred_on",
        "decided_on", "recorded_at", "voided_on", "void_reason", "is_secret", "is_classified", "department_id",
        "subject_id",
    ),
    "registry_recorditem": ("id", "version", "pack_id", "code", "record_id"),
    "registry_accidentdetail": ("id", "version", "deaths", "injured", "loss", "is_liable", "record_id"),
    "registry_finding": ("id", "version", "code", "reason", "found_on", "record_id"),
    "sanctions_case": (
        "id", "version", "public_id", "number", "mode", "pack_id", "list_code", "list_label", "state", "reasons",
        "sentences", "opened_on", "decided_on", "person_role", "minutes", "confirmation_number", "decision_number",
        "drop_reason", "department_id", "policy_id", "subject_id",
    ),
    "sanctions_listentry": (
        "id", "version", "public_id", "pack_id", "list_code", "list_label", "domain", "is_public", "clause",
        "decided_on", "published_on", "starts_on", "term_ends_on", "ends_on", "end_reason", "end_note", "time",
        "case_id", "department_id", "policy_id", "subject_id",
    ),
    "sanctions_entryground": ("id", "entry_id", "record_id"),
}  # fmt: skip

__all__ = ["ACCIDENTS", "MINISTRY", "POINTS", "TABLES", "County", "Rows", "Size"]
