"""Chinese wording of clauses and conditions, for officers to read."""

import datetime as dt
import re
from collections.abc import Callable, Sequence
from typing import Any

from registry.rules.accidents import Grade

from .conditions import (
    AccidentNode,
    AllOf,
    AnyOf,
    CleanNode,
    CountNode,
    DocumentNode,
    DomainsNode,
    DuringNode,
    FindingNode,
    HonourNode,
    ItemNode,
    Node,
    NoneNode,
    NotOf,
    OnListNode,
    PenaltyNode,
    PointsNode,
    RiskNode,
    SameItemNode,
    StandardisationNode,
    StandingNode,
)
from .schema import Pack
from .values import Window

_DIGITS = "零一二三四五六七八九"
FINDING_LABELS = {
    "serious-violation": "存在严重违法违规行为",
    "egregious": "性质恶劣、危害性严重、社会影响大",
    "especially-serious": "情节特别严重",
    "ignored-notice": "无故不纠正或者不参加约谈",
}
DOCUMENT_LABELS = {
    "commitment": "信用承诺书",
    "fulfilment": "履行义务的证明",
    "training": "信用修复培训证明",
    "credit-report": "信用报告",
    "public-welfare": "参与公益活动的证明",
}
RISK_LABELS = {"low": "低风险", "ordinary": "一般风险", "larger": "较大风险", "major": "重大风险"}
GRADE_LABELS = {"1": "标准化一级", "2": "标准化二级", "3": "标准化三级", "none": "未达标或者未评定"}
_ARTICLE = re.compile(r"^\d{1,2}(?:\.\d{1,2})?$")


def numeral(number: int) -> str:
    """Write 1–99 as Chinese numerals (10 is 十, 21 is 二十一)."""
    tens, ones = divmod(number, 10)
    head = "" if tens == 0 else ("十" if tens == 1 else f"{_DIGITS[tens]}十")
    return head + (_DIGITS[ones] if ones or not tens else "")


def clause_text(pack: Pack, clause: str) -> str:
    """Write a clause as it is cited: 9 is 第九条, 2.1 is 第二条第（一）项; other forms stay as they are."""
    style = pack.head.clause_style
    if style == "plain" or not _ARTICLE.match(clause):
        return clause
    first, _, second = clause.partition(".")
    if style == "heading":
        return f"第（{numeral(int(first))}）项" + (f"第{second}目" if second else "")
    return f"第{numeral(int(first))}条" + (f"第（{numeral(int(second))}）项" if second else "")


def basis_text(pack: Pack, clause: str) -> str:
    """Write 依据…… for a clause, empty when there is none."""
    return f"，依据{clause_text(pack, clause)}" if clause else ""


def day_text(day: dt.date) -> str:
    """Write a date as people do: 2026年3月2日."""
    return f"{day.year}年{day.month}月{day.day}日"


def window_name(window: Window) -> str:
    """The window as something that a record leaves: 1年窗口, 本年度."""
    return "本年度" if window.period is None else f"{window.period.label}窗口"


def item_label(pack: Pack, code: str | None) -> str:
    """The Chinese name of a misconduct item; empty when there is none or the pack does not know it."""
    item = pack.items_by_code.get(code) if code else None
    return item.label if item else ""


def finding_label(code: str) -> str:
    """The Chinese name of a finding."""
    return FINDING_LABELS.get(code, "规定的其他情节")


def list_label(pack: Pack, code: str) -> str:
    """The list's Chinese name, its code when the pack does not know it."""
    rule = pack.lists_by_code.get(code)
    return rule.label if rule else code


def _items_text(pack: Pack, codes: Sequence[str]) -> str:
    labels = [pack.items_by_code[code].label for code in codes]
    if len(labels) > 3:
        return f"{labels[0]}等{len(labels)}项行为"
    return "、".join(labels)


def _accident_text(node: AccidentNode) -> str:
    test = node.accident
    parts = ["负有责任的" if test.liable else ""]
    if test.fatal:
        parts.append("造成人员死亡的")
    elif test.injuring:
        parts.append("造成人员伤亡的")
    if test.exactly:
        parts.append(Grade[test.exactly.upper()].label)
    elif test.at_least:
        parts.append(f"{Grade[test.at_least.upper()].label.removesuffix('事故')}及以上事故")
    else:
        parts.append("生产安全事故")
    return "".join(parts) + _findings_text(node.findings)


