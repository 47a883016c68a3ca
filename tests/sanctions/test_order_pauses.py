"""Pauses and resumptions by department: asked, confirmed, each with its day; time that stands still for the unanswered."""

import datetime as dt

import pytest
from django.utils import timezone

from registry.base.errors import NotAllowed, TransitionRefused
from registry.models import Deadline
from registry.services.reminders import deadlines_remind
from sanctions.models import ListEntry, MeasureOrder, OrderPause
from sanctions.selectors.orders import in_queue, in_queue_order, order_rows, orders_owed
from sanctions.services.entries import entry_end, entry_pause, entry_resume
from sanctions.services.order_pauses import order_confirm_pause, order_confirm_resumption
from sanctions.services.orders import order_carry_out, order_receive
from tests.factories import make_account, make_department
from tests.sanctions.listing import make_entry, run_policy

pytestmark = pytest.mark.django_db

DAY = dt.date(2026, 3, 2)  # a Monday
ONE_DAY = dt.timedelta(days=1)


@pytest.fixture
def market():
    return make_department("market")


@pytest.fixture
def listed(market) -> ListEntry:
    run_policy("mem-2023-11", on=DAY)
    return make_entry("mem-2023-11", "blacklist", on=DAY)


@pytest.fixture
def order(listed, market) -> MeasureOrder:
    return MeasureOrder.objects.get(department=market)


@pytest.fixture
def officer(market):
    return make_account("department", department=market)


@pytest.fixture
def reviewer():
    return make_account("reviewer")


@pytest.fixture
def done(order, officer) -> MeasureOrder:
    """The order, received and carried out on its first day."""
    return carry_out(order, officer, DAY)


def carry_out(order, officer, on, done_on=DAY):
    order_receive(order=order, actor=officer, on=on)
    return order_carry_out(
        order=order, text="已限制登记", done_on=done_on, document_number="", upload=None, actor=officer, on=on
    )


def pause(entry, reviewer, on):
    return entry_pause(entry=entry, reason="复议停止执行", actor=reviewer, on=on)


def resume(entry, reviewer, on):
    entry.refresh_from_db()
    return entry_resume(entry=entry, note="复议维持", actor=reviewer, on=on)


def open_codes(order):
    found = Deadline.objects.filter(object_id=order.pk, object_kind="sanctions.measureorder")
    return set(found.filter(met_on=None, cancelled_on=None).values_list("code", "due_on"))


def owed(order, on):
    return order_rows([MeasureOrder.objects.select_related("entry__subject", "department").get(pk=order.pk)], on)[
        0
    ].owed


def test_a_pause_asks_for_the_stop_of_what_was_carried_out(done, listed, reviewer):
    pause(listed, reviewer, DAY + ONE_DAY)
    # two working days after Tuesday 3 March: Thursday
    assert (open_codes(done), owed(done, DAY + ONE_DAY)) == ({("order-pause", dt.date(2026, 3, 5))}, "confirm-pause")


def test_the_department_confirms_the_stop_and_owes_nothing_while_the_measures_stand(done, listed, reviewer, officer):
    pause(listed, reviewer, DAY + ONE_DAY)
    order_confirm_pause(order=done, text="已停止限制", actor=officer, on=DAY + 2 * ONE_DAY)
    row = OrderPause.objects.get()
    assert (row.stop_asked_on, row.stopped_on) == (DAY + ONE_DAY, DAY + 2 * ONE_DAY)
    assert (open_codes(done), owed(done, DAY + 2 * ONE_DAY)) == (set(), "")
    assert done.feedback.last().kind == "stopped"


def test_after_the_pause_the_department_confirms_that_it_goes_on(done, listed, reviewer, officer):
    pause(listed, reviewer, DAY + ONE_DAY)
    order_confirm_pause(order=done, text="", actor=officer, on=DAY + ONE_DAY)
    resume(listed, reviewer, DAY + 7 * ONE_DAY)
    # five working days after Monday 9 March: Monday 16 March
    assert open_codes(done) == {("order-resumption", dt.date(2026, 3, 16))}
    assert owed(done, DAY + 7 * ONE_DAY) == "confirm-resumption"
    order_confirm_resumption(order=done, text="", actor=officer, on=DAY + 8 * ONE_DAY)
    row = OrderPause.objects.get()
    assert (row.resumption_asked_on, row.resumed_on) == (DAY + 7 * ONE_DAY, DAY + 8 * ONE_DAY)
    assert (open_codes(done), owed(done, DAY + 8 * ONE_DAY)) == (set(), "")


def test_a_stop_never_confirmed_is_not_owed_once_the_pause_is_over(done, listed, reviewer, officer):
    pause(listed, reviewer, DAY + ONE_DAY)
    resume(listed, reviewer, DAY + 7 * ONE_DAY)
    assert {code for code, _ in open_codes(done)} == {"order-resumption"}
    with pytest.raises(TransitionRefused, match="没有待确认的暂停"):
        order_confirm_pause(order=done, text="", actor=officer, on=DAY + 7 * ONE_DAY)


