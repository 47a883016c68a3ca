"""Random inspections before the officers: plans, their draw, the drawn list, visits, the population to redraw from."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from incentives.forms.inspections import PlanFilterForm, PlanForm, VisitFilterForm
from incentives.models import Inspection, InspectionPlan, InspectionYear
from incentives.rules import inspections as rules
from incentives.selectors import inspections as selectors
from incentives.selectors.inspection_population import departments_of, population_of, strata_on
from incentives.selectors.inspection_redraw import redraw
from incentives.selectors.inspection_years import cost_in, estimate_of, workdays_of, years_of
from incentives.selectors.tiers import tiers_are_stale
from incentives.services.inspection_plans import plan_draft, plan_update
from incentives.services.inspection_results import visits_publish
from registry import clock
from registry.models import Subject
from registry.rules.sectors import SECTORS
from registry.services import authz
from registry.services.evidence import attachment_download_log
from registry.views.addresses import request_address
from registry.views.evidence import file_response
from registry.views.guards import actor_of, attempt, form_attempt, permission, version_of
from registry.views.paging import page_of

PAGES = "incentives/inspections"
MOST_PUBLISHED = 200


def plan_or_404(request: HttpRequest, public_id: UUID) -> InspectionPlan:
    """Return a plan that the account may see, else answer 404."""
    found: InspectionPlan = get_object_or_404(
        selectors.plans_visible_to(actor_of(request), clock.today()), public_id=public_id
    )
    return found


def visit_or_404(request: HttpRequest, public_id: UUID) -> Inspection:
    """Return a visit of a plan that the account may see, else answer 404."""
    found: Inspection = get_object_or_404(
        selectors.visits_visible_to(actor_of(request), clock.today()), public_id=public_id
    )
    return found


@permission("inspection.view")
def plan_index(request: HttpRequest) -> HttpResponse:
    """List plans by year, state and department."""
    today = clock.today()
    form = PlanFilterForm(request.GET)
    chosen: dict[str, Any] = form.cleaned_data if form.is_valid() else {}
    found = selectors.plan_list(
        actor_of(request), today, year=chosen.get("year"), state=chosen.get("state") or "",
        department=chosen.get("department"),
    )  # fmt: skip
    page = page_of(request, found)
    context = {"form": form, "page": page, "rows": selectors.plan_rows(page, today)}
    return render(request, f"{PAGES}/list.html", context)


@permission("inspection.view")
def plan_page(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Show one plan: what it inspects, what the draw rests on, the drawn list, and what the officer may do."""
    plan, today, actor = plan_or_404(request, public_id), clock.today(), actor_of(request)
    ours = actor.department_id == plan.department_id
    steps = [
        step
        for step in rules.next_steps(rules.PLAN_STEPS, plan.state)
        if ours and authz.may(actor, step.permission, today)
    ]
    form = VisitFilterForm(request.GET)
    state = form.cleaned_data["state"] if form.is_valid() else ""
    page = page_of(request, selectors.plan_visits(plan, state))
    context = {
        "plan": plan,
        "steps": steps,
        "scope": _scope(plan),
        "strata": _strata(plan),
        "departments": departments_of(plan),
        "form": form,
        "page": page,
        "rows": selectors.visit_rows(list(page), today),
        "counts": selectors.with_counts(InspectionPlan.objects.filter(pk=plan.pk)).get(),
        "events": selectors.events_of(plan),
        "is_revealed": selectors.is_revealed(plan, today),
        "may_publish": ours and authz.may(actor, "inspection.publish", today),
        "may_check": authz.may(actor, "inspection.population", today),
    }
    return render(request, f"{PAGES}/plan.html", context)


def _scope(plan: InspectionPlan) -> list[tuple[str, str]]:
    """Return the filters in words; an empty one says that it does not narrow."""
    categories, risks = dict(Subject.Category.choices), dict(Subject.Risk.choices)
    return [
        ("主体类别", "、".join(str(categories.get(each, each)) for each in plan.categories) or "不限"),
        ("行业领域", "、".join(SECTORS.get(each, each) for each in plan.sectors) or "不限"),
        ("风险等级", "、".join(str(risks.get(each, each)) for each in plan.risks) or "不限"),
        ("行业名称包含", plan.industry or "不限"),
    ]


def _strata(plan: InspectionPlan) -> list[dict[str, Any]]:
    return [
        {
            "label": label, "percent": percent, "size": plan.sizes.get(code), "quota": plan.quotas.get(code),
            "short": plan.short.get(code),
        }
        for code, label, percent in plan.shares
    ]  # fmt: skip


