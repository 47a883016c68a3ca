"""Notices: a row in the transaction, delivery after commit, service (签收) recorded by hand or by reading."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import models, transaction
from django.db.models import F

from registry.base.bulk import rows_add
from registry.base.errors import TransitionRefused
from registry.models import Account, Department, Notice, OutboxMessage, Subject
from registry.services import authz
from registry.services.events import event_record
from registry.services.outbox import message_resend, outbox_put

TOPIC = "notice.deliver"
BATCH_TOPIC = "notice.deliver_batch"
_INSERT = 500


def notice_queue(
    kind: str,
    *,
    title: str,
    body: str,
    at: datetime,
    obj: models.Model | None = None,
    subject: Subject | None = None,
    department: Department | None = None,
    account: Account | None = None,
    channel: str = Notice.Channel.PORTAL,
) -> Notice:
    """Owe a message to exactly one of subject, department, account; call inside the business transaction."""
    if sum(item is not None for item in (subject, department, account)) != 1:
        raise ValueError("a notice has exactly one addressee")
    notice = Notice.objects.create(
        kind=kind,
        title=title[:200],
        body=body,
        subject=subject,
        department=department,
        account=account,
        object_kind=obj._meta.label_lower if obj is not None else "",
        object_id=obj.pk if obj is not None else None,
        channel=channel,
        queued_at=at,
    )
    outbox_put(TOPIC, key=str(notice.pk), payload={"notice": notice.pk}, at=at)
    return notice


def notices_queue(notices: Sequence[Notice], *, at: datetime) -> None:
    """Owe many messages in a few statements, whatever their number: new rows with kind, title, body, object and exactly
    one addressee each. They are delivered together. Call inside the business transaction.

    Raises ValueError for one without exactly one addressee.
    """
    for notice in notices:
        if sum(pk is not None for pk in (notice.subject_id, notice.department_id, notice.account_id)) != 1:
            raise ValueError("a notice has exactly one addressee")
        notice.title, notice.queued_at = notice.title[:200], at
    for first in range(0, len(notices), _INSERT):
        some = notices[first : first + _INSERT]
        rows_add(some)
        ids = [notice.pk for notice in some]
        outbox_put(BATCH_TOPIC, key=f"{ids[0]}-{ids[-1]}", payload={"notices": ids}, at=at)


def notices_deliver(payload: dict[str, Any], now: datetime) -> None:
    """Outbox handler: put the notices of one batch into their addressees' mailboxes, together."""
    waiting = Notice.objects.filter(pk__in=payload["notices"], state=Notice.State.QUEUED)
    waiting.update(state=Notice.State.DELIVERED, delivered_at=now, attempts=F("attempts") + 1)


def notices_give_up(payload: dict[str, Any], now: datetime) -> None:
    """Outbox's last word on a batch that it could not deliver: each is failed, for an officer to send again alone."""
    ids = payload["notices"]
    message = OutboxMessage.objects.get(key=f"{BATCH_TOPIC}:{ids[0]}-{ids[-1]}")
    waiting = Notice.objects.filter(pk__in=ids, state=Notice.State.QUEUED)
    waiting.update(state=Notice.State.FAILED, attempts=message.attempts, last_error=message.last_error)


def notice_deliver(payload: dict[str, Any], now: datetime) -> None:
    """Outbox handler: put the notice into its addressee's mailbox. Runs once, with its inbox receipt."""
    notice = Notice.objects.select_for_update().get(pk=payload["notice"])
    if notice.state in (Notice.State.DELIVERED, Notice.State.SERVED):
        return
    notice.state, notice.delivered_at = Notice.State.DELIVERED, now
    notice.attempts += 1
    notice.save(update_fields=["state", "delivered_at", "attempts"])


def notice_give_up(payload: dict[str, Any], now: datetime) -> None:
    """Outbox's last word on a notice it could not deliver: failed, with the error, for an officer to send again."""
    notice = Notice.objects.select_for_update().get(pk=payload["notice"])
    message = OutboxMessage.objects.get(key=f"{TOPIC}:{notice.pk}")
    notice.state, notice.attempts, notice.last_error = Notice.State.FAILED, message.attempts, message.last_error
    notice.save(update_fields=["state", "attempts", "last_error"])


@transaction.atomic
def notice_resend(*, notice_id: int, actor: Account | None, on: date, at: datetime) -> Notice:
    """Send a failed notice again from `at`. Raises NotAllowed, and TransitionRefused when it has not failed."""
    authz.require(actor, "notice.resend", on=on)
    notice = Notice.objects.select_for_update().get(pk=notice_id)
    if notice.state != Notice.State.FAILED:
        raise TransitionRefused(
            "notice-not-failed",
            f"该通知的状态是“{notice.get_state_display()}”，只有发送失败的通知才能重新发送。",
            state=notice.state,
        )
    notice.state = Notice.State.QUEUED
    notice.save(update_fields=["state"])
    # One of a batch has no message of its own yet.
    message_resend(outbox_put(TOPIC, key=str(notice.pk), payload={"notice": notice.pk}, at=at).pk, now=at)
    event_record(
        "notice.resent", f"《{notice.title}》发送失败后重新发送", obj=notice, subject=notice.subject,
        actor=actor, on=on, payload={"last_error": notice.last_error},
    )  # fmt: skip
    return notice


@transaction.atomic
def notice_read(*, notice_id: int, at: datetime) -> None:
    """Note that its addressee has opened a notice, the first time; the caller has found it to be the addressee's."""
    notice = Notice.objects.select_for_update().get(pk=notice_id)
    if notice.read_at is None:
        notice.read_at = at
        notice.save(update_fields=["read_at"])


@transaction.atomic
def notice_serve(*, notice_id: int, receipt: str, served_on: date, actor: Account | None, on: date) -> Notice:
    """Record that the addressee received the notice (送达回证). Refused when it is served already."""
    if actor is not None and actor.subject_id is None:
        authz.require(actor, "case.handle", on=on)
    notice = Notice.objects.select_for_update().get(pk=notice_id)
    if notice.state == Notice.State.SERVED:
        raise TransitionRefused(
            "already-served", f"该通知已于{notice.served_on}签收，不能重复登记。", served_on=notice.served_on
        )
    notice.state, notice.served_on, notice.receipt = Notice.State.SERVED, served_on, receipt
    notice.save(update_fields=["state", "served_on", "receipt"])
    event_record(
        "notice.served", f"《{notice.title}》已于{served_on}送达", obj=notice, subject=notice.subject,
        actor=actor, on=on, payload={"receipt": receipt, "served_on": served_on},
    )  # fmt: skip
    return notice
