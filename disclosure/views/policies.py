"""Public pages on policies, and the catalogues of lists, measures and matters, as pages and as files."""

import io

from django.contrib.auth.decorators import login_not_required
from django.http import FileResponse, Http404, HttpRequest, HttpResponse, JsonResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from disclosure.selectors.catalogue_tables import PlainTable, catalogue_table
from disclosure.selectors.catalogues import (
    MeasureFilter,
    lists_catalogue,
    matters_catalogue,
    measures_catalogue,
)
from disclosure.selectors.policies import policies_public, policy_public
from registry import clock
from registry.selectors.policy_adoption import announcements_public
from registry.selectors.policy_pages import policy_page
from registry.services.imports.writing import CONTENT_TYPES, write_cells

# Nothing in a file depends on who asks; policies change by the day.
_CACHED = "public, max-age=300"


@login_not_required
@require_safe
def policies(request: HttpRequest) -> HttpResponse:
    """Show the policies that the office runs, and what was announced of their coming and going."""
    today = clock.today()
    context = {
        "policies": policies_public(on=today), "announcements": announcements_public(on=today), "tab": "policies"
    }  # fmt: skip
    return render(request, "disclosure/policies.html", context)


@login_not_required
@require_safe
def policy(request: HttpRequest, pack_id: str) -> HttpResponse:
    """Show one policy: every section with its clauses, and how the office runs it."""
    today = clock.today()
    found = policy_public(pack_id, on=today)
    if found is None:
        raise Http404
    return render(request, "disclosure/policy.html", {"policy": found, "page": policy_page(found.active.pack, today)})


@login_not_required
@require_safe
def list_catalogue(request: HttpRequest) -> HttpResponse:
    """Show which lists exist and who belongs on them."""
    return render(
        request, "disclosure/catalogue_lists.html", {"lists": lists_catalogue(on=clock.today()), "tab": "lists"}
    )


@login_not_required
@require_safe
def measures(request: HttpRequest) -> HttpResponse:
    """Show the measures catalogue, mandatory and recommended apart, by department or matter when asked."""
    wanted = MeasureFilter(request.GET.get("department", ""), request.GET.get("matter", ""))
    found = measures_catalogue(on=clock.today(), wanted=wanted)
    return render(request, "disclosure/measures.html", {"measures": found, "wanted": wanted, "tab": "measures"})


@login_not_required
@require_safe
def matters(request: HttpRequest) -> HttpResponse:
    """Show in which matters the lists are asked, and what is attached to each."""
    return render(
        request, "disclosure/matters.html", {"matters": matters_catalogue(on=clock.today()), "tab": "matters"}
    )


@login_not_required
@require_safe
def catalogue_file(request: HttpRequest, catalogue: str, kind: str) -> HttpResponseBase:
    """Return a catalogue as csv, xlsx or json."""
    today = clock.today()
    table = catalogue_table(catalogue, on=today)
    if table is None or kind not in (*CONTENT_TYPES, "json"):
        raise Http404
    response = _json(table) if kind == "json" else _file(table, kind)
    response["Cache-Control"] = _CACHED
    return response


def _json(table: PlainTable) -> HttpResponseBase:
    data = {"title": table.title, "on": clock.today().isoformat(), "rows": table.as_data()}
    return JsonResponse(data, json_dumps_params={"ensure_ascii": False})


def _file(table: PlainTable, kind: str) -> HttpResponseBase:
    target = io.BytesIO()
    write_cells(target, header=table.columns, rows=table.rows, sheet=table.title, table_format=kind)
    target.seek(0)
    name = f"{table.title}{clock.today():%Y%m%d}.{kind}"
    return FileResponse(target, as_attachment=True, filename=name, content_type=CONTENT_TYPES[kind])
