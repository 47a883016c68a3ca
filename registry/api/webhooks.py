"""Webhooks of the client itself: subscribe, list, pause, rotate the secret, replay, end."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.http import Http404
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import Serializer

from registry import clock
from registry.api import webhook_shapes as shapes
from registry.api.authentication import caller_of
from registry.api.describing import KEY_MISSING, KEY_PARAMETER, described
from registry.api.views import ApiView, actor_of, written
from registry.models import Webhook, WebhookDelivery
from registry.rules.scopes import WEBHOOKS
from registry.selectors.webhooks import last_errors, last_number, open_counts, webhooks_of
from registry.services.webhooks import (
    WebhookKeys,
    webhook_close,
    webhook_open,
    webhook_pause,
    webhook_replay,
    webhook_resume,
    webhook_rotate,
)

_TAG = "事件推送"
_MISSING = ("not-found", "没有这个地址或者编号，或者不属于本部门。请核对后重试。")
_STATE = (
    "webhook-state",
    "推送订阅“https://shenpi.example.gov.cn/credit-events”已经暂停，不必重复暂停。请刷新后核对。",
)
State = WebhookDelivery.State


def webhooks_told(webhooks: list[Webhook]) -> list[dict[str, Any]]:
    """Tell webhooks as they stand. Two queries more, however many."""
    counts, errors = open_counts(webhooks), last_errors(webhooks)
    return [
        {
            "id": each.public_id, "version": each.version, "url": each.url, "kinds": each.kinds,
            "is_paused": each.is_paused, "opened_on": each.opened_on, "since_number": each.since_number,
            "waiting": counts[each.pk][State.WAITING], "dead": counts[each.pk][State.DEAD],
            "delivered_at": each.health.delivered_at, "unreachable_since": each.health.unreachable_since,
            "last_error": errors.get(each.pk, ""),
        }
        for each in webhooks
    ]  # fmt: skip


def _own(request: Request, public_id: UUID) -> Webhook:
    found = webhooks_of(caller_of(request).client).filter(public_id=public_id).first()
    if found is None:
        raise Http404
    return found


def _told(request: Request, public_id: UUID) -> dict[str, Any]:
    return webhooks_told([_own(request, public_id)])[0]


def _valid(body: type[Serializer[Any]], request: Request) -> dict[str, Any]:
    given = body(data=request.data)
    given.is_valid(raise_exception=True)
    return dict(given.validated_data)


def _with_secret(request: Request, act: Callable[[], WebhookKeys], *, status: int) -> Response:
    """Act once for the key; the secret stands in the first answer and is not kept for a repeated request."""
    made: list[str] = []

    def acted() -> tuple[int, dict[str, Any]]:
        keys = act()
        made.append(keys.secret)
        return status, _told(request, keys.webhook.public_id)

    response = written(request, acted)
    response.data = {**response.data, "secret": made[0] if made else None}
    return response


class Webhooks(ApiView):
    """The client's webhooks."""

    scope = WEBHOOKS

    @described(
        operation_id="webhooks_list", tag=_TAG, summary="本客户端的订阅", scope=WEBHOOKS, answer=shapes.WebhookList,
        description="在用的订阅及其送达情况。", example={"last_number": 41, "items": [shapes.WEBHOOK]},
    )  # fmt: skip
    def get(self, request: Request) -> Response:
        """Return the standing webhooks."""
        found = list(webhooks_of(caller_of(request).client))
        return Response({"last_number": last_number(), "items": webhooks_told(found)})

    @described(
        operation_id="webhooks_open", tag=_TAG, summary="订阅", scope=WEBHOOKS, request=shapes.WebhookBody, status=201,
        answer=shapes.WebhookMade, asked=shapes.ASKED, example=shapes.MADE, parameters=[KEY_PARAMETER],
        description="此后发生的事件推送到所给地址。每种事件另须有相应的读取范围。签名密钥只在答复中给出这一次。"
                    "推送的格式、签名和重试见 docs/api/webhooks.md。",
        refusals={400: ("webhook-url-unfit", "不能订阅到这个地址：接收地址必须使用 https，内容才不会在途中被读取。"),
                  409: ("webhook-url-taken", "本客户端已订阅到这个地址，不必重复订阅。要改种类的，请先取消原订阅。")},
    )  # fmt: skip
    def post(self, request: Request) -> Response:
        """Subscribe."""
        fields = _valid(shapes.WebhookBody, request)

        def act() -> WebhookKeys:
            client = caller_of(request).client
            return webhook_open(client=client, actor=actor_of(request), on=clock.today(), **fields)

        return _with_secret(request, act, status=201)


