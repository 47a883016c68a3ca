"""An honour ends in the same transaction as the fact that ends it, and comes back when that fact falls."""

import datetime as dt
from dataclasses import replace

import pytest
from django.db import transaction

from incentives.models import Honour
from incentives.selectors.honours import honours_in_force
from registry.base.errors import RuleRefused
from registry.models import Notice, PolicyVersion, Record, RecordItem, Subject
from registry.services.merging import subjects_merge
from registry.services.records import record_confirm, record_correct, record_draft_create, record_void
from registry.signals import subject_changed
from sanctions.services.entries import entry_end
from tests.factories import make_account, make_record, make_subject
from tests.incentives.honouring import DISTRICT, SAFETY, Jury, honoured, make_jury
from tests.registry.record_values import PERMIT, penalty
from tests.sanctions.case_world import CaseWorld

pytestmark = pytest.mark.django_db
Day = dt.date
AUGUST = Day(2026, 8, 3)


def stands(honour, on) -> bool:
    return bool(honours_in_force([honour.subject_id], on))


def confirm(jury, on=AUGUST, **changes) -> Record:
    """A penalty entered as a draft, then confirmed by the service that tells everybody."""
    changes.setdefault("decided_on", on)
    changes.setdefault("number", f"演应急罚〔2026〕{changes['decided_on']:%m%d}号")
    content = penalty(**changes)
    return enter(jury, replace(content, occurred_on=content.decided_on), on)


def enter(jury, content, on=AUGUST) -> Record:
    handler = make_account("handler", department=jury.department)
    record = record_draft_create(
        subject_id=jury.subject.pk, department_id=jury.department.pk, content=content, actor=handler, on=on
    )
    return record_confirm(record_id=record.pk, version=None, actor=jury.reviewer, on=on)


def test_a_penalty_decided_in_its_term_ends_it_on_the_day_it_is_confirmed():
    jury = make_jury()
    honour = honoured(jury)
    record = confirm(jury)
    honour.refresh_from_db()
    assert (honour.end_reason, honour.end_record, honour.ends_on) == ("breach", record, AUGUST)
    assert [stands(honour, day) for day in (AUGUST - dt.timedelta(days=1), AUGUST)] == [True, False]
    assert record.number in honour.end_note
    assert Notice.objects.filter(kind="honour.ended", subject=jury.subject).count() == 1


def test_the_end_falls_with_the_transaction_that_confirmed_the_record():
    jury = make_jury()
    honour = honoured(jury)
    savepoint = transaction.savepoint()
    confirm(jury)
    assert not stands(honour, AUGUST)
    transaction.savepoint_rollback(savepoint)
    assert stands(honour, AUGUST)


def test_an_older_penalty_that_comes_to_light_takes_the_criterion_away():
    jury = make_jury()
    honour = honoured(jury)
    record = confirm(jury, decided_on=Day(2026, 2, 2))
    honour.refresh_from_db()
    assert (honour.end_reason, honour.end_record) == ("criteria", record)
    assert "连续3年" in honour.end_note


def test_a_penalty_beyond_the_three_years_takes_nothing():
    jury = make_jury()
    honour = honoured(jury)
    confirm(jury, decided_on=Day(2023, 2, 2))
    assert stands(honour, AUGUST)


def test_an_honour_by_permit_or_praise_is_no_breach():
    jury = make_jury()
    honour = honoured(jury)
    enter(jury, PERMIT)
    assert stands(honour, AUGUST)


def test_a_record_that_is_voided_gives_the_honour_back_to_its_own_last_day():
    jury = make_jury()
    honour = honoured(jury)
    record = confirm(jury)
    assert not stands(honour, AUGUST)
    record_void(record_id=record.pk, version=None, reason="处罚决定已撤销。", actor=jury.approver, on=Day(2026, 9, 1))
    honour.refresh_from_db()
    assert (honour.end_reason, honour.last_day) == ("term", Day(2027, 6, 9))
    assert honour.end_record is None
    assert Notice.objects.filter(kind="honour.restored", subject=jury.subject).count() == 1


def test_it_does_not_come_back_while_another_breach_stands():
    jury = make_jury()
    honour = honoured(jury)
    first = confirm(jury)
    confirm(jury, on=Day(2026, 8, 10))
    record_void(record_id=first.pk, version=None, reason="处罚决定已撤销。", actor=jury.approver, on=Day(2026, 9, 1))
    assert not stands(honour, Day(2026, 9, 1))


def test_a_corrected_record_keeps_it_ended_and_gives_it_back_when_it_falls_too():
    jury = make_jury()
    honour = honoured(jury)
    wrong = confirm(jury)
    right = record_correct(
        record_id=wrong.pk, content=replace(penalty(decided_on=AUGUST, number=wrong.number), occurred_on=AUGUST, title="另一事由"),
        department_id=jury.department.pk, reason="事由有误。", version=None, actor=jury.approver, on=Day(2026, 8, 20),
    )  # fmt: skip
    honour.refresh_from_db()
    assert (stands(honour, Day(2026, 8, 20)), honour.end_record) == (False, right)
    record_void(record_id=right.pk, version=None, reason="处罚决定已撤销。", actor=jury.approver, on=Day(2026, 9, 1))
    assert stands(honour, Day(2026, 9, 1))


