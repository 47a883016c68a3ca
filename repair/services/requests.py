"""What every step of a request does the same way: lock, state, right, version; deadlines, event, message."""

from dataclasses import dataclass
from datetime import date
from typing import Any, TypeVar, cast

from django.db import models

from registry import clock
from registry.base.errors import InvalidInput, NotAllowed, RuleRefused, TransitionRefused
from registry.base.tracked import version_require
from registry.models import Account, Deadline, Department, Record, Subject
from registry.rules import access
from registry.services import authz
from registry.services.deadlines import Basis, deadline_set, deadlines_cancel
from registry.services.events import event_record
from registry.services.notices import notice_queue
from repair.models import Request
from repair.rules import lifecycle
from repair.rules.lifecycle import Step
from repair.selectors.governing import Limit, limit_of
from sanctions.models import ListEntry

R = TypeVar("R", bound=Request)
SUPPLEMENT_DEADLINE = "supplement"


@dataclass(frozen=True)
class Begun:
    """A step that may go on: what is done, by whom, on which day."""

    step: Step
    actor: Account | None
    on: date


def subject_require(actor: Account | None, subject: Subject, *, on: date) -> bool:
    """Raise NotAllowed unless `actor` may file for `subject`: an account of the subject itself, or an officer who
    takes in what came on paper. Return whether it came on paper.
    """
    if actor is not None and actor.subject_id is not None:
        authz.require(actor, "portal.file", on=on)
        if actor.subject_id != subject.pk:
            raise NotAllowed("other-subject", "只能为本单位（本人）提出申请。请核对登录的账号。")
        return False
    authz.require(actor, "request.register", on=on)
    return True


def department_require(actor: Account | None, department: Department) -> None:
    """Raise NotAllowed unless `actor` belongs to the department that decides (谁认定、谁处理)."""
    if actor is not None and actor.department_id != department.pk:
        raise NotAllowed(
            "other-department",
            f"该申请由{department.name}办理（谁认定、谁处理），其他部门不能办理。请转告该部门。",
        )


def target_find(
    subject: Subject, record_id: int | None, entry_id: int | None
) -> tuple[Record | None, ListEntry | None]:
    """Return the record or the entry of `subject` that is meant. Raises InvalidInput unless it is exactly one of them."""
    record, entry = None, None
    if record_id is not None and entry_id is None:
        record = Record.objects.select_related("department").filter(pk=record_id, subject=subject).first()
    elif entry_id is not None and record_id is None:
        entries = ListEntry.objects.select_related("department", "policy", "subject")
        entry = entries.filter(pk=entry_id, subject=subject).first()
    if record is None and entry is None:
        raise InvalidInput("target-missing", "请选择该主体的一条信用记录或者一个名单条目。", field="target")
    return record, entry


def request_lock(model: type[R], request_id: int) -> R:
    """Lock the request's subject, then the request; return it as it is now. Raises DoesNotExist."""
    subject_id = model._default_manager.values_list("subject_id", flat=True).get(pk=request_id)
    subject = Subject.objects.select_for_update().get(pk=subject_id)
    request = (
        model._default_manager.select_for_update(of=("self",))
        .select_related("department", "policy", "record__department", "entry__policy", "entry__department")
        .get(pk=request_id)
    )
    request.subject = subject
    return cast(R, request)


def step_begin(
    request: Request, name: str, *, actor: Account | None, on: date, version: int | None, reason: str = ""
) -> Begun:
    """Check, in this order: state, right, department, version, reason. The request must be locked.

    Raises TransitionRefused, NotAllowed, Conflict, RuleRefused.
    """
    refused = lifecycle.refusal_of(request.state, name)
    if refused:
        raise TransitionRefused("request-state", refused, state=request.state)
    step = lifecycle.STEPS[name]
    if step.permission == "portal.file":
        # What comes on paper is taken in where the request lies.
        if subject_require(actor, request.subject, on=on):
            department_require(actor, request.department)
    else:
        authz.require(actor, step.permission, on=on)
        department_require(actor, request.department)
    version_require(request, version)
    if step.needs_reason and not reason.strip():
        raise RuleRefused("reason-missing", f"“{step.label}”必须写明理由，请填写后再提交。", field="reason")
    if name in ("grant", "refuse") and actor is not None and actor.pk == request.accepted_by_id:
        raise NotAllowed("same-as-acceptor", "受理人不能对同一申请作出决定，请由另一名审批人员办理。")
    return Begun(step, actor, on)


