"""Statistics of joint action: figures of any period, and every row behind a figure."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from django.db.models import Case as Choice
from django.db.models import Count, DateField, Exists, F, Min, OuterRef, Q, QuerySet, Subquery, Sum, When

from registry.models import Account, Deadline, DeadlinePause, Department
from registry.rules import access
from registry.selectors.calendar import calendar_current
from registry.selectors.rights import roles_on
from sanctions.models import MeasureOrder, OrderFeedback
from sanctions.rules.joint_figures import IN_TIME, LATE, Asked, Figures, Row
from sanctions.selectors.joint_groups import AskedGroup, GroupsAsked, groups_without_pause, roomy
from sanctions.selectors.orders import (
    ANSWER_DEADLINE,
    ENDING_DEADLINE,
    ORDER_KIND,
    PAUSE_DEADLINE,
    RESUMPTION_DEADLINE,
    supervises,
)

CODES: Final = {
    "answer": ANSWER_DEADLINE, "pause": PAUSE_DEADLINE, "resumption": RESUMPTION_DEADLINE, "ending": ENDING_DEADLINE
}  # fmt: skip
_ASK_OF: Final = {code: ask for ask, code in CODES.items()}
_REPORTED = (OrderFeedback.Kind.CARRIED_OUT, OrderFeedback.Kind.EFFECT, OrderFeedback.Kind.REFUSED)
_ITERATE = 500
Measure = tuple[str, str]  # catalogue, code


@dataclass(frozen=True)
class Span:
    """Which figures are asked for: dispatched (or reported) from `first` to `last`, as it stood at the end of `as_of`.

    `department` None: all departments that may be seen.
    """

    first: date
    last: date
    as_of: date
    department: int | None = None
    measure: Measure | None = None


def department_scope(account: Account, on: date) -> int | None:
    """Return the only department whose figures `account` may see; None: all. Who may see nothing is turned away by the
    page's permission before."""
    if roles_on(account, on) & access.WATCHERS or supervises(account, on):
        return None
    return account.department_id


def asked_in(span: Span) -> QuerySet[Deadline]:
    """Return what was asked of departments in the span, one deadline each."""
    found = Deadline.objects.filter(
        object_kind=ORDER_KIND, code__in=_ASK_OF, starts_on__gte=span.first, starts_on__lte=min(span.last, span.as_of)
    )
    if span.department is not None:
        found = found.filter(department=span.department)
    if span.measure is not None:
        catalogue, code = span.measure
        orders = MeasureOrder.objects.filter(catalogue=catalogue, measure_code=code)
        found = found.filter(Exists(orders.filter(pk=OuterRef("object_id"))))
    return found


def _with_orders(deadlines: QuerySet[Deadline], as_of: date) -> QuerySet[Any]:
    """Annotate what a deadline's order says: `catalogue`, `measure`, `over_on`; and whether its clock ever stood.

    What was answered by `as_of` needs no `over_on`: without it, like answers fall into one group.
    """
    order = MeasureOrder.objects.filter(pk=OuterRef("object_id"))
    answered = Q(met_on__isnull=False, met_on__lte=as_of)
    return deadlines.annotate(
        catalogue=Subquery(order.values("catalogue")[:1]),
        measure=Subquery(order.values("measure_code")[:1]),
        over_on=Choice(
            When(answered, then=None), default=Subquery(order.values("entry__ends_on")[:1]), output_field=DateField()
        ),
        has_stood=Exists(DeadlinePause.objects.filter(deadline=OuterRef("pk"))),
    )


def _groups(span: Span) -> Iterator[AskedGroup]:
    """Yield what was asked, grouped by the database; one by one only where a clock has stood."""
    calendar = calendar_current()
    asked = GroupsAsked(
        ORDER_KIND, tuple(_ASK_OF), ENDING_DEADLINE, span.first, span.last, span.as_of, span.department, span.measure
    )
    yield from groups_without_pause(asked, calendar)
    found = _with_orders(asked_in(span), span.as_of).filter(has_stood=True).order_by()
    for each in found.prefetch_related("pauses").iterator(chunk_size=_ITERATE):
        days = (each.starts_on, each.due_on, each.met_on, each.cancelled_on, each.over_on)
        one = _asked(each.code, days, _stood(each))
        outcome = one.outcome(span.as_of)
        used = one.days_used(calendar) if outcome in (IN_TIME, LATE) else 0
        yield AskedGroup(
            each.code, each.department_id, (each.catalogue, each.measure), outcome, 1, each.object_id, used
        )


