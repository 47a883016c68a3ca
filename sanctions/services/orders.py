"""Measure orders: dispatched when an entry takes force, received, answered and lifted by the departments."""

from datetime import date
from decimal import Decimal

from django.core.files import File
from django.db import transaction

from registry import clock
from registry.base.errors import InvalidInput, TransitionRefused
from registry.base.tracked import version_require
from registry.models import Account, Department, Subject
from registry.rules.access import DEPARTMENT
from registry.rules.joint_action import load_joint_action
from registry.rules.webhooks import ORDER_DISPATCHED, ORDER_PAUSED, ORDER_RESUMED
from registry.selectors.policies import CatalogueMeasure
from registry.services.deadlines import Basis, deadline_meet, deadline_set, deadlines_cancel
from registry.services.events import event_record
from registry.services.evidence import attachment_store
from registry.services.notices import notice_queue
from sanctions.models import ListEntry, MeasureOrder, OrderFeedback
from sanctions.selectors.orders import ANSWER_DEADLINE, ENDING_DEADLINE, county_directory, measures_for
from sanctions.services.changes import order_note
from sanctions.services.endings import endings_ask
from sanctions.services.escalations import escalations_settle
from sanctions.services.order_pauses import running_pause_ask
from sanctions.services.order_steps import department_require, done_on_check, feedback_add, order_event, order_lock

State = MeasureOrder.State
Ending = MeasureOrder.Ending
Kind = OrderFeedback.Kind

MOST_AMOUNT = Decimal("99999999999999.99")
MOST_CASES = 2_147_483_647

# What a department may do with an order, and from which states.
SOURCES = {
    "received": (State.DISPATCHED,),
    "carried-out": (State.RECEIVED, State.REFUSED),
    "refused": (State.DISPATCHED, State.RECEIVED),
    "effect": (State.CARRIED_OUT,),
}


@transaction.atomic
def orders_dispatch(*, entry: ListEntry, actor: Account | None, on: date) -> list[MeasureOrder]:
    """Dispatch one order for every measure and every county department that carries it out; return the new ones.

    Only measures of active catalogues that the law of the day lets the office order; what could not be dispatched,
    and why, stands in the event. Called again it dispatches only what is missing.
    """
    Subject.objects.select_for_update().get(pk=entry.subject_id)
    entry = ListEntry.objects.select_for_update(of=("self",)).select_related("subject", "case").get(pk=entry.pk)
    allowed, refused = measures_for(entry, on)
    directory = county_directory()
    known = set(entry.orders.values_list("department_id", "catalogue", "measure_code"))
    orders: list[MeasureOrder] = []
    nobody: list[str] = []
    for measure in allowed:
        departments, unmatched = directory.departments_for(measure.departments)
        nobody += [f"{measure.code} {name.name}：{name.reason}" for name in unmatched]
        for department in departments:
            if (department.pk, measure.catalogue.pack_id, measure.code) not in known:
                orders.append(_order_new(entry, measure, department, actor, on))
    if not orders and not refused and not nobody:
        return []
    event_record(
        "orders.dispatched", f"{entry.list_label}：派发联合惩戒任务{len(orders)}项", obj=entry, subject=entry.subject,
        actor=actor, on=on,
        payload={"orders": [order.pk for order in orders], "without_department": nobody,
                 "not_allowed": [f"{each.code} {each.label}：{each.reason}" for each in refused]},
    )  # fmt: skip
    _tell_departments(entry, orders)
    return orders


def _order_new(
    entry: ListEntry, measure: CatalogueMeasure, department: Department, actor: Account | None, on: date
) -> MeasureOrder:
    order = MeasureOrder(
        entry=entry,
        department=department,
        catalogue=measure.catalogue.pack_id,
        catalogue_hash=measure.catalogue.content_hash,
        measure_code=measure.code,
        measure_label=measure.label[:500],
        is_mandatory=measure.is_mandatory,
        legal_basis=list(measure.legal_basis),
        dispatched_on=on,
    )
    order.save_by(actor, reason="order.dispatch")
    limit = load_joint_action().answer
    deadline_set(
        ANSWER_DEADLINE, "联合惩戒任务反馈", obj=order, subject=entry.subject, department=department, starts_on=on,
        basis=Basis(
            limit.working_days, "working", pack_id=measure.catalogue.pack_id,
            policy_hash=measure.catalogue.content_hash, clause=limit.clause or measure.clause[:60],
            assumed=limit.assumed,
        ),
        actor=actor, role=DEPARTMENT,
    )  # fmt: skip
    order_note(order=order, kind=ORDER_DISPATCHED, at=clock.now())
    return order


