"""Escalations: who is late beyond the county's days comes before the joint-conference office, once, until it is done."""

import datetime as dt

import pytest
from django.utils import timezone

from registry.base.errors import Conflict, InvalidInput, NotAllowed, TransitionRefused
from registry.models import Deadline, Event, Notice
from registry.rules.joint_action import load_joint_action
from sanctions.models import Escalation, EscalationStep, ListEntry, MeasureOrder
from sanctions.selectors.escalations import escalation_rows, escalations_visible_to, in_tab
from sanctions.services.entries import entry_pause
from sanctions.services.escalations import (
    escalation_close,
    escalation_explain,
    escalation_urge,
    orders_escalate,
)
from sanctions.services.orders import order_receive, order_refuse
from tests.factories import make_account, make_department
from tests.sanctions.listing import make_entry, run_policy

pytestmark = pytest.mark.django_db

DAY = dt.date(2026, 3, 2)  # a Monday; answers are due ten working days later, Monday 16 March
FIVE_LATE = dt.date(2026, 3, 23)  # five working days after 16 March
BEYOND = dt.date(2026, 3, 24)
ONE_DAY = dt.timedelta(days=1)


@pytest.fixture
def market():
    return make_department("market", name="演示县市场监督管理局")


@pytest.fixture
def conference():
    return make_department("joint-conference", kind="joint-conference")


@pytest.fixture
def listed(market, conference) -> ListEntry:
    run_policy("mem-2023-11", on=DAY)
    return make_entry("mem-2023-11", "blacklist", on=DAY)


@pytest.fixture
def order(listed, market) -> MeasureOrder:
    return MeasureOrder.objects.get(department=market)


@pytest.fixture
def officer(market):
    return make_account("department", department=market)


@pytest.fixture
def supervisor(conference):
    return make_account("department", department=conference)


@pytest.fixture
def escalation(order) -> Escalation:
    escalate(BEYOND)
    return Escalation.objects.get(order=order)


def escalate(on):
    return orders_escalate(on=on, at=timezone.now())


def test_the_countys_days_are_five_and_marked_as_assumed():
    limit = load_joint_action().escalation
    assert (limit.working_days, limit.assumed, bool(limit.reason)) == (5, True, True)


@pytest.mark.parametrize(("on", "number"), [(FIVE_LATE, 0), (BEYOND, 1), (BEYOND + 30 * ONE_DAY, 1)])
def test_a_task_is_escalated_when_it_is_late_by_more_than_the_countys_days(order, on, number):
    assert escalate(on)["escalated"] == number


def test_a_second_run_escalates_nothing_and_tells_nobody_again(order):
    escalate(BEYOND)
    told = Notice.objects.count()
    assert (escalate(BEYOND + ONE_DAY), Notice.objects.count()) == ({"escalated": 0, "settled": 0}, told)


def test_the_office_and_the_department_are_told_once_with_every_task(order, conference, market, escalation):
    told = Notice.objects.filter(kind="order.escalated").values_list("department__code", flat=True)
    assert sorted(told) == ["joint-conference", "market"]
    assert (escalation.office, escalation.due_on, escalation.raised_on) == (conference, dt.date(2026, 3, 16), BEYOND)
    assert Event.objects.filter(name="escalation.raised", subject=order.entry.subject).count() == 1


def test_an_answered_task_is_not_escalated(order, officer):
    order_refuse(order=order, reason="没有相关事项", actor=officer, on=DAY)
    assert escalate(BEYOND)["escalated"] == 0


def test_receiving_alone_is_no_answer(order, officer):
    order_receive(order=order, actor=officer, on=DAY)
    assert escalate(BEYOND)["escalated"] == 1


def test_a_clock_that_stands_still_is_not_late(order, listed):
    entry_pause(entry=listed, reason="复议停止执行", actor=make_account("reviewer"), on=DAY + ONE_DAY)
    assert escalate(BEYOND)["escalated"] == 0


def test_no_answer_is_owed_for_an_entry_that_is_over_even_before_any_job_said_so(order, listed):
    listed.ends_on = BEYOND
    listed.save_by(None, reason="test")
    assert escalate(BEYOND)["escalated"] == 0


def test_an_answer_closes_the_escalation_in_the_same_step(escalation, order, officer):
    order_refuse(order=order, reason="没有相关事项", actor=officer, on=BEYOND + ONE_DAY)
    escalation.refresh_from_db()
    assert (escalation.state, escalation.closed_on) == ("closed", BEYOND + ONE_DAY)
    # 17 to 25 March: seven working days behind the 16th
    assert escalation.steps.last().text == "部门已反馈不予采取，逾期7个工作日"


