"""How views meet services: the right is checked before anything is read, a refusal becomes a message."""

from collections.abc import Callable
from contextlib import nullcontext
from functools import wraps
from typing import Any, Concatenate, ParamSpec, cast

from django import forms
from django.contrib import messages
from django.http import HttpRequest
from django.http.response import HttpResponseBase

from registry import clock
from registry.base.errors import DomainError, NotAllowed
from registry.models import Account, Subject
from registry.selectors.remembered import answers_remembered
from registry.services import authz

P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponseBase]
_READING = ("GET", "HEAD")
_LONGEST_NUMBER = 18  # digits; a database's largest has 19


def permission(code: str) -> Callable[[View[P]], View[P]]:
    """Let a view be entered only with the permission `code` (see `registry.rules.access`); else a 403 page.

    A page that is only read asks once for roles, calendar and policies, however many of its parts want to know.
    """

    def wrap(view: View[P]) -> View[P]:
        @wraps(view)
        def guarded(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            with answers_remembered() if request.method in _READING else nullcontext():
                authz.require(actor_of(request), code, on=clock.today())
                return view(request, *args, **kwargs)

        guarded.permission = code  # type: ignore[attr-defined]
        return guarded

    return wrap


def actor_of(request: HttpRequest) -> Account:
    """Return the signed-in account (LoginRequiredMiddleware has turned everybody else away)."""
    return cast(Account, request.user)


def subject_of(request: HttpRequest) -> Subject:
    """Return the subject whose own account is signed in; every page of the portal shows this subject's rows alone.

    Raises NotAllowed for an account that belongs to no subject.
    """
    subject = actor_of(request).subject
    if subject is None:
        raise NotAllowed("no-subject", "这一页只供信用主体本人使用。请用本单位（本人）的账号登录。")
    return subject


def version_of(request: HttpRequest) -> int | None:
    """Return the row version that the form was opened on (hidden field `version`), or None when it has none."""
    text = request.POST.get("version", "")
    return whole_number(text)


def whole_number(text: str) -> int | None:
    """Return a number that a form or an address carries, None for anything else: also for one that no row can have."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER else None


def attempt(request: HttpRequest, act: Callable[[], Any], *, done: str) -> bool:
    """Call a service; show `done` or its refusal as a message. True when it went through."""
    try:
        act()
    except DomainError as refusal:
        messages.error(request, refusal.message)
        return False
    messages.success(request, done)
    return True


def form_attempt(request: HttpRequest, form: forms.Form, act: Callable[[], Any], *, done: str) -> bool:
    """Call a service for a valid form; put its refusal on the field that it names, so that what was typed stays."""
    try:
        act()
    except DomainError as refusal:
        form.add_error(refusal.field if refusal.field in form.fields else None, refusal.message)
        return False
    messages.success(request, done)
    return True
