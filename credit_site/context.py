"""What every page needs."""

from typing import Any

from django.conf import settings
from django.http import HttpRequest

from registry import clock


def site(request: HttpRequest) -> dict[str, Any]:
    """Return the site's name, today's legal day, and whether this is the demonstration county."""
    return {
        "SITE_NAME": "县域信用监管平台",
        "TODAY": clock.today(),
        "IS_DEMONSTRATION": settings.DEMONSTRATION,
    }
