"""The promised day where an edition sets none, the subject's time to hand in more, putting off once. Days by hand: in
2026 the Dragon Boat rest days are 19 to 21 June, no Saturday or Sunday of June is worked.
"""

import datetime as dt

import pytest

from registry.base.errors import NotAllowed, RuleRefused, TransitionRefused
from registry.models import Deadline, Document, Notice
from repair.models import Objection, RepairApplication
from repair.services.extensions import request_extend
from repair.services.objection_decisions import objection_decline
from repair.services.objections import complaint_file, objection_answer, objection_file, objection_supplement
from repair.services.repair_decisions import repair_decline, repair_refuse
from repair.services.repairs import repair_accept, repair_file, repair_supplement
from tests.factories import make_department, make_record
from tests.repair.people import make_people
from tests.repair.scenes import accepted_objection, accepted_repair, entry_of, penalty
from tests.sanctions.listing import load_policy

pytestmark = pytest.mark.django_db
Day = dt.date
FILED, DUE = Day(2026, 6, 1), Day(2026, 6, 15)  # a Monday, and the tenth working day after it


def _deadline(request: Objection | RepairApplication, code: str) -> Deadline:
    return Deadline.objects.get(
        object_kind=request._meta.label_lower, object_id=request.pk, code=code, cancelled_on__isnull=True
    )


# --- where the edition sets no day


def test_an_objection_that_no_edition_rules_is_promised_within_fifteen_working_days() -> None:
    people = make_people()
    record = make_record(people.subject, department=people.department)
    objection = accepted_objection(people, FILED, record_id=record.pk)
    # 2 to 18 June are thirteen working days, 22 and 23 June the fourteenth and fifteenth
    assert objection.promised_on == Day(2026, 6, 23)
    limit = _deadline(objection, "objection")
    assert (limit.is_assumed, limit.pack_id) == (True, "county-default")
    assert "2026-06-23" in Notice.objects.get(kind="objection.accepted").body


def test_a_complaint_is_promised_too() -> None:
    make_department(kind="joint-conference")
    people = make_people()
    record = make_record(people.subject, department=people.department)
    first = objection_file(
        subject_id=people.subject.pk, statement="有误", actor=people.own, on=FILED, record_id=record.pk
    )
    objection_decline(objection_id=first.pk, reason="不属于本部门", actor=people.approver, on=FILED)
    complaint = complaint_file(objection_id=first.pk, statement="不服", actor=people.own, on=FILED)
    assert complaint.promised_on == Day(2026, 6, 23)


def test_a_repair_whose_edition_sets_no_day_has_the_countys() -> None:
    people = make_people()
    entry = entry_of(people, "city-plan", "blacklist", Day(2026, 5, 6))
    application = repair_file(
        subject_id=people.subject.pk, statement="已整改", actor=people.own, on=FILED, entry_id=entry.pk
    )
    # three working days to accept: 2, 3 and 4 June
    assert _deadline(application, "repair-accept").due_on == Day(2026, 6, 4)
    application = repair_accept(application_id=application.pk, actor=people.handler, on=Day(2026, 6, 3))
    # ten working days from 3 June: 4, 5, 8 to 12, 15, 16 and 17 June
    assert application.promised_on == Day(2026, 6, 17)
    assert _deadline(application, "repair").is_assumed


# --- the subject's own time


def test_nobody_is_turned_away_while_the_time_to_hand_in_runs() -> None:
    people = make_people()
    record = make_record(people.subject, department=people.department)
    objection = objection_file(
        subject_id=people.subject.pk, statement="有误", actor=people.own, on=FILED, record_id=record.pk
    )
    objection_supplement(objection_id=objection.pk, wanted="鉴定意见", actor=people.handler, on=FILED)
    # ten working days (assumed) from 1 June end on 15 June
    limit = _deadline(objection, "supplement")
    assert (limit.due_on, limit.role) == (Day(2026, 6, 15), "subject")
    assert "2026-06-15" in Notice.objects.get(kind="objection.supplement").body
    with pytest.raises(RuleRefused, match="2026-06-15"):
        objection_decline(objection_id=objection.pk, reason="没有补正", actor=people.approver, on=Day(2026, 6, 15))
    declined = objection_decline(
        objection_id=objection.pk, reason="没有补正", actor=people.approver, on=Day(2026, 6, 16)
    )
    assert declined.state == "declined"


