"""What is pushed to departments' systems, for the OpenAPI document: one webhook a kind of event, its body and example.

Nothing is run through these shapes; `tests/api/test_pushes.py` holds what is sent against them.
"""

from typing import Any, Final

from drf_spectacular.utils import OpenApiExample, OpenApiResponse, OpenApiWebhook, extend_schema
from rest_framework import serializers

from registry.api.webhook_shapes import RECORD_PUSHED, Delivery, RecordPushed
from registry.rules.webhooks import KINDS
from sanctions.api import examples
from sanctions.models import EntryChange
from sanctions.serializers import EntryRow, OrderRow

_CHANGES = "；".join(f"{code} {label}" for code, label in EntryChange.Kind.choices)


class EntryPushed(serializers.Serializer[Any]):
    """A public entry as it stands when it is sent."""

    tombstone = serializers.BooleanField(help_text="条目已不在列或者不再公开，应当从本地名单中删除")
    entry_id = serializers.UUIDField(help_text="条目编号")
    entry = EntryRow(allow_null=True, help_text="条目现在的状况；已不在列的为空")


class OrderPushed(serializers.Serializer[Any]):
    """An order of one's own department as it stands when it is sent."""

    order = OrderRow(help_text="任务现在的状况")


class EntryDelivery(Delivery):
    """An event about a public entry."""

    change = serializers.ChoiceField(  # type: ignore[assignment]
        choices=EntryChange.Kind.values, help_text=_CHANGES
    )
    data = EntryPushed(help_text="条目")  # type: ignore[assignment]


class OrderDelivery(Delivery):
    """An event about an order of one's own department."""

    data = OrderPushed(help_text="任务")  # type: ignore[assignment]


class RecordDelivery(Delivery):
    """An event about a record of one's own department."""

    data = RecordPushed(help_text="记录现在的状况")  # type: ignore[assignment]


_HEAD: Final = {
    "delivery": "7d0c3c52-90a1-4f0e-8a55-1f6f1a2b3c4d", "number": 43, "at": "2026-04-01T01:30:00Z", "is_replay": False,
}  # fmt: skip
_GONE: Final = {"tombstone": True, "entry_id": examples.ENTRY["id"], "entry": None}
_STANDS: Final = {"tombstone": False, "entry_id": examples.ENTRY["id"], "entry": examples.ROW}
_SHAPES: Final[dict[str, tuple[type[Delivery], dict[str, Any]]]] = {
    "entry.listed": (EntryDelivery, {"change": "opened", "data": _STANDS}),
    "entry.changed": (EntryDelivery, {"change": "paused", "data": _STANDS}),
    "entry.ended": (EntryDelivery, {"change": "ended", "data": _GONE}),
    "order.dispatched": (OrderDelivery, {"change": "", "data": {"order": examples.ORDER}}),
    "order.ending": (OrderDelivery, {"change": "", "data": {"order": examples.ENDING}}),
    "order.paused": (OrderDelivery, {"change": "", "data": {"order": examples.STOPPING}}),
    "order.resumed": (OrderDelivery, {"change": "", "data": {"order": examples.RESUMING}}),
    "record.voided": (RecordDelivery, {"change": "voided", "data": RECORD_PUSHED}),
    "record.changed": (RecordDelivery, {"change": "disputed", "data": RECORD_PUSHED}),
}


def _webhook(kind: str) -> OpenApiWebhook:
    shape, told = _SHAPES[kind]
    rule = KINDS[kind]
    return OpenApiWebhook(
        kind,
        extend_schema(
            summary=rule.label,
            tags=["事件推送"],
            description=f"推送到订阅的地址，请求头带 X-Credit-Delivery、X-Credit-Timestamp 和签名 X-Credit-Signature，"
            f"核对办法见 docs/api/webhooks.md。须有读取范围 `{rule.scope}`。",
            request=shape,
            responses={"2XX": OpenApiResponse(description="已收到；其他答复和没有答复的，稍后重试")},
            examples=[OpenApiExample("推送示例", value=_HEAD | {"kind": kind} | told)],
        ),
    )


# Each by a name of its own, as the setting WEBHOOKS asks.
entry_listed, entry_changed, entry_ended = map(_webhook, ("entry.listed", "entry.changed", "entry.ended"))
order_dispatched, order_ending = map(_webhook, ("order.dispatched", "order.ending"))
order_paused, order_resumed = map(_webhook, ("order.paused", "order.resumed"))
record_voided, record_changed = map(_webhook, ("record.voided", "record.changed"))
