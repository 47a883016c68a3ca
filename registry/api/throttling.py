"""A limit on requests of one client in a minute, told in headers. With the cache down it lets through."""

import logging
from typing import Any, NamedTuple

from django.conf import settings
from django.core.cache import cache
from redis.exceptions import RedisError
from rest_framework.request import Request
from rest_framework.throttling import BaseThrottle

from registry import clock
from registry.selectors.clients import ClientToken

logger = logging.getLogger(__name__)

WINDOW = 60  # seconds


class Rate(NamedTuple):
    """How far a client has used its minute. `reset`: seconds until the next one begins."""

    limit: int
    remaining: int
    reset: int
    is_over: bool

    @property
    def headers(self) -> dict[str, str]:
        """The headers that tell it."""
        names = ("RateLimit-Limit", "RateLimit-Remaining", "RateLimit-Reset")
        return dict(zip(names, map(str, (self.limit, self.remaining, self.reset)), strict=True))


def rate_count(key: str, limit: int) -> Rate:
    """Count one use of `key` in the present minute and tell how far it has come."""
    second = int(clock.now().timestamp())
    window, reset = second // WINDOW, WINDOW - second % WINDOW
    counter = f"api:{key}:{window}"
    used = 1
    try:
        cache.add(counter, 0, timeout=2 * WINDOW)
        used = cache.incr(counter)
    except ValueError:  # the counter was dropped between the two calls
        pass
    except (RedisError, OSError):
        logger.warning("api throttle: the cache does not answer, letting the request through")
    return Rate(limit, max(0, limit - used), reset, used > limit)


class ClientThrottle(BaseThrottle):
    """Counts by client. The view puts `request.rate` into the headers of every answer."""

    rate: Rate | None = None

    def allow_request(self, request: Request, view: Any) -> bool:
        if not isinstance(request.auth, ClientToken):
            return True
        client = request.auth.client
        limit = client.requests_a_minute or settings.API_REQUESTS_A_MINUTE
        self.rate = rate_count(f"client:{client.pk}", limit)
        view.rate = self.rate
        return not self.rate.is_over

    def wait(self) -> float | None:
        return float(self.rate.reset) if self.rate is not None else None
