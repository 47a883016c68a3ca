"""The draw itself, and what may change of it afterwards: a subject or an inspector replaced, with its reason."""

from collections import Counter
from collections.abc import Sequence
from datetime import date, datetime

from django.db import transaction
from simple_history.utils import bulk_create_with_history

from incentives.models import Inspection, InspectionPlan, InspectionTeam, Inspector
from incentives.rules import draw
from incentives.rules.inspection_county import county_inspections
from incentives.rules.inspections import DRAWN, RANDOM, REPLACED
from incentives.selectors.inspection_population import (
    Population,
    departments_of,
    inspectors_of,
    population_of,
)
from incentives.selectors.inspection_redraw import population_content, population_read, population_text
from incentives.services.inspection_deadlines import results_due
from incentives.services.inspection_plans import estimated, staff_check, workdays_check
from incentives.services.inspection_steps import plan_begin, plan_lock, visit_begin, visit_lock
from registry.base.errors import NotAllowed, RuleRefused
from registry.base.personal_data import text_open
from registry.models import Account, Subject
from registry.services.deadlines import deadlines_cancel
from registry.services.events import event_record
from registry.services.evidence import attachment_keep_own

BATCH = 1000


@transaction.atomic
def plan_draw(
    *, plan_id: int, actor: Account | None, on: date, at: datetime, version: int | None = None
) -> InspectionPlan:
    """Draw the plan's subjects and their inspectors, once; population, staff, seed and algorithm are kept with it.

    Not by who approved it and not before its digest was public for the county's time. Raises TransitionRefused,
    NotAllowed, RuleRefused (too early, too late, nobody to draw, inspectors do not suffice).
    """
    plan = plan_lock(plan_id)
    plan_begin(plan, "draw", actor=actor, on=on, version=version)
    if actor is not None and actor.pk == plan.approved_by_id:
        raise NotAllowed("same-as-approver", "批准计划、掌握种子的人员不能办理抽取，请由另一名人员办理。")
    _day_require(plan, on)
    population = population_of(plan, on)
    estimate = estimated(plan, population)
    outcome = draw.draw(population.members, estimate.quotas, text_open(plan.seed_sealed))
    staff = inspectors_of(plan, on, subjects={each.key: population.subjects[each.key] for each in outcome.drawn})
    assignments = _assigned(plan, outcome, staff, on)
    _keep(plan, population, outcome, staff)
    plan.state, plan.drawn_on, plan.drawn_at, plan.drawn_by = DRAWN, on, at, actor
    plan.sizes, plan.expected = estimate.sizes, len(outcome.drawn)
    plan.save_by(actor, reason="inspection-plan.draw")
    _visits_write(plan, population, outcome, assignments, actor, on)
    event_record(
        "inspection-plan.drawn", f"抽查计划{plan}抽取{len(outcome.drawn)}户（总体{len(population.members)}户）", obj=plan,
        actor=actor, on=on,
        payload={
            "seed_hash": plan.seed_hash, "population_hash": plan.population_hash, "algorithm": plan.algorithm,
            "quotas": plan.quotas, "short": plan.short, "drawn": len(outcome.drawn),
        },
    )  # fmt: skip
    return plan


@transaction.atomic
def visit_replace(
    *, visit_id: int, reason: str, actor: Account | None, on: date, version: int | None = None
) -> Inspection | None:
    """Take a drawn subject out, with the reason, and draw the next of the same order; None when nobody is left.

    Who has meanwhile reached its yearly cap is passed over. Raises TransitionRefused, NotAllowed, RuleRefused.
    """
    plan_id = Inspection.objects.values_list("plan", flat=True).get(pk=visit_id)
    plan = plan_lock(plan_id)  # before the subject: a draw holds the year and then writes visits
    visit = visit_lock(visit_id)
    visit_begin(visit, "replace", actor=actor, on=on, version=version, reason=reason)
    successor = _next(plan, visit, on)
    visit.state, visit.replaced_on, visit.replace_reason = REPLACED, on, reason.strip()[:500]
    visit.save_by(actor, reason="inspection.replace")
    deadlines_cancel(visit, actor=actor, on=on)
    if successor is not None:
        _stand_in(plan, visit, successor, actor, on)
        results_due([successor], plan, actor=actor)
    who = successor.subject.name if successor is not None else "同层已无可以递补的主体"
    event_record(
        "inspection.replaced", f"更换抽查对象（{plan.number}）：{visit.subject.name}换为{who}，理由：{visit.replace_reason[:300]}",
        obj=visit, subject=visit.subject, actor=actor, on=on,
        payload={"plan": plan.number, "key": visit.key, "successor": successor.key if successor is not None else ""},
    )  # fmt: skip
    return successor


