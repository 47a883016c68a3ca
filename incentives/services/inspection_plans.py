"""Plans of random inspections: drafted, changed, approved with the seed's digest made public, cancelled."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from incentives.models import InspectionMatter, InspectionPlan, InspectionYear, PlanMatter
from incentives.rules import draw
from incentives.rules.inspection_county import county_inspections
from incentives.rules.inspections import APPROVED, CANCELLED
from incentives.selectors.inspection_population import Population, departments_of, population_of, staff_of, strata_on
from incentives.selectors.inspection_years import Estimate, cost_in, estimate_of, workdays_of, years_of
from incentives.services.inspection_steps import department_require, plan_begin, plan_lock
from registry.base.errors import InvalidInput, NotAllowed, RuleRefused
from registry.base.personal_data import text_seal
from registry.models import Account
from registry.services import authz
from registry.services.events import event_record
from registry.services.numbers import number_next
from sanctions.services.case_documents import number_word

SEED_BYTES = 32


@dataclass(frozen=True)
class PlanContent:
    """What a plan says. `matters`: ids; `shares`: percent by stratum; `total`: how many in all, None for the plain
    percentages; `each`: inspectors a department sends; `most`: visits of this plan that one inspector takes on;
    empty filters mean everybody."""

    title: str
    matters: Sequence[int]
    starts_on: date
    ends_on: date
    reveal_on: date
    shares: dict[str, int]
    most: int
    total: int | None = None
    each: int = 2
    categories: Sequence[str] = ()
    sectors: Sequence[str] = ()
    risks: Sequence[str] = ()
    industry: str = ""
    qualification: str = ""


@transaction.atomic
def plan_draft(*, year_id: int, content: PlanContent, actor: Account | None, on: date) -> InspectionPlan:
    """Draft a plan within a department's year. Raises NotAllowed, InvalidInput naming the field."""
    year = InspectionYear.objects.select_for_update(of=("self",)).select_related("department").get(pk=year_id)
    authz.require(actor, "inspection.plan", on=on)
    department_require(actor, year.department)
    plan = InspectionPlan(
        number=number_next(
            kind="inspection-plan", prefix=number_word(year.department, "抽查"), department=year.department,
            year=year.year,
        ),
        year=year, department=year.department, made_by=actor,
    )  # fmt: skip
    _write(plan, content, actor, on, reason="inspection-plan.draft")
    event_record("inspection-plan.drafted", f"编制抽查计划{plan}", obj=plan, actor=actor, on=on)
    return plan


@transaction.atomic
def plan_update(
    *, plan_id: int, content: PlanContent, actor: Account | None, on: date, version: int | None = None
) -> InspectionPlan:
    """Change a plan that is not approved yet."""
    plan = plan_lock(plan_id)
    plan_begin(plan, "update", actor=actor, on=on, version=version)
    _write(plan, content, actor, on, reason="inspection-plan.update")
    event_record("inspection-plan.updated", f"修改抽查计划{plan}", obj=plan, actor=actor, on=on)
    return plan


@transaction.atomic
def plan_approve(*, plan_id: int, actor: Account | None, on: date, version: int | None = None) -> InspectionPlan:
    """Approve a plan and bind its draw: the seed is made now, its SHA-256 is public at once, itself sealed.

    By another officer than who drafted it. Raises TransitionRefused, NotAllowed, RuleRefused (year not approved, nobody
    to draw, working days or inspectors do not suffice).
    """
    plan = plan_lock(plan_id)
    plan_begin(plan, "approve", actor=actor, on=on, version=version)
    if actor is not None and actor.pk == plan.made_by_id:
        raise NotAllowed("same-as-maker", "编制人不能批准自己的计划，请由另一名审批人员办理。")
    if plan.year.state != InspectionYear.State.APPROVED:
        raise RuleRefused("year-not-approved", f"{plan.year}检查安排还没有批准，请先批准年度安排。")
    if plan.ends_on <= on:
        raise RuleRefused("plan-too-late", f"检查期间至{plan.ends_on}，今天批准已来不及抽取和检查，请先修改期间。")
    estimate = estimated(plan, population_of(plan, on))
    workdays_check(plan, estimate.visits)
    staff_check(plan, estimate.visits, on)
    seed = secrets.token_hex(SEED_BYTES)
    plan.seed_hash, plan.seed_sealed, plan.algorithm = draw.commitment_of(seed), text_seal(seed), draw.VERSION
    plan.state, plan.approved_on, plan.approved_by, plan.expected = APPROVED, on, actor, estimate.visits
    plan.save_by(actor, reason="inspection-plan.approve")
    event_record(
        "inspection-plan.approved", f"批准抽查计划{plan}，公布种子哈希{plan.seed_hash}", obj=plan, actor=actor, on=on,
        payload={"seed_hash": plan.seed_hash, "algorithm": plan.algorithm, "expected": plan.expected},
    )  # fmt: skip
    return plan


