"""A subject's own cases: what it was told, its statement, its waiver."""

from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from registry import clock
from registry.base.errors import DomainError
from registry.views.guards import actor_of, form_attempt, permission, subject_of
from sanctions.forms.own_defence import OwnDefenceForm, OwnWaiverForm
from sanctions.models import Case
from sanctions.rules.lifecycle import HEARABLE, NOTICED
from sanctions.selectors.cases import heard_until
from sanctions.selectors.own_cases import own_case, own_cases
from sanctions.selectors.plain import case_plain, case_ways
from sanctions.services import defences
from sanctions.services.defences import DefenceUpload

PAGES = "sanctions/own"


@permission("portal.view")
def case_index(request: HttpRequest) -> HttpResponse:
    """List the subject's own cases."""
    return render(request, f"{PAGES}/list.html", {"cases": own_cases(subject_of(request))})


@permission("portal.view")
def case_page(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Show what the subject was told, and what it can still do about it."""
    case = _case(request, public_id)
    return render(request, f"{PAGES}/case.html", _context(case))


@permission("portal.file")
def defence_new(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Hand in a statement with evidence; a late one says so."""
    case = _case(request, public_id)
    form = OwnDefenceForm(request.POST or None, request.FILES or None, row=case)
    if request.method == "POST" and form.is_valid():
        given = form.given()

        def act() -> None:
            try:
                defences.own_defence_receive(
                    case_id=case.pk, statement=given["statement"], wants_hearing=given["wants_hearing"],
                    uploads=[DefenceUpload(each, each.name or "") for each in given["papers"]],
                    actor=actor_of(request), on=clock.today(), version=given["version"],
                )  # fmt: skip
            except DomainError as refusal:
                refusal.field = "papers" if refusal.field == "file" else refusal.field
                raise

        if form_attempt(request, form, act, done="已收到陈述申辩意见。审查结论作出之前，案件不会继续办理。"):
            return redirect("my-cases:detail", case.public_id)
    return render(request, f"{PAGES}/defence.html", _context(case) | {"form": form})


@permission("portal.file")
def defence_waive(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Confirm, then declare the waiver."""
    case = _case(request, public_id)
    form = OwnWaiverForm(request.POST or None, row=case)
    if request.method == "POST" and form.is_valid():

        def act() -> None:
            defences.own_defence_waive(
                case_id=case.pk, actor=actor_of(request), on=clock.today(), **form.given()
            )  # fmt: skip

        if form_attempt(request, form, act, done="已登记放弃陈述申辩。认定之前改变主意的，仍可以提交意见。"):
            return redirect("my-cases:detail", case.public_id)
    return render(request, f"{PAGES}/waive.html", _context(case) | {"form": form})


def _case(request: HttpRequest, public_id: UUID) -> Case:
    found = own_case(subject_of(request), public_id)
    if found is None:
        raise Http404("没有这件案件。")
    return found


def _context(case: Case) -> dict[str, object]:
    today, until = clock.today(), heard_until(case)
    defence = getattr(case, "defence", None)
    is_open = case.state in HEARABLE and case.served_on is not None
    return {
        "case": case,
        "defence": defence,
        "until": until,
        "is_late": until is not None and today > until,
        "may_defend": is_open and (defence is None or defence.is_waived),
        "may_waive": is_open and defence is None and case.state == NOTICED,
        "reasons": case_plain(case, today) if case.is_open else case.sentences,
        "ways": case_ways(case),
        "was_late": defence is not None and until is not None and defence.received_on > until,
    }