@transaction.atomic
def inspector_withdraw(
    *, visit_id: int, inspector_id: int, reason: str, actor: Account | None, on: date, version: int | None = None
) -> InspectionTeam:
    """Take an inspector off one visit (回避), with the reason, and draw another of the same department.

    Raises TransitionRefused, NotAllowed, RuleRefused (not in the team; nobody else is free).
    """
    plan_id = Inspection.objects.values_list("plan", flat=True).get(pk=visit_id)
    plan = plan_lock(plan_id)
    visit = visit_lock(visit_id)
    visit_begin(visit, "withdraw", actor=actor, on=on, version=version, reason=reason)
    row = visit.team.select_for_update().filter(inspector=inspector_id, left_on__isnull=True).first()
    if row is None:
        raise RuleRefused("not-in-team", "该人员不在本次检查的人员之中，请核对。", field="inspector")
    ever = set(visit.team.values_list("inspector__public_id", flat=True))
    free = [
        each for each in _free(plan, on, {visit.key: visit.subject_id})
        if each.department == row.inspector.department.code and each.key not in {str(key) for key in ever}
    ]  # fmt: skip
    (found,) = draw.assign([draw.Drawn(visit.key, visit.stratum, visit.place or 0)], free, plan.seed, each=1)
    if not found.inspectors:
        raise RuleRefused(
            "nobody-free", f"{row.inspector.department.short_name}没有其他可以接替的检查人员，请先补充检查人员名录。"
        )
    row.left_on, row.left_reason = on, reason.strip()[:500]
    row.save_by(actor, reason="inspection.withdraw")
    joined = InspectionTeam(
        visit=visit, inspector=Inspector.objects.get(public_id=found.inspectors[0]), joined_on=on, is_stand_in=True
    )
    joined.save_by(actor, reason="inspection.withdraw")
    visit.save_by(actor, reason="inspection.withdraw")
    event_record(
        "inspection.withdrawn", f"检查人员回避（{plan.number}，{visit.subject.name}）：{row.inspector}退出，{joined.inspector}"
        f"接替，理由：{row.left_reason[:300]}", obj=visit, subject=visit.subject, actor=actor, on=on,
    )  # fmt: skip
    return joined


def _day_require(plan: InspectionPlan, on: date) -> None:
    earliest = county_inspections().lead.last_day(plan.approved_on)  # type: ignore[arg-type]
    if on < earliest:
        raise RuleRefused(
            "draw-too-early", f"种子哈希自{plan.approved_on}起公布，至早在{earliest}抽取，以便先行核对。请届时办理。"
        )
    if on > plan.ends_on:
        raise RuleRefused("draw-too-late", f"检查期间已于{plan.ends_on}结束，不能再抽取。请取消后另行编制。")


def _assigned(
    plan: InspectionPlan, outcome: draw.Outcome, staff: Sequence[draw.Inspector], on: date
) -> tuple[draw.Assignment, ...]:
    """Return who inspects whom; refuse a draw that would leave anybody with fewer inspectors than the plan asks for."""
    if not outcome.drawn:
        raise RuleRefused(
            "nobody-to-draw", "范围内的主体都已达到年度检查上限，没有可以抽取的。请核对范围或者取消计划。"
        )
    _workdays_recheck(plan, len(outcome.drawn))
    staff_check(plan, len(outcome.drawn), on)
    found = draw.assign(outcome.drawn, staff, text_open(plan.seed_sealed), each=plan.each, per_department=True)
    lacking = sum(1 for each in found if each.missing)
    if lacking:
        raise RuleRefused(
            "inspectors-too-few",
            f"有{lacking}户因回避和户数上限配不齐检查人员，没有抽取。请补充检查人员名录后再办理；名单只由已公布的种子决定，不会因此改变抽取规则。",
        )
    return found


def _workdays_recheck(plan: InspectionPlan, visits: int) -> None:
    """Check the working days for what the draw takes beyond what the approval already counted."""
    if visits > (plan.expected or 0):
        workdays_check(plan, visits - (plan.expected or 0))


def _keep(plan: InspectionPlan, population: Population, outcome: draw.Outcome, staff: Sequence[draw.Inspector]) -> None:
    plan.population = attachment_keep_own(
        content=population_text(population.members), name=f"抽查总体（{plan.number}）.tsv",
        media_type="text/tab-separated-values", actor=None,
    )  # fmt: skip
    plan.population_hash, plan.quotas, plan.short = outcome.population_hash, dict(outcome.quotas), dict(outcome.short)
    plan.seed, plan.algorithm = text_open(plan.seed_sealed), draw.VERSION
    plan.staff = [[each.key, each.most, sorted(each.conflicts), each.department] for each in staff]


