"""Reads of measure orders. A measure is in force only while its entry is and while the entry is not paused."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from django.db.models import Case as Choice
from django.db.models import Count, Exists, OuterRef, Q, QuerySet, Subquery, When

from registry.models import Account, Deadline, Department
from registry.rules import access
from registry.rules.joint_action import Unmatched, load_joint_action
from registry.selectors.deadlines import NO_DAY, DeadlineView, clock_stands, deadline_views, earliest_due, with_clock
from registry.selectors.policies import CatalogueMeasure, RefusedMeasure, catalogue_measures, packs_active
from registry.selectors.rights import roles_on
from sanctions.models import ListEntry, MeasureOrder, OrderPause
from sanctions.selectors.entries import ONE_DAY, EntryState, entry_ground_items, entry_state, pauses_running

State = MeasureOrder.State
Ending = MeasureOrder.Ending

ORDER_KIND = MeasureOrder._meta.label_lower
ANSWER_DEADLINE = "order-answer"
ENDING_DEADLINE = "order-ending"
PAUSE_DEADLINE = "order-pause"
RESUMPTION_DEADLINE = "order-resumption"
ORDER_DEADLINES = (ANSWER_DEADLINE, ENDING_DEADLINE, PAUSE_DEADLINE, RESUMPTION_DEADLINE)

# What a department has to do next; the codes are the steps of the API, `answer` stands for two of them.
OWED = {
    "receive": "签收", "answer": "反馈落实情况", "confirm-pause": "确认暂停", "confirm-resumption": "确认恢复",
    "confirm-end": "确认解除",
}  # fmt: skip

QUEUES = {
    "waiting": "待签收",
    "answering": "待反馈",
    "late": "逾期未答复",
    "in-force": "今日执行中",
    "stopping": "暂停待确认",
    "resuming": "恢复待确认",
    "ending": "解除待确认",
    "refused": "不予采取",
    "closed": "已解除",
}


def measures_for(entry: ListEntry, on: date) -> tuple[list[CatalogueMeasure], list[RefusedMeasure]]:
    """Return the measures that may be ordered for `entry` on the day `on`, and those that may not, with the reason."""
    return catalogue_measures(
        pack_id=entry.pack_id,
        list_code=entry.list_code,
        domain=entry.domain,
        kind=entry.subject.kind,
        binding=entry.case.mode == "binding",
        on=on,
        ground_items=entry_ground_items(entry),
    )


@dataclass(frozen=True)
class CountyDirectory:
    """The county's departments in use, by code. Read once, asked for every measure."""

    departments: dict[str, Department]

    def departments_for(self, names: Iterable[str]) -> tuple[list[Department], tuple[Unmatched, ...]]:
        """Return the departments that carry out what a catalogue asks of `names`, and the names nobody stands for.

        A department that bears a name of the catalogue itself is meant itself; else the county's table tells.
        """
        by_name = {each.name: each for each in self.departments.values()}
        asked = list(names)
        bureaus = frozenset(code for code, each in self.departments.items() if each.kind == Department.Kind.BUREAU)
        codes, unmatched = load_joint_action().match(
            [name for name in asked if name not in by_name], frozenset(self.departments), bureaus
        )
        direct = [by_name[name] for name in asked if name in by_name]
        found = {each.pk: each for each in [*direct, *(self.departments[code] for code in codes)]}
        return list(found.values()), unmatched


def county_directory() -> CountyDirectory:
    """Return the departments that can be given orders: in use, and not above the county. One query."""
    found = Department.objects.filter(is_active=True).exclude(kind=Department.Kind.UPPER)
    return CountyDirectory({each.code: each for each in found})


@dataclass(frozen=True)
class WithoutCounterpart:
    """An authority that an active catalogue names and nobody in the county stands for, with the measures concerned."""

    name: str
    reason: str
    measures: tuple[str, ...]


def without_counterpart(on: date) -> list[WithoutCounterpart]:
    """Return what the credit office must know: who is named by an active catalogue and has no county department."""
    directory = county_directory()
    rows: dict[str, tuple[str, list[str]]] = {}
    for active in packs_active(on):
        for measure in active.pack.measures:
            for name in directory.departments_for(measure.departments)[1]:
                rows.setdefault(name.name, (name.reason, []))[1].append(f"{measure.code} {measure.label}")
    return [WithoutCounterpart(name, reason, tuple(labels)) for name, (reason, labels) in rows.items()]