@transaction.atomic
def plan_cancel(
    *, plan_id: int, reason: str, actor: Account | None, on: date, version: int | None = None
) -> InspectionPlan:
    """Give a plan up before its draw. It stays on the record and, once approved, public with its reason; its seed is
    never opened and serves no other plan."""
    plan = plan_lock(plan_id)
    plan_begin(plan, "cancel", actor=actor, on=on, version=version, reason=reason)
    plan.state, plan.cancel_reason = CANCELLED, reason.strip()[:1000]
    plan.save_by(actor, reason="inspection-plan.cancel")
    event_record(
        "inspection-plan.cancelled", f"取消抽查计划{plan}：{plan.cancel_reason[:400]}", obj=plan, actor=actor, on=on
    )  # fmt: skip
    return plan


def estimated(plan: InspectionPlan, population: Population) -> Estimate:
    """Return what the plan draws of the population. Raises RuleRefused when that is nobody."""
    try:
        estimate = estimate_of(plan, population)
    except ValueError:
        estimate = None
    if estimate is None or not estimate.visits:
        raise RuleRefused(
            "nobody-to-draw", "按目前的范围和比例，没有任何主体会被抽中。请扩大范围，或者提高相应层的比例。"
        )
    return estimate


def workdays_check(plan: InspectionPlan, visits: int) -> None:
    """Raise RuleRefused when the visits take more person-days than a department's year has left."""
    for year in years_of(plan):
        cost, left = cost_in(year, plan.each, visits), workdays_of(year).left
        if cost > left:
            raise RuleRefused(
                "workdays-exceeded",
                f"本计划预计检查{visits}户，需{year.department.short_name}{cost}人·日，"
                f"而{year.year}年度监督检查工作日只剩{left}人·日。请降低比例，或者先调整年度安排。",
            )


def staff_check(plan: InspectionPlan, visits: int, on: date) -> None:
    """Raise RuleRefused when a department has too few inspectors for so many visits, before any conflict."""
    able = [each.department_id for each in staff_of(plan, on)]
    for department in departments_of(plan):
        number = able.count(department.pk)
        if number < plan.each or number * plan.most < visits * plan.each:
            raise RuleRefused(
                "inspectors-too-few",
                f"{department.short_name}在整个检查期间持证且符合专业要求的检查人员有{number}人，每人至多{plan.most}户，"
                f"不够{visits}户、每户{plan.each}人。请补充检查人员名录，或者提高每人户数、降低抽取比例。",
            )


def _write(plan: InspectionPlan, content: PlanContent, actor: Account | None, on: date, *, reason: str) -> None:
    matters = _checked(plan, content, on)
    labels = {each.code: each.label for each in strata_on(on)}
    plan.title, plan.industry = content.title.strip()[:120], content.industry.strip()[:60]
    plan.starts_on, plan.ends_on, plan.reveal_on = content.starts_on, content.ends_on, content.reveal_on
    plan.categories, plan.sectors, plan.risks = list(content.categories), list(content.sectors), list(content.risks)
    plan.shares = [[code, labels.get(code, code), percent] for code, percent in content.shares.items()]
    plan.total, plan.each, plan.most = content.total, content.each, content.most
    plan.qualification = content.qualification
    plan.save_by(actor, reason=reason)
    kept = {each.matter_id: each for each in plan.matters.all()}
    for matter_id, row in kept.items():
        if matter_id not in content.matters:
            row._history_user = actor
            row.delete()
    for matter in matters:
        if matter.pk not in kept:
            PlanMatter(plan=plan, matter=matter).save_by(actor, reason=reason)


def _checked(plan: InspectionPlan, content: PlanContent, on: date) -> list[InspectionMatter]:
    """Return the matters; raise InvalidInput for what cannot be planned."""
    year, least = plan.year.year, county_inspections().team.people
    matters = list(InspectionMatter.objects.on(on).filter(pk__in=content.matters))
    rules: list[tuple[bool, str, str, str]] = [
        (not content.title.strip(), "title", "missing", "请填写计划名称。"),
        (len(matters) != len(set(content.matters)) or not matters, "matters", "missing",
         "请从现行的抽查事项清单中至少选择一项；清单之外的事项不能抽查。"),
        (not any(each.department_id == plan.department_id for each in matters), "matters", "other-department",
         f"至少有一项须属于{plan.department.short_name}的抽查事项。"),
        (content.starts_on > content.ends_on, "ends_on", "before-start",
         f"检查期间的末日{content.ends_on}早于首日{content.starts_on}，请核对。"),
        (content.starts_on.year != year or content.ends_on.year != year, "starts_on", "other-year",
         f"检查期间须在{year}年之内，跨年的请分年编制。"),
        (not content.starts_on <= content.reveal_on <= content.ends_on, "reveal_on", "outside",
         f"名单公开日{content.reveal_on}须在检查期间{content.starts_on}至{content.ends_on}之内。"),
        (not any(content.shares.values()), "total", "no-share", "至少有一层的比例须大于0。"),
        (any(not 0 <= percent <= 100 for percent in content.shares.values()), "total", "share-wrong",
         "各层比例须在0至100之间。"),
        (content.total is not None and content.total < 1, "total", "none", "抽取总数至少为1；不限总数的请留空。"),
        (content.each < least, "each", "too-few", f"每次检查的执法人员不得少于{least}人（行政处罚法第四十二条）。"),
        (content.most < 1, "most", "none", "每人最多检查户数至少为1。"),
    ]  # fmt: skip
    for is_wrong, field, code, message in rules:
        if is_wrong:
            raise InvalidInput(f"{field}-{code}", message, field=field)
    return matters
