"""Measure orders: dispatched when an entry takes force, received, answered and lifted by the departments."""

from datetime import date

from django.core.files import File
from django.db import transaction

from registry import clock
from registry.base.errors import InvalidInput, NotAllowed, TransitionRefused
from registry.base.tracked import version_require
from registry.models import Account, Department, Subject
from registry.rules.access import DEPARTMENT
from registry.rules.joint_action import load_joint_action
from registry.selectors.policies import CatalogueMeasure
from registry.services import authz
from registry.services.deadlines import Basis, deadline_meet, deadline_set, deadlines_cancel
from registry.services.events import event_record
from registry.services.evidence import attachment_store
from registry.services.notices import notice_queue
from sanctions.models import ListEntry, MeasureOrder, OrderFeedback
from sanctions.selectors.entries import pauses_running
from sanctions.selectors.orders import ENDING_DEADLINE, county_directory, measures_for

State = MeasureOrder.State
Ending = MeasureOrder.Ending

ANSWER_DEADLINE = "order-answer"

# What a department may do with an order, and from which states.
SOURCES = {
    "received": (State.DISPATCHED,),
    "carried-out": (State.RECEIVED, State.REFUSED),
    "refused": (State.DISPATCHED, State.RECEIVED),
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


def _locked(order: MeasureOrder) -> MeasureOrder:
    """Lock the subject, then the order, and return it fresh."""
    Subject.objects.select_for_update(of=("self",)).get(entries__orders=order.pk)
    return (
        MeasureOrder.objects.select_for_update(of=("self",))
        .select_related("entry__subject", "department")
        .get(pk=order.pk)
    )


def _require_state(order: MeasureOrder, act: str) -> None:
    if order.ending == Ending.CONFIRMED:
        raise TransitionRefused(
            "order-closed",
            f"任务“{order.measure_code} {order.measure_label}”已于{order.ending_confirmed_on}解除，不能再办理。",
        )
    if order.state not in SOURCES[act]:
        allowed = "、".join(f"“{State(state).label}”" for state in SOURCES[act])
        raise TransitionRefused(
            f"order-not-{act}",
            f"任务“{order.measure_code} {order.measure_label}”现为“{order.get_state_display()}”，"
            f"只有{allowed}的任务可以办理这一步。请刷新页面，核对后再办理。",
        )


def _require_running(order: MeasureOrder, on: date) -> None:
    entry = order.entry
    if entry.ends_on <= on:
        raise TransitionRefused(
            "entry-ended",
            f"{entry.subject.name}已于{entry.ends_on}移出{entry.list_label}，不得再采取该措施。请确认解除。",
        )


def _require_department(order: MeasureOrder, actor: Account, on: date) -> None:
    authz.require(actor, "order.answer", on=on)
    if actor.department_id != order.department_id:
        raise NotAllowed(
            "another-department", f"这项任务由{order.department.name}办理，您的账号属于其他部门。请转告该部门办理。"
        )


def _feedback(order: MeasureOrder, kind: str, actor: Account, on: date, **fields: object) -> OrderFeedback:
    return OrderFeedback.objects.create(order=order, kind=kind, account=actor, on=on, **fields)


def _event(name: str, text: str, order: MeasureOrder, actor: Account, on: date, **payload: object) -> None:
    event_record(
        name, f"{order.department.short_name}{text}：{order.measure_code} {order.measure_label}", obj=order,
        subject=order.entry.subject, actor=actor, on=on,
        payload={"catalogue": order.catalogue, "measure": order.measure_code, **payload},
    )  # fmt: skip


@transaction.atomic
def order_receive(*, order: MeasureOrder, actor: Account, on: date, version: int | None = None) -> MeasureOrder:
    """The department takes the order. Raises TransitionRefused, NotAllowed, Conflict."""
    order = _locked(order)
    _require_state(order, "received")
    _require_running(order, on)
    _require_department(order, actor, on)
    version_require(order, version)
    order.state, order.received_on = State.RECEIVED, on
    order.save_by(actor, reason="order.receive")
    _feedback(order, "received", actor, on)
    _event("order.received", "签收", order, actor, on)
    return order


@transaction.atomic
def order_carry_out(
    *, order: MeasureOrder, text: str, done_on: date, document_number: str, upload: File | None,
    actor: Account, on: date, version: int | None = None,
) -> MeasureOrder:  # fmt: skip
    """The department reports what it did, when, and on which document (`upload`: its copy, checked and kept privately).

    `done_on` must be a day on which the measure was in force: not in the future, the entry running and not paused.
    It may report after the entry's end what it did before. Raises InvalidInput, TransitionRefused, NotAllowed.
    """
    order = _locked(order)
    _require_state(order, "carried-out")
    _require_department(order, actor, on)
    version_require(order, version)
    if not text.strip():
        raise InvalidInput("text-missing", "请写明采取了什么措施。", field="text")
    _check_done_on(order, done_on, on)
    attachment = attachment_store(upload=upload, actor=actor) if upload is not None else None
    order.state, order.answered_on = State.CARRIED_OUT, on
    order.save_by(actor, reason="order.carry_out")
    _feedback(order, "carried-out", actor, on, text=text.strip(), done_on=done_on,
              document_number=document_number.strip(), attachment=attachment)  # fmt: skip
    deadline_meet(order, ANSWER_DEADLINE, actor=actor, on=on)
    _event("order.carried_out", "已落实", order, actor, on, done_on=done_on, document_number=document_number.strip())
    return order


def _check_done_on(order: MeasureOrder, done_on: date, on: date) -> None:
    entry = order.entry
    if done_on > on:
        raise InvalidInput("done-in-future", f"实施日期{done_on}晚于今日，请填写实际实施的日期。", field="done_on")
    if not entry.starts_on <= done_on < entry.ends_on:
        raise InvalidInput(
            "done-outside-entry",
            f"实施日期{done_on}不在该主体在列期间（{entry.starts_on}起，{entry.ends_on}终止）内，这一日不得采取该措施。"
            "请核对日期；如确已在该日采取，请立即纠正并联系信用监管办公室。",
            field="done_on",
        )
    if pauses_running(done_on).filter(entry=entry).exists():
        raise InvalidInput(
            "done-while-paused", f"{done_on}该主体的惩戒措施处于暂停期间，不得采取。请核对日期。", field="done_on"
        )


@transaction.atomic
def order_refuse(
    *, order: MeasureOrder, reason: str, actor: Account, on: date, version: int | None = None
) -> MeasureOrder:
    """The department says that it does not take the measure, and why. It may still carry it out later."""
    order = _locked(order)
    _require_state(order, "refused")
    _require_running(order, on)
    _require_department(order, actor, on)
    version_require(order, version)
    if not reason.strip():
        raise InvalidInput("reason-missing", "不采取措施必须写明理由，请填写后再提交。", field="reason")
    order.received_on = order.received_on or on
    order.state, order.answered_on = State.REFUSED, on
    order.save_by(actor, reason="order.refuse")
    _feedback(order, "refused", actor, on, text=reason.strip())
    deadline_meet(order, ANSWER_DEADLINE, actor=actor, on=on)
    _event("order.refused", "不予采取", order, actor, on, reason=reason.strip())
    return order


@transaction.atomic
def order_confirm_end(
    *, order: MeasureOrder, text: str, actor: Account, on: date, version: int | None = None
) -> MeasureOrder:
    """The department confirms that the measure is lifted; possible from the day the entry is over, job or no job."""
    order = _locked(order)
    if order.state == State.REFUSED or order.ending == Ending.CONFIRMED or order.entry.ends_on > on:
        why = "没有采取过" if order.state == State.REFUSED else "已经解除" if order.ending else "对应条目仍在列"
        raise TransitionRefused(
            "ending-not-open", f"任务“{order.measure_code} {order.measure_label}”{why}，不需要确认解除。"
        )
    _require_department(order, actor, on)
    version_require(order, version)
    order.ending_dispatched_on = order.ending_dispatched_on or order.entry.ends_on
    order.ending, order.ending_confirmed_on = Ending.CONFIRMED, on
    order.save_by(actor, reason="order.confirm_end")
    _feedback(order, "ended", actor, on, text=text.strip())
    deadline_meet(order, ENDING_DEADLINE, actor=actor, on=on)
    deadlines_cancel(order, actor=actor, on=on)  # an order never answered needs no answer any more
    _event("order.end_confirmed", "确认解除", order, actor, on, note=text.strip())
    return order
