"""Objections: who may file, what stands still meanwhile, what each outcome does, and that every refusal has a remedy."""

import datetime as dt

import pytest

from disclosure.models import Publication
from registry.base.errors import Conflict, InvalidInput, NotAllowed, RuleRefused, TransitionRefused
from registry.models import Deadline, Notice, Record
from repair.models import Objection
from repair.services.objection_decisions import objection_decline, objection_refuse, objection_uphold
from repair.services.objections import (
    Upload,
    complaint_file,
    objection_accept,
    objection_answer,
    objection_file,
    objection_supplement,
    objection_withdraw,
)
from sanctions.models import ListEntry
from tests.factories import make_account, make_department, make_record
from tests.repair.people import People, make_people
from tests.sanctions.case_world import a_file
from tests.sanctions.listing import make_entry

pytestmark = pytest.mark.django_db
Day = dt.date


def _entry(people: People, pack_id: str, list_code: str, on: Day, mode: str = "binding") -> ListEntry:
    return make_entry(pack_id, list_code, on=on, subject=people.subject, department=people.department, mode=mode)


def _object(people: People, on: Day, **target: int) -> Objection:
    return objection_file(
        subject_id=people.subject.pk, statement="事故不是我单位的责任", actor=people.own, on=on, **target
    )


def _accepted(people: People, on: Day, **target: int) -> Objection:
    objection = _object(people, on, **target)
    return objection_accept(objection_id=objection.pk, actor=people.handler, on=on)


# --- filing


def test_a_record_is_disputed_from_the_moment_of_filing() -> None:
    people = make_people()
    record = make_record(people.subject, department=people.department)
    objection = _object(people, Day(2026, 6, 1), record_id=record.pk)
    record.refresh_from_db()
    assert record.disputed_on == Day(2026, 6, 1)
    assert (objection.state, objection.department) == ("filed", people.department)
    assert Notice.objects.filter(subject=people.subject, kind="objection.filed").count() == 1
    assert Notice.objects.filter(department=people.department, kind="objection.filed").count() == 1


def test_the_files_handed_in_are_kept_with_what_they_show() -> None:
    people = make_people()
    record = make_record(people.subject, department=people.department)
    objection = objection_file(
        subject_id=people.subject.pk, statement="见附件", actor=people.own, on=Day(2026, 6, 1), record_id=record.pk,
        uploads=[Upload(a_file("鉴定.pdf"), "事故原因鉴定")],
    )  # fmt: skip
    assert [each.label for each in objection.files.all()] == ["事故原因鉴定"]


def test_nobody_objects_for_another_subject() -> None:
    people, stranger = make_people(), make_people()
    record = make_record(people.subject, department=people.department)
    with pytest.raises(NotAllowed, match="只能为本单位"):
        objection_file(
            subject_id=people.subject.pk, statement="x", actor=stranger.own, on=Day(2026, 6, 1), record_id=record.pk
        )
    with pytest.raises(NotAllowed, match="不属于本单位"):
        objection_file(
            subject_id=stranger.subject.pk, statement="x", actor=stranger.own, on=Day(2026, 6, 1), record_id=record.pk
        )
    assert not Objection.objects.exists()


def test_an_officer_takes_in_what_came_on_paper() -> None:
    people = make_people()
    record = make_record(people.subject, department=people.department)
    objection = objection_file(
        subject_id=people.subject.pk, statement="窗口提交", actor=people.handler, on=Day(2026, 6, 1),
        record_id=record.pk,
    )  # fmt: skip
    assert objection.is_on_paper


def test_one_matter_has_one_open_objection() -> None:
    people = make_people()
    record = make_record(people.subject, department=people.department)
    _object(people, Day(2026, 6, 1), record_id=record.pk)
    with pytest.raises(Conflict, match="正在办理的异议"):
        _object(people, Day(2026, 6, 2), record_id=record.pk)


@pytest.mark.parametrize("state", ["draft", "voided"])
def test_there_is_nothing_to_object_to_in_what_is_no_fact(state: str) -> None:
    people = make_people()
    voided_on = Day(2026, 5, 30) if state == "voided" else None
    record = make_record(people.subject, department=people.department, state=state, voided_on=voided_on)
    with pytest.raises(RuleRefused, match="不需要提出异议"):
        _object(people, Day(2026, 6, 1), record_id=record.pk)


def test_an_objection_says_why() -> None:
    people = make_people()
    record = make_record(people.subject, department=people.department)
    with pytest.raises(InvalidInput, match="事实和理由"):
        objection_file(
            subject_id=people.subject.pk, statement="  ", actor=people.own, on=Day(2026, 6, 1), record_id=record.pk
        )


# --- what stands still


