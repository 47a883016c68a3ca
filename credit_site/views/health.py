"""Health probes, for supervisors and load balancers; they name no secrets and need no login."""

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse, JsonResponse

from credit_site.health import DOWN, health
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
