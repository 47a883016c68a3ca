"""Noting what may be pushed, numbering it once committed, and owing it to those who subscribed."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from django.db import transaction
from django.db.models import Q, QuerySet

from registry.base.bulk import rows_add
from registry.models import Subject, Webhook, WebhookDelivery, WebhookEvent, WebhookFeed
from registry.rules.webhooks import KINDS

FEED = 1
BATCH = 1_000
_INSERT = 500


def webhook_event_note(
    *, kind: str, subject_id: int, object_id: int, at: datetime, department_id: int | None = None, change: str = ""
) -> None:
    """Note that something happened; call inside the transaction in which it did, holding the subject's lock.

    `department_id`: whose business alone it is; None for what every client of the kind's scope may read.
    """
    WebhookEvent.objects.create(
        kind=kind, subject_id=subject_id, object_id=object_id, department_id=department_id, change=change, at=at
    )


def webhook_events_note(events: Sequence[WebhookEvent]) -> None:
    """Note many happenings in a few statements, in this order; as `webhook_event_note`."""
    rows_add(events)


def webhook_events_number(*, at: datetime) -> int:
    """Number every committed event that has none and owe it to the webhooks that want it; return how many.

    In the order in which they became visible (as changes of the lists are, decision 0008); each event is owed to each
    webhook once, in the transaction that numbers it.
    """
    count = 0
    while WebhookEvent.objects.filter(number__isnull=True).exists():
        given = _number_batch(at)
        if not given:
            break
        count += given
    return count


def feed_lock() -> WebhookFeed:
    """Lock the feed: until commit nobody numbers, subscribes or replays. Call inside a transaction."""
    WebhookFeed.objects.get_or_create(pk=FEED)
    return WebhookFeed.objects.select_for_update().get(pk=FEED)


@transaction.atomic
def _number_batch(at: datetime) -> int:
    feed = feed_lock()
    events = list(WebhookEvent.objects.filter(number__isnull=True).order_by("pk")[:BATCH])
    for number, event in enumerate(events, start=feed.last + 1):
        event.number = number
    WebhookEvent.objects.bulk_update(events, ["number"], batch_size=200)
    for webhook in Webhook.objects.filter(closed_on__isnull=True).select_related("client"):
        deliveries_owe(webhook, (event for event in events if _wants(webhook, event)), at=at)
    feed.last += len(events)
    feed.save(update_fields=["last"])
    return len(events)


def _wants(webhook: Webhook, event: WebhookEvent) -> bool:
    return event.kind in webhook.kinds and event.department_id in (None, webhook.client.department_id)


def events_wanted(webhook: Webhook, *, from_number: int) -> QuerySet[WebhookEvent]:
    """Return the numbered events from `from_number` on that the webhook wants, in order."""
    own = Q(department__isnull=True) | Q(department=webhook.client.department_id)
    kinds = [kind for kind in webhook.kinds if kind in KINDS]
    return WebhookEvent.objects.filter(own, kind__in=kinds, number__gte=from_number).order_by("number")


def deliveries_owe(webhook: Webhook, events: Iterable[WebhookEvent], *, at: datetime, is_replay: bool = False) -> int:
    """Owe numbered events to a webhook; what is owed already stays as it is. Returns how many were given."""
    rows = [
        WebhookDelivery(
            webhook=webhook, event=event, subject_id=event.subject_id, number=event.number or 0, available_at=at,
            is_replay=is_replay,
        )
        for event in events
    ]  # fmt: skip
    WebhookDelivery.objects.bulk_create(rows, batch_size=_INSERT, ignore_conflicts=True)
    return len(rows)


def webhook_rows_move(*, loser: Subject, winner: Subject) -> None:
    """Two subjects become one: what waits about either keeps its order among what waits about both."""
    WebhookEvent.objects.filter(subject=loser).update(subject=winner)
    WebhookDelivery.objects.filter(subject=loser).update(subject=winner)