def _tell_departments(entry: ListEntry, orders: list[MeasureOrder]) -> None:
    by_department: dict[int, list[MeasureOrder]] = {}
    for order in orders:
        by_department.setdefault(order.department_id, []).append(order)
    for own in by_department.values():
        lines = "\n".join(f"{order.measure_code} {order.measure_label}" for order in own)
        notice_queue(
            "order.dispatched",
            title=f"联合惩戒任务：{entry.subject.name}（{entry.list_label}）"[:200],
            body=f"{entry.subject.name}自{entry.starts_on}起列入{entry.list_label}。请签收并落实下列措施，"
            f"在{load_joint_action().answer.working_days}个工作日内反馈：\n{lines}",
            at=clock.now(),
            obj=entry,
            department=own[0].department,
        )


def pause_announce(*, entry: ListEntry, paused: bool, text: str) -> None:
    """Tell every department that holds an order of `entry` that its measures stand still, or run again."""
    word = "暂停" if paused else "恢复"
    for order in MeasureOrder.objects.filter(entry=entry, ending=Ending.NONE).select_related("entry"):
        order_note(order=order, kind=ORDER_PAUSED if paused else ORDER_RESUMED, at=clock.now())
    holders = Department.objects.filter(orders__entry=entry, orders__ending=Ending.NONE).distinct()
    for department in holders:
        notice_queue(
            "order.paused" if paused else "order.resumed",
            title=f"{word}惩戒措施：{entry.subject.name}（{entry.list_label}）"[:200],
            body=f"对{entry.subject.name}的联合惩戒措施自即日起{word}。{text}",
            at=clock.now(),
            obj=entry,
            department=department,
        )


def _require_state(order: MeasureOrder, act: str) -> None:
    if order.ending == Ending.CONFIRMED:
        raise TransitionRefused(
            "order-closed",
            f"任务“{order.title}”已于{order.ending_confirmed_on}解除，不能再办理。",
        )
    if order.state not in SOURCES[act]:
        allowed = "、".join(f"“{State(state).label}”" for state in SOURCES[act])
        raise TransitionRefused(
            f"order-not-{act}",
            f"任务“{order.title}”现为“{order.get_state_display()}”，"
            f"只有{allowed}的任务可以办理这一步。请刷新页面，核对后再办理。",
        )


def _require_running(order: MeasureOrder, on: date) -> None:
    entry = order.entry
    if entry.ends_on <= on:
        raise TransitionRefused(
            "entry-ended",
            f"{entry.subject.name}已于{entry.ends_on}移出{entry.list_label}，不得再采取该措施。请确认解除。",
        )


@transaction.atomic
def order_receive(*, order: MeasureOrder, actor: Account, on: date, version: int | None = None) -> MeasureOrder:
    """The department takes the order. Raises TransitionRefused, NotAllowed, Conflict."""
    order = order_lock(order)
    _require_state(order, "received")
    _require_running(order, on)
    department_require(order, actor, on)
    version_require(order, version)
    order.state, order.received_on = State.RECEIVED, on
    order.save_by(actor, reason="order.receive")
    feedback_add(order, Kind.RECEIVED, actor, on)
    order_event("order.received", "签收", order, actor, on)
    return order


@transaction.atomic
def order_carry_out(
    *, order: MeasureOrder, text: str, done_on: date, document_number: str, upload: File | None,
    actor: Account, on: date, version: int | None = None, amount: Decimal | None = None, cases: int | None = None,
) -> MeasureOrder:  # fmt: skip
    """The department reports what it did, when, and on which document (`upload`: its copy, checked and kept privately),
    and with what effect: `amount` in yuan, `cases` handled, None where it states nothing.

    `done_on` must be a day on which the measure was in force: not in the future, the entry running and not paused.
    It may report after the entry's end what it did before, and is asked at once to lift it where it was not yet. Where
    the measures stand still meanwhile, it is asked at once to stop. Raises InvalidInput, TransitionRefused, NotAllowed.
    """
    order = order_lock(order)
    _require_state(order, "carried-out")
    department_require(order, actor, on)
    version_require(order, version)
    _check_done(order, text, done_on, amount, cases, on)
    attachment = attachment_store(upload=upload, actor=actor) if upload is not None else None
    order.state, order.answered_on = State.CARRIED_OUT, on
    order.save_by(actor, reason="order.carry_out")
    feedback_add(order, Kind.CARRIED_OUT, actor, on, text=text.strip(), done_on=done_on, amount=amount, cases=cases,
                 document_number=document_number.strip(), attachment=attachment)  # fmt: skip
    deadline_meet(order, ANSWER_DEADLINE, actor=actor, on=on)
    order_event("order.carried_out", "已落实", order, actor, on, done_on=done_on, amount=amount, cases=cases,
                document_number=document_number.strip())  # fmt: skip
    running_pause_ask(order, actor=actor, on=on)
    escalations_settle(order, text="部门已反馈落实情况", actor=actor, on=on)
    if order.ending == Ending.NONE and order.entry.expiry_announced_on is not None:
        endings_ask({order: on}, actor=actor)  # it had refused, so nothing was to be lifted when the entry ended
    return order


