"""A file taken in by the chunk leaves row for row what taking it in one by one leaves, in every table of the site."""

import datetime as dt
import json
from collections import Counter
from contextlib import contextmanager

import pytest
import time_machine
from django.apps import apps
from django.db import models, transaction

from registry.models import Deadline, Event, ImportRow, Record, Subject, SubjectName
from registry.rules.names import comparable_name
from registry.rules.synthetic import FICTIONAL_DIVISION, make_identity, make_uscc
from registry.selectors.imports import counts_of
from registry.services.events import event_digest
from registry.services.imports import chunk, running
from registry.services.imports.taking import row_take
from registry.signals import record_confirmed, records_confirmed
from tests.disclosure import county
from tests.disclosure.channel_samples import make_channel
from tests.factories import make_account, make_department, make_subject
from tests.incentives.honouring import honoured, make_jury
from tests.registry.imports.files import PERSON_NUMBER, TODAY, good, preview, xlsx
from tests.registry.rules.publicity.sheets import BUREAU, person
from tests.sanctions.case_world import CaseWorld, add_penalty

pytestmark = pytest.mark.django_db
MINOR = make_identity(FICTIONAL_DIVISION, dt.date(2010, 7, 9), 19)


def code(serial, category="1"):
    return make_uscc("9", category, FICTIONAL_DIVISION, 500 + serial)


def known(serial, **fields):
    fields.setdefault("uscc", code(serial))
    return make_subject(f"河湾县第{serial}化工厂", **fields)


def one_by_one(rows, taking):
    return [row_take(row, values, taking) for row, values in rows]


@contextmanager
def noon():
    with time_machine.travel(dt.datetime(2026, 11, 20, 4, tzinfo=dt.UTC), tick=False):
        yield