def test_an_answer_in_time_meets_the_subjects_limit() -> None:
    people = make_people()
    record = make_record(people.subject, department=people.department)
    objection = accepted_objection(people, FILED, record_id=record.pk)
    objection_supplement(objection_id=objection.pk, wanted="鉴定意见", actor=people.handler, on=Day(2026, 6, 2))
    answered = objection_answer(objection_id=objection.pk, statement="已补", actor=people.own, on=Day(2026, 6, 5))
    assert _deadline(objection, "supplement").met_on == Day(2026, 6, 5)
    # 2, 3 and 4 June stood still: the eighteenth working day after 1 June, 24, 25 and 26 June following the 23rd
    assert answered.promised_on == Day(2026, 6, 26)


def test_a_repair_too_waits_for_what_it_asked_for() -> None:
    load_policy("ndrc-2025-36")
    people = make_people()
    record = penalty(people, "警告", decided_on=Day(2026, 5, 1))
    application = repair_file(
        subject_id=people.subject.pk, statement="", actor=people.own, on=FILED, record_id=record.pk
    )
    repair_supplement(application_id=application.pk, wanted="承诺书", actor=people.handler, on=FILED)
    with pytest.raises(RuleRefused, match="补正"):
        repair_decline(application_id=application.pk, reason="没有补正", actor=people.approver, on=Day(2026, 6, 2))


# --- put off once


def _running_repair():
    load_policy("ndrc-2025-36")
    people = make_people()
    record = penalty(people, "没收违法所得", decided_on=Day(2026, 4, 10))
    return people, accepted_repair(people, FILED, record_id=record.pk)


def _extend(people, application, on=DUE, actor=None):
    return request_extend(
        model=RepairApplication, request_id=application.pk, reason="需要现场核查", actor=actor or people.approver, on=on
    )


def test_the_decision_is_put_off_by_the_days_of_the_rule_and_the_subject_is_told() -> None:
    people, application = _running_repair()
    assert application.promised_on == Day(2026, 6, 15)
    later = _extend(people, application)
    # the twentieth working day after 1 June: 16, 17, 18, 22 to 26, 29 and 30 June follow the tenth
    assert later.promised_on == Day(2026, 6, 30)
    assert _deadline(application, "repair").due_on == Day(2026, 6, 30)
    told = Notice.objects.get(kind="request.extended")
    assert told.subject == people.subject
    assert "2026-06-30" in told.body
    assert "需要现场核查" in told.body
    assert Document.objects.filter(object_id=application.pk, kind="request-extend").count() == 1


def test_it_is_put_off_once() -> None:
    people, application = _running_repair()
    _extend(people, application)
    with pytest.raises(TransitionRefused, match="2026-06-30前办结"):
        _extend(people, application)


def test_it_is_not_put_off_when_the_day_is_over() -> None:
    people, application = _running_repair()
    with pytest.raises(RuleRefused, match="届满之后不能延长"):
        _extend(people, application, on=Day(2026, 6, 16))


def test_it_is_not_put_off_where_the_rule_knows_no_extension() -> None:
    people = make_people()
    record = make_record(people.subject, department=people.department)
    objection = accepted_objection(people, FILED, record_id=record.pk)
    with pytest.raises(RuleRefused, match="没有规定可以延长"):
        request_extend(
            model=Objection, request_id=objection.pk, reason="复杂", actor=people.approver, on=Day(2026, 6, 2)
        )


def test_only_who_decides_puts_off() -> None:
    people, application = _running_repair()
    with pytest.raises(NotAllowed):
        _extend(people, application, actor=people.handler)
    with pytest.raises(NotAllowed, match="其他部门"):
        _extend(people, application, actor=make_people().approver)


def test_a_decided_application_is_not_put_off() -> None:
    people, application = _running_repair()
    repair_refuse(application_id=application.pk, reason="条件不备", actor=people.approver, on=Day(2026, 6, 2))
    with pytest.raises(TransitionRefused, match="已经办结"):
        _extend(people, application)
