"""Officers' pages on publicity: what is due, publishing one or several, taking down, mending."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from disclosure.forms import BatchPublishForm, PublishForm, ReasonForm
from disclosure.models import Publication
from disclosure.selectors import office
from disclosure.selectors.records import record_publicity
from disclosure.selectors.snapshots import record_snapshot
from disclosure.services.publications import publication_correct, publication_withdraw
from disclosure.services.records import record_publish, records_publish
from registry import clock
from registry.models import Department, Event, Record, Subject
from registry.selectors.policies import packs_active
from registry.services import authz
from registry.views.guards import actor_of, form_attempt, permission, version_of, whole_number
from registry.views.paging import page_of

PAGE_SIZE = 50


@permission("publication.view")
def publication_list(request: HttpRequest) -> HttpResponse:
    """List publications by state."""
    state = request.GET.get("state", "visible")
    state = state if state in office.STATES else "visible"
    kind, text = request.GET.get("kind", ""), request.GET.get("q", "")
    found = office.publications_list(on=clock.today(), state=state, kind=kind, text=text)
    context = {
        "page": page_of(request, found, per_page=PAGE_SIZE),
        "states": office.STATES,
        "state": state,
        "kinds": Publication.Kind.choices,
        "kind": kind,
        "text": text,
        "counts": office.due_counts(on=clock.today()),
    }
    return render(request, "disclosure/office/list.html", context)


@permission("publication.view")
def due_list(request: HttpRequest) -> HttpResponse:
    """List penalties and permits that wait to be public, soonest due first."""
    return render(request, "disclosure/office/due.html", _due_context(request))


def _due_context(request: HttpRequest) -> dict[str, Any]:
    today = clock.today()
    bucket, department_id = request.GET.get("when", ""), whole_number(request.GET.get("department", ""))
    deadlines = office.due_deadlines(on=today, bucket=bucket, department_id=department_id)
    page = page_of(request, deadlines, per_page=PAGE_SIZE)
    return {
        "page": page,
        "rows": office.due_rows(list(page.object_list), on=today),
        "buckets": office.BUCKETS,
        "counts": office.due_counts(on=today, department_id=department_id),
        "bucket": bucket,
        "departments": Department.objects.filter(is_active=True),
        "department_id": department_id,
        "form": BatchPublishForm(record_ids=[]),
        "is_running": office.is_dual_publicity_running(on=today),
    }


@permission("publication.publish")
@require_POST
def publish_batch(request: HttpRequest) -> HttpResponse:
    """Publish the ticked records, each on its own, and say what became of each."""
    today = clock.today()
    form = BatchPublishForm(request.POST, record_ids=office.due_record_ids())
    if not form.is_valid():
        for errors in form.errors.values():
            messages.error(request, "；".join(str(error) for error in errors))
        return redirect("publications:due")
    result = records_publish(
        record_ids=form.cleaned_data["records"],
        actor=actor_of(request),
        on=today,
        until=form.cleaned_data["until"],
    )
    if result.published:
        messages.success(request, f"已公示{len(result.published)}条。")
    for refusal in result.refused:
        messages.error(request, refusal.message)
    return redirect("publications:due")


@permission("publication.publish")
def publish_record(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Show what a record will look like to the public and until when; publish it."""
    today = clock.today()
    record = get_object_or_404(Record.objects.select_related("subject", "department"), public_id=public_id)
    form = PublishForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        until = form.cleaned_data["until"]

        def act() -> None:
            record_publish(record_id=record.pk, actor=actor_of(request), on=today, until=until)

        if form_attempt(request, form, act, done="已公示，公众即可查询。"):
            return redirect("publications:due")
    publicity = record_publicity(record, packs_active(today), on=today)
    snapshot = record_snapshot(record, last_day=None) if publicity.is_public and hasattr(record, record.kind) else None
    context = {"record": record, "form": form, "publicity": publicity, "snapshot": snapshot}
    return render(request, "disclosure/office/publish.html", context)


@permission("publication.view")
def publication_detail(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Show a publication as it stands, with its dates and its timeline."""
    publication = _publication(public_id)
    kind = Publication._meta.label_lower
    context = {
        "publication": publication,
        "is_visible": publication.is_visible(clock.today()),
        "events": Event.objects.filter(object_kind=kind, object_id=publication.pk).select_related("actor"),
    }
    return render(request, "disclosure/office/detail.html", context)


@permission("publication.withdraw")
def withdraw(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Confirm, then take a publication down."""
    publication, form = _publication(public_id), ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():

        def act() -> None:
            publication_withdraw(
                publication_id=publication.pk,
                reason=form.cleaned_data["reason"],
                actor=actor_of(request),
                on=clock.today(),
                version=version_of(request),
            )

        if form_attempt(request, form, act, done="已撤下，公众不再能看到。"):
            return redirect("publications:detail", public_id=public_id)
    return render(request, "disclosure/office/withdraw.html", {"publication": publication, "form": form})


@permission("publication.publish")
def correct(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Confirm, then write a publication anew from the facts."""
    publication, form = _publication(public_id), ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():

        def act() -> None:
            publication_correct(
                publication_id=publication.pk,
                reason=form.cleaned_data["reason"],
                actor=actor_of(request),
                on=clock.today(),
                version=version_of(request),
            )

        if form_attempt(request, form, act, done="已按最新事实更正公示内容。"):
            return redirect("publications:detail", public_id=public_id)
    return render(request, "disclosure/office/correct.html", {"publication": publication, "form": form})


def subject_panel(request: HttpRequest, subject: Subject) -> tuple[str, dict[str, Any]] | None:
    """Build disclosure's section on a subject's file page; nothing for a subject never published, nor for who may not
    see publications that were withdrawn."""
    if not authz.may(actor_of(request), "publication.view", clock.today()):
        return None
    publications = office.subject_publicity(subject)
    if not publications:
        return None
    today = clock.today()
    rows = [(publication, publication.is_visible(today)) for publication in publications]
    return "disclosure/office/panel.html", {"rows": rows}


def _publication(public_id: UUID) -> Publication:
    return get_object_or_404(Publication.objects.select_related("subject", "department"), public_id=public_id)
