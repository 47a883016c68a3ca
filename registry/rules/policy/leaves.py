"""A pack as a flat list of values: each with its place, its clause, and whether the office assumed it.

Generic over the schema: a section that is added to it appears here by itself.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Final, Literal, get_args, get_origin

from pydantic import BaseModel
from pydantic.fields import FieldInfo

from .conditions import Node, kind_of
from .head import AUTHORITY_LABELS
from .schema import Pack
from .showing import CONDITION_LABELS, RESTRAINT_LABELS
from .wording import DOCUMENT_LABELS, clause_text

Plain = str | int | bool | None | tuple["Plain", ...]
Step = str | int

MARKS: Final = frozenset({"assumed", "reason"})
"""Keys that say where a value comes from, not what it is."""

# What the loader notes, not the file.
_UNREAD: Final = frozenset({"origins"})
# By what an entry of a list without codes is known, the first that it has.
_NAMES: Final = ("code", "class", "grade", "stands_for", "time", "document")


@dataclass(frozen=True, slots=True)
class Leaf:
    """One value of a pack.

    `parts`: its place, entries of lists by their code (lists, yellow, term, years); `steps`: the same place as keys and
    indexes of the dumped pack; `owner`: the place of the part that carries its clause and `assumed`; `title`: the place
    in Chinese. `is_default`: not written in the pack. `kind`: `integer`, `decimal`, `flag` or `text`; `choices`: what a
    text may be, where the schema names it.
    """

    parts: tuple[str, ...]
    steps: tuple[Step, ...]
    owner: tuple[Step, ...]
    titles: tuple[str, ...]
    kind: str
    value: Plain
    clause: str
    assumed: bool
    reason: str
    is_default: bool
    choices: tuple[str, ...] = ()

    @property
    def path(self) -> str:
        """Its place, such as `lists.yellow.term.years`."""
        return ".".join(self.parts)

    @property
    def title(self) -> str:
        """Where the value stands, in Chinese."""
        return " › ".join(self.titles)

    @property
    def text(self) -> str:
        """The value as officers read it."""
        return plain_text(self.value)


@dataclass(frozen=True, slots=True)
class _Place:
    pack: Pack
    path: tuple[str, ...] = ()
    steps: tuple[Step, ...] = ()
    owner: tuple[Step, ...] = ()
    titles: tuple[str, ...] = ()
    clause: str = ""
    assumed: bool = False
    reason: str = ""
    is_default: bool = False


def leaves_of(pack: Pack) -> Iterator[Leaf]:
    """Yield every value of the pack once, in the order of the schema."""
    return _walk(pack, _Place(pack))


def plain_text(value: Plain) -> str:
    """Say a value in Chinese; lists are joined."""
    if value is None:
        return "—"
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, tuple):
        return "、".join(plain_text(each) for each in value) or "—"
    return VALUE_LABELS.get(value, value) if isinstance(value, str) else str(value)


def _walk(part: BaseModel, place: _Place) -> Iterator[Leaf]:
    place = _marked(part, place)
    for name, field in type(part).model_fields.items():
        key = field.alias or name
        if key in _UNREAD or (key == "code" and place.path):
            continue
        value = getattr(part, name)
        inner = replace(
            place, path=(*place.path, key), steps=(*place.steps, key), titles=(*place.titles, FIELD_LABELS.get(key, key)),
            is_default=place.is_default or (not field.is_required() and value == field.get_default(call_default_factory=True)),
        )  # fmt: skip
        yield from _below(value, field, inner)


def _marked(part: BaseModel, place: _Place) -> _Place:
    """Return the place with the marks that `part` carries itself; a part without `assumed` is under those above it."""
    if not hasattr(part, "assumed"):
        return place
    clause = getattr(part, "clause", "") or place.clause
    return replace(place, owner=place.steps, clause=clause, assumed=part.assumed, reason=getattr(part, "reason", ""))


def _below(value: Any, field: FieldInfo, place: _Place) -> Iterator[Leaf]:
    if isinstance(value, BaseModel):
        yield from _walk(value, place)
    elif isinstance(value, tuple) and value and isinstance(value[0], BaseModel):
        seen: Counter[str] = Counter()
        for index, each in enumerate(value):
            name = _name_of(each, index)
            seen[name] += 1
            again = f"({seen[name]})" if seen[name] > 1 else ""
            yield from _walk(each, replace(
                place, path=(*place.path, name + again), steps=(*place.steps, index),
                titles=(*place.titles, _title_of(each, name + again)),
            ))  # fmt: skip
    elif value is not None or not place.is_default:
        yield _leaf(value, field, place)


def _leaf(value: Any, field: FieldInfo, place: _Place) -> Leaf:
    kinds = ((bool, "flag"), (int, "integer"), (Decimal, "decimal"))
    kind = next((name for each, name in kinds if isinstance(value, each)), "text")
    cited = clause_text(place.pack, place.clause) if place.clause else ""
    return Leaf(
        parts=place.path, steps=place.steps, owner=place.owner, titles=place.titles, kind=kind,
        value=_plain(value), clause=cited, assumed=place.assumed, reason=place.reason, is_default=place.is_default,
        choices=_choices(field.annotation) if kind == "text" else (),
    )  # fmt: skip


def _choices(annotation: Any) -> tuple[str, ...]:
    """Return what a field of fixed words may be; nothing for free text and for lists."""
    found = [each for each in (annotation, *get_args(annotation)) if get_origin(each) is Literal]
    return get_args(found[0]) if found and get_origin(annotation) is not tuple else ()


def _plain(value: Any) -> Plain:
    if value is None or isinstance(value, bool | int | str):
        return value
    if isinstance(value, tuple | list | frozenset):
        return tuple(_plain(each) for each in value)
    return str(value)


def _name_of(part: BaseModel, index: int) -> str:
    """Return by what an entry of a list is known, so that it is found again in another edition."""
    if isinstance(part, Node):
        return f"{kind_of(part)}@{part.clause}" if part.clause else kind_of(part)
    fields = {field.alias or name: name for name, field in type(part).model_fields.items()}
    for key in _NAMES:
        if key in fields:
            return str(getattr(part, fields[key]))
    return str(getattr(part, "clause", "")) or str(index + 1)


def _title_of(part: BaseModel, name: str) -> str:
    label = str(getattr(part, "label", ""))
    if isinstance(part, Node):
        kind = kind_of(part)
        return label or FIELD_LABELS.get(kind, kind) + (f"（{part.clause}）" if part.clause else "")
    return f"{label}（{name}）" if label else VALUE_LABELS.get(name, name)


# What officers call the keys of a pack; a key that is missing here is shown as it stands in the file.
FIELD_LABELS: Final = {
    "head": "文件", "id": "代码", "title": "标题", "issuer": "发文机关", "document_number": "文号", "issued_on": "发文日期",
    "authority": "效力", "level": "层级", "rests_on": "上位依据", "document": "文件", "article": "条", "note": "说明",
    "in_force_from": "施行日期", "in_force_until": "最后有效日", "supersedes": "取代", "superseded_by": "被取代",
    "domain": "领域", "region": "地区", "clause_style": "条款写法", "scope": "适用范围", "kinds": "种类", "sectors": "行业",
    "clause": "条款", "assumed": "假定", "reason": "假定的理由", "values": "取值", "label": "名称", "minimum_age": "最低年龄", "value": "值", "extends": "继承",
    "items": "失信行为", "code": "代码", "severity": "程度", "points": "计分", "window": "期间口径", "kind": "种类",
    "period": "期间", "years": "年", "months": "月", "days": "日", "most": "最多", "same_item_reaches_most": "同项满几次计满分",
    "lists": "名单", "polarity": "性质", "rank": "级次", "public": "公开", "term": "期限", "from": "起算", "entry": "列入条件",
    "any": "任一", "all": "全部", "not": "除外", "item": "行为", "findings": "情节认定", "finding": "情节认定",
    "accident": "事故", "at_least": "至少", "exactly": "恰为", "fatal": "致人死亡", "injuring": "致人重伤", "liable": "负有责任",
    "penalty": "行政处罚", "fine_at_least": "罚款至少（元）", "count": "累计", "of": "对象", "same_item": "同项重复",
    "on_list": "正在列", "standing": "属于名单", "during": "列入期间", "list": "名单", "clean": "无不良记录", "none": "没有",
    "within": "期间", "honour": "荣誉", "standardisation": "标准化等级", "domains": "领域", "risk": "风险等级",
    "needs_penalty": "须先有处罚", "removal": "移出", "last_working_days": "期满前工作日", "after": "满多久之后",
    "conditions": "条件", "takes_effect_last_working_days": "期满前几个工作日内移出", "persons": "随案人员", "roles": "职务",
    "highest_list_only": "只列最高一级", "heavier_from_domains": "从重的领域数", "procedure": "程序", "who": "由谁",
    "deadline": "时限", "deadlines": "时限", "working_days": "工作日", "extendable_working_days": "可延长工作日",
    "measures": "惩戒措施", "incentives": "激励措施", "matters": "事项", "targets": "对象", "rights_reducing": "减损权益",
    "force": "强制性", "departments": "实施部门", "basis": "依据", "parts": "分项", "restraint": "约束类型",
    "catalogues": "适用清单", "publication": "公示", "records": "记录公示", "exempt_procedures": "不公示的程序",
    "persons_from_age": "自然人公示年龄", "classes": "分类", "class": "类别", "least": "最短", "repairable": "可修复",
    "stays_while_uncorrected": "未改正继续公示", "channels": "渠道", "exemptions": "不公示情形", "ordinary": "一般",
    "serious": "严重", "summary_is_minor": "简易程序属轻微", "ordinary_fine_from": "一般起罚（元）",
    "serious_fine_from": "严重起罚（元）", "repair": "信用修复", "waits": "等待", "time": "第几次", "substitutes": "替代材料",
    "stands_for": "替代", "never_findings": "不得修复的情节", "by": "由谁", "note_public": "公开标注", "free": "不收费",
    "false_papers_bar": "虚假材料限制", "objection": "异议", "to": "向谁", "pauses_measures": "暂停措施",
    "adds_paused_time": "顺延暂停时间", "marks_disputed": "标注异议", "complaint": "申诉", "experts_drawn": "抽取专家",
    "restores": "恢复", "needs": "须满足", "criteria": "标准", "condition": "条件", "nominators": "推荐部门",
    "publicity_working_days": "公示工作日", "ended_by_breach": "违诺即终止", "reapply_before": "提前再申请",
    "corrected": "已纠正", "commitment": "信用承诺", "green_channel": "绿色通道", "missing_papers": "容缺受理", "commitments": "信用承诺", "signed_by": "签署人",
    "guarantees": "承诺内容", "breach_item": "违诺对应行为", "breach": "违诺", "tiers": "信用等级",
    "draw_percent_least": "抽查比例下限", "draw_percent": "抽查比例", "yearly_cap": "每年至多检查", "frequency": "频次",
    "newcomer": "新设单位", "inspection_caps": "检查上限", "by_grade": "按等级", "grade": "等级", "remedies": "救济",
    "duties": "职责", "when": "何时", "reports": "报告", "every": "周期", "day": "日期",
}  # fmt: skip
VALUE_LABELS: Final = {
    "lookback": "向前追溯", "span": "相互间隔", "calendar_year": "自然年度", "negative": "惩戒", "positive": "守信",
    "publication": "公布之日", "decision": "决定之日", "recognition": "上级确认之日", "minor": "轻微", "moderate": "一般",
    "ordinary": "一般", "serious": "严重", "specially-serious": "特别严重", "larger": "较大", "major": "重大",
    "extraordinary": "特别重大", "mandatory": "强制性", "recommended": "推荐性", "organization": "单位", "person": "个人",
    "month": "每月", "quarter": "每季度", "year": "每年", "listing": "名单条目", "record": "信用记录", "article": "第某条",
    "heading": "标题编号", "plain": "照写", "all": "全部", "any": "任一", "none": "无",
    **AUTHORITY_LABELS, **RESTRAINT_LABELS, **CONDITION_LABELS, **DOCUMENT_LABELS,
}  # fmt: skip