@permission("inspection.plan")
def plan_new(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Draft a plan within a year of the officer's department."""
    year = get_object_or_404(InspectionYear.objects.select_related("department"), public_id=public_id)
    today = clock.today()
    form = PlanForm(request.POST or None, matters=selectors.matters_on(today), strata=strata_on(today))
    made: list[InspectionPlan] = []
    if request.method == "POST" and form.is_valid():

        def act() -> None:
            made.append(plan_draft(year_id=year.pk, content=form.content(), actor=actor_of(request), on=today))

        if form_attempt(request, form, act, done="计划已登记，待批准。"):
            return redirect("inspections:plan", made[0].public_id)
    context = {"form": form, "heading": f"编制抽查计划：{year}", "submit": "保存", "cancel": "inspections:list"}
    return render(request, f"{PAGES}/form.html", context, status=422 if form.errors else 200)


@permission("inspection.plan")
def plan_edit(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Change a plan that is not approved yet."""
    plan, today = plan_or_404(request, public_id), clock.today()
    form = PlanForm(
        request.POST or None, initial=PlanForm.initial_of(plan), matters=selectors.matters_on(today),
        strata=strata_on(today),
    )  # fmt: skip
    if request.method == "POST" and form.is_valid():

        def act() -> None:
            plan_update(
                plan_id=plan.pk, content=form.content(), actor=actor_of(request), on=today, version=version_of(request)
            )

        if form_attempt(request, form, act, done="计划已修改。"):
            return redirect("inspections:plan", plan.public_id)
    context = {
        "form": form, "heading": f"修改抽查计划：{plan.title}", "submit": "保存", "object": plan,
        "cancel": "inspections:list",
    }  # fmt: skip
    return render(request, f"{PAGES}/form.html", context, status=422 if form.errors else 200)


@permission("inspection.population")
@require_GET
def plan_estimate(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Show whom the plan would reach today, stratum by stratum, and what that takes of each department's year."""
    plan = plan_or_404(request, public_id)
    try:
        estimate = estimate_of(plan, population_of(plan, clock.today()))
    except ValueError:
        estimate = None
    strata = [
        {"label": label, "percent": percent, "size": estimate.sizes.get(code, 0), "quota": estimate.quotas.get(code, 0)}
        for code, label, percent in plan.shares
    ] if estimate is not None else []  # fmt: skip
    counted = plan.expected or 0 if plan.state in (rules.APPROVED, rules.DRAWN) else 0
    years = [
        {
            "year": year, "workdays": workdays_of(year),
            "cost": cost_in(year, plan.each, max(0, estimate.visits - counted)),
        }
        for year in years_of(plan)
    ] if estimate is not None else []  # fmt: skip
    context = {
        "plan": plan, "estimate": estimate, "strata": strata, "years": years,
        "is_stale": tiers_are_stale(clock.today()),
    }  # fmt: skip
    return render(request, f"{PAGES}/estimate.html", context)


@permission("inspection.population")
@require_GET
def plan_redraw(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Repeat the draw and show whether it gives the list that is kept."""
    plan = plan_or_404(request, public_id)
    if plan.state != rules.DRAWN:
        raise Http404("该计划还没有抽取。")
    return render(request, f"{PAGES}/redraw.html", {"plan": plan, "found": redraw(plan)})


@permission("inspection.population")
@require_GET
def plan_population(request: HttpRequest, public_id: UUID) -> HttpResponseBase:
    """Send the population that was drawn from, logged; its SHA-256 is the published hash."""
    plan = plan_or_404(request, public_id)
    if plan.population is None:
        raise Http404("该计划还没有抽取。")
    attachment_download_log(
        attachment=plan.population, address=request_address(request), actor=actor_of(request), on=clock.today(),
        permission="inspection.population",
    )  # fmt: skip
    return file_response(plan.population)


@permission("inspection.publish")
@require_POST
def results_publish(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Make the chosen results of a plan public, all or none."""
    plan = plan_or_404(request, public_id)
    chosen = [text for text in request.POST.getlist("chosen") if text.isascii() and text.isdigit() and len(text) < 19]
    visits = list(plan.visits.filter(pk__in=chosen[:MOST_PUBLISHED]).values_list("pk", flat=True))

    def act() -> None:
        visits_publish(visit_ids=visits, actor=actor_of(request), on=clock.today())

    attempt(request, act, done=f"已公开{len(visits)}户的检查结果。" if visits else "没有选择检查结果，没有变化。")
    return redirect("inspections:plan", public_id)


@permission("inspection.view")
def visit_page(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Show one visit with its team, result and timeline, and what the officer may do."""
    visit, today, actor = visit_or_404(request, public_id), clock.today(), actor_of(request)
    ours = actor.department_id == visit.department_id
    steps = [
        step
        for step in rules.next_steps(rules.VISIT_STEPS, visit.state)
        if ours and authz.may(actor, step.permission, today)
    ]
    (row,) = selectors.visit_rows([visit], today)
    context = {
        "visit": visit,
        "row": row,
        "steps": steps,
        "successor": getattr(visit, "successor", None),
        "events": selectors.events_of(visit),
        "conflicts": selectors.conflicts_of(visit, today) if row.conflicts else [],
    }
    return render(request, f"{PAGES}/visit.html", context)