def supervises(account: Account, on: date) -> bool:
    """Whether `account` acts for the joint-conference office, which watches over what every department does."""
    department = account.department
    if department is None or department.kind != Department.Kind.JOINT_CONFERENCE:
        return False
    return access.DEPARTMENT in roles_on(account, on)


def departments_with_orders() -> QuerySet[Department]:
    """Return the departments that ever got an order, by code; one look into an index a department."""
    return Department.objects.filter(Exists(MeasureOrder.objects.filter(department=OuterRef("pk")))).order_by("code")


def orders_visible_to(account: Account, on: date) -> QuerySet[MeasureOrder]:
    """Return the orders that `account` may see: officers and the joint-conference office all, a department user its own
    department's."""
    orders = MeasureOrder.objects.select_related("entry__subject", "department")
    roles = roles_on(account, on)
    if roles & access.WATCHERS or supervises(account, on):
        return orders
    if access.DEPARTMENT in roles and account.department_id is not None:
        return orders.filter(department=account.department_id)
    return orders.none()


def entry_runs(on: date) -> Q:
    """The condition on an order that its entry is in force on the day `on`."""
    return Q(entry__starts_on__lte=on, entry__ends_on__gt=on)


def entry_over(on: date) -> Q:
    """The condition on an order that its entry is over on the day `on`, whether or not a job has said so."""
    return Q(entry__ends_on__lte=on)


def orders_in_force(orders: QuerySet[MeasureOrder], on: date) -> QuerySet[MeasureOrder]:
    """Narrow to the orders in force on the day `on`: not refused, their entry in force and not paused."""
    running = orders.filter(entry_runs(on)).exclude(state=State.REFUSED)
    return running.exclude(Exists(pauses_running(on).filter(entry=OuterRef("entry_id"))))


def in_queue(orders: QuerySet[MeasureOrder], queue: str, on: date) -> QuerySet[MeasureOrder]:
    """Narrow to one of `QUEUES` on the day `on`. Raises KeyError for a queue that does not exist.

    What few orders are in is found from the few: joined by id, never by going through all.
    """
    if queue == "in-force":
        return orders_in_force(orders.filter(state=State.CARRIED_OUT), on)
    if queue == "late":
        return _late(orders, on)
    if queue == "ending":
        return orders.filter(_lifting(on))
    if queue in ("stopping", "resuming"):
        owed = _stops_owed(on) if queue == "stopping" else _resumptions_owed()
        return orders.filter(entry_runs(on), pk__in=owed.order_by().values("order"))
    return orders.filter(
        {
            "waiting": Q(state=State.DISPATCHED, ending=Ending.NONE) & entry_runs(on),
            "answering": Q(state=State.RECEIVED, ending=Ending.NONE) & entry_runs(on),
            "refused": Q(state=State.REFUSED),
            "closed": Q(ending=Ending.CONFIRMED),
        }[queue]
    )


def in_queue_order(orders: QuerySet[MeasureOrder], queue: str) -> QuerySet[MeasureOrder]:
    """Return a queue's orders (`in_queue`) as pages show them: what waits longest first; where nothing waits, and without a
    queue, the newest first. By id, not in the catalogue's order: as an index holds them."""
    if queue in ("stopping", "resuming"):
        # The newest pause is the one that is owed. By its day, not the order's: the few are read, not all searched for them.
        asked = OrderPause.objects.filter(order=OuterRef("pk")).order_by("-pk")
        day = "stop_asked_on" if queue == "stopping" else "resumption_asked_on"
        return orders.annotate(asked_on=Subquery(asked.values(day)[:1])).order_by("asked_on", "entry_id", "pk")
    by_day = "dispatched_on" if queue in ("waiting", "answering", "late", "ending") else "-dispatched_on"
    return orders.order_by(by_day, "entry_id", "pk")


