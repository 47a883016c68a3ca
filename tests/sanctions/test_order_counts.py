"""Numbers of orders by department are those of the queues themselves, whatever was done with the orders on which day."""

import contextlib
import datetime as dt
import random

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from registry.base.errors import DomainError
from registry.selectors.deadlines import NO_DAY
from sanctions.models import ListEntry, MeasureOrder
from sanctions.selectors.order_counts import (
    OwedNumbers,
    department_standings,
    numbers_by_department,
    owed_numbers,
    queue_counts,
)
from sanctions.selectors.orders import in_queue, order_state, orders_owed, owed_first
from sanctions.services.endings import endings_dispatch
from sanctions.services.entries import entry_end, entry_pause, entry_resume
from sanctions.services.order_pauses import order_confirm_pause, order_confirm_resumption
from sanctions.services.orders import order_carry_out, order_confirm_end, order_receive, order_refuse
from sanctions.services.restoring import entry_restore
from tests.factories import make_account, make_department
from tests.sanctions.listing import make_entry, make_order, run_policy

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 3, 2)
QUEUES = ("waiting", "answering", "late", "refused", "ending")


@pytest.fixture
def county():
    """Two departments that the catalogue names, with an officer each, and four entries begun in one week."""
    officers = {}
    for code in ("market", "emergency"):
        department = make_department(code)
        officers[department.pk] = make_account("department", department=department)
    run_policy("mem-2023-11", on=DAY)
    for place in range(4):
        make_entry("mem-2023-11", "blacklist", on=DAY + dt.timedelta(2 * place))
    return officers


def told(on):
    """The numbers by department, as the page shows them."""
    rows = department_standings(numbers_by_department(on))
    return {
        row.department.code: (row.waiting, row.answering, row.overdue, row.refused, row.ending)
        for row in rows
    }  # fmt: skip


def by_queue(on):
    """The same from the orders in each queue."""
    found = {code: [] for code in ("emergency", "market")}
    for queue in QUEUES:
        codes = list(in_queue(MeasureOrder.objects.all(), queue, on).values_list("department__code", flat=True))
        for code, numbers in found.items():
            numbers.append(codes.count(code))
    return {code: tuple(numbers) for code, numbers in found.items()}


def owed_of_all(on, department):
    """(order, due day) of what is owed, the earliest first: each order's day looked up by itself."""
    orders = MeasureOrder.objects.all() if department is None else MeasureOrder.objects.filter(department=department)
    return sorted(orders_owed(orders, on).values_list("due", "pk"))


def check_owed(on, department):
    """What is owed is counted, and the first of it found, as every order tells by itself."""
    dues, until = owed_of_all(on, department), on + dt.timedelta(5)
    departments = None if department is None else [department]
    soon = [pk for due, pk in dues if on <= due <= until]
    assert owed_numbers(on, until, departments) == OwedNumbers(
        len(dues), sum(due < on for due, _ in dues), sum(due == on for due, _ in dues), len(soon)
    )  # fmt: skip
    dated = [pk for due, pk in dues if due != NO_DAY]
    for most in (1, 3, 1000):
        assert owed_first(on, most, departments=departments) == dated[:most]
        assert owed_first(on, most, departments=departments, since=on, until=until) == soon[:most]
    late = [pk for due, pk in dues if due < on]
    assert owed_first(on, 1000, departments=departments, until=on - dt.timedelta(1)) == late
    return {len(dues) > len(dated) > 0, "soon" if soon else "", "late" if late else ""}


