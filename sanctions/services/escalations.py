"""Escalations (督办): what a department owes too long goes to the joint-conference office, is explained, urged, closed."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction

from registry import clock
from registry.base.bulk import rows_add, tracked_add
from registry.base.errors import InvalidInput, NotAllowed, TransitionRefused
from registry.base.tracked import version_require
from registry.models import Account, Deadline, Department, Subject
from registry.rules import access
from registry.rules.joint_action import load_joint_action
from registry.selectors.calendar import calendar_current
from registry.selectors.rights import roles_on
from registry.services import authz
from registry.services.deadlines import Basis, deadline_set, deadlines_cancel
from registry.services.events import EventDraft, events_record
from registry.services.notices import notice_queue
from sanctions.models import Escalation, EscalationStep, MeasureOrder
from sanctions.selectors.escalations import deadlines_to_escalate, late_words, supervising_office
from sanctions.selectors.orders import supervises

State = Escalation.State
Kind = EscalationStep.Kind

URGING_DEADLINE = "escalation-urging"
CHUNK = 200
TEXT_MOST = 1000


def orders_escalate(*, on: date, at: datetime) -> dict[str, int]:
    """Put before the joint-conference office what departments owe beyond the county's days, once each; close what was
    done meanwhile. Safe to run twice or late. Returns counts: `escalated`, `settled`."""
    settled = 0
    stale = Escalation.objects.exclude(state=State.CLOSED).exclude(
        deadline__met_on__isnull=True, deadline__cancelled_on__isnull=True
    )
    for order in MeasureOrder.objects.filter(pk__in=stale.values("order")).order_by("pk"):
        settled += escalations_settle(order, text="期限已经了结", actor=None, on=on)
    late: dict[int, list[int]] = defaultdict(list)
    for pk, department in deadlines_to_escalate(on).values_list("pk", "department"):
        late[department].append(pk)
    escalated = 0
    for department, ids in sorted(late.items()):
        for first in range(0, len(ids), CHUNK):
            escalated += _raise(department, ids[first : first + CHUNK], on, at)
    return {"escalated": escalated, "settled": settled}


@transaction.atomic
def _raise(department_id: int, ids: Sequence[int], on: date, at: datetime) -> int:
    """Escalate these deadlines of one department, with one notice to the office and one to the department."""
    department, office = Department.objects.get(pk=department_id), supervising_office()
    _matters_lock(ids)
    locked = Deadline.objects.select_for_update().filter(pk__in=ids, met_on__isnull=True, cancelled_on__isnull=True)
    deadlines = {deadline.pk: deadline for deadline in locked.order_by("pk")}
    # Asked after the lock: another run may have raised some of them meanwhile.
    known = set(Escalation.objects.filter(deadline__in=deadlines).values_list("deadline", flat=True))
    fresh = [deadline for pk, deadline in deadlines.items() if pk not in known]
    orders = MeasureOrder.objects.select_related("entry__subject", "department").in_bulk(
        [deadline.object_id for deadline in fresh]
    )
    rows = [_escalation_of(orders[deadline.object_id], deadline, department, office, on) for deadline in fresh]
    if not rows:
        return 0
    tracked_add(rows, actor=None, reason="escalation.raise")
    steps = [(row, _late_since(row, on)) for row in rows]
    rows_add([_step_of(row, Kind.RAISED, text, None, on) for row, text in steps])
    events_record([_told(row, Kind.RAISED, text, None, on) for row, text in steps])
    lines = "\n".join(
        f"{row.order.entry.subject.name}：{row.order.title}，{row.deadline.label}应于{row.due_on}前办结" for row in rows
    )
    limit = load_joint_action().escalation.working_days
    if office is not None:
        notice_queue(
            "order.escalated", title=f"提请督办：{department.name}逾期未办的联合惩戒任务{len(rows)}项"[:200],
            body=f"{department.name}下列任务逾期超过{limit}个工作日仍未办理，请督促：\n{lines}", at=at, obj=rows[0],
            department=office,
        )  # fmt: skip
    notice_queue(
        "order.escalated", title=f"逾期任务已提请督办：{len(rows)}项",
        body=f"下列任务逾期超过{limit}个工作日仍未办理，已提请{office.name if office else '信用监管办公室'}督办。"
        f"请立即办理；暂不能办理的，请在系统中说明原因：\n{lines}",
        at=at, obj=rows[0], department=department,
    )  # fmt: skip
    return len(rows)


def _matters_lock(deadline_ids: Sequence[int]) -> None:
    """Lock the subjects, then the orders of these deadlines, as every step of an order does: in another order two acts
    at once would wait for each other."""
    orders = Deadline.objects.filter(pk__in=deadline_ids).values("object_id")
    subjects = MeasureOrder.objects.filter(pk__in=orders).values("entry__subject")
    list(Subject.objects.select_for_update().filter(pk__in=subjects).order_by("pk").values_list("pk"))
    list(MeasureOrder.objects.select_for_update().filter(pk__in=orders).order_by("pk").values_list("pk"))


def _escalation_of(
    order: MeasureOrder, deadline: Deadline, department: Department, office: Department | None, on: date
) -> Escalation:
    limit = load_joint_action().escalation
    return Escalation(
        order=order, deadline=deadline, department=department, office=office, due_on=deadline.due_on,
        after_days=limit.working_days, clause=limit.clause, is_assumed=limit.assumed, raised_on=on,
    )  # fmt: skip


def _late_since(row: Escalation, on: date) -> str:
    late = late_words(calendar_current(), row.due_on, on)
    return f"{row.deadline.label}应于{row.due_on}前办结，{late}，提请督办"


def _step(
    row: Escalation, kind: EscalationStep.Kind, text: str, actor: Account | None, on: date, until: date | None = None
) -> None:
    """Keep what was said or done, and put it on the timeline of the order's subject."""
    _step_of(row, kind, text, actor, on, until).save(force_insert=True)
    events_record([_told(row, kind, text, actor, on, until)])


