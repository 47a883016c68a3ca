"""The sections of a subject's file that show what is due for it, its cases, and what departments did about it."""

from typing import Any

from django.http import HttpRequest

from registry import clock
from registry.models import Subject
from registry.services import authz
from registry.views.guards import actor_of
from sanctions.models import Candidate
from sanctions.selectors.cases import cases_of_subject
from sanctions.selectors.cross_checks import cross_checks_of
from sanctions.selectors.order_deeds import deeds_of, orders_about

DEEDS_SHOWN = 20


def cases_panel(request: HttpRequest, subject: Subject) -> tuple[str, dict[str, Any]] | None:
    """Build the section; nothing for who may not see cases."""
    if not authz.may(actor_of(request), "case.view", clock.today()):
        return None
    candidates = Candidate.objects.filter(subject=subject, state=Candidate.State.OPEN).select_related(
        "activation__policy"
    )
    context = {"candidates": candidates.order_by("pk"), "cases": cases_of_subject(subject)}
    return "sanctions/cases/subject_panel.html", context


def deeds_panel(request: HttpRequest, subject: Subject) -> tuple[str, dict[str, Any]] | None:
    """Build the section with what departments were asked and did; nothing for who may not see orders, or without any."""
    today, actor = clock.today(), actor_of(request)
    if not authz.may(actor, "order.view", today):
        return None
    found = orders_about(subject, actor, today)
    number = found.count()
    if not number:
        return None
    deeds = deeds_of(found[:DEEDS_SHOWN], today)
    return "sanctions/orders/panel.html", {"deeds": deeds, "number": number, "more": number > DEEDS_SHOWN}


def cross_checks_panel(request: HttpRequest, subject: Subject) -> tuple[str, dict[str, Any]] | None:
    """Build the section with what does not go together about the subject today, unhandled first; nothing for who may not
    see it, or without any."""
    today = clock.today()
    if not authz.may(actor_of(request), "cross-check.view", today):
        return None
    flags = list(cross_checks_of(subject, today))
    return ("sanctions/cross_checks/panel.html", {"flags": flags}) if flags else None
