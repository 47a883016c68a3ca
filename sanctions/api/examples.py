"""Examples for the OpenAPI document; every name and code in them is invented."""

from typing import Any, Final

SUBJECT: Final = {
    "id": "5b6f6e0e-6a3c-4d0b-9a55-0d8c1b7a1f10", "kind": "organization", "name": "演示县某某矿业有限公司",
    "code": "91139999MA0000007T",
}  # fmt: skip
ENTRY: Final[dict[str, Any]] = {
    "id": "0d5d2f3a-5b0c-4b7e-8f44-2a9b6f5f7c11", "list": "blacklist", "label": "安全生产严重失信主体名单",
    "policy": "mem-2023-11", "policy_title": "安全生产严重失信主体名单管理办法", "clause": "第六条第一项",
    "department": "演示县应急管理局（演示）", "since": "2026-03-02", "until": "2029-03-02",
    "until_basis_on": "2026-03-02", "is_disputed": False, "is_paused": False,
}  # fmt: skip
MEASURE: Final = {
    "catalogue": "memo-2016-1001", "code": "18", "label": "依法限制参与政府采购活动", "force": "mandatory",
    "legal_basis": ["《中华人民共和国政府采购法》第二十二条"], "clause": "18", "departments": ["财政部"],
}  # fmt: skip
CHANNEL: Final = {
    "kind": "green-channel", "code": "green-channel", "label": "绿色通道、容缺受理",
    "basis": "《演示县守信激励办法》第十条", "why": "3年内没有不良记录", "until": None, "missing_papers": True,
}  # fmt: skip
TIER: Final = {
    "code": "A", "label": "A级（信用良好、风险较低）", "is_pending": False, "since": "2026-01-05",
    "effect": "抽查比例不超过5%；每年检查不超过1次；平均每年少于1次", "basis": "《演示县信用分级监管办法》第六条",
}  # fmt: skip
_NOTHING: Final = {"green_channel": False, "missing_papers": False, "enjoys": [], "tier": None}
QUESTION: Final = {
    "matter": "government-procurement",
    "purpose": "某某采购项目供应商资格审查",
    "subjects": [
        {"code": "91139999MA0000007T"},
        {"name": "演示县某某纺织有限公司"},
        {"name": "演示县某某商贸有限公司"},
    ],
}
CHECK: Final = {
    "receipt": "HC20260401-0A1B2C3D4E5F", "on": "2026-04-01", "matter": "government-procurement",
    "matter_label": "政府采购", "asked": 3, "listed": 1,
    "items": [
        {"asked": {"code": "91139999MA0000007T"}, "outcome": "found", "is_listed": True, "subject": SUBJECT,
         "sentence": "演示县某某矿业有限公司自2026-03-02起在列安全生产严重失信主体名单，至2029-03-02止，"
                     "办理“政府采购”时适用强制性措施1项。",
         "entries": [ENTRY | {"measures": [MEASURE], "incentives": []}], **_NOTHING},
        {"asked": {"name": "演示县某某纺织有限公司"}, "outcome": "found", "is_listed": False,
         "subject": SUBJECT | {"id": "6d1f2a34-3b5c-4d7e-8f90-1a2b3c4d5e6f", "name": "演示县某某纺织有限公司",
                               "code": "91139999MA0000015M"},
         "sentence": "演示县某某纺织有限公司不在本部门可以查询的失信名单上，办理“政府采购”没有联合惩戒方面的限制。",
         "entries": [], "green_channel": True, "missing_papers": True, "enjoys": [CHANNEL], "tier": TIER},
        {"asked": {"name": "演示县某某商贸有限公司"}, "outcome": "unknown", "is_listed": False, "subject": None,
         "sentence": "“演示县某某商贸有限公司”在本平台没有登记，未查到名单信息。请核对代码或者名称；核对无误的，即为没有记录。",
         "entries": [], **_NOTHING},
    ],
}  # fmt: skip
ROW: Final = ENTRY | {"subject": SUBJECT}
ENTRIES: Final = {"on": "2026-04-01", "items": [ROW], "next_cursor": None, "changes_cursor": "WyJjaGFuZ2VzIiwgNDJd"}
CHANGES: Final = {
    "on": "2026-04-01", "cursor": "WyJjaGFuZ2VzIiwgNDNd", "has_more": False,
    "items": [{"number": 43, "kind": "opened", "at": "2026-04-01T01:30:00Z", "tombstone": False,
               "entry_id": ENTRY["id"], "entry": ROW}],
}  # fmt: skip
STANDING: Final = {
    "receipt": "HC20260401-0A1B2C3D4E60", "on": "2026-03-31", "known_at": None, "is_expected": False,
    "subject": SUBJECT,
    "sentence": "演示县某某矿业有限公司在2026-03-31的状况：自2026-03-02起在列安全生产严重失信主体名单，至2029-03-02止。",
    "entries": [ENTRY | {"measures": ["依法限制参与政府采购活动"]}],
}  # fmt: skip
ORDER: Final = {
    "id": "9a4b7e1c-1f0e-4a55-9c12-6f0f4f1b2c12", "version": 1, "state": "dispatched", "state_label": "待签收",
    "answer": "dispatched", "answer_label": "待签收", "owed": "receive", "owed_label": "签收", "measure": "18", "measure_label": "依法限制参与政府采购活动", "force": "mandatory", "catalogue": "memo-2016-1001",
    "legal_basis": ["《中华人民共和国政府采购法》第二十二条"], "subject": SUBJECT, "entry": ENTRY["id"],
    "list_label": ENTRY["label"], "since": "2026-03-02", "until": "2029-03-02",
    "until_basis_on": "2026-03-02", "dispatched_on": "2026-03-02", "received_on": None, "answered_on": None,
    "ended_on": None, "due_on": "2026-03-16", "due_is_paused": False,
    "due_basis_on": "2026-03-02", "due_basis": "自2026-03-02起10个工作日",
}  # fmt: skip
_NOTHING_OWED: Final = {"owed": "", "owed_label": "", "due_on": None, "due_is_paused": False, "due_basis_on": None,
                        "due_basis": ""}  # fmt: skip
