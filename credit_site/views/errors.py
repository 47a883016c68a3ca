"""Error pages, in the shell of whoever meets them."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template.loader import render_to_string
from django.views.decorators.csrf import requires_csrf_token


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """Explain a missing or stale form token."""
    return render(request, "errors/csrf.html", status=403)


@requires_csrf_token
def forbidden(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Explain a missing right. (A missing role is a NotAllowed, which names the roles: see the middleware.)"""
    return render(request, "errors/403.html", status=403)


@requires_csrf_token
def not_found(request: HttpRequest, exception: Exception) -> HttpResponse:
    """Explain a missing page."""
    return render(request, "errors/404.html", status=404)


def server_error(request: HttpRequest) -> HttpResponse:
    """Explain a fault of ours. Rendered without the request: neither the database nor the account is asked."""
    return HttpResponse(render_to_string("errors/500.html"), status=500)