def test_where_paused_time_is_added_a_refused_objection_moves_the_last_day() -> None:
    people = make_people()
    entry = _entry(people, "city-plan", "blacklist", Day(2020, 1, 10))
    objection = _accepted(people, Day(2020, 3, 1), entry_id=entry.pk)
    assert entry.pauses.get().starts_on == Day(2020, 3, 1)
    objection_refuse(objection_id=objection.pk, reason="事实清楚", actor=people.approver, on=Day(2020, 3, 21))
    entry.refresh_from_db()
    # one year from 2020-01-10 ends on 2021-01-10; 20 days of standstill lead to 2021-01-30, inclusive
    assert entry.ends_on == Day(2021, 1, 31)
    assert entry.pauses.get().ends_on == Day(2020, 3, 21)


def test_where_measures_do_not_pause_nothing_moves() -> None:
    people = make_people()
    entry = _entry(people, "nanning-urban", "yellow", Day(2022, 6, 6), mode="internal")
    objection = _accepted(people, Day(2022, 9, 1), entry_id=entry.pk)
    assert not entry.pauses.exists()
    objection_refuse(objection_id=objection.pk, reason="事实清楚", actor=people.approver, on=Day(2022, 9, 20))
    entry.refresh_from_db()
    assert entry.ends_on == Day(2023, 6, 7)


def test_the_term_of_decision_counts_from_acceptance() -> None:
    people = make_people()
    entry = _entry(people, "nanning-urban", "yellow", Day(2022, 6, 6), mode="internal")
    objection = _accepted(people, Day(2022, 9, 1), entry_id=entry.pk)
    # 20 working days after 2022-09-01: 中秋 on 09-12 is off; the twentieth is 2022-09-30
    assert objection.promised_on == Day(2022, 9, 30)


def test_an_objection_to_a_ground_pauses_the_entry_that_rests_on_it() -> None:
    people = make_people()
    entry = _entry(people, "city-plan", "blacklist", Day(2020, 1, 10))
    record = entry.grounds.get().record
    objection = _object(people, Day(2020, 3, 1), record_id=record.pk)
    assert [held.pause.entry for held in objection.pauses.all()] == [entry]


def test_the_standstill_is_handed_on_while_another_objection_is_open() -> None:
    people = make_people()
    entry = _entry(people, "city-plan", "blacklist", Day(2020, 1, 10))
    first = _accepted(people, Day(2020, 3, 1), entry_id=entry.pk)
    second = _object(people, Day(2020, 3, 5), record_id=entry.grounds.get().record_id)
    objection_refuse(objection_id=first.pk, reason="事实清楚", actor=people.approver, on=Day(2020, 3, 11))
    assert entry.pauses.get().ends_on is None
    objection_withdraw(objection_id=second.pk, actor=people.own, on=Day(2020, 3, 21))
    entry.refresh_from_db()
    assert entry.pauses.get().ends_on == Day(2020, 3, 21)
    assert entry.ends_on == Day(2021, 1, 31)


def test_a_supplement_stops_the_clock() -> None:
    people = make_people()
    entry = _entry(people, "nanning-urban", "yellow", Day(2022, 6, 6), mode="internal")
    objection = _accepted(people, Day(2022, 9, 1), entry_id=entry.pk)
    objection_supplement(objection_id=objection.pk, wanted="请补充鉴定意见", actor=people.handler, on=Day(2022, 9, 5))
    answered = objection_answer(objection_id=objection.pk, statement="已补充", actor=people.own, on=Day(2022, 9, 8))
    assert answered.state == "accepted"
    # three working days stood still (5, 6, 7 September); 国庆 is off until 10-07, 8 and 9 October are worked:
    # the twenty-third working day after 2022-09-01 is 2022-10-10
    assert answered.promised_on == Day(2022, 10, 10)


# --- outcomes


def test_an_upheld_objection_takes_the_record_and_the_entry_that_stands_on_it_away() -> None:
    people = make_people()
    entry = _entry(people, "mem-2023-11", "blacklist", Day(2026, 5, 20))
    publication = Publication.objects.get(subject=people.subject)
    assert publication.is_visible(Day(2026, 6, 1))
    objection = _accepted(people, Day(2026, 6, 1), record_id=entry.grounds.get().record_id)
    objection_uphold(
        objection_id=objection.pk, remedy="void", reason="责任认定有误", actor=people.approver, on=Day(2026, 6, 2)
    )
    record = Record.objects.get(pk=objection.record_id)
    entry.refresh_from_db()
    publication.refresh_from_db()
    assert (record.state, record.voided_on) == ("voided", Day(2026, 6, 2))
    assert (entry.end_reason, entry.ends_on) == ("corrected", entry.starts_on)
    assert not publication.is_visible(Day(2026, 6, 2))
    assert Objection.objects.get().remedy == "void"


def test_an_upheld_objection_to_an_entry_undoes_it_from_its_first_day() -> None:
    people = make_people()
    entry = _entry(people, "mem-2023-11", "blacklist", Day(2026, 5, 20))
    objection = _accepted(people, Day(2026, 6, 1), entry_id=entry.pk)
    objection_uphold(
        objection_id=objection.pk, remedy="revoke", reason="主体有误", actor=people.approver, on=Day(2026, 6, 2)
    )
    entry.refresh_from_db()
    assert (entry.end_reason, entry.ends_on) == ("revoked", entry.starts_on)


