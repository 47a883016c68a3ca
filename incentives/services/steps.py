"""What every step of a commitment does the same way: lock, state, right, department, version; event, messages."""

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import models

from incentives.models import Commitment
from incentives.rules import lifecycle
from incentives.rules.lifecycle import Step
from incentives.services.tiers import tier_mark
from registry import clock
from registry.base.errors import NotAllowed, RuleRefused, TransitionRefused
from registry.base.tracked import version_require
from registry.models import Account, Department, Subject
from registry.services import authz
from registry.services.deadlines import deadlines_cancel
from registry.services.events import event_record
from registry.services.notices import notice_queue
from registry.services.subjects import subject_lock


@dataclass(frozen=True)
class Begun:
    """A step that may go on: what is done, by whom, on which day."""

    step: Step
    actor: Account | None
    on: date


def own_require(actor: Account | None, subject: Subject, *, on: date) -> None:
    """Raise NotAllowed unless `actor` is an account of the subject itself: nobody promises for another."""
    authz.require(actor, "portal.file", on=on)
    if actor is None or actor.subject_id != subject.pk:
        raise NotAllowed("other-subject", "只能为本单位（本人）作出和履行承诺。请核对登录的账号。")


def department_require(actor: Account | None, department: Department) -> None:
    """Raise NotAllowed unless `actor` belongs to the department that accepts the commitment."""
    if actor is not None and actor.department_id != department.pk:
        raise NotAllowed("other-department", f"该承诺由{department.name}受理和监督，其他部门不能办理。请转告该部门。")


def commitment_lock(commitment_id: int) -> Commitment:
    """Lock the commitment's subject, then the commitment; return it as it is now. Raises DoesNotExist."""
    subject_id = Commitment.objects.values_list("subject_id", flat=True).get(pk=commitment_id)
    subject = subject_lock(subject_id)
    commitment: Commitment = (
        Commitment.objects.select_for_update(of=("self",)).select_related("department", "policy").get(pk=commitment_id)
    )
    commitment.subject = subject
    return commitment


def step_begin(
    commitment: Commitment, name: str, *, actor: Account | None, on: date, version: int | None, reason: str = ""
) -> Begun:
    """Check, in this order: state, right, department or own subject, version, reason. The commitment must be locked.

    Raises TransitionRefused, NotAllowed, Conflict, RuleRefused.
    """
    refused = lifecycle.refusal_of(commitment.state, name)
    if refused:
        raise TransitionRefused("commitment-state", refused, state=commitment.state)
    step = lifecycle.STEPS[name]
    if step.permission == "portal.file":
        own_require(actor, commitment.subject, on=on)
    else:
        authz.require(actor, step.permission, on=on)
        department_require(actor, commitment.department)
    version_require(commitment, version)
    if step.needs_reason and not reason.strip():
        raise RuleRefused("reason-missing", f"“{step.label}”必须写明理由，请填写后再提交。", field="reason")
    return Begun(step, actor, on)


def step_finish(commitment: Commitment, begun: Begun, text: str, *, payload: dict[str, Any] | None = None) -> None:
    """Move the commitment to the step's target, save it, append the step's one event, drop deadlines once it is over."""
    if begun.step.target is not None:
        commitment.state = begun.step.target
    is_over = commitment.state in lifecycle.OVER
    if is_over:
        commitment.closed_on = begun.on
    commitment.save_by(begun.actor, reason=f"commitment.{begun.step.name}")
    event_record(
        f"commitment.{begun.step.name}", text, obj=commitment, subject=commitment.subject, actor=begun.actor,
        on=begun.on, payload={"number": commitment.number, "state": commitment.state, **(payload or {})},
    )  # fmt: skip
    if commitment.is_public:
        tier_mark(subject=commitment.subject, cause=f"信用承诺变动：{commitment.number}", on=begun.on)
    if is_over:
        for obligation in commitment.obligations.all():
            deadlines_cancel(obligation, actor=begun.actor, on=begun.on)


def tell_subject(commitment: Commitment, code: str, title: str, body: str, obj: models.Model | None = None) -> None:
    """Owe the subject a message about the commitment."""
    notice_queue(
        code, title=title, body=f"{commitment.subject.name}：{body}", at=clock.now(), obj=obj or commitment,
        subject=commitment.subject,
    )  # fmt: skip


def tell_department(commitment: Commitment, code: str, title: str, body: str) -> None:
    """Owe the department that accepts the commitment a message about it."""
    notice_queue(code, title=title, body=body, at=clock.now(), obj=commitment, department=commitment.department)
