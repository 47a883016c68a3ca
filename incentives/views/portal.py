"""A subject's own commitments: what it may promise, signing, handing in what it promised, its statement about a breach."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET

from incentives.forms.commitments import ChooseForm, FileForm, SignForm, StatementForm
from incentives.models import Commitment
from incentives.rules import lifecycle
from incentives.rules.texts import BREACH_AFTER, text_digest
from incentives.selectors import commitments as selectors
from incentives.selectors.offers import offer_of, offers_on, rule_of, signers_of, taking_departments
from incentives.services.breaches import breach_state
from incentives.services.commitments import Online, Wanted, commitment_sign, commitment_sign_new, preview_text
from incentives.services.promises import obligation_hand_in
from incentives.views.identity import confirm_address, confirmed_by
from registry import clock
from registry.models import Subject
from registry.services.evidence import attachment_download_log
from registry.views.addresses import request_address
from registry.views.evidence import file_response
from registry.views.guards import actor_of, form_attempt, permission, subject_of, version_of
from registry.views.paging import page_of

PAGES = "incentives/portal"


def own_commitment(request: HttpRequest, public_id: UUID) -> Commitment:
    """Return the subject's own commitment; another's answers 404 like one that does not exist."""
    found: Commitment = get_object_or_404(selectors.commitments_of(subject_of(request)), public_id=public_id)
    return found


@permission("portal.view")
def commitment_index(request: HttpRequest) -> HttpResponse:
    """List the subject's own commitments and the kinds it may sign."""
    subject, today = subject_of(request), clock.today()
    page = page_of(request, selectors.commitments_of(subject))
    context = {
        "page": page,
        "rows": selectors.commitment_rows(page, today),
        "offers": offers_on(today, kind=subject.kind, promises=False),
    }
    return render(request, f"{PAGES}/list.html", context)


