"""Random inspections of the demonstration: a drawn joint plan with results, one that waits for its draw, registers."""

import datetime as dt
from dataclasses import replace

from incentives.models import Inspection, InspectionPlan, InspectionYear
from incentives.selectors.inspection_population import strata_on
from incentives.services.inspection_draws import plan_draw, visit_replace
from incentives.services.inspection_plans import PlanContent, plan_approve, plan_draft
from incentives.services.inspection_registers import conflict_add, inspector_add, matter_add
from incentives.services.inspection_results import Outcome, other_note, visit_record, visits_publish
from incentives.services.inspection_years import YearFigures, year_approve, year_set
from registry import clock
from registry.models import Subject

from .clockwork import Plan
from .office import Office

Day = dt.date
SAFETY = (
    "安全生产条件检查",
    "安全生产责任制、隐患排查治理、从业人员培训和现场管理",
    "《中华人民共和国安全生产法》第六十五条",
)
EQUIPMENT = ("特种设备使用检查", "特种设备登记、定期检验和作业人员持证", "《中华人民共和国特种设备安全法》第五十七条")
RESULTS = (
    ("clean", ""),
    ("corrected", "灭火器过期两具，已当场更换（演示）。"),
    ("clean", ""),
    ("pending", "未建立事故隐患排查治理台账（演示）。"),
)
# Percent of each tier; who has none and who is new as an ordinary one.
SHARES = {"A": 5, "B": 20, "C": 40, "D": 100, "pending": 20, "ungraded": 20}
STAFF = (("jingban", 6), ("shijian", 4))


def inspections_plan(office: Office, plan: Plan, subjects: list[Subject], today: Day) -> None:
    """Plan the inspections around a day some weeks ago, all within that day's year."""
    begins = today - dt.timedelta(days=45)
    begins = min(begins, Day(begins.year, 12, 1))
    maker = _Maker(office, plan, subjects)

    def later(days: int) -> Day:
        return begins + dt.timedelta(days=days)

    plan.add(begins, lambda on: maker.registers(on))
    plan.add(begins, lambda on: maker.joint(on, until=min(later(90), Day(begins.year, 12, 31))))
    plan.add(later(2), lambda on: maker.draw(on))
    plan.add(later(9), lambda on: maker.replace(on))
    plan.add(later(10), lambda on: maker.record(on))
    plan.add(later(16), lambda on: maker.publish(on))
    last = Day(begins.year, 12, 31)
    if today < last - dt.timedelta(days=7) and today.year == begins.year:
        plan.add(today - dt.timedelta(days=1), lambda on: maker.waiting(on, until=last))


class _Maker:
    """Acts as the officers would."""

    def __init__(self, office: Office, plan: Plan, subjects: list[Subject]) -> None:
        self.office, self.plan, self.subjects = office, plan, subjects
        self.handler, self.approver = office.officer("jingban"), office.officer("shenpi")
        self.drawn = 0

    def registers(self, on: Day) -> None:
        """The year of the bureau, two matters, ten inspectors, one conflict, one inspection upon a complaint."""
        figures = YearFigures(people=6, other_days=600, idle_days=300, note="按上年实际用时测算（演示）。")
        self.year = year_set(year=on.year, figures=figures, actor=self.handler, on=on)
        year_approve(year_id=self.year.pk, actor=self.approver, on=on)
        label, content, basis = SAFETY
        self.matter = matter_add(label=label, content=content, basis=basis, way="site", actor=self.handler, on=on)
        label, content, basis = EQUIPMENT
        market = self.office.officer("shijian")
        self.equipment = matter_add(label=label, content=content, basis=basis, way="site", actor=market, on=on)
        first = None
        for username, number in STAFF:
            actor = self.office.officer(username)
            short = actor.department.short_name if actor.department is not None else ""
            for place in range(1, number + 1):
                inspector = inspector_add(
                    name=f"{short}演示检查员{place}", certificate=f"演示执法{short}{place:03d}", starts_on=Day(on.year, 1, 1),
                    ends_on=None, actor=actor, on=on,
                )  # fmt: skip
                first = first or inspector
        if first is not None:
            conflict_add(
                inspector_id=first.pk, subject_id=self.subjects[0].pk, kind="former", note="曾任该单位安全员（演示）",
                actor=self.handler, on=on,
            )  # fmt: skip
        other_note(
            subject_id=self.subjects[1].pk, source="complaint", inspected_on=on, summary="举报核查，情况不实（演示）。",
            actor=self.handler, on=on,
        )  # fmt: skip

    def joint(self, on: Day, *, until: Day) -> None:
        """A joint plan of two bureaus, approved on its day."""
        content = self._content("工贸企业安全生产和特种设备联合抽查（演示）", on, until, total=10)
        matters = [self.matter.pk, self.equipment.pk]
        self.drawn = self._approved(content, matters, on).pk

    def waiting(self, on: Day, *, until: Day) -> None:
        """A plan that was approved yesterday and can be drawn today."""
        year = InspectionYear.objects.get(pk=self.year.pk)
        if year.year == on.year:
            self._approved(self._content("年末安全生产抽查（演示）", on, until, total=6), [self.matter.pk], on)

    def draw(self, on: Day) -> None:
        """Draw the joint plan."""
        plan_draw(plan_id=self.drawn, actor=self.office.officer("shenhe"), on=on, at=clock.now())

    def replace(self, on: Day) -> None:
        """One that was drawn has closed."""
        visit = self._visits()[-1]
        visit_replace(
            visit_id=visit.pk, reason="现场核实已停业，场所腾空（演示）。", actor=self.office.officer("shenhe"), on=on
        )

    def record(self, on: Day) -> None:
        """Four visits were made; two of them found something."""
        for visit, (result, summary) in zip(self._visits(), RESULTS, strict=False):
            visit_record(visit_id=visit.pk, outcome=Outcome(on, result, summary), actor=self.handler, on=on)

    def publish(self, on: Day) -> None:
        """The first two results are made public."""
        visits = [each.pk for each in self._visits("recorded")[:2]]
        visits_publish(visit_ids=visits, actor=self.office.officer("gongshi"), on=on)

    def _visits(self, state: str = "assigned") -> list[Inspection]:
        return list(InspectionPlan.objects.get(pk=self.drawn).visits.filter(state=state).order_by("stratum", "place"))

    def _content(self, title: str, on: Day, until: Day, *, total: int) -> PlanContent:
        shares = {each.code: SHARES[each.code] for each in strata_on(on) if each.code in SHARES}
        return PlanContent(
            title=title, matters=(), starts_on=on, ends_on=until, reveal_on=min(on + dt.timedelta(days=7), until),
            shares=shares, total=total, most=20, categories=("enterprise",),
        )  # fmt: skip

    def _approved(self, content: PlanContent, matters: list[int], on: Day) -> InspectionPlan:
        made = plan_draft(year_id=self.year.pk, content=replace(content, matters=matters), actor=self.handler, on=on)
        return plan_approve(plan_id=made.pk, actor=self.approver, on=on)
