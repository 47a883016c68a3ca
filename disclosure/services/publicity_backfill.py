"""Deadlines of dual publicity for records that were confirmed before the policy ran: set late, dated from the decision."""

import hashlib
from collections.abc import Collection, Iterator
from datetime import date, datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Exists, Max, OuterRef, QuerySet

from disclosure.models import Publication, PublicityBackfill
from disclosure.rules.publicity import DEADLINE_CODE, deadline_rule
from disclosure.selectors.records import KINDS
from disclosure.services.records import OBJECT_KIND, records_publicity_set
from registry.base.bulk import parts
from registry.models import Account, Deadline, PenaltyDetail, PermitDetail, Record
from registry.selectors.policies import ActivePack, packs_active
from registry.selectors.remembered import answers_remembered
from registry.services.deadlines import deadlines_meet_all
from registry.services.subjects import subjects_lock
from sanctions.selectors.population_changes import OVERLAP, newest_version

BATCH: Final = 500
# Everybody is asked a range of records at a time: memory does not grow with the county.
RANGE: Final = 200_000
# All records are asked again so often, for what a night may have missed; it is to find none.
WHOLE_EVERY: Final = timedelta(days=7)
_WATCHED: Final = ((Record, "id"), (PenaltyDetail, "record_id"), (PermitDetail, "record_id"))


def publicity_backfill(*, on: date, actor: Account | None = None) -> dict[str, int]:
    """Give every confirmed penalty and permit that has neither deadline nor exemption the one that it ought to have.

    Only decisions made since the policy is in force. What is public already has its deadline met on the day of its
    publication. All records are asked when the office runs other editions than the last time, and once a week; on other
    nights those written since. One transaction some hundreds of records: killed or repeated, it goes on where it
    stopped. Returns `dated`, `exempted`.
    """
    counts, packs = {"dated": 0, "exempted": 0}, packs_active(on)
    rule = deadline_rule([active.pack for active in packs])
    if rule is None:
        return counts
    since = rule[0].head.in_force_from or date.min
    done, basis, seen = PublicityBackfill.objects.first(), _basis(packs), _seen()
    if done is not None and done.basis == basis and timedelta(0) <= on - done.whole_on < WHOLE_EVERY:
        waiting = _waiting_changed(done.seen_until, since)
    else:
        done = PublicityBackfill(pk=done.pk if done else None, basis=basis, whole_on=on)
        waiting = _waiting_of_all(since)
    for ids in waiting:
        for some in parts(ids, BATCH):
            _settle(some, since, actor, on, counts)
    done.seen_until = seen
    done.save()
    return counts


def _basis(packs: Collection[ActivePack]) -> str:
    """Return a digest of the editions that the office runs: who asks under the same ones gets the same answers."""
    editions = sorted(f"{active.version.pack_id}@{active.version.content_hash}" for active in packs)
    return hashlib.sha256("\n".join(editions).encode()).hexdigest()


def _seen() -> datetime | None:
    """Return the instant of the newest change that may matter; None when there is none."""
    return newest_version(model.history.model for model, _ in _WATCHED)


def _waiting_changed(seen_until: datetime | None, since: date) -> Iterator[list[int]]:
    changed: set[int] = set()
    for model, record in _WATCHED:
        versions = model.history.all()
        if seen_until is not None:
            versions = versions.filter(history_date__gte=seen_until - OVERLAP)
        changed.update(versions.order_by().values_list(record, flat=True).distinct())
    for some in parts(sorted(changed), BATCH):
        yield list(_waiting(since).filter(pk__in=some).values_list("pk", flat=True))


def _waiting_of_all(since: date) -> Iterator[list[int]]:
    last = Record.objects.aggregate(last=Max("pk"))["last"] or 0
    for after in range(0, last, RANGE):
        found = _waiting(since).filter(pk__gt=after, pk__lte=after + RANGE).order_by()
        yield sorted(found.values_list("pk", flat=True))


def _waiting(since: date) -> QuerySet[Record]:
    limits = Deadline.objects.filter(object_kind=OBJECT_KIND, object_id=OuterRef("pk"), code=DEADLINE_CODE)
    found = Record.objects.filter(
        kind__in=KINDS, state=Record.State.CONFIRMED, decided_on__gte=since, publicity_exemption__isnull=True
    )
    return found.exclude(Exists(limits))


@transaction.atomic
def _settle(
    record_ids: Collection[int], since: date, actor: Account | None, on: date, counts: dict[str, int]
) -> None:  # fmt: skip
    subjects_lock(set(Record.objects.filter(pk__in=record_ids).values_list("subject_id", flat=True)))
    list(Record.objects.select_for_update().filter(pk__in=record_ids).order_by("pk").values_list("pk"))
    # Asked again under the locks: somebody may have been faster.
    found = _waiting(since).filter(pk__in=record_ids).order_by("pk")
    records = list(found.select_related("subject", "department", "penalty", "permit"))
    with answers_remembered():
        deadlines, exempt = records_publicity_set(records=records, actor=actor, on=on, are_new=False)
    shown = Publication.objects.filter(object_kind=OBJECT_KIND, object_id__in=[each.pk for each in records])
    published = dict(shown.order_by("published_on", "pk").values_list("object_id", "published_on"))
    met = {each: published[each.object_id] for each in deadlines if each.object_id in published}
    deadlines_meet_all(met, actor=actor)
    counts["dated"] += len(deadlines)
    counts["exempted"] += exempt