@pytest.mark.parametrize("remedy", ["revoke", "", "nonsense"])
def test_a_record_cannot_be_put_right_by_what_fits_an_entry(remedy: str) -> None:
    people = make_people()
    record = make_record(people.subject, department=people.department)
    objection = _accepted(people, Day(2026, 6, 1), record_id=record.pk)
    with pytest.raises(InvalidInput, match="作废记录、更正记录"):
        objection_uphold(
            objection_id=objection.pk, remedy=remedy, reason="有误", actor=people.approver, on=Day(2026, 6, 2)
        )
    assert Objection.objects.get().state == "accepted"


def test_a_refusal_tells_the_reason_and_every_way_that_stays_open() -> None:
    make_department(kind="joint-conference")
    people = make_people()
    record = make_record(people.subject, department=people.department)
    objection = _accepted(people, Day(2026, 6, 1), record_id=record.pk)
    objection_refuse(objection_id=objection.pk, reason="证据充分", actor=people.approver, on=Day(2026, 6, 3))
    record.refresh_from_db()
    told = Notice.objects.get(kind="objection.refuse").body
    assert record.disputed_on is None
    for words in ("证据充分", "联席会议办公室投诉", "60日内依法申请行政复议", "6个月内依法提起行政诉讼"):
        assert words in told


@pytest.mark.parametrize("act", [objection_refuse, objection_decline])
def test_no_refusal_without_a_reason(act) -> None:
    people = make_people()
    record = make_record(people.subject, department=people.department)
    make = _accepted if act is objection_refuse else _object
    objection = make(people, Day(2026, 6, 1), record_id=record.pk)
    with pytest.raises(RuleRefused, match="必须写明理由"):
        act(objection_id=objection.pk, reason=" ", actor=people.approver, on=Day(2026, 6, 3))


def test_who_accepted_does_not_decide() -> None:
    people = make_people()
    both = make_account("reviewer", "approver", department=people.department)
    record = make_record(people.subject, department=people.department)
    objection = _object(people, Day(2026, 6, 1), record_id=record.pk)
    objection_accept(objection_id=objection.pk, actor=both, on=Day(2026, 6, 1))
    with pytest.raises(NotAllowed, match="受理人不能"):
        objection_refuse(objection_id=objection.pk, reason="证据充分", actor=both, on=Day(2026, 6, 3))


def test_another_department_does_not_decide() -> None:
    people, others = make_people(), make_people()
    record = make_record(people.subject, department=people.department)
    objection = _object(people, Day(2026, 6, 1), record_id=record.pk)
    with pytest.raises(NotAllowed, match="谁认定、谁处理"):
        objection_accept(objection_id=objection.pk, actor=others.handler, on=Day(2026, 6, 1))


def test_an_ended_objection_is_over() -> None:
    people = make_people()
    record = make_record(people.subject, department=people.department)
    objection = _object(people, Day(2026, 6, 1), record_id=record.pk)
    objection_withdraw(objection_id=objection.pk, actor=people.own, on=Day(2026, 6, 2))
    with pytest.raises(TransitionRefused, match="已经办结（已撤回）"):
        objection_accept(objection_id=objection.pk, actor=people.handler, on=Day(2026, 6, 3))
    open_now = Deadline.objects.filter(met_on__isnull=True, cancelled_on__isnull=True, code="objection")
    assert not open_now.exists()


# --- the second level


def test_a_refused_objection_goes_to_the_joint_conference() -> None:
    office = make_department(kind="joint-conference")
    people = make_people()
    record = make_record(people.subject, department=people.department)
    objection = _accepted(people, Day(2026, 6, 1), record_id=record.pk)
    objection_refuse(objection_id=objection.pk, reason="证据充分", actor=people.approver, on=Day(2026, 6, 3))
    complaint = complaint_file(objection_id=objection.pk, statement="仍有异议", actor=people.own, on=Day(2026, 6, 5))
    record.refresh_from_db()
    assert (complaint.department, complaint.first, complaint.level) == (office, objection, "complaint")
    assert record.disputed_on == Day(2026, 6, 5)
    with pytest.raises(Conflict, match="已经提出投诉"):
        complaint_file(objection_id=objection.pk, statement="再次", actor=people.own, on=Day(2026, 6, 6))


def test_what_is_still_open_cannot_be_complained_about() -> None:
    make_department(kind="joint-conference")
    people = make_people()
    record = make_record(people.subject, department=people.department)
    objection = _object(people, Day(2026, 6, 1), record_id=record.pk)
    with pytest.raises(RuleRefused, match="只有不成立或者未予受理"):
        complaint_file(objection_id=objection.pk, statement="太慢", actor=people.own, on=Day(2026, 6, 2))
