"""The tree of reasons: each condition with its clause, whether it is met, by which records, what is
missing.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from .conditions import kind_of
from .core import ListVerdict
from .facts import RecordFact
from .judge import Judgement
from .schema import Pack
from .wording import basis_text, clause_text, condition_text, unit_of


@dataclass(frozen=True, slots=True)
class Reason:
    """One condition judged. `condition`: its kind in the pack; `asks`: what it asks for; `sentence`: the
    finding in a full Chinese sentence. `got` and `needed` are counts or points.
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

    @property
    def missing(self) -> int:
        """How much is missing to what is needed; 0 where met or nothing is counted."""
        return 0 if self.met or self.got is None or self.needed is None else self.needed - self.got

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
            "assumed": self.assumed,
            "sentence": self.sentence,
            "children": [child.to_dict() for child in self.children],
        }

    def leaves(self) -> list["Reason"]:
        """Return the reasons at the ends of the tree, in order."""
        return [leaf for child in self.children for leaf in child.leaves()] if self.children else [self]


def reason_of(
    pack: Pack, judgement: Judgement, records: Mapping[str, RecordFact], target: str, above: str = ""
) -> Reason:
    """Word a judgement. `target`: the list or honour asked about; `above`: the clause it inherits."""
    node = judgement.node
    clause = node.clause or above
    children = tuple(reason_of(pack, child, records, target, clause) for child in judgement.children)
    return Reason(
        condition=kind_of(node),
        clause=clause,
        asks=condition_text(pack, node),
        met=judgement.met,
        record_ids=judgement.ids,
        got=judgement.got,
        needed=judgement.needed,
        assumed=node.assumed,
        sentence=_sentence(pack, judgement, records, target, clause),
        children=children,
    )


def _sentence(pack: Pack, judgement: Judgement, records: Mapping[str, RecordFact], target: str, clause: str) -> str:
    node, basis = judgement.node, basis_text(pack, clause)
    asks = condition_text(pack, node)
    kind = kind_of(node)
    if kind in ("any", "all"):
        met = "具备" if judgement.met else "不具备"
        return f"{met}{target}的列入情形（{asks}）{basis}。"
    if judgement.needed is not None and judgement.got is not None and kind != "clean":
        unit = unit_of(node)
        if judgement.met:
            return f"{asks}：已有{judgement.got}{unit}（{_names(judgement, records)}）{basis}。"
        missing = judgement.needed - judgement.got
        return f"{asks}：现有{judgement.got}{unit}{basis}；还差{missing}{unit}列入{target}。"
    if judgement.met:
        shown = f"：{_names(judgement, records)}" if judgement.ids else ""
        return f"符合“{asks}”{shown}{basis}。"
    return f"没有“{asks}”的情形{basis}。"


def _names(judgement: Judgement, records: Mapping[str, RecordFact]) -> str:
    return "、".join(records[each].name if each in records else each for each in judgement.ids) or "无记录"


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
