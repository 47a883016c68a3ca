"""Records: the list, one record with both its time lines, and entering one."""

from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from registry import clock
from registry.forms.records import RecordFilterForm, record_form, record_initial
from registry.models import Record
from registry.rules.accidents import grade
from registry.rules.findings import FINDINGS
from registry.selectors.changes import row_changes
from registry.selectors.classification import classified_labels
from registry.selectors.deadlines import object_deadlines
from registry.selectors.records import RecordFilters, record_detail, record_list, record_timeline, records_of_page
from registry.services import records
from registry.views.guards import actor_of, form_attempt, permission
from registry.views.paging import page_of
from registry.views.panels import record_panels_for
from registry.views.subjects import rights_of, subject_of

PAGES = "registry/records"
_RIGHTS = {
    "edit": "record.create",
    "confirm": "record.confirm",
    "correct": "record.correct",
    "void": "record.void",
    "classify": "record.classify",
    "evidence": "evidence.add",
    "download": "evidence.download",
}


def record_of(request: HttpRequest, public_id: UUID) -> Record:
    """Return the record with what its page shows if the account may see it, else answer 404."""
    found: Record = get_object_or_404(record_detail(actor_of(request), clock.today()), public_id=public_id)
    return found


@permission("record.view")
def record_index(request: HttpRequest) -> HttpResponse:
    """List records by subject, number, kind, state, department and day."""
    form = RecordFilterForm(request.GET)
    filters = RecordFilters()
    if form.is_valid():
        chosen = dict(form.cleaned_data)
        department = chosen.pop("department")
        filters = RecordFilters(department=department.pk if department else None, **chosen)
    found = record_list(account=actor_of(request), on=clock.today(), filters=filters)
    page = page_of(request, found.values_list("pk", flat=True))
    return render(request, f"{PAGES}/list.html", {"form": form, "page": page, "records": records_of_page(page)})


@permission("record.view")
def record_page(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Show one record: facts, details, clauses, findings, evidence, deadlines, timeline."""
    record = record_of(request, public_id)
    today = clock.today()
    context: dict[str, Any] = {
        "record": record,
        "subject": record.subject,
        "may": rights_of(request, _RIGHTS),
        "items": classified_labels(record),
        "findings": [(each, FINDINGS.get(each.code, each.code)) for each in record.findings.all()],
        "grade": _grade(record),
        "deadlines": object_deadlines(record._meta.label_lower, record.pk, today),
        "timeline": record_timeline(record),
        "panels": record_panels_for(request, record),
    }
    return render(request, f"{PAGES}/detail.html", context)


@permission("record.view")
def record_history(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Show every change of the record and its details."""
    record = record_of(request, public_id)
    details = [getattr(record, name) for name in ("penalty", "permit", "accident") if hasattr(record, name)]
    return render(request, f"{PAGES}/history.html", {"record": record, "changes": row_changes([record, *details])})


@permission("record.create")
def record_new(request: HttpRequest, public_id: UUID, kind: str) -> HttpResponse:
    """Enter a record of a kind about a subject, as a draft."""
    if kind not in Record.Kind.values:
        raise Http404
    subject = subject_of(request, public_id)
    initial = {"department": getattr(actor_of(request), "department_id", None)}
    form = record_form(kind, request.POST or None, initial=initial)
    made: list[Record] = []
    if request.method == "POST" and form.is_valid():

        def act() -> None:
            department = form.cleaned_data["department"]
            made.append(
                records.record_draft_create(
                    subject_id=subject.pk, department_id=department.pk, content=form.content(),
                    actor=actor_of(request), on=clock.today(),
                )
            )  # fmt: skip

        if form_attempt(request, form, act, done="草稿已保存。请添加证据材料，核对后确认。"):
            return redirect("registry:record-detail", made[0].public_id)
    heading = f"登记{Record.Kind(kind).label}"
    return render(request, f"{PAGES}/form.html", {"form": form, "subject": subject, "heading": heading})


@permission("record.create")
def record_edit(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Change a draft."""
    record = record_of(request, public_id)
    form = record_form(record.kind, request.POST or None, row=record, initial=record_initial(record))
    if request.method == "POST" and form.is_valid():

        def act() -> None:
            records.record_update(
                record_id=record.pk, department_id=form.cleaned_data["department"].pk, content=form.content(),
                version=form.cleaned_data["version"], actor=actor_of(request), on=clock.today(),
            )  # fmt: skip

        if form_attempt(request, form, act, done="草稿已修改。"):
            return redirect("registry:record-detail", record.public_id)
    context = {"form": form, "subject": record.subject, "record": record, "heading": "修改草稿"}
    return render(request, f"{PAGES}/form.html", context)


def _grade(record: Record) -> str:
    if not hasattr(record, "accident"):
        return ""
    figures = record.accident
    return grade(figures.deaths, figures.injured, figures.loss).label