def _among(orders: QuerySet[MeasureOrder], parts: list[QuerySet[MeasureOrder]]) -> QuerySet[MeasureOrder]:
    """Narrow to the orders in any of the parts; each part is found by its own index, which one OR would prevent."""
    first, *rest = (part.order_by().values("pk") for part in parts)
    return orders.filter(pk__in=first.union(*rest, all=True))


def _lifting(on: date) -> Q:
    """The condition on a measure to be lifted: its ending was dispatched, or its entry is over with no job having said so yet
    (to an announced ending its orders' endings are dispatched in the same transaction). A measure that may not be ordered
    again when its entry is put back is still to be lifted.
    """
    # The entries are read here: there are few and mostly none, which a database does not expect of a subquery.
    unannounced = ListEntry.objects.filter(ends_on__lte=on, expiry_announced_on__isnull=True)
    over = list(unannounced.order_by().values_list("pk", flat=True))
    return ~Q(state=State.REFUSED) & (Q(ending=Ending.DISPATCHED) | Q(ending=Ending.NONE, entry__in=over))


def _running_parts(orders: QuerySet[MeasureOrder], on: date) -> list[QuerySet[MeasureOrder]]:
    """What departments owe while the entry is in force."""
    return [in_queue(orders, queue, on) for queue in ("waiting", "answering", "stopping", "resuming")]


def _late(orders: QuerySet[MeasureOrder], on: date) -> QuerySet[MeasureOrder]:
    """What is owed with a day that is over. Once an entry is over, so is the time to answer: what is late is its ending."""
    # From the deadlines whose day is over, of which there are few, each order is looked up once.
    late = overdue(on)
    stops, resumptions = (owed.filter(order=OuterRef("pk")) for owed in (_stops_owed(on), _resumptions_owed()))
    owed = Q(state__in=[State.DISPATCHED, State.RECEIVED]) | Exists(stops) | Exists(resumptions)
    running = entry_runs(on) & Q(ending=Ending.NONE) & owed
    ending_late = Exists(late.filter(code=ENDING_DEADLINE, object_id=OuterRef("pk")))
    lifting = Q(ending=Ending.DISPATCHED) & ~Q(state=State.REFUSED) & ending_late
    return orders.filter(pk__in=late.values("object_id")).filter(running | lifting)


def running_deadlines() -> QuerySet[Deadline]:
    """Return the open deadlines of orders whose clock does not stand still."""
    return Deadline.objects.filter(
        ~clock_stands(), object_kind=ORDER_KIND, met_on__isnull=True, cancelled_on__isnull=True
    ).order_by()


def overdue(on: date) -> QuerySet[Deadline]:
    """Return the open deadlines of orders whose day was over before `on` and whose clock does not stand still."""
    return running_deadlines().filter(due_on__lt=on)


def _stops_owed(on: date) -> QuerySet[OrderPause]:
    """Measures to be stopped: asked, not confirmed, and the pause still runs."""
    running = pauses_running(on).filter(pk=OuterRef("pause_id"))
    return OrderPause.objects.filter(Exists(running), stopped_on__isnull=True, resumption_asked_on__isnull=True)


def _resumptions_owed() -> QuerySet[OrderPause]:
    """Measures to be taken up again: asked, not confirmed, and no later pause stops them again."""
    later = OrderPause.objects.filter(order=OuterRef("order"), pk__gt=OuterRef("pk"))
    return OrderPause.objects.filter(~Exists(later), resumption_asked_on__isnull=False, resumed_on__isnull=True)


def stop_owed(order: MeasureOrder, on: date) -> OrderPause | None:
    """Return the pause for which the department has yet to confirm that it stopped; None where it owes nothing."""
    runs = order.entry.starts_on <= on < order.entry.ends_on and order.ending == Ending.NONE
    return _stops_owed(on).filter(order=order).first() if runs else None


def resumption_owed(order: MeasureOrder, on: date) -> OrderPause | None:
    """Return the pause after which the department has yet to confirm that it goes on; None where it owes nothing or the
    measures stand still again."""
    runs = order.entry.starts_on <= on < order.entry.ends_on and order.ending == Ending.NONE
    if not runs or pauses_running(on).filter(entry=order.entry_id).exists():
        return None
    return _resumptions_owed().filter(order=order).order_by("-pk").first()


