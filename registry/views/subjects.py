"""Subjects: the list, the file on one page, and the forms that change it."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from registry import clock
from registry.forms.subjects import (
    FormerNameForm,
    MergeForm,
    OrganizationChangeForm,
    OrganizationForm,
    PersonChangeForm,
    PersonForm,
    RenameForm,
    SubjectFilterForm,
)
from registry.models import Record, Subject
from registry.rules.sectors import SECTORS
from registry.selectors.changes import row_changes
from registry.selectors.search import is_too_common
from registry.selectors.subjects import (
    SubjectFilters,
    person_positions,
    subject_list,
    subject_people,
    subject_records,
    subject_timeline,
    subjects_visible_to,
    with_counts,
)
from registry.services import authz, merging, subjects
from registry.views.guards import actor_of, form_attempt, permission
from registry.views.paging import page_of
from registry.views.panels import panels_for

PAGES = "registry/subjects"
# The file page shows the newest events; the whole timeline on request, up to a length that a page can bear.
TIMELINE_SHORT, TIMELINE_WHOLE = 15, 1000
# The button of a right on the subject's pages: template name → permission.
_RIGHTS = {
    "edit": "subject.edit",
    "merge": "subject.merge",
    "record": "record.create",
    "records": "record.view",
    "mandates": "claim.decide",
}


def rights_of(request: HttpRequest, codes: dict[str, str]) -> dict[str, bool]:
    """Return for each name whether the signed-in account carries its permission today."""
    actor, today = actor_of(request), clock.today()
    return {name: authz.may(actor, code, today) for name, code in codes.items()}


def subject_of(request: HttpRequest, public_id: UUID) -> Subject:
    """Return the subject if the account may see it, else answer 404."""
    visible = subjects_visible_to(actor_of(request), clock.today())
    return get_object_or_404(visible.select_related("merged_into"), public_id=public_id)


@permission("subject.view")
def subject_index(request: HttpRequest) -> HttpResponse:
    """List subjects by name fragment, code and filters."""
    form = SubjectFilterForm(request.GET)
    filters = SubjectFilters(**form.cleaned_data) if form.is_valid() else SubjectFilters()
    found = subject_list(account=actor_of(request), on=clock.today(), filters=filters)
    page = page_of(request, with_counts(found))
    is_cut = bool(filters.text.strip()) and is_too_common(filters.text)
    context = {"form": form, "page": page, "is_cut": is_cut, "may": rights_of(request, _RIGHTS)}
    return render(request, f"{PAGES}/list.html", context)


@permission("subject.view")
def subject_detail(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Show a subject's file: facts, names, people, records, what higher apps add, timeline."""
    subject = subject_of(request, public_id)
    may = rights_of(request, _RIGHTS)
    context: dict[str, Any] = {
        "subject": subject,
        "may": may,
        "sectors": [SECTORS.get(code, code) for code in subject.sectors],
        "names": subject.names.all(),
        "panels": panels_for(request, subject),
        "kinds": Record.Kind.choices,
        "today": clock.today(),
    }
    if subject.is_person:
        context["positions"] = person_positions(subject)
    else:
        context["people"] = subject_people(subject, clock.today())
    if may["records"]:
        context["records"] = subject_records(subject)
        whole = request.GET.get("timeline") == "whole"
        newest = list(subject_timeline(subject)[: TIMELINE_WHOLE if whole else TIMELINE_SHORT + 1])
        context["timeline"] = newest if whole else newest[:TIMELINE_SHORT]
        context["has_older"] = not whole and len(newest) > TIMELINE_SHORT
    return render(request, f"{PAGES}/detail.html", context)