class County:
    """A bureau with everything that a row may meet: each serial of `good` meets what its comment says."""

    def __init__(self) -> None:
        county.activate("test-dual", "test-terms")
        make_channel()
        make_channel("late", since_on=dt.date(2026, 8, 2))
        self.case = CaseWorld()
        self.case.case()
        self.jury = make_jury(uscc=code(21))  # 21: holds an honour
        honoured(self.jury)
        self.bureau = make_department(name="河湾县应急管理局")
        self.bureau.uscc = BUREAU
        self.bureau.save_by(None, reason="test")
        self.other = make_department(name="河湾县住房和城乡建设局")
        self.handler = make_account("handler", "approver", department=self.bureau)
        with noon():
            self._subjects()
            self._recorded()

    def _subjects(self) -> None:
        renamed = known(1)  # 1: known, and by a former name
        SubjectName(
            subject=renamed, name="河湾县老厂", normalized=comparable_name("河湾县老厂"), ends_on=dt.date(2020, 1, 1)
        ).save_by(None, reason="test")
        known(2, uscc=None)  # 2: known by name alone, completed
        known(3, uscc=code(93))  # 3: that name with another code
        winner = known(4)  # 4: another one was merged into it
        loser = make_subject("河湾县第4化工厂", uscc=code(94))
        loser.merged_into, loser.status = winner, "merged"
        loser.save_by(None, reason="test")
        for serial in (5, 6, 7, 8, 9):  # known, with records
            known(serial)
        add_penalty(known(22), "B1", department=self.case.office)  # 22: due for a list, not evaluated yet

    def _recorded(self) -> None:
        rows = [good(serial) for serial in (5, 6, 7, 8, 9)] + [
            person(CF_XDR_ZJHM=PERSON_NUMBER, CF_WSH="河应急罚〔2026〕50号")
        ]
        self.run(xlsx(rows), one_by_one)
        draft, voided, elsewhere = (Record.objects.get(number=f"河应急罚〔2026〕{n}号") for n in (7, 8, 9))
        draft.state = "draft"
        voided.state, voided.voided_on, voided.void_reason = "voided", TODAY, "决定已撤销"
        elsewhere.department = self.other
        for record in (draft, voided, elsewhere):
            record.save_by(None, reason="test")

    def run(self, content, way) -> dict[str, int]:
        batch = preview(content, department=self.bureau, actor=self.handler)
        running.import_start(batch_id=batch.pk, actor=self.handler, on=TODAY)
        running.rows_take, kept = way, running.rows_take
        try:
            while running.import_chunk_take(batch_id=batch.pk, on=TODAY):
                pass
        finally:
            running.rows_take = kept
        counts = counts_of([batch.pk])[batch.pk]
        return {"imported": counts.imported, "same": counts.same, "refused": counts.refused}

    def rows(self) -> list[list[object]]:
        bad = code(31)[:17] + ("0" if code(31)[17] != "0" else "1")
        return [
            good(1), good(1, CF_XDR_MC="河湾县老厂", CF_WSH="河应急罚〔2026〕101号"), good(2), good(3),
            good(4, CF_WSH="河应急罚〔2026〕4号"), good(4, CF_XDR_SHXYM=code(94), CF_WSH="河应急罚〔2026〕4号"),
            good(5), good(6, CF_NR_FK="0.3"), good(7), good(8), good(9),
            good(10), good(10, CF_WSH="河应急罚〔2026〕110号", CF_SY="当事人电话13800001234"), good(10),  # the last: twice
            good(11, CF_XDR_SHXYM=bad), good(12, CF_CFJG="外县应急管理局", CF_CFJGDM=make_uscc("1", "1", FICTIONAL_DIVISION, 77)),
            good(13, CF_XDR_SHXYM=code(13, "2")), good(5, CF_XDR_MC="别的厂", CF_WSH="河应急罚〔2026〕105号"),
            good(14, CF_CFLB="警告", CF_NR="警告", CF_NR_FK=None), good(15, CF_SY=None),
            person(CF_XDR_ZJHM=PERSON_NUMBER, CF_WSH="河应急罚〔2026〕50号"),
            person(CF_XDR_ZJHM=PERSON_NUMBER, CF_WSH="河应急罚〔2026〕51号", CF_XDR_MC="李四"),
            person(CF_XDR_ZJHM=PERSON_NUMBER, CF_WSH="河应急罚〔2026〕52号"),
            person(CF_XDR_ZJHM=MINOR, CF_WSH="河应急罚〔2026〕53号"), person(CF_XDR_ZJHM=MINOR, CF_WSH="河应急罚〔2026〕54号"),
            good(21, CF_XDR_MC=self.jury.subject.name, CF_JDRQ="2026-08-03"), good(22),
            good(23, CF_XDR_MC=self.case.subject.name, CF_XDR_SHXYM=self.case.subject.uscc),
            good(16, CF_CFLB="责令关闭", CF_NR="责令关闭", CF_NR_FK=None),
        ]  # fmt: skip


# Chance, time, or a number that a rolled back run has used up.
_UNLIKE = frozenset({
    "id", "history_id", "uid", "public_id", "digest", "token", "seal_id", "document_sealed", "cells_sealed", "history_date", "sha256",
    "previous_digest", "file", "sealed", "stored_as", "key",
})  # fmt: skip

_NUMBERED = frozenset({"sha256", "batch", "notice", "notices", "message"})  # in payloads


def told(model, value):
    """Say of a reference to a row what it is instead of its number."""
    row = model._base_manager.filter(pk=value).first()
    for name in ("number", "uscc", "name"):
        if getattr(row, name, None):
            return f"{model.__name__} {getattr(row, name)}"
    return model.__name__ if row is not None else None