def test_it_does_not_come_back_over_a_new_one():
    jury = make_jury()
    honour = honoured(jury)
    record = confirm(jury)
    newer = Honour.objects.get(pk=honour.pk)
    newer.pk, newer.public_id, newer.number = None, "00000000-0000-4000-8000-000000000001", "另一编号"
    newer.document = newer.end_document = None
    newer.starts_on, newer.ends_on, newer.term_ends_on = Day(2026, 8, 20), Day(2027, 8, 21), Day(2027, 8, 21)
    newer.end_reason, newer.end_record = "term", None
    newer.save_by(None, reason="test")
    record_void(record_id=record.pk, version=None, reason="处罚决定已撤销。", actor=jury.approver, on=Day(2026, 9, 1))
    honour.refresh_from_db()
    assert honour.end_reason == "breach"


# --- lists


def listed() -> tuple[CaseWorld, Jury]:
    """A subject with an honour, on which a case is decided and ready to be published."""
    world = CaseWorld()
    jury = make_jury(on=Day(2025, 6, 2))
    return world, Jury(world.subject, jury.department, jury.handler, jury.reviewer, jury.approver)


def an_honour(jury, **fields) -> Honour:
    """An honour that rests on an award, so that only the listing can end it."""
    policy = PolicyVersion.objects.get(pack_id=DISTRICT)
    award = make_record(jury.subject, kind="honour", decided_on=Day(2025, 12, 1), confirmed_on=Day(2025, 12, 1))
    RecordItem(record=award, pack_id=DISTRICT, code="5.2").save_by(None, reason="test")
    return Honour(
        number="演示红名单1号", subject=jury.subject, department=jury.department, policy=policy, pack_id=DISTRICT,
        list_code="red", list_label="守信联合激励名单（红名单）", state="recognised", nominator="演示协会", grounds="演示",
        nominated_on=Day(2026, 1, 5), decided_on=Day(2026, 1, 5), starts_on=Day(2026, 1, 5), ends_on=Day(2027, 1, 6),
        term_ends_on=Day(2027, 1, 6), relied_on=["5.2"], **fields,
    ).save_by(None, reason="test")  # fmt: skip


def test_coming_onto_a_blacklist_ends_it_in_the_same_transaction():
    world, jury = listed()
    case = world.case("decided")
    honour = an_honour(jury)
    world.advance(case, "published")
    honour.refresh_from_db()
    entry = world.subject.entries.get()
    assert (honour.end_reason, honour.end_entry, honour.ends_on) == ("listed", entry, entry.starts_on)
    assert not stands(honour, entry.starts_on)


def test_a_revoked_listing_gives_it_back():
    world, jury = listed()
    case = world.case("decided")
    honour = an_honour(jury)
    world.advance(case, "published")
    entry = world.subject.entries.get()
    for record in world.records:
        record.refresh_from_db()
        record.state, record.voided_on = "voided", Day(2026, 6, 20)
        record.save_by(None, reason="test")
    entry_end(
        entry=entry, reason="revoked", ends_on=entry.starts_on, note="复议撤销（演示）", actor=world.approver,
        on=Day(2026, 6, 22),
    )  # fmt: skip
    honour.refresh_from_db()
    assert (honour.end_reason, honour.end_entry) == ("term", None)


# --- the subject


def test_a_lost_grade_of_standardisation_ends_an_honour_that_needs_it():
    jury = make_jury(SAFETY, standardisation=1)
    honour = an_honour_of_safety(jury)
    jury.subject.refresh_from_db()
    subject_correct_grade(jury, 2)
    honour.refresh_from_db()
    assert honour.end_reason == "criteria"
    assert "标准化" in honour.end_note


def an_honour_of_safety(jury) -> Honour:
    policy = PolicyVersion.objects.get(pack_id=SAFETY)
    return Honour(
        number="演示红名单2号", subject=jury.subject, department=jury.department, policy=policy, pack_id=SAFETY,
        list_code="red", list_label="安全生产守信联合激励名单", state="recognised", nominator="演示局", grounds="演示",
        nominated_on=Day(2026, 1, 5), decided_on=Day(2026, 1, 5), starts_on=Day(2026, 1, 5), ends_on=Day(2029, 1, 6),
        term_ends_on=Day(2029, 1, 6), relied_on=["2.1", "2.2", "2.3", "2.4", "2.5", "2.6"],
    ).save_by(None, reason="test")  # fmt: skip


def test_a_commitment_that_has_run_out_alone_ends_nothing():
    jury = make_jury(SAFETY, standardisation=1)
    honour = an_honour_of_safety(jury)
    jury.subject.refresh_from_db()
    subject_correct_grade(jury, 1)
    assert stands(honour, AUGUST)


def subject_correct_grade(jury, grade):
    """Let the grade be corrected through the registry's own signal."""
    subject = Subject.objects.get(pk=jury.subject.pk)
    subject.standardisation = grade
    subject.save_by(None, reason="test")
    subject_changed.send(Subject, subject=subject, actor=None, on=AUGUST)


def test_merging_moves_honours_and_refuses_two_of_one_list():
    jury = make_jury()
    honour = honoured(jury)
    winner, merger = make_subject(), make_account("approver")
    jury.subject.uscc = None
    jury.subject.save_by(None, reason="test")
    subjects_merge(
        loser_id=jury.subject.pk, winner_id=winner.pk, reason="重复登记", version=None, actor=merger, on=AUGUST
    )
    honour.refresh_from_db()
    assert honour.subject == winner
    assert stands(honour, AUGUST)


def test_two_honours_of_one_list_are_not_merged():
    jury = make_jury()
    honour = honoured(jury)
    second = Jury(make_subject(uscc=None), jury.department, jury.handler, jury.reviewer, jury.approver)
    honoured(second)
    with pytest.raises(RuleRefused, match="同一红名单"):
        subjects_merge(
            loser_id=second.subject.pk, winner_id=honour.subject_id, reason="重复登记", version=None,
            actor=make_account("approver"), on=AUGUST,
        )  # fmt: skip
