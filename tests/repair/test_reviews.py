"""Outcomes of reconsideration and suits, public corrections, marks of dispute."""

import datetime as dt

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from disclosure.models import Publication, PublicNote
from disclosure.services.records import record_publish
from registry import clock
from registry.base.errors import Conflict, InvalidInput, NotAllowed
from registry.models import Record
from registry.rules.details import PenaltyInput, RecordInput
from repair.models import Review
from repair.services.objection_decisions import objection_refuse, objection_uphold
from repair.services.objections import objection_file, objection_withdraw
from repair.services.reviews import Ruling, review_enter
from tests.repair.people import make_people
from tests.repair.scenes import accepted_objection, entry_of, penalty
from tests.sanctions.listing import run_policy

pytestmark = pytest.mark.django_db
Day = dt.date
ON = Day(2026, 6, 10)


def _ruling(outcome: str, **values: object) -> Ruling:
    given = {
        "kind": "reconsideration", "authority": "演示县人民政府", "number": "演府复〔2026〕3号",
        "decided_on": Day(2026, 6, 8), "note": "事实不清", "file": SimpleUploadedFile("复议决定.txt", "演示".encode()),
    } | values  # fmt: skip
    return Ruling(outcome=outcome, **given)


def _content(record: Record) -> RecordInput:
    return RecordInput(
        kind="penalty", title="更正后的事由", number=record.number, decided_on=record.decided_on,
        detail=PenaltyInput(violation_type="演示", basis="演示依据", kinds=("警告",), content="警告"),
    )  # fmt: skip


def test_a_revoked_entry_never_was() -> None:
    people = make_people()
    entry = entry_of(people, "mem-2023-11", "blacklist", Day(2026, 5, 20))
    review_enter(
        subject_id=people.subject.pk, ruling=_ruling("revoked"), entry_id=entry.pk, actor=people.approver, on=ON
    )
    entry.refresh_from_db()
    assert (entry.end_reason, entry.ends_on) == ("revoked", entry.starts_on)
    assert not Publication.objects.get(subject=people.subject).is_visible(ON)
    note = PublicNote.objects.get()
    # six months (assumed) from 2026-06-10 end on 2026-12-10, inclusive
    assert (note.kind, note.visible_until) == ("correction", Day(2026, 12, 11))
    assert "自始不在列" in note.text


def test_a_revoked_penalty_is_void() -> None:
    people = make_people()
    record = penalty(people, "罚款", decided_on=Day(2026, 5, 20))
    review_enter(
        subject_id=people.subject.pk, ruling=_ruling("revoked"), record_id=record.pk, actor=people.approver, on=ON
    )
    record.refresh_from_db()
    assert record.state == "voided"
    assert not PublicNote.objects.exists()  # it had never been public


def test_a_changed_penalty_is_corrected_and_asks_for_its_content() -> None:
    people = make_people()
    record = penalty(people, "罚款", decided_on=Day(2026, 5, 20))
    common = {"subject_id": people.subject.pk, "record_id": record.pk, "actor": people.approver, "on": ON}
    with pytest.raises(InvalidInput, match="变更后的内容"):
        review_enter(ruling=_ruling("changed"), **common)
    review = review_enter(ruling=_ruling("changed"), content=_content(record), **common)
    record.refresh_from_db()
    assert record.state == "voided"
    assert (review.replaced_by.title, review.replaced_by.state) == ("更正后的事由", "confirmed")


def test_a_changed_entry_ends_on_the_changed_day() -> None:
    people = make_people()
    entry = entry_of(people, "mem-2023-11", "blacklist", Day(2026, 5, 20))
    review_enter(
        subject_id=people.subject.pk, ruling=_ruling("changed"), entry_id=entry.pk, ends_on=Day(2026, 12, 1),
        actor=people.approver, on=ON,
    )  # fmt: skip
    entry.refresh_from_db()
    assert entry.ends_on == Day(2026, 12, 1)


