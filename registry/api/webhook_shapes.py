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


class Delivery(serializers.Serializer[Any]):
    """What every push says, whatever it is about."""

    delivery = serializers.UUIDField(help_text="推送编号；重试和重放不变，据以只处理一次")
    number = serializers.IntegerField(help_text="次序号，按可见的先后递增")
    kind = serializers.ChoiceField(
        choices=list(KINDS), help_text="；".join(f"{kind} {rule.label}" for kind, rule in KINDS.items())
    )
    change = serializers.CharField(help_text="变化的代码；没有细分的为空", allow_blank=True)
    at = serializers.DateTimeField(help_text="发生时间")
    is_replay = serializers.BooleanField(help_text="重放的，或者曾经送达过的")


class RecordSubject(serializers.Serializer[Any]):
    """Whom a record is about."""

    id = serializers.UUIDField(help_text="主体编号")
    kind = serializers.ChoiceField(choices=["organization", "person"], help_text="organization 组织；person 自然人")
    code = serializers.CharField(help_text="统一社会信用代码；自然人为空", allow_blank=True)
    name = serializers.CharField(help_text="现名；自然人只显示姓")


class RecordPushed(serializers.Serializer[Any]):
    """A record of one's own department as it stands when it is sent."""

    id = serializers.UUIDField(help_text="记录编号")
    kind = serializers.CharField(help_text="种类代码")
    number = serializers.CharField(help_text="文书号", allow_blank=True)
    decided_on = serializers.DateField(help_text="决定日期", allow_null=True)
    state = serializers.CharField(help_text="状况代码")
    state_label = serializers.CharField(help_text="状况")
    is_disputed = serializers.BooleanField(help_text="异议正在处理")
    repaired_on = serializers.DateField(help_text="修复日期", allow_null=True)
    fulfilled_on = serializers.DateField(help_text="履行完毕日期", allow_null=True)
    voided_on = serializers.DateField(help_text="作废日期", allow_null=True)
    subject = RecordSubject(help_text="主体")


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
RECORD_PUSHED: Final[dict[str, Any]] = {
    "id": "2f0c6a51-7d39-4e1b-9c58-3b6a7d8e9f01", "kind": "penalty", "number": "演市监罚〔2026〕3号",
    "decided_on": "2026-02-10", "state": "confirmed", "state_label": "已确认", "is_disputed": True, "repaired_on": None,
    "fulfilled_on": None, "voided_on": None,
    "subject": {"id": "5b6f6e0e-6a3c-4d0b-9a55-0d8c1b7a1f10", "kind": "organization", "code": "91139999MA0000007T",
                "name": "演示县某某矿业有限公司"},
}  # fmt: skip
MADE: Final = WEBHOOK | {"secret": "whsec_示例密钥不可使用"}
ASKED: Final = {"url": WEBHOOK["url"], "kinds": WEBHOOK["kinds"]}