def _findings_text(findings: Sequence[str]) -> str:
    return "（经认定" + "、".join(map(finding_label, findings)) + "）" if findings else ""


def condition_text(pack: Pack, node: Node) -> str:
    """Say in Chinese what a condition asks for; its own label where the pack gives one."""
    return node.label or _TEXTS[type(node)](pack, node)


def _lists_text(pack: Pack, codes: Sequence[str]) -> str:
    return "、".join(list_label(pack, code) for code in codes)


def _points_text(pack: Pack, node: PointsNode) -> str:
    window = pack.points.window.label if pack.points else ""
    return f"{window}失信计分累计满{node.points.at_least}分"


def _count_text(pack: Pack, node: CountNode) -> str:
    return f"{node.count.window.label}{condition_text(pack, node.count.of)}满{node.count.at_least}{unit_of(node)}"


def _during_text(pack: Pack, node: DuringNode) -> str:
    return f"列入{list_label(pack, node.during.list_code)}期间又有：{condition_text(pack, node.during.of)}"


def _honour_text(pack: Pack, node: HonourNode) -> str:
    known = {each.code: each.label for each in pack.honour.criteria} if pack.honour is not None else {}
    labels = [known.get(code) or item_label(pack, code) or _clause_honour(pack, code) for code in node.codes]
    return f"获得荣誉：{'、'.join(dict.fromkeys(labels))}"


def _clause_honour(pack: Pack, code: str) -> str:
    return f"{clause_text(pack, code)}所列荣誉" if _ARTICLE.match(code) else "规定的荣誉"


def _penalty_text(_pack: Pack, node: PenaltyNode) -> str:
    return "受到行政处罚" + (f"（{'、'.join(node.penalty.kinds)}）" if node.penalty.kinds else "")


_TEXTS: dict[type[Node], Callable[[Pack, Any], str]] = {
    AnyOf: lambda pack, node: "下列情形之一",
    AllOf: lambda pack, node: "同时具备下列情形",
    NotOf: lambda pack, node: f"不具有：{condition_text(pack, node.condition)}",
    ItemNode: lambda pack, node: _items_text(pack, node.codes) + _findings_text(node.findings),
    AccidentNode: lambda pack, node: "发生" + _accident_text(node),
    FindingNode: lambda pack, node: "经认定" + "、".join(map(finding_label, node.codes)),
    PenaltyNode: _penalty_text,
    CountNode: _count_text,
    PointsNode: _points_text,
    SameItemNode: lambda pack, node: f"{node.same_item.window.label}同一项失信行为满{node.same_item.at_least}次",
    OnListNode: lambda pack, node: f"正列入{_lists_text(pack, node.lists)}",
    StandingNode: lambda pack, node: f"属于{list_label(pack, node.list_code)}",
    DuringNode: _during_text,
    CleanNode: lambda pack, node: f"连续{node.clean.label}无不良记录",
    NoneNode: lambda pack, node: f"{node.none.within.label}内没有：{condition_text(pack, node.none.of)}",
    DocumentNode: lambda pack, node: f"已提交{'或'.join(DOCUMENT_LABELS[each] for each in node.documents)}",
    HonourNode: _honour_text,
    StandardisationNode: lambda pack, node: f"安全生产标准化等级为{'、'.join(f'{each}级' for each in node.grades)}",
    DomainsNode: lambda pack, node: f"在{node.domains}个以上其他领域被列入黑名单",
    RiskNode: lambda pack, node: f"风险等级为{'、'.join(RISK_LABELS[level] for level in node.levels)}",
}


def unit_of(node: Node) -> str:
    """The unit in which a condition counts: 分 for points, 次 for repetitions, 起 for accidents."""
    if isinstance(node, PointsNode):
        return "分"
    if isinstance(node, CountNode) and isinstance(node.count.of, AccidentNode):
        return "起"
    return "次"
