"""Export of penalties and licences in the national layout."""

from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.shortcuts import render

from registry import clock
from registry.base.errors import DomainError
from registry.forms.imports import ExportForm
from registry.rules.access import may
from registry.selectors.rights import roles_on
from registry.services.imports.returning import RowsNotReportable, export_make
from registry.views.guards import actor_of, permission
from registry.views.imports import file_response


@permission("export.run")
def export_new(request: HttpRequest) -> HttpResponseBase:
    """Choose what to export, and send it; records that the template would refuse are listed first, with their reasons."""
    today = clock.today()
    initial: dict[str, Any] = {
        "department": actor_of(request).department_id, "decided_from": today.replace(day=1), "decided_until": today,
    }  # fmt: skip
    form = ExportForm(request.POST or None, initial=initial)
    if not may(roles_on(actor_of(request), today), "subject.identity"):
        del form.fields["with_identities"]
    refused: RowsNotReportable | None = None
    if request.method == "POST" and form.is_valid():
        given = {"with_identities": False, **form.given()}
        try:
            made = export_make(**given, actor=actor_of(request), on=today)
        except DomainError as refusal:
            refused = refusal if isinstance(refusal, RowsNotReportable) else None
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        else:
            return file_response(made.stream, made.name, made.content_type)
    return render(request, "registry/imports/export.html", {"form": form, "refused": refused})
