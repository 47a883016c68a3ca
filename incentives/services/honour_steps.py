"""What every step of an honour does the same way: lock, state, right, department, version; event, messages."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from incentives.models import Honour
from incentives.rules import honours as rules
from incentives.rules.lifecycle import Step
from registry import clock
from registry.base.errors import NotAllowed, RuleRefused, TransitionRefused
from registry.base.tracked import version_require
from registry.models import Account
from registry.services import authz
from registry.services.events import event_record
from registry.services.notices import notice_queue
from registry.services.subjects import subject_lock


@dataclass(frozen=True)
class Begun:
    """A step that may go on: what is done, by whom, on which day."""

    step: Step
    actor: Account | None
    on: date


def honour_lock(honour_id: int) -> Honour:
    """Lock the honour's subject, then the honour; return it as it is now. Raises DoesNotExist."""
    subject = subject_lock(Honour.objects.values_list("subject_id", flat=True).get(pk=honour_id))
    honour: Honour = (
        Honour.objects.select_for_update(of=("self",))
        .select_related("department", "policy", "nominator_department")
        .get(pk=honour_id)
    )
    honour.subject = subject
    return honour


def honour_step_begin(
    honour: Honour, name: str, *, actor: Account | None, on: date, version: int | None, reason: str = ""
) -> Begun:
    """Check, in this order: state, right, department, version, reason. The honour must be locked.

    A nomination is withdrawn by whoever put it forward or recognises; everything else is done where it is recognised.
    Raises TransitionRefused, NotAllowed, Conflict, RuleRefused.
    """
    refused = rules.refusal_of(honour.state, name)
    if refused:
        raise TransitionRefused("honour-state", refused, state=honour.state)
    step = rules.STEPS[name]
    authz.require(actor, step.permission, on=on)
    allowed = {honour.department_id}
    if name == "withdraw":
        allowed.add(honour.nominator_department_id or honour.department_id)
    if actor is not None and actor.department_id not in allowed:
        raise NotAllowed(
            "other-department", f"该提名由{honour.department.name}审核和认定，其他部门不能{step.label}。请转告该部门。"
        )
    version_require(honour, version)
    if step.needs_reason and not reason.strip():
        raise RuleRefused("reason-missing", f"“{step.label}”必须写明理由，请填写后再提交。", field="reason")
    return Begun(step, actor, on)


def honour_step_finish(honour: Honour, begun: Begun, text: str, *, payload: dict[str, Any] | None = None) -> None:
    """Move the honour to the step's target, save it, append the step's one event."""
    if begun.step.target is not None:
        honour.state = begun.step.target
    honour.save_by(begun.actor, reason=f"honour.{begun.step.name}")
    event_record(
        f"honour.{begun.step.name}", text, obj=honour, subject=honour.subject, actor=begun.actor, on=begun.on,
        payload={"number": honour.number, "state": honour.state, **(payload or {})},
    )  # fmt: skip


def tell_subject(honour: Honour, code: str, title: str, body: str) -> None:
    """Owe the subject a message about its honour."""
    notice_queue(
        code, title=title, body=f"{honour.subject.name}：{body}", at=clock.now(), obj=honour, subject=honour.subject
    )


def tell_departments(honour: Honour, code: str, title: str, body: str) -> None:
    """Owe the department that recognises, and the one that put the subject forward, a message."""
    departments = {each.pk: each for each in (honour.department, honour.nominator_department) if each is not None}
    for department in departments.values():
        notice_queue(code, title=title, body=body, at=clock.now(), obj=honour, department=department)