class Snapshot:
    """Every row of every table, without what two runs can never have in common."""

    def __init__(self) -> None:
        self.numbers = dict(Record.objects.values_list("pk", "number"))
        self.tables = {model._meta.label: self._rows(model) for model in apps.get_models() if self._is_ours(model)}

    @staticmethod
    def _is_ours(model) -> bool:
        return model._meta.app_label in ("registry", "sanctions", "incentives", "repair", "disclosure")

    def _rows(self, model) -> Counter[str]:
        return Counter(self._row(row) for row in model._base_manager.all())

    def _row(self, row) -> str:
        values = {}
        for field in row._meta.concrete_fields:
            value = getattr(row, field.attname)
            if field.attname in _UNLIKE or isinstance(field, models.FileField | models.DateTimeField):
                continue
            if isinstance(field, models.ForeignKey) and value is not None:
                value = told(field.related_model, value)
            elif field.attname == "object_id" and value is not None:
                value = told(apps.get_model(row.object_kind), value) if row.object_kind else None
            elif isinstance(field, models.JSONField):
                value = self._plain(value)
            values[field.attname] = value
        return json.dumps(values, default=str, ensure_ascii=False, sort_keys=True)

    def _plain(self, value, key=""):
        if isinstance(value, dict):
            return {name: self._plain(each, name) for name, each in value.items() if name not in _NUMBERED}
        if isinstance(value, list):
            return sorted((self._plain(each, key) for each in value), key=str)
        if isinstance(value, str) and value.partition("/")[0].isdigit():
            return self.numbers.get(int(value.partition("/")[0]), value)
        return self.numbers.get(value, value) if key in ("record", "records") else value


class Back(Exception):
    """Undo a run."""


def outcome_of(world, content, way):
    """Run, look at everything, and undo it."""
    try:
        with transaction.atomic(), noon():
            counts = world.run(content, way)
            snapshot = Snapshot()
            wrong = [event.pk for event in Event.objects.all() if event_digest(event) != event.digest]
            raise Back
    except Back:
        return counts, snapshot.tables, wrong


def test_a_chunk_leaves_what_its_rows_leave_one_by_one():
    world = County()
    content = xlsx(world.rows())
    counts, single, _ = outcome_of(world, content, one_by_one)
    chunk_counts, together, wrong = outcome_of(world, content, chunk.rows_take)
    # 29 rows; refused: 3, 6, 7, 8, the repeated 10, 11, 5 under another name, 15, a person under another name.
    assert counts == {"imported": 16, "same": 4, "refused": 9}
    assert chunk_counts == counts
    for table, rows in single.items():
        assert (table, together[table] - rows, rows - together[table]) == (table, Counter(), Counter())
    assert wrong == []


def test_the_county_of_the_comparison_meets_every_consequence():
    world = County()
    with noon():
        world.run(xlsx(world.rows()), chunk.rows_take)
    names = set(Event.objects.values_list("name", flat=True))
    assert names >= {"honour.ended", "candidate.raised", "publication.exempt", "subject.created", "subject.completed"}
    assert Deadline.objects.filter(code="dual-publicity", object_kind="registry.record").exists()


def test_who_hears_of_one_record_hears_of_many():
    def heard(signal):
        return Counter(each[0][0].split(".")[0] for each in signal.receivers if isinstance(each[0][0], str))

    assert heard(record_confirmed) == heard(records_confirmed) != Counter()


def test_a_chunk_that_another_import_overtook_is_taken_one_by_one(monkeypatch):
    world = County()
    overtaken = []

    def overtake(subjects, *, actor, on):
        if not overtaken:
            overtaken.append(make_subject(subjects[0].name, uscc=subjects[0].uscc))
        return kept(subjects, actor=actor, on=on)

    kept = chunk.subjects_take_in
    monkeypatch.setattr(chunk, "subjects_take_in", overtake)
    with noon():
        counts = world.run(xlsx([good(10), good(14)]), chunk.rows_take)
    # The overtaking row was written inside the chunk's own savepoint and went with it.
    assert counts == {"imported": 2, "same": 0, "refused": 0}
    assert Subject.objects.filter(uscc=code(10)).count() == 1
    assert ImportRow.objects.filter(record__isnull=False, record__subject__uscc=code(10)).count() == 1
