"""Joint action as a whole: a department's measures in force, statistics with every row behind them, monthly reports."""

from datetime import date
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET

from registry import clock
from registry.base.errors import DomainError, NotAllowed
from registry.models import Department
from registry.rules import access
from registry.selectors.rights import roles_on
from registry.services import authz
from registry.services.evidence import attachment_download_log
from registry.views.addresses import request_address
from registry.views.evidence import file_response as stored_response
from registry.views.export_files import export_answer, file_response
from registry.views.guards import actor_of, permission
from registry.views.paging import page_of
from sanctions.forms.joint import AskedForm, InForceForm, ReportForm, SpanForm
from sanctions.models import JointReport
from sanctions.rules.joint_figures import ASKS
from sanctions.selectors import joint_reports, joint_statistics, measures_in_force
from sanctions.selectors.orders import supervises
from sanctions.services.export_kinds import ASKED, IN_FORCE, REPORTED, in_force_given, own_department, span_given
from sanctions.services.joint_files import figures_file
from sanctions.services.joint_reports import joint_report_ask

PAGES = "sanctions/joint"


def _sees_all(request: HttpRequest) -> bool:
    actor, today = actor_of(request), clock.today()
    return bool(roles_on(actor, today) & access.WATCHERS) or supervises(actor, today)


# --- measures in force ---------------------------------------------------------------------------------------------


def _in_force(request: HttpRequest) -> tuple[Department | None, InForceForm]:
    """Return the department looked at (the one asked for, else one's own, else the first) and the filter."""
    actor, today = actor_of(request), clock.today()
    choosable = list(measures_in_force.departments_choosable(actor, today))
    by_code = {each.code: each for each in choosable}
    own = next((each for each in choosable if each.pk == actor.department_id), None)
    department = by_code.get(request.GET.get("department", "")) or own or (choosable[0] if choosable else None)
    measures = measures_in_force.measure_choices(department) if department is not None else []
    given = request.GET.copy()
    given["department"] = department.code if department is not None else ""
    return department, InForceForm(given, departments=choosable, measures=measures)


@permission("order.view")
def in_force(request: HttpRequest) -> HttpResponse:
    """Show every subject under a measure of the department today: since when, until when, on what basis, how far."""
    today = clock.today()
    department, form = _in_force(request)
    context: dict[str, Any] = {"department": department, "form": form, "query": _query(request.GET)}
    if department is not None:
        page = page_of(request, measures_in_force.measures_in_force(department, today, form.given()))
        context |= {"page": page, "rows": measures_in_force.in_force_rows(list(page), today)}
    return render(request, f"{PAGES}/in_force.html", context)


@permission("order.view")
@require_GET
def in_force_sheet(request: HttpRequest) -> HttpResponseBase:
    """Download the measures in force, filtered as on the page, as xlsx."""
    department, form = _in_force(request)
    if department is None:
        raise Http404
    return export_answer(request, IN_FORCE, in_force_given(department, form.given()))


# --- statistics ----------------------------------------------------------------------------------------------------


def _departments(request: HttpRequest) -> QuerySet[Department]:
    return measures_in_force.departments_choosable(actor_of(request), clock.today())


def _span(request: HttpRequest, form_class: type[SpanForm] = SpanForm) -> tuple[SpanForm, joint_statistics.Span]:
    """Return the form and the span asked for: this month without a choice, or where the choice is not valid."""
    today = clock.today()
    given = request.GET.copy()
    given.setdefault("first", today.replace(day=1).isoformat())
    given.setdefault("last", today.isoformat())
    form = form_class(given, departments=_departments(request))
    scope = joint_statistics.department_scope(actor_of(request), today)
    first, last, department = today.replace(day=1), today, scope
    if form.is_valid():
        first, last, chosen = (form.cleaned_data[name] for name in ("first", "last", "department"))
        department = scope if scope is not None or chosen is None else chosen.pk
    catalogue, bar, code = request.GET.get("measure", "").partition("|")
    measure = (catalogue[:60], code[:20]) if bar else None
    return form, joint_statistics.Span(first, last, today, department, measure)


def _query(given: QueryDict) -> str:
    """Return the address's query without its page."""
    query = given.copy()
    query.pop("page", None)
    return query.urlencode()


@permission("order.view")
def statistics(request: HttpRequest) -> HttpResponse:
    """Show how departments responded in a period, by department and by measure, and with what effect."""
    form, span = _span(request)
    period = f"first={span.first}&last={span.last}"
    if form.is_valid() and form.cleaned_data["department"] is not None:
        period += f"&department={form.cleaned_data['department'].code}"
    context = {
        "form": form, "span": span, "figures": joint_statistics.joint_figures(span), "period": period,
        "query": _query(request.GET),
    }  # fmt: skip
    return render(request, f"{PAGES}/statistics.html", context)


