"""Explain every answer of an evaluation: lists, points, entries, publication, repair, honour, deadlines, mode."""

import datetime as dt
from collections.abc import Sequence

from .conditions import PointsNode, PointsTest
from .core import ListVerdict
from .counting import Leaving, count_of
from .due import DeadlineVerdict
from .evaluation import Evaluation
from .explaining_entries import entry_nodes
from .explaining_records import record_nodes
from .explanation import Explanation, condition_node, told
from .judge import World, judge
from .reasons import Asked, list_sentence, reason_of
from .schema import PointsRule
from .standing import listing_state
from .windows import Weighed
from .wording import basis_text, clause_text, day_text, window_name

Day = dt.date


def explain(evaluation: Evaluation) -> Explanation:
    """Return the tree of all answers, in the order in which officers read them. Pure; the same evaluation always gives
    the same tree."""
    parts = [
        *_scope(evaluation),
        *(list_node(evaluation, verdict) for verdict in evaluation.lists),
        *_points(evaluation),
        *entry_nodes(evaluation),
        *record_nodes(evaluation),
        *_honour(evaluation),
        *_green_channel(evaluation),
        *(_deadline(evaluation, each) for each in evaluation.deadlines.values()),
        _mode(evaluation),
    ]
    title = f"《{evaluation.pack.head.title}》"
    due = "、".join(each.label for each in evaluation.due)
    conclusion = f"应当列入{due}" if due else "没有新的应当列入的名单"
    change = evaluation.next_change_on
    return Explanation(
        kind="evaluation",
        of=evaluation.pack.head.id,
        verdict="due" if due else "none-due",
        sentence=f"按{title}，{evaluation.on}：{conclusion}。",
        outlook=f"如无新情况，{change}起结论可能变化，届时应重新核对。" if change else "",
        plain=f"按{title}，{day_text(evaluation.on)}：{conclusion}。",
        days={"on": evaluation.on} | ({"next-change": change} if change else {}),
        children=tuple(parts),
    )


def list_node(evaluation: Evaluation, verdict: ListVerdict) -> Explanation:
    """Explain one list: due or why not, with the tree of its entry conditions."""
    rule, pack = verdict.rule, evaluation.pack
    reason = evaluation.reasons.get(rule.code)
    is_due = verdict.status == "due"
    left_out = [
        told("", name, False, f"有{len(ids)}条记录{why}。", clause, record_ids=ids)
        for name, ids, why, clause in (
            ("used", verdict.used, "已支撑过列入，不再重复计入", rule.clause),
            ("unpenalised", verdict.unpenalised, "尚未作出行政处罚决定，暂不计入",
             rule.needs_penalty.clause if rule.needs_penalty else ""),
        )
        if ids
    ]  # fmt: skip
    plain = {
        "due": f"你（单位）已符合列入{rule.label}的条件",
        "in-force": f"你（单位）已在{rule.label}内",
        "higher-in-force": f"你（单位）已在更严的名单内，不再列入{rule.label}",
        "higher-due": f"你（单位）符合更严名单的条件，不再列入{rule.label}",
        "out-of-scope": f"《{pack.head.title}》不适用于你（单位）",
        "not-met": f"你（单位）没有达到列入{rule.label}的条件",
    }
    return Explanation(
        kind="list",
        of=rule.code,
        sentence=list_sentence(pack, verdict),
        met=is_due,
        clause=rule.clause,
        verdict=verdict.status,
        record_ids=verdict.ground_ids,
        assumed=rule.assumed,
        plain=f"{plain[verdict.status]}。",
        children=(*((condition_node(reason),) if reason is not None else ()), *left_out),
    )


def _scope(evaluation: Evaluation) -> list[Explanation]:
    notes = [Explanation("scope", "note", note) for note in evaluation.notes]
    if evaluation.out_of_scope is None:
        return notes
    return [told("scope", "subject", False, evaluation.out_of_scope, plain=evaluation.out_of_scope), *notes]


def _points(evaluation: Evaluation) -> list[Explanation]:
    rule, pack, points = evaluation.pack.points, evaluation.pack, evaluation.points
    if rule is None or points is None:
        return []
    node = PointsNode(points=PointsTest(at_least=1), clause=rule.clause)
    counting = evaluation.counting if evaluation.out_of_scope is None else ()
    count = count_of(pack, node, counting, evaluation.on)
    inside = count.inside if count is not None else ()
    first = count.leaving[0] if count is not None and count.leaving else None
    outlook = _leaves(evaluation, rule, first) if first is not None else ""
    steps = [each for each in _thresholds(evaluation) if each[0] > points]
    nearest = f"，还差{steps[0][0] - points}分达到{steps[0][1]}" if steps else ""
    return [
        Explanation(
            kind="points",
            of="points",
            sentence=f"截至{evaluation.on}，{rule.window.label}失信计分累计{points}分{nearest}{basis_text(pack, rule.clause)}。",
            clause=rule.clause,
            record_ids=tuple(identifier for _, identifier, _ in inside),
            got=points,
            needed=steps[0][0] if steps else None,
            missing=steps[0][0] - points if steps else 0,
            unit="分",
            days={"first-leaves": first.on} if first is not None else {},
            assumed=rule.assumed,
            outlook=outlook,
            plain=f"到{day_text(evaluation.on)}，你（单位）{rule.window.label}累计记{points}分{nearest}。",
            children=_points_rows(evaluation, rule, inside, points),
        )
    ]


def _leaves(evaluation: Evaluation, rule: PointsRule, first: Leaving) -> str:
    name = evaluation.records[first.record_id].name
    return f"最早一条（{name}）将于{first.on}移出{window_name(rule.window)}，届时剩{first.left}分。"


