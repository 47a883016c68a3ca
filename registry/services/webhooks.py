"""Webhooks: opened, paused, rotated, replayed and closed by the client itself or by an administrator."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db import transaction
from django.db.models import QuerySet

from registry.base.errors import Conflict, InvalidInput, TransitionRefused
from registry.base.personal_data import text_seal
from registry.base.tracked import version_require
from registry.models import Account, ApiClient, Webhook, WebhookDelivery, WebhookHealth
from registry.rules.scopes import WEBHOOKS
from registry.rules.webhooks import (
    INTERNAL,
    KINDS,
    OLD_SECRET_HOURS,
    UnfitAddress,
    is_address,
    kinds_unfit,
    may_reach,
    target_of,
)
from registry.services import authz
from registry.services.events import event_record
from registry.services.webhook_events import deliveries_owe, events_wanted, feed_lock

WEBHOOKS_MOST = 10
_SECRET_BYTES = 32
_BATCH = 500
State = WebhookDelivery.State


@dataclass(frozen=True)
class WebhookKeys:
    """A webhook with its signing secret, which is shown this once: it is sealed where it is kept."""

    webhook: Webhook
    secret: str


def _require(client: ApiClient, actor: Account | None, on: date) -> None:
    """The client itself (its scope was asked for at the door) or an administrator."""
    if actor is None or actor.pk != client.account_id:
        authz.require(actor, "client.manage", on=on)


def _locked(webhook: Webhook) -> Webhook:
    # Not the key: numbering, which holds the feed, owes deliveries to this row and must not wait for it.
    rows = Webhook.objects.select_for_update(of=("self",), no_key=True)
    found = rows.select_related("client__department").get(pk=webhook.pk)
    if found.closed_on is not None:
        raise TransitionRefused(
            "webhook-closed", f"推送订阅“{found.url}”已于{found.closed_on}取消，不能再办理。需要推送的请另行订阅。"
        )
    return found


def _event(name: str, text: str, webhook: Webhook, actor: Account | None, on: date, **payload: Any) -> None:
    event_record(
        f"webhook.{name}", f"{webhook.client.name}：{text}（{webhook.url}）"[:500], obj=webhook, actor=actor, on=on,
        payload=payload,
    )  # fmt: skip


@transaction.atomic
def webhook_open(*, client: ApiClient, url: str, kinds: Sequence[str], actor: Account | None, on: date) -> WebhookKeys:
    """Subscribe `client` to events of `kinds` from now on; return the webhook and its secret.

    The client must hold the scope `webhooks` and the reading scope of each kind. A host's name is looked up and
    checked each time something is sent, not here. Raises NotAllowed, InvalidInput (address, kinds), Conflict (too many, or
    one for that address already).
    """
    clients = ApiClient.objects.select_for_update(of=("self",), no_key=True)
    client = clients.select_related("department").get(pk=client.pk)
    _require(client, actor, on)
    wanted = list(dict.fromkeys(kinds))
    _check(client, url, wanted)
    feed = feed_lock()
    secret = f"whsec_{secrets.token_urlsafe(_SECRET_BYTES)}"
    webhook = Webhook(
        client=client, url=url, kinds=wanted, secret_sealed=text_seal(secret), since_number=feed.last, opened_on=on
    )
    webhook.save_by(actor, reason="webhook.open")
    WebhookHealth.objects.create(webhook=webhook)
    _event("opened", "订阅事件推送", webhook, actor, on, kinds=wanted)
    return WebhookKeys(webhook, secret)


def _check(client: ApiClient, url: str, kinds: list[str]) -> None:
    try:
        target = target_of(url, may_be_plain=settings.WEBHOOK_HTTP)
        if is_address(target.host) and not may_reach(target.host, settings.WEBHOOK_NETWORKS):
            raise UnfitAddress(INTERNAL)
    except UnfitAddress as error:
        raise InvalidInput("webhook-url-unfit", f"不能订阅到这个地址：{error}", field="url", value=url[:100]) from error
    if not client.is_active or WEBHOOKS not in client.scopes:
        raise InvalidInput(
            "webhook-scope-missing",
            f"接口客户端“{client.name}”已停用，或者没有“{WEBHOOKS}”的权限范围。请系统管理员先为它开通。",
            field="client",
        )
    unfit = kinds_unfit(kinds, client.scopes)
    if unfit or not kinds:
        allowed = [kind for kind, rule in KINDS.items() if rule.scope in client.scopes]
        raise InvalidInput(
            "webhook-kind-unfit",
            f"事件种类{'、'.join(unfit)[:100] or '为空'}，不能订阅。按本客户端的权限范围，可以订阅的有："
            f"{'、'.join(allowed) or '无'}。",
            field="kinds",
            value="、".join(unfit)[:100],
        )
    standing = Webhook.objects.filter(client=client, closed_on__isnull=True)
    same = standing.filter(url=url).first()
    if same is not None:
        raise Conflict(
            "webhook-url-taken", "本客户端已订阅到这个地址，不必重复订阅。要改种类的，请先取消原订阅。", field="url",
            value=url, number=str(same.public_id),
        )  # fmt: skip
    if standing.count() >= WEBHOOKS_MOST:
        raise Conflict("webhooks-too-many", f"一个客户端最多有{WEBHOOKS_MOST}个订阅，请先取消不用的。")


@transaction.atomic
def webhook_pause(*, webhook: Webhook, actor: Account | None, on: date, version: int | None = None) -> Webhook:
    """Send nothing until resumed; what happens meanwhile is kept. Raises NotAllowed, TransitionRefused, Conflict."""
    return _set_paused(webhook, True, actor, on, version)


@transaction.atomic
def webhook_resume(*, webhook: Webhook, actor: Account | None, on: date, version: int | None = None) -> Webhook:
    """Send again, beginning with what was kept. Raises NotAllowed, TransitionRefused, Conflict."""
    return _set_paused(webhook, False, actor, on, version)


def _set_paused(webhook: Webhook, paused: bool, actor: Account | None, on: date, version: int | None) -> Webhook:
    webhook = _locked(webhook)
    _require(webhook.client, actor, on)
    version_require(webhook, version)
    if webhook.is_paused == paused:
        word = "已经暂停，不必重复暂停" if paused else "没有暂停，不必恢复"
        raise TransitionRefused("webhook-state", f"推送订阅“{webhook.url}”{word}。请刷新后核对。")
    webhook.is_paused = paused
    webhook.save_by(actor, reason="webhook.pause" if paused else "webhook.resume")
    if not paused:
        WebhookHealth.objects.filter(webhook=webhook).update(failures=0, unreachable_since=None, resumes_at=None)
    _event("paused" if paused else "resumed", "暂停推送" if paused else "恢复推送", webhook, actor, on)
    return webhook


@transaction.atomic
def webhook_rotate(
    *, webhook: Webhook, actor: Account | None, on: date, at: datetime, version: int | None = None
) -> WebhookKeys:
    """Give a new signing secret; the one until now signs as well for `OLD_SECRET_HOURS` hours, so that no delivery is
    refused while the receiver changes over. Raises NotAllowed, TransitionRefused, Conflict."""
    webhook = _locked(webhook)
    _require(webhook.client, actor, on)
    version_require(webhook, version)
    secret = f"whsec_{secrets.token_urlsafe(_SECRET_BYTES)}"
    webhook.old_secret_sealed = webhook.secret_sealed
    webhook.old_secret_until = at + timedelta(hours=OLD_SECRET_HOURS)
    webhook.secret_sealed = text_seal(secret)
    webhook.save_by(actor, reason="webhook.rotate")
    _event("rotated", "更换推送签名密钥", webhook, actor, on)
    return WebhookKeys(webhook, secret)


@transaction.atomic
def webhook_close(
    *, webhook: Webhook, reason: str, actor: Account | None, on: date, at: datetime, version: int | None = None
) -> Webhook:
    """End the subscription at once; what has not been delivered never is. Raises NotAllowed, TransitionRefused."""
    webhook = _locked(webhook)
    _require(webhook.client, actor, on)
    version_require(webhook, version)
    webhook.closed_on = on
    webhook.save_by(actor, reason="webhook.close")
    left = WebhookDelivery.objects.filter(webhook=webhook, state__in=(State.WAITING, State.DEAD)).update(
        state=State.DROPPED, settled_at=at, last_error="订阅已取消", lease_token=None, leased_until=None
    )
    _event("closed", f"取消事件推送：{reason}", webhook, actor, on, reason=reason, undelivered=left)
    return webhook


@transaction.atomic
def webhook_replay(*, webhook: Webhook, from_number: int, actor: Account | None, on: date, at: datetime) -> int:
    """Owe once more every event from `from_number` on that the webhook wants; return how many.

    Also those before it was opened. Each keeps its delivery id, and the order of a subject's events holds: what is
    later waits for what is replayed. Raises NotAllowed, TransitionRefused, InvalidInput.
    """
    webhook = _locked(webhook)
    _require(webhook.client, actor, on)
    feed = feed_lock()
    if not 1 <= from_number <= feed.last:
        raise InvalidInput(
            "replay-from-unknown",
            f"起始次序号{from_number}不存在，目前的次序号为1至{feed.last}。请填写最后一个已处理事件的次序号加一。",
            field="from_number",
            value=str(from_number),
        )
    WebhookDelivery.objects.filter(webhook=webhook, number__gte=from_number).update(
        state=State.WAITING, attempts=0, available_at=at, lease_token=None, leased_until=None, settled_at=None,
        is_replay=True, last_error="",
    )  # fmt: skip
    wanted, count, after = events_wanted(webhook, from_number=from_number), 0, 0
    while batch := list(wanted.filter(number__gt=after)[:_BATCH]):
        count += deliveries_owe(webhook, batch, at=at, is_replay=True)
        after = batch[-1].number or 0
    _event(
        "replayed", f"从次序号{from_number}起重放{count}项", webhook, actor, on, from_number=from_number, count=count
    )
    return count


def _dead(webhook: Webhook, number: int | None) -> QuerySet[WebhookDelivery]:
    rows = WebhookDelivery.objects.filter(webhook=webhook, state=State.DEAD)
    return rows if number is None else rows.filter(number=number)


@transaction.atomic
def deliveries_resend(*, webhook: Webhook, number: int | None, actor: Account | None, on: date, at: datetime) -> int:
    """Try dead deliveries again from the beginning: the one of event `number`, or all; return how many.

    Raises NotAllowed, TransitionRefused (closed, or none is dead).
    """
    webhook = _locked(webhook)
    _require(webhook.client, actor, on)
    count = _dead(webhook, number).update(state=State.WAITING, attempts=0, available_at=at, settled_at=None)
    _refuse_none(count)
    WebhookHealth.objects.filter(webhook=webhook).update(resumes_at=None)
    _event("resent", f"重新推送{count}项", webhook, actor, on, number=number, count=count)
    return count


@transaction.atomic
def delivery_drop(*, webhook: Webhook, number: int, reason: str, actor: Account | None, on: date, at: datetime) -> None:
    """Give a dead delivery up for good, so that what waits behind it goes on; a replay still brings it back.

    Raises NotAllowed, InvalidInput, TransitionRefused.
    """
    webhook = _locked(webhook)
    _require(webhook.client, actor, on)
    if not reason.strip():
        raise InvalidInput("reason-missing", "放弃推送必须写明理由，请填写后再提交。", field="reason")
    count = _dead(webhook, number).update(
        state=State.DROPPED, settled_at=at, last_error=f"放弃：{reason.strip()}"[:300]
    )
    _refuse_none(count)
    _event("dropped", f"放弃推送第{number}号事件：{reason.strip()}", webhook, actor, on, number=number)


def _refuse_none(count: int) -> None:
    if not count:
        raise TransitionRefused("delivery-not-dead", "没有多次失败、待处理的推送，可能已由他人办理。请刷新页面后核对。")
