"""Endings: telling the departments and the subject that an entry is over. The end itself is a date and needs no job."""

from collections.abc import Iterable
from datetime import date

from django.db import transaction

from registry import clock
from registry.models import Account, Department, Subject
from registry.rules.access import DEPARTMENT
from registry.rules.joint_action import load_joint_action
from registry.rules.webhooks import ORDER_ENDING
from registry.services.deadlines import Basis, deadline_set, deadlines_cancel
from registry.services.events import event_record
from registry.services.notices import notice_queue
from sanctions.models import EntryChange, EntryPause, ListEntry, MeasureOrder
from sanctions.selectors.entries import adds_paused_time
from sanctions.selectors.orders import ENDING_DEADLINE
from sanctions.services.changes import entry_change_note, order_note
from sanctions.services.escalations import escalations_settle


def endings_dispatch(*, on: date) -> dict[str, int]:
    """Announce every entry that is over on the day `on` and not announced yet, each under its own lock.

    Everything is dated by the entry's own end, so a late or repeated run leaves what a punctual one would have left.
    Returns counts: `ended` entries announced, `orders` endings dispatched.
    """
    counts = {"ended": 0, "orders": 0}
    due = ListEntry.objects.filter(ends_on__lte=on, expiry_announced_on__isnull=True).order_by("ends_on", "pk")
    for entry_id in due.values_list("pk", flat=True):
        dispatched = _announce_due(entry_id, on)
        if dispatched is not None:
            counts["ended"] += 1
            counts["orders"] += dispatched
    return counts


@transaction.atomic
def _announce_due(entry_id: int, on: date) -> int | None:
    subject_id = ListEntry.objects.values_list("subject_id", flat=True).get(pk=entry_id)
    Subject.objects.select_for_update().get(pk=subject_id)
    entry = (
        ListEntry.objects.select_for_update(of=("self",))
        .select_related("subject", "department", "policy")
        .get(pk=entry_id)
    )
    if entry.ends_on > on or entry.expiry_announced_on is not None or _waits_for_its_pause(entry):
        return None
    return ending_announce(entry=entry, actor=None, on=entry.ends_on)


def _waits_for_its_pause(entry: ListEntry) -> bool:
    """Where paused time lengthens the term, the end is not known while a pause is open."""
    if entry.end_reason != ListEntry.EndReason.TERM:
        return False
    return EntryPause.objects.filter(entry=entry, ends_on__isnull=True).exists() and adds_paused_time(entry)


def ending_announce(*, entry: ListEntry, actor: Account | None, on: date) -> int:
    """Dispatch the ending to the departments that hold orders, tell the subject, note it; return how many orders.

    Call inside a transaction that holds the entry's lock. An entry announced already is left alone (0).
    """
    if entry.expiry_announced_on is not None:
        return 0
    entry.expiry_announced_on = on
    entry.save_by(actor, reason="entry.announce_end")
    entry_change_note(entry=entry, kind=EntryChange.Kind.OVER, at=clock.now())
    orders = list(
        MeasureOrder.objects.select_for_update(of=("self",))
        .filter(entry=entry, ending=MeasureOrder.Ending.NONE)
        .exclude(state=MeasureOrder.State.REFUSED)
        .select_related("department", "entry__subject")
        .order_by("pk")
    )
    for order in orders:
        ending_dispatch(order, actor=actor, on=on)
    departments = {order.department_id: order.department for order in orders}
    _tell(entry, departments.values())
    event_record(
        "entry.end_announced",
        f"{entry.list_label}条目自{entry.ends_on}起终止（{entry.get_end_reason_display()}），已派发解除{len(orders)}项",
        obj=entry, subject=entry.subject, actor=actor, on=on,
        payload={"ends_on": entry.ends_on, "reason": entry.end_reason, "orders": [order.pk for order in orders]},
    )  # fmt: skip
    return len(orders)


def ending_dispatch(order: MeasureOrder, *, actor: Account | None, on: date) -> None:
    """Ask the department to lift one measure and to confirm it; the time to answer the order itself is over."""
    deadlines_cancel(order, actor=actor, on=on)
    escalations_settle(order, text="该主体已移出名单", actor=actor, on=on)
    order.ending, order.ending_dispatched_on = MeasureOrder.Ending.DISPATCHED, on
    order.save_by(actor, reason="order.dispatch_ending")
    limit = load_joint_action().ending
    deadline_set(
        ENDING_DEADLINE, "解除惩戒措施确认", obj=order, subject=order.entry.subject, department=order.department,
        starts_on=on, basis=Basis(limit.working_days, "working", clause=limit.clause, assumed=limit.assumed),
        actor=actor, role=DEPARTMENT,
    )  # fmt: skip
    order_note(order=order, kind=ORDER_ENDING, at=clock.now())


def _tell(entry: ListEntry, departments: Iterable[Department]) -> None:
    title = f"{entry.subject.name}移出{entry.list_label}"
    why = entry.get_end_reason_display() + (f"：{entry.end_note}" if entry.end_note else "")
    for department in departments:
        notice_queue(
            "order.ending",
            title=f"解除惩戒：{title}"[:200],
            body=f"{entry.subject.name}自{entry.ends_on}起不再列入{entry.list_label}（{why}）。"
            "请停止对其实施的联合惩戒措施，并在系统中确认解除。",
            at=clock.now(),
            obj=entry,
            department=department,
        )
    notice_queue(
        "entry.ended",
        title=title[:200],
        body=f"{entry.subject.name}：您（单位）自{entry.ends_on}起不再列入{entry.list_label}（{why}）。"
        "公示同时停止，有关部门不再采取联合惩戒措施。发现仍在公示或仍被采取措施的，请向"
        f"{entry.department.name}反映。",
        at=clock.now(),
        obj=entry,
        subject=entry.subject,
    )
