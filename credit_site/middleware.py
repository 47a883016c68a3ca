"""What lies around every page: a second factor where it is due, and refusals that no view handled."""

import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.db import InterfaceError, OperationalError, connection
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme

from credit_site.views.errors import database_away
from registry.base.errors import DomainError, InvalidInput
from registry.views.guards import actor_of

# Where an account without its second factor may still go: to get one, to prove who it is, to change a first
# password, to leave.
ENTRANCE = ("mfa_", "account_reauthenticate", "account_logout", "account_change_password")

PROBES = frozenset({"/healthz", "/readyz", "/metrics"})


class EntranceMiddleware:
    """Hold an account at the entrance until its temporary password is changed and its second factor enrolled.

    The second factor is asked of officers where `REQUIRE_SECOND_FACTOR` is set; listed enterprises' own accounts are
    exempt. Public pages, which show nothing more to those who log in, stay open. Comes after LoginRequiredMiddleware.
    No page behind the entrance is kept by a browser or a proxy: what has ended or was taken back shows nowhere, and the
    next person at the same machine goes back to nothing.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        match = request.resolver_match
        is_behind = match is not None and getattr(match.func, "login_required", True)
        if is_behind and not response.has_header("Cache-Control"):
            response["Cache-Control"] = "private, no-store"
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., HttpResponse], args: Any, kwargs: Any
    ) -> HttpResponse | None:
        if not getattr(view, "login_required", True) or not request.user.is_authenticated:
            return None
        if request.resolver_match is not None and request.resolver_match.view_name.startswith(ENTRANCE):
            return None
        account = actor_of(request)
        if account.is_password_temporary:
            messages.warning(request, "您的密码是管理员设置的临时密码，请先改成只有您自己知道的密码。")
            return redirect("account_change_password")
        if settings.REQUIRE_SECOND_FACTOR and account.subject_id is None and not is_mfa_enabled(account):
            return redirect("mfa_activate_totp")
        return None


def back_of(request: HttpRequest) -> str:
    """Return the page that the request came from when it lies on this site, else "" (the way back is then home)."""
    came_from = request.headers.get("referer", "")
    same_page = urlsplit(came_from).path == request.path and request.method == "GET"
    if same_page or not url_has_allowed_host_and_scheme(came_from, allowed_hosts={request.get_host()}):
        return ""
    return came_from


class DatabaseMiddleware:
    """Wait a moment for a database that is restarting, and say so where it does not come back.

    Comes before everything that asks it. The probes answer for themselves.
    """

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.path not in PROBES and not database_awaited():
            return database_away(request)
        return self.get_response(request)


def database_awaited() -> bool:
    """Tell whether the database answers within `DATABASE_WAIT_SECONDS`; a kept connection is checked, not trusted."""
    limit = time.monotonic() + settings.DATABASE_WAIT_SECONDS
    while True:
        try:
            connection.cursor().close()
        except (OperationalError, InterfaceError):
            connection.close()
            if time.monotonic() > limit:
                return False
            time.sleep(0.2)
        else:
            return True


class QueryMiddleware:
    """Refuse an address with a null character: no database takes it as text, and no person types it."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "%00" in request.META.get("QUERY_STRING", ""):
            refusal = InvalidInput(
                "null-character", "网址中含有无法识别的字符，没有查询。请去掉后重试，或返回重新输入。"
            )
            return render(request, "errors/refused.html", {"refusal": refusal, "back": ""}, status=refusal.status)
        return self.get_response(request)


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