def _step_of(
    row: Escalation, kind: EscalationStep.Kind, text: str, actor: Account | None, on: date, until: date | None = None
) -> EscalationStep:
    return EscalationStep(escalation=row, kind=kind, text=text[:TEXT_MOST], until=until, account=actor, on=on)


def _told(
    row: Escalation, kind: EscalationStep.Kind, text: str, actor: Account | None, on: date, until: date | None = None
) -> EventDraft:
    return EventDraft(
        f"escalation.{kind.value}", f"{row.department.short_name}{kind.label}：{row.order.title}，{text}", obj=row,
        subject=row.order.entry.subject, actor=actor, on=on,
        payload={"order": row.order_id, "deadline": row.deadline_id, "until": until},
    )  # fmt: skip


def escalations_settle(order: MeasureOrder, *, text: str, actor: Account | None, on: date) -> int:
    """Close the escalations of `order` whose time limit is met or over; return how many. Call inside the step's
    transaction, after the step has met its deadline."""
    rows = (
        Escalation.objects.select_for_update(of=("self",))
        .filter(order=order)
        .exclude(state=State.CLOSED)
        .exclude(deadline__met_on__isnull=True, deadline__cancelled_on__isnull=True)
        .select_related("order__entry__subject", "department", "deadline")
    )
    calendar = calendar_current()
    found = list(rows)
    for row in found:
        done_on = row.deadline.met_on or row.deadline.cancelled_on or on
        _close(row, Kind.SETTLED, f"{text}，{late_words(calendar, row.due_on, done_on)}", actor, on)
    return len(found)


def _close(row: Escalation, kind: EscalationStep.Kind, text: str, actor: Account | None, on: date) -> None:
    row.state, row.closed_on = State.CLOSED, on
    row.save_by(actor, reason=f"escalation.{kind.value}")
    deadlines_cancel(row, actor=actor, on=on)
    _step(row, kind, text, actor, on)


def _locked(escalation: Escalation) -> Escalation:
    return (
        Escalation.objects.select_for_update(of=("self",))
        .select_related("order__entry__subject", "department", "office", "deadline")
        .get(pk=escalation.pk)
    )


def _require_open(row: Escalation) -> None:
    if row.state == State.CLOSED:
        raise TransitionRefused(
            "escalation-closed", f"任务“{row.order.title}”的督办已于{row.closed_on}办结，不能再办理。请刷新页面查看。"
        )


def _require_text(text: str, code: str, message: str) -> str:
    if not text.strip():
        raise InvalidInput(code, message, field="text")
    return text.strip()[:TEXT_MOST]


