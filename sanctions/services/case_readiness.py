"""What may be done in a case now, by whom, and why not when not: the same conditions as the steps themselves ask."""

from dataclasses import dataclass
from datetime import date

from registry.base.errors import TransitionRefused
from registry.models import Account
from registry.rules import access
from registry.selectors.policies import pack_of
from registry.services import authz
from sanctions.models import Case
from sanctions.rules import conditions, lifecycle
from sanctions.selectors.cases import case_facts, procedure_of

# Steps that are offered only while they make sense, beyond what the state allows.
_ONLY_WITH_PENDING_DEFENCE = frozenset({"reject-defence", "uphold-defence"})


@dataclass(frozen=True)
class StepView:
    """One step for the case page. `missing`: sentences, empty when `allowed`; `who`: role labels."""

    name: str
    label: str
    allowed: bool
    missing: tuple[str, ...]
    who: str
    is_main: bool
    needs_reason: bool


@dataclass(frozen=True)
class Stage:
    """One main step as the stepper shows it: `done`, `current` or `coming`, with the pack's own words."""

    name: str
    label: str
    state: str
    who: str
    on: date | None


def case_readiness(case: Case, actor: Account, on: date) -> list[StepView]:
    """Return the steps that the case's state allows, the main one first."""
    procedure = procedure_of(case)
    facts = case_facts(case, on, actor)
    roles = authz.roles_on(actor, on)
    main = procedure.next_main(case.state)
    return [
        _view(step, facts, roles, actor, is_main=main is not None and step.name == main.name)
        for step in lifecycle.next_steps(case.state, procedure)
        if _makes_sense(step.name, case, facts)
    ]


def _view(
    step: lifecycle.Transition, facts: conditions.CaseFacts, roles: frozenset[str], actor: Account, *, is_main: bool
) -> StepView:
    who = access.roles_labels(step.permission)
    missing = [each.text for each in conditions.missing(step.name, facts, actor.pk)]
    if not access.may(roles, step.permission):
        missing.insert(0, f"这一步由{who}人员办理，您没有这个角色。")
    return StepView(step.name, step.label, not missing, tuple(missing), who, is_main, step.needs_reason)


def _makes_sense(name: str, case: Case, facts: conditions.CaseFacts) -> bool:
    if name == "take":
        return case.handler_id is None
    if name == "serve":
        return facts.served_on is None
    if name in _ONLY_WITH_PENDING_DEFENCE:
        return facts.defence == "pending"
    if name == "hear":
        return facts.is_hearing_owed
    if name == "waive":
        return facts.defence == "none" and facts.defence_until is not None and facts.on <= facts.defence_until
    if name == "defend":
        return facts.served_on is not None and facts.defence in ("none", "waived")
    return True


def step_refusal(case: Case, name: str) -> tuple[str, str]:
    """Return the label of a step and why it is not offered now: the state does not allow it, or it has no point."""
    procedure = procedure_of(case)
    label = procedure.transition(name).label
    try:
        lifecycle.check(case.state, name, procedure)
    except TransitionRefused as refusal:
        return label, refusal.message
    return label, f"“{label}”已经办理过，或者本案现在不需要这一步。请回到案件页查看下一步。"


def case_stages(case: Case) -> list[Stage]:
    """Return the main steps of the case's pack in order, each with when it was done."""
    procedure = procedure_of(case)
    named = {step.code: step for step in pack_of(case.policy).procedure}
    done = procedure.reached(case.state)
    following = procedure.next_main(case.state)
    days = {
        "evidence": case.evidence_on,
        "review": case.reviewed_on,
        "notice": case.noticed_on,
        "deliberate": case.deliberated_on,
        "submit": case.submitted_on,
        "confirm": case.confirmed_on,
        "decide": case.decided_on,
        "publish": case.published_on,
    }
    stages = []
    for name in procedure.steps:
        state = "done" if name in done else "current" if following and following.name == name else "coming"
        if case.state == Case.State.DROPPED:
            state = "done" if days[name] else "coming"
        step = named.get(name)
        label = step.label if step is not None else lifecycle.MAIN[name].label
        stages.append(Stage(name, label, state, step.who if step is not None else "", days[name]))
    return stages
