"""Reads of candidates: the queue, and what has been handled on the same grounds already."""

from collections.abc import Iterable
from datetime import date

from django.db.models import Exists, OuterRef, Q, QuerySet

from registry.models import Record, Subject
from registry.selectors.policies import ActivePack, packs_active
from sanctions.models import Candidate, Case, Standing


def listing_packs(on: date) -> list[ActivePack]:
    """Return the packs that the office runs on the day `on` and that put subjects on negative lists."""
    return [
        active
        for active in packs_active(on)
        if any(rule.entry is not None and rule.polarity == "negative" for rule in active.pack.lists)
    ]


def candidate_list(*, state: str = Candidate.State.OPEN, pack_id: str = "", query: str = "") -> QuerySet[Candidate]:
    """Return the queue, oldest first, ready to be shown."""
    found = Candidate.objects.select_related("subject", "activation__policy").prefetch_related("grounds")
    if state:
        found = found.filter(state=state)
    if pack_id:
        found = found.filter(pack_id=pack_id)
    if query:
        found = found.filter(Q(subject__name__icontains=query) | Q(subject__uscc__iexact=query))
    return found.order_by("first_due_on", "pk")


def handled_grounds(subject: Subject, pack_id: str, list_code: str) -> list[frozenset[int]]:
    """Return the sets of records on which an officer decided not to list: dismissed candidates, dropped cases.

    A case opened on an organisation's case is left out: its own subject's records were not its grounds.
    """
    matter = {"subject": subject, "pack_id": pack_id, "list_code": list_code}
    dismissed = Candidate.objects.filter(state=Candidate.State.DISMISSED, **matter).prefetch_related("grounds")
    dropped = Case.objects.filter(state=Case.State.DROPPED, parent=None, **matter).prefetch_related("grounds")
    declined = [frozenset(ground.record_id for ground in each.grounds.all()) for each in dismissed]
    return declined + [frozenset(ground.record_id for ground in each.grounds.all()) for each in dropped]


def subjects_to_refresh(on: date, packs: Iterable[ActivePack]) -> list[int]:
    """Return the ids of subjects whose answer may differ on the day `on` with no new fact: a day of theirs has come,
    a pack has been put in use since they were last evaluated, or one that a candidate rests on has gone."""
    running = list(packs)
    ids = set(Standing.objects.filter(next_change_on__lte=on).values_list("subject_id", flat=True))
    has_facts = Record.objects.filter(subject=OuterRef("pk")).exclude(state=Record.State.DRAFT)
    for active in running:
        evaluated = Standing.objects.filter(subject=OuterRef("pk"), policy=active.version)
        ids |= set(Subject.objects.filter(Exists(has_facts), ~Exists(evaluated)).values_list("pk", flat=True))
    gone = Candidate.objects.filter(state=Candidate.State.OPEN).exclude(
        pack_id__in=[active.version.pack_id for active in running]
    )
    ids |= set(gone.values_list("subject_id", flat=True))
    return sorted(ids)


def candidate_records(candidate: Candidate) -> QuerySet[Record]:
    """Return the records that the candidate rests on, oldest first."""
    grounds = candidate.grounds.values_list("record_id", flat=True)
    return Record.objects.filter(pk__in=grounds).select_related("department").order_by("decided_on", "pk")
