"""The outbox: what must happen after commit is a row; a leased relay drains it; an inbox key stops doubling.

Handlers are registered by topic when the apps are ready. `once=True` (the rule): the handler's effect lies in this
database; it runs in one transaction with the inbox receipt, so it lands exactly once. `once=False`: the handler keeps
its own transactions and is itself resumable (an import), or leaves the database with an idempotency key; during long
work it calls `lease_keep`, so that no second relay takes the message from under it.
"""

import logging
import uuid
from collections.abc import Callable, Iterable, Mapping
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import IntegrityError, connection, models, transaction
from django.db.models import Q

from registry.base.bulk import row_new, rows_add
from registry.models import InboxReceipt, OutboxMessage
from registry.services.guards import LEASE as LEASE_GUARD
from registry.services.guards import guard_try, leases_dead

logger = logging.getLogger(__name__)

LEASE = timedelta(seconds=120)
MAX_ATTEMPTS = 12
KEY_LENGTH = 120
Handler = Callable[[dict[str, Any], datetime], None]


class LeaseLost(Exception):
    """Another relay has taken the message over, because this one did not prolong its lease in time."""


@dataclass(frozen=True)
class _Entry:
    handler: Handler
    once: bool
    given_up: Handler | None


@dataclass(frozen=True)
class _Held:
    message_id: int
    token: uuid.UUID
    lease: timedelta


_handlers: dict[str, _Entry] = {}
_held: ContextVar[_Held | None] = ContextVar("outbox_message_held", default=None)


def register(topic: str, handler: Handler, *, once: bool = True, given_up: Handler | None = None) -> None:
    """Name the function that carries out messages of `topic`: `handler(payload, now)`.

    `given_up(payload, now)`, where named, runs in the transaction that gives a message up after `MAX_ATTEMPTS`.
    """
    _handlers[topic] = _Entry(handler, once, given_up)


def outbox_put(
    topic: str, *, key: str, payload: dict[str, Any], at: datetime, available_at: datetime | None = None
) -> OutboxMessage:
    """Owe an effect; call inside the business transaction. The same topic and `key` twice is owed once.

    Raises ValueError when topic and key together are longer than the column (SQLite would not notice).
    """
    full = f"{topic}:{key}"
    if len(full) > KEY_LENGTH:
        raise ValueError(f"outbox key longer than {KEY_LENGTH} characters: {full}")
    message, _ = OutboxMessage.objects.get_or_create(
        key=full,
        defaults={"topic": topic, "payload": payload, "created_at": at, "available_at": available_at or at},
    )
    return message


def outbox_note(topic: str, done: Mapping[str, dict[str, Any]], *, at: datetime) -> None:
    """Note effects by full key (`topic:…`) that this transaction carries out itself, so that none is owed again; a few
    statements for any number. The caller holds the lock under which it found the keys to be unknown."""
    rows_add(
        [
            row_new(OutboxMessage, topic=topic, key=key, payload=payload, created_at=at, available_at=at, done_at=at)
            for key, payload in done.items()
        ]
    )


def outbox_known(keys: Iterable[str]) -> set[str]:
    """Return which of these full keys (topic and key) are owed or done already."""
    return set(OutboxMessage.objects.filter(key__in=list(keys)).values_list("key", flat=True))


def _open(now: datetime) -> models.QuerySet[OutboxMessage]:
    return OutboxMessage.objects.filter(done_at__isnull=True, failed_at__isnull=True, available_at__lte=now)


def _lease(token: uuid.UUID, now: datetime, limit: int, lease: timedelta) -> list[OutboxMessage]:
    """Take up to `limit` open messages for this relay, whose guard is named by `token`: those that nobody holds, whose
    lease has run out, or whose relay is dead. Another relay cannot take them while this one lives and keeps its lease.
    """
    dead = leases_dead(set(_open(now).filter(leased_until__gte=now).values_list("lease_token", flat=True)))
    free = _open(now).filter(Q(leased_until__isnull=True) | Q(leased_until__lt=now) | Q(lease_token__in=dead))
    with transaction.atomic():
        if connection.features.has_select_for_update_skip_locked:
            free = free.select_for_update(skip_locked=True)
        ids = list(free.order_by("id").values_list("pk", flat=True)[:limit])
        OutboxMessage.objects.filter(pk__in=ids).update(lease_token=token, leased_until=now + lease)
    return list(OutboxMessage.objects.filter(lease_token=token, pk__in=ids).order_by("id"))


