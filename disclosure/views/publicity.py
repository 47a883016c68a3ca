"""Officers' pages on dual publicity: figures with every row behind them, the monthly form, spot checks."""

from datetime import date
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from disclosure.forms import DecisionsForm, MissingForm, MonthForm, SpotCheckForm
from disclosure.models import MissingDecision, SpotCheck
from disclosure.rules.publicity_figures import ranking
from disclosure.selectors import office
from disclosure.selectors import publicity_figures as selector
from disclosure.services.export_kinds import DECISIONS, MONTH, span_given
from disclosure.services.spot_checks import missing_settle as settle
from disclosure.services.spot_checks import spot_check_make
from registry import clock
from registry.services import authz
from registry.views.export_files import export_answer
from registry.views.guards import actor_of, form_attempt, permission, version_of
from registry.views.paging import page_of

PAGES = "disclosure/office/publicity"
MONTHS = 12


def _asked(
    request: HttpRequest, form_class: type[MonthForm] = MonthForm, *, months: int = 1
) -> tuple[MonthForm, selector.Span]:
    """Return the form and the span asked for: this month's without a choice, or where the choice is not valid."""
    today = clock.today()
    given = request.GET.copy()
    given.setdefault("month", f"{today:%Y-%m}")
    form = form_class(given)
    month, department = today, None
    if form.is_valid() and form.cleaned_data["month"] <= today:
        month, department = form.cleaned_data["month"], form.cleaned_data["department"]
    return form, selector.month_span(
        month, on=today, department=department.pk if department is not None else None, months=months
    )


def _query(request: HttpRequest) -> str:
    query = request.GET.copy()
    query.pop("page", None)
    return query.urlencode()


@permission("publication.view")
@require_safe
def figures(request: HttpRequest) -> HttpResponse:
    """Show a month's figures by department, ranked, each number leading to its rows."""
    form, span = _asked(request)
    lines, total = selector.lines_by_department(span)
    context = {
        "form": form, "span": span, "lines": lines, "total": total, "places": ranking(lines),
        "query": _query(request), "month": f"{span.first:%Y-%m}",
        "is_running": office.is_dual_publicity_running(on=span.on),
        "concealed": selector.concealed_in(span).select_related("department", "check_made").order_by("decided_on")[:50],
    }  # fmt: skip
    return render(request, f"{PAGES}/figures.html", context)


@permission("publication.view")
@require_safe
def figures_sheet(request: HttpRequest) -> HttpResponseBase:
    """Download the monthly form as xlsx."""
    _, span = _asked(request)
    return export_answer(request, MONTH, span_given(span, site=request.build_absolute_uri("/")))


@permission("publication.view")
@require_safe
def figures_months(request: HttpRequest) -> HttpResponse:
    """Show the figures of twelve months, of all or of one department."""
    form, span = _asked(request, months=MONTHS)
    context = {"form": form, "span": span, "lines": selector.lines_by_month(span), "query": _query(request)}
    return render(request, f"{PAGES}/months.html", context)


def _rows_asked(request: HttpRequest) -> tuple[MonthForm, selector.Span, str, str]:
    form, span = _asked(request, DecisionsForm)
    if not form.is_valid():
        return form, span, "late", ""
    return form, span, form.cleaned_data["shown"] or "late", form.cleaned_data["kind"]


@permission("publication.view")
@require_safe
def figures_rows(request: HttpRequest) -> HttpResponse:
    """Show every decision behind a figure, with its days."""
    form, span, shown, kind = _rows_asked(request)
    page = page_of(request, selector.decisions_shown(span, shown=shown, kind=kind))
    context = {
        "form": form, "span": span, "page": page, "shown": shown, "label": selector.SHOWN[shown],
        "rows": selector.decision_rows(list(page), shown=shown, on=span.on), "query": _query(request),
    }  # fmt: skip
    return render(request, f"{PAGES}/rows.html", context)


@permission("publication.view")
@require_safe
def figures_rows_sheet(request: HttpRequest) -> HttpResponseBase:
    """Download the decisions, filtered as on the page, as xlsx."""
    _, span, shown, kind = _rows_asked(request)
    return export_answer(request, DECISIONS, span_given(span, shown=shown, kind=kind))


# --- spot checks ---------------------------------------------------------------------------------------------------


@permission("publication.view")
def spot_list(request: HttpRequest) -> HttpResponse:
    """List the spot checks; who may check uploads a list found elsewhere."""
    today = clock.today()
    may_check = authz.may(actor_of(request), "publicity.check", today)
    asks = request.method == "POST" and may_check
    form = SpotCheckForm(request.POST, request.FILES) if asks else SpotCheckForm()
    if asks and form.is_valid():
        made: list[SpotCheck] = []
        given = dict(form.cleaned_data)
        upload = given.pop("file")

        def act() -> None:
            made.append(spot_check_make(**given, upload=upload, actor=actor_of(request), on=today, at=clock.now()))

        if form_attempt(request, form, act, done="已核对，结果如下。"):
            return redirect("publications:spot-detail", made[0].public_id)
    found = SpotCheck.objects.select_related("department", "made_by")
    context = {"page": page_of(request, found), "form": form, "may_check": may_check}
    return render(request, f"{PAGES}/spot_list.html", context, status=422 if form.errors else 200)


@permission("publication.view")
@require_safe
def spot_detail(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Show what a spot check found missing and what became of each."""
    check = get_object_or_404(SpotCheck.objects.select_related("department", "made_by"), public_id=public_id)
    context = {
        "check": check,
        "page": page_of(request, selector.missing_of(check)),
        "may_check": authz.may(actor_of(request), "publicity.check", clock.today()),
    }
    return render(request, f"{PAGES}/spot_detail.html", context)


@permission("publicity.check")
def missing_settle(request: HttpRequest, missing_id: int) -> HttpResponse:
    """Say what was found out about one missing decision."""
    missing = get_object_or_404(MissingDecision.objects.select_related("check_made", "department"), pk=missing_id)
    form = MissingForm(request.POST or None, initial={"verdict": missing.verdict, "why": missing.why})
    if request.method == "POST" and form.is_valid():
        today: date = clock.today()

        def act() -> None:
            settle(
                missing_id=missing.pk, version=version_of(request), actor=actor_of(request), on=today,
                **form.cleaned_data,
            )  # fmt: skip

        if form_attempt(request, form, act, done="已记录核实结论。"):
            return redirect("publications:spot-detail", missing.check_made.public_id)
    context = {"missing": missing, "form": form}
    return render(request, f"{PAGES}/settle.html", context, status=422 if form.errors else 200)
