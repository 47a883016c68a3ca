"""Where a subject stands on a chosen day: the section of its file, and the same as JSON."""

import datetime as dt
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404
from django.utils.http import urlencode

from registry import clock
from registry.models import Subject
from registry.selectors.subjects import subjects_visible_to
from registry.services import authz
from registry.views.guards import actor_of, permission
from sanctions.forms.standing import StandingForm
from sanctions.selectors.standing_on import SubjectStanding, standing_on


def standing_panel(request: HttpRequest, subject: Subject) -> tuple[str, dict[str, Any]] | None:
    """Build the section; nothing for who may not see cases, for the reasons name the subject's records."""
    today = clock.today()
    if not authz.may(actor_of(request), "case.view", today):
        return None
    asked = {name: request.GET[name] for name in StandingForm.base_fields if request.GET.get(name)}
    given = {"day": today.isoformat(), "known": StandingForm.NOW, **asked}
    form = StandingForm(given)
    if not form.is_valid():
        return "sanctions/standing/panel.html", {"form": form, "is_open": True}
    standing = _standing(subject, form, today)
    context = {
        "form": form,
        "standing": standing,
        "is_open": bool(asked),
        "is_then": form.cleaned_data["known"] == StandingForm.THEN,
        "when": "today" if standing.on == today else ("future" if standing.on > today else "past"),
        "query": urlencode(given),
    }
    return "sanctions/standing/panel.html", context


@permission("case.view")
def standing_json(request: HttpRequest, public_id: UUID) -> HttpResponse:
    """Send the standing with its reason trees as JSON; 400 with the faults when the question cannot be read."""
    today = clock.today()
    subject = get_object_or_404(subjects_visible_to(actor_of(request), today), public_id=public_id)
    form = StandingForm(request.GET)
    plain = {"ensure_ascii": False, "indent": 1}
    if not form.is_valid():
        return JsonResponse({"errors": form.errors}, status=400, json_dumps_params=plain)
    standing = _standing(subject, form, today)
    response = JsonResponse(standing.to_dict(), json_dumps_params=plain)
    response["Content-Disposition"] = f'attachment; filename="standing-{public_id}-{standing.on}.json"'
    return response


def _standing(subject: Subject, form: StandingForm, today: dt.date) -> SubjectStanding:
    chosen = form.cleaned_data
    day = chosen["day"] or today
    known_at = day if chosen["known"] == StandingForm.THEN else None
    return standing_on(subject, day, known_at=known_at, edition=chosen["edition"])
