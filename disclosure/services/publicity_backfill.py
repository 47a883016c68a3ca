"""Deadlines of dual publicity for records that were confirmed before the policy ran: set late, dated from the decision."""

from datetime import date

from django.db import transaction
from django.db.models import Exists, OuterRef, QuerySet

from disclosure.models import Publication
from disclosure.rules.publicity import DEADLINE_CODE, deadline_rule
from disclosure.selectors.records import KINDS
from disclosure.services.records import OBJECT_KIND, record_publicity_set
from registry.models import Account, Deadline, Record, Subject
from registry.selectors.policies import packs_active
from registry.services.deadlines import deadline_meet

BATCH = 200


def publicity_backfill(*, on: date, actor: Account | None = None) -> dict[str, int]:
    """Give every confirmed penalty and permit that has neither deadline nor exemption the one that it ought to have.

    Only decisions made since the policy is in force. What is public already has its deadline met on the day of its
    publication. One transaction a record: killed or repeated, it goes on where it stopped. Returns
    `dated`, `exempted`.
    """
    rule = deadline_rule([active.pack for active in packs_active(on)])
    counts = {"dated": 0, "exempted": 0}
    if rule is None:
        return counts
    since, after = rule[0].head.in_force_from or date.min, 0
    while ids := list(_waiting(since).filter(pk__gt=after).order_by("pk").values_list("pk", flat=True)[:BATCH]):
        after = ids[-1]
        for record_id in ids:
            _one(record_id, since, actor, on, counts)
    return counts


def _waiting(since: date) -> QuerySet[Record]:
    limits = Deadline.objects.filter(object_kind=OBJECT_KIND, object_id=OuterRef("pk"), code=DEADLINE_CODE)
    found = Record.objects.filter(
        kind__in=KINDS, state=Record.State.CONFIRMED, decided_on__gte=since, publicity_exemption__isnull=True
    )
    return found.exclude(Exists(limits))


@transaction.atomic
def _one(record_id: int, since: date, actor: Account | None, on: date, counts: dict[str, int]) -> None:
    subject_id = Record.objects.values_list("subject_id", flat=True).get(pk=record_id)
    Subject.objects.select_for_update().get(pk=subject_id)
    Record.objects.select_for_update().get(pk=record_id)
    record = _waiting(since).filter(pk=record_id).select_related("subject", "department").first()
    if record is None:
        return  # somebody was faster
    if record_publicity_set(record=record, actor=actor, on=on) is None:
        counts["exempted"] += hasattr(record, "publicity_exemption")
        return
    counts["dated"] += 1
    shown = Publication.objects.filter(object_kind=OBJECT_KIND, object_id=record_id).first()
    if shown is not None:
        deadline_meet(record, DEADLINE_CODE, actor=actor, on=shown.published_on)
