"""Error pages, in the shell of whoever meets them."""

import sys

from django.db import InterfaceError, OperationalError
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
    if isinstance(sys.exc_info()[1], OperationalError | InterfaceError):
        return database_away(request)
    return HttpResponse(render_to_string("errors/500.html"), status=500)


def database_away(request: HttpRequest) -> HttpResponse:
    """Say that the database was away or went away midway: 503, so that programs come back by themselves."""
    headers = {"Retry-After": "5"}
    return HttpResponse(render_to_string("errors/503.html"), status=503, headers=headers)
