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
from registry.services.imports.export_kinds import NATIONAL, national_given
from registry.services.imports.returning import RowsNotReportable
from registry.views.export_files import export_answer
from registry.views.guards import actor_of, permission


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
            return export_answer(request, NATIONAL, national_given(**given))
        except DomainError as refusal:
            refused = refusal if isinstance(refusal, RowsNotReportable) else None
            form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
    return render(request, "registry/imports/export.html", {"form": form, "refused": refused})
