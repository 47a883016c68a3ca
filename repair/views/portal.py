"""The subject's own requests: what it asked for, what is wanted of it, what came of it. Every page shows its own alone."""

from datetime import date
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET

from registry import clock
from registry.forms.versioned import VersionedForm
from registry.models import Attachment, Record
from registry.rules.policy.repairing import REFUSALS
from registry.services.evidence import attachment_download_log
from registry.views.addresses import request_address
from registry.views.evidence import file_response
from registry.views.guards import actor_of, form_attempt, permission, subject_of
from repair.forms.portal import (
    AnswerForm,
    ObjectionForm,
    PapersAnswerForm,
    PapersForm,
    RepeatedObjectionForm,
    UndoStatementForm,
)
from repair.models import Objection, RepairApplication
from repair.rules.county import county_requests
from repair.rules.lifecycle import DECLINED, OPEN, REFUSED, SUPPLEMENT
from repair.rules.wording import court_remedies
from repair.selectors.governing import cited_basis, joint_conference, objection_governing
from repair.selectors.lists import (
    MODELS,
    AnyRequest,
    dues_of,
    request_documents,
    request_events,
    request_of,
    request_row,
    requests_of_subject,
    supplement_until,
)
from repair.selectors.overview import Matter, matter_of, matters_of
from repair.selectors.repeated import objection_refused
from repair.services import objections, repairs, undo_hearing
from repair.services.repair_decisions import standing_of
from sanctions.models import ListEntry

PAGES = "repair/portal"


def _own(request: HttpRequest, family: str, public_id: UUID) -> AnyRequest:
    found = request_of(family, public_id, subject=subject_of(request)) if family in MODELS else None
    if found is None:
        raise Http404
    return found


def _target(request: HttpRequest, target: str, public_id: UUID) -> Record | ListEntry:
    """Return the subject's own record or entry; another's answers like one that does not exist."""
    models: dict[str, Any] = {"record": Record.objects.exclude(state=Record.State.DRAFT), "entry": ListEntry.objects}
    if target not in models:
        raise Http404
    found: Record | ListEntry = get_object_or_404(models[target], subject=subject_of(request), public_id=public_id)
    return found


@permission("portal.view")
def request_index(request: HttpRequest) -> HttpResponse:
    """List what the subject asked for, and what it may object to."""
    subject, on = subject_of(request), clock.today()
    records = Record.objects.filter(subject=subject, state__in=[Record.State.CONFIRMED, Record.State.REPAIRED])
    context = {
        "rows": requests_of_subject(subject, on),
        "records": records.select_related("department"),
        "entries": ListEntry.objects.filter(subject=subject).in_force(on).select_related("department"),
    }
    return render(request, f"{PAGES}/list.html", context)


@permission("portal.view")
def request_page(request: HttpRequest, family: str, public_id: UUID) -> HttpResponse:
    """Show one request: state, promised day, what is wanted, documents, what happened."""
    found = _own(request, family, public_id)
    is_refused = found.state in (REFUSED, DECLINED)
    application = found if isinstance(found, RepairApplication) and is_refused else None
    context = {
        "row": request_row(found, dues_of(MODELS[family], [found.pk], clock.today()).get(found.pk)),
        "found": found,
        "basis": cited_basis(found),
        "events": request_events(found),
        "documents": request_documents(found),
        "files": found.files.select_related("attachment").order_by("pk"),
        "may_answer": found.state == SUPPLEMENT,
        "supplement_until": supplement_until(found),
        "may_withdraw": found.is_open,
        "may_complain": _may_complain(found),
        "remedies": court_remedies() if is_refused or getattr(found, "undone_on", None) else "",
        "missing": [REFUSALS[code] for code in application.refusals] if application is not None else [],
        "again_from": _again_from(application) if application is not None else None,
    }
    return render(request, f"{PAGES}/detail.html", context)


def _again_from(application: RepairApplication) -> date | None:
    """Return the first day on which the rule lets the subject apply again, where it lies ahead and nothing bars it."""
    today = clock.today()
    earliest = standing_of(application, today).earliest
    return earliest if application.barred_until is None and earliest is not None and earliest > today else None


