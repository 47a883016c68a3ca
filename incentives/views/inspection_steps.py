"""The page of each step of a plan, a visit or a year: what it means, its form, its one service."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from django import forms as django_forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from incentives.forms import inspections as forms
from incentives.models import Inspection, InspectionPlan, InspectionYear
from incentives.rules import inspections as rules
from incentives.services import inspection_draws, inspection_plans, inspection_results, inspection_years
from incentives.views.inspections import PAGES, plan_or_404, visit_or_404
from registry import clock
from registry.base.errors import DomainError
from registry.rules import access
from registry.services import authz
from registry.views.guards import actor_of, permission, version_of

# Given the valid form and the common arguments (actor, on, version and the object's id): call the step's service.
Act = Callable[..., Any]


@dataclass(frozen=True)
class StepPage:
    """How a step is offered: its form, its service, what it leads to, and whether that cannot be undone."""

    act: Act
    consequence: str
    form: type[django_forms.Form] = forms.EmptyForm
    danger: bool = False


PLAN: Final[dict[str, StepPage]] = {
    "approve": StepPage(
        lambda form, **common: inspection_plans.plan_approve(**common),
        "系统随即生成种子并加密保存，种子的哈希值立即公开，此后计划不能再改。您不能再办理本计划的抽取。",
    ),
    "draw": StepPage(
        lambda form, **common: inspection_draws.plan_draw(at=clock.now(), **common),
        "按今日的主体范围、信用等级和检查上限抽取检查对象和检查人员，只抽一次。名单由已公布哈希的种子决定，可以重抽核验；"
        "更换任何一户或者一名人员都须写明理由并留痕。",
        danger=True,
    ),
    "cancel": StepPage(
        lambda form, **common: inspection_plans.plan_cancel(reason=form.cleaned_data["reason"], **common),
        "计划不再抽取；已经批准的，公开页面上继续显示计划、种子哈希和取消的理由。",
        forms.ReasonForm,
    ),
}
VISIT: Final[dict[str, StepPage]] = {
    "record": StepPage(
        lambda form, **common: inspection_results.visit_record(outcome=form.outcome(), **common),
        "登记后由公示人员公开结果。发现问题的，同时生成一条“检查结果”信用记录草稿，由人员核对后确认或者作废，不会自动生效。",
        forms.ResultForm,
    ),
    "publish": StepPage(
        lambda form, **common: inspection_results.visit_publish(**common),
        "结果和情况说明向社会公开，并通知该单位；公开期满自动不再显示。",
    ),
    "correct": StepPage(
        lambda form, **common: inspection_results.visit_correct(
            outcome=form.outcome(), reason=form.cleaned_data["reason"], **common
        ),
        "原结果撤下，原结果形成的记录草稿作废；新的结果须重新公开。更正的理由留痕，已公开过的通知该单位。",
        forms.CorrectionForm,
    ),
    "replace": StepPage(
        lambda form, **common: inspection_draws.visit_replace(reason=form.cleaned_data["reason"], **common),
        "该户退出本次抽查，由同层抽取顺序的下一户递补，检查人员同时抽取。更换和理由留痕，名单公开后一并公开。",
        forms.ReasonForm,
    ),
    "withdraw": StepPage(
        lambda form, **common: inspection_draws.inspector_withdraw(
            inspector_id=int(form.cleaned_data["inspector"]), reason=form.cleaned_data["reason"], **common
        ),
        "该人员退出对这一户的检查，由同部门其他人员按同一种子抽取接替。请同时在检查人员名录中登记回避情形。",
        forms.WithdrawForm,
    ),
}
YEAR: Final[dict[str, tuple[str, StepPage]]] = {
    "approve": (
        "批准",
        StepPage(
            lambda form, **common: inspection_years.year_approve(**common),
            "批准后方可批准本年度的抽查计划，测算数字不能再改。",
        ),
    ),
    "reopen": (
        "退回修改",
        StepPage(
            lambda form, **common: inspection_years.year_reopen(reason=form.cleaned_data["reason"], **common),
            "退回后可以修改测算数字；已经批准的抽查计划不受影响，继续计算用时。",
            forms.ReasonForm,
        ),
    ),
}


@permission("inspection.view")
def plan_step(request: HttpRequest, public_id: UUID, step: str) -> HttpResponse:
    """Show the page of one step of a plan, or carry it out; the step's own right is asked by its service."""
    page = PLAN.get(step)
    if page is None:
        raise Http404("没有这个步骤。")
    plan = plan_or_404(request, public_id)
    shown = _Shown(plan, rules.PLAN_STEPS[step].label, page, f"{plan}", ("inspections:plan", plan.public_id))
    why_not = rules.refusal_of(rules.PLAN_STEPS, rules.PLAN_LABELS, plan.state, step)
    why_not = why_not or _why_not(request, plan, rules.PLAN_STEPS[step].permission)
    form = page.form(request.POST if request.method == "POST" else None)
    return _step(request, shown, form, why_not, {"plan_id": plan.pk})


