"""The month's reports as they were made ready for the level above."""

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET, require_safe

from disclosure.models import MonthlyFile
from disclosure.selectors.monthly import month_files, month_joint_report, reports_due
from registry import clock
from registry.services.evidence import attachment_download_log
from registry.views.addresses import request_address
from registry.views.evidence import file_response
from registry.views.guards import actor_of, permission
from registry.views.paging import page_of


@permission("publication.view")
@require_safe
def monthly_list(request: HttpRequest) -> HttpResponse:
    """Show each month's files, and until when the packs in use ask for its reports."""
    page = page_of(request, MonthlyFile.objects.order_by("-month").values_list("month", flat=True).distinct())
    today = clock.today()
    months = [
        {
            "month": month,
            "files": month_files(month),
            "report": month_joint_report(month),
            "due": reports_due(month, today),
        }
        for month in page
    ]
    return render(request, "disclosure/office/publicity/monthly.html", {"page": page, "months": months})


@permission("export.run")
@require_GET
def monthly_file(request: HttpRequest, public_id: UUID) -> HttpResponseBase:
    """Send a file as it was made; the download is logged."""
    found = get_object_or_404(MonthlyFile.objects.select_related("attachment"), public_id=public_id)
    attachment_download_log(
        attachment=found.attachment, address=request_address(request), actor=actor_of(request), on=clock.today(),
        permission="export.run",
    )  # fmt: skip
    return file_response(found.attachment)
