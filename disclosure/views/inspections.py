"""Public pages of random inspections (双随机、一公开): plans, one plan with its list and results, matters and caps."""

from uuid import UUID

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from disclosure.selectors import inspections as selectors
from disclosure.views.throttle import throttled
from incentives.selectors.inspections import matters_on
from registry import clock
from registry.views.paging import page_of


@login_not_required
@require_safe
@never_cache
@throttled("inspections")
def inspections(request: HttpRequest) -> HttpResponse:
    """List the approved plans, the newest first."""
    today = clock.today()
    page = page_of(request, selectors.plans_shown(today))
    context = {"page": page, "rows": selectors.public_plans(page, today)}
    return render(request, "disclosure/inspections.html", context)


@login_not_required
@require_safe
@never_cache
@throttled("inspections")
def inspection_plan(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Show one plan; from its day on with seed, names and results."""
    today = clock.today()
    found = selectors.plan_visible(public_id, today)
    if found is None:
        raise Http404
    page = page_of(request, selectors.visits_shown(found.plan, today))
    context = {"found": found, "page": page, "rows": selectors.public_visits(list(page))}
    response = render(request, "disclosure/inspection_plan.html", context)
    response["X-Robots-Tag"] = "noindex, noarchive"
    return response


@login_not_required
@require_safe
@never_cache
def inspection_matters(request: HttpRequest) -> HttpResponse:
    """Show the list of matters that may be inspected, and the yearly caps of inspections."""
    today = clock.today()
    page = page_of(request, matters_on(today))
    context = {"page": page, "caps": selectors.public_caps(today), "grades": [label for _, label in selectors.GRADES]}
    return render(request, "disclosure/inspection_matters.html", context)