@permission("inspection.view")
def visit_step(request: HttpRequest, public_id: UUID, step: str) -> HttpResponse:
    """Show the page of one step of a visit, or carry it out."""
    page = VISIT.get(step)
    if page is None:
        raise Http404("没有这个步骤。")
    visit = visit_or_404(request, public_id)
    where = f"{visit.subject.name} · {visit.plan}"
    shown = _Shown(visit, rules.VISIT_STEPS[step].label, page, where, ("inspections:visit", visit.public_id))
    why_not = rules.refusal_of(rules.VISIT_STEPS, rules.VISIT_LABELS, visit.state, step)
    why_not = why_not or _why_not(request, visit, rules.VISIT_STEPS[step].permission)
    given: dict[str, Any] = {}
    if page.form is forms.WithdrawForm:
        given["team"] = [each for each in visit.team.all() if each.left_on is None]
    if page.form is forms.CorrectionForm:
        given["initial"] = {name: getattr(visit, name) for name in ("inspected_on", "result", "summary")}
    form = page.form(request.POST if request.method == "POST" else None, **given)
    return _step(request, shown, form, why_not, {"visit_id": visit.pk})


@permission("inspection.view")
def year_step(request: HttpRequest, public_id: UUID, step: str) -> HttpResponse:
    """Show the page of one step of a department's year, or carry it out."""
    if step not in YEAR:
        raise Http404("没有这个步骤。")
    label, page = YEAR[step]
    year = get_object_or_404(InspectionYear.objects.select_related("department"), public_id=public_id)
    shown = _Shown(year, label, page, f"{year}检查安排", ("inspections:year", year.public_id))
    form = page.form(request.POST if request.method == "POST" else None)
    return _step(request, shown, form, _why_not(request, year, "inspection.approve"), {"year_id": year.pk})


@dataclass(frozen=True)
class _Shown:
    """What a step's page is about and where it leads back to."""

    obj: InspectionPlan | Inspection | InspectionYear
    label: str
    page: StepPage
    where: str
    back: tuple[str, UUID]


def _step(
    request: HttpRequest, shown: _Shown, form: django_forms.Form, why_not: str, ids: dict[str, int]
) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        try:
            shown.page.act(form, actor=actor_of(request), on=clock.today(), version=version_of(request), **ids)
        except DomainError as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        else:
            messages.success(request, "已办理。")
            return redirect(*shown.back)
    context = {"shown": shown, "form": form, "why_not": why_not}
    return render(request, f"{PAGES}/step.html", context, status=422 if form.errors else 200)


def _why_not(request: HttpRequest, obj: InspectionPlan | Inspection | InspectionYear, right: str) -> str:
    """Return why the officer cannot take a step of `right`, empty when nothing but its service may refuse it."""
    if not authz.may(actor_of(request), right, clock.today()):
        return f"您没有办理这一步的权限。可以办理的角色是：{access.roles_labels(right)}。"
    if actor_of(request).department_id != obj.department_id:
        return f"由{obj.department.name}办理，其他部门不能办理。请转告该部门。"
    return ""
