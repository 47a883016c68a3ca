"""Reads of candidates: the queue, and what has been handled on the same grounds already."""

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date

from django.db.models import Q, QuerySet

from registry.models import Record
from registry.selectors.policies import ActivePack, packs_active
from sanctions.models import Candidate, Case


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


@dataclass
class Handled:
    """What there is of one subject under one pack already, by list: open candidates, open cases, and the sets of
    records on which an officer decided not to list.
    """

    waiting: dict[str, Candidate] = field(default_factory=dict)
    busy: set[str] = field(default_factory=set)
    declined: defaultdict[str, list[frozenset[int]]] = field(default_factory=lambda: defaultdict(list))


def handled_of(ids: Collection[int], pack_id: str) -> defaultdict[int, Handled]:
    """Read what has been handled of these subjects under one pack, in a fixed number of queries.

    A case opened on an organisation's case declines nothing: its own subject's records were not its grounds.
    """
    found: defaultdict[int, Handled] = defaultdict(Handled)
    matter = {"subject__in": ids, "pack_id": pack_id}
    settled = Candidate.objects.filter(state__in=[Candidate.State.OPEN, Candidate.State.DISMISSED], **matter)
    for candidate in settled.prefetch_related("grounds"):
        handled = found[candidate.subject_id]
        if candidate.state == Candidate.State.OPEN:
            handled.waiting[candidate.list_code] = candidate
        else:
            handled.declined[candidate.list_code].append(records_of(candidate))
    for case in Case.objects.filter(**matter).exclude(state=Case.State.PUBLISHED).prefetch_related("grounds"):
        if case.state != Case.State.DROPPED:
            found[case.subject_id].busy.add(case.list_code)
        elif case.parent_id is None:
            found[case.subject_id].declined[case.list_code].append(records_of(case))
    return found


def records_of(matter: Candidate | Case) -> frozenset[int]:
    """Return the records that a candidate or a case rests on."""
    return frozenset(ground.record_id for ground in matter.grounds.all())


def subjects_waiting(pack_id: str) -> set[int]:
    """Return the subjects with an open candidate under a pack."""
    return set(
        Candidate.objects.filter(state=Candidate.State.OPEN, pack_id=pack_id).values_list("subject_id", flat=True)
    )


def subjects_of_gone_packs(running: Collection[str]) -> list[int]:
    """Return the subjects with an open candidate of a pack that is no longer among the running ones."""
    gone = Candidate.objects.filter(state=Candidate.State.OPEN).exclude(pack_id__in=running)
    return sorted(set(gone.values_list("subject_id", flat=True)))


def candidate_records(candidate: Candidate) -> QuerySet[Record]:
    """Return the records that the candidate rests on, oldest first."""
    grounds = candidate.grounds.values_list("record_id", flat=True)
    return Record.objects.filter(pk__in=grounds).select_related("department").order_by("decided_on", "pk")