def test_what_is_upheld_stays() -> None:
    people = make_people()
    entry = entry_of(people, "mem-2023-11", "blacklist", Day(2026, 5, 20))
    review_enter(
        subject_id=people.subject.pk, ruling=_ruling("upheld"), entry_id=entry.pk, actor=people.approver, on=ON
    )
    entry.refresh_from_db()
    assert entry.end_reason == "term"
    assert Review.objects.get().outcome == "upheld"


def test_an_outcome_is_entered_once_by_who_decided_the_matter() -> None:
    people, others = make_people(), make_people()
    entry = entry_of(people, "mem-2023-11", "blacklist", Day(2026, 5, 20))
    common = {"subject_id": people.subject.pk, "entry_id": entry.pk, "on": ON}
    with pytest.raises(NotAllowed):
        review_enter(ruling=_ruling("upheld"), actor=others.approver, **common)
    review_enter(ruling=_ruling("upheld"), actor=people.approver, **common)
    with pytest.raises(Conflict, match="已经登记"):
        review_enter(ruling=_ruling("upheld"), actor=people.approver, **common)


# --- correction in public


def test_an_upheld_objection_is_corrected_where_it_was_public(monkeypatch) -> None:
    run_policy("ndrc-2025-36", on=Day(2026, 4, 1))
    people = make_people()
    record = penalty(people, "没收违法所得", decided_on=Day(2026, 4, 10))
    record_publish(record_id=record.pk, actor=None, on=Day(2026, 4, 13), until=Day(2027, 4, 10))
    objection = accepted_objection(people, Day(2026, 6, 1), record_id=record.pk)
    objection_uphold(
        objection_id=objection.pk, remedy="correct", reason="金额有误", content=_content(record),
        actor=people.approver, on=Day(2026, 6, 2),
    )  # fmt: skip
    note = PublicNote.objects.get()
    assert "已经更正" in note.text
    assert "金额有误" not in note.text
    monkeypatch.setattr(clock, "today", lambda: Day(2026, 12, 2))
    assert note.text in Client().get(reverse("disclosure:notes")).content.decode()
    monkeypatch.setattr(clock, "today", lambda: Day(2026, 12, 3))
    assert note.text not in Client().get(reverse("disclosure:notes")).content.decode()


def test_a_voided_ground_corrects_the_list_too() -> None:
    people = make_people()
    entry = entry_of(people, "mem-2023-11", "blacklist", Day(2026, 5, 20))
    objection = accepted_objection(people, Day(2026, 6, 1), record_id=entry.grounds.get().record_id)
    objection_uphold(
        objection_id=objection.pk, remedy="void", reason="责任认定有误", actor=people.approver, on=Day(2026, 6, 2)
    )
    note = PublicNote.objects.get()  # the entry had been public, the record had not
    assert (note.object_kind, note.object_id) == ("sanctions.listentry", entry.pk)


# --- the mark of dispute


def test_an_objection_to_an_entry_marks_entry_and_public_page() -> None:
    people = make_people()
    entry = entry_of(people, "mem-2023-11", "blacklist", Day(2026, 5, 20))
    objection = accepted_objection(people, Day(2026, 6, 1), entry_id=entry.pk)
    entry.refresh_from_db()
    publication = Publication.objects.get(subject=people.subject)
    assert (entry.disputed_on, publication.disputed_on) == (Day(2026, 6, 1), Day(2026, 6, 1))
    objection_refuse(objection_id=objection.pk, reason="事实清楚", actor=people.approver, on=Day(2026, 6, 3))
    entry.refresh_from_db()
    publication.refresh_from_db()
    assert (entry.disputed_on, publication.disputed_on) == (None, None)


def test_the_mark_stays_while_the_ground_is_disputed() -> None:
    people = make_people()
    entry = entry_of(people, "mem-2023-11", "blacklist", Day(2026, 5, 20))
    objection_file(
        subject_id=people.subject.pk, statement="x", actor=people.own, on=Day(2026, 6, 1),
        record_id=entry.grounds.get().record_id,
    )  # fmt: skip
    second = accepted_objection(people, Day(2026, 6, 2), entry_id=entry.pk)
    objection_withdraw(objection_id=second.pk, actor=people.own, on=Day(2026, 6, 3))
    assert Publication.objects.get(subject=people.subject).disputed_on == Day(2026, 6, 1)