def _may_complain(found: AnyRequest) -> bool:
    return (
        isinstance(found, Objection)
        and found.level == Objection.Level.DEPARTMENT
        and found.state in (REFUSED, DECLINED)
        and not Objection.objects.filter(first=found).exists()
        and joint_conference() is not None
    )


@permission("portal.file")
def objection_new(request: HttpRequest, target: str, public_id: UUID) -> HttpResponse:
    """File an objection about an own record or entry."""
    thing, subject = _target(request, target, public_id), subject_of(request)
    record, entry = (thing, None) if isinstance(thing, Record) else (None, thing)
    refused = objection_refused(record=record, entry=entry)
    kind = RepeatedObjectionForm if refused is not None else ObjectionForm
    form = kind(request.POST or None, request.FILES or None)
    made: list[Objection] = []
    if request.method == "POST" and form.is_valid():

        def act() -> None:
            made.append(
                objections.objection_file(
                    subject_id=subject.pk, statement=form.cleaned_data["statement"], uploads=form.uploads(),
                    new_facts=form.cleaned_data.get("new_facts", ""), actor=actor_of(request), on=clock.today(),
                    **{f"{target}_id": thing.pk},
                )
            )  # fmt: skip

        if form_attempt(request, form, act, done="异议已提出，相关信息已标注“有异议”。"):
            return redirect("my-requests:detail", "objections", made[0].public_id)
    governing = objection_governing(record=record, entry=entry, on=clock.today())
    rule = governing.objection if governing is not None else None
    context = {
        "form": form, "thing": thing, "record": record, "entry": entry, "rule": rule, "governing": governing,
        "refused": refused if not county_requests().repeated_objection.value else None,
    }  # fmt: skip
    return render(request, f"{PAGES}/objection.html", context, status=422 if form.errors else 200)


