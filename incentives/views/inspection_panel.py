"""The section of a subject's file that shows how often it was inspected this year, and the most that its cap allows."""

from typing import Any

from django.http import HttpRequest

from incentives.selectors.inspections import inspections_of
from registry import clock
from registry.models import Subject
from registry.services import authz
from registry.views.guards import actor_of

MOST = 10


def inspections_panel(request: HttpRequest, subject: Subject) -> tuple[str, dict[str, Any]] | None:
    """Build the section; nothing for persons and for who may not see inspections."""
    today, actor = clock.today(), actor_of(request)
    if subject.is_person or not authz.may(actor, "inspection.view", today):
        return None
    may_note = authz.may(actor, "inspection.record", today) and subject.merged_into_id is None
    return PANEL, {"found": inspections_of(subject, today, most=MOST), "may_note": may_note}


PANEL = "incentives/inspections/panel.html"
