"""Role holders of an organisation."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from registry import clock
from registry.forms.subjects import RoleEndForm, RoleForm
from registry.models import OrganizationRole
from registry.selectors.subjects import subjects_visible_to
from registry.services import people
from registry.views.guards import actor_of, form_attempt, permission
from registry.views.subjects import PAGES, subject_of


@permission("subject.edit")
def role_new(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Register that somebody takes a role."""
    subject = subject_of(request, public_id)
    form = RoleForm(request.POST or None)
    if request.method == "POST" and form.is_valid():

        def act() -> None:
            people.role_take(organization_id=subject.pk, actor=actor_of(request), on=clock.today(), **form.cleaned_data)

        if form_attempt(request, form, act, done="任职已登记。"):
            return redirect("registry:subject-detail", subject.public_id)
    return render(request, f"{PAGES}/form.html", {"form": form, "heading": "登记任职人员", "subject": subject})


@permission("subject.edit")
def role_end(request: HttpRequest, role_id: int) -> HttpResponse:
    """Register that a role ends."""
    visible = subjects_visible_to(actor_of(request), clock.today())
    found = OrganizationRole.objects.select_related("organization", "person")
    held = get_object_or_404(found, pk=role_id, organization__in=visible)
    form = RoleEndForm(request.POST or None, row=held)
    if request.method == "POST" and form.is_valid():

        def act() -> None:
            people.role_end(role_id=held.pk, actor=actor_of(request), on=clock.today(), **form.given())

        if form_attempt(request, form, act, done="离任已登记。"):
            return redirect("registry:subject-detail", held.organization.public_id)
    context: dict[str, Any] = {
        "form": form,
        "heading": f"登记离任：{held.person.name}，{held.get_role_display()}",
        "subject": held.organization,
    }
    return render(request, f"{PAGES}/form.html", context)
