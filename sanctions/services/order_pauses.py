"""Pauses and resumptions as each department carries them out: asked on a day, confirmed on a day.

A measure that was carried out must be stopped and, when the pause is over, taken up again: two confirmations. A measure
not answered yet has nothing to stop: its time to answer stands still.
"""

from datetime import date

from django.db import transaction
from django.db.models import QuerySet

from registry.base.errors import TransitionRefused
from registry.base.tracked import version_require
from registry.models import Account, Deadline
from registry.rules.access import DEPARTMENT
from registry.rules.joint_action import AnswerTime, load_joint_action
from registry.selectors.deadlines import clock_stands
from registry.services.deadlines import (
    Basis,
    deadline_meet,
    deadline_pause,
    deadline_resume,
    deadline_set,
    deadlines_cancel,
)
from sanctions.models import EntryPause, MeasureOrder, OrderFeedback, OrderPause
from sanctions.selectors.entries import pauses_running
from sanctions.selectors.orders import (
    ANSWER_DEADLINE,
    ORDER_KIND,
    PAUSE_DEADLINE,
    RESUMPTION_DEADLINE,
    resumption_owed,
    stop_owed,
)
from sanctions.services.escalations import escalations_settle
from sanctions.services.order_steps import department_require, feedback_add, order_event, order_lock

State = MeasureOrder.State


def pause_dispatch(*, pause: EntryPause, actor: Account | None, on: date) -> int:
    """Ask every department that has carried out a measure of the entry to stop it; return how many orders were asked.

    Call inside the transaction that pauses the entry. Called again it asks nobody twice.
    """
    asked = 0
    for order in _running_orders(pause):
        if order.state == State.CARRIED_OUT:
            asked += _stop_ask(order, pause, actor, max(pause.starts_on, on))
    for deadline in _unanswered(pause).filter(~clock_stands()):
        deadline_pause(
            deadline_id=deadline.pk, reason=f"惩戒措施暂停：{pause.reason}"[:200], actor=actor,
            on=max(pause.starts_on, deadline.starts_on),
        )  # fmt: skip
    return asked


def running_pause_ask(order: MeasureOrder, *, actor: Account, on: date) -> None:
    """Ask for the stop of a measure that was reported only while the entry's measures stand still."""
    for pause in pauses_running(on).filter(entry=order.entry_id):
        _stop_ask(order, pause, actor, on)


def resumption_dispatch(*, pause: EntryPause, actor: Account | None, on: date) -> int:
    """Ask every department that was to stop to take its measure up again, and let the others' time run on; return how
    many orders were asked. Nothing is asked of an entry that is over. Call inside the transaction that ends the pause.
    """
    if pause.ends_on is None or pause.entry.ends_on <= on:
        return 0
    rows = OrderPause.objects.filter(pause=pause, resumption_asked_on__isnull=True, order__in=_running_orders(pause))
    found = list(rows.select_for_update(of=("self",)).select_related("order__department", "order__entry__subject"))
    for row in found:
        row.resumption_asked_on = pause.ends_on
        row.save_by(actor, reason="order.ask_resumption")
        deadlines_cancel(row.order, actor=actor, on=pause.ends_on, code=PAUSE_DEADLINE)
        limit = load_joint_action().resumption
        _deadline(row.order, RESUMPTION_DEADLINE, "恢复惩戒措施确认", limit, pause.ends_on, actor)
    for deadline in _unanswered(pause).filter(clock_stands()):
        stood_from = max(pause.starts_on, deadline.starts_on)
        deadline_resume(deadline_id=deadline.pk, actor=actor, on=max(pause.ends_on, stood_from))
    return len(found)


def _running_orders(pause: EntryPause) -> QuerySet[MeasureOrder]:
    return (
        MeasureOrder.objects.filter(entry=pause.entry_id, ending=MeasureOrder.Ending.NONE)
        .exclude(state=State.REFUSED)
        .select_related("department", "entry__subject")
        .order_by("pk")
    )


