"""What departments did about a subject: for the officers' file of it and for its own."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models import QuerySet

from registry.models import Account, Subject
from sanctions.models import ListEntry, MeasureOrder, OrderFeedback
from sanctions.selectors.orders import OrderRow, order_rows, orders_visible_to

_DONE = (OrderFeedback.Kind.CARRIED_OUT, OrderFeedback.Kind.EFFECT)


@dataclass(frozen=True)
class Deed:
    """One measure asked of one department, and what became of it. `done`: what it reported, the newest first;
    `refusal`: why it takes no measure, empty unless it refused."""

    row: OrderRow
    done: tuple[OrderFeedback, ...]
    refusal: str

    @property
    def order(self) -> MeasureOrder:
        """The order itself."""
        return self.row.order

    @property
    def amount(self) -> Decimal:
        """All amounts stated, in yuan."""
        return sum((each.amount or Decimal(0) for each in self.done), Decimal(0))

    @property
    def cases(self) -> int:
        """All matters stated."""
        return sum(each.cases or 0 for each in self.done)


def deeds_of(orders: Iterable[MeasureOrder], on: date) -> list[Deed]:
    """Return the orders with what departments reported; the number of queries does not grow with them."""
    rows = order_rows(orders, on)
    told: dict[int, list[OrderFeedback]] = {row.order.pk: [] for row in rows}
    kinds = (*_DONE, OrderFeedback.Kind.REFUSED)
    for each in OrderFeedback.objects.filter(order__in=list(told), kind__in=kinds).order_by("-pk"):
        told[each.order_id].append(each)
    return [_deed(row, told[row.order.pk]) for row in rows]


def _deed(row: OrderRow, told: list[OrderFeedback]) -> Deed:
    is_refused = row.order.state == MeasureOrder.State.REFUSED
    refusals = [each.text for each in told if each.kind == OrderFeedback.Kind.REFUSED]
    return Deed(row, tuple(each for each in told if each.kind in _DONE), refusals[0] if is_refused and refusals else "")


def orders_about(subject: Subject, account: Account, on: date) -> QuerySet[MeasureOrder]:
    """Return the orders about `subject` that `account` may see, the newest first."""
    return orders_visible_to(account, on).filter(entry__subject=subject).order_by("-pk")


def entry_deeds(entry: ListEntry, on: date) -> list[Deed]:
    """Return what departments did because of one entry, by department; for the subject itself."""
    orders = MeasureOrder.objects.filter(entry=entry).select_related("entry__subject", "department")
    return deeds_of(orders.order_by("department__code", "measure_code", "pk"), on)
