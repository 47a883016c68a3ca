"""What came near a condition about single records and still does not meet it, and why not (Chinese)."""

from collections.abc import Iterable, Sequence

from registry.rules.accidents import Grade

from .conditions import AccidentNode, AccidentTest, ItemNode, Node, PenaltyNode
from .facts import AccidentFact, RecordFact
from .wording import finding_label

MOST_TOLD = 3


def near_misses(node: Node, records: Sequence[RecordFact]) -> list[tuple[RecordFact, str]]:
    """Return the records of the right kind that fail the condition, with what each of them lacks, at most three."""
    return [(record, lack) for record in records if (lack := _lack(node, record))][:MOST_TOLD]


def _lack(node: Node, record: RecordFact) -> str:
    if isinstance(node, ItemNode) and record.item in node.codes:
        return _unfound(node.findings, record)
    if isinstance(node, AccidentNode) and record.accident is not None:
        return _accident_lack(node.accident, record.accident) or _unfound(node.findings, record)
    if isinstance(node, PenaltyNode) and record.penalty is not None:
        return _penalty_lack(node, record)
    return ""


def _unfound(findings: Iterable[str], record: RecordFact) -> str:
    lacking = [finding_label(each) for each in findings if each not in record.findings]
    return f"未经认定{'、'.join(lacking)}" if lacking else ""


def _accident_lack(test: AccidentTest, accident: AccidentFact) -> str:
    if test.liable and not accident.liable:
        return "未认定为责任事故"
    if test.fatal and not accident.deaths:
        return "没有造成人员死亡"
    if test.injuring and not (accident.deaths or accident.injured):
        return "没有造成人员伤亡"
    grade = accident.grade
    if test.exactly and grade is not Grade[test.exactly.upper()]:
        return f"属于{grade.label}，不是{Grade[test.exactly.upper()].label}"
    if test.at_least and grade < Grade[test.at_least.upper()]:
        return f"属于{grade.label}，未达到{Grade[test.at_least.upper()].label}"
    return ""


def _penalty_lack(node: PenaltyNode, record: RecordFact) -> str:
    test, penalty = node.penalty, record.penalty
    if penalty is None:
        return ""
    if test.kinds and not set(test.kinds) & set(penalty.kinds):
        return f"处罚种类不是{'、'.join(test.kinds)}"
    fine = penalty.fine_yuan or 0
    if test.fine_at_least is not None and fine < test.fine_at_least:
        return f"罚款{fine:f}元，还差{test.fine_at_least - fine:f}元"
    return ""
