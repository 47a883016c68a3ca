"""A subject's own credit report, and the public page on which anybody checks one."""

from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST, require_safe

from credit_site.selectors.own_file import report_by_code, reports_of
from credit_site.services.own_report import own_report_make
from disclosure.selectors.snapshots import public_name
from registry import clock
from registry.views.guards import actor_of, attempt, permission, subject_of
from registry.views.paging import page_of
from sanctions.selectors.check_sheets import sheet_by_code, sheet_is_current


@permission("portal.view")
def reports(request: HttpRequest) -> HttpResponse:
    """List the reports made before."""
    page = page_of(request, reports_of(subject_of(request)))
    return render(request, "credit_site/portal/reports.html", {"page": page})


@permission("portal.view")
@require_POST
def report_new(request: HttpRequest) -> HttpResponse:
    """Make a report as of today."""
    subject_of(request)

    def verify_url(code: UUID) -> str:
        return request.build_absolute_uri(reverse("report-verify", args=[code]))

    def act() -> None:
        own_report_make(actor=actor_of(request), verify_url=verify_url, on=clock.today())

    attempt(request, act, done="报告已生成，请下载。")
    return redirect("portal:reports")


@login_not_required
@require_safe
@never_cache
def report_verify(request: HttpRequest, code: UUID) -> HttpResponse:
    """Tell anybody with the code on a report, or on the result of a check, that the office gave it out, and when.

    Whose report it is stands there as the public may see it; whom a check asked about does not.
    """
    sheet = sheet_by_code(code)
    if sheet is not None:
        context = {"sheet": sheet, "is_current": sheet_is_current(sheet, clock.today())}
        return render(request, "credit_site/check_verify.html", context)
    found = report_by_code(code)
    if found is None:
        raise Http404("没有这份报告。")
    context = {"report": found, "name": public_name(found.subject), "sha256": found.attachment.sha256}
    return render(request, "credit_site/report_verify.html", context)