def _asked(code: str, days: Sequence[Any], stood: tuple[tuple[date, date | None], ...] = ()) -> Asked:
    """`days`: dispatched, due, met, cancelled, and the first day after the entry."""
    starts_on, due_on, met_on, cancelled_on, over_on = days
    # The time to confirm an ending begins when the entry is over; every other one is over with it.
    return Asked(starts_on, due_on, met_on, cancelled_on, None if code == ENDING_DEADLINE else over_on, stood)


def _stood(deadline: Deadline) -> tuple[tuple[date, date | None], ...]:
    return tuple((pause.starts_on, pause.ends_on) for pause in deadline.pauses.all())


def joint_figures(span: Span) -> Figures:
    """Return the figures of a span, departments by code and measures by catalogue and code; the number of queries does
    not grow with the rows."""
    departments: dict[int, Row] = defaultdict(lambda: Row("", ""))
    measures: dict[Measure, Row] = defaultdict(lambda: Row("", ""))
    samples: dict[Measure, int] = {}
    total = Row("", "合计")
    for group in _groups(span):
        samples.setdefault(group.measure, group.order)
        for row in (total, departments[group.department], measures[group.measure]):
            row.asks[_ASK_OF[group.code]].count(group.outcome, group.number, group.days)
    with roomy():
        effects = list(_effects(span))
    for told in effects:
        measure = (told["order__catalogue"], told["order__measure_code"])
        samples.setdefault(measure, told["sample"])
        for row in (total, departments[told["order__department"]], measures[measure]):
            _effect_add(row, told)
    _name(departments, measures, samples)
    return Figures(
        span.first, span.last, span.as_of, total, sorted(departments.values(), key=lambda row: row.code),
        sorted(measures.values(), key=lambda row: row.code),
    )  # fmt: skip


def reported_in(span: Span) -> QuerySet[OrderFeedback]:
    """Return the answers that departments gave in the span: carried out, further effect, refused."""
    found = OrderFeedback.objects.filter(kind__in=_REPORTED, on__gte=span.first, on__lte=min(span.last, span.as_of))
    if span.department is not None:
        found = found.filter(order__department=span.department)
    if span.measure is not None:
        found = found.filter(order__catalogue=span.measure[0], order__measure_code=span.measure[1])
    return found


def _effects(span: Span) -> Iterable[dict[str, Any]]:
    """Sums by department, measure and kind, with how many orders were answered so. Distinct orders among the sums would keep
    PostgreSQL to one process and a sort on disk; so answers are counted, less those that were given again."""
    place = ("order__department", "order__catalogue", "order__measure_code")
    again = _told_again(span)
    sums = reported_in(span).order_by().values(*place, "kind")
    for told in sums.annotate(yuan=Sum("amount"), handled=Sum("cases"), sample=Min("order"), number=Count("*")):
        told["number"] -= again[(*(told[name] for name in place), told["kind"])]
        yield told


def _told_again(span: Span) -> Counter[tuple[Any, ...]]:
    """How many answers came from an order that had answered so in the span before, by department, measure and kind: an
    order that was restored and answered again counts once. There are few."""
    told = reported_in(span).order_by().values("order", "kind").annotate(times=Count("*")).filter(times__gt=1)
    several = list(told)
    orders = MeasureOrder.objects.in_bulk([each["order"] for each in several])
    found: Counter[tuple[Any, ...]] = Counter()
    for each in several:
        order = orders[each["order"]]
        found[order.department_id, order.catalogue, order.measure_code, each["kind"]] += each["times"] - 1
    return found


