"""Departments: entered, corrected and shut by an administrator."""

from dataclasses import asdict, dataclass
from datetime import date

from django.db import models, transaction

from registry.base.errors import InvalidInput, RuleRefused
from registry.base.tracked import version_require
from registry.models import Account, Department
from registry.rules.identifiers import check_uscc
from registry.services import authz
from registry.services.events import event_record


@dataclass(frozen=True)
class DepartmentFacts:
    """What is written about a department. `contact` stands on public pages."""

    name: str
    short_name: str
    kind: str
    uscc: str
    contact: str
    is_active: bool = True


@transaction.atomic
def department_open(*, code: str, facts: DepartmentFacts, actor: Account | None, on: date) -> Department:
    """Enter a department. Raises NotAllowed, InvalidInput (code or name taken, bad unified code)."""
    authz.require(actor, "account.manage", on=on)
    if Department.objects.filter(code=code).exists():
        raise InvalidInput("department-code-taken", f"部门代码“{code}”已被使用，请换一个。", field="code")
    _facts_check(facts, Department.objects.all())
    department = Department(code=code, **asdict(facts)).save_by(actor, reason="department.open")
    event_record("department.opened", f"新增部门{department}", obj=department, actor=actor, on=on)
    return department


@transaction.atomic
def department_change(
    *, department_id: int, facts: DepartmentFacts, version: int | None, actor: Account | None, on: date
) -> Department:
    """Correct a department's facts or shut it. Raises NotAllowed, Conflict (stale form), InvalidInput, RuleRefused
    (shut while accounts in use belong to it)."""
    department = Department.objects.select_for_update().get(pk=department_id)
    authz.require(actor, "account.manage", on=on)
    version_require(department, version)
    _facts_check(facts, Department.objects.exclude(pk=department.pk))
    active = department.accounts.filter(is_active=True).count()
    if not facts.is_active and active:
        raise RuleRefused(
            "department-in-use", f"{department}还有{active}个在用账号，请先停用或移到其他部门。", field="is_active"
        )
    for name, value in asdict(facts).items():
        setattr(department, name, value)
    department.save_by(actor, reason="department.change")
    event_record(
        "department.changed", f"修改部门{department}的信息", obj=department, actor=actor, on=on, payload=asdict(facts)
    )
    return department


def _facts_check(facts: DepartmentFacts, others: models.QuerySet[Department]) -> None:
    if others.filter(name=facts.name).exists():
        raise InvalidInput("department-name-taken", f"已有名为“{facts.name}”的部门，请核对。", field="name")
    problems = check_uscc(facts.uscc).errors if facts.uscc else ()
    if problems:
        raise InvalidInput("department-uscc", "".join(problem.message for problem in problems), field="uscc")
