"""A limit on how often one address may search. It protects the search, never the office: with the cache down it lets through."""

import ipaddress
import logging
from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.conf import settings
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from redis.exceptions import RedisError

from registry import clock
from registry.views.addresses import request_address

logger = logging.getLogger(__name__)
P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, P], HttpResponse]

WINDOW = 60  # seconds


def client_address(request: HttpRequest) -> str:
    """Return the address to count by; of IPv6 the /64 that one household holds."""
    address = request_address(request)
    if address is None:
        return "unknown"
    parsed = ipaddress.ip_address(address)
    if parsed.version == 6:
        return str(ipaddress.ip_network(f"{parsed}/64", strict=False))
    return str(parsed)


def is_over(key: str, most: int) -> bool:
    """Count one use of `key` in the present minute and tell whether there were more than `most`."""
    window = int(clock.now().timestamp()) // WINDOW
    counter = f"throttle:{key}:{window}"
    try:
        cache.add(counter, 0, timeout=2 * WINDOW)
        return cache.incr(counter) > most
    except ValueError:  # the counter was dropped between the two calls
        return False
    except (RedisError, OSError):
        logger.warning("search throttle: the cache does not answer, letting the request through")
        return False


def used(key: str) -> int:
    """Return how often `key` was counted in the present minute, without counting."""
    window = int(clock.now().timestamp()) // WINDOW
    try:
        return int(cache.get(f"throttle:{key}:{window}", 0))
    except (RedisError, OSError):
        logger.warning("search throttle: the cache does not answer, letting the request through")
        return 0


def throttled_page(request: HttpRequest) -> HttpResponse:
    """Return the page that explains, with 429."""
    response = render(request, "disclosure/throttled.html", status=429)
    response["Retry-After"] = str(WINDOW)
    return response


def throttled(scope: str, setting: str = "SEARCHES_A_MINUTE") -> Callable[[View[P]], View[P]]:
    """Answer 429 with a page that explains, once an address has searched `SEARCHES_A_MINUTE` times within a minute.

    Only requests that search count: those with a query string or a form. `setting`: another limit's name.
    """

    def wrap(view: View[P]) -> View[P]:
        @wraps(view)
        def limited(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
            searches = request.method == "POST" or bool(request.GET)
            if searches and is_over(f"{scope}:{client_address(request)}", getattr(settings, setting)):
                return throttled_page(request)
            return view(request, *args, **kwargs)

        return limited

    return wrap
