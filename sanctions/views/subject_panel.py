"""The section of a subject's file that shows what is due for it, and its cases."""

from typing import Any

from django.http import HttpRequest

from registry import clock
from registry.models import Subject
from registry.services import authz
from registry.views.guards import actor_of
from sanctions.models import Candidate
from sanctions.selectors.cases import cases_of_subject


def cases_panel(request: HttpRequest, subject: Subject) -> tuple[str, dict[str, Any]] | None:
    """Build the section; nothing for who may not see cases."""
    if not authz.may(actor_of(request), "case.view", clock.today()):
        return None
    candidates = Candidate.objects.filter(subject=subject, state=Candidate.State.OPEN).select_related(
        "activation__policy"
    )
    context = {"candidates": candidates.order_by("pk"), "cases": cases_of_subject(subject)}
    return "sanctions/cases/subject_panel.html", context