def lease_extend(message_id: int, token: uuid.UUID, *, now: datetime, lease: timedelta = LEASE) -> bool:
    """Prolong a lease; False when another relay has taken the message over or settled it meanwhile."""
    return bool(
        OutboxMessage.objects.filter(pk=message_id, lease_token=token, done_at__isnull=True).update(
            leased_until=now + lease
        )
    )


def lease_keep(*, now: datetime) -> None:
    """Prolong the lease of the message that the calling handler carries out; nothing happens outside a relay.

    For long `once=False` handlers, between their transactions. Raises LeaseLost when another relay has the message:
    the handler must stop, its resumable work goes on there.
    """
    held = _held.get()
    if held is not None and not lease_extend(held.message_id, held.token, now=now, lease=held.lease):
        raise LeaseLost(f"outbox message {held.message_id} was taken over by another relay")


def _mine(message: OutboxMessage) -> models.QuerySet[OutboxMessage]:
    """Return the message only while this relay holds it: whoever lost the lease may not settle the message."""
    return OutboxMessage.objects.filter(pk=message.pk, lease_token=message.lease_token, done_at__isnull=True)


def _settle(message: OutboxMessage, now: datetime) -> None:
    _mine(message).update(done_at=now, lease_token=None, leased_until=None)


def _carry_out(message: OutboxMessage, now: datetime) -> None:
    entry = _handlers.get(message.topic)
    if entry is None:
        raise LookupError(f"没有登记事务种类“{message.topic}”的处理程序，请核对程序版本。")
    if not entry.once:
        entry.handler(message.payload, now)
        _settle(message, now)
        return
    with transaction.atomic():
        try:
            with transaction.atomic():
                InboxReceipt.objects.create(consumer=message.topic, key=message.key, at=now)
        except IntegrityError:
            pass  # applied before; only the mark on the message was lost
        else:
            entry.handler(message.payload, now)
        _settle(message, now)


def _put_back(message: OutboxMessage, error: Exception, now: datetime) -> None:
    attempts = message.attempts + 1
    is_given_up = attempts >= MAX_ATTEMPTS
    with transaction.atomic():
        mine = _mine(message).update(
            attempts=attempts,
            last_error=f"{type(error).__name__}: {error}"[:500],
            available_at=now + timedelta(seconds=min(2**attempts, 3600)),
            failed_at=now if is_given_up else None,
            lease_token=None,
            leased_until=None,
        )
        entry = _handlers.get(message.topic)
        if mine and is_given_up and entry is not None and entry.given_up is not None:
            entry.given_up(message.payload, now)


def _attempt(message: OutboxMessage, now: Callable[[], datetime], lease: timedelta) -> str:
    """Carry out one leased message; return "done", "failed" (put back) or "lost" (another relay has it)."""
    if message.lease_token is None or not lease_extend(message.pk, message.lease_token, now=now(), lease=lease):
        return "lost"
    held = _held.set(_Held(message.pk, message.lease_token, lease))
    try:
        _carry_out(message, now())
    except LeaseLost:
        logger.warning("outbox message %s (%s) was taken over by another relay", message.pk, message.topic)
        return "lost"
    except Exception as error:
        logger.exception("outbox message %s (%s) failed", message.pk, message.topic)
        _put_back(message, error, now())
        return "failed"
    finally:
        _held.reset(held)
    return "done"


def outbox_drain(*, now: Callable[[], datetime], limit: int = 50, lease: timedelta = LEASE) -> dict[str, int]:
    """Carry out up to `limit` owed effects; return how many were done, put back ("failed") and lost to another relay.

    `now` is called for each message, because the work takes time; each message's lease starts anew when its turn
    comes. A failing message waits 2, 4, 8 … seconds and is given up after `MAX_ATTEMPTS`, kept with its error for an
    officer to send again.
    """
    counts = {"done": 0, "failed": 0, "lost": 0}
    # The first look is without a transaction: an idle relay on SQLite must not take the write lock every second.
    if not _open(now()).exists():
        return counts
    token = uuid.uuid4()
    with guard_try(LEASE_GUARD, str(token)):
        for message in _lease(token, now(), limit, lease):
            counts[_attempt(message, now, lease)] += 1
    return counts


def message_resend(message_id: int, *, now: datetime) -> bool:
    """Offer a given-up or waiting message again at once; False when it is done. A running lease is left alone."""
    return bool(
        OutboxMessage.objects.filter(pk=message_id, done_at__isnull=True).update(
            failed_at=None, attempts=0, available_at=now
        )
    )
