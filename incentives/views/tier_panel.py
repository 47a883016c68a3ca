"""The section of a subject's file that shows its tier."""

from typing import Any

from django.http import HttpRequest

from incentives.selectors.tiers import tier_held
from registry import clock
from registry.models import Subject
from registry.rules.policy.tiering import MISSING_LABELS
from registry.services import authz
from registry.views.guards import actor_of


def tier_panel(request: HttpRequest, subject: Subject) -> tuple[str, dict[str, Any]] | None:
    """Build the section; nothing for persons and for who may not see tiers."""
    today = clock.today()
    if subject.is_person or not authz.may(actor_of(request), "tier.view", today):
        return None
    held = tier_held(subject, today)
    missing = [MISSING_LABELS[code] for code in held.missing] if held is not None else []
    return "incentives/tiers/panel.html", {"held": held, "missing": missing}
