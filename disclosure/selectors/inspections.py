"""Random inspections before the public: plans, matters, caps, and, once their day has come, seed, names and results.

Never shown: tiers and strata (internal grades, 国办发〔2020〕49号), inspectors' names, findings that were withdrawn.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import QuerySet

from disclosure.rules.redaction import text_redact
from incentives.models import Inspection, InspectionPlan
from incentives.rules import inspections as rules
from incentives.selectors.inspections import is_revealed, plans_public, visits_public, with_counts
from registry.models import OrganizationRole, Subject
from registry.rules.sectors import SECTORS
from registry.selectors.policies import packs_active


@dataclass(frozen=True)
class PublicPlan:
    """A plan as the public may see it. `seed` and names only when `is_revealed`; `population`: how many were drawn
    from; `drawn`: how many were; `departments` inspect together."""

    plan: InspectionPlan
    departments: Sequence[str]
    matters: Sequence[str]
    state: str
    is_revealed: bool
    seed: str
    population: int
    drawn: int
    cancel_reason: str

    @property
    def is_joint(self) -> bool:
        return len(self.departments) > 1


@dataclass(frozen=True)
class PublicVisit:
    """A drawn subject as the public may see it. `state`: words; `result`, `summary`, `inspected_on` only when public."""

    subject: Subject
    name: str
    state: str
    tone: str
    result: str = ""
    summary: str = ""
    inspected_on: date | None = None
    is_disputed: bool = False
    reason: str = ""


@dataclass(frozen=True)
class PublicCap:
    """The most inspections a year of one group, by standardisation grade in the order of `GRADES`."""

    policy: str
    label: str
    sectors: str
    numbers: tuple[int | None, ...]


GRADES = (("1", "一级"), ("2", "二级"), ("3", "三级"), ("none", "未达标"))


def plans_shown(on: date) -> QuerySet[Any]:
    """Return the public plans with what a list of them shows, at a constant number of queries."""
    return with_counts(plans_public(on))


def public_plan(plan: Any, on: date) -> PublicPlan:
    """Return one plan of `plans_shown` as the public may see it on the day."""
    revealed = is_revealed(plan, on)
    matters = [each.matter for each in plan.matters.all()]
    return PublicPlan(
        plan=plan,
        departments=list(dict.fromkeys(each.department.name for each in matters)),
        matters=[each.label for each in matters],
        state=rules.PLAN_LABELS[plan.state],
        is_revealed=revealed,
        seed=plan.seed if revealed else "",
        population=sum(plan.sizes.values()),
        drawn=plan.standing,
        cancel_reason=text_redact(plan.cancel_reason),
    )


def public_plans(plans: Iterable[Any], on: date) -> list[PublicPlan]:
    """Return plans as the public may see them, for a list."""
    return [public_plan(each, on) for each in plans]


def plan_visible(public_id: UUID, on: date) -> PublicPlan | None:
    """Return the plan that the public may open on the day under this address, None when there is none."""
    found = plans_shown(on).filter(public_id=public_id).first()
    return public_plan(found, on) if found is not None else None


def visits_shown(plan: InspectionPlan, on: date) -> QuerySet[Inspection]:
    """Return the visits of a plan that the public may see on the day."""
    return visits_public(plan, on)


def public_visits(visits: Sequence[Any]) -> list[PublicVisit]:
    """Return a page of `visits_shown` masked; one query for the names of persons that texts may hold."""
    names: dict[int, list[str]] = {}
    roles = OrganizationRole.objects.filter(organization__in={each.subject_id for each in visits})
    for subject, name in roles.values_list("organization", "person__name").distinct():
        names.setdefault(subject, []).append(name)
    return [_visit(each, names.get(each.subject_id, [])) for each in visits]


def _visit(visit: Any, names: Sequence[str]) -> PublicVisit:
    name = visit.subject.name
    if visit.state == rules.REPLACED:
        return PublicVisit(visit.subject, name, "已更换", "muted", reason=text_redact(visit.replace_reason, names))
    if visit.is_public:
        record = visit.record
        return PublicVisit(
            visit.subject, name, "已公开", "ok", visit.get_result_display(), text_redact(visit.summary, names),
            visit.inspected_on, is_disputed=record is not None and record.disputed_on is not None,
        )  # fmt: skip
    if visit.state == rules.PUBLISHED:
        return PublicVisit(visit.subject, name, "结果不再公开", "muted")
    return PublicVisit(visit.subject, name, "待检查" if visit.state == rules.ASSIGNED else "结果待公开", "info")


def public_caps(on: date) -> list[PublicCap]:
    """Return the yearly caps of inspections of the policies in use on the day (国办发〔2024〕54号: they are public)."""
    found = []
    for active in packs_active(on):
        for cap in active.pack.inspection_caps:
            by_grade = {each.grade: each.most for each in cap.by_grade}
            sectors = "、".join(SECTORS.get(code, code) for code in cap.sectors)
            numbers = tuple(by_grade.get(grade) for grade, _ in GRADES)  # type: ignore[call-overload]
            found.append(PublicCap(active.version.title, cap.label, sectors, numbers))
    return found
