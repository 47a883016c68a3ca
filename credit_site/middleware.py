"""What lies around every page: a second factor where it is due, and refusals that no view handled."""

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme

from registry.base.errors import DomainError
from registry.views.guards import actor_of

# Where an account without its second factor may still go: to get one, to prove who it is, to change a first
# password, to leave.
ENTRANCE = ("mfa_", "account_reauthenticate", "account_logout", "account_change_password")


class SecondFactorMiddleware:
    """Lead an officer who holds no second factor to its enrolment, where `REQUIRE_SECOND_FACTOR` is set.

    Listed enterprises' own accounts are exempt; so are public pages, which show nothing more to those who log in.
    Comes after LoginRequiredMiddleware.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        if not settings.REQUIRE_SECOND_FACTOR or not getattr(view, "login_required", True):
            return None
        if not request.user.is_authenticated or actor_of(request).subject_id is not None:
            return None
        if request.resolver_match is not None and request.resolver_match.view_name.startswith(ENTRANCE):
            return None
        return None if is_mfa_enabled(request.user) else redirect("mfa_activate_totp")


def back_of(request: HttpRequest) -> str:
    """Return the page that the request came from when it lies on this site, else the site's first page."""
    came_from = request.headers.get("referer", "")
    same_page = urlsplit(came_from).path == request.path and request.method == "GET"
    if same_page or not url_has_allowed_host_and_scheme(came_from, allowed_hosts={request.get_host()}):
        return "/"
    return came_from


class DomainErrorMiddleware:
    """Render a refusal as a page with its status, and a body beyond the limits as 413; other exceptions pass."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, DomainError):
            page = {"refusal": exception, "back": back_of(request)}
            return render(request, "errors/refused.html", page, status=exception.status)
        if isinstance(exception, RequestDataTooBig | TooManyFieldsSent | TooManyFilesSent):
            return render(request, "errors/too_large.html", {"back": back_of(request)}, status=413)
        return None
