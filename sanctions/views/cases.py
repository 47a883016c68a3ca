"""Cases: the list with its filters, and the case page."""

from uuid import UUID

from django.core.paginator import Paginator
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render

from registry import clock
from registry.selectors.deadlines import deadline_views
from registry.selectors.policies import pack_of
from registry.views.guards import actor_of, permission
from sanctions.forms.cases import CaseFilterForm, EvidenceForm
from sanctions.models import Case
from sanctions.selectors.cases import case_deadlines, case_detail, case_events, case_list, defence_of
from sanctions.selectors.decisions import decision_reproduce
from sanctions.selectors.plain import case_plain, case_ways
from sanctions.selectors.reason_rows import reason_rows
from sanctions.services.case_readiness import case_readiness, case_stages

PAGE_SIZE = 30


@permission("case.view")
def case_list_page(request: HttpRequest) -> HttpResponse:
    """List cases, newest first, with filters."""
    form = CaseFilterForm(request.GET or None)
    chosen = form.cleaned_data if form.is_valid() else {}
    state = chosen.get("state") or "open"
    department = chosen.get("department")
    found = case_list(
        state="" if state == "all" else state,
        mine=actor_of(request).pk if chosen.get("whose") == "mine" else None,
        is_unassigned=chosen.get("whose") == "unassigned",
        department=department.pk if department else None,
        query=chosen.get("q", "").strip(),
    )
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    context = {"page": page, "form": form, "today": clock.today()}
    return render(request, "sanctions/cases/case_list.html", context)


def case_or_404(public_id: UUID) -> Case:
    """Return the case with what its pages show."""
    case = case_detail(public_id)
    if case is None:
        raise Http404("没有这个案件。")
    return case


@permission("case.view")
def case_page(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Show one case: where it stands, what is next, who may do it, why not when not."""
    case, on = case_or_404(public_id), clock.today()
    steps = case_readiness(case, actor_of(request), on)
    add_evidence = next((step for step in steps if step.name == "add-evidence"), None)
    context = {
        "case": case,
        "stages": case_stages(case),
        "main": next((step for step in steps if step.is_main), None),
        "side": [step for step in steps if not step.is_main and step.name != "add-evidence"],
        "add_evidence": add_evidence,
        "evidence_form": EvidenceForm() if add_evidence is not None and add_evidence.allowed else None,
        "rows": reason_rows(pack_of((case.parent or case).policy), case.reasons),
        "plain": [*case_plain(case, on), *case_ways(case)] if case.is_open else [],
        "reproduction": decision_reproduce(case) if case.decided_on else None,
        "deadlines": deadline_views(case_deadlines(case), on),
        "defence": defence_of(case),
        "entry": getattr(case, "entry", None),
        "events": case_events(case),
    }
    return render(request, "sanctions/cases/case_detail.html", context)
