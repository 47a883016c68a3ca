"""The monthly summary of listings (名单信息汇总表): looked at, and taken as a file for the level above."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_safe

from registry import clock
from registry.base.errors import DomainError, InvalidInput
from registry.services import authz
from registry.views.export_files import export_answer
from registry.views.guards import actor_of, permission
from registry.views.paging import page_of
from sanctions.forms.listing_summary import ListingSummaryForm
from sanctions.rules.listing_summary import PARTS, TAKEN, listing_summary, month_before, month_end
from sanctions.selectors.listing_summary import reports_due, summary_cells, summary_rows
from sanctions.services.export_kinds import SUMMARY, summary_given


@permission("case.view")
@require_safe
def summary_page(request: HttpRequest) -> HttpResponse:
    """Show the month before, or the month asked for, part by part."""
    today = clock.today()
    form = _form(request)
    given: dict[str, Any] = (
        form.given() if form.is_valid() else {"part": TAKEN, "month": month_before(today), "department": None}
    )
    month, department = given["month"], given["department"]
    page = page_of(request, summary_rows(given["part"], month, department))
    context = {
        "form": form,
        "part": given["part"],
        "month": month,
        "last": min(month_end(month), today),
        "department": department,
        "parts": [(code, label, summary_rows(code, month, department).count()) for code, label in PARTS.items()],
        "page": page,
        "rows": [summary_cells(row) for row in page],
        "table": listing_summary(),
        "due": reports_due(month, today),
        "may_export": authz.may(actor_of(request), "export.run", today),
    }
    return render(request, "sanctions/listing_summary.html", context)


@permission("export.run")
@require_safe
def summary_sheet(request: HttpRequest, table_format: str) -> HttpResponseBase:
    """Send one part of a month as a file."""
    form = _form(request)
    try:
        if not form.is_valid():
            raise InvalidInput("month-unknown", "月份应写成2026-10的形式，部分和报送机关请从页面上选择。")
        return export_answer(request, SUMMARY, summary_given(**form.given(), table_format=table_format))
    except DomainError as refusal:
        messages.error(request, refusal.message)
        return redirect("sanctions:listing-summary")


def _form(request: HttpRequest) -> ListingSummaryForm:
    given: Any = request.GET.copy()
    given.setdefault("month", f"{month_before(clock.today()):%Y-%m}")
    return ListingSummaryForm(given)