@transaction.atomic
def order_add_effect(
    *, order: MeasureOrder, text: str, done_on: date, document_number: str, upload: File | None,
    amount: Decimal | None, cases: int | None, actor: Account, on: date, version: int | None = None,
) -> MeasureOrder:  # fmt: skip
    """The department adds what a measure it has reported brought about since: only what it has not stated before.

    Raises InvalidInput (as `order_carry_out`, and when neither amount nor cases are given), TransitionRefused, NotAllowed.
    """
    order = order_lock(order)
    _require_state(order, "effect")
    department_require(order, actor, on)
    version_require(order, version)
    if amount is None and cases is None:
        raise InvalidInput("effect-missing", "请至少填写涉及金额或者涉及事项数中的一项。", field="amount")
    _check_done(order, text, done_on, amount, cases, on)
    attachment = attachment_store(upload=upload, actor=actor) if upload is not None else None
    order.save_by(actor, reason="order.add_effect")
    feedback_add(order, Kind.EFFECT, actor, on, text=text.strip(), done_on=done_on, amount=amount, cases=cases,
                 document_number=document_number.strip(), attachment=attachment)  # fmt: skip
    order_event("order.effect_added", "补报成效", order, actor, on, done_on=done_on, amount=amount, cases=cases)
    return order


def _check_done(
    order: MeasureOrder, text: str, done_on: date, amount: Decimal | None, cases: int | None, on: date
) -> None:
    if not text.strip():
        raise InvalidInput("text-missing", "请写明采取了什么措施。", field="text")
    done_on_check(order, done_on, on)
    if amount is not None and not 0 <= amount <= MOST_AMOUNT:
        raise InvalidInput(
            "amount-out-of-range", f"涉及金额{amount}不可用，请填写0至{MOST_AMOUNT}之间的元数。", field="amount"
        )
    if cases is not None and not 0 <= cases <= MOST_CASES:
        raise InvalidInput("cases-out-of-range", f"涉及事项{cases}件不可用，请填写0或者正整数。", field="cases")


@transaction.atomic
def order_refuse(
    *, order: MeasureOrder, reason: str, actor: Account, on: date, version: int | None = None
) -> MeasureOrder:
    """The department says that it does not take the measure, and why. It may still carry it out later."""
    order = order_lock(order)
    _require_state(order, "refused")
    _require_running(order, on)
    department_require(order, actor, on)
    version_require(order, version)
    if not reason.strip():
        raise InvalidInput("reason-missing", "不采取措施必须写明理由，请填写后再提交。", field="reason")
    order.received_on = order.received_on or on
    order.state, order.answered_on = State.REFUSED, on
    order.save_by(actor, reason="order.refuse")
    feedback_add(order, Kind.REFUSED, actor, on, text=reason.strip())
    deadline_meet(order, ANSWER_DEADLINE, actor=actor, on=on)
    order_event("order.refused", "不予采取", order, actor, on, reason=reason.strip())
    escalations_settle(order, text="部门已反馈不予采取", actor=actor, on=on)
    return order


@transaction.atomic
def order_confirm_end(
    *, order: MeasureOrder, text: str, actor: Account, on: date, version: int | None = None
) -> MeasureOrder:
    """The department confirms that the measure is lifted; possible from the day the entry is over, job or no job, and
    where the entry was put back since without this measure."""
    order = order_lock(order)
    running = order.entry.ends_on > on and order.ending == Ending.NONE
    if order.state == State.REFUSED or order.ending == Ending.CONFIRMED or running:
        why = "没有采取过" if order.state == State.REFUSED else "已经解除" if order.ending else "对应条目仍在列"
        raise TransitionRefused("ending-not-open", f"任务“{order.title}”{why}，不需要确认解除。")
    department_require(order, actor, on)
    version_require(order, version)
    order.ending_dispatched_on = order.ending_dispatched_on or order.entry.ends_on
    order.ending, order.ending_confirmed_on = Ending.CONFIRMED, on
    order.save_by(actor, reason="order.confirm_end")
    feedback_add(order, Kind.ENDED, actor, on, text=text.strip())
    deadline_meet(order, ENDING_DEADLINE, actor=actor, on=on)
    deadlines_cancel(order, actor=actor, on=on)  # an order never answered needs no answer any more
    order_event("order.end_confirmed", "确认解除", order, actor, on, note=text.strip())
    escalations_settle(order, text="部门已确认解除", actor=actor, on=on)
    return order
