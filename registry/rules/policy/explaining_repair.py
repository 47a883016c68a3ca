"""Explain whether an entry or a record may be repaired: each condition, what stands against it, how long to wait."""

import datetime as dt
from collections.abc import Sequence

from .evaluation import Evaluation
from .explanation import Explanation, told
from .facts import RecordFact
from .repairing import REFUSALS, RepairVerdict
from .wording import basis_text, day_text

Day = dt.date
WAYS_OUT = {
    "not-corrected": "改正失信行为、消除不良影响",
    "not-fulfilled": "履行处罚决定规定的义务",
    "no-commitment": "提交信用承诺书",
    "no-training": "参加信用修复培训并提交证明",
    "no-credit-report": "提交信用报告",
    "no-public-welfare": "参与公益活动并提交证明",
    "new-misconduct": "不再发生新的失信行为",
}


def repair_node(evaluation: Evaluation, identifier: str, label: str) -> list[Explanation]:
    """Explain the repair verdict of an entry or record; nothing where the pack's repair rules do not reach it."""
    verdict = evaluation.repair.get(identifier)
    if verdict is None:
        return []
    basis, on = basis_text(evaluation.pack, verdict.clause), evaluation.on
    wait = max(0, (verdict.earliest - on).days) if verdict.earliest is not None else 0
    if verdict.allowed:
        sentence = f"{label}可以信用修复{basis}。"
    else:
        why = "、".join(REFUSALS[code] for code in verdict.refused) or "已不在名单内，无须修复"
        sentence = (
            f"{label}暂不能信用修复：{why}{basis}。" if "never" not in verdict.refused else f"{label}{why}{basis}。"
        )
    return [
        told(
            "repair", identifier, verdict.allowed, sentence, verdict.clause, missing=wait, unit="日",
            days={"earliest": verdict.earliest} if verdict.earliest else {}, plain=_plain(verdict, label),
            children=tuple(_conditions(evaluation, identifier, verdict, wait)),
        )
    ]  # fmt: skip


def _plain(verdict: RepairVerdict, label: str) -> str:
    if "never" in verdict.refused:
        return f"{label}依规定不予信用修复。"
    if verdict.allowed:
        return f"现在可以就{label}申请信用修复。"
    if not verdict.refused:
        return f"{label}已不在名单内，不需要修复。"
    todo = "，".join(WAYS_OUT[code] for code in verdict.refused if code in WAYS_OUT)
    when = f"最早可以在{day_text(verdict.earliest)}申请" if verdict.earliest and "too-early" in verdict.refused else ""
    parts = [f"申请前须先{todo}" if todo else "", when]
    return f"就{label}申请信用修复：{'；'.join(part for part in parts if part)}。"


def _conditions(
    evaluation: Evaluation, identifier: str, verdict: RepairVerdict, wait: int
) -> list[Explanation]:  # fmt: skip
    rows = []
    if verdict.earliest is not None:
        early = "too-early" in verdict.refused
        state = f"还须等待{wait}日" if early else "已满足"
        rows.append(
            told("", "wait", not early, f"时间条件最早于{verdict.earliest}满足，{state}。", verdict.clause,
                 missing=wait, unit="日", days={"earliest": verdict.earliest})
        )  # fmt: skip
    for code in verdict.refused:
        if code == "too-early":
            continue
        against = _against(code, _grounds(evaluation, identifier), evaluation.on)
        names = "、".join(record.name for record in against)
        shown = f"（{names}）" if names else ""
        rows.append(
            told("", code, False, f"{REFUSALS[code]}{shown}。", verdict.clause, record_ids=tuple(r.id for r in against))
        )
    return rows


def _grounds(evaluation: Evaluation, identifier: str) -> Sequence[RecordFact]:
    listing = next((each for each in evaluation.history.listings if each.id == identifier), None)
    ids = {identifier} if listing is None else set(listing.grounds)
    known = evaluation.history.known_on(evaluation.on).records
    return [record for record in known if record.id in ids and record.exists_on(evaluation.on)]


def _against(code: str, grounds: Sequence[RecordFact], on: Day) -> list[RecordFact]:
    """The grounds that a refusal is about, where it is about single ones."""
    if code == "not-corrected":
        return [record for record in grounds if record.corrected_on is None or record.corrected_on > on]
    if code == "not-fulfilled":
        return [record for record in grounds if record.fulfilled_on is None or record.fulfilled_on > on]
    return []
