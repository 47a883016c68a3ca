"""Adoption on pages: one officer proposes, another one confirms or rejects; both see the same lawfulness check."""

from typing import Any
from uuid import UUID

from django import forms
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from registry import clock
from registry.forms.policies import ProposalForm, SettleForm
from registry.models import PolicyDraft, PolicyProposal, PolicyVersion
from registry.rules.policy.schema import Pack
from registry.selectors import policies as selectors
from registry.selectors.policy_adoption import activations_seen, proposal_list
from registry.selectors.policy_drafts import draft_pack, edition_verdict
from registry.services import authz
from registry.services.policy_adoption import adoption_confirm, adoption_propose, adoption_reject
from registry.views.guards import actor_of, form_attempt, permission, version_of
from registry.views.paging import page_of

PAGES = "registry/policies"


@permission("policy.propose")
def policy_propose(request: HttpRequest, version_id: int) -> HttpResponse:
    """Propose that the office run a stored edition."""
    edition = get_object_or_404(PolicyVersion, pk=version_id)
    return _propose(request, edition, selectors.pack_of(edition))


@permission("policy.propose")
def draft_propose(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Propose that the office run a draft; confirmed, it becomes an edition."""
    draft = get_object_or_404(PolicyDraft, public_id=public_id)
    return _propose(request, draft, draft_pack(draft).pack)


def _propose(request: HttpRequest, edition: PolicyVersion | PolicyDraft, pack: Pack) -> HttpResponse:
    today = clock.today()
    initial = {
        "mode": edition_verdict(edition, pack, today).mode, "starts_on": _first_day(pack), "trial": request.GET.get("trial")
    }  # fmt: skip
    form = ProposalForm(request.POST or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        made: list[PolicyProposal] = []

        def act() -> None:
            made.append(
                adoption_propose(
                    edition=edition, mode=given["mode"], starts_on=given["starts_on"], reason=given["reason"],
                    trial_ref=given["trial"], actor=actor_of(request), on=clock.today(),
                )
            )  # fmt: skip

        if form_attempt(request, form, act, done="已提出，等待另一名审批人员确认。"):
            return redirect("registry:proposal-detail", made[0].public_id)
    context = {
        "edition": edition,
        "draft": edition if isinstance(edition, PolicyDraft) else None,
        "pack": pack,
        "form": form,
        "verdict": edition_verdict(edition, pack, _asked_day(form, today)),
        "verdict_on": _asked_day(form, today),
        "running": selectors.activations_on(today).filter(policy__pack_id=edition.pack_id).first(),
    }
    return render(request, f"{PAGES}/proposal_new.html", context, status=422 if form.errors else 200)


def _first_day(pack: Pack) -> Any:
    first = pack.head.in_force_from
    return max(clock.today(), first) if first is not None else clock.today()


def _asked_day(form: forms.Form, today: Any) -> Any:
    asked = form.cleaned_data.get("starts_on") if form.is_bound and hasattr(form, "cleaned_data") else None
    return asked or form.initial["starts_on"] or today


@permission("policy.view")
def proposal_index(request: HttpRequest) -> HttpResponse:
    """List the proposals, newest first."""
    return render(request, f"{PAGES}/proposal_list.html", {"page": page_of(request, proposal_list())})


@permission("policy.view")
def proposal_detail(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Show a proposal with the lawfulness check of its starting day, and to a second officer the two ways out."""
    return _detail(request, _proposal(public_id), SettleForm())


@permission("policy.confirm")
def proposal_confirm(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Confirm another officer's proposal."""
    return _settled(request, public_id, adoption_confirm, done="已确认启用，并已在公开页公告。")


@permission("policy.confirm")
def proposal_reject(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Reject another officer's proposal."""
    return _settled(request, public_id, adoption_reject, done="提议已驳回。")


def _settled(request: HttpRequest, public_id: UUID, service: Any, *, done: str) -> HttpResponse:
    proposal = _proposal(public_id)
    form = SettleForm(request.POST or None)
    if request.method == "POST" and form.is_valid():

        def act() -> None:
            service(
                proposal_id=proposal.pk, note=form.cleaned_data["note"], actor=actor_of(request), on=clock.today(),
                version=version_of(request),
            )  # fmt: skip

        if form_attempt(request, form, act, done=done):
            return redirect("registry:proposal-detail", public_id)
    return _detail(request, _proposal(public_id), form)


def _detail(request: HttpRequest, proposal: PolicyProposal, form: SettleForm) -> HttpResponse:
    today, actor = clock.today(), actor_of(request)
    is_pending = proposal.state == PolicyProposal.State.PENDING
    context = {
        "proposal": proposal,
        "form": form,
        "is_pending": is_pending,
        "is_stale": is_pending and activations_seen(proposal.pack_id) != proposal.seen,
        "is_mine": proposal.proposed_by_id == actor.pk,
        "may_confirm": authz.may(actor, "policy.confirm", today),
        "running": selectors.activations_on(today).filter(policy__pack_id=proposal.pack_id).first(),
    }
    return render(request, f"{PAGES}/proposal_detail.html", context, status=422 if form.errors else 200)


def _proposal(public_id: UUID) -> PolicyProposal:
    return get_object_or_404(proposal_list(), public_id=public_id)
