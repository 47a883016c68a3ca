"""The section of a subject's file page with its objections and applications."""

from typing import Any

from django.http import HttpRequest

from registry import clock
from registry.models import Account, Department, Subject
from registry.services import authz
from registry.views.guards import actor_of
from repair.models import Review
from repair.selectors.lists import requests_of_subject


def _is_credit_office(actor: Account) -> bool:
    return actor.department is not None and actor.department.kind == Department.Kind.CREDIT_OFFICE


def requests_panel(request: HttpRequest, subject: Subject) -> tuple[str, dict[str, Any]] | None:
    """Return the section; None for who may not see requests."""
    today, actor = clock.today(), actor_of(request)
    if not authz.may(actor, "request.view", today):
        return None
    return "repair/panel.html", {
        "rows": requests_of_subject(subject, today),
        "reviews": Review.objects.filter(subject=subject).select_related("record", "entry"),
        "may_register": authz.may(actor, "request.register", today),
        "may_mirror": authz.may(actor, "request.decide", today) and _is_credit_office(actor),
        "may_review": authz.may(actor, "request.decide", today),
    }
