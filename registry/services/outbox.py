"""The outbox: what must happen after commit is a row; a leased relay drains it; an inbox key stops doubling.

Handlers are registered by topic when the apps are ready. `once=True` (the rule): the handler's effect lies in this
database; it runs in one transaction with the inbox receipt, so it lands exactly once. `once=False`: the handler keeps
its own transactions and is itself resumable (an import), or leaves the database with an idempotency key.
"""

import logging
import uuid
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.db.models import Q

from registry.models import InboxReceipt, OutboxMessage

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=120)
MAX_ATTEMPTS = 12
Handler = Callable[[dict[str, Any], datetime], None]


@dataclass(frozen=True)
class _Entry:
    handler: Handler
    once: bool


_handlers: dict[str, _Entry] = {}


def register(topic: str, handler: Handler, *, once: bool = True) -> None:
    """Name the function that carries out messages of `topic`: `handler(payload, now)`."""
    _handlers[topic] = _Entry(handler, once)


def outbox_put(
    topic: str, *, key: str, payload: dict[str, Any], at: datetime, available_at: datetime | None = None
) -> OutboxMessage:
    """Owe an effect; call inside the business transaction. The same `key` twice is owed once."""
    message, _ = OutboxMessage.objects.get_or_create(
        key=f"{topic}:{key}",
        defaults={"topic": topic, "payload": payload, "created_at": at, "available_at": available_at or at},
    )
    return message


def _lease(now: datetime, limit: int) -> list[OutboxMessage]:
    """Take up to `limit` open messages for this relay; another relay cannot take them until the lease runs out."""
    token = uuid.uuid4()
    open_now = OutboxMessage.objects.filter(
        Q(leased_until__isnull=True) | Q(leased_until__lt=now),
        done_at__isnull=True,
        failed_at__isnull=True,
        available_at__lte=now,
    )
    with transaction.atomic():
        if connection.features.has_select_for_update_skip_locked:
            open_now = open_now.select_for_update(skip_locked=True)
        ids = list(open_now.order_by("id").values_list("pk", flat=True)[:limit])
        OutboxMessage.objects.filter(pk__in=ids).update(lease_token=token, leased_until=now + LEASE)
    return list(OutboxMessage.objects.filter(lease_token=token, pk__in=ids).order_by("id"))


def lease_extend(message_id: int, token: uuid.UUID, *, now: datetime) -> bool:
    """Prolong a lease during long work; False when another relay has taken it over meanwhile."""
    return bool(
        OutboxMessage.objects.filter(pk=message_id, lease_token=token, done_at__isnull=True).update(
            leased_until=now + LEASE
        )
    )


def _carry_out(message: OutboxMessage, now: datetime) -> None:
    entry = _handlers[message.topic]
    if not entry.once:
        entry.handler(message.payload, now)
        OutboxMessage.objects.filter(pk=message.pk).update(done_at=now, lease_token=None, leased_until=None)
        return
    with transaction.atomic():
        try:
            with transaction.atomic():
                InboxReceipt.objects.create(consumer=message.topic, key=message.key, at=now)
        except IntegrityError:
            pass  # applied before; only the mark on the message was lost
        else:
            entry.handler(message.payload, now)
        OutboxMessage.objects.filter(pk=message.pk).update(done_at=now, lease_token=None, leased_until=None)


def _put_back(message: OutboxMessage, error: Exception, now: datetime) -> None:
    attempts = message.attempts + 1
    OutboxMessage.objects.filter(pk=message.pk).update(
        attempts=attempts,
        last_error=f"{type(error).__name__}: {error}"[:500],
        available_at=now + timedelta(seconds=min(2**attempts, 3600)),
        failed_at=now if attempts >= MAX_ATTEMPTS else None,
        lease_token=None,
        leased_until=None,
    )


def outbox_drain(*, now: Callable[[], datetime], limit: int = 50) -> dict[str, int]:
    """Carry out up to `limit` owed effects; return how many were done and how many put back.

    `now` is called for each message, because the work takes time. A failing message waits 2, 4, 8 … seconds and is
    given up after `MAX_ATTEMPTS`, kept with its error for an officer to send again.
    """
    counts = {"done": 0, "failed": 0}
    for message in _lease(now(), limit):
        try:
            _carry_out(message, now())
        except Exception as error:
            logger.exception("outbox message %s (%s) failed", message.pk, message.topic)
            _put_back(message, error, now())
            counts["failed"] += 1
        else:
            counts["done"] += 1
    return counts


def message_resend(message_id: int, *, now: datetime) -> None:
    """Offer a given-up message again at once."""
    OutboxMessage.objects.filter(pk=message_id, done_at__isnull=True).update(
        failed_at=None, attempts=0, available_at=now, lease_token=None, leased_until=None
    )