RECEIVED: Final = ORDER | {
    "version": 2, "state": "received", "state_label": "已签收", "answer": "received", "answer_label": "已签收",
    "owed": "answer", "owed_label": "反馈落实情况", "received_on": "2026-03-03",
}  # fmt: skip
CARRIED_OUT: Final = RECEIVED | _NOTHING_OWED | {
    "version": 3, "state": "carried-out", "state_label": "执行中", "answer": "carried-out", "answer_label": "已落实",
    "answered_on": "2026-04-01",
}  # fmt: skip
REFUSED: Final = CARRIED_OUT | {
    "state": "refused", "state_label": "不予采取", "answer": "refused", "answer_label": "不予采取",
}  # fmt: skip
PAUSED: Final = CARRIED_OUT | {"version": 4, "state": "paused", "state_label": "暂停执行"}
RESUMED: Final = CARRIED_OUT | {"version": 5}
STOPPING: Final = PAUSED | {"owed": "confirm-pause", "owed_label": "确认暂停"}
RESUMING: Final = RESUMED | {"owed": "confirm-resumption", "owed_label": "确认恢复"}
ENDING: Final = CARRIED_OUT | {
    "version": 6, "state": "ending", "state_label": "解除待确认", "owed": "confirm-end", "owed_label": "确认解除",
    "until": "2026-05-05", "until_basis_on": None,
}  # fmt: skip
ENDED: Final = CARRIED_OUT | {
    "version": 6, "state": "closed", "state_label": "已解除", "until": "2026-05-05", "until_basis_on": None,
    "ended_on": "2026-05-06",
}  # fmt: skip
_DAY: Final = {
    "on": "2026-03-02", "kind": "entry-opened", "kind_label": "列入名单", "text": "列入安全生产严重失信主体名单",
    "policy": "mem-2023-11", "clause": "第六条第一项", "basis_on": "2026-03-01", "is_expected": False, "entry": ENTRY["id"],
    "order": None, "record": None,
}  # fmt: skip
TIMELINE: Final = {"receipt": "HC20260401-0A1B2C3D4E61", "on": "2026-04-01", "subject": SUBJECT, "items": [_DAY]}
_RECORD: Final = {
    "id": "2f0c6a51-7d39-4e1b-9c58-3b6a7d8e9f01", "kind": "penalty", "kind_label": "行政处罚", "number": "演市监罚〔2026〕3号",
    "title": "未按规定公示年度报告", "state": "confirmed", "state_label": "已确认", "occurred_on": "2026-01-05",
    "decided_on": "2026-02-10", "corrected_on": "2026-03-01", "fulfilled_on": None, "disputed_on": None,
    "repaired_on": None, "voided_on": None,
}  # fmt: skip
RECORDS: Final = {
    "receipt": "HC20260401-0A1B2C3D4E62", "on": "2026-04-01", "subject": SUBJECT, "items": [_RECORD], "next_cursor": None,
}  # fmt: skip
