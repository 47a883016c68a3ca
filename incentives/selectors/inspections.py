"""Random inspections as officers and the public find them: registers, plans, visits, and what waits for whom."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Exists, OuterRef, Prefetch, Q, QuerySet

from incentives.models import (
    Inspection,
    InspectionMatter,
    InspectionPlan,
    InspectionTeam,
    InspectionYear,
    Inspector,
    InspectorConflict,
    PlanMatter,
)
from incentives.rules import inspections as rules
from incentives.rules.inspection_county import county_inspections
from incentives.selectors.inspection_population import CapState, cap_state
from registry.models import Account, Deadline, Department, Event, Subject
from registry.rules import access
from registry.selectors.rights import roles_on

PUBLICITY_DEADLINE = "inspection-publicity"
RESULT_DEADLINE = "inspection-result"
INSPECTION_KIND = Inspection._meta.label_lower
PLAN_TONES = {rules.DRAFTED: "info", rules.APPROVED: "warn", rules.DRAWN: "ok", rules.CANCELLED: "muted"}
VISIT_TONES = {
    rules.ASSIGNED: "info", rules.RECORDED: "warn", rules.PUBLISHED: "ok", rules.REPLACED: "muted",
    rules.COUNTED: "muted",
}  # fmt: skip


@dataclass(frozen=True)
class PlanRow:
    """A plan as a list shows it. `waiting`: visits not made; `unpublished`: results not public; `is_late`: the plan's
    last day has passed with visits waiting."""

    plan: InspectionPlan
    tone: str
    departments: Sequence[str]
    visits: int
    waiting: int
    unpublished: int
    is_late: bool


@dataclass(frozen=True)
class VisitRow:
    """A visit as a list shows it; `team`: who inspects now; `conflicts`: inspectors who must withdraw."""

    visit: Inspection
    tone: str
    stratum: str
    team: Sequence[InspectionTeam]
    conflicts: frozenset[int]


def plans_visible_to(account: Account, on: date) -> QuerySet[InspectionPlan]:
    """Return the plans that the account may see: officers and auditors all, a department those in which it inspects."""
    roles = roles_on(account, on)
    plans = InspectionPlan.objects.select_related("year", "department")
    if roles & access.WATCHERS:
        return plans
    if access.DEPARTMENT in roles and account.department_id is not None:
        own = PlanMatter.objects.filter(plan=OuterRef("pk"), matter__department=account.department_id)
        return plans.filter(Exists(own))
    return plans.none()


def visits_visible_to(account: Account, on: date) -> QuerySet[Inspection]:
    """Return the visits of the plans that the account may see."""
    return with_team(Inspection.objects.filter(plan__in=plans_visible_to(account, on)))


def plan_list(
    account: Account, on: date, *, year: int | None = None, state: str = "", department: Department | None = None
) -> QuerySet[Any]:
    """Return the visible plans that fit, the newest first, each with its counts of visits."""
    found = plans_visible_to(account, on)
    if year is not None:
        found = found.filter(year__year=year)
    if state:
        found = found.filter(state=state)
    if department is not None:
        found = found.filter(department=department)
    return with_counts(found).order_by("-year__year", "-pk")


def with_counts(plans: QuerySet[InspectionPlan]) -> QuerySet[Any]:
    """Annotate the numbers of visits that `plan_rows` reads, and fetch the departments."""
    standing = ~Q(visits__state=rules.REPLACED) & Q(visits__isnull=False)
    matters = PlanMatter.objects.select_related("matter__department")
    return plans.annotate(
        standing=Count("visits", filter=standing),
        waiting=Count("visits", filter=Q(visits__state=rules.ASSIGNED)),
        unpublished=Count("visits", filter=Q(visits__state=rules.RECORDED)),
    ).prefetch_related(Prefetch("matters", queryset=matters))


def plan_rows(plans: Iterable[Any], on: date) -> list[PlanRow]:
    """Return plans as a list shows them on the day; of plans from `with_counts`, without further queries."""
    return [
        PlanRow(
            plan, PLAN_TONES[plan.state],
            list(dict.fromkeys(each.matter.department.short_name for each in plan.matters.all())),
            plan.standing, plan.waiting, plan.unpublished, bool(plan.waiting) and on > plan.ends_on,
        )
        for plan in plans
    ]  # fmt: skip


def with_team(visits: QuerySet[Inspection]) -> QuerySet[Inspection]:
    """Fetch beside each visit what its row shows, at a constant number of queries."""
    team = InspectionTeam.objects.select_related("inspector__department")
    return visits.select_related("subject", "department", "plan__year", "plan__department", "record").prefetch_related(
        Prefetch("team", queryset=team)
    )


def visit_rows(visits: Sequence[Inspection], on: date) -> list[VisitRow]:
    """Return visits as a list shows them; one query for the conflicts of all."""
    pairs = set(
        InspectorConflict.objects.on(on)
        .filter(subject__in={each.subject_id for each in visits})
        .values_list("subject", "inspector")
    )
    rows = []
    for visit in visits:
        team = [each for each in visit.team.all() if each.left_on is None]
        waits = visit.state == rules.ASSIGNED
        conflicts = {each.inspector_id for each in team if waits and (visit.subject_id, each.inspector_id) in pairs}
        labels = {code: label for code, label, _ in visit.plan.shares} if visit.plan is not None else {}
        stratum = labels.get(visit.stratum, visit.stratum)
        rows.append(VisitRow(visit, VISIT_TONES[visit.state], stratum, team, frozenset(conflicts)))
    return rows


def plan_visits(plan: InspectionPlan, state: str = "") -> QuerySet[Inspection]:
    """Return the visits of a plan in the order drawn; `state` narrows them."""
    found = with_team(plan.visits.all()).order_by("stratum", "place", "pk")
    return found.filter(state=state) if state else found


def conflicts_of(visit: Inspection, on: date) -> list[InspectorConflict]:
    """Return the conflicts in force between the visit's subject and its present team."""
    team = visit.team.filter(left_on__isnull=True).values("inspector")
    found = InspectorConflict.objects.on(on).filter(subject=visit.subject_id, inspector__in=team)
    return list(found.select_related("inspector"))


