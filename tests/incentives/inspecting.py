"""A department that inspects: its year, matters and inspectors, and subjects with the room that the tests give them."""

import datetime as dt
from dataclasses import dataclass, field

import pytest

from incentives.models import InspectionMatter, InspectionPlan, InspectionYear, Inspector
from incentives.services.inspection_draws import plan_draw
from incentives.services.inspection_plans import PlanContent, plan_approve, plan_draft
from incentives.services.inspection_registers import inspector_add, matter_add
from incentives.services.inspection_years import YearFigures, year_approve, year_set
from registry.models import Account, Department, Subject
from tests.factories import make_account, make_department, make_subject

Day = dt.date
MONDAY = Day(2026, 3, 2)
TUESDAY = Day(2026, 3, 3)
LATER = Day(2026, 3, 20)
FIRST, LAST = Day(2026, 3, 1), Day(2026, 6, 30)


def refused(error: type[Exception], code: str):
    return pytest.raises(error, check=lambda raised: raised.code == code)


def at(day: Day) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(9), tzinfo=dt.UTC)


@dataclass
class Bureau:
    """Officers of one department, its inspectors and its approved year."""

    department: Department = field(default_factory=make_department)
    staff: int = 4
    on: Day = MONDAY
    accounts: dict[str, Account] = field(default_factory=dict)

    def __post_init__(self) -> None:
        for role in ("handler", "reviewer", "approver", "publisher"):
            self.accounts.setdefault(role, make_account(role, department=self.department))
        self.matter = self.add_matter()
        self.inspectors = [self.add_inspector() for _ in range(self.staff)]

    def officer(self, role: str) -> Account:
        return self.accounts[role]

    def add_matter(self, label: str = "安全生产条件检查") -> InspectionMatter:
        return matter_add(
            label=label, content="安全生产制度和现场管理", basis="《中华人民共和国安全生产法》第六十五条", way="site",
            actor=self.officer("handler"), on=self.on,
        )  # fmt: skip

    def add_inspector(self, **changes) -> Inspector:
        number = Inspector.objects.count() + 1
        given = {
            "name": f"检查人员{number}",
            "certificate": f"演示{number:04d}",
            "starts_on": Day(2025, 1, 1),
            "ends_on": None,
        }
        return inspector_add(**(given | changes), actor=self.officer("handler"), on=self.on)

    def year(self, *, people: int = 4, other: int = 200, idle: int = 100, approved: bool = True) -> InspectionYear:
        figures = YearFigures(people=people, other_days=other, idle_days=idle)
        row = year_set(year=self.on.year, figures=figures, actor=self.officer("handler"), on=self.on)
        return year_approve(year_id=row.pk, actor=self.officer("approver"), on=self.on) if approved else row

    def content(self, **changes) -> PlanContent:
        year = self.on.year
        given = {
            "title": "工贸企业安全生产抽查", "matters": [self.matter.pk], "starts_on": FIRST.replace(year=year),
            "ends_on": LAST.replace(year=year), "reveal_on": FIRST.replace(year=year), "shares": {"ungraded": 50},
            "most": 20,
        }  # fmt: skip
        return PlanContent(**(given | changes))

    def plan(self, **changes) -> InspectionPlan:
        year = InspectionYear.objects.filter(department=self.department).first() or self.year()
        return plan_draft(year_id=year.pk, content=self.content(**changes), actor=self.officer("handler"), on=self.on)

    def approved(self, **changes) -> InspectionPlan:
        return plan_approve(plan_id=self.plan(**changes).pk, actor=self.officer("approver"), on=self.on)

    def draw(self, plan: InspectionPlan, on: Day | None = None) -> InspectionPlan:
        day = on or self.on + dt.timedelta(days=1)
        return plan_draw(plan_id=plan.pk, actor=self.officer("handler"), on=day, at=at(day))

    def drawn(self, **changes) -> InspectionPlan:
        return self.draw(self.approved(**changes))


def subjects(number: int, **fields) -> list[Subject]:
    return [make_subject(**fields) for _ in range(number)]
