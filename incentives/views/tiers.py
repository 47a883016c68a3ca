"""Supervision tiers before officers: the list with its sheet, one subject with reasons, objections."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET

from incentives.forms.tiers import TierAnswerForm, TierFilterForm
from incentives.models import TierObjection
from incentives.selectors import tiers as selectors
from incentives.services.tier_files import TIERS, tiers_given
from incentives.services.tiers import tier_answer
from registry import clock
from registry.rules.policy.tiering import MISSING_LABELS
from registry.selectors.subjects import subjects_visible_to
from registry.services import authz
from registry.views.export_files import export_answer
from registry.views.guards import actor_of, form_attempt, permission, version_of
from registry.views.paging import page_of

PAGES = "incentives/tiers"


def _form(request: HttpRequest) -> TierFilterForm:
    counts = selectors.tier_counts(clock.today())
    tiers = [(tier.code, tier.label) for tier, _ in counts]
    return TierFilterForm(request.GET, tiers=tiers, industries=selectors.industries())


def _filters(form: TierFilterForm) -> selectors.TierFilters:
    return selectors.TierFilters(**form.cleaned_data) if form.is_valid() else selectors.TierFilters()


@permission("tier.view")
def tier_index(request: HttpRequest) -> HttpResponse:
    """List who is in which tier today, with what each tier means for inspections."""
    today, form = clock.today(), _form(request)
    page = page_of(request, selectors.tier_list(_filters(form), today))
    rows = [{"held": each, "missing": [MISSING_LABELS[code] for code in each.missing]} for each in page]
    active = selectors.tier_pack(today)
    context = {
        "form": form,
        "page": page,
        "rows": rows,
        "counts": selectors.tier_counts(today),
        "active": active,
        "waits": active is not None and selectors.edition_waits(active),
        "query": request.GET.urlencode(),
        "objections": selectors.tier_objections(open_only=True).count(),
    }
    return render(request, f"{PAGES}/list.html", context)


@permission("tier.view")
@require_GET
def tier_sheet(request: HttpRequest) -> HttpResponseBase:
    """Send the list, narrowed as on the page, as .xlsx."""
    return export_answer(request, TIERS, tiers_given(_filters(_form(request))))


@permission("tier.view")
def tier_subject(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Show one subject's tier as of today: reasons, what each cause does, what is missing, history."""
    actor, today = actor_of(request), clock.today()
    subject = get_object_or_404(subjects_visible_to(actor, today), public_id=public_id)
    context = {
        "subject": subject,
        "graded": selectors.tier_page(subject, today),
        "held": selectors.tier_held(subject, today),
        "history": selectors.tier_history(subject, limit=50),
        "objections": selectors.tier_objections().filter(subject=subject)[:20],
        "may_edit": authz.may(actor, "subject.edit", today),
    }
    return render(request, f"{PAGES}/subject.html", context)


@permission("tier.view")
def objection_index(request: HttpRequest) -> HttpResponse:
    """List objections against tiers, the open ones first asked for."""
    is_all = request.GET.get("show") == "all"
    page = page_of(request, selectors.tier_objections(open_only=not is_all))
    return render(request, f"{PAGES}/objections.html", {"page": page, "is_all": is_all})


@permission("tier.view")
def objection_page(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Show one objection beside the tier as it is today, and take the answer."""
    actor, today = actor_of(request), clock.today()
    objection: TierObjection = get_object_or_404(selectors.tier_objections(), public_id=public_id)
    form = TierAnswerForm(request.POST or None)
    if request.method == "POST" and form.is_valid():

        def act() -> Any:
            return tier_answer(
                objection_id=objection.pk, answer=form.cleaned_data["answer"], actor=actor, on=today,
                version=version_of(request),
            )  # fmt: skip

        if form_attempt(request, form, act, done="已答复。"):
            return redirect("tiers:objections")
    context = {
        "objection": objection,
        "graded": selectors.tier_page(objection.subject, today),
        "form": form,
        "may_answer": objection.answered_on is None and authz.may(actor, "tier.answer", today),
    }
    return render(request, f"{PAGES}/objection.html", context, status=422 if form.errors else 200)