def test_explaining_urging_and_closing_leave_their_steps(escalation, officer, supervisor):
    row = escalation_explain(escalation=escalation, text="系统升级，本周办结", actor=officer, on=BEYOND)
    assert row.state == "explained"
    row = escalation_urge(escalation=row, text="请限期办理", until=None, actor=supervisor, on=BEYOND)
    # five working days after Tuesday 24 March
    assert (row.state, row.urged_until) == ("urged", dt.date(2026, 3, 31))
    row = escalation_explain(escalation=row, text="正在办理", actor=officer, on=BEYOND)
    assert row.state == "urged"
    row = escalation_close(escalation=row, text="已约谈，另行通报", actor=supervisor, on=BEYOND)
    assert list(row.steps.values_list("kind", flat=True)) == ["raised", "explained", "urged", "explained", "closed"]
    assert Deadline.objects.filter(code="escalation-urging", met_on=None, cancelled_on=None).count() == 0


def test_an_urging_reminds_the_department_by_a_deadline_of_its_own(escalation, supervisor, market):
    escalation_urge(escalation=escalation, text="请办理", until=dt.date(2026, 3, 28), actor=supervisor, on=BEYOND)
    deadline = Deadline.objects.get(code="escalation-urging")
    # the 28th is a Saturday: Monday 30 March
    assert (deadline.due_on, deadline.department) == (dt.date(2026, 3, 30), market)


def test_an_urging_for_today_or_earlier_is_refused(escalation, supervisor):
    with pytest.raises(InvalidInput, match="整改期限"):
        escalation_urge(escalation=escalation, text="请办理", until=BEYOND, actor=supervisor, on=BEYOND)


def test_nobody_handles_the_escalation_of_their_own_department(escalation, market):
    approver = make_account("approver", department=market)
    for act in (escalation_close, lambda **given: escalation_urge(until=None, **given)):
        with pytest.raises(NotAllowed, match="本部门"):
            act(escalation=escalation, text="办结", actor=approver, on=BEYOND)


def test_a_department_neither_urges_nor_explains_for_another(escalation):
    other = make_account("department", department=make_department())
    for act in (escalation_close, escalation_explain):
        with pytest.raises(NotAllowed):
            act(escalation=escalation, text="办结", actor=other, on=BEYOND)


def test_a_closed_escalation_and_a_stale_form_are_refused(escalation, supervisor, officer):
    with pytest.raises(Conflict):
        escalation_close(escalation=escalation, text="办结", actor=supervisor, on=BEYOND, version=0)
    escalation_close(escalation=escalation, text="办结", actor=supervisor, on=BEYOND)
    with pytest.raises(TransitionRefused):
        escalation_explain(escalation=escalation, text="迟到的说明", actor=officer, on=BEYOND)


def test_a_closed_escalation_is_not_raised_again(escalation, supervisor):
    escalation_close(escalation=escalation, text="办结", actor=supervisor, on=BEYOND)
    assert escalate(BEYOND + 30 * ONE_DAY)["escalated"] == 0


def test_who_sees_which_escalations(escalation, officer, supervisor):
    seen = [
        escalations_visible_to(who, BEYOND).count()
        for who in (
            officer,
            supervisor,
            make_account("handler"),
            make_account("department", department=make_department()),
        )
    ]
    assert seen == [1, 1, 1, 0]


def test_the_job_closes_what_ended_another_way(escalation, order):
    deadline = Deadline.objects.get(pk=escalation.deadline_id)
    deadline.cancelled_on = BEYOND
    deadline.save_by(None, reason="test")
    assert escalate(BEYOND + ONE_DAY) == {"escalated": 0, "settled": 1}
    assert EscalationStep.objects.last().kind == "settled"


def test_a_row_tells_how_late_and_whether_the_urging_is_over(escalation, supervisor):
    escalation_urge(escalation=escalation, text="请办理", until=None, actor=supervisor, on=BEYOND)
    on = dt.date(2026, 4, 1)
    rows = escalation_rows(list(in_tab(Escalation.objects.all(), "overdue", on)), on)
    # 17 March to 1 April: twelve working days
    assert [(row.late, row.is_urging_over) for row in rows] == [("逾期12个工作日", True)]
    assert not in_tab(Escalation.objects.all(), "overdue", dt.date(2026, 3, 31)).exists()
