"""What a department's system may be allowed to do over the API: OAuth scopes and their Chinese names."""

from typing import Final

CHECK: Final = "check"
RECORDS_WRITE: Final = "records.write"
ORDERS: Final = "orders"
LISTS_READ: Final = "lists.read"
CATALOGUE_READ: Final = "catalogue.read"
PUBLICITY_WRITE: Final = "publicity.write"
WEBHOOKS: Final = "webhooks"

SCOPE_LABELS: Final = {
    CHECK: "办理事项时核查主体",
    RECORDS_WRITE: "报送信用记录",
    ORDERS: "签收、反馈联合惩戒任务",
    LISTS_READ: "读取公开名单及其变化",
    CATALOGUE_READ: "读取清单、政策、部门和日历",
    PUBLICITY_WRITE: "报送双公示信息",
    WEBHOOKS: "订阅事件推送（所推送的内容另须有相应的读取范围）",
}


def unknown_scopes(scopes: list[str]) -> list[str]:
    """Return those of `scopes` that do not exist, in order."""
    return [scope for scope in scopes if scope not in SCOPE_LABELS]
