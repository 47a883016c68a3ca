"""Departments, for administrators."""

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from registry import clock
from registry.forms.accounts import DepartmentForm, DepartmentOpenForm
from registry.models import Department
from registry.services import departments
from registry.views.guards import actor_of, form_attempt, permission, version_of

PAGES = "registry/administration"


@permission("account.manage")
def department_index(request: HttpRequest) -> HttpResponse:
    """List departments with their accounts in use."""
    found = Department.objects.annotate(active_accounts=Count("accounts", filter=Q(accounts__is_active=True)))
    return render(request, f"{PAGES}/departments.html", {"departments": found.order_by("-is_active", "code")})


@permission("account.manage")
def department_new(request: HttpRequest) -> HttpResponse:
    """Enter a department."""
    form = DepartmentOpenForm(request.POST or None)
    if request.method == "POST" and form.is_valid():

        def act() -> None:
            departments.department_open(
                code=form.cleaned_data["code"], facts=form.facts(), actor=actor_of(request), on=clock.today()
            )

        if form_attempt(request, form, act, done="部门已新增。"):
            return redirect("registry:department-list")
    return render(request, f"{PAGES}/department_form.html", {"form": form})


@permission("account.manage")
def department_change(request: HttpRequest, department_id: int) -> HttpResponse:
    """Correct a department, or shut it."""
    department = get_object_or_404(Department, pk=department_id)
    names = ("name", "short_name", "kind", "uscc", "contact", "is_active")
    form = DepartmentForm(request.POST or None, initial={name: getattr(department, name) for name in names})
    if request.method == "POST" and form.is_valid():

        def act() -> None:
            departments.department_change(
                department_id=department_id, facts=form.facts(), version=version_of(request),
                actor=actor_of(request), on=clock.today(),
            )  # fmt: skip

        if form_attempt(request, form, act, done="部门信息已修改。"):
            return redirect("registry:department-list")
    return render(request, f"{PAGES}/department_form.html", {"form": form, "department": department})
