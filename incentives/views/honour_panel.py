"""The section of a subject's file that shows its honours."""

from typing import Any

from django.http import HttpRequest

from incentives.selectors.honours import honour_rows, honours_visible_to
from registry import clock
from registry.models import Subject
from registry.services import authz
from registry.views.guards import actor_of

MOST = 10


def honours_panel(request: HttpRequest, subject: Subject) -> tuple[str, dict[str, Any]] | None:
    """Build the section; nothing for who may not see honours."""
    today, actor = clock.today(), actor_of(request)
    if not authz.may(actor, "honour.view", today):
        return None
    found = honours_visible_to(actor, today).filter(subject=subject).order_by("-pk")
    context = {
        "rows": honour_rows(found[:MOST], today),
        "may_nominate": authz.may(actor, "honour.nominate", today) and subject.merged_into_id is None,
    }
    return "incentives/honours/panel.html", context
