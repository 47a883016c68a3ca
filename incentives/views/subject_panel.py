"""The section of a subject's file that shows its commitments."""

from typing import Any

from django.http import HttpRequest

from incentives.selectors.commitments import commitment_rows, commitments_of
from registry import clock
from registry.models import Subject
from registry.services import authz
from registry.views.guards import actor_of

MOST = 10


def commitments_panel(request: HttpRequest, subject: Subject) -> tuple[str, dict[str, Any]] | None:
    """Build the section; nothing for who may not see commitments."""
    today, actor = clock.today(), actor_of(request)
    if not authz.may(actor, "commitment.view", today):
        return None
    context = {
        "rows": commitment_rows(commitments_of(subject)[:MOST], today),
        "may_take": authz.may(actor, "commitment.take", today) and subject.merged_into_id is None,
    }
    return "incentives/office/panel.html", context
