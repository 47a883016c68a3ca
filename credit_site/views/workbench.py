"""The officers' first page."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from registry.views.guards import permission


@permission("workbench.view")
def workbench(request: HttpRequest) -> HttpResponse:
    """Show what is due."""
    return render(request, "credit_site/workbench.html")
