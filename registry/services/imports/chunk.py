"""Many rows at once: what they may mean is read in a few queries, decided row by row by the rules of `taking`, and what
they bring is written in a few statements.

Nothing is decided here: `values_take` decides, over a desk that stands in memory.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any
from uuid import UUID

from django.db import IntegrityError, transaction

from registry.base.bulk import parts
from registry.models import Account, Department, ImportRow, Record, Subject, SubjectName
from registry.rules.details import RecordInput
from registry.rules.identifiers import normalize_code
from registry.rules.names import clean_name, comparable_name
from registry.rules.publicity import Party, PartyKind
from registry.services import authz, identities
from registry.services.imports.taking import (
    ROW_FAULTS,
    TOLD,
    Outcome,
    Taking,
    Values,
    document_of,
    refused,
    row_take,
    values_take,
)
from registry.services.records import DetailRow, record_new, records_enter
from registry.services.resolving import Hand
from registry.services.subjects import (
    OrganizationFields,
    organization_new,
    person_new,
    subject_merged_refuse,
    subjects_lock,
    subjects_take_in,
)

_ASKED = 5_000  # values a query: below the most parameters of a statement on SQLite


class TakenAlone(Exception):
    """The row asks for what only a service about one subject does; it is taken after the others, by itself."""


def rows_take(rows: Sequence[tuple[ImportRow, Values]], taking: Taking) -> list[Outcome]:
    """Record checked rows in the caller's transaction, in their order; each refused one leaves nothing behind.

    What becomes of each row is what `row_take` makes of it. Raises NotAllowed as it does.
    """
    try:
        with transaction.atomic():
            return _together(rows, taking)
    except IntegrityError:  # another transaction has recorded one of them meanwhile: one by one then
        return [row_take(row, values, taking) for row, values in rows]


def _together(rows: Sequence[tuple[ImportRow, Values]], taking: Taking) -> list[Outcome]:
    desk = ChunkDesk([values for _, values in rows])
    in_memory = replace(taking, desk=desk)
    outcomes = [_decided(row, values, in_memory, desk) for row, values in rows]
    desk.write(actor=taking.actor, on=taking.on)
    return [
        row_take(row, values, taking) if outcome is None else outcome
        for (row, values), outcome in zip(rows, outcomes, strict=True)
    ]


def _decided(row: ImportRow, values: Values, taking: Taking, desk: "ChunkDesk") -> Outcome | None:
    desk.directory.keep()
    try:
        return values_take(row, values, taking)
    except TakenAlone:
        return None
    except ROW_FAULTS as refusal:
        desk.directory.take_back()
        return refused(refusal, values)


class ChunkDesk:
    """The subjects that a chunk's rows may mean, locked, and the records that they may be; new ones until `write`."""

    def __init__(self, values: Sequence[Values]) -> None:
        self.directory = ChunkDirectory([each.party for each in values])
        self._records: dict[tuple[UUID, str, str], list[Record]] = defaultdict(list)
        self._new: list[tuple[Record, DetailRow | None]] = []
        self._read({document_of(each) for each in values})

    def _read(self, documents: set[tuple[str, str]]) -> None:
        subjects = self.directory.subjects
        for part in parts(sorted({key for _, key in documents}), _ASKED):
            found = Record.objects.filter(
                number_normalized__in=part, kind__in={kind for kind, _ in documents}, subject__in=list(subjects)
            )
            for record in found.select_related(*TOLD[1:]).order_by("-pk"):
                record.subject = subjects[record.subject_id]
                self._records[record.subject.public_id, record.kind, record.number_normalized].append(record)

    def lock(self, subject: Subject) -> Subject:
        subject_merged_refuse(subject)
        return subject

    def numbered(self, subject: Subject, kind: str, key: str) -> list[Record]:
        return self._records.get((subject.public_id, kind, key), [])

    def enter(
        self, subject: Subject, department: Department, content: RecordInput, row: ImportRow | None, taking: Taking
    ) -> Record:
        for right in taking.rights:
            authz.require(taking.actor, right, on=taking.on)
        record, detail = record_new(
            subject=subject, department=department, content=content, import_row=row, actor=taking.actor, on=taking.on
        )
        self._new.append((record, detail))
        self._records[subject.public_id, record.kind, record.number_normalized].insert(0, record)
        return record

    def write(self, *, actor: Account | None, on: date) -> None:
        """Write the new subjects, then the records, with all that they bring. Raises IntegrityError."""
        subjects_take_in(self.directory.new, actor=actor, on=on)
        records_enter(self._new, actor=actor, on=on)


