"""The tree of reasons: each condition with its clause, whether it is met, by which records, what is missing, and what
time alone will change.
"""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from .conditions import NoneNode, kind_of
from .core import ListVerdict
from .counting import Count, Leaving, barred_until, count_of
from .facts import RecordFact
from .judge import Judgement
from .nearness import near_misses
from .schema import Pack
from .wording import basis_text, clause_text, condition_text, day_text, item_label, unit_of, window_name

Day = dt.date
_ONE_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Asked:
    """What a tree is worded from. `records`: all of the subject by id; `counting`: those that may support the list;
    `target`: its name."""

    pack: Pack
    on: Day
    records: Mapping[str, RecordFact]
    counting: Sequence[RecordFact]
    target: str


@dataclass(frozen=True, slots=True)
class Reason:
    """One condition judged. `condition`: its kind in the pack; `asks`: what it asks for; `sentence`: the finding in a
    full Chinese sentence; `outlook`: what time alone or little more would change, empty where nothing; `plain`: the
    same for the subject. `got` and `needed` are counts or points; `so_far`: what counts already though too little;
    `leaving`: when it stops counting.
    """

    condition: str
    clause: str
    asks: str
    met: bool
    record_ids: tuple[str, ...]
    got: int | None
    needed: int | None
    assumed: bool
    sentence: str
    children: tuple["Reason", ...] = ()
    so_far: tuple[str, ...] = ()
    leaving: tuple[Leaving, ...] = ()
    outlook: str = ""
    plain: str = ""

    @property
    def missing(self) -> int:
        """How much is missing to what is needed; 0 where met or nothing is counted."""
        return 0 if self.met or self.got is None or self.needed is None else max(0, self.needed - self.got)

    def to_dict(self) -> dict[str, Any]:
        """Return the tree as plain data for JSON."""
        return {
            "condition": self.condition,
            "clause": self.clause,
            "asks": self.asks,
            "met": self.met,
            "record_ids": list(self.record_ids),
            "got": self.got,
            "needed": self.needed,
            "missing": self.missing,
            "so_far": list(self.so_far),
            "leaving": [{"record": each.record_id, "on": each.on.isoformat(), "left": each.left} for each in self.leaving],
            "assumed": self.assumed,
            "sentence": self.sentence,
            "outlook": self.outlook,
            "plain": self.plain,
            "children": [child.to_dict() for child in self.children],
        }  # fmt: skip

    def leaves(self) -> list["Reason"]:
        """Return the reasons at the ends of the tree, in order."""
        return [leaf for child in self.children for leaf in child.leaves()] if self.children else [self]

    def met_leaves(self) -> list["Reason"]:
        """Return the ends that are reached through met conditions alone: what the conclusion rests on."""
        if not self.met:
            return []
        return [leaf for child in self.children for leaf in child.met_leaves()] if self.children else [self]

    def telling(self) -> list["Reason"]:
        """Return the conditions that say something themselves: what is inside a count is told by the count."""
        if self.condition in ("any", "all"):
            return [leaf for child in self.children for leaf in child.telling()]
        return [self]


def reason_of(asked: Asked, judgement: Judgement, above: str = "") -> Reason:
    """Word a judgement. `above`: the clause that it inherits where it names none."""
    node = judgement.node
    clause = node.clause or above
    count = count_of(asked.pack, node, asked.counting, asked.on) if judgement.needed else None
    too_few = count is not None and not judgement.met
    return Reason(
        condition=kind_of(node),
        clause=clause,
        asks=condition_text(asked.pack, node),
        met=judgement.met,
        record_ids=judgement.ids,
        got=judgement.got,
        needed=judgement.needed,
        assumed=node.assumed,
        sentence=_sentence(asked, judgement, clause),
        children=tuple(reason_of(asked, child, clause) for child in judgement.children),
        so_far=tuple(identifier for _, identifier, _ in count.inside) if count is not None and too_few else (),
        leaving=count.leaving if count is not None else (),
        outlook=_count_outlook(asked, judgement, count) if count is not None else _outlook(asked, judgement),
        plain=_plain(asked, judgement, clause),
    )


def _sentence(asked: Asked, judgement: Judgement, clause: str) -> str:
    node, basis = judgement.node, basis_text(asked.pack, clause)
    asks = condition_text(asked.pack, node)
    kind = kind_of(node)
    if kind == "not":
        return f"{'符合' if judgement.met else '不符合'}“{asks}”{basis}。"
    if kind in ("any", "all"):
        met = "具备" if judgement.met else "不具备"
        return f"{met}{asked.target}的列入情形（{asks}）{basis}。"
    if judgement.needed:
        unit = unit_of(node)
        if judgement.met:
            return f"{asks}：已有{judgement.got}{unit}（{_names(asked, judgement)}）{basis}。"
        missing = judgement.needed - (judgement.got or 0)
        return f"{asks}：现有{judgement.got or 0}{unit}{basis}；还差{missing}{unit}达到{asked.target}。"
    if judgement.met:
        shown = f"：{_names(asked, judgement)}" if judgement.ids else ""
        return f"符合“{asks}”{shown}{basis}。"
    if judgement.ids:
        return f"不符合“{asks}”：有{len(judgement.ids)}条记录（{_names(asked, judgement)}）{basis}。"
    return f"没有“{asks}”的情形{basis}。"


def _names(asked: Asked, judgement: Judgement) -> str:
    return "、".join(_name(asked, each) for each in judgement.ids) or "无记录"


