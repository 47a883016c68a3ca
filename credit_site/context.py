"""What every page needs."""

from functools import cache
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.urls import reverse, reverse_lazy
from django.utils.functional import Promise, SimpleLazyObject

from credit_site import navigation
from registry import clock
from registry.rules import access
from registry.selectors.rights import is_withheld
from registry.services import authz
from registry.views.guards import actor_of

PORTAL = ("portal.html", reverse_lazy("portal:home"))
WEEKDAYS = "一二三四五六日"


def _roles(request: HttpRequest) -> frozenset[str]:
    """Return the roles of whoever asks; none for the anonymous and where the request never reached the accounts."""
    if not getattr(request, "user", None) or not request.user.is_authenticated:
        return frozenset()
    return authz.roles_on(actor_of(request), clock.today())


def _withheld(request: HttpRequest, roles: frozenset[str]) -> frozenset[str]:
    """Return the permissions that the roles carry and the department of whoever asks does not."""
    carried = [each for each in access.OFFICE_ONLY if access.may(roles, each)]
    return frozenset(each for each in carried if is_withheld(actor_of(request), each))


def shell_of(request: HttpRequest) -> tuple[str, str | Promise]:
    """Return the template to extend and the address of the first page: the office's for officers, the portal's for a
    subject's own account, else the public's."""
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return "public.html", "/"
    return ("office.html", reverse("workbench")) if actor_of(request).subject_id is None else PORTAL


def site(request: HttpRequest) -> dict[str, Any]:
    """Return the site's name, today's legal day, the navigation, and whether this is the demonstration county.

    The navigation is made when a template reads it: public pages ask the database for no roles.
    """
    today = clock.today()
    # Pages that anybody may meet (refusals, passwords) wear the shell of whoever looks at them.
    shell, home = shell_of(request)
    roles = cache(lambda: _roles(request))
    return {
        "SITE_NAME": "县域信用监管平台",
        "TODAY": today,
        "WEEKDAY": WEEKDAYS[today.weekday()],
        "IS_DEMONSTRATION": settings.DEMONSTRATION,
        "NAVIGATION": SimpleLazyObject(
            lambda: navigation.links(
                navigation.OFFICE, roles=roles(), path=request.path, withheld=_withheld(request, roles())
            )
        ),
        "PUBLIC_NAVIGATION": navigation.links(navigation.PUBLIC, roles=frozenset(), path=request.path),
        "PORTAL_NAVIGATION": SimpleLazyObject(
            lambda: navigation.links(navigation.PORTAL, roles=roles(), path=request.path)
        ),
        "SHELL": shell,
        "HOME_URL": home,
        "ACCOUNT_MENU": SimpleLazyObject(
            lambda: navigation.links(navigation.ACCOUNT, roles=roles(), path=request.path)
        ),
    }