def _unanswered(pause: EntryPause) -> QuerySet[Deadline]:
    """The open times to answer of the entry's orders."""
    return Deadline.objects.filter(
        object_kind=ORDER_KIND, object_id__in=_running_orders(pause).values("pk"), code=ANSWER_DEADLINE,
        met_on__isnull=True, cancelled_on__isnull=True,
    ).order_by("pk")  # fmt: skip


def _stop_ask(order: MeasureOrder, pause: EntryPause, actor: Account | None, on: date) -> bool:
    if OrderPause.objects.filter(order=order, pause=pause).exists():
        return False
    deadlines_cancel(order, actor=actor, on=on, code=RESUMPTION_DEADLINE)  # of an earlier pause: it stands still again
    OrderPause(order=order, pause=pause, stop_asked_on=on).save_by(actor, reason="order.ask_stop")
    _deadline(order, PAUSE_DEADLINE, "暂停惩戒措施确认", load_joint_action().pause, on, actor)
    return True


def _deadline(
    order: MeasureOrder, code: str, label: str, limit: AnswerTime, starts_on: date, actor: Account | None
) -> None:
    deadline_set(
        code, label, obj=order, subject=order.entry.subject, department=order.department, starts_on=starts_on,
        basis=Basis(limit.working_days, "working", clause=limit.clause, assumed=limit.assumed), actor=actor,
        role=DEPARTMENT,
    )  # fmt: skip


@transaction.atomic
def order_confirm_pause(
    *, order: MeasureOrder, text: str, actor: Account, on: date, version: int | None = None
) -> MeasureOrder:
    """The department confirms that it has stopped the measure. Raises TransitionRefused (nothing to stop, stopped
    already, the pause is over), NotAllowed, Conflict."""
    order = order_lock(order)
    row = stop_owed(order, on)
    if row is None:
        raise TransitionRefused(
            "pause-not-open",
            f"任务“{order.title}”没有待确认的暂停：措施没有暂停、已经确认，或者已经恢复。请刷新页面，核对后再办理。",
        )
    department_require(order, actor, on)
    version_require(order, version)
    row.stopped_on = on
    row.save_by(actor, reason="order.confirm_pause")
    _confirmed(order, PAUSE_DEADLINE, OrderFeedback.Kind.STOPPED, text, actor, on)
    return order


@transaction.atomic
def order_confirm_resumption(
    *, order: MeasureOrder, text: str, actor: Account, on: date, version: int | None = None
) -> MeasureOrder:
    """The department confirms that it applies the measure again. Raises as `order_confirm_pause`."""
    order = order_lock(order)
    row = resumption_owed(order, on)
    if row is None:
        raise TransitionRefused(
            "resumption-not-open",
            f"任务“{order.title}”没有待确认的恢复：措施没有暂停过、仍在暂停、已经确认，或者该主体已移出名单。"
            "请刷新页面，核对后再办理。",
        )
    department_require(order, actor, on)
    version_require(order, version)
    row.resumed_on = on
    row.save_by(actor, reason="order.confirm_resumption")
    _confirmed(order, RESUMPTION_DEADLINE, OrderFeedback.Kind.RESUMED, text, actor, on)
    return order


def _confirmed(order: MeasureOrder, code: str, kind: str, text: str, actor: Account, on: date) -> None:
    """Count the order's version up, so that a form opened before is stale; keep the answer, meet its time."""
    is_stop = kind == OrderFeedback.Kind.STOPPED
    name, word = ("order.pause_confirmed", "确认暂停") if is_stop else ("order.resumption_confirmed", "确认恢复")
    order.save_by(actor, reason=name)
    feedback_add(order, kind, actor, on, text=text.strip())
    deadline_meet(order, code, actor=actor, on=on)
    order_event(name, word, order, actor, on, note=text.strip())
    escalations_settle(order, text=f"部门已{word}", actor=actor, on=on)
