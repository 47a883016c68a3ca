"""Sending what is owed to webhooks: at least once, a subject's events one after another, others side by side.

A delivery may go when nothing earlier about its subject is open for the same webhook. A lease (decision 0005) keeps two
senders apart; a killed one's lease runs out and another goes on. What is told is read when it is sent, by the composer
of the event's kind: an entry that is over is told as over, however late.
"""

import json
import logging
import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from django.core.serializers.json import DjangoJSONEncoder
from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from registry.base.personal_data import text_open
from registry.models import ApiClient, Webhook, WebhookDelivery, WebhookEvent, WebhookHealth
from registry.rules.scopes import WEBHOOKS
from registry.rules.webhooks import ATTEMPTS_MOST, KINDS, signature, wait_after, wait_unreachable
from registry.services.events import event_record
from registry.services.guards import LEASE as LEASE_GUARD
from registry.services.guards import guard_try, leases_dead
from registry.services.webhook_http import Outcome, webhook_post

logger = logging.getLogger(__name__)

LEASE: Final = timedelta(minutes=3)  # far above what a pass takes: PASS_MOST / THREADS rounds of ten seconds
PASS_MOST: Final = 24
EACH_MOST: Final = 10
THREADS: Final = 8

Composer = Callable[[WebhookEvent, ApiClient, date], dict[str, Any] | None]
State = WebhookDelivery.State
_composers: dict[str, Composer] = {}


def register_composer(family: str, compose: Composer) -> None:
    """Name the function that tells events of a family ("entry" for "entry.listed"): `compose(event, client, on)`.

    It returns what the client may read today, or None when there is nothing left to tell.
    """
    _composers[family] = compose


@dataclass(frozen=True)
class _Parcel:
    delivery: WebhookDelivery
    body: bytes
    headers: dict[str, str]


def deliveries_send(*, now: Callable[[], datetime], lease: timedelta = LEASE) -> dict[str, int]:
    """Send up to `PASS_MOST` deliveries that are due; return how many were `sent`, `failed` (tried again later),
    `given_up`, `dropped` (nothing to tell any more) and `lost` (another sender has them)."""
    counts = {"sent": 0, "failed": 0, "given_up": 0, "dropped": 0, "lost": 0}
    if not WebhookDelivery.objects.filter(state=State.WAITING, available_at__lte=now()).exists():
        return counts
    token = uuid.uuid4()
    with guard_try(LEASE_GUARD, str(token)):
        parcels = []
        for delivery in _lease(token, now(), lease):
            parcel = _pack(delivery, now())
            if isinstance(parcel, str):
                counts["dropped"] += _drop(delivery, parcel, now())
            else:
                parcels.append(parcel)
        if parcels:
            _post(parcels, now, counts)
    return counts


def _post(parcels: list[_Parcel], now: Callable[[], datetime], counts: dict[str, int]) -> None:
    with ThreadPoolExecutor(min(THREADS, len(parcels)), thread_name_prefix="webhook") as pool:
        sent = {
            pool.submit(webhook_post, each.delivery.webhook.url, body=each.body, headers=each.headers): each.delivery
            for each in parcels
        }
        for future in as_completed(sent):
            counts[_settle(sent[future], future.result(), now())] += 1


# --- taking -------------------------------------------------------------------------------------------------------
def _free(now: datetime) -> Q:
    """Those that nobody holds: no lease, one that has run out, or one whose sender is dead."""
    held = WebhookDelivery.objects.filter(state=State.WAITING, leased_until__gte=now)
    dead = leases_dead(set(held.values_list("lease_token", flat=True)))
    return Q(leased_until__isnull=True) | Q(leased_until__lt=now) | Q(lease_token__in=dead)


def webhooks_due(now: datetime, free: Q) -> QuerySet[Webhook]:
    """Return the webhooks to which something may be sent now."""
    waiting = WebhookDelivery.objects.filter(free, webhook=OuterRef("pk"), state=State.WAITING, available_at__lte=now)
    return Webhook.objects.filter(
        Q(health__resumes_at__isnull=True) | Q(health__resumes_at__lte=now), Exists(waiting),
        closed_on__isnull=True, is_paused=False, client__is_active=True, client__account__is_active=True,
        client__department__is_active=True,
    ).select_related("client", "health")  # fmt: skip


def _heads(webhook: Webhook, now: datetime, free: Q) -> QuerySet[WebhookDelivery]:
    """What is due of a webhook and has nothing open before it about the same subject."""
    earlier = WebhookDelivery.objects.filter(
        webhook=OuterRef("webhook"), subject=OuterRef("subject"), number__lt=OuterRef("number"),
        state__in=(State.WAITING, State.DEAD),
    )  # fmt: skip
    due = WebhookDelivery.objects.filter(free, webhook=webhook, state=State.WAITING, available_at__lte=now)
    return due.filter(~Exists(earlier)).order_by("number")


def _lease(token: uuid.UUID, now: datetime, lease: timedelta) -> list[WebhookDelivery]:
    ids: list[int] = []
    free = _free(now)
    for webhook in webhooks_due(now, free):
        room = PASS_MOST - len(ids)
        if room <= 0:
            break
        # One that could not be reached is tried with a single delivery.
        most = 1 if webhook.health.failures else min(EACH_MOST, room)
        ids += _lease_of(_heads(webhook, now, free), most, token, now + lease)
    mine = WebhookDelivery.objects.filter(lease_token=token, pk__in=ids).order_by("number")
    return list(mine.select_related("event", "webhook__client", "webhook__health"))


