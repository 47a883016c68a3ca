"""Commitments before the officers: the list, one commitment, registering commitments and promises, files."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET

from incentives.forms.commitments import CommitmentFilterForm, DraftForm, PromiseForm
from incentives.models import Commitment
from incentives.rules import lifecycle
from incentives.rules.texts import BREACH_AFTER
from incentives.selectors import commitments as selectors
from incentives.selectors.offers import offers_on
from incentives.services.commitments import OnPaper, Wanted, commitment_draft
from incentives.services.papers import draft_copy
from incentives.services.promises import promise_record
from registry import clock
from registry.models import Subject
from registry.rules.uploads import MEDIA_TYPES
from registry.selectors.subjects import subjects_visible_to
from registry.services import authz
from registry.services.evidence import attachment_download_log
from registry.views.addresses import request_address
from registry.views.evidence import file_response
from registry.views.guards import actor_of, form_attempt, permission
from registry.views.paging import page_of

PAGES = "incentives/office"
# Steps of the whole commitment that an officer takes from its page; those of one obligation stand beside it.
STEPS = ("take", "cancel", "fulfil", "end", "notice", "hear", "drop", "break")


def commitment_or_404(public_id: UUID) -> Commitment:
    """Return a commitment with what its page shows."""
    found: Commitment = get_object_or_404(selectors.with_obligations(Commitment.objects.all()), public_id=public_id)
    return found


def is_ours(request: HttpRequest, commitment: Commitment) -> bool:
    """Whether the officer belongs to the department that accepts the commitment."""
    return actor_of(request).department_id == commitment.department_id


@permission("commitment.view")
def commitment_index(request: HttpRequest) -> HttpResponse:
    """List commitments by state, kind, department and words; what is not over first."""
    today = clock.today()
    form = CommitmentFilterForm(request.GET or {"state": "open"})
    chosen = form.cleaned_data if form.is_valid() else {}
    state = chosen.get("state") or "open"
    filters = selectors.CommitmentFilters(
        text=chosen.get("q") or "", state="" if state == "all" else state, kind=chosen.get("kind") or "",
        department=chosen.get("department"),
    )  # fmt: skip
    page = page_of(request, selectors.commitment_list(filters, today))
    context = {"form": form, "page": page, "rows": selectors.commitment_rows(page, today)}
    return render(request, f"{PAGES}/list.html", context)


@permission("commitment.view")
def commitment_page(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Show one commitment with its obligations, signature, breach and timeline, and what the officer may do."""
    commitment, today, actor = commitment_or_404(public_id), clock.today(), actor_of(request)
    ours = is_ours(request, commitment)
    steps = [
        step
        for step in lifecycle.next_steps(commitment.state)
        if ours and step.name in STEPS and authz.may(actor, step.permission, today)
    ]
    running = ours and commitment.state in lifecycle.RUNNING
    context = {
        "commitment": commitment,
        "breach_after": BREACH_AFTER,
        "row": selectors.commitment_row(commitment, today),
        "steps": steps,
        "events": selectors.commitment_events(commitment),
        "may_receive": running and authz.may(actor, "commitment.take", today),
        "may_check": running and authz.may(actor, "commitment.check", today),
        "file_url": "commitments:file",
    }
    return render(request, f"{PAGES}/detail.html", context)


@permission("commitment.view")
@require_GET
def commitment_file(request: HttpRequest, public_id: UUID, file_id: UUID) -> HttpResponseBase:
    """Send a file of a commitment, logged."""
    attachment = get_object_or_404(selectors.files_of(commitment_or_404(public_id)), public_id=file_id)
    attachment_download_log(
        attachment=attachment, address=request_address(request), actor=actor_of(request), on=clock.today(),
        permission="commitment.view",
    )  # fmt: skip
    return file_response(attachment)


@permission("commitment.view")
@require_GET
def commitment_paper(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Give the text as .docx, to be signed by hand."""
    commitment = commitment_or_404(public_id)
    response = HttpResponse(draft_copy(commitment), content_type=MEDIA_TYPES["docx"])
    response["Content-Disposition"] = f'attachment; filename="commitment-{commitment.public_id}.docx"'
    response["Cache-Control"] = "private, no-store"
    return response


@permission("commitment.take")
def commitment_new(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Draw a commitment up for a subject, or take in one that was signed on paper."""
    subject, today = _subject(request, public_id), clock.today()
    offers = offers_on(today, kind=subject.kind, promises=False)
    form = DraftForm(request.POST or None, request.FILES or None, offers=offers)
    made: list[Commitment] = []
    if request.method == "POST" and form.is_valid():

        def act() -> None:
            wanted = Wanted(form.cleaned_data["matter"], form.obligations())
            made.append(
                commitment_draft(
                    subject_id=subject.pk, key=form.cleaned_data["key"], wanted=wanted,
                    paper=_paper(form.cleaned_data), actor=actor_of(request), on=today,
                )
            )  # fmt: skip

        if form_attempt(request, form, act, done="承诺已登记。"):
            return redirect("commitments:detail", made[0].public_id)
    return _new_page(request, subject, form, bool(offers), "登记信用承诺")


@permission("commitment.take")
def promise_new(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Record that an application was accepted with papers missing."""
    subject, today = _subject(request, public_id), clock.today()
    offers = offers_on(today, kind=subject.kind, promises=True)
    form = PromiseForm(request.POST or None, request.FILES or None, offers=offers, initial={"accepted_on": today})
    made: list[Commitment] = []
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data

        def act() -> None:
            made.append(
                promise_record(
                    subject_id=subject.pk, key=data["key"], matter=data["matter"], missing=form.papers(),
                    accepted_on=data["accepted_on"], days=data["days"], paper=_paper(data), actor=actor_of(request),
                    on=today,
                )
            )  # fmt: skip

        if form_attempt(request, form, act, done="容缺受理承诺已登记。"):
            return redirect("commitments:detail", made[0].public_id)
    return _new_page(request, subject, form, bool(offers), "登记容缺受理")


def _new_page(request: HttpRequest, subject: Subject, form: Any, has_offers: bool, heading: str) -> HttpResponse:
    context = {"subject": subject, "form": form, "has_offers": has_offers, "heading": heading}
    return render(request, f"{PAGES}/new.html", context, status=422 if form.errors else 200)


def _subject(request: HttpRequest, public_id: UUID) -> Subject:
    return get_object_or_404(subjects_visible_to(actor_of(request), clock.today()), public_id=public_id)


def _paper(data: dict[str, Any]) -> OnPaper | None:
    if not data["is_signed"]:
        return None
    return OnPaper(data["name"], data["capacity"], data["signed_on"], data["scan"])
