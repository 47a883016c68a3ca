"""Where a request comes from."""

import ipaddress

from django.conf import settings
from django.http import HttpRequest


def request_address(request: HttpRequest) -> str | None:
    """Return the address of the request as the outermost of our own proxies (`TRUSTED_PROXIES`) saw it.

    What stands further left in X-Forwarded-For is the visitor's own word. None where there is no address (a socket).
    """
    address = request.META.get("REMOTE_ADDR", "")
    hops = [hop.strip() for hop in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if hop.strip()]
    trusted = settings.TRUSTED_PROXIES
    if trusted and len(hops) >= trusted:
        address = hops[-trusted]
    try:
        return str(ipaddress.ip_address(address))
    except ValueError:
        return None