class OneWebhook(ApiView):
    """One webhook of the client."""

    scope = WEBHOOKS

    @described(
        operation_id="webhooks_read", tag=_TAG, summary="一项订阅", scope=WEBHOOKS, answer=shapes.WebhookRow,
        description="一项订阅及其送达情况。", example=shapes.WEBHOOK, refusals={404: _MISSING},
    )  # fmt: skip
    def get(self, request: Request, public_id: UUID) -> Response:
        """Return one webhook."""
        return Response(_told(request, public_id))

    @described(
        operation_id="webhooks_close", tag=_TAG, summary="取消订阅", scope=WEBHOOKS, answer=shapes.WebhookRow,
        description="立即停止推送，没有送达的不再送达；答复为取消时的状况。重复取消答复404。", example=shapes.WEBHOOK,
        refusals={404: _MISSING},
    )  # fmt: skip
    def delete(self, request: Request, public_id: UUID) -> Response:
        """End the subscription."""
        told = _told(request, public_id)
        webhook_close(
            webhook=_own(request, public_id), reason="客户端自行取消", actor=actor_of(request), on=clock.today(),
            at=clock.now(),
        )  # fmt: skip
        return Response(told)


class WebhookPause(ApiView):
    """Pause a webhook."""

    scope = WEBHOOKS

    @described(
        operation_id="webhooks_pause", tag=_TAG, summary="暂停推送", scope=WEBHOOKS, request=shapes.WebhookStepBody,
        answer=shapes.WebhookRow, asked={}, example=shapes.WEBHOOK | {"is_paused": True}, parameters=[KEY_PARAMETER],
        description="暂停期间的事件保留，恢复后按次序补送。",
        refusals={400: KEY_MISSING, 404: _MISSING, 409: _STATE},
    )  # fmt: skip
    def post(self, request: Request, public_id: UUID) -> Response:
        """Pause."""
        return _step(request, public_id, webhook_pause)


class WebhookResume(ApiView):
    """Resume a webhook."""

    scope = WEBHOOKS

    @described(
        operation_id="webhooks_resume", tag=_TAG, summary="恢复推送", scope=WEBHOOKS, request=shapes.WebhookStepBody,
        answer=shapes.WebhookRow, asked={}, example=shapes.WEBHOOK, parameters=[KEY_PARAMETER],
        description="从暂停时保留的事件开始推送。", refusals={400: KEY_MISSING, 404: _MISSING, 409: _STATE},
    )  # fmt: skip
    def post(self, request: Request, public_id: UUID) -> Response:
        """Resume."""
        return _step(request, public_id, webhook_resume)


def _step(request: Request, public_id: UUID, service: Callable[..., Webhook]) -> Response:
    fields = _valid(shapes.WebhookStepBody, request)

    def act() -> tuple[int, dict[str, Any]]:
        service(webhook=_own(request, public_id), actor=actor_of(request), on=clock.today(), **fields)
        return 200, _told(request, public_id)

    return written(request, act)


class WebhookSecret(ApiView):
    """Rotate a webhook's secret."""

    scope = WEBHOOKS

    @described(
        operation_id="webhooks_rotate", tag=_TAG, summary="更换签名密钥", scope=WEBHOOKS, request=shapes.WebhookStepBody,
        answer=shapes.WebhookMade, asked={}, example=shapes.MADE, parameters=[KEY_PARAMETER],
        description="新密钥只在答复中给出这一次。此后24小时内每次推送同时带新旧两个签名，便于接收方更换。",
        refusals={400: KEY_MISSING, 404: _MISSING, 409: (
            "stale-version", "这一页打开之后，内容已被他人修改，本次提交没有生效。请刷新页面，核对最新内容后再办理。")},
    )  # fmt: skip
    def post(self, request: Request, public_id: UUID) -> Response:
        """Give a new secret."""
        fields = _valid(shapes.WebhookStepBody, request)

        def act() -> WebhookKeys:
            return webhook_rotate(
                webhook=_own(request, public_id), actor=actor_of(request), on=clock.today(), at=clock.now(), **fields
            )

        return _with_secret(request, act, status=200)


class WebhookReplay(ApiView):
    """Replay to a webhook."""

    scope = WEBHOOKS

    @described(
        operation_id="webhooks_replay", tag=_TAG, summary="重放", scope=WEBHOOKS, request=shapes.ReplayBody,
        answer=shapes.ReplayAnswer, asked={"from_number": 42}, example={"count": 0, "last_number": 41},
        parameters=[KEY_PARAMETER],
        description="从某一次序号起，把该订阅所要的事件重新推送一遍，也包括订阅之前的；推送编号不变，is_replay 为真，"
                    "内容为事件对象现在的状况。接收方丢失数据、从备份恢复后使用。",
        refusals={400: ("replay-from-unknown", "起始次序号42不存在，目前的次序号为1至41。请填写最后一个已处理事件的次序号加一。"),
                  404: _MISSING},
    )  # fmt: skip
    def post(self, request: Request, public_id: UUID) -> Response:
        """Owe everything from a number on once more."""
        fields = _valid(shapes.ReplayBody, request)

        def act() -> tuple[int, dict[str, Any]]:
            count = webhook_replay(
                webhook=_own(request, public_id), actor=actor_of(request), on=clock.today(), at=clock.now(), **fields
            )
            return 200, {"count": count, "last_number": last_number()}

        return written(request, act)