@permission("order.view")
@require_GET
def statistics_sheet(request: HttpRequest) -> HttpResponseBase:
    """Download the figures as xlsx."""
    _, span = _span(request)
    actor = actor_of(request)
    made = figures_file(span=span, department=own_department(actor), actor=actor, on=clock.today())
    return file_response(made.stream, made.name, made.content_type)


def _chosen(form: SpanForm) -> tuple[str, str]:
    """Return the ask and the outcome looked at."""
    if not form.is_valid():
        return "answer", ""
    return form.cleaned_data["ask"] or "answer", form.cleaned_data["outcome"]


@permission("order.view")
def asked(request: HttpRequest) -> HttpResponse:
    """Show every row behind a figure of what was asked."""
    form, span = _span(request, AskedForm)
    ask, outcome = _chosen(form)
    page = page_of(request, joint_statistics.asked_with_outcome(span, ask=ask, outcome=outcome))
    context = {
        "form": form, "span": span, "page": page, "rows": joint_statistics.asked_rows(list(page), span.as_of),
        "ask_label": ASKS[ask], "query": _query(request.GET),
    }  # fmt: skip
    return render(request, f"{PAGES}/asked.html", context)


@permission("order.view")
@require_GET
def asked_sheet(request: HttpRequest) -> HttpResponseBase:
    """Download the rows, filtered as on the page, as xlsx."""
    form, span = _span(request, AskedForm)
    ask, outcome = _chosen(form)
    return export_answer(request, ASKED, span_given(span, ask=ask, outcome=outcome))


@permission("order.view")
def reported(request: HttpRequest) -> HttpResponse:
    """Show every answer that departments gave in a period."""
    form, span = _span(request)
    found = joint_statistics.reported_in(span).select_related("order__entry__subject", "order__department")
    page = page_of(request, found.order_by("-on", "-pk"))
    context = {"form": form, "span": span, "page": page, "query": _query(request.GET)}
    return render(request, f"{PAGES}/reported.html", context)


@permission("order.view")
@require_GET
def reported_sheet(request: HttpRequest) -> HttpResponseBase:
    """Download the answers, filtered as on the page, as xlsx."""
    _, span = _span(request)
    return export_answer(request, REPORTED, span_given(span))


# --- monthly reports -----------------------------------------------------------------------------------------------


@permission("joint-report.view")
def report_index(request: HttpRequest) -> HttpResponse:
    """List the monthly reports; an officer may have the report of a month made."""
    today = clock.today()
    may_make = authz.may(actor_of(request), "joint-report.make", today)
    asks = request.method == "POST" and may_make
    initial: dict[str, date] = {"month": joint_reports.month_before(today)}
    form = ReportForm(request.POST if asks else None, initial=initial)
    if asks and form.is_valid():
        try:
            report = joint_report_ask(actor=actor_of(request), on=today, **form.cleaned_data)
        except DomainError as refusal:
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        else:
            if report is None:
                messages.success(request, "当月任务较多，报告正在后台编制，完成后会通知您。")
                return redirect("sanctions:joint-report-list")
            messages.success(request, "报告已编制，数据和文书不再变动。")
            return redirect("sanctions:joint-report-detail", report.public_id)
    context = {"page": page_of(request, joint_reports.report_list()), "form": form, "may_make": may_make}
    return render(request, f"{PAGES}/reports.html", context, status=422 if form.errors else 200)


def _report(public_id: UUID) -> JointReport:
    found = JointReport.objects.select_related("made_by", "sheet", "paper")
    return get_object_or_404(found, public_id=public_id)


@permission("joint-report.view")
def report_detail(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Show a report as it was made, and what later facts make of its figures."""
    report = _report(public_id)
    figures = joint_reports.figures_of(report)
    context = {
        "report": report, "figures": figures, "differences": joint_reports.report_differences(report),
        "sees_all": _sees_all(request),
        "others": JointReport.objects.filter(month=report.month).exclude(pk=report.pk).defer("figures"),
    }  # fmt: skip
    return render(request, f"{PAGES}/report.html", context)


@permission("joint-report.view")
@require_GET
def report_file(request: HttpRequest, public_id: UUID, kind: str) -> HttpResponseBase:
    """Send a report's document, or its sheet, which names subjects: only to who sees every department's tasks."""
    report = _report(public_id)
    if kind not in ("sheet", "paper"):
        raise Http404
    if kind == "sheet" and not _sees_all(request):
        raise NotAllowed(
            "sheet-of-all", "数据表含有各部门的任务明细，只供信用监管办公室和联席会议办公室下载。请下载报告文书。"
        )
    attachment = report.sheet if kind == "sheet" else report.paper
    attachment_download_log(
        attachment=attachment, address=request_address(request), actor=actor_of(request), on=clock.today(),
        permission="joint-report.view",
    )  # fmt: skip
    return stored_response(attachment)
