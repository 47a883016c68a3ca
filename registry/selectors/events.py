"""The timeline as auditors read it, and the state of its seals."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Count, Min, Q, QuerySet

from registry.models import Event, JobRun, Seal
from registry.rules.jobs import VERIFY


@dataclass(frozen=True)
class SealState:
    """The newest seal, how many events wait for the next, the last nightly verification; how many seals none has
    verified yet, and the day on or after which each of the others was verified (None: there are none)."""

    last: Seal | None
    waiting: int
    verified: JobRun | None
    unverified: int
    verified_since: date | None


def event_list(
    *, text: str = "", actor: str = "", name: str = "", first_on: date | None = None, last_on: date | None = None
) -> QuerySet[Event]:
    """Return events, the newest first. `text` is part of the sentence or of the subject's name, `actor` of a person's
    name, `name` the beginning of the event's name (`case.`), the days are of the act, both inclusive."""
    found = Event.objects.select_related("actor", "department", "subject")
    if text:
        found = found.filter(Q(text__icontains=text) | Q(subject__name__icontains=text))
    if actor:
        found = found.filter(Q(actor__display_name__icontains=actor) | Q(actor__username__iexact=actor))
    if name:
        found = found.filter(name__startswith=name)
    if first_on is not None:
        found = found.filter(on__gte=first_on)
    if last_on is not None:
        found = found.filter(on__lte=last_on)
    return found.order_by("-id")


def seal_state() -> SealState:
    """Return how far the timeline is sealed and verified."""
    seals = Seal.objects.aggregate(
        unverified=Count("pk", filter=Q(verified_on=None)), verified_since=Min("verified_on")
    )
    return SealState(
        **seals,
        last=Seal.objects.order_by("-id").first(),
        waiting=Event.objects.filter(seal__isnull=True).count(),
        verified=JobRun.objects.filter(name=VERIFY, finished_at__isnull=False).order_by("-id").first(),
    )