def _require_handler(row: Escalation, actor: Account, on: date) -> None:
    """The joint-conference office, or an office's reviewer or approver; nobody about their own department."""
    authz.require(actor, "escalation.handle", on=on)
    is_officer = bool(roles_on(actor, on) & {access.REVIEWER, access.APPROVER})
    if not is_officer and not supervises(actor, on):
        raise NotAllowed("not-the-supervisor", "督办由联席会议办公室或者信用监管办公室办理。请转告其办理。")
    if actor.department_id == row.department_id:
        raise NotAllowed(
            "own-department",
            f"逾期的是{row.department.name}，本部门的人员不能督办本部门。请由联席会议办公室或其他部门人员办理。",
        )


@transaction.atomic
def escalation_explain(
    *, escalation: Escalation, text: str, actor: Account, on: date, version: int | None = None
) -> Escalation:
    """The late department says why it has not answered; the office is told. Raises TransitionRefused (closed),
    NotAllowed (another department), Conflict, InvalidInput (nothing said)."""
    row = _locked(escalation)
    _require_open(row)
    authz.require(actor, "escalation.explain", on=on)
    if actor.department_id != row.department_id:
        raise NotAllowed("another-department", f"逾期说明由{row.department.name}提交，您的账号属于其他部门。")
    version_require(row, version)
    said = _require_text(text, "text-missing", "请写明没有按期办理的原因和预计办结的日期。")
    if row.state == State.OPEN:
        row.state = State.EXPLAINED
    row.save_by(actor, reason="escalation.explain")
    _step(row, Kind.EXPLAINED, said, actor, on)
    if row.office is not None:
        notice_queue(
            "escalation.explained", title=f"逾期说明：{row.department.short_name}，{row.order.title}"[:200], body=said,
            at=clock.now(), obj=row, department=row.office,
        )  # fmt: skip
    return row


@transaction.atomic
def escalation_urge(
    *, escalation: Escalation, text: str, until: date | None, actor: Account, on: date, version: int | None = None
) -> Escalation:
    """Urge (督办) the late department to act by `until` (None: the county's working days from `on`); it is told, and
    reminded. May be repeated. Raises TransitionRefused, NotAllowed, Conflict, InvalidInput (no text; day not after `on`).
    """
    row = _locked(escalation)
    _require_open(row)
    _require_handler(row, actor, on)
    version_require(row, version)
    said = _require_text(text, "text-missing", "请写明督办要求。")
    limit = load_joint_action().urging
    calendar = calendar_current()
    until = calendar.move_to_working(until).on if until else calendar.add(on, limit.working_days).on
    if until <= on:
        raise InvalidInput("until-too-early", f"整改期限{until}应晚于今日（{on}），请重新填写。", field="until")
    row.state, row.urged_until = State.URGED, until
    row.save_by(actor, reason="escalation.urge")
    _step(row, Kind.URGED, said, actor, on, until)
    deadline_set(
        URGING_DEADLINE, "督办整改", obj=row, subject=row.order.entry.subject, department=row.department, starts_on=on,
        basis=Basis((until - on).days, "calendar", clause=limit.clause, assumed=limit.assumed), actor=actor,
        role=access.DEPARTMENT,
    )  # fmt: skip
    notice_queue(
        "escalation.urged", title=f"督办：{row.order.entry.subject.name}，{row.order.title}"[:200],
        body=f"{said}\n请在{until}前（含当日）办理，并在系统中反馈。", at=clock.now(), obj=row, department=row.department,
    )  # fmt: skip
    return row


@transaction.atomic
def escalation_close(
    *, escalation: Escalation, text: str, actor: Account, on: date, version: int | None = None
) -> Escalation:
    """Close an escalation although the department has not answered, and say why; the task itself stays late.

    Raises TransitionRefused, NotAllowed, Conflict, InvalidInput.
    """
    row = _locked(escalation)
    _require_open(row)
    _require_handler(row, actor, on)
    version_require(row, version)
    said = _require_text(text, "text-missing", "请写明办结的理由。")
    _close(row, Kind.CLOSED, said, actor, on)
    notice_queue(
        "escalation.closed", title=f"督办办结：{row.order.title}"[:200], body=said, at=clock.now(), obj=row,
        department=row.department,
    )  # fmt: skip
    return row