def _visits_write(
    plan: InspectionPlan, population: Population, outcome: draw.Outcome, assignments: Sequence[draw.Assignment],
    actor: Account | None, on: date,
) -> None:  # fmt: skip
    visits = [
        Inspection(
            subject_id=population.subjects[each.key], department=plan.department, year=plan.year.year, source=RANDOM,
            plan=plan, key=each.key, stratum=each.stratum, place=each.place, version=1,
        )
        for each in outcome.drawn
    ]  # fmt: skip
    reason = "inspection-plan.draw"
    made = bulk_create_with_history(
        visits, Inspection, batch_size=BATCH, default_user=actor, default_change_reason=reason
    )
    results_due(made, plan, actor=actor)
    people = {str(each.public_id): each for each in Inspector.objects.filter(department__in=departments_of(plan))}
    teams = [
        InspectionTeam(visit=visit, inspector=people[key], joined_on=on, version=1)
        for visit, pair in zip(made, assignments, strict=True)
        for key in pair.inspectors
    ]
    bulk_create_with_history(teams, InspectionTeam, batch_size=BATCH, default_user=actor, default_change_reason=reason)


def _next(plan: InspectionPlan, visit: Inspection, on: date) -> Inspection | None:
    """Return the unsaved visit that takes the place, of the next member whose cap still leaves room."""
    members = population_read(population_content(plan))
    rooms = {each.key: each.room for each in members}
    taken = set(plan.visits.values_list("key", flat=True))
    while True:
        key = draw.next_in_line(members, visit.stratum, taken, plan.seed)
        if key is None:
            return None
        taken.add(key)
        subject = _subject_of(key)
        if subject is None or _is_full(plan, subject, rooms[key]):
            continue
        place = plan.visits.filter(stratum=visit.stratum).order_by("-place").values_list("place", flat=True)[0]
        return Inspection(
            subject=subject, department=plan.department, year=plan.year.year, source=RANDOM, plan=plan, key=key,
            stratum=visit.stratum, place=(place or 0) + 1, replaces=visit,
        )  # fmt: skip


def _subject_of(key: str) -> Subject | None:
    """Return the subject that bears the key today, None when it is gone; the key is a code or a public id."""
    column = "uscc" if len(key) == 18 else "public_id"
    found = Subject.objects.filter(**{column: key}, merged_into__isnull=True, status=Subject.Status.ACTIVE)
    return found.first()


def _is_full(plan: InspectionPlan, subject: Subject, room: int | None) -> bool:
    """Whether visits noted since the draw have used the room that the member had then."""
    if room is None:
        return False
    since = Inspection.objects.used(plan.year.year).filter(subject=subject, pk__gt=_last_of_draw(plan)).count()
    return since >= room


def _last_of_draw(plan: InspectionPlan) -> int:
    return int(plan.visits.filter(replaces__isnull=True).order_by("-pk").values_list("pk", flat=True)[0])


def _stand_in(
    plan: InspectionPlan, visit: Inspection, successor: Inspection, actor: Account | None, on: date
) -> None:  # fmt: skip
    successor.save_by(actor, reason="inspection.replace")
    staff = _free(plan, on, {successor.key: successor.subject_id})
    drawn = draw.Drawn(successor.key, successor.stratum, successor.place or 0)
    (pair,) = draw.assign([drawn], staff, plan.seed, each=plan.each, per_department=True)
    if len(pair.inspectors) < plan.each * len(departments_of(plan)):
        raise RuleRefused(
            "inspectors-too-few", f"递补的{successor.subject.name}配不齐检查人员，没有更换。请先补充检查人员名录。"
        )
    for key in pair.inspectors:
        person = Inspector.objects.get(public_id=key)
        InspectionTeam(visit=successor, inspector=person, joined_on=on).save_by(actor, reason="inspection.replace")


def _free(plan: InspectionPlan, on: date, subjects: dict[str, int]) -> list[draw.Inspector]:
    """Return today's staff with what is left of each one's workload in this plan."""
    load = Counter(
        str(key)
        for key in InspectionTeam.objects.filter(visit__plan=plan, left_on__isnull=True)
        .exclude(visit__state=REPLACED)
        .values_list("inspector__public_id", flat=True)
    )
    return [
        draw.Inspector(each.key, max(0, each.most - load[each.key]), each.conflicts, each.department)
        for each in inspectors_of(plan, on, subjects=subjects)
    ]
