"""Health probes, for supervisors and load balancers; they name no secrets and need no login."""

import ipaddress

from django.conf import settings
from django.contrib.auth.decorators import login_not_required
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.crypto import constant_time_compare

from credit_site.health import DOWN, health
from credit_site.metrics import CONTENT_TYPE, metrics_text
from registry import clock


@login_not_required
def alive(request: HttpRequest) -> HttpResponse:
    """Say that this process answers; asks nothing of the database."""
    return JsonResponse({"status": "ok"})


@login_not_required
def ready(request: HttpRequest) -> HttpResponse:
    """Say part by part whether this process can serve: 503 only when it cannot; a silent worker is `degraded`, 200."""
    report = health(now=clock.now())
    return JsonResponse(report, status=503 if report["status"] == DOWN else 200)


@login_not_required
def metrics(request: HttpRequest) -> HttpResponse:
    """Give the numbers that monitoring reads: to who shows `METRICS_TOKEN`; without one set, to this machine alone."""
    if not _may_read(request):
        raise Http404
    return HttpResponse(metrics_text(now=clock.now()), content_type=CONTENT_TYPE)


def _may_read(request: HttpRequest) -> bool:
    if settings.METRICS_TOKEN:
        return constant_time_compare(request.headers.get("Authorization", ""), f"Bearer {settings.METRICS_TOKEN}")
    # What a proxy passes on comes from elsewhere, whatever its own address is.
    if settings.TRUSTED_PROXIES or any(name in request.headers for name in ("X-Forwarded-For", "Forwarded")):
        return False
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False
