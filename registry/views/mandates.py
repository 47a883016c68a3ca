"""Claims of accounts before the office; one-time codes and mandates of a subject."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET, require_POST

from registry import clock
from registry.base.personal_data import text_open
from registry.forms.mandates import ClaimConfirmForm, ClaimRefuseForm, MandateEndForm
from registry.models import Claim, Mandate, Subject
from registry.rules.mandates import CODE_DAYS, CODE_TRIES, grouped
from registry.selectors.mandates import claim_list, mandates_of, open_code, subject_claimed
from registry.services import mandates
from registry.services.evidence import attachment_download_log
from registry.views.addresses import request_address
from registry.views.evidence import file_response
from registry.views.guards import actor_of, form_attempt, permission
from registry.views.paging import page_of

PAGES = "registry/mandates"
STATES = (("filed", "待核实"), ("confirmed", "已确认"), ("refused", "未予确认"), ("", "全部"))


@permission("claim.decide")
def claim_index(request: HttpRequest) -> HttpResponse:
    """List claims, those waiting first shown."""
    state = request.GET.get("state", "filed")
    state = state if state in dict(STATES) else "filed"
    page = page_of(request, claim_list(state=state))
    return render(request, f"{PAGES}/claim_list.html", {"page": page, "state": state, "states": STATES})


@permission("claim.decide")
@never_cache
def claim_detail(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Show a claim beside the subject that bears what was claimed; confirm it."""
    claim = get_object_or_404(claim_list(), public_id=public_id)
    form = ClaimConfirmForm(request.POST or None, row=claim)
    if request.method == "POST" and form.is_valid():

        def act() -> None:
            mandates.claim_confirm(claim_id=claim.pk, actor=actor_of(request), on=clock.today(), **form.given())

        if form_attempt(request, form, act, done="已确认，账号已开立。"):
            return redirect("registry:claim-detail", claim.public_id)
    found = claim.subject or subject_claimed(
        uscc=claim.uscc, person_name=claim.person_name, document_hash=claim.document_hash
    )
    context = {"claim": claim, "form": form, "found": found, "contact": text_open(claim.contact_sealed)}
    return render(request, f"{PAGES}/claim.html", context)


@permission("claim.decide")
def claim_decline(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Refuse a claim with the reason."""
    claim = get_object_or_404(Claim, public_id=public_id)
    form = ClaimRefuseForm(request.POST or None, row=claim)
    if request.method == "POST" and form.is_valid():

        def act() -> None:
            mandates.claim_refuse(claim_id=claim.pk, actor=actor_of(request), on=clock.today(), **form.given())

        if form_attempt(request, form, act, done="已答复不予确认，申请人凭回执号可以看到理由。"):
            return redirect("registry:claim-list")
    return render(request, f"{PAGES}/claim_refuse.html", {"claim": claim, "form": form})


@permission("claim.decide")
@require_GET
def claim_letter(request: HttpRequest, public_id: UUID) -> HttpResponseBase:
    """Fetch the letter of authority, logged."""
    claim = get_object_or_404(Claim.objects.select_related("letter"), public_id=public_id, letter__isnull=False)
    assert claim.letter is not None  # noqa: S101  (narrows the type)
    attachment_download_log(
        attachment=claim.letter, address=request_address(request), actor=actor_of(request), on=clock.today(),
        permission="claim.decide",
    )  # fmt: skip
    return file_response(claim.letter)


@permission("claim.decide")
def subject_mandates(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Show who acts for a subject, and whether a code is out."""
    subject = get_object_or_404(Subject, public_id=public_id)
    return render(request, f"{PAGES}/subject.html", _subject_context(subject))


@permission("claim.decide")
@require_POST
@never_cache
def code_issue(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Give out a one-time code and show it this once, ready to be printed."""
    subject = get_object_or_404(Subject, public_id=public_id)
    code = mandates.code_issue(subject_id=subject.pk, actor=actor_of(request), on=clock.today())
    context = _subject_context(subject) | {"code": grouped(code)}
    return render(request, f"{PAGES}/code.html", context)


@permission("claim.decide")
def mandate_stop(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Confirm, then end somebody's mandate with the reason."""
    mandate = get_object_or_404(Mandate.objects.select_related("account", "subject"), public_id=public_id)
    form = MandateEndForm(request.POST or None)
    if request.method == "POST" and form.is_valid():

        def act() -> None:
            mandates.mandate_end(mandate_id=mandate.pk, actor=actor_of(request), on=clock.today(), **form.cleaned_data)

        if form_attempt(request, form, act, done="授权已终止，该账号今天起不能再查看任何内容。"):
            return redirect("registry:subject-mandates", mandate.subject.public_id)
    return render(request, f"{PAGES}/mandate_end.html", {"mandate": mandate, "form": form})


def _subject_context(subject: Subject) -> dict[str, object]:
    return {
        "subject": subject, "mandates": mandates_of(subject), "code_row": open_code(subject), "days": CODE_DAYS,
        "tries": CODE_TRIES,
    }  # fmt: skip
