"""How many orders stand where: for the tabs of the pages, and for every department what it has not answered.

Exact, and from few rows: what is carried out is by far the most, and nobody reads it here. Two things hold because services
keep them in one transaction, and are counted by. An entry's end is announced once its day has come, and with it the end of
each of its orders but the refused. A deadline of an order is open as long as what it stands for is owed. What the days
alone bring about, entries that are over with no job having said so yet or have not begun, is looked up by itself.
"""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.db.models import BooleanField, Count, ExpressionWrapper, Q, QuerySet

from registry.models import Deadline, Department
from sanctions.models import ListEntry, MeasureOrder
from sanctions.models.orders import NOT_SETTLED
from sanctions.selectors.orders import (
    ANSWER_DEADLINE,
    ENDING_DEADLINE,
    PAUSE_DEADLINE,
    QUEUES,
    RESUMPTION_DEADLINE,
    departments_with_orders,
    entry_over,
    in_queue,
    overdue,
    running_deadlines,
    with_due_day,
)

State = MeasureOrder.State
Ending = MeasureOrder.Ending

COUNT_MOST = 1000
_QUEUE_OF: Final = {State.DISPATCHED: "waiting", State.RECEIVED: "answering"}
_TO_SETTLE: Final = Q(state__in=_QUEUE_OF, ending=Ending.NONE) | Q(ending=Ending.DISPATCHED) & ~Q(state=State.REFUSED)

Numbers = dict[str, Counter[int]]
"""Numbers of orders by queue and department; the queues are those of which something is owed, and the refused."""


def queue_counts(orders: QuerySet[MeasureOrder], on: date, numbers: Numbers) -> list[tuple[str, str, int]]:
    """Return (code, label, number) of every queue of the orders; a number above `COUNT_MOST` means: more than that.
    `numbers`: of the same orders' departments."""
    return [
        (
            code, label,
            numbers[code].total() if code in numbers else in_queue(orders, code, on).order_by()[: COUNT_MOST + 1].count(),
        )
        for code, label in QUEUES.items()
    ]  # fmt: skip


def number_known(queues: list[tuple[str, str, int]], queue: str, numbers: Numbers) -> int | None:
    """Return how many orders a queue has, as far as its count was not cut off."""
    return next(
        (number for code, _, number in queues if code == queue and (code in numbers or number <= COUNT_MOST)), None
    )


def numbers_by_department(on: date, departments: Collection[int | None] | None = None) -> Numbers:
    """Return what waits, is answered, late, refused and to be lifted on the day `on`; `departments` None: of all. Five
    statements."""
    odd = _out_of_their_days(on)
    return _unsettled(on, departments, odd) | {"late": _late(on, departments, odd)}


def _among(found: QuerySet[Any], departments: Collection[int | None] | None) -> QuerySet[Any]:
    return found if departments is None else found.filter(department__in=departments)


@dataclass(frozen=True)
class OwedNumbers:
    """How many orders departments owe something of; of them with a day that is over, with today, and with one that is
    soon (today too)."""

    everything: int
    overdue: int
    today: int
    soon: int


def owed_numbers(on: date, until: date, departments: Collection[int | None] | None = None) -> OwedNumbers:
    """Return the numbers of `orders_owed` on the day `on`; soon is until `until`; `departments` None: of all."""
    odd = _out_of_their_days(on)
    unsettled = _unsettled(on, departments, odd)
    # What is to be answered or ended is counted already.
    with_pauses = _among(_with_pauses(MeasureOrder.objects.exclude(_TO_SETTLE), on), departments)
    days = {"overdue": Q(due_on__lt=on), "today": Q(due_on=on), "soon": Q(due_on__gte=on)}
    dues = _among(running_deadlines().filter(due_on__lte=until), departments)
    numbers = _asked(dues, odd).aggregate(**{name: Count("pk", filter=day) for name, day in days.items()})
    for due in with_due_day(_due_with_pauses(dues, on), on).values_list("due", flat=True):
        numbers["overdue"] += due < on
        numbers["today"] += due == on
        numbers["soon"] += due >= on
    everything = sum(unsettled[queue].total() for queue in ("waiting", "answering", "ending")) + with_pauses.count()
    return OwedNumbers(everything, **numbers)


def late_number(on: date) -> int:
    """Return how many orders of all departments are late on the day `on`."""
    return _late(on, None, _out_of_their_days(on)).total()


