"""The life of a commitment, as one table, and what dates alone say about it and its obligations."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

Day = dt.date

DRAFTED, SIGNED, NOTICED = "drafted", "signed", "noticed"
BROKEN, FULFILLED, ENDED, CANCELLED = "broken", "fulfilled", "ended", "cancelled"

STATE_LABELS: Final = {
    DRAFTED: "待签署",
    SIGNED: "履行中",
    NOTICED: "违诺核查中",
    BROKEN: "已认定违诺",
    FULFILLED: "已履行",
    ENDED: "已终止",
    CANCELLED: "已取消",
}
RUNNING: Final = frozenset({SIGNED, NOTICED})
OVER: Final = frozenset({BROKEN, FULFILLED, ENDED, CANCELLED})


@dataclass(frozen=True, slots=True)
class Step:
    """One step. `target`: None where the state stays; `needs_reason`: must be reasoned."""

    name: str
    label: str
    sources: frozenset[str]
    target: str | None
    permission: str
    needs_reason: bool = False


def _step(
    name: str, label: str, sources: set[str], target: str | None, permission: str, *, reason: bool = False
) -> Step:
    return Step(name, label, frozenset(sources), target, permission, reason)


STEPS: Final = {
    each.name: each
    for each in (
        _step("sign", "签署", {DRAFTED}, SIGNED, "portal.file"),
        _step("take", "登记纸质签署", {DRAFTED}, SIGNED, "commitment.take"),
        _step("cancel", "取消", {DRAFTED}, CANCELLED, "commitment.take", reason=True),
        _step("hand-in", "提交履行材料", {SIGNED, NOTICED}, None, "portal.file"),
        _step("receive", "登记窗口提交的材料", {SIGNED, NOTICED}, None, "commitment.take"),
        _step("check", "核对履行情况", {SIGNED, NOTICED}, None, "commitment.check"),
        _step("fulfil", "确认履行完毕", {SIGNED}, FULFILLED, "commitment.check"),
        _step("end", "终止", {SIGNED}, ENDED, "commitment.check", reason=True),
        _step("notice", "告知拟认定违诺", {SIGNED}, NOTICED, "commitment.check", reason=True),
        _step("state", "陈述", {NOTICED}, None, "portal.file"),
        _step("hear", "登记陈述", {NOTICED}, None, "commitment.take"),
        _step("drop", "撤回违诺告知", {NOTICED}, SIGNED, "commitment.check", reason=True),
        _step("break", "认定违诺", {NOTICED}, BROKEN, "commitment.breach", reason=True),
    )
}


def next_steps(state: str) -> list[Step]:
    """Return the steps that may be taken from `state`, in the table's order; none once the commitment is over."""
    return [step for step in STEPS.values() if state in step.sources]


def refusal_of(state: str, name: str) -> str:
    """Return why step `name` cannot be taken from `state`, in Chinese, empty when it can. KeyError: no such step."""
    step = STEPS[name]
    if state in step.sources:
        return ""
    if state in OVER:
        return f"该承诺已经办结（{STATE_LABELS[state]}），不能再{step.label}。如有需要，请另行作出或者登记承诺。"
    allowed = "、".join(label for code, label in STATE_LABELS.items() if code in step.sources)
    return f"该承诺现在是“{STATE_LABELS[state]}”，不能{step.label}；须在“{allowed}”时办理。"


@dataclass(frozen=True, slots=True)
class Due:
    """One obligation by its days: due through `due_on`, handed in on `handed_on`, found fulfilled on `done_on`."""

    due_on: Day
    handed_on: Day | None = None
    done_on: Day | None = None


OBLIGATION_LABELS: Final = {
    "open": "待履行",
    "handed": "已提交，待核对",
    "missed": "逾期未履行",
    "late": "逾期提交，待核对",
    "done": "已履行",
    "done-late": "逾期履行",
}
UNMET: Final = frozenset({"missed", "late"})


def obligation_state(due: Due, on: Day) -> str:
    """Return the obligation's state on the day `on` by its days alone; no job makes it so.

    The due day itself is still in time. What was handed in by then stays in time while an officer looks at it.
    """
    if due.done_on is not None:
        return "done-late" if due.handed_on is not None and due.handed_on > due.due_on else "done"
    if due.handed_on is not None:
        return "late" if due.handed_on > due.due_on else "handed"
    return "missed" if on > due.due_on else "open"


def shown_state(state: str, last_day: Day | None, dues: Iterable[Due], on: Day) -> tuple[str, str]:
    """Return code and label of a commitment as it shows on `on`: its state, `missed` where an obligation is past due,
    `over` where its term has run out. `last_day`: the last day of its term, None without one."""
    found = list(dues)
    if state == SIGNED and any(obligation_state(each, on) in UNMET for each in found):
        return "missed", "逾期未履行"
    if state == SIGNED and last_day is not None and on > last_day and all(each.done_on for each in found):
        return "over", "期限届满"
    return state, STATE_LABELS[state]


def breach_refusal(*, statement_until: Day | None, waived_on: Day | None, on: Day) -> str:
    """Return why a breach cannot be found on `on`, empty when it can: not before the time for a statement is over,
    unless the subject said expressly that it makes none."""
    if waived_on is not None or (statement_until is not None and on > statement_until):
        return ""
    return f"承诺人可以在{statement_until}（含）之前陈述，届满之前不能认定违诺。请届满后再办理；承诺人明确放弃陈述的，先登记放弃。"
