"""Examples of reports for the OpenAPI document; every name, code and number in them is invented."""

from typing import Any, Final

PENALTY: Final = {
    "CF_XDR_MC": "演示县某某矿业有限公司", "CF_XDR_LB": "法人及非法人组织", "CF_XDR_SHXYM": "91139999MA0000007T",
    "CF_FRDB": "张演示", "CF_WSH": "演市监罚〔2026〕1号", "CF_WFXW": "未按规定公示登记信息",
    "CF_SY": "2026年3月2日检查发现该单位未在规定期限内公示登记信息。", "CF_YJ": "《市场主体登记管理条例》第四十七条",
    "CF_CFLB": "警告;罚款", "CF_NR": "警告，罚款人民币贰仟元整", "CF_NR_FK": "0.2", "CF_JDRQ": "2026-03-20",
    "CF_YXQ": "2027-03-20", "CF_CFJG": "演示县市场监督管理局（演示）", "CF_CFJGDM": "111399990000000197",
    "CF_SJLY": "演示县市场监督管理局（演示）", "CF_SJLYDM": "111399990000000197",
}  # fmt: skip
PERMIT: Final = {
    "XK_XDR_MC": "演示县某某矿业有限公司", "XK_XDR_LB": "法人及非法人组织", "XK_XDR_SHXYM": "91139999MA0000007T",
    "XK_FRDB": "张演示", "XK_XKWS": "准予行政许可决定书", "XK_WSH": "演市监许〔2026〕1号", "XK_XKLB": "普通",
    "XK_NR": "准予从事预包装食品经营", "XK_JDRQ": "2026-03-20", "XK_YXQZ": "2026-03-20", "XK_YXQZI": "2031-03-19",
    "XK_XKJG": "演示县市场监督管理局（演示）", "XK_XKJGDM": "111399990000000197", "XK_ZT": "1",
    "XK_LYDW": "演示县市场监督管理局（演示）", "XK_LYDWDM": "111399990000000197",
}  # fmt: skip
CREDIT: Final = {
    "name": "演示县某某矿业有限公司", "code": "91139999MA0000007T", "kind": "inspection", "number": "演市监检〔2026〕9号",
    "title": "双随机检查：未发现问题", "facts": "2026年3月18日检查，各项合格。", "occurred_on": "2026-03-18",
    "decided_on": "2026-03-20",
}  # fmt: skip
REPORTED: Final = {"state": "imported", "record": "7f1e5a80-2f5e-4b8a-9d44-0b7b1f3a2c10", "warnings": []}
SAME: Final = REPORTED | {"state": "same"}
ROWS: Final = {
    "items": [
        {"number": 3, "state": "refused", "document": "演市监罚〔2026〕3号", "record": None, "warnings": [],
         "errors": [{"field": "CF_JDRQ", "label": "处罚决定日期", "value": "2026-12-01",
                     "reason": "决定日期2026-12-01晚于今天（2026-04-01）", "way_out": "请按决定书核对日期"}]},
    ],
    "next_cursor": None,
}  # fmt: skip


def upload(place: str, kind: str) -> dict[str, Any]:
    """Return an upload that is still running, as it is answered below `place`."""
    address = f"/api/v1/{place}/uploads/3d7a52c4-4c1c-4a55-8a60-6a4b9cf4e210"
    return {
        "id": "3d7a52c4-4c1c-4a55-8a60-6a4b9cf4e210", "kind": kind, "state": "running", "state_label": "导入中",
        "total": 1, "waiting": 1, "imported": 0, "same": 0, "refused": 0, "uploaded_at": "2026-04-01T01:30:00Z",
        "finished_at": None, "status_url": address, "rows_url": f"{address}/rows",
    }  # fmt: skip
