"""Endings: telling the departments and the subject that an entry is over. The end itself is a date and needs no job."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Final

from django.db import transaction

from registry import clock
from registry.base.bulk import row_new
from registry.base.collector import collector_resting
from registry.base.tracked import rows_save_by
from registry.models import Account, Notice, Subject
from registry.rules.access import DEPARTMENT
from registry.rules.joint_action import load_joint_action
from registry.rules.webhooks import ORDER_ENDING
from registry.services.deadlines import Basis, Matter, deadlines_cancel_all, deadlines_set
from registry.services.events import EventDraft, events_record
from registry.services.notices import notices_queue
from sanctions.models import EntryChange, EntryPause, Escalation, ListEntry, MeasureOrder
from sanctions.selectors.entries import adds_paused_time
from sanctions.selectors.orders import ENDING_DEADLINE
from sanctions.services.changes import entry_changes_note, orders_note
from sanctions.services.escalations import escalations_settle

CHUNK: Final = 500
# What an end is told by; the rest of an entry stays in the database.
_READ: Final = (
    "version", "list_label", "published_on", "ends_on", "end_reason", "end_note", "expiry_announced_on",
    "subject__name", "department__name",
)  # fmt: skip
_REASONS: Final = dict(ListEntry.EndReason.choices)  # `get_end_reason_display` makes it anew for each row


def endings_dispatch(*, on: date) -> dict[str, int]:
    """Announce every entry that is over on the day `on` and not announced yet, some hundreds in one transaction.

    Everything is dated by the entry's own end, so a late, repeated or killed and resumed run leaves what a punctual one
    would have left. Returns counts: `ended` entries announced, `orders` endings dispatched.
    """
    counts = {"ended": 0, "orders": 0}
    due = ListEntry.objects.filter(ends_on__lte=on, expiry_announced_on__isnull=True).order_by("ends_on", "pk")
    ids = list(due.values_list("pk", flat=True))
    for first in range(0, len(ids), CHUNK):
        with collector_resting():
            ended, orders = _announce_due(ids[first : first + CHUNK], on)
        counts["ended"] += ended
        counts["orders"] += orders
    return counts


@transaction.atomic
def _announce_due(entry_ids: Sequence[int], on: date) -> tuple[int, int]:
    subjects = ListEntry.objects.filter(pk__in=entry_ids).values("subject")
    list(Subject.objects.select_for_update().filter(pk__in=subjects).order_by("pk").values_list("pk"))
    locked = ListEntry.objects.select_for_update(of=("self",)).select_related("subject", "department").only(*_READ)
    entries = list(
        locked.filter(pk__in=entry_ids, ends_on__lte=on, expiry_announced_on__isnull=True).order_by("ends_on", "pk")
    )
    waiting = _waiting_for_their_pause(entries)
    due = {entry: entry.ends_on for entry in entries if entry.pk not in waiting}
    return len(due), _announce(due, None)


def _waiting_for_their_pause(entries: Iterable[ListEntry]) -> set[int]:
    """Return those whose end is not known yet: where paused time lengthens the term, while a pause is open."""
    by_term = [entry.pk for entry in entries if entry.end_reason == ListEntry.EndReason.TERM]
    paused = EntryPause.objects.filter(entry__in=by_term, ends_on__isnull=True).values("entry")
    with_policies = ListEntry.objects.filter(pk__in=paused).select_related("policy").defer("policy__text")
    return {entry.pk for entry in with_policies if adds_paused_time(entry)}


def ending_announce(*, entry: ListEntry, actor: Account | None, on: date) -> int:
    """Dispatch the ending to the departments that hold orders, tell the subject, note it; return how many orders.

    Call inside a transaction that holds the entry's lock. An entry announced already is left alone (0).
    """
    return 0 if entry.expiry_announced_on is not None else _announce({entry: on}, actor)


def _announce(days: Mapping[ListEntry, date], actor: Account | None) -> int:
    """Announce the ends of entries, each on its day; the number of statements does not depend on how many there are."""
    at = clock.now()
    for entry, on in days.items():
        entry.expiry_announced_on = on
    rows_save_by(list(days), actor, reason="entry.announce_end", fields=["expiry_announced_on"])
    entry_changes_note(entries=days, kind=EntryChange.Kind.OVER, at=at)
    orders: dict[int, list[MeasureOrder]] = {entry.pk: [] for entry in days}
    held = MeasureOrder.objects.select_for_update(of=("self",)).filter(
        entry__in=orders, ending=MeasureOrder.Ending.NONE
    )
    for order in held.exclude(state=MeasureOrder.State.REFUSED).order_by("pk"):
        orders[order.entry_id].append(order)
    for entry in days:
        for order in orders[entry.pk]:
            order.entry = entry
    endings_ask({order: on for entry, on in days.items() for order in orders[entry.pk]}, actor=actor)
    notices_queue([notice for entry in days for notice in _notices(entry, orders[entry.pk])], at=at)
    events_record([_announced(entry, orders[entry.pk], actor, on) for entry, on in days.items()])
    return sum(len(each) for each in orders.values())


def _announced(entry: ListEntry, orders: Sequence[MeasureOrder], actor: Account | None, on: date) -> EventDraft:
    return EventDraft(
        "entry.end_announced",
        f"{entry.list_label}条目自{entry.ends_on}起终止（{_REASONS[entry.end_reason]}），已派发解除{len(orders)}项",
        obj=entry, subject=entry.subject, actor=actor, on=on,
        payload={"ends_on": entry.ends_on, "reason": entry.end_reason, "orders": [order.pk for order in orders]},
    )  # fmt: skip


def endings_ask(days: Mapping[MeasureOrder, date], *, actor: Account | None) -> None:
    """Ask the departments to lift measures and to confirm it, each on its day; the time to answer the order itself is
    over. Give orders with their entries loaded, under their locks."""
    deadlines_cancel_all(days, actor=actor)
    before_the_office = Escalation.objects.filter(order__in=days).exclude(state=Escalation.State.CLOSED)
    escalated = set(before_the_office.values_list("order", flat=True))
    for order, on in days.items():
        if order.pk in escalated:
            escalations_settle(order, text="该主体已移出名单", actor=actor, on=on)
        order.ending, order.ending_dispatched_on = MeasureOrder.Ending.DISPATCHED, on
    fields = ["ending", "ending_dispatched_on"]
    rows_save_by(list(days), actor, reason="order.dispatch_ending", fields=fields)
    limit = load_joint_action().ending
    deadlines_set(
        ENDING_DEADLINE, "解除惩戒措施确认",
        [Matter(order, order.entry.subject_id, order.department_id, on) for order, on in days.items()],
        basis=Basis(limit.working_days, "working", clause=limit.clause, assumed=limit.assumed), actor=actor,
        role=DEPARTMENT,
    )  # fmt: skip
    orders_note(orders=days, kind=ORDER_ENDING, at=clock.now())


def _notices(entry: ListEntry, orders: Iterable[MeasureOrder]) -> Iterator[Notice]:
    """Yield what the departments that hold orders and the subject are told."""
    title = f"{entry.subject.name}移出{entry.list_label}"
    why = _REASONS[entry.end_reason] + (f"：{entry.end_note}" if entry.end_note else "")
    about = {"object_kind": entry._meta.label_lower, "object_id": entry.pk}
    for department_id in dict.fromkeys(order.department_id for order in orders):
        yield row_new(
            Notice, kind="order.ending", title=f"解除惩戒：{title}", department_id=department_id, **about,
            body=f"{entry.subject.name}自{entry.ends_on}起不再列入{entry.list_label}（{why}）。"
            "请停止对其实施的联合惩戒措施，并在系统中确认解除。",
        )  # fmt: skip
    yield row_new(
        Notice, kind="entry.ended", title=title, subject_id=entry.subject_id, **about,
        body=f"{entry.subject.name}：您（单位）自{entry.ends_on}起不再列入{entry.list_label}（{why}）。"
        "公示同时停止，有关部门不再采取联合惩戒措施。发现仍在公示或仍被采取措施的，请向"
        f"{entry.department.name}反映。",
    )  # fmt: skip
