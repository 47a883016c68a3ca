"""Shapes and examples of the operations on webhooks, for the OpenAPI document; bodies are run through them."""

from typing import Any, Final

from rest_framework import serializers

from registry.rules.webhooks import KINDS, URL_MOST

_KINDS_HELP = "；".join(f"{kind} {rule.label}（须有 {rule.scope}）" for kind, rule in KINDS.items())

_KIND_UNKNOWN = f"“{{input}}”不是事件种类，可用的有：{'、'.join(KINDS)}。"


class WebhookBody(serializers.Serializer[Any]):
    """What to subscribe to."""

    url = serializers.CharField(max_length=URL_MOST, help_text="接收地址，https；不跟随转向")
    kinds = serializers.ListField(
        child=serializers.ChoiceField(choices=list(KINDS), error_messages={"invalid_choice": _KIND_UNKNOWN}),
        min_length=1,
        max_length=len(KINDS),
        help_text=_KINDS_HELP,
    )


class WebhookStepBody(serializers.Serializer[Any]):
    """A step on a webhook."""

    version = serializers.IntegerField(
        required=False, min_value=0, max_value=2**31 - 1, help_text="所见的版本，防止覆盖他人的办理；可以不带"
    )


class ReplayBody(serializers.Serializer[Any]):
    """From where to replay."""

    from_number = serializers.IntegerField(
        min_value=1, max_value=2**63 - 1, help_text="从哪一次序号起（含）；取最后一个已处理事件的次序号加一"
    )


class WebhookRow(serializers.Serializer[Any]):
    """A webhook as it stands."""

    id = serializers.UUIDField(help_text="订阅编号")
    version = serializers.IntegerField(help_text="版本")
    url = serializers.CharField(help_text="接收地址")
    kinds = serializers.ListField(child=serializers.CharField(), help_text="事件种类")
    is_paused = serializers.BooleanField(help_text="已暂停；期间的事件保留，恢复后补送")
    opened_on = serializers.DateField(help_text="订阅日期")
    since_number = serializers.IntegerField(help_text="订阅时的最后次序号，其后的事件都会推送")
    waiting = serializers.IntegerField(help_text="待送达的推送数")
    dead = serializers.IntegerField(help_text="多次失败、待系统管理员处理的推送数")
    delivered_at = serializers.DateTimeField(help_text="最近送达时间", allow_null=True)
    unreachable_since = serializers.DateTimeField(help_text="接收方自何时起无法到达", allow_null=True)
    last_error = serializers.CharField(help_text="没有送达的推送最近一次失败的原因；没有的为空", allow_blank=True)


class WebhookMade(WebhookRow):
    """A webhook with its secret."""

    secret = serializers.CharField(
        help_text="签名密钥，只在这一次给出；以同一幂等键重发请求时为空，没有收到的请更换密钥", allow_null=True
    )


class WebhookList(serializers.Serializer[Any]):
    """The client's webhooks."""

    last_number = serializers.IntegerField(help_text="目前的最后次序号")
    items = WebhookRow(many=True, help_text="订阅")


class ReplayAnswer(serializers.Serializer[Any]):
    """What a replay owes."""

    count = serializers.IntegerField(help_text="将重新送达的事件数")
    last_number = serializers.IntegerField(help_text="目前的最后次序号")


WEBHOOK: Final[dict[str, Any]] = {
    "id": "3f1c7a54-8f0f-4a44-9c0b-0c7c4c1b7d11", "version": 1, "url": "https://shenpi.example.gov.cn/credit-events",
    "kinds": ["entry.listed", "entry.changed", "entry.ended"], "is_paused": False, "opened_on": "2026-04-01",
    "since_number": 41, "waiting": 0, "dead": 0, "delivered_at": None, "unreachable_since": None, "last_error": "",
}  # fmt: skip
MADE: Final = WEBHOOK | {"secret": "whsec_示例密钥不可使用"}
ASKED: Final = {"url": WEBHOOK["url"], "kinds": WEBHOOK["kinds"]}