def _points_rows(
    evaluation: Evaluation, rule: PointsRule, inside: Sequence[Weighed], points: int
) -> tuple[Explanation, ...]:
    rows = [
        Explanation(
            "condition",
            "record-points",
            f"{evaluation.records[identifier].name}（{day}）记{weight}分。",
            clause=rule.clause,
            record_ids=(identifier,),
            got=weight,
            unit="分",
        )
        for day, identifier, weight in inside
    ]
    total = sum(weight for _, _, weight in inside)
    if total > points:
        rows.append(told("", "most", True, f"各条合计{total}分，按最高{points}分计。", rule.clause))
    elif total < points:
        rows.append(told("", "repeated", True, f"同一项失信行为重复发生，按最高{points}分计。", rule.clause))
    return tuple(rows)


def _thresholds(evaluation: Evaluation) -> list[tuple[int, str]]:
    """The points at which lists begin, lowest first, for lists whose whole criterion is a number of points."""
    found = [
        (rule.entry.points.at_least, rule.label) for rule in evaluation.pack.lists if isinstance(rule.entry, PointsNode)
    ]
    return sorted(found)


def _world(evaluation: Evaluation) -> World:
    pack, subject, on = evaluation.pack, evaluation.subject, evaluation.on
    known = evaluation.history.known_on(on)
    existing = tuple(record for record in known.records if record.exists_on(on))
    in_force = tuple(each for each in known.listings if listing_state(pack, each, existing, on).in_force)
    return World(pack, subject, on, existing, in_force, existing, known.documents)


def _honour(evaluation: Evaluation) -> list[Explanation]:
    rule, verdict, pack = evaluation.pack.honour, evaluation.honour, evaluation.pack
    if rule is None or verdict is None:
        return []
    asked = Asked(pack, evaluation.on, evaluation.records, evaluation.counting, "守信名单")
    criteria = tuple(
        told(
            "", "criterion", judgement.met,
            f"{'符合' if judgement.met else '不符合'}：{criterion.label}{basis_text(pack, criterion.clause)}。",
            criterion.clause, assumed=criterion.assumed,
            plain=f"{'符合' if judgement.met else '尚不符合'}：{criterion.label}。",
            children=(condition_node(reason_of(asked, judgement, criterion.clause)),),
        )
        for criterion, judgement in verdict.criteria
    )  # fmt: skip
    word = "全部" if rule.needs == "all" else "任一"
    lacking = sum(not each.met for each in criteria)
    end = "，具备条件" if verdict.met else f"，还有{lacking}项不符合"
    return [
        told(
            "honour", rule.list_code, verdict.met,
            f"守信名单须符合{word}标准{end}{basis_text(pack, rule.clause)}。", rule.clause,
            got=len(criteria) - lacking, needed=len(criteria) if rule.needs == "all" else 1,
            missing=0 if verdict.met else (lacking if rule.needs == "all" else 1), unit="项", assumed=rule.assumed,
            plain=f"你（单位）{'符合' if verdict.met else '尚不符合'}守信名单的条件。", children=criteria,
        )
    ]  # fmt: skip


def _green_channel(evaluation: Evaluation) -> list[Explanation]:
    rule, pack = evaluation.pack.green_channel, evaluation.pack
    if rule is None or evaluation.green_channel is None:
        return []
    met = evaluation.green_channel
    asked = Asked(pack, evaluation.on, evaluation.records, evaluation.counting, "绿色通道")
    reason = reason_of(asked, judge(rule.condition, _world(evaluation)), rule.clause)
    may = "可以" if met else "不能"
    return [
        told(
            "green-channel", "green-channel", met, f"{may}适用绿色通道{basis_text(pack, rule.clause)}。", rule.clause,
            assumed=rule.assumed, plain=f"你（单位）{may}适用绿色通道。", children=(condition_node(reason),),
        )
    ]  # fmt: skip


def _deadline(evaluation: Evaluation, due: DeadlineVerdict) -> Explanation:
    left = (due.on - evaluation.on).days
    state = f"还有{left}日" if left > 0 else ("今日到期" if left == 0 else f"已逾期{-left}日")
    provisional = "，放假安排尚未公布，为暂定日期" if due.provisional else ""
    clause = clause_text(evaluation.pack, due.clause)
    return Explanation(
        kind="deadline",
        of=due.code,
        sentence=f"{due.label}：{due.who}应于{due.on}前（含当日）完成（{state}{provisional}），"
        f"自{due.started_on}起{due.amount}，依据{clause}。",
        clause=due.clause,
        verdict="open" if left >= 0 else "overdue",
        missing=max(0, left),
        unit="日",
        days={"from": due.started_on, "due": due.on},
        assumed=due.assumed,
        plain=f"{due.label}应在{day_text(due.on)}以前（含当日）完成。",
    )


def _mode(evaluation: Evaluation) -> Explanation:
    verdict = evaluation.activation
    rows = tuple(Explanation("condition", "authority", sentence) for sentence in verdict.reasons)
    binding = verdict.mode == "binding"
    how = "可以依法列入并公布" if binding else "只能作内部分级，不得公开，不得实施减损权益的措施"
    return Explanation(
        kind="mode",
        of=verdict.mode,
        sentence=f"《{evaluation.pack.head.title}》在{evaluation.on}{how}。",
        met=binding,
        verdict=verdict.mode,
        plain=f"《{evaluation.pack.head.title}》{'可以作为列入并公布的依据' if binding else '只用于内部管理，不向社会公布'}。",
        children=rows,
    )