@permission("portal.view")
def commitment_page(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Show one commitment: text, signature, what is still due, what the subject can do."""
    commitment, today = own_commitment(request, public_id), clock.today()
    context = {
        "commitment": commitment,
        "breach_after": BREACH_AFTER,
        "row": selectors.commitment_row(commitment, today),
        "may_hand_in": commitment.state in lifecycle.RUNNING,
        "may_state": commitment.state == lifecycle.NOTICED and (commitment.statement_until or today) >= today,
        "file_url": "my-commitments:file",
    }
    return render(request, f"{PAGES}/detail.html", context)


@permission("portal.view")
def commitment_new(request: HttpRequest, pack_id: str, code: str) -> HttpResponse:
    """Choose the department and the matter, read the text, sign it. The choice stays in the address."""
    subject, today = subject_of(request), clock.today()
    offer = offer_of(f"{pack_id}|{code}", kind=subject.kind, on=today)
    if offer is None or offer.is_promise:
        raise Http404("没有这一种承诺。")
    choose = ChooseForm(request.GET or None, departments=taking_departments(today))
    if not choose.is_valid():
        context = {"offer": offer, "choose": choose}
        return render(request, f"{PAGES}/choose.html", context)
    wanted = Wanted(choose.cleaned_data["matter"])
    text = preview_text(offer, subject, choose.cleaned_data["department"], wanted)
    form = _sign_form(request, subject, offer.rule.signed_by, text)

    def act() -> Commitment:
        return commitment_sign_new(
            subject_id=subject.pk, key=offer.key, department_id=choose.cleaned_data["department"].pk,
            matter=wanted.matter, signature=_online(request, form), actor=actor_of(request), on=today,
        )  # fmt: skip

    return _sign_page(request, form, text, act, {"offer": offer})


@permission("portal.view")
def commitment_sign_page(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Sign what was drawn up for the subject."""
    commitment, today = own_commitment(request, public_id), clock.today()
    refused = lifecycle.refusal_of(commitment.state, "sign")
    if refused:
        messages.info(request, refused)
        return redirect("my-commitments:detail", public_id)
    signed_by = rule_of(commitment.policy, commitment.kind).signed_by
    form = _sign_form(request, commitment.subject, signed_by, commitment.text)

    def act() -> Commitment:
        return commitment_sign(
            commitment_id=commitment.pk, signature=_online(request, form), actor=actor_of(request), on=today,
            version=version_of(request),
        )  # fmt: skip

    return _sign_page(request, form, commitment.text, act, {"commitment": commitment})


@permission("portal.view")
def obligation_page(request: HttpRequest, public_id: UUID, place: int) -> HttpResponse:
    """Hand in evidence that one obligation is fulfilled."""
    commitment = own_commitment(request, public_id)
    obligation = get_object_or_404(commitment.obligations.all(), place=place)
    form = FileForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():

        def act() -> None:
            obligation_hand_in(
                obligation_id=obligation.pk, files=[form.cleaned_data["file"]], note=form.cleaned_data["note"],
                actor=actor_of(request), on=clock.today(), version=version_of(request),
            )  # fmt: skip

        if form_attempt(request, form, act, done="材料已提交，等待受诺部门核对。"):
            return redirect("my-commitments:detail", public_id)
    context = {"commitment": commitment, "obligation": obligation, "form": form}
    return _shown(request, "hand_in", context, form)


@permission("portal.view")
def statement_page(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Make a statement about a breach, or waive it expressly."""
    commitment = own_commitment(request, public_id)
    form = StatementForm(request.POST or None)
    if request.method == "POST" and form.is_valid():

        def act() -> None:
            breach_state(
                commitment_id=commitment.pk, actor=actor_of(request), on=clock.today(), version=version_of(request),
                **form.cleaned_data,
            )  # fmt: skip

        if form_attempt(request, form, act, done="已提交，受诺部门审查后再作决定。"):
            return redirect("my-commitments:detail", public_id)
    refused = lifecycle.refusal_of(commitment.state, "state")
    return _shown(request, "statement", {"commitment": commitment, "form": form, "refused": refused}, form)


@permission("portal.view")
@require_GET
def commitment_file(request: HttpRequest, public_id: UUID, file_id: UUID) -> HttpResponseBase:
    """Send a file of the subject's own commitment, logged."""
    commitment = own_commitment(request, public_id)
    attachment = get_object_or_404(selectors.files_of(commitment), public_id=file_id)
    attachment_download_log(
        attachment=attachment, address=request_address(request), actor=actor_of(request), on=clock.today(),
        permission="portal.view",
    )  # fmt: skip
    return file_response(attachment)


def _sign_form(request: HttpRequest, subject: Subject, signed_by: tuple[str, ...], text: str) -> SignForm:
    signers = signers_of(subject, actor_of(request), signed_by, clock.today())
    # Whoever signs knows the name; the page tells only as what.
    who = "、".join(dict.fromkeys(each.capacity for each in signers)) or "档案中还没有登记，请联系受诺部门"
    return SignForm(request.POST or None, who=who, initial={"sha256": text_digest(text)})


def _online(request: HttpRequest, form: SignForm) -> Online:
    return Online(form.cleaned_data["name"], form.cleaned_data["sha256"], confirmed_by(request))


def _sign_page(request: HttpRequest, form: SignForm, text: str, act: Any, context: dict[str, Any]) -> HttpResponse:
    """Show the text, then ask who is there, then take the signature."""
    way = confirmed_by(request)
    if request.method == "POST":
        if not way:
            messages.warning(request, "确认身份的时间已过，请再次确认是您本人，然后签署。")
            return redirect(confirm_address(request))
        made: list[Commitment] = []
        if form.is_valid() and form_attempt(request, form, lambda: made.append(act()), done="已签署。"):
            return redirect("my-commitments:detail", made[0].public_id)
    title, *lines = text.split("\n")
    shown = context | {
        "title": title,
        "lines": lines,
        "form": form,
        "way": way,
        "confirm_url": confirm_address(request),
    }
    return _shown(request, "sign", shown, form)


def _shown(request: HttpRequest, page: str, context: dict[str, Any], form: Any) -> HttpResponse:
    return render(request, f"{PAGES}/{page}.html", context, status=422 if form.errors else 200)
