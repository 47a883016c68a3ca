"""Turn a service's refusal that no view handled into a designed page."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from registry.base.errors import DomainError


class DomainErrorMiddleware:
    """Render `errors/refused.html` with the refusal's status; other exceptions pass."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if not isinstance(exception, DomainError):
            return None
        return render(request, "errors/refused.html", {"refusal": exception}, status=exception.status)
