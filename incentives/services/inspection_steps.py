"""What every step of a plan or a visit of random inspections does the same way: lock, state, right, version, reason."""

from datetime import date

from incentives.models import Inspection, InspectionPlan, InspectionYear
from incentives.rules import inspections as rules
from incentives.rules.inspections import Step
from registry.base.errors import NotAllowed, RuleRefused, TransitionRefused
from registry.base.tracked import version_require
from registry.models import Account, Department
from registry.services import authz
from registry.services.subjects import subject_lock


def years_lock(year: int) -> None:
    """Let draws and replacements of one calendar year follow one another, since they share the subjects' caps."""
    list(InspectionYear.objects.select_for_update().filter(year=year).order_by("pk").values_list("pk", flat=True))


def plan_lock(plan_id: int) -> InspectionPlan:
    """Lock the calendar year, then the plan; return it as it is now. Raises DoesNotExist."""
    years_lock(InspectionPlan.objects.values_list("year__year", flat=True).get(pk=plan_id))
    plan: InspectionPlan = (
        InspectionPlan.objects.select_for_update(of=("self",))
        .select_related("year", "department", "population")
        .get(pk=plan_id)
    )
    return plan


def visit_lock(visit_id: int) -> Inspection:
    """Lock the visit's subject, then the visit; return it as it is now. Raises DoesNotExist."""
    subject_id = Inspection.objects.values_list("subject_id", flat=True).get(pk=visit_id)
    subject = subject_lock(subject_id)
    visit: Inspection = (
        Inspection.objects.select_for_update(of=("self",))
        .select_related("plan__year", "plan__department", "department", "record")
        .get(pk=visit_id)
    )
    visit.subject = subject
    return visit


def own_department(actor: Account | None) -> Department:
    """Return the department for which the actor works. Raises NotAllowed for an account of none, or the system."""
    department = actor.department if actor is not None else None
    if department is None:
        raise NotAllowed("no-department", "办理抽查的账号须属于一个部门，请联系系统管理员。")
    return department


def department_require(actor: Account | None, department: Department) -> None:
    """Raise NotAllowed unless the actor belongs to the department whose plan or visit it is."""
    if actor is not None and actor.department_id != department.pk:
        raise NotAllowed("other-department", f"由{department.name}办理，其他部门不能办理。请转告该部门。")


def plan_begin(
    plan: InspectionPlan, name: str, *, actor: Account | None, on: date, version: int | None, reason: str = ""
) -> Step:
    """Check state, right, department, version and reason of a plan's step. The plan must be locked."""
    step = rules.PLAN_STEPS[name]
    refused = rules.refusal_of(rules.PLAN_STEPS, rules.PLAN_LABELS, plan.state, name)
    _require(step, refused, plan.department, reason=reason, actor=actor, on=on)
    version_require(plan, version)
    return step


def visit_begin(
    visit: Inspection, name: str, *, actor: Account | None, on: date, version: int | None, reason: str = ""
) -> Step:
    """Check state, right, department, version and reason of a visit's step. The visit must be locked."""
    step = rules.VISIT_STEPS[name]
    refused = rules.refusal_of(rules.VISIT_STEPS, rules.VISIT_LABELS, visit.state, name)
    _require(step, refused, visit.department, reason=reason, actor=actor, on=on)
    version_require(visit, version)
    return step


def _require(
    step: Step, refused: str, department: Department, *, reason: str, actor: Account | None, on: date
) -> None:  # fmt: skip
    if refused:
        raise TransitionRefused("inspection-state", refused)
    authz.require(actor, step.permission, on=on)
    department_require(actor, department)
    if step.needs_reason and not reason.strip():
        raise RuleRefused("reason-missing", f"“{step.label}”必须写明理由，请填写后再提交。", field="reason")
