"""Public pages on policies and measures."""

from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from disclosure.selectors.policies import measures_public, policies_public, policy_public
from registry import clock


@login_not_required
@require_safe
def policies(request: HttpRequest) -> HttpResponse:
    """Show the policies that the office runs."""
    return render(request, "disclosure/policies.html", {"policies": policies_public(on=clock.today())})


@login_not_required
@require_safe
def policy(request: HttpRequest, pack_id: str) -> HttpResponse:
    """Show one policy: its lists with terms, its clauses, its measures."""
    found = policy_public(pack_id, on=clock.today())
    if found is None:
        raise Http404
    return render(request, "disclosure/policy.html", {"policy": found, "pack": found.active.pack})


@login_not_required
@require_safe
def measures(request: HttpRequest) -> HttpResponse:
    """Show the measures catalogue, mandatory and recommended apart."""
    return render(request, "disclosure/measures.html", {"measures": measures_public(on=clock.today())})
