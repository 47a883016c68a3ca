"""Public pages of commitments: the list, and one of them with its text."""

from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from disclosure.rules.queries import QueryKind, query_of
from disclosure.selectors.commitments import commitment_visible, public_commitments
from disclosure.views.throttle import throttled
from incentives.selectors.commitments import commitments_public
from registry import clock
from registry.views.paging import page_of


@login_not_required
@require_safe
@never_cache
@throttled("commitments")
def commitments(request: HttpRequest) -> HttpResponse:
    """Show the commitments that are public today; searched by an organisation's name."""
    query = query_of(request.GET.get("q", ""))
    is_name = query.kind == QueryKind.TEXT
    page = page_of(request, commitments_public(clock.today(), text=query.text if is_name else ""))
    context = {"page": page, "rows": public_commitments(page), "query": query.text if is_name else ""}
    return render(request, "disclosure/commitments.html", context)


@login_not_required
@require_safe
@never_cache
def commitment(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Show one public commitment; afterwards the address is simply not there."""
    found = commitment_visible(public_id, on=clock.today())
    if found is None:
        raise Http404
    response = render(request, "disclosure/commitment.html", {"commitment": found})
    response["X-Robots-Tag"] = "noindex, noarchive"
    return response