def step_finish(
    request: Request, begun: Begun, text: str, *, code: str, payload: dict[str, Any] | None = None,
    keeps_deadlines: bool = False,
) -> None:  # fmt: skip
    """Move the request to the step's target, save it, append the step's one event, drop deadlines once it has ended.

    `code`: what the event is about, such as `objection`; `keeps_deadlines`: one has just been set for what follows.
    """
    if begun.step.target is not None:
        request.state = begun.step.target
    request.save_by(begun.actor, reason=f"{code}.{begun.step.name}")
    event_record(
        f"{code}.{begun.step.name}", text, obj=request, subject=request.subject, actor=begun.actor, on=begun.on,
        payload={"number": request.number, "state": request.state, **(payload or {})},
    )  # fmt: skip
    if not request.is_open and not keeps_deadlines:
        deadlines_cancel(request, actor=begun.actor, on=begun.on)


def limit_set(
    request: Request, code: str, limit: Limit, *, starts_on: date, actor: Account | None, role: str = access.HANDLER
) -> Deadline:
    """Set a time limit for the request under `code`; an open one of the same code is replaced. `role`: who keeps it."""
    rule = limit.rule
    if rule.working_days is not None:
        days, unit = rule.working_days, Deadline.Unit.WORKING
    else:
        length = rule.period.last_day(starts_on) - starts_on if rule.period is not None else None
        days, unit = (length.days if length is not None else 0), Deadline.Unit.CALENDAR
    return deadline_set(
        code,
        rule.label,
        obj=request,
        subject=request.subject,
        department=request.department,
        starts_on=starts_on,
        basis=Basis(days, unit, limit.pack_id, limit.content_hash, rule.clause[:60], rule.assumed),
        actor=actor,
        role=role,
    )


def supplement_set(request: Request, *, actor: Account | None, on: date) -> date | None:
    """Set the subject's own time limit to hand in what is missing; return its last day."""
    limit = limit_of(request, SUPPLEMENT_DEADLINE, on=on)
    if limit is None:
        return None
    return limit_set(request, SUPPLEMENT_DEADLINE, limit, starts_on=on, actor=actor, role=access.SUBJECT).due_on


def supplement_over_require(request: Request, *, on: date) -> None:
    """Raise RuleRefused while the subject still has time to hand in what it was asked for."""
    running = open_deadline(request, SUPPLEMENT_DEADLINE)
    if running is not None and on <= running.due_on:
        raise RuleRefused(
            "supplement-running",
            f"已要求当事人在{running.due_on}前（含当日）补正，期限届满之前不能不予受理。请等待补正，或者在{running.due_on}之后办理。",
        )


def supplement_sentence(until: date | None) -> str:
    """Say what a call for missing papers means to the subject."""
    when = f"请在{until}前（含当日）提交。" if until is not None else ""
    return f"{when}补正期间不计入办理期限；收到补正后继续办理。逾期不补正又不说明理由的，可能不予受理，届时另行告知理由和救济途径。"


def tell_subject(request: Request, code: str, title: str, body: str) -> None:
    """Owe the subject a message about the request."""
    notice_queue(
        code, title=title, body=f"{request.subject.name}：{body}", at=clock.now(), obj=request, subject=request.subject
    )


def tell_department(request: Request, code: str, title: str, body: str, department: Department | None = None) -> None:
    """Owe a department, the deciding one unless given, a message about the request."""
    notice_queue(code, title=title, body=body, at=clock.now(), obj=request, department=department or request.department)


def open_deadline(request: models.Model, code: str) -> Deadline | None:
    """Return the open deadline of this code, None when there is none."""
    found: Deadline | None = Deadline.objects.filter(
        object_kind=request._meta.label_lower, object_id=request.pk, code=code, met_on__isnull=True,
        cancelled_on__isnull=True,
    ).first()  # fmt: skip
    return found