def orders_owed(orders: QuerySet[MeasureOrder], on: date) -> QuerySet[Any]:
    """Narrow to the orders that a department has not answered, stopped, taken up again or ended as asked, with `due`."""
    return with_due_day(_among(orders, [*_running_parts(orders, on), orders.filter(_lifting(on))]), on)


def with_due_day(orders: QuerySet[MeasureOrder], on: date) -> QuerySet[Any]:
    """Annotate `due`, the day until which a department has to act (`NO_DAY` where none runs).

    Once an entry is over, the time to answer is too, whether or not a job has said so yet.
    """
    over = When(entry_over(on), then=earliest_due(ORDER_KIND, code=ENDING_DEADLINE))
    return orders.annotate(due=Choice(over, default=earliest_due(ORDER_KIND)))


def owed_first(
    on: date, most: int, *, departments: Collection[int | None] | None = None,
    since: date | None = None, until: date | None = None,
) -> list[int]:  # fmt: skip
    """Return the ids of the first `most` of `orders_owed` by `due` and id, of departments (None: of all) and of days from
    `since` to `until`. Fewer than `most`: no further one has a day.

    Found from the deadlines, which an index holds by day: of those behind nothing is looked up.
    """
    dues = running_deadlines().filter(code__in=ORDER_DEADLINES)
    if departments is not None:
        dues = dues.filter(department__in=departments)
    if since is not None:
        dues = dues.filter(due_on__gte=since)
    if until is not None:
        dues = dues.filter(due_on__lte=until)
    reach = most
    while True:
        horizon = _day_reached(dues, reach)
        near = dues.filter(due_on__lte=horizon) if horizon is not None else dues
        last = min(each for each in (horizon, until, NO_DAY - ONE_DAY) if each is not None)
        owed = _owed_among(set(near.values_list("object_id", flat=True)), on)
        found = [order for due, order in owed if (since is None or since <= due) and due <= last]
        if len(found) >= most or horizon is None:
            return found[:most]
        reach *= 4  # a deadline whose order owes nothing any more: there should be none


def _day_reached(dues: QuerySet[Deadline], reach: int) -> date | None:
    """Return the first day until which one of the codes has `reach` deadlines; None where none has so many."""
    days: list[date] = []
    for code in ORDER_DEADLINES:
        # In the order of the index.
        by_day = (
            dues.filter(code=code).order_by("due_on", "department_id", "object_id").values_list("due_on", flat=True)
        )
        days += by_day[reach - 1 : reach]
    return min(days, default=None)


def _owed_among(ids: Collection[int], on: date) -> list[tuple[date, int]]:
    """Return (due day, id) of those of the orders of which something is owed, in that order."""
    stops, resumptions = (each.filter(order=OuterRef("pk")) for each in (_stops_owed(on), _resumptions_owed()))
    answering = Q(state__in=[State.DISPATCHED, State.RECEIVED], ending=Ending.NONE)
    owed = entry_runs(on) & (answering | Exists(stops) | Exists(resumptions)) | _lifting(on)
    return sorted(with_due_day(MeasureOrder.objects.filter(owed, pk__in=ids), on).values_list("due", "pk"))


@dataclass(frozen=True)
class OrderState:
    """Where an order stands on a day: code, Chinese label and tone of its tag."""

    code: str
    label: str
    tone: str


def order_state(order: MeasureOrder, on: date, *, paused: bool) -> OrderState:
    """Say where `order` stands on the day `on`, by its own answers and by its entry's dates."""
    if order.state == State.REFUSED:
        return OrderState("refused", "不予采取", "muted")
    if order.ending == Ending.CONFIRMED:
        return OrderState("closed", "已解除", "muted")
    if order.entry.ends_on <= on or order.ending == Ending.DISPATCHED:
        return OrderState("ending", "解除待确认", "warn")
    if paused:
        return OrderState("paused", "暂停执行", "warn")
    tone = {State.DISPATCHED: "warn", State.RECEIVED: "info", State.CARRIED_OUT: "ok"}[State(order.state)]
    label = "执行中" if order.state == State.CARRIED_OUT else order.get_state_display()
    return OrderState(order.state, label, tone)


