"""What every step of a department shares: lock, right, the feedback row, the event. Each step itself is a service."""

from datetime import date

from registry.base.errors import InvalidInput, NotAllowed
from registry.models import Account, Subject
from registry.services import authz
from registry.services.events import event_record
from sanctions.models import MeasureOrder, OrderFeedback
from sanctions.selectors.entries import pauses_running


def order_lock(order: MeasureOrder) -> MeasureOrder:
    """Lock the subject, then the order, and return it fresh."""
    Subject.objects.select_for_update(of=("self",)).get(entries__orders=order.pk)
    return (
        MeasureOrder.objects.select_for_update(of=("self",))
        .select_related("entry__subject", "department")
        .get(pk=order.pk)
    )


def department_require(order: MeasureOrder, actor: Account, on: date) -> None:
    """Raise NotAllowed unless `actor` answers orders and the order is its own department's."""
    authz.require(actor, "order.answer", on=on)
    if actor.department_id != order.department_id:
        raise NotAllowed(
            "another-department", f"这项任务由{order.department.name}办理，您的账号属于其他部门。请转告该部门办理。"
        )


def done_on_check(order: MeasureOrder, done_on: date, on: date) -> None:
    """Raise InvalidInput for a day on which the measure was not in force: it must not be later than `on`, the entry
    in force and not paused."""
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


def feedback_add(order: MeasureOrder, kind: str, actor: Account, on: date, **fields: object) -> OrderFeedback:
    """Keep one answer of the department."""
    return OrderFeedback.objects.create(order=order, kind=kind, account=actor, on=on, **fields)


def order_event(name: str, text: str, order: MeasureOrder, actor: Account | None, on: date, **payload: object) -> None:
    """Put a step on the timeline of the order and of its subject."""
    event_record(
        name, f"{order.department.short_name}{text}：{order.title}", obj=order, subject=order.entry.subject,
        actor=actor, on=on, payload={"catalogue": order.catalogue, "measure": order.measure_code, **payload},
    )  # fmt: skip
