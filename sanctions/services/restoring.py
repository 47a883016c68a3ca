"""Putting an entry back that was repaired on false papers, and the mark that an objection to an entry is open."""

from datetime import date, timedelta

from django.db import transaction

from registry import clock
from registry.base.errors import Conflict, RuleRefused, TransitionRefused
from registry.models import Account, Subject
from registry.rules.access import DEPARTMENT
from registry.rules.joint_action import load_joint_action
from registry.rules.webhooks import ORDER_DISPATCHED
from registry.services import authz
from registry.services.deadlines import Basis, deadline_set, deadlines_cancel
from registry.services.events import event_record
from registry.services.notices import notice_queue
from sanctions import signals
from sanctions.models import EntryPause, ListEntry, MeasureOrder
from sanctions.selectors.entries import adds_paused_time
from sanctions.selectors.orders import ANSWER_DEADLINE, measures_for
from sanctions.services.changes import order_note
from sanctions.services.orders import orders_dispatch

ONE_DAY = timedelta(days=1)


@transaction.atomic
def entry_restore(*, entry: ListEntry, note: str, actor: Account | None, on: date) -> ListEntry:
    """Put an entry back that ended by repair: in force again from `on` for the rest of its term, measures ordered anew.

    The days off the list are kept as a pause, for no measure was in force on them; like every pause they are added to
    the term only where the pack adds paused time. A pause left open by the end is closed with it; what still wants
    measures to stand pauses them anew. Raises NotAllowed, TransitionRefused (it did not end by repair),
    RuleRefused (its term is over), Conflict (the subject stands on the same list again).
    """
    Subject.objects.select_for_update().get(pk=entry.subject_id)
    entry = (
        ListEntry.objects.select_for_update(of=("self",))
        .select_related("subject", "department", "policy", "case")
        .get(pk=entry.pk)
    )
    authz.require(actor, "entry.end", on=on)
    ended_on = entry.ends_on
    held = entry.pauses.select_for_update().filter(ends_on__isnull=True).first()
    new_end = _new_end(entry, held, on)
    if held is not None:
        held.ends_on = max(min(ended_on, on), held.starts_on)
        held.save_by(actor, reason="entry.restore")
    if on > ended_on:
        gap = EntryPause(entry=entry, starts_on=ended_on, ends_on=on, reason="信用修复期间不在列，后修复决定被撤销")
        gap.save_by(actor, reason="entry.restore")
    entry.ends_on = entry.term_ends_on = new_end
    entry.end_reason, entry.end_note, entry.expiry_announced_on = ListEntry.EndReason.TERM, "", None
    entry.save_by(actor, reason="entry.restore")
    event_record(
        "entry.restored", f"{entry.list_label}条目自{on}起恢复，至{new_end - ONE_DAY}止：{note}"[:500], obj=entry,
        subject=entry.subject, actor=actor, on=on,
        payload={"note": note, "ended_on": ended_on, "last_day": new_end - ONE_DAY},
    )  # fmt: skip
    _orders_again(entry, actor, on)
    orders_dispatch(entry=entry, actor=actor, on=on)
    signals.entry_restored.send(sender=ListEntry, entry=entry, actor=actor, on=on)
    return entry


def _new_end(entry: ListEntry, held: EntryPause | None, on: date) -> date:
    """Return the first day no longer in force, or raise why the entry cannot be put back."""
    if entry.end_reason != ListEntry.EndReason.REPAIRED:
        raise TransitionRefused(
            "not-repaired", f"该条目不是因信用修复终止的（{entry.get_end_reason_display()}），不能恢复。"
        )
    stood_from = min(entry.ends_on, on, *([held.starts_on] if held is not None else []))
    stood = max(on - entry.ends_on, timedelta()) + (min(entry.ends_on, on) - stood_from)
    new_end = entry.term_ends_on + (stood if adds_paused_time(entry) else timedelta())
    if new_end <= on:
        raise RuleRefused(
            "term-over", f"该条目的期限到{new_end - ONE_DAY}已满，没有剩余的期限可以恢复。请只登记虚假材料的处理。"
        )
    clash = (
        ListEntry.objects.filter(
            subject=entry.subject_id, pack_id=entry.pack_id, list_code=entry.list_code, starts_on__lt=new_end,
            ends_on__gt=entry.ends_on,
        )
        .exclude(pk=entry.pk)
        .first()
    )  # fmt: skip
    if clash is not None:
        raise Conflict(
            "entry-overlap",
            f"{entry.subject.name}自{clash.starts_on}起已另行列入{clash.list_label}，期间不能重叠。请只登记虚假材料的处理。",
        )
    return new_end


def _orders_again(entry: ListEntry, actor: Account | None, on: date) -> None:
    """Dispatch anew the orders that the end had lifted, as far as they may still be ordered; tell their departments."""
    allowed = {(each.catalogue.pack_id, each.code) for each in measures_for(entry, on)[0]}
    orders = MeasureOrder.objects.select_for_update(of=("self",)).filter(entry=entry).select_related("department")
    again = [order for order in orders.order_by("pk") if (order.catalogue, order.measure_code) in allowed]
    limit = load_joint_action().answer
    for order in again:
        deadlines_cancel(order, actor=actor, on=on)
        order.state, order.ending = MeasureOrder.State.DISPATCHED, MeasureOrder.Ending.NONE
        order.dispatched_on, order.received_on, order.answered_on = on, None, None
        order.ending_dispatched_on = order.ending_confirmed_on = None
        order.save_by(actor, reason="order.dispatch-again")
        deadline_set(
            ANSWER_DEADLINE, "联合惩戒任务反馈", obj=order, subject=entry.subject, department=order.department,
            starts_on=on,
            basis=Basis(limit.working_days, "working", pack_id=order.catalogue, policy_hash=order.catalogue_hash,
                        clause=limit.clause, assumed=limit.assumed),
            actor=actor, role=DEPARTMENT,
        )  # fmt: skip
        order_note(order=order, kind=ORDER_DISPATCHED, at=clock.now())
    for department in {order.department_id: order.department for order in again}.values():
        notice_queue(
            "order.dispatched", title=f"恢复惩戒措施：{entry.subject.name}（{entry.list_label}）"[:200],
            body=f"{entry.subject.name}的信用修复已被撤销，自{on}起恢复列入{entry.list_label}。请重新签收并落实原任务。",
            at=clock.now(), obj=entry, department=department,
        )  # fmt: skip


def entry_dispute_note(*, entry: ListEntry, disputed_on: date, actor: Account | None, on: date) -> ListEntry:
    """Mark an entry as disputed; for the service that took the objection and asked for its own right."""
    return _mark(entry, disputed_on, f"{entry.list_label}条目标注有异议", actor, on)


def entry_dispute_clear(*, entry: ListEntry, reason: str, actor: Account | None, on: date) -> ListEntry:
    """Take the mark off; for the service that closed the objection. An entry without it stays as it is."""
    return _mark(entry, None, f"{entry.list_label}条目撤除异议标注：{reason}", actor, on)


def _mark(entry: ListEntry, day: date | None, text: str, actor: Account | None, on: date) -> ListEntry:
    entry = ListEntry.objects.select_for_update(of=("self",)).select_related("subject").get(pk=entry.pk)
    if (entry.disputed_on is None) == (day is None):
        return entry
    entry.disputed_on = day
    entry.save_by(actor, reason="entry.dispute")
    event_record("entry.disputed", text[:500], obj=entry, subject=entry.subject, actor=actor, on=on)
    signals.entry_disputed.send(sender=ListEntry, entry=entry, actor=actor, on=on)
    return entry