class ChunkDirectory:
    """The subjects that parties may be: by code, document and, where the code is new or missing, by name."""

    def __init__(self, parties: Sequence[Party]) -> None:
        self.subjects: dict[int, Subject] = {}
        self.new: list[Subject] = []
        self._kept = 0
        self._codes: dict[str, Subject] = {}
        self._documents: dict[str, Subject] = {}
        self._names: dict[UUID, dict[str, tuple[str, bool]]] = defaultdict(dict)
        self._bearers: dict[str, list[Subject]] = defaultdict(list)
        self._read(parties)

    def _read(self, parties: Sequence[Party]) -> None:
        persons = [each for each in parties if each.kind is PartyKind.PERSON]
        others = [each for each in parties if each.kind is not PartyKind.PERSON]
        known = dict(_found("uscc", {normalize_code(each.uscc) for each in others if each.uscc}))
        ids = {*known.values(), *dict(_found("document_hash", {_hash_of(each) for each in persons})).values()}
        asked = {comparable_name(clean_name(each.name)) for each in others if normalize_code(each.uscc) not in known}
        for part in parts(sorted(asked), _ASKED):
            ids.update(SubjectName.objects.filter(normalized__in=part).values_list("subject_id", flat=True))
        for part in parts(sorted(ids), _ASKED):
            merged = Subject.objects.filter(pk__in=part, merged_into__isnull=False)
            ids.update(merged.values_list("merged_into_id", flat=True))
        for subject in subjects_lock(ids):
            self.subjects[subject.pk] = subject
            self._index(subject)
        self._names_read()

    def _names_read(self) -> None:
        for part in parts(list(self.subjects), _ASKED):
            for name in SubjectName.objects.filter(subject__in=part):
                self._name_note(self.subjects[name.subject_id], name.normalized, name.name, name.is_former)

    def _index(self, subject: Subject) -> None:
        if subject.uscc:
            self._codes[subject.uscc] = subject
        if subject.document_hash:
            self._documents[subject.document_hash] = subject

    def _name_note(self, subject: Subject, key: str, name: str, is_former: bool) -> None:
        self._names[subject.public_id][key] = (name, is_former)
        if not subject.is_person and subject.merged_into_id is None and subject not in self._bearers[key]:
            self._bearers[key].append(subject)

    def keep(self) -> None:
        """What was taken in up to here stays."""
        self._kept = len(self.new)

    def take_back(self) -> None:
        """Let go of what was taken in since `keep`: its row was refused."""
        while len(self.new) > self._kept:
            subject = self.new.pop()
            self._codes.pop(subject.uscc or "", None)
            self._documents.pop(subject.document_hash or "", None)
            for key in self._names.pop(subject.public_id):
                self._bearers[key] = [each for each in self._bearers[key] if each is not subject]

    def by_code(self, code: str) -> Subject | None:
        return self._codes.get(code)

    def by_document(self, digest: str | None) -> Subject | None:
        return self._documents.get(digest or "")

    def survivor(self, subject: Subject) -> Subject:
        return self.subjects[subject.merged_into_id or 0]

    def names_of(self, subject: Subject) -> dict[str, tuple[str, bool]]:
        return self._names[subject.public_id]

    def bearers(self, key: str) -> Iterable[Subject]:
        return self._bearers.get(key, ())

    def organization(self, name: str, category: str, uscc: str, hand: Hand, fields: OrganizationFields) -> Subject:
        authz.require(hand.actor, hand.right, on=hand.on)
        return self._take_in(organization_new(name=name, category=category, uscc=uscc, **fields))

    def person(self, name: str, document: identities.SealedDocument, is_synthetic: bool, hand: Hand) -> Subject:
        authz.require(hand.actor, hand.right, on=hand.on)
        return self._take_in(person_new(name=name, document=document, is_synthetic=is_synthetic, on=hand.on))

    def _take_in(self, subject: Subject) -> Subject:
        self.new.append(subject)
        self._index(subject)
        self._name_note(subject, comparable_name(subject.name), subject.name, False)
        return subject

    def complete(self, subject: Subject, code: str, hand: Hand) -> Subject:
        raise TakenAlone


def _found(column: str, values: set[str]) -> Iterable[tuple[Any, int]]:
    for part in parts(sorted(values), _ASKED):
        yield from Subject.objects.filter(**{f"{column}__in": part}).values_list(column, "pk")


def _hash_of(party: Party) -> str:
    return identities.document_lookup(party.identity_number)
