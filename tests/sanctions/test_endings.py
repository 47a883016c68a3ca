"""Endings: enforced by date alone; announcing them is idempotent, and late is the same as on time."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from registry.models import Deadline, Event, Notice
from sanctions.models import ListEntry, MeasureOrder
from sanctions.selectors.orders import in_queue, orders_in_force
from sanctions.services.endings import endings_dispatch
from sanctions.services.entries import entry_end, entry_pause, entry_resume
from sanctions.services.orders import order_carry_out, order_receive, order_refuse
from tests.factories import make_account, make_department
from tests.sanctions.listing import make_entry, run_policy

pytestmark = pytest.mark.django_db

FIRST = dt.date(2026, 3, 2)
LAST = dt.date(2029, 3, 2)
GONE = dt.date(2029, 3, 3)
ONE_DAY = dt.timedelta(days=1)


@pytest.fixture
def listed() -> ListEntry:
    """An entry with orders at the emergency bureau and the market bureau, carried out by nobody yet."""
    make_department("emergency")
    make_department("market")
    run_policy("mem-2023-11", on=FIRST)
    return make_entry("mem-2023-11", "blacklist", on=FIRST)


def test_a_measure_is_in_force_through_the_last_day_and_not_the_day_after_with_no_job(listed):
    everything = MeasureOrder.objects.filter(entry=listed)
    counts = [orders_in_force(everything, day).count() for day in (LAST, GONE)]
    assert counts == [everything.count(), 0]


def test_a_paused_measure_is_not_in_force(listed):
    entry_pause(entry=listed, reason="复议停止执行", actor=None, on=FIRST)
    assert orders_in_force(MeasureOrder.objects.filter(entry=listed), FIRST).count() == 0


def test_nothing_is_announced_on_the_last_day(listed):
    assert endings_dispatch(on=LAST) == {"ended": 0, "orders": 0}


def test_the_day_after_every_department_is_told(listed):
    endings_dispatch(on=GONE)
    told = Notice.objects.filter(kind="order.ending").values_list("department__code", flat=True)
    assert sorted(told) == ["emergency", "market"]


def test_the_day_after_every_order_waits_for_its_lifting(listed):
    endings_dispatch(on=GONE)
    states = set(MeasureOrder.objects.values_list("ending", "ending_dispatched_on"))
    assert states == {("dispatched", GONE)}


def test_the_subject_is_told_that_it_is_off_the_list(listed):
    endings_dispatch(on=GONE)
    assert Notice.objects.filter(kind="entry.ended", subject=listed.subject).count() == 1


def test_announcing_twice_is_announcing_once(listed):
    endings_dispatch(on=GONE)
    before = (Notice.objects.count(), Event.objects.count(), Deadline.objects.count())
    endings_dispatch(on=GONE)
    endings_dispatch(on=GONE + ONE_DAY)
    assert (Notice.objects.count(), Event.objects.count(), Deadline.objects.count()) == before


def outcome() -> tuple:
    orders = MeasureOrder.objects.order_by("pk").values_list("ending", "ending_dispatched_on")
    deadlines = Deadline.objects.order_by("pk").values_list("code", "starts_on", "due_on", "cancelled_on")
    events = Event.objects.order_by("pk").values_list("name", "on")
    return (list(orders), list(deadlines), list(events), ListEntry.objects.get().expiry_announced_on)


@pytest.mark.parametrize("late", [0, 1, 7])
def test_a_late_run_leaves_what_a_punctual_one_leaves(listed, late):
    endings_dispatch(on=GONE + late * ONE_DAY)
    orders, _, events, announced = outcome()
    assert ({day for _, day in orders}, events[-1], announced) == ({GONE}, ("entry.end_announced", GONE), GONE)


def test_the_time_to_lift_runs_from_the_end_of_the_entry(listed):
    endings_dispatch(on=GONE + 7 * ONE_DAY)
    assert set(Deadline.objects.filter(code="order-ending").values_list("starts_on", flat=True)) == {GONE}


def test_the_time_to_answer_is_over_when_the_entry_is(listed):
    endings_dispatch(on=GONE)
    assert Deadline.objects.filter(code="order-answer", met_on=None, cancelled_on=None).count() == 0


def test_a_refused_order_has_nothing_to_lift(listed):
    order = MeasureOrder.objects.filter(department__code="market").first()
    officer = make_account("department", department=order.department)
    order_refuse(order=order, reason="没有该主体的登记", actor=officer, on=FIRST)
    endings_dispatch(on=GONE)
    order.refresh_from_db()
    assert order.ending == ""


def test_the_number_of_statements_does_not_grow_with_the_entries(listed):
    def statements(on):
        with CaptureQueriesContext(connection) as caught:
            counts = endings_dispatch(on=on)
        return len(caught), counts["ended"]

    for _ in range(4):
        make_entry("mem-2023-11", "blacklist", on=FIRST + ONE_DAY)
    one, several = statements(GONE), statements(GONE + ONE_DAY)
    assert (one[1], several[1]) == (1, 4)
    assert several[0] == one[0]


def test_an_early_end_is_dispatched_at_once(listed):
    day = FIRST + 400 * ONE_DAY
    entry_end(entry=listed, reason="repaired", ends_on=day, note="准予提前移出", actor=None, on=day)
    assert set(MeasureOrder.objects.values_list("ending_dispatched_on", flat=True)) == {day}


def test_an_early_end_in_the_future_is_dispatched_on_its_day(listed):
    day = FIRST + 400 * ONE_DAY
    entry_end(entry=listed, reason="repaired", ends_on=day, note="准予提前移出", actor=None, on=day - 5 * ONE_DAY)
    before = endings_dispatch(on=day - ONE_DAY)["ended"]
    assert (before, endings_dispatch(on=day)["ended"]) == (0, 1)


def test_orders_over_by_date_wait_for_lifting_before_any_job_ran(listed):
    everything = MeasureOrder.objects.filter(entry=listed)
    assert in_queue(everything, "ending", GONE).count() == everything.count()


def test_an_end_that_a_pause_may_still_move_is_not_announced():
    entry = make_entry("city-plan", "blacklist", on=dt.date(2020, 1, 10))
    entry_pause(entry=entry, reason="异议核查", actor=None, on=dt.date(2021, 1, 5))
    assert endings_dispatch(on=dt.date(2021, 2, 1))["ended"] == 0


def test_a_pause_that_ends_after_the_counted_term_still_lengthens_it():
    entry = make_entry("city-plan", "blacklist", on=dt.date(2020, 1, 10))
    entry_pause(entry=entry, reason="异议核查", actor=None, on=dt.date(2021, 1, 5))
    entry_resume(entry=entry, note="异议不成立", actor=None, on=dt.date(2021, 1, 25))
    entry.refresh_from_db()
    assert entry.ends_on - ONE_DAY == dt.date(2021, 1, 30)


def test_a_carried_out_order_reported_before_the_end_is_lifted_after_it(listed):
    order = MeasureOrder.objects.filter(department__code="market").first()
    officer = make_account("department", department=order.department)
    order_receive(order=order, actor=officer, on=FIRST)
    order_carry_out(order=order, text="已限制登记", done_on=FIRST, document_number="", upload=None, actor=officer,
                    on=FIRST)  # fmt: skip
    endings_dispatch(on=GONE)
    order.refresh_from_db()
    assert (order.state, order.ending) == ("carried-out", "dispatched")
