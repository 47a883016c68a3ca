"""A subject's days as a department may know them: its lists, the department's own orders, the department's own records."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from uuid import UUID

from django.db.models import Exists, OuterRef, Q

from registry.models import Account, Record, Subject
from sanctions.models import ListEntry, MeasureOrder
from sanctions.selectors.entries import entries_visible_to

KINDS = {
    "entry-opened": "列入名单",
    "entry-paused": "措施暂停",
    "entry-resumed": "措施恢复",
    "entry-disputed": "提出异议",
    "entry-ended": "移出名单",
    "order-dispatched": "派发任务",
    "order-received": "签收任务",
    "order-answered": "反馈任务",
    "order-ended": "确认解除",
    "record-decided": "作出决定",
    "record-disputed": "记录提出异议",
    "record-repaired": "记录修复",
    "record-voided": "记录作废",
}


@dataclass(frozen=True, slots=True)
class SubjectDay:
    """One thing that happened. `basis_on`: the day that `on` is counted from, where it follows from a term; `policy` and
    `clause`: by which rule; the ids say of what."""

    on: date
    kind: str
    text: str
    policy: str = ""
    clause: str = ""
    basis_on: date | None = None
    entry: UUID | None = None
    order: UUID | None = None
    record: UUID | None = None


def subject_days(subject: Subject, *, account: Account, until: date, on: date) -> list[SubjectDay]:
    """Return what had happened by the end of `until` (for a day to come: what follows if nothing new happens), latest
    first, of what `account`'s department may know on the day `on`. A fixed number of queries.

    Told are entries in force on `until` that the department may see, and every entry on which it held an order: who is off
    a list is not told again to those who had nothing to do with it. Of orders and records, the department's own.
    """
    found = [*_entries(subject, account, until, on), *_orders(subject, account), *_records(subject, account)]
    return sorted((each for each in found if each.on <= until), key=lambda each: (each.on, each.kind), reverse=True)


def _entries(subject: Subject, account: Account, until: date, on: date) -> Iterator[SubjectDay]:
    own = MeasureOrder.objects.filter(entry=OuterRef("pk"), department=account.department_id)
    entries = entries_visible_to(account, on).filter(
        Q(starts_on__lte=until, ends_on__gt=until) | Exists(own), subject=subject
    )
    for entry in entries.select_related("policy").defer("policy__text").prefetch_related("pauses"):
        yield from _of_entry(entry)


def _of_entry(entry: ListEntry) -> Iterator[SubjectDay]:
    def day(on: date, kind: str, text: str, clause: str = "", basis_on: date | None = None) -> SubjectDay:
        return SubjectDay(on, kind, text, entry.pack_id, clause, basis_on, entry=entry.public_id)

    yield day(entry.starts_on, "entry-opened", f"列入{entry.list_label}", entry.clause, entry.published_on)
    for pause in entry.pauses.all():
        yield day(pause.starts_on, "entry-paused", f"{entry.list_label}：措施暂停")
        if pause.ends_on is not None and pause.ends_on < entry.ends_on:
            yield day(pause.ends_on, "entry-resumed", f"{entry.list_label}：措施恢复")
    if entry.disputed_on is not None:
        yield day(entry.disputed_on, "entry-disputed", f"对列入{entry.list_label}提出异议")
    is_term = entry.end_reason == ListEntry.EndReason.TERM
    text = f"移出{entry.list_label}（{entry.get_end_reason_display()}）"
    yield day(entry.ends_on, "entry-ended", text, basis_on=entry.starts_on if is_term else None)


def _orders(subject: Subject, account: Account) -> Iterator[SubjectDay]:
    orders = MeasureOrder.objects.filter(entry__subject=subject, department=account.department_id)
    for order in orders.select_related("entry"):
        what = f"{order.measure_code} {order.measure_label}"
        answered = order.answered_on and f"{order.get_state_display()}：{what}"
        for on, kind, text in (
            (order.dispatched_on, "order-dispatched", f"派发任务：{what}"),
            (order.received_on, "order-received", f"签收：{what}"),
            (order.answered_on, "order-answered", answered or ""),
            (order.ending_confirmed_on, "order-ended", f"确认解除：{what}"),
        ):
            if on is not None:
                yield SubjectDay(
                    on,
                    kind,
                    text,
                    order.catalogue,
                    order.measure_code,
                    entry=order.entry.public_id,
                    order=order.public_id,
                )


def _records(subject: Subject, account: Account) -> Iterator[SubjectDay]:
    records = Record.objects.filter(subject=subject, department=account.department_id, is_secret=False)
    for record in records.exclude(state=Record.State.DRAFT):
        for on, kind, word in (
            (record.decided_on, "record-decided", ""),
            (record.disputed_on, "record-disputed", "提出异议："),
            (record.repaired_on, "record-repaired", "信用修复："),
            (record.voided_on, "record-voided", "作废："),
        ):
            if on is not None:
                yield SubjectDay(on, kind, f"{word}{record}（{record.title}）", record=record.public_id)