def step(chance, officers, on):
    """Do one thing with an order or an entry, or nothing where it may not be done."""
    order = chance.choice(list(MeasureOrder.objects.select_related("entry")))
    actor, entry = officers[order.department_id], ListEntry.objects.get(pk=order.entry_id)
    office = make_account("reviewer", "approver")
    given = {"order": order, "actor": actor, "on": on}
    act = chance.choice(
        [
            lambda: order_receive(**given),
            lambda: order_carry_out(**given, text="已限制", done_on=on, document_number="", upload=None),
            lambda: order_refuse(**given, reason="没有相关事项"),
            lambda: order_confirm_end(**given, text=""),
            lambda: order_confirm_pause(**given, text=""),
            lambda: order_confirm_resumption(**given, text=""),
            lambda: entry_pause(entry=entry, reason="复议停止执行", actor=office, on=on),
            lambda: entry_resume(entry=entry, note="复议维持", actor=office, on=on),
            lambda: entry_end(entry=entry, reason="repaired", ends_on=on + dt.timedelta(chance.choice([0, 0, 4])),
                              note="信用修复", actor=office, on=on),
            lambda: entry_restore(entry=entry, note="修复决定被撤销", actor=office, on=on),
            lambda: endings_dispatch(on=on),
        ],
    )  # fmt: skip
    with contextlib.suppress(DomainError):
        act()


@pytest.mark.parametrize("seed", range(4))
def test_the_numbers_are_those_of_the_queues_whatever_was_done(seed, county):
    chance, on, seen, checked = random.Random(seed), DAY, set(), set()
    for _ in range(30):
        for _ in range(3):
            step(chance, county, on)
        for ahead in (0, 12, 40):  # today, and when nobody does anything more
            later = on + dt.timedelta(ahead)
            numbers = told(later)
            assert numbers == by_queue(later), (seed, on, ahead)
            seen |= {queue for row in numbers.values() for queue, number in zip(QUEUES, row, strict=True) if number}
        checked |= check_owed(on + dt.timedelta(chance.choice([0, 12, 40])), chance.choice([None, *county]))
        on += dt.timedelta(chance.choice([0, 1, 1, 3]))
    assert seen == set(QUEUES), "the walk met every queue"
    assert {True, "soon", "late"} <= checked, "and days of every kind, and none"


def test_a_measure_that_may_not_be_ordered_again_is_still_to_be_lifted_when_its_entry_is_put_back(county):
    order = MeasureOrder.objects.order_by("pk").first()
    entry, officer = ListEntry.objects.get(pk=order.entry_id), county[order.department_id]
    make_order(entry, order.department, on=DAY, measure_code="999", state="carried-out", answered_on=DAY)
    ended, later = DAY + dt.timedelta(7), DAY + dt.timedelta(37)
    entry_end(entry=entry, reason="repaired", ends_on=ended, note="信用修复", actor=make_account("approver"), on=ended)
    assert told(ended) == by_queue(ended)
    entry_restore(entry=ListEntry.objects.get(pk=entry.pk), note="撤销", actor=make_account("approver"), on=ended)
    left = MeasureOrder.objects.get(measure_code="999")
    assert left in in_queue(MeasureOrder.objects.all(), "late", later)
    assert order_state(left, later, paused=False).code == "ending"
    assert told(later) == by_queue(later)
    order_confirm_end(order=left, text="", actor=officer, on=later)
    assert left not in in_queue(MeasureOrder.objects.all(), "ending", later)
    assert told(later) == by_queue(later)


def test_the_number_of_statements_does_not_grow_with_orders_or_departments(county):
    def statements():
        with CaptureQueriesContext(
            connection,
        ) as queries:
            numbers = numbers_by_department(DAY)
            department_standings(numbers)
            queue_counts(MeasureOrder.objects.all(), DAY, numbers)
        return len(queries)

    before = statements()
    for place in range(5):
        make_order(ListEntry.objects.first(), make_department(), on=DAY, measure_code=str(900 + place))
    assert (before, statements()) == (10, 10)


def test_what_is_owed_by_nobody_asks_for_nothing(county):
    assert owed_numbers(DAY, DAY, []) == OwedNumbers(0, 0, 0, 0)
    assert owed_first(DAY, 5, departments=[]) == []


def test_the_tabs_count_one_department_alone(county):
    on, department = DAY + dt.timedelta(40), next(iter(county))
    own = MeasureOrder.objects.filter(department=department)
    numbers = numbers_by_department(on, [department])
    counted = {code: number for code, _, number in queue_counts(own, on, numbers)}
    assert counted == {code: in_queue(own, code, on).count() for code in counted}
    assert counted["late"] > 0
    assert all(number.total() == 0 for number in numbers_by_department(on, [None]).values())