@permission("portal.file")
def complaint_new(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Complain about an own objection that was refused or not accepted."""
    first = _own(request, "objections", public_id)
    form = ObjectionForm(request.POST or None, request.FILES or None)
    made: list[Objection] = []
    if request.method == "POST" and form.is_valid():

        def act() -> None:
            made.append(
                objections.complaint_file(
                    objection_id=first.pk, statement=form.cleaned_data["statement"], uploads=form.uploads(),
                    actor=actor_of(request), on=clock.today(),
                )
            )  # fmt: skip

        if form_attempt(request, form, act, done="投诉已提出。"):
            return redirect("my-requests:detail", "objections", made[0].public_id)
    context = {"form": form, "found": first, "office": joint_conference()}
    return render(request, f"{PAGES}/complaint.html", context, status=422 if form.errors else 200)


@permission("portal.file")
def request_answer(request: HttpRequest, family: str, public_id: UUID) -> HttpResponse:
    """Hand in what was wanted."""
    found = _own(request, family, public_id)
    kind = AnswerForm if family == "objections" else PapersAnswerForm
    form = kind(request.POST or None, request.FILES or None, row=found)
    if request.method == "POST" and form.is_valid():

        def act() -> None:
            common: dict[str, Any] = {
                "statement": form.cleaned_data["statement"], "actor": actor_of(request), "on": clock.today(),
                "version": form.cleaned_data["version"],
            }  # fmt: skip
            if isinstance(form, AnswerForm):
                objections.objection_answer(objection_id=found.pk, uploads=form.uploads(), **common)
            else:
                repairs.repair_answer(application_id=found.pk, papers=form.papers(), **common)

        if form_attempt(request, form, act, done="补正已提交，办理期限继续计算。"):
            return redirect("my-requests:detail", family, public_id)
    context = {"form": form, "found": found, "family": family}
    return render(request, f"{PAGES}/answer.html", context, status=422 if form.errors else 200)


@permission("portal.file")
def request_withdraw(request: HttpRequest, family: str, public_id: UUID) -> HttpResponse:
    """Take an own request back, after a page that says what that means."""
    found = _own(request, family, public_id)
    form = VersionedForm(request.POST or None, row=found)
    if request.method == "POST" and form.is_valid():

        def act() -> None:
            common: dict[str, Any] = {
                "actor": actor_of(request),
                "on": clock.today(),
                "version": form.cleaned_data["version"],
            }
            if family == "objections":
                objections.objection_withdraw(objection_id=found.pk, **common)
            else:
                repairs.repair_withdraw(application_id=found.pk, **common)

        if form_attempt(request, form, act, done="已撤回。"):
            return redirect("my-requests:detail", family, public_id)
    context = {"form": form, "found": found, "family": family, "is_open": found.state in OPEN}
    return render(request, f"{PAGES}/withdraw.html", context, status=422 if form.errors else 200)


@permission("portal.file")
def undo_statement(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """State one's case, or waive it, before a repair is taken back."""
    found = _own(request, "repairs", public_id)
    assert isinstance(found, RepairApplication)  # noqa: S101  (its family says so)
    form = UndoStatementForm(request.POST or None, request.FILES or None, row=found)
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data

        def act() -> None:
            undo_hearing.undo_state(
                application_id=found.pk, statement=given["statement"], is_waived=given["is_waived"],
                papers=form.papers(), actor=actor_of(request), on=clock.today(), version=given["version"],
            )  # fmt: skip

        if form_attempt(request, form, act, done="已收到，办理部门审查后作出决定。"):
            return redirect("my-requests:detail", "repairs", public_id)
    context = {"form": form, "found": found}
    return render(request, f"{PAGES}/undo.html", context, status=422 if form.errors else 200)


@permission("portal.view")
def repair_overview(request: HttpRequest) -> HttpResponse:
    """Tell for each own record and entry whether and when it may be repaired, and what is missing."""
    context = {"matters": matters_of(subject_of(request), on=clock.today()), "kinds": RepairApplication.Kind}
    return render(request, f"{PAGES}/overview.html", context)


@permission("portal.file")
def repair_new(request: HttpRequest, target: str, public_id: UUID, kind: str) -> HttpResponse:
    """Apply for repair or removal, with the documents that the governing rule asks for."""
    thing, subject = _target(request, target, public_id), subject_of(request)
    if kind not in RepairApplication.Kind.values or (kind == "removal" and target != "entry"):
        raise Http404
    matter = _matter(thing, subject)
    way = next((each for each in matter.ways if each.kind == kind), None)
    form = PapersForm(request.POST or None, request.FILES or None, wanted=way.wanted if way is not None else ())
    made: list[RepairApplication] = []
    if request.method == "POST" and form.is_valid():

        def act() -> None:
            made.append(
                repairs.repair_file(
                    subject_id=subject.pk, statement=form.cleaned_data["statement"], papers=form.papers(), kind=kind,
                    actor=actor_of(request), on=clock.today(), **{f"{target}_id": thing.pk},
                )
            )  # fmt: skip

        if form_attempt(request, form, act, done="申请已提交。"):
            return redirect("my-requests:detail", "repairs", made[0].public_id)
    context = {"form": form, "matter": matter, "way": way, "label": RepairApplication.Kind(kind).label}
    return render(request, f"{PAGES}/apply.html", context, status=422 if form.errors else 200)


def _matter(thing: Record | ListEntry, subject: Any) -> Matter:
    if isinstance(thing, Record):
        return matter_of(subject, record=thing, on=clock.today())
    return matter_of(subject, entry=thing, on=clock.today())


@permission("portal.view")
@require_GET
def request_file(request: HttpRequest, family: str, public_id: UUID, file_id: UUID) -> HttpResponseBase:
    """Send a file or a document of an own request, logged."""
    found = _own(request, family, public_id)
    kept = [*found.files.values_list("attachment", flat=True),
            *request_documents(found).values_list("attachment", flat=True)]  # fmt: skip
    attachment = get_object_or_404(Attachment.objects.filter(pk__in=[pk for pk in kept if pk]), public_id=file_id)
    attachment_download_log(
        attachment=attachment, address=request_address(request), actor=actor_of(request), on=clock.today(),
        permission="portal.view",
    )  # fmt: skip
    return file_response(attachment)
