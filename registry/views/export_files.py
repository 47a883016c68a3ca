"""Files for officers: a short one is sent at once, a long one is made by a job and fetched from its own page."""

from collections.abc import Mapping
from typing import Any, BinaryIO
from uuid import UUID

from django.contrib import messages
from django.http import FileResponse, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_safe

from registry import clock
from registry.base.errors import RuleRefused
from registry.models import ExportFile
from registry.selectors.export_files import export_is_over, export_last_day, exports_of, faulty_records
from registry.services.export_files import LONG_ROWS, export_ask, export_take
from registry.views.addresses import request_address
from registry.views.evidence import file_response as stored_response
from registry.views.guards import actor_of, permission
from registry.views.paging import page_of

PAGES = "registry/exports"
REFRESH_SECONDS = 2


def file_response(stream: BinaryIO, name: str, content_type: str) -> FileResponse:
    """Return a file made for one officer: a download that no browser opens in place or keeps."""
    response = FileResponse(stream, as_attachment=True, filename=name, content_type=content_type)
    response["Cache-Control"] = "private, no-store"
    return response


def export_answer(request: HttpRequest, code: str, given: Mapping[str, Any]) -> HttpResponseBase:
    """Send a short file of the kind `code`; lead to the page of a long one, which a job makes. Raises what its kind
    raises."""
    try:
        made = export_ask(code=code, given=given, actor=actor_of(request), on=clock.today())
    except RuleRefused as refusal:
        if refusal.code != "exports-waiting":
            raise
        messages.error(request, refusal.message)
        return redirect("registry:export-files")
    if isinstance(made, ExportFile):
        return redirect("registry:export-file", made.public_id)
    return file_response(made.stream, made.name, made.content_type)


@permission("export.own")
@require_safe
def export_list(request: HttpRequest) -> HttpResponse:
    """List the long files that the account asked for, newest first."""
    today = clock.today()
    page = page_of(request, exports_of(actor_of(request)))
    for each in page:
        each.last_day, each.is_over = export_last_day(each), export_is_over(each, today)
    return render(request, f"{PAGES}/list.html", {"page": page, "long": LONG_ROWS})


def _export(request: HttpRequest, public_id: UUID) -> ExportFile:
    return get_object_or_404(exports_of(actor_of(request)), public_id=public_id)


@permission("export.own")
@require_safe
def export_detail(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Show how far a file is, then the way to it, or why there is none."""
    export = _export(request, public_id)
    context = {
        "export": export, "last_day": export_last_day(export), "is_over": export_is_over(export, clock.today()),
        "faulty": faulty_records(export), "refresh_seconds": REFRESH_SECONDS, "long": LONG_ROWS,
    }  # fmt: skip
    return render(request, f"{PAGES}/detail.html", context)


@permission("export.own")
@require_safe
def export_fetch(request: HttpRequest, public_id: UUID) -> HttpResponseBase:
    """Send a file to who asked for it."""
    export = _export(request, public_id)
    attachment = export_take(
        export=export, address=request_address(request), actor=actor_of(request), on=clock.today()
    )  # fmt: skip
    return stored_response(attachment)
