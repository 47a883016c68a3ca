"""Two at once, on PostgreSQL: escalations, confirmations and monthly reports are never doubled."""

import datetime as dt

import pytest
from django.utils import timezone

from registry.base.errors import TransitionRefused
from registry.models import Notice
from sanctions.models import Escalation, JointReport, MeasureOrder, OrderFeedback
from sanctions.services.entries import entry_pause
from sanctions.services.escalations import orders_escalate
from sanctions.services.joint_reports import joint_reports_make_due
from sanctions.services.order_pauses import order_confirm_pause
from sanctions.services.orders import order_carry_out, order_receive, order_refuse
from tests.factories import make_account, make_department
from tests.sanctions.listing import make_entry, run_policy
from tests.sanctions.test_case_races import at_once, split

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("needs_postgres")]

DAY = dt.date(2026, 3, 2)
LATE = dt.date(2026, 3, 24)


@pytest.fixture
def order():
    market = make_department("market")
    make_department("joint-conference", kind="joint-conference")
    make_department("credit-office", kind="credit-office")
    run_policy("mem-2023-11", on=DAY)
    make_entry("mem-2023-11", "blacklist", on=DAY)
    return MeasureOrder.objects.get(department=market)


def officer_of(order):
    return make_account("department", department=order.department)


def test_two_runs_at_once_escalate_once(order):
    counts = at_once(*[lambda: orders_escalate(on=LATE, at=timezone.now())["escalated"]] * 2)
    assert (sorted(counts), Escalation.objects.count()) == ([0, 1], 1)
    assert Notice.objects.filter(kind="order.escalated").count() == 2


def test_an_answer_and_an_escalation_at_once_leave_no_open_escalation(order):
    officer = officer_of(order)
    at_once(
        lambda: orders_escalate(on=LATE, at=timezone.now()),
        lambda: order_refuse(order=order, reason="没有相关事项", actor=officer, on=LATE),
    )
    assert not Escalation.objects.exclude(state="closed").exists()


def test_two_officers_confirm_a_pause_once(order):
    officers = [officer_of(order) for _ in range(2)]
    order_receive(order=order, actor=officers[0], on=DAY)
    order_carry_out(order=order, text="已限制", done_on=DAY, document_number="", upload=None, actor=officers[0], on=DAY)
    entry_pause(entry=order.entry, reason="复议停止执行", actor=make_account("reviewer"), on=DAY)
    done, refused = split(
        at_once(*(lambda who=who: order_confirm_pause(order=order, text="", actor=who, on=DAY) for who in officers))
    )
    assert (len(done), [type(each) for each in refused]) == (1, [TransitionRefused])
    assert OrderFeedback.objects.filter(kind="stopped").count() == 1


def test_two_runs_at_once_make_a_report_once(order):
    counts = at_once(*[lambda: joint_reports_make_due(on=dt.date(2026, 4, 1))["reports"]] * 2)
    assert (sorted(counts), JointReport.objects.count()) == ([0, 1], 1)