def _late(on: date, departments: Collection[int | None] | None, odd: QuerySet[MeasureOrder]) -> Counter[int]:
    late = _among(overdue(on), departments)
    numbers = Counter(dict(_asked(late, odd).values_list("department").annotate(number=Count("*"))))
    numbers.update(dict(_due_with_pauses(late, on).values_list("department").annotate(number=Count("*"))))
    return numbers


def _asked(dues: QuerySet[Deadline], odd: QuerySet[MeasureOrder]) -> QuerySet[Deadline]:
    """Those of the deadlines that stand for an order to be answered or to be ended, each for another one."""
    # An order has one of these two open at most: its time to answer ends when its ending is asked for.
    asked = dues.filter(code__in=[ANSWER_DEADLINE, ENDING_DEADLINE])
    return asked.exclude(code=ANSWER_DEADLINE, object_id__in=odd.values("pk"))


def _due_with_pauses(dues: QuerySet[Deadline], on: date) -> QuerySet[MeasureOrder]:
    """Measures to be stopped or taken up again for which one of the deadlines stands."""
    ids = dues.filter(code__in=[PAUSE_DEADLINE, RESUMPTION_DEADLINE]).values("object_id")
    return _with_pauses(MeasureOrder.objects.filter(pk__in=ids).exclude(state__in=_QUEUE_OF), on)


def _with_pauses(orders: QuerySet[MeasureOrder], on: date) -> QuerySet[MeasureOrder]:
    """Those of the orders that are to be stopped or taken up again."""
    owed = [in_queue(orders.order_by(), queue, on).values("pk") for queue in ("stopping", "resuming")]
    return MeasureOrder.objects.filter(pk__in=owed[0].union(owed[1])).order_by()


def _out_of_their_days(on: date) -> QuerySet[MeasureOrder]:
    """Orders without an ending whose entry is over, with no job having said so yet, or has not begun: few."""
    unannounced = ListEntry.objects.filter(ends_on__lte=on, expiry_announced_on__isnull=True).order_by().values("pk")
    coming = ListEntry.objects.filter(starts_on__gt=on).order_by().values("pk")
    # Read here: that there are few a database does not expect of a subquery.
    entries = list(unannounced.union(coming, all=True).values_list("pk", flat=True))
    return MeasureOrder.objects.filter(ending=Ending.NONE, entry__in=entries).order_by()


@dataclass(frozen=True)
class DepartmentStanding:
    """What one department has not answered yet, and what it refused: numbers of orders."""

    department: Department
    waiting: int
    answering: int
    overdue: int
    refused: int
    ending: int


def department_standings(numbers: Numbers) -> list[DepartmentStanding]:
    """Return, for every department that holds orders, what it has not answered yet; the most overdue first. `numbers`: of
    all departments.

    How many measures it carries out is not counted here: they are by far the most, and nobody has to act on them.
    """
    queues = ("waiting", "answering", "late", "refused", "ending")
    standings = [
        DepartmentStanding(each, *(numbers[queue][each.pk] for queue in queues)) for each in departments_with_orders()
    ]
    return sorted(standings, key=lambda each: (-each.overdue, -each.waiting, each.department.code))


def _unsettled(on: date, departments: Collection[int | None] | None, odd: QuerySet[MeasureOrder]) -> Numbers:
    numbers: Numbers = {queue: Counter() for queue in ("waiting", "answering", "refused", "ending")}
    found = _by_state(_among(MeasureOrder.objects.filter(NOT_SETTLED), departments))
    for department, state, ending, number in found.values_list("department", "state", "ending", "number"):
        if state == State.REFUSED:
            numbers["refused"][department] += number
        elif ending == Ending.DISPATCHED:
            numbers["ending"][department] += number
        elif ending == Ending.NONE:
            numbers[_QUEUE_OF[state]][department] += number
    is_over = ExpressionWrapper(entry_over(on), BooleanField())
    odd = _among(odd, departments).exclude(state=State.REFUSED).annotate(is_over=is_over)
    found = _by_state(odd, "is_over")
    for department, state, over, number in found.values_list("department", "state", "is_over", "number"):
        if state in _QUEUE_OF:
            numbers[_QUEUE_OF[state]][department] -= number
        numbers["ending"][department] += number if over else 0
    return numbers


def _by_state(orders: QuerySet[MeasureOrder], *more: str) -> QuerySet[Any]:
    return orders.order_by().values("department", "state", "ending", *more).annotate(number=Count("*"))