def test_what_was_not_answered_yet_has_nothing_to_stop_and_its_time_stands_still(order, listed, reviewer):
    pause(listed, reviewer, DAY + ONE_DAY)
    assert OrderPause.objects.count() == 0
    assert not in_queue(MeasureOrder.objects.all(), "late", DAY + 60 * ONE_DAY).filter(pk=order.pk).exists()
    resume(listed, reviewer, DAY + 8 * ONE_DAY)
    # due on 16 March; the clock stood on five working days, 3 to 9 March: 23 March
    assert open_codes(order) == {("order-answer", dt.date(2026, 3, 23))}


def test_what_is_reported_only_during_the_pause_is_to_be_stopped_at_once(order, listed, reviewer, officer):
    pause(listed, reviewer, DAY + 2 * ONE_DAY)
    carry_out(order, officer, DAY + 3 * ONE_DAY, done_on=DAY + ONE_DAY)
    assert {code for code, _ in open_codes(order)} == {"order-pause"}
    assert OrderPause.objects.get().stop_asked_on == DAY + 3 * ONE_DAY


def test_nothing_is_to_be_taken_up_again_when_the_entry_ended_meanwhile(done, listed, reviewer, officer):
    pause(listed, reviewer, DAY + ONE_DAY)
    listed.refresh_from_db()
    entry_end(entry=listed, reason="revoked", ends_on=DAY + 3 * ONE_DAY, note="复议撤销",
              actor=make_account("approver"), on=DAY + 3 * ONE_DAY)  # fmt: skip
    assert {code for code, _ in open_codes(done)} == {"order-ending"}
    for confirm in (order_confirm_pause, order_confirm_resumption):
        with pytest.raises(TransitionRefused):
            confirm(order=done, text="", actor=officer, on=DAY + 3 * ONE_DAY)


def test_a_second_pause_is_asked_anew_and_stops_the_first_resumption(done, listed, reviewer, officer):
    pause(listed, reviewer, DAY + ONE_DAY)
    resume(listed, reviewer, DAY + 2 * ONE_DAY)
    listed.refresh_from_db()
    pause(listed, reviewer, DAY + 3 * ONE_DAY)
    assert (OrderPause.objects.count(), owed(done, DAY + 3 * ONE_DAY)) == (2, "confirm-pause")
    with pytest.raises(TransitionRefused):
        order_confirm_resumption(order=done, text="", actor=officer, on=DAY + 3 * ONE_DAY)
    assert {code for code, _ in open_codes(done)} == {"order-pause"}


def test_another_department_confirms_nothing(done, listed, reviewer):
    pause(listed, reviewer, DAY + ONE_DAY)
    with pytest.raises(NotAllowed):
        order_confirm_pause(
            order=done, text="", actor=make_account("department", department=make_department()), on=DAY + ONE_DAY
        )


def test_what_is_owed_about_a_pause_stands_in_the_queues(done, listed, reviewer):
    pause(listed, reviewer, DAY + ONE_DAY)
    everything = MeasureOrder.objects.all()
    assert list(in_queue(everything, "stopping", DAY + ONE_DAY)) == [done]
    assert done in orders_owed(everything, DAY + ONE_DAY)
    assert done in in_queue(everything, "late", dt.date(2026, 3, 6))
    resume(listed, reviewer, DAY + 7 * ONE_DAY)
    assert list(in_queue(everything, "stopping", DAY + 7 * ONE_DAY)) == []
    assert list(in_queue(everything, "resuming", DAY + 7 * ONE_DAY)) == [done]


def test_the_stop_that_was_asked_for_first_stands_first(done, listed, market, reviewer, officer):
    other = make_entry("mem-2023-11", "blacklist", on=DAY + ONE_DAY)
    later = carry_out(other.orders.get(department=market), officer, DAY + ONE_DAY, done_on=DAY + ONE_DAY)
    pause(other, reviewer, DAY + 2 * ONE_DAY)  # dispatched later, and to be stopped before the other
    pause(listed, reviewer, DAY + 3 * ONE_DAY)
    stopping = in_queue(MeasureOrder.objects.all(), "stopping", DAY + 3 * ONE_DAY)
    assert list(in_queue_order(stopping, "stopping")) == [later, done]
    resume(listed, reviewer, DAY + 4 * ONE_DAY)
    resume(other, reviewer, DAY + 5 * ONE_DAY)
    resuming = in_queue(MeasureOrder.objects.all(), "resuming", DAY + 5 * ONE_DAY)
    assert list(in_queue_order(resuming, "resuming")) == [done, later]


@pytest.mark.parametrize(
    ("on", "stage"),
    [(dt.date(2026, 3, 4), "before"), (dt.date(2026, 3, 5), "on"), (dt.date(2026, 3, 6), "after")],
)
def test_reminders_before_on_and_after_the_day_once_each(done, listed, reviewer, on, stage):
    pause(listed, reviewer, DAY + ONE_DAY)  # due on 5 March
    counts = [deadlines_remind(on=on, at=timezone.now())["reminded"] for _ in range(2)]
    assert counts == [1, 0], stage