def _name(asked: Asked, identifier: str) -> str:
    return asked.records[identifier].name if identifier in asked.records else identifier


def _count_outlook(asked: Asked, judgement: Judgement, count: Count) -> str:
    """Say what time alone does to a count, and what lies too far off to be counted together."""
    unit, window = unit_of(judgement.node), window_name(count.window)
    if judgement.met:
        falls = next((each for each in count.leaving if each.left < (judgement.needed or 0)), None)
        if falls is None:
            return ""
        return (
            f"如无新的记录，{_name(asked, falls.record_id)}于{falls.on}移出{window}后剩{falls.left}{unit}，不再满足。"
        )
    parts = []
    if count.leaving:
        first = count.leaving[0]
        parts.append(f"最早一条（{_name(asked, first.record_id)}）将于{first.on}移出{window}，届时剩{first.left}{unit}")
    if count.until is not None:
        parts.append(_span_outlook(asked, judgement, count, count.until))
    if count.outside:
        names = "、".join(_name(asked, identifier) for _, identifier, _ in count.outside)
        far = "与上述记录相隔过久" if count.until is not None else f"不在{window}"
        parts.append(f"{names}{far}，不计入")
    return f"{'；'.join(parts)}。" if parts else ""


def _span_outlook(asked: Asked, judgement: Judgement, count: Count, until: Day) -> str:
    first = _name(asked, count.inside[0][1])
    length = count.window.period.label if count.window.period is not None else ""
    missing = f"{(judgement.needed or 0) - count.got}{unit_of(judgement.node)}"
    if until < asked.on:
        return f"自{first}起的{length}已于{until}届满，以后的记录须另起计算"
    return f"自{first}起的{length}到{until}届满，其间再有{missing}即达到"


def _outlook(asked: Asked, judgement: Judgement) -> str:
    if judgement.met:
        return ""
    standing = [asked.records[each] for each in judgement.ids if each in asked.records]
    until = barred_until(judgement.node, standing)
    if until is not None:
        days = (until + _ONE_DAY - asked.on).days
        return f"如无新的记录，还须满{days}日，自{until + _ONE_DAY}起符合。"
    near = near_misses(judgement.node, asked.counting)
    return "".join(f"有{record.name}，但{lack}。" for record, lack in near)


def record_words(pack: Pack, record: RecordFact) -> str:
    """Say in plain words what a record is about: when, what, by which document."""
    day = record.occurred_on or record.decided_on
    when = day_text(day) if day is not None else "日期不详"
    label = item_label(pack, record.item)
    if record.accident is not None:
        what = f"发生{record.accident.grade.label}"
    elif record.penalty is not None:
        what = f"因“{label}”受到行政处罚" if label else "受到行政处罚"
    else:
        what = f"被认定“{label}”" if label else "有一条记录"
    item = pack.items_by_code.get(record.item) if record.item else None
    points = f"，记{item.points}分" if item is not None and item.points and pack.points else ""
    return f"{when}{what}（{record.title}）{points}" if record.title else f"{when}{what}{points}"


def _plain(asked: Asked, judgement: Judgement, clause: str) -> str:
    node = judgement.node
    asks, kind = condition_text(asked.pack, node), kind_of(node)
    if kind in ("any", "all", "not"):
        return ""
    rule = f"《{asked.pack.head.title}》{clause_text(asked.pack, clause)}" if clause else f"《{asked.pack.head.title}》"
    told = "；".join(record_words(asked.pack, asked.records[each]) for each in judgement.ids if each in asked.records)
    if judgement.needed:
        unit = unit_of(node)
        if judgement.met:
            return f"{rule}规定的条件是：{asks}。你（单位）已有{judgement.got}{unit}：{told}。"
        missing = judgement.needed - (judgement.got or 0)
        return f"{rule}规定的条件是：{asks}。你（单位）现有{judgement.got or 0}{unit}，还差{missing}{unit}。"
    if judgement.met:
        return f"{told}，符合{rule}规定的“{asks}”。" if told else f"你（单位）符合{rule}规定的“{asks}”。"
    if judgement.ids and (isinstance(node, NoneNode) or kind == "clean"):
        return f"{rule}要求“{asks}”，但你（单位）{told}。"
    return f"你（单位）没有{rule}规定的“{asks}”的情形。"


def list_sentence(pack: Pack, verdict: ListVerdict) -> str:
    """Say in one sentence how a list stands: due, or why not."""
    rule = verdict.rule
    basis = basis_text(pack, rule.clause)
    if verdict.status == "due":
        return f"应当列入{rule.label}{basis}。"
    if verdict.status == "in-force":
        return f"已列入{rule.label}且在有效期内，不重复列入。"
    if verdict.status in ("higher-in-force", "higher-due"):
        clause = pack.highest_list_only.clause if pack.highest_list_only else ""
        why = "已列入更高一级名单" if verdict.status == "higher-in-force" else "应列入更高一级名单"
        return f"{why}，不再列入{rule.label}{basis_text(pack, clause)}。"
    if verdict.status == "out-of-scope":
        return f"本办法不适用于该主体，不列入{rule.label}。"
    notes = ""
    if verdict.used:
        notes += f"；有{len(verdict.used)}条记录已支撑过列入，不再重复计入"
    if verdict.unpenalised:
        clause = clause_text(pack, rule.needs_penalty.clause) if rule.needs_penalty else ""
        notes += f"；有{len(verdict.unpenalised)}条记录尚未作出行政处罚决定，依据{clause}暂不计入"
    return f"未达到列入{rule.label}的条件{basis}{notes}。"
