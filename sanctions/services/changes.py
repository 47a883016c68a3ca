"""Noting changes of entries, and numbering them in an order that a follower can trust."""

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction

from registry.base.bulk import row_new, rows_add
from registry.models import WebhookEvent
from registry.rules.webhooks import ENTRY_CHANGED, ENTRY_ENDED, ENTRY_LISTED
from registry.services.webhook_events import webhook_events_note
from sanctions.models import ChangeFeed, EntryChange, ListEntry, MeasureOrder

FEED = 1
BATCH = 5_000
# As what a change is pushed; an end that was decided may lie ahead.
_PUSHED = {
    EntryChange.Kind.OPENED: ENTRY_LISTED,
    EntryChange.Kind.RESTORED: ENTRY_LISTED,
    EntryChange.Kind.OVER: ENTRY_ENDED,
}


def entry_change_note(*, entry: ListEntry, kind: str, at: datetime) -> None:
    """Note that `entry` changed; call inside the transaction that changed it. Entries never published are left out."""
    entry_changes_note(entries=[entry], kind=kind, at=at)


def entry_changes_note(*, entries: Iterable[ListEntry], kind: str, at: datetime) -> None:
    """Note the same change of many entries in a few statements; as `entry_change_note`."""
    published = [entry for entry in entries if entry.published_on is not None]
    rows_add([row_new(EntryChange, entry_id=entry.pk, kind=kind, at=at) for entry in published])
    pushed = _PUSHED.get(EntryChange.Kind(kind), ENTRY_CHANGED)
    webhook_events_note(
        [
            row_new(WebhookEvent, kind=pushed, subject_id=entry.subject_id, object_id=entry.pk, change=kind, at=at)
            for entry in published
        ]
    )


def order_note(*, order: MeasureOrder, kind: str, at: datetime) -> None:
    """Note what happened to a department's order, for its system; call inside the transaction in which it did."""
    orders_note(orders=[order], kind=kind, at=at)


def orders_note(*, orders: Iterable[MeasureOrder], kind: str, at: datetime) -> None:
    """Note the same about many orders in a few statements; as `order_note`. Give orders with their entries loaded."""
    webhook_events_note(
        [
            row_new(
                WebhookEvent,
                kind=kind,
                subject_id=order.entry.subject_id,
                object_id=order.pk,
                department_id=order.department_id,
                at=at,
            )
            for order in orders
        ]
    )


def changes_number() -> int:
    """Give every committed change without a number the next one; return how many got one.

    Numberers queue on the feed's row until commit, so numbers are given in the order in which followers can see them:
    who has seen a number will never meet a smaller one that is new. Takes no lock that a service holds.
    """
    count = 0
    while EntryChange.objects.filter(position__isnull=True).exists():
        given = _number_batch()
        if not given:
            break
        count += given
    return count


@transaction.atomic
def _number_batch() -> int:
    ChangeFeed.objects.get_or_create(pk=FEED)
    feed = ChangeFeed.objects.select_for_update().get(pk=FEED)
    rows = list(EntryChange.objects.filter(position__isnull=True).order_by("pk").only("pk")[:BATCH])
    for place, row in enumerate(rows, start=feed.last + 1):
        row.position = place
    EntryChange.objects.bulk_update(rows, ["position"], batch_size=200)
    feed.last += len(rows)
    feed.save(update_fields=["last"])
    return len(rows)
