"""The only clock. Views, commands and tasks read it and pass the day on; rules and services never do."""

from datetime import date, datetime, timedelta

from django.conf import settings
from django.utils import timezone


def now() -> datetime:
    """Return the present instant, aware. In a demonstration it may be moved to `PRETEND_TODAY`."""
    instant = timezone.now()
    if settings.PRETEND_TODAY is not None:
        instant += timedelta(days=(settings.PRETEND_TODAY - timezone.localdate(instant)).days)
    return instant


def today() -> date:
    """Return the legal day in Asia/Shanghai."""
    return timezone.localdate(now())
