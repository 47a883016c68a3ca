"""What every step of a case does the same way: begin (lock, state, right, version, conditions) and finish (event,
deadlines)."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final

from registry.base.errors import NotAllowed, RuleRefused
from registry.base.tracked import version_require
from registry.models import Account, Deadline, Subject
from registry.rules.policy.procedure import Deadline as DeadlineRule
from registry.rules.policy.schema import Pack
from registry.selectors.policies import pack_of
from registry.services import authz
from registry.services.deadlines import Basis, deadline_meet, deadline_set, deadlines_cancel
from registry.services.events import event_record
from sanctions.models import Case
from sanctions.rules import conditions, lifecycle
from sanctions.rules.lifecycle import Procedure, Transition
from sanctions.selectors.cases import case_facts, procedure_of

# The usual deadline codes of the packs → the step that meets them; the role that answers for a step (else handler).
DEADLINE_STEPS: Final = {
    "collect": "evidence",
    "review": "review",
    "notice": "notice",
    "deliberate": "deliberate",
    "decide": "decide",
    "confirm": "decide",
    "publish": "publish",
}
STEP_ROLES: Final = {"review": "reviewer", "decide": "approver", "publish": "publisher"}
# What a step's end starts. A deadline that a pack hangs on the very step that starts it is met by the one after it.
STEP_EVENTS: Final = {
    "evidence": "evidence_on",
    "review": "reviewed_on",
    "confirm": "recognised_on",
    "decide": "decided_on",
}
_RIGHTS: Final = frozenset({"other-department", "not-the-handler", "same-as-handler", "same-as-reviewer"})


@dataclass(frozen=True)
class Begun:
    """A step that may go on: the locked case, the step with its target state, who acts and when."""

    case: Case
    step: Transition
    actor: Account | None
    on: date


def case_lock(case_id: int) -> Case:
    """Lock the case's subject, then the case; return it as it is now. Raises Case.DoesNotExist."""
    subject_id = Case.objects.values_list("subject_id", flat=True).get(pk=case_id)
    subject = Subject.objects.select_for_update().get(pk=subject_id)
    case = (
        Case.objects.select_for_update(of=("self",))
        .select_related("policy", "department", "parent__subject", "parent__policy", "handler", "reviewer", "approver")
        .get(pk=case_id)
    )
    case.subject = subject
    return case


def step_begin(
    case_id: int, name: str, *, actor: Account | None, on: date, version: int | None, reason: str | None = None
) -> Begun:
    """Lock and check, in this order: state, right, version, reason, conditions. Call inside the service's transaction.

    Raises TransitionRefused, NotAllowed, Conflict, RuleRefused (a condition is missing; the first one names the code,
    the message names them all).
    """
    case = case_lock(case_id)
    step = lifecycle.check(case.state, name, procedure_of(case))
    authz.require(actor, step.permission, on=on)
    version_require(case, version)
    if step.needs_reason and not (reason or "").strip():
        raise RuleRefused("reason-missing", f"办理“{step.label}”必须写明理由，请填写后再提交。", field="reason")
    missing = conditions.missing(name, case_facts(case, on, actor), actor.pk if actor is not None else None)
    if missing:
        refusal = NotAllowed if missing[0].code in _RIGHTS else RuleRefused
        text = "".join(each.text for each in missing)
        raise refusal(missing[0].code, f"不能办理“{step.label}”：{text}", missing=[each.code for each in missing])
    return Begun(case, step, actor, on)


def step_finish(begun: Begun, text: str, *, payload: dict[str, Any] | None = None) -> Case:
    """Move the case to the step's target, save it and append the step's one event."""
    case, step = begun.case, begun.step
    case.state = step.target
    case.save_by(begun.actor, reason=f"case.{step.name}")
    event_record(
        f"case.{step.name}", text, obj=case, subject=case.subject, actor=begun.actor, on=begun.on,
        payload={"case": case.number, "state": case.state, **(payload or {})},
    )  # fmt: skip
    if case.state == lifecycle.DROPPED:
        deadlines_cancel(case, actor=begun.actor, on=begun.on)
    else:
        for code in _codes_met_by(step.name, case):
            deadline_meet(case, code, actor=begun.actor, on=begun.on)
    return case


def deadlines_from(case: Case, event: str, starts_on: date, *, actor: Account | None) -> None:
    """Set the deadlines of steps still to come that run from `event` (evidence_on, reviewed_on, decided_on, …)."""
    pack, procedure = pack_of(case.policy), procedure_of(case)
    done = procedure.reached(case.state)
    for code, step in _deadline_steps(pack, procedure).items():
        rule = next((each for each in pack.deadline_rules(code) if event in each.start), None)
        # Where a pack names several starts, the first of them that has happened decides.
        if rule is None or _first_start(rule, case) != event or step in done or not procedure.has(step):
            continue
        deadline_set(
            code,
            rule.label,
            obj=case,
            subject=case.subject,
            department=case.department,
            starts_on=starts_on,
            basis=basis_of(rule, case, starts_on),
            actor=actor,
            role=STEP_ROLES.get(step, "handler"),
            account=case.handler if step not in STEP_ROLES else None,
        )


def _first_start(rule: DeadlineRule, case: Case) -> str | None:
    happened = {
        "opened_on": case.opened_on,
        "evidence_on": case.evidence_on,
        "reviewed_on": case.reviewed_on,
        "heard_on": case.defence_until,
        "deliberated_on": case.deliberated_on,
        "found_on": case.reviewed_on,
        "recognised_on": case.confirmed_on,
        "decided_on": case.decided_on,
    }
    return next((event for event in rule.start if happened.get(event)), None)


def basis_of(rule: DeadlineRule, case: Case, starts_on: date) -> Basis:
    """Turn a pack's deadline into the basis of a row. Months and years become the plain days they have from here."""
    if rule.working_days is not None:
        days, unit = rule.working_days, Deadline.Unit.WORKING
    else:
        length = rule.period.last_day(starts_on) - starts_on if rule.period is not None else timedelta()
        days, unit = length.days, Deadline.Unit.CALENDAR
    return Basis(
        days=days,
        unit=unit,
        pack_id=case.pack_id,
        policy_hash=case.policy.content_hash,
        clause=rule.clause[:60],
        assumed=rule.assumed,
    )


def _deadline_steps(pack: Pack, procedure: Procedure) -> dict[str, str]:
    """Deadline code → step that meets it: as the pack's procedure says, else by the usual codes."""
    named = {}
    for step in pack.procedure:
        if not step.deadline or step.code not in lifecycle.MAIN:
            continue
        starts = {event for rule in pack.deadline_rules(step.deadline) for event in rule.start}
        own = STEP_EVENTS.get(step.code) in starts
        named[step.deadline] = procedure.after(step.code) if own else step.code
    usual = {code: step for code, step in DEADLINE_STEPS.items() if code not in named}
    return {**usual, **named}


def _codes_met_by(step: str, case: Case) -> list[str]:
    found = _deadline_steps(pack_of(case.policy), procedure_of(case))
    return [code for code, each in found.items() if each == step]
