"""What a department applies on a day: every subject under one of its measures, since when, until when, on what basis."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import OuterRef, Q, QuerySet, Subquery

from registry.models import Account, Department
from registry.rules import access
from registry.rules.identifiers import normalize_code
from registry.selectors.rights import roles_on
from sanctions.models import MeasureOrder, OrderFeedback
from sanctions.selectors.entries import ONE_DAY
from sanctions.selectors.orders import OrderRow, departments_with_orders, order_rows, orders_in_force, supervises

STATES = {"": "全部", "dispatched": "待签收", "received": "已签收", "carried-out": "已落实"}
_ITERATE = 500


@dataclass(frozen=True)
class InForceFilter:
    """What is asked for. `name`: part of the subject's name, or its whole code; `measure`: `catalogue|code`."""

    name: str = ""
    measure: str = ""
    state: str = ""


def departments_choosable(account: Account, on: date) -> QuerySet[Department]:
    """Return the departments whose measures `account` may look at: officers and the joint-conference office all that
    ever got a task, a department itself."""
    if roles_on(account, on) & access.WATCHERS or supervises(account, on):
        return departments_with_orders()
    if account.department_id is None:
        return Department.objects.none()
    return Department.objects.filter(pk=account.department_id)


def measures_in_force(department: Department, on: date, wanted: InForceFilter) -> QuerySet[MeasureOrder]:
    """Return the orders of a department in force on the day `on`, those of the newest dispatch first: not refused, the
    entry in force on that very day and not paused. The last day is in, the day after is out, job or no job."""
    found = orders_in_force(MeasureOrder.objects.filter(department=department), on)
    if wanted.name:
        found = found.filter(
            Q(entry__subject__name__contains=wanted.name) | Q(entry__subject__uscc=normalize_code(wanted.name))
        )
    if wanted.measure:
        catalogue, _, code = wanted.measure.partition("|")
        found = found.filter(catalogue=catalogue, measure_code=code)
    if wanted.state:
        found = found.filter(state=wanted.state)
    done = OrderFeedback.objects.filter(order=OuterRef("pk"), kind=OrderFeedback.Kind.CARRIED_OUT).order_by("-pk")
    return (
        found.select_related("entry__subject", "entry__policy", "department")
        .defer("entry__policy__text")
        .annotate(done_on=Subquery(done.values("done_on")[:1]), document=Subquery(done.values("document_number")[:1]))
        .order_by("-pk")
    )


def measure_choices(department: Department) -> list[tuple[str, str]]:
    """Return (`catalogue|code`, label) of every measure that the department was ever asked for."""
    found = MeasureOrder.objects.filter(department=department).order_by()
    rows = found.values_list("catalogue", "measure_code", "measure_label").distinct()
    return sorted({f"{catalogue}|{code}": f"{code} {label}" for catalogue, code, label in rows}.items())


@dataclass(frozen=True)
class InForceRow:
    """A measure in force as the page shows it. `until`: the last day, inclusive."""

    row: OrderRow
    since: date
    until: date
    done_on: date | None
    document: str

    @property
    def order(self) -> MeasureOrder:
        """The order itself."""
        return self.row.order

    @property
    def basis(self) -> str:
        """The legal basis of the measure, as the catalogue names it."""
        return "；".join(self.order.legal_basis) or "清单未列明"


def in_force_rows(orders: list[Any], on: date) -> list[InForceRow]:
    """Return the orders of one page as shown; the number of queries does not grow with them."""
    return [
        InForceRow(
            row, max(row.order.entry.starts_on, row.order.dispatched_on), row.order.entry.ends_on - ONE_DAY,
            orders[place].done_on, orders[place].document or "",
        )
        for place, row in enumerate(order_rows(orders, on))
    ]  # fmt: skip


HEADER = (
    "主体", "统一社会信用代码", "名单", "措施编号", "措施", "性质", "措施依据", "列入依据", "自", "最后一日", "进度", "派发日期", "签收日期",
    "实施日期", "文书号",
)  # fmt: skip


def in_force_cells(found: QuerySet[MeasureOrder], on: date) -> Iterator[list[str]]:
    """Yield the rows as cells under `HEADER`, read in chunks. Persons' document numbers are never among them."""
    chunk: list[MeasureOrder] = []
    for order in found.iterator(chunk_size=_ITERATE):
        chunk.append(order)
        if len(chunk) == _ITERATE:
            yield from _cells(chunk, on)
            chunk = []
    yield from _cells(chunk, on)


def _cells(orders: list[MeasureOrder], on: date) -> Iterator[list[str]]:
    for each in in_force_rows(orders, on):
        order, entry = each.order, each.order.entry
        yield [
            entry.subject.name, entry.subject.uscc or "", entry.list_label, order.measure_code, order.measure_label,
            "强制性" if order.is_mandatory else "推荐性", each.basis, f"《{entry.policy.title}》{entry.clause}",
            str(each.since), str(each.until), each.row.state.label, str(order.dispatched_on),
            str(order.received_on or ""), str(each.done_on or ""), each.document,
        ]  # fmt: skip
