"""Too many failed logins from one address, whatever the names. Counted in the database, where django-axes notes each
failure: it holds with the cache down and across processes."""

from datetime import timedelta

from axes.helpers import get_client_ip_address
from axes.models import AccessAttempt
from django.conf import settings
from django.db.models import Sum
from django.http import HttpRequest

from registry import clock

WINDOW = timedelta(minutes=30)  # as long as a name is locked


def address_is_locked(request: HttpRequest) -> bool:
    """Whether `LOGIN_FAILURES_AN_ADDRESS` logins or more failed from the request's address within the window.

    The limit is far above a bureau's share of forgetfulness; it is there for whoever tries one password on many names.
    Where a proxy stands in front that `TRUSTED_PROXIES` does not name, everybody seems to come from it: no limit then,
    or anybody could shut everybody out.
    """
    if not settings.TRUSTED_PROXIES and "X-Forwarded-For" in request.headers:
        return False
    address = get_client_ip_address(request)
    if not address:
        return False
    failed = AccessAttempt.objects.filter(ip_address=address, attempt_time__gt=clock.now() - WINDOW)
    return (failed.aggregate(all=Sum("failures_since_start"))["all"] or 0) >= settings.LOGIN_FAILURES_AN_ADDRESS
