"""Public pages of the red list: who stands on it today, whose nomination is publicised, and one of them."""

from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from disclosure.rules.queries import QueryKind, query_of
from disclosure.selectors.honours import honour_visible, public_honours
from disclosure.views.throttle import throttled
from incentives.selectors.honours import honours_public, nominations_public
from registry import clock
from registry.views.paging import page_of


@login_not_required
@require_safe
@never_cache
@throttled("honours")
def honours(request: HttpRequest) -> HttpResponse:
    """Show the red list of today, or the nominations that are publicised; searched by an organisation's name."""
    today, is_nominations = clock.today(), request.GET.get("show") == "nominations"
    query = query_of(request.GET.get("q", ""))
    text = query.text if query.kind == QueryKind.TEXT else ""
    found = nominations_public(today, text=text) if is_nominations else honours_public(today, text=text)
    page = page_of(request, found)
    context = {"page": page, "rows": public_honours(page), "query": text, "is_nominations": is_nominations}
    return render(request, "disclosure/honours.html", context)


@login_not_required
@require_safe
@never_cache
def honour(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Show one honour or publicised nomination; afterwards the address is simply not there."""
    found = honour_visible(public_id, on=clock.today())
    if found is None:
        raise Http404
    response = render(request, "disclosure/honour.html", {"honour": found})
    response["X-Robots-Tag"] = "noindex, noarchive"
    return response
