"""The queue of candidates: what the rules say is due, opened as a case or dismissed."""

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from registry import clock
from registry.base.errors import DomainError
from registry.models import Event
from registry.selectors.policies import pack_of
from registry.services import authz
from registry.views.guards import actor_of, attempt, permission, version_of
from sanctions.forms.cases import CandidateFilterForm, CandidateOpenForm, ReasonForm
from sanctions.models import Candidate
from sanctions.selectors.candidates import candidate_list, candidate_records, listing_packs
from sanctions.selectors.plain import candidate_plain
from sanctions.selectors.reason_rows import reason_rows
from sanctions.services.candidates import candidate_dismiss
from sanctions.services.case_opening import case_open

PAGE_SIZE = 30


@permission("case.view")
def candidate_list_page(request: HttpRequest) -> HttpResponse:
    """List what is due, oldest first, with filters."""
    policies = [(active.version.pack_id, active.version.title) for active in listing_packs(clock.today())]
    form = CandidateFilterForm(request.GET or None, policies=policies)
    chosen = form.cleaned_data if form.is_valid() else {}
    state = chosen.get("state") or Candidate.State.OPEN
    found = candidate_list(
        state="" if state == "all" else state, pack_id=chosen.get("pack", ""), query=chosen.get("q", "").strip()
    )
    page = Paginator(found, PAGE_SIZE).get_page(request.GET.get("page"))
    return render(request, "sanctions/candidates/candidate_list.html", {"page": page, "form": form})


@permission("case.view")
def candidate_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Show one candidate with its reasons."""
    return _detail(request, _candidate(pk))


def _candidate(pk: int) -> Candidate:
    return get_object_or_404(
        Candidate.objects.select_related("subject", "activation__policy", "dismissed_by", "case"), pk=pk
    )


def _detail(
    request: HttpRequest, candidate: Candidate, *, open_form: CandidateOpenForm | None = None, status: int = 200
) -> HttpResponse:
    actor, on = actor_of(request), clock.today()
    policy = candidate.activation.policy
    context = {
        "candidate": candidate,
        "policy": policy,
        "records": candidate_records(candidate),
        "plain": candidate_plain(candidate, on),
        "rows": reason_rows(pack_of(policy), candidate.reasons.get("tree")),
        "events": Event.objects.filter(object_kind="sanctions.candidate", object_id=candidate.pk).select_related(
            "actor"
        ),
        "is_open": candidate.state == Candidate.State.OPEN,
        "can_open": authz.may(actor, "case.open", on),
        "can_dismiss": authz.may(actor, "candidate.dismiss", on),
        "open_form": open_form or CandidateOpenForm(),
    }
    return render(request, "sanctions/candidates/candidate_detail.html", context, status=status)


@permission("case.open")
def candidate_open(request: HttpRequest, pk: int) -> HttpResponse:
    """Open a case on the candidate."""
    candidate = _candidate(pk)
    if request.method != "POST":
        return redirect("sanctions:candidate-detail", pk=pk)
    form = CandidateOpenForm(request.POST)
    if not form.is_valid():
        return _detail(request, candidate, open_form=form, status=422)
    actor = actor_of(request)
    handler = actor if form.cleaned_data["handler"] == CandidateOpenForm.MINE else None
    done = attempt(
        request,
        lambda: case_open(candidate_id=pk, handler=handler, actor=actor, on=clock.today(), version=version_of(request)),
        done="已立案。请核对依据、补充材料后确认证据齐备。",
    )
    if not done:
        return redirect("sanctions:candidate-detail", pk=pk)
    return redirect("sanctions:case-detail", public_id=_candidate(pk).case.public_id)


@permission("candidate.dismiss")
def candidate_dismiss_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask for the reason and decide that no case is opened."""
    candidate = _candidate(pk)
    form = ReasonForm(request.POST or None)
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            candidate_dismiss(
                candidate_id=pk, reason=form.cleaned_data["reason"], actor=actor_of(request), on=clock.today(),
                version=version_of(request),
            )  # fmt: skip
        except DomainError as refusal:
            form.add_error(None, refusal.message)
        else:
            return redirect("sanctions:candidate-detail", pk=pk)
    if form.errors:
        status = 422
    context = {"candidate": candidate, "form": form}
    return render(request, "sanctions/candidates/candidate_dismiss.html", context, status=status)
