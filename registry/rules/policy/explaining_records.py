"""Explain records: whether the public may see them and until when, and their repair."""

import datetime as dt

from .evaluation import Evaluation
from .explaining_repair import repair_node
from .explanation import Explanation, told
from .facts import RecordFact
from .procedure import RecordPublication
from .publication import class_term, is_under_age
from .wording import basis_text, day_text

Day = dt.date
CLASS_LABELS = {"minor": "轻微", "ordinary": "一般", "serious": "严重", "specially-serious": "特别严重"}
_KIND_LABELS = {"penalty": "行政处罚", "permit": "行政许可", "accident": "事故", "item": "失信行为认定"}


def record_nodes(evaluation: Evaluation) -> list[Explanation]:
    """Explain publication and repair of every record known by the day; nothing where the pack says nothing of records."""
    on = evaluation.on
    return [
        node
        for record in evaluation.history.records
        if record.counts_on is None or record.counts_on <= on
        for node in (*_public(evaluation, record), *repair_node(evaluation, record.id, f"“{record.name}”"))
    ]


def _public(evaluation: Evaluation, record: RecordFact) -> list[Explanation]:
    rule, on = evaluation.pack.publication.records, evaluation.on
    if rule is None:
        return []
    visible, until = evaluation.public[record.id], _until(evaluation, record)
    till = f"，最长到{until}" if until is not None and visible else ""
    basis = basis_text(evaluation.pack, rule.clause)
    last = f"，最长到{day_text(until)}" if until is not None and visible else ""
    return [
        told(
            "record-public", record.id, visible,
            f"{record.name}在{on}{'应当公示' if visible else '不公示'}{till}{basis}。", rule.clause,
            record_ids=(record.id,), days={"until": until} if until is not None else {}, assumed=rule.assumed,
            plain=f"“{record.name}”{'向社会公示' if visible else '不向社会公示'}{last}。",
            children=tuple(_conditions(evaluation, rule, record)),
        )
    ]  # fmt: skip


def _until(evaluation: Evaluation, record: RecordFact) -> Day | None:
    # The longest term of a class that is not published says nothing about this record's days.
    term = class_term(evaluation.pack, record, evaluation.subject)
    return None if term is not None and not term.public else evaluation.public_until.get(record.id)


def _conditions(evaluation: Evaluation, rule: RecordPublication, record: RecordFact) -> list[Explanation]:
    on = evaluation.on
    kinds = {
        "penalty": record.penalty is not None,
        "permit": record.permit,
        "accident": record.accident is not None,
        "item": record.item is not None,
    }
    meant = any(kinds[kind] for kind in rule.of)
    which = "、".join(_KIND_LABELS[kind] for kind in rule.of)
    rows = [told("", "kind", meant, f"公示的是{which}，该记录{'属于' if meant else '不属于'}。", rule.clause)]
    decided = record.decided_on is not None and record.exists_on(on)
    rows.append(told("", "exists", decided, f"到{on}{'已作出决定且有效' if decided else '尚未决定或者已经作废'}。"))
    rows += _exemptions(evaluation, rule, record)
    if rule.classes and meant and record.decided_on is not None:
        rows.append(_class_row(evaluation, rule, record))
    until = _until(evaluation, record)
    if until is not None:
        rows.append(_time_row(rule, record, until, on))
    return rows


def _exemptions(evaluation: Evaluation, rule: RecordPublication, record: RecordFact) -> list[Explanation]:
    rows = []
    if evaluation.subject.kind not in rule.kinds:
        who = "个人" if evaluation.subject.kind == "person" else "单位"
        rows.append(told("", "subject-kind", False, f"本政策不公示{who}的此类记录。", rule.clause))
    if record.is_repaired_on(evaluation.on):
        rows.append(told("", "repaired", False, f"已于{record.repaired_on}完成信用修复，停止公示。", rule.clause))
    if record.penalty is not None and rule.exempt_procedures:
        exempt = record.penalty.procedure in rule.exempt_procedures
        sentence = "以简易程序作出，免予公示。" if exempt else "不是免予公示的程序。"
        rows.append(told("", "procedure", not exempt, sentence, rule.clause))
    conduct = record.occurred_on or record.decided_on
    if rule.persons_from_age is not None and conduct is not None:
        young = is_under_age(evaluation.subject, conduct, rule.persons_from_age)
        sentence = "行为时未成年，不公示。" if young else "不涉及未成年人的行为。"
        rows.append(told("", "of-age", not young, sentence, rule.clause))
    return rows


def _class_row(evaluation: Evaluation, rule: RecordPublication, record: RecordFact) -> Explanation:
    term = class_term(evaluation.pack, record, evaluation.subject)
    if term is None:
        return told("", "class", False, "没有可以适用的公示分类。", rule.clause)
    label = CLASS_LABELS.get(term.of_class, "其他")
    most = f"，最长公示{term.most.label}" if term.most else ""
    least = f"，最短公示{term.least.label}" if term.least else ""
    says = f"应当公示{least}{most}" if term.public else "不公示"
    return told(
        "", "class", term.public, f"属于{label}失信，{says}{basis_text(evaluation.pack, term.clause)}。", term.clause
    )


def _time_row(rule: RecordPublication, record: RecordFact, until: Day, on: Day) -> Explanation:
    corrected = record.corrected_on is not None and record.corrected_on <= on
    stays = rule.stays_while_uncorrected and not corrected
    left = (until - on).days + 1
    if left > 0:
        return told(
            "",
            "time",
            True,
            f"公示期到{until}（还有{left}日）。",
            rule.clause,
            missing=0,
            unit="日",
            days={"until": until},
        )
    if stays:
        return told(
            "", "time", True, f"公示期已于{until}届满，但尚未改正，继续公示。", rule.clause, days={"until": until}
        )
    return told("", "time", False, f"公示期已于{until}届满。", rule.clause, days={"until": until})