def deadlines_of(orders: list[MeasureOrder], on: date) -> dict[int, DeadlineView]:
    """Return the open deadline of each order, as shown on the day `on`, by order id."""
    found = (
        with_clock(Deadline.objects.all())
        .filter(
            object_kind=ORDER_KIND,
            object_id__in=[order.pk for order in orders],
            met_on__isnull=True,
            cancelled_on__isnull=True,
        )
        .order_by("-clock_stands", "-due_on")
    )
    return {view.deadline.object_id: view for view in deadline_views(found, on)}


def paused_entries(orders: list[MeasureOrder], on: date) -> set[int]:
    """Return the ids of the entries of `orders` whose measures stand still on the day `on`. One query."""
    ids = {order.entry_id for order in orders}
    return set(pauses_running(on).filter(entry__in=ids).values_list("entry_id", flat=True))


@dataclass(frozen=True)
class OrderRow:
    """An order as lists show it. `owed`: what the department has to do next (a code of `OWED`), empty where nothing."""

    order: MeasureOrder
    state: OrderState
    due: DeadlineView | None
    owed: str = ""

    @property
    def owed_label(self) -> str:
        """What the department has to do next, in words."""
        return OWED.get(self.owed, "")

    @property
    def due_briefly(self) -> DeadlineView | None:
        """The deadline without its basis, for dense tables."""
        return replace(self.due, basis_text="") if self.due is not None else None


def orders_of_page(keys: Iterable[int]) -> list[MeasureOrder]:
    """Return the orders of one page of ids, in that order, with what their rows show. One query."""
    ids = list(keys)
    found = MeasureOrder.objects.select_related("entry__subject", "department").in_bulk(ids)
    return [found[each] for each in ids if each in found]


def order_rows(orders: Iterable[MeasureOrder], on: date) -> list[OrderRow]:
    """Return the orders with where each stands on the day `on` and its open deadline; the number of queries does not
    grow with the orders."""
    listed = list(orders)
    paused = paused_entries(listed, on)
    dues = deadlines_of(listed, on)
    owed = _pauses_owed(listed, on)
    rows = []
    for order in listed:
        state = order_state(order, on, paused=order.entry_id in paused)
        rows.append(OrderRow(order, state, dues.get(order.pk), owed_next(state, owed.get(order.pk, ""))))
    return rows


def _pauses_owed(orders: list[MeasureOrder], on: date) -> dict[int, str]:
    """Return, by order, which confirmation of a pause or of its end is owed. Two queries."""
    ids = [order.pk for order in orders if order.ending == Ending.NONE and order.entry.ends_on > on]
    again = dict.fromkeys(_resumptions_owed().filter(order__in=ids).values_list("order", flat=True), "resuming")
    return again | dict.fromkeys(_stops_owed(on).filter(order__in=ids).values_list("order", flat=True), "stopping")


def owed_next(state: OrderState, pause: str) -> str:
    """Say what the department has to do next (a code of `OWED`), empty where nothing. `pause`: `stopping`, `resuming` or
    empty."""
    if state.code == "paused":
        return "confirm-pause" if pause == "stopping" else ""
    if state.code == "carried-out":
        return "confirm-resumption" if pause == "resuming" else ""
    return {"dispatched": "receive", "received": "answer", "ending": "confirm-end"}.get(state.code, "")


@dataclass(frozen=True)
class EntrySummary:
    """An entry with the number of its orders, and of those carried out and in force on the day."""

    entry: ListEntry
    state: EntryState
    orders: int
    orders_in_force: int


def entry_summaries(entries: QuerySet[ListEntry], on: date) -> list[EntrySummary]:
    """Return the entries with their numbers of orders; three queries whatever their number."""
    listed = list(entries)
    held = MeasureOrder.objects.filter(entry__in=[entry.pk for entry in listed]).order_by()
    running = orders_in_force(held.filter(state=State.CARRIED_OUT), on)
    numbers = [dict(each.values_list("entry").annotate(Count("pk"))) for each in (held, running)]
    return [
        EntrySummary(entry, entry_state(entry, on), numbers[0].get(entry.pk, 0), numbers[1].get(entry.pk, 0))
        for entry in listed
    ]