def years_listed() -> QuerySet[InspectionYear]:
    """Return the departments' years, the newest first."""
    return InspectionYear.objects.select_related("department", "approved_by")


def matters_on(on: date) -> QuerySet[InspectionMatter]:
    """Return the list of matters (随机抽查事项清单) in force on the day, by department."""
    return InspectionMatter.objects.on(on).select_related("department").order_by("department__code", "pk")


def matters_listed() -> QuerySet[InspectionMatter]:
    """Return every matter, those no longer in force too."""
    return InspectionMatter.objects.select_related("department").order_by("department__code", "pk")


def inspectors_listed(department: Department | None = None) -> QuerySet[Any]:
    """Return the register of inspectors, those no longer in it too, with the number of their open visits."""
    load = Count("visits", filter=Q(visits__left_on__isnull=True, visits__visit__state=rules.ASSIGNED))
    found = Inspector.objects.select_related("department").annotate(load=load).order_by("department__code", "pk")
    return found.filter(department=department) if department is not None else found


def inspector_conflicts(inspector: Inspector) -> QuerySet[InspectorConflict]:
    """Return the conflicts of an inspector, past ones too."""
    return inspector.conflicts.select_related("subject")


@dataclass(frozen=True)
class SubjectInspections:
    """A subject's inspections of a year beside its cap."""

    year: int
    cap: CapState
    rows: Sequence[VisitRow]


def inspections_of(subject: Subject, on: date, *, most: int) -> SubjectInspections:
    """Return a subject's newest inspections, and where it stands under its cap in the day's year.

    A drawn visit that is still to be made is left out: an inspection is not announced by the file.
    """
    made = with_team(subject.inspections.exclude(state__in=[rules.ASSIGNED, rules.REPLACED]))
    rows = visit_rows(list(made.order_by("-inspected_on", "-pk")[:most]), on)
    return SubjectInspections(on.year, cap_state(subject, on.year, on), rows)


def events_of(row: InspectionPlan | Inspection | InspectionYear | Inspector) -> QuerySet[Event]:
    """Return what happened to one of these rows, the newest first."""
    kind = row._meta.label_lower
    return Event.objects.filter(object_kind=kind, object_id=row.pk).select_related("actor").order_by("-id")


@dataclass(frozen=True)
class InspectionWork:
    """What lies before a department: plans to approve and to draw, visits to make (`late`: their plan's last day has
    passed), results to make public (`overdue`: beyond their deadline)."""

    to_approve: int = 0
    to_draw: int = 0
    visits: int = 0
    late: int = 0
    unpublished: int = 0
    overdue: int = 0


def inspection_work(department_id: int | None, on: date) -> InspectionWork:
    """Return what lies before the department on the day; nothing for an account of none. Three queries."""
    if department_id is None:
        return InspectionWork()
    plans = InspectionPlan.objects.filter(department=department_id).aggregate(
        to_approve=Count("pk", filter=Q(state=rules.DRAFTED)), to_draw=Count("pk", filter=Q(state=rules.APPROVED))
    )
    waits = Q(state=rules.ASSIGNED)
    visits = Inspection.objects.filter(department=department_id, state__in=[rules.ASSIGNED, rules.RECORDED]).aggregate(
        visits=Count("pk", filter=waits), late=Count("pk", filter=waits & Q(plan__ends_on__lt=on)),
        unpublished=Count("pk", filter=Q(state=rules.RECORDED)),
    )  # fmt: skip
    overdue = Deadline.objects.filter(
        code=PUBLICITY_DEADLINE, department=department_id, met_on__isnull=True, cancelled_on__isnull=True, due_on__lt=on
    ).count()
    return InspectionWork(**plans, **visits, overdue=overdue)


def visit_deadlines() -> QuerySet[Deadline]:
    """Return the open deadlines of visits: a result to register, a result to make public."""
    return Deadline.objects.filter(object_kind=INSPECTION_KIND, met_on__isnull=True, cancelled_on__isnull=True)


def plans_public(on: date) -> QuerySet[InspectionPlan]:
    """Return the plans that the public may see: approved ones, with what became of them."""
    return (
        InspectionPlan.objects.exclude(seed_hash="").select_related("year", "department").order_by("-year__year", "-pk")
    )


def is_revealed(plan: InspectionPlan, on: date) -> bool:
    """Whether seed and names of a plan are public on the day: it was drawn, and its day has come."""
    return plan.state == rules.DRAWN and plan.drawn_on is not None and on >= max(plan.reveal_on, plan.drawn_on)


def visits_public(plan: InspectionPlan, on: date) -> QuerySet[Any]:
    """Return the drawn visits of a revealed plan, replaced ones too, each annotated whether its result is public.

    The names of a plan are shown as long after its last day as a result is shown; later only visits whose own result
    still is.
    """
    if not is_revealed(plan, on):
        return Inspection.objects.none()
    public = Inspection.objects.results_public(on).filter(pk=OuterRef("pk"))
    found = plan.visits.annotate(is_public=Exists(public)).select_related("subject", "record", "successor__subject")
    if on > county_inspections().shown.last_day(plan.ends_on):
        found = found.filter(is_public=True)
    return found.order_by("subject__name", "pk")