def _effect_add(row: Row, told: dict[str, Any]) -> None:
    effect = row.effect
    if told["kind"] == OrderFeedback.Kind.CARRIED_OUT:
        effect.carried_out += told["number"]
    elif told["kind"] == OrderFeedback.Kind.REFUSED:
        effect.refused += told["number"]
    effect.amount += told["yuan"] or 0
    effect.cases += told["handled"] or 0


def _name(departments: dict[int, Row], measures: dict[Measure, Row], samples: dict[Measure, int]) -> None:
    for department in Department.objects.filter(pk__in=departments):
        row = departments[department.pk]
        row.code, row.label = department.code, department.name
    orders = MeasureOrder.objects.in_bulk(samples.values())
    for measure, row in measures.items():
        row.code, row.label = "|".join(measure), orders[samples[measure]].title


# --- the rows behind a figure --------------------------------------------------------------------------------------


def asked_with_outcome(span: Span, *, ask: str = "answer", outcome: str = "") -> QuerySet[Deadline]:
    """Return the deadlines behind a figure, the oldest first. `ask`: of `ASKS`; `outcome`: of `OUTCOMES`, empty for all.

    Raises KeyError for an ask or an outcome that does not exist.
    """
    found = _with_orders(asked_in(span), span.as_of).filter(code=CODES[ask])
    if outcome:
        found = found.filter(_outcome(span.as_of, over=ask != "ending")[outcome])
    return found.select_related("subject", "department").order_by("starts_on", "pk")


def _outcome(as_of: date, *, over: bool) -> dict[str, Q]:
    """What `Asked.outcome` says, as conditions. `over`: the ask ends with its entry."""
    stands = DeadlinePause.objects.filter(deadline=OuterRef("pk"), starts_on__lte=OuterRef("due_on"))
    stood_then = Exists(stands.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=OuterRef("met_on")),
                                      starts_on__lte=OuterRef("met_on")))  # fmt: skip
    stood_now = Exists(stands.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=as_of), starts_on__lte=as_of))
    met = Q(met_on__isnull=False, met_on__lte=as_of)
    punctual = Q(met_on__lte=F("due_on")) | Q(stood_then)
    gone = Q(cancelled_on__isnull=False, cancelled_on__lte=as_of)
    if over:
        gone |= Q(over_on__lte=as_of)
    late = Q(due_on__lt=as_of) & ~Q(stood_now)
    return {
        "in-time": met & punctual, "late": met & ~punctual, "lapsed": ~met & gone, "overdue": ~met & ~gone & late,
        "waiting": ~met & ~gone & ~late,
    }  # fmt: skip


@dataclass(frozen=True)
class AskedRow:
    """One thing asked, as the drill-down shows it. `days`: working days to the answer, None without one."""

    deadline: Deadline
    order: MeasureOrder
    outcome: str
    days: int | None


def asked_rows(deadlines: list[Deadline], as_of: date) -> list[AskedRow]:
    """Return the deadlines of one page with their orders; the number of queries does not grow with the rows."""
    calendar = calendar_current()
    orders = MeasureOrder.objects.select_related("entry__subject", "department").in_bulk(
        [each.object_id for each in deadlines]
    )
    stood: dict[int, list[tuple[date, date | None]]] = defaultdict(list)
    for pause in DeadlinePause.objects.filter(deadline__in=[each.pk for each in deadlines]):
        stood[pause.deadline_id].append((pause.starts_on, pause.ends_on))
    rows = []
    for each in deadlines:
        order = orders[each.object_id]
        days = (each.starts_on, each.due_on, each.met_on, each.cancelled_on, order.entry.ends_on)
        asked = _asked(each.code, days, tuple(stood[each.pk]))
        is_met = each.met_on is not None and each.met_on <= as_of
        rows.append(AskedRow(each, order, asked.outcome(as_of), asked.days_used(calendar) if is_met else None))
    return rows


def chunks_of(found: QuerySet[Any]) -> Iterator[list[Any]]:
    """Yield the rows in lists, read as they are needed."""
    chunk: list[Any] = []
    for each in found.iterator(chunk_size=_ITERATE):
        chunk.append(each)
        if len(chunk) == _ITERATE:
            yield chunk
            chunk = []
    if chunk:
        yield chunk
