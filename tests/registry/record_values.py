"""Record contents as officers enter them; a test replaces only what it is about."""

import datetime as dt
from dataclasses import replace
from decimal import Decimal

from registry.rules.details import AccidentInput, PenaltyInput, PermitInput, RecordInput

TODAY = dt.date(2026, 6, 1)
PENALTY_DETAIL = PenaltyInput(
    violation_type="未按规定配备安全生产管理人员",
    basis="《中华人民共和国安全生产法》第九十七条第一项",
    kinds=("警告", "罚款"),
    content="警告，罚款人民币贰万元整",
    fine=Decimal("20000"),
)
PENALTY = RecordInput(
    kind="penalty",
    title="未按规定配备安全生产管理人员",
    number="演应急罚〔2026〕12号",
    facts="现场检查发现该单位未配备专职安全生产管理人员。",
    occurred_on=dt.date(2026, 4, 1),
    decided_on=dt.date(2026, 5, 20),
    detail=PENALTY_DETAIL,
)
PERMIT = RecordInput(
    kind="permit",
    title="危险化学品经营许可",
    number="演危化经〔2026〕3号",
    decided_on=dt.date(2026, 5, 6),
    detail=PermitInput(
        document_name="危险化学品经营许可证",
        permit_kind="普通",
        content="经营汽油、柴油",
        valid_from=dt.date(2026, 5, 6),
        valid_until=dt.date(2029, 5, 5),
    ),
)
ACCIDENT = RecordInput(
    kind="accident",
    title="演示矿井顶板事故",
    occurred_on=dt.date(2026, 3, 3),
    decided_on=dt.date(2026, 5, 12),
    detail=AccidentInput(deaths=3),
)


def penalty(**changes):
    """The penalty with other values; names of its details go into the details."""
    inner = {name: changes.pop(name) for name in list(changes) if hasattr(PENALTY_DETAIL, name)}
    return replace(PENALTY, detail=replace(PENALTY_DETAIL, **inner), **changes)