@transaction.atomic
def _lease_of(heads: QuerySet[WebhookDelivery], most: int, token: uuid.UUID, until: datetime) -> list[int]:
    if connection.features.has_select_for_update_skip_locked:
        heads = heads.select_for_update(of=("self",), skip_locked=True)
    ids = list(heads.values_list("pk", flat=True)[:most])
    WebhookDelivery.objects.filter(pk__in=ids).update(lease_token=token, leased_until=until)
    return ids


# --- packing ------------------------------------------------------------------------------------------------------
def _pack(delivery: WebhookDelivery, now: datetime) -> _Parcel | str:
    """Return what is sent, or in Chinese why nothing is."""
    event, webhook = delivery.event, delivery.webhook
    rule = KINDS.get(event.kind)
    if rule is None or rule.scope not in webhook.client.scopes or WEBHOOKS not in webhook.client.scopes:
        return "客户端已没有读取这类内容的权限范围"
    if event.department_id not in (None, webhook.client.department_id):
        return "所涉事项已不属于本部门"
    data = _composers[event.kind.partition(".")[0]](event, webhook.client, timezone.localdate(now))
    if data is None:
        return "所涉内容已不能向本客户端提供"
    body = json.dumps(
        {"delivery": delivery.public_id, "number": event.number, "kind": event.kind, "change": event.change,
         "at": event.at, "is_replay": delivery.is_replay, "data": data},
        cls=DjangoJSONEncoder, ensure_ascii=False, separators=(",", ":"),
    ).encode()  # fmt: skip
    return _Parcel(delivery, body, headers_of(webhook, delivery, body, now))


def headers_of(webhook: Webhook, delivery: WebhookDelivery, body: bytes, now: datetime) -> dict[str, str]:
    """Return the headers of a delivery, signed with the secret and, while it still holds, the one before it."""
    timestamp = int(now.timestamp())
    sealed = [webhook.secret_sealed]
    if webhook.old_secret_until is not None and webhook.old_secret_until > now:
        sealed.append(webhook.old_secret_sealed)
    marks = [f"v1={signature(text_open(each), timestamp=timestamp, body=body)}" for each in sealed]
    return {
        "Content-Type": "application/json",
        "User-Agent": "county-credit-webhook/1",
        "X-Credit-Delivery": str(delivery.public_id),
        "X-Credit-Timestamp": str(timestamp),
        "X-Credit-Signature": ",".join(marks),
    }


# --- settling -----------------------------------------------------------------------------------------------------
def _mine(delivery: WebhookDelivery) -> QuerySet[WebhookDelivery]:
    return WebhookDelivery.objects.filter(pk=delivery.pk, lease_token=delivery.lease_token, state=State.WAITING)


def _drop(delivery: WebhookDelivery, why: str, now: datetime) -> int:
    return _mine(delivery).update(
        state=State.DROPPED, settled_at=now, last_error=why, lease_token=None, leased_until=None
    )


@transaction.atomic
def _settle(delivery: WebhookDelivery, outcome: Outcome, now: datetime) -> str:
    """Write down how it went, while this sender still holds the delivery; return the name of the count."""
    attempts = delivery.attempts + 1
    fields: dict[str, Any] = {"attempts": attempts, "lease_token": None, "leased_until": None}
    if outcome.is_taken:
        name, fields = "sent", fields | {"state": State.DELIVERED, "settled_at": now, "last_error": ""}
    elif attempts >= ATTEMPTS_MOST:
        name, fields = "given_up", fields | {"state": State.DEAD, "settled_at": now, "last_error": outcome.error}
    else:
        name, fields = "failed", fields | {"available_at": now + wait_after(attempts), "last_error": outcome.error}
    if not _mine(delivery).update(**fields):
        return "lost"
    _health(delivery.webhook, outcome, now)
    if name == "given_up":
        webhook = delivery.webhook
        event_record(
            "webhook.dead", f"{webhook.client.name}：第{delivery.number}号事件推送{attempts}次未成，待处理（{webhook.url}）"[:500],
            obj=webhook, actor=None, on=timezone.localdate(now), payload={"number": delivery.number},
        )  # fmt: skip
    return name


def _health(webhook: Webhook, outcome: Outcome, now: datetime) -> None:
    """Leave a receiver alone for a while where nobody is at work; when somebody is again, all that waits may go."""
    health = WebhookHealth.objects.select_for_update().get(webhook=webhook)
    was_away = health.unreachable_since is not None
    if outcome.is_unreachable:
        health.failures += 1
        health.unreachable_since = health.unreachable_since or now
        health.resumes_at = now + wait_unreachable(health.failures)
    else:
        health.failures, health.unreachable_since, health.resumes_at = 0, None, None
        if outcome.is_taken:
            health.delivered_at = now
    health.save()
    if was_away and not outcome.is_unreachable:
        waiting = WebhookDelivery.objects.filter(webhook=webhook, state=State.WAITING, available_at__gt=now)
        waiting.update(available_at=now)