@permission("subject.view")
def subject_history(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Show every change of the subject's row."""
    subject = subject_of(request, public_id)
    return render(request, f"{PAGES}/history.html", {"subject": subject, "changes": row_changes([subject])})


@permission("subject.edit")
def organization_new(request: HttpRequest) -> HttpResponse:
    """Take an organisation in."""
    form = OrganizationForm(request.POST or None)
    made: list[Subject] = []
    if request.method == "POST" and form.is_valid():

        def act() -> None:
            given = form.given()
            given.pop("version")
            made.append(subjects.organization_create(actor=actor_of(request), on=clock.today(), **given))

        if form_attempt(request, form, act, done="主体已登记。"):
            return redirect("registry:subject-detail", made[0].public_id)
    return render(request, f"{PAGES}/form.html", {"form": form, "heading": "登记组织"})


@permission("subject.edit")
def person_new(request: HttpRequest) -> HttpResponse:
    """Take a person in."""
    form = PersonForm(request.POST or None)
    made: list[Subject] = []
    if request.method == "POST" and form.is_valid():

        def act() -> None:
            made.append(subjects.person_create(actor=actor_of(request), on=clock.today(), **form.cleaned_data))

        if form_attempt(request, form, act, done="人员已登记。"):
            return redirect("registry:subject-detail", made[0].public_id)
    return render(request, f"{PAGES}/form.html", {"form": form, "heading": "登记自然人"})


@permission("subject.edit")
def subject_edit(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Change what is registered about a subject."""
    subject = subject_of(request, public_id)
    form_class = PersonChangeForm if subject.is_person else OrganizationChangeForm
    initial = {name: getattr(subject, name) for name in form_class.base_fields if hasattr(subject, name)}
    form = form_class(request.POST or None, row=subject, initial=initial)
    if request.method == "POST" and form.is_valid():

        def act() -> None:
            subjects.subject_update(subject_id=subject.pk, actor=actor_of(request), on=clock.today(), **form.given())

        if form_attempt(request, form, act, done="主体信息已修改。"):
            return redirect("registry:subject-detail", subject.public_id)
    return render(request, f"{PAGES}/form.html", {"form": form, "heading": "修改主体信息", "subject": subject})


@permission("subject.edit")
def subject_rename(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Register a change of name."""
    subject = subject_of(request, public_id)
    form = RenameForm(request.POST or None, row=subject)
    if request.method == "POST" and form.is_valid():

        def act() -> None:
            subjects.subject_rename(subject_id=subject.pk, actor=actor_of(request), on=clock.today(), **form.given())

        if form_attempt(request, form, act, done="更名已登记，原名称转为曾用名，仍可用来查询。"):
            return redirect("registry:subject-detail", subject.public_id)
    return render(request, f"{PAGES}/form.html", {"form": form, "heading": "登记更名", "subject": subject})


@permission("subject.edit")
def former_name_new(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Register a former name."""
    subject = subject_of(request, public_id)
    form = FormerNameForm(request.POST or None)
    if request.method == "POST" and form.is_valid():

        def act() -> None:
            subjects.former_name_add(
                subject_id=subject.pk, actor=actor_of(request), on=clock.today(), **form.cleaned_data
            )

        if form_attempt(request, form, act, done="曾用名已补登。"):
            return redirect("registry:subject-detail", subject.public_id)
    return render(request, f"{PAGES}/form.html", {"form": form, "heading": "补登曾用名", "subject": subject})


@permission("subject.merge")
def subject_merge(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Merge a duplicate into another subject, on its own confirmation page."""
    subject = subject_of(request, public_id)
    form = MergeForm(request.POST or None, loser=subject)
    if request.method == "POST" and form.is_valid():
        given = form.given()
        winner = given.pop("winner")

        def act() -> None:
            merging.subjects_merge(
                loser_id=subject.pk, winner_id=winner.pk, actor=actor_of(request), on=clock.today(), **given
            )

        if form_attempt(request, form, act, done=f"已合并到“{winner.name}”。"):
            return redirect("registry:subject-detail", winner.public_id)
    return render(request, f"{PAGES}/merge.html", {"form": form, "subject": subject})
