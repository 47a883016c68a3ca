"""The registers of random inspections before the officers: years, matters, inspectors, visits from other sources."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django import forms as django_forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from incentives.forms import inspections as forms
from incentives.models import InspectionMatter, InspectionYear, Inspector, InspectorConflict
from incentives.selectors import inspections as selectors
from incentives.selectors.inspection_population import cap_state
from incentives.selectors.inspection_years import is_provisional, workdays_of
from incentives.services import inspection_registers, inspection_results, inspection_years
from incentives.views.inspections import PAGES
from registry import clock
from registry.models import Subject
from registry.selectors.subjects import subjects_visible_to
from registry.services import authz
from registry.views.guards import actor_of, attempt, form_attempt, permission, version_of
from registry.views.paging import page_of


@permission("inspection.view")
def year_index(request: HttpRequest) -> HttpResponse:
    """List the departments' years."""
    page = page_of(request, selectors.years_listed())
    may_set = authz.may(actor_of(request), "inspection.plan", clock.today())
    return render(request, f"{PAGES}/years.html", {"page": page, "may_set": may_set})


@permission("inspection.view")
def year_page(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Show a year: the arithmetic of its working days, its plans, and what the officer may do."""
    year = get_object_or_404(selectors.years_listed(), public_id=public_id)
    actor, today = actor_of(request), clock.today()
    ours = actor.department_id == year.department_id
    plans = page_of(request, selectors.plan_list(actor, today, year=year.year, department=year.department))
    is_drafted = year.state == InspectionYear.State.DRAFTED
    context = {
        "year": year,
        "workdays": workdays_of(year),
        "is_provisional": is_provisional(year),
        "page": plans,
        "rows": selectors.plan_rows(plans, today),
        "events": selectors.events_of(year),
        "may_set": ours and is_drafted and authz.may(actor, "inspection.plan", today),
        "may_plan": ours and authz.may(actor, "inspection.plan", today),
        "may_approve": ours and authz.may(actor, "inspection.approve", today),
    }
    return render(request, f"{PAGES}/year.html", context)


@permission("inspection.plan")
def year_edit(request: HttpRequest) -> HttpResponse:
    """Make the year of the officer's own department, or change it while it is not approved."""
    today, actor = clock.today(), actor_of(request)
    asked = request.GET.get("year", "")
    number = int(asked) if asked.isascii() and asked.isdigit() and len(asked) == 4 else today.year
    found = InspectionYear.objects.filter(department=actor.department_id, year=number).first()
    names = ("year", "people", "other_days", "idle_days", "visit_days", "note")
    initial = {name: getattr(found, name) for name in names} if found is not None else {"year": number}
    form = forms.YearForm(request.POST or None, initial=initial)
    made: list[InspectionYear] = []

    def act() -> None:
        made.append(
            inspection_years.year_set(
                year=form.cleaned_data["year"], figures=form.figures(), actor=actor, on=today,
                version=version_of(request),
            )
        )  # fmt: skip

    if (
        request.method == "POST"
        and form.is_valid()
        and form_attempt(request, form, act, done="年度安排已保存，待批准。")
    ):
        return redirect("inspections:year", made[0].public_id)
    return _form_page(request, form, "编制年度检查安排", "inspections:year-list", obj=found)


@permission("inspection.view")
def matter_index(request: HttpRequest) -> HttpResponse:
    """List the matters of all departments."""
    actor, today = actor_of(request), clock.today()
    context = {
        "page": page_of(request, selectors.matters_listed()),
        "may_edit": authz.may(actor, "inspection.staff", today),
        "own": actor.department_id,
    }
    return render(request, f"{PAGES}/matters.html", context)


@permission("inspection.staff")
def matter_new(request: HttpRequest) -> HttpResponse:
    """Put a matter on the list of the officer's department."""
    form = forms.MatterForm(request.POST or None)
    return _made(
        request, form, lambda: inspection_registers.matter_add(**form.cleaned_data, **_common(request)),
        heading="增加抽查事项", done="抽查事项已登记。", back="inspections:matter-list",
    )  # fmt: skip


@permission("inspection.staff")
@require_POST
def matter_stop(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Take a matter off the list."""
    matter = get_object_or_404(InspectionMatter, public_id=public_id)

    def act() -> None:
        inspection_registers.matter_end(matter_id=matter.pk, version=version_of(request), **_common(request))

    attempt(request, act, done="抽查事项已移出清单；已编制的计划不受影响。")
    return redirect("inspections:matter-list")


@permission("inspection.view")
def inspector_index(request: HttpRequest) -> HttpResponse:
    """List the register of inspectors."""
    today = clock.today()
    context = {
        "page": page_of(request, selectors.inspectors_listed()),
        "may_edit": authz.may(actor_of(request), "inspection.staff", today),
    }
    return render(request, f"{PAGES}/inspectors.html", context)


@permission("inspection.view")
def inspector_page(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Show an inspector with the conflicts registered, and register another one."""
    inspector = get_object_or_404(selectors.inspectors_listed(), public_id=public_id)
    actor, today = actor_of(request), clock.today()
    ours = actor.department_id == inspector.department_id and authz.may(actor, "inspection.staff", today)
    form = forms.ConflictForm(request.POST or None)
    if request.method == "POST" and form.is_valid():

        def act() -> None:
            subject: Any = form.subject
            given = {name: form.cleaned_data[name] for name in ("kind", "note")}
            inspection_registers.conflict_add(
                inspector_id=inspector.pk, subject_id=subject.pk, **given, **_common(request)
            )

        if form_attempt(request, form, act, done="回避情形已登记，以后的抽取不会安排该人员检查该单位。"):
            return redirect("inspections:inspector", public_id)
    context = {
        "inspector": inspector,
        "conflicts": selectors.inspector_conflicts(inspector),
        "form": form if ours else None,
        "ours": ours,
        "events": selectors.events_of(inspector),
    }
    return render(request, f"{PAGES}/inspector.html", context, status=422 if form.errors else 200)


@permission("inspection.staff")
def inspector_new(request: HttpRequest) -> HttpResponse:
    """Put an inspector of the officer's department into the register."""
    form = forms.InspectorForm(request.POST or None)
    return _made(
        request, form, lambda: inspection_registers.inspector_add(**form.cleaned_data, **_common(request)),
        heading="登记检查人员", done="检查人员已登记。", back="inspections:inspector-list",
    )  # fmt: skip


@permission("inspection.staff")
@require_POST
def inspector_stop(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Take an inspector out of the register."""
    inspector = get_object_or_404(Inspector, public_id=public_id)

    def act() -> None:
        inspection_registers.inspector_end(inspector_id=inspector.pk, version=version_of(request), **_common(request))

    attempt(request, act, done="该人员已退出名录；已抽取的检查不受影响。")
    return redirect("inspections:inspector", public_id)


@permission("inspection.staff")
@require_POST
def conflict_stop(request: HttpRequest, conflict_id: int) -> HttpResponse:
    """End a conflict that exists no longer."""
    row = get_object_or_404(InspectorConflict.objects.select_related("inspector"), pk=conflict_id)

    def act() -> None:
        inspection_registers.conflict_end(conflict_id=row.pk, **_common(request))

    attempt(request, act, done="回避情形已终止。")
    return redirect("inspections:inspector", row.inspector.public_id)


@permission("inspection.record")
def other_new(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Note an inspection that no plan drew."""
    today = clock.today()
    subject: Subject = get_object_or_404(subjects_visible_to(actor_of(request), today), public_id=public_id)
    form = forms.OtherForm(request.POST or None, initial={"inspected_on": today})
    if request.method == "POST" and form.is_valid():

        def act() -> None:
            inspection_results.other_note(subject_id=subject.pk, **form.cleaned_data, **_common(request))

        if form_attempt(request, form, act, done="检查已登记。"):
            return redirect("registry:subject-detail", public_id)
    context = {"subject": subject, "form": form, "cap": cap_state(subject, today.year, today), "year": today.year}
    return render(request, f"{PAGES}/other.html", context, status=422 if form.errors else 200)


def _common(request: HttpRequest) -> dict[str, Any]:
    return {"actor": actor_of(request), "on": clock.today()}


def _made(
    request: HttpRequest, form: django_forms.Form, act: Callable[[], Any], *, heading: str, done: str, back: str
) -> HttpResponse:
    if request.method == "POST" and form.is_valid() and form_attempt(request, form, act, done=done):
        return redirect(back)
    return _form_page(request, form, heading, back)


def _form_page(
    request: HttpRequest, form: django_forms.Form, heading: str, back: str, *, obj: InspectionYear | None = None
) -> HttpResponse:
    context = {"form": form, "heading": heading, "submit": "保存", "cancel": back, "object": obj}
    return render(request, f"{PAGES}/form.html", context, status=422 if form.errors else 200)
