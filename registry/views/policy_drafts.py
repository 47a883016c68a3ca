"""Drafts of policies: begun, changed value by value or as text, put aside."""

from typing import Any
from uuid import UUID

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from registry import clock
from registry.base.errors import DomainError
from registry.forms.policies import DraftDiscardForm, DraftForm, DraftTextForm, changes_of
from registry.models import PolicyDraft, PolicyVersion
from registry.rules.policy.drafting import Block, BlockChange, blocks_of
from registry.rules.policy.errors import PackError
from registry.rules.policy.leaves import plain_text
from registry.rules.policy.loader import LoadedPack
from registry.selectors.policy_adoption import proposal_list
from registry.selectors.policy_drafts import draft_list, draft_pack, edition_verdict
from registry.services import authz
from registry.services.policy_drafts import (
    DraftRefused,
    draft_discard,
    draft_from_edition,
    draft_make,
    draft_rewrite,
    draft_values_change,
)
from registry.views.guards import actor_of, form_attempt, permission, version_of
from registry.views.paging import page_of

PAGES = "registry/policies"


@permission("policy.view")
def draft_index(request: HttpRequest) -> HttpResponse:
    """List the drafts, newest first."""
    context = {
        "page": page_of(request, draft_list()),
        "may_draft": authz.may(actor_of(request), "policy.draft", clock.today()),
    }
    return render(request, f"{PAGES}/draft_list.html", context)


@permission("policy.draft")
def draft_new(request: HttpRequest) -> HttpResponse:
    """Begin a draft from a stored edition, a file or a text."""
    editions = PolicyVersion.objects.defer("text").order_by("pack_id", "-loaded_at", "-pk")
    choices = [(each.pk, f"{each.title}（{each.content_hash[:8]}）") for each in editions]
    form = DraftForm(
        request.POST or None, request.FILES or None, editions=choices, initial={"edition": request.GET.get("edition")}
    )
    if request.method == "POST" and form.is_valid():
        made: list[PolicyDraft] = []
        if _kept(request, form, lambda: made.append(_begin(request, form.cleaned_data)), done="草案已保存。"):
            return redirect("registry:draft-detail", made[0].public_id)
    return render(request, f"{PAGES}/draft_new.html", {"form": form}, status=_status(form))


def _begin(request: HttpRequest, given: dict[str, Any]) -> PolicyDraft:
    who = {"title": given["title"], "actor": actor_of(request), "on": clock.today()}
    if given["text"].strip():
        return draft_make(text=given["text"], **who)
    return draft_from_edition(edition=get_object_or_404(PolicyVersion, pk=given["edition"]), **who)


@permission("policy.view")
def draft_detail(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Show a draft: what became of it, what the law of today says, its whole text."""
    draft = _draft(public_id)
    today, actor = clock.today(), actor_of(request)
    loaded, problems = _loaded(draft)
    context = {
        "draft": draft,
        "loaded": loaded,
        "problems": problems,
        "verdict": edition_verdict(draft, loaded.pack, today) if loaded is not None else None,
        "is_open": draft.state == PolicyDraft.State.OPEN,
        "proposals": proposal_list().filter(draft=draft),
        "former": draft.history.select_related("history_user").order_by("-history_id")[1:],
        **{f"may_{act}": authz.may(actor, right, today) for act, right in _RIGHTS.items()},
    }
    return render(request, f"{PAGES}/draft_detail.html", context)


_RIGHTS = {"draft": "policy.draft", "propose": "policy.propose", "try": "trial.run"}


@permission("policy.draft")
def draft_text(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Write a draft's text anew. A text that is not of the form is refused with every problem, and stays on the page."""
    draft = _draft(public_id)
    form = DraftTextForm(request.POST or None, initial={"text": draft.text})
    if request.method == "POST" and form.is_valid():

        def act() -> None:
            draft_rewrite(
                draft_id=draft.pk, text=form.cleaned_data["text"], actor=actor_of(request), on=clock.today(),
                version=version_of(request),
            )  # fmt: skip

        if _kept(request, form, act, done="草案已改写。"):
            return redirect("registry:draft-detail", public_id)
    return render(request, f"{PAGES}/draft_text.html", {"draft": draft, "form": form}, status=_status(form))


@permission("policy.draft")
def draft_values(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Change values of a draft; every one stands with its clause. What was typed stays when something is refused."""
    draft = _draft(public_id)
    loaded, problems = _loaded(draft)
    if loaded is None:
        messages.error(request, "草案的文本已不合现在的格式，不能逐值修改。请先改写全文。")
        return redirect("registry:draft-text", public_id)
    changes = changes_of(request.POST)
    if request.method == "POST":
        try:
            draft_values_change(
                draft_id=draft.pk, changes=changes, actor=actor_of(request), on=clock.today(),
                version=version_of(request),
            )  # fmt: skip
        except DomainError as refusal:
            problems = refusal.problems if isinstance(refusal, DraftRefused) else (refusal.message,)
        else:
            messages.success(request, "改动已保存。")
            return redirect("registry:draft-detail", public_id)
    context = {"draft": draft, "sections": _sections(blocks_of(loaded.pack), changes), "problems": problems}
    return render(request, f"{PAGES}/draft_values.html", context, status=422 if problems else 200)


def _sections(blocks: list[Block], changes: dict[str, BlockChange]) -> dict[str, list[dict[str, Any]]]:
    """Return the blocks by section, each with what stands in its inputs: what was typed, else the value now."""
    found: dict[str, list[dict[str, Any]]] = {}
    for block in blocks:
        typed = changes.get(block.name)
        fields = [
            {
                "field": each,
                "shown": typed.values.get(each.name, "") if typed else _input(each.leaf.value),
                "choices": [(choice, plain_text(choice)) for choice in each.leaf.choices],
            }
            for each in block.fields
        ]
        row = {"block": block, "fields": fields, "typed": typed}
        found.setdefault(block.section, []).append(row)
    return found


def _input(value: Any) -> str:
    return ("true" if value else "false") if isinstance(value, bool) else str(value)


@permission("policy.draft")
def draft_put_aside(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Put a draft aside, with the reason."""
    draft = _draft(public_id)
    form = DraftDiscardForm(request.POST or None)
    if request.method == "POST" and form.is_valid():

        def act() -> None:
            draft_discard(
                draft_id=draft.pk, reason=form.cleaned_data["reason"], actor=actor_of(request), on=clock.today(),
                version=version_of(request),
            )  # fmt: skip

        if form_attempt(request, form, act, done="草案已弃用，全文保留备查。"):
            return redirect("registry:draft-detail", public_id)
    return render(request, f"{PAGES}/draft_discard.html", {"draft": draft, "form": form}, status=_status(form))


def _draft(public_id: UUID) -> PolicyDraft:
    return get_object_or_404(PolicyDraft.objects.select_related("made_by", "base"), public_id=public_id)


def _loaded(draft: PolicyDraft) -> tuple[LoadedPack | None, tuple[str, ...]]:
    try:
        return draft_pack(draft), ()
    except PackError as error:
        return None, error.problems


def _kept(request: HttpRequest, form: forms.Form, act: Any, *, done: str) -> bool:
    """Call a service that reads a draft's text; every problem of the text becomes an error of its own."""
    try:
        act()
    except DraftRefused as refusal:
        form.add_error("text", list(refusal.problems))
    except DomainError as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
    else:
        messages.success(request, done)
        return True
    return False


def _status(form: forms.Form) -> int:
    return 422 if form.errors else 200
