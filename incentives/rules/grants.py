"""The life of an incentive asked of a department: taken over, granted or not, lifted once the honour is over."""

import datetime as dt
from typing import Final

from incentives.rules.lifecycle import Step

Day = dt.date

DISPATCHED, RECEIVED, GRANTED, REFUSED = "dispatched", "received", "granted", "refused"
STATE_LABELS: Final = {DISPATCHED: "待签收", RECEIVED: "已签收", GRANTED: "已落实", REFUSED: "不予落实"}

STEPS: Final = {
    each.name: each
    for each in (
        Step("receive", "签收", frozenset({DISPATCHED}), RECEIVED, "grant.answer"),
        Step("grant", "反馈落实", frozenset({RECEIVED, REFUSED}), GRANTED, "grant.answer"),
        Step("refuse", "不予落实", frozenset({DISPATCHED, RECEIVED}), REFUSED, "grant.answer", needs_reason=True),
    )
}
# Possible once the honour is over, whatever the answer was.
LIFT: Final = Step("lift", "确认停止", frozenset({DISPATCHED, RECEIVED, GRANTED}), None, "grant.answer")


def refusal_of(state: str, name: str, *, is_over: bool, is_lifted: bool) -> str:
    """Return why step `name` cannot be taken, in Chinese, empty when it can. `is_over`: the honour is not in force any
    more; `is_lifted`: the department has confirmed that it stopped. KeyError: no such step."""
    step = LIFT if name == LIFT.name else STEPS[name]
    if is_lifted:
        return "该激励措施已经确认停止，不能再办理。"
    if name == LIFT.name and not is_over:
        return "该主体仍在红名单上，不需要停止激励措施。"
    if name != LIFT.name and is_over:
        return "该主体已不在红名单上，不得再给予激励；请确认停止。"
    if state in step.sources:
        return ""
    return f"该任务现在是“{STATE_LABELS[state]}”，不能{step.label}。"


def shown_state(state: str, *, ends_on: Day, starts_on: Day, lifted_on: Day | None, on: Day) -> tuple[str, str]:
    """Return code and label of an incentive as it shows on `on`: `stopped`, `stopping` (the honour is over, the
    department has not confirmed), `coming`, else its state. `[starts_on, ends_on)` is the honour's own period."""
    if lifted_on is not None:
        return "stopped", "已停止"
    if on >= ends_on:
        return ("stopped", "没有落实，已终止") if state == REFUSED else ("stopping", "待确认停止")
    return (
        (state, STATE_LABELS[state]) if on >= starts_on else ("coming", f"自{starts_on}起生效，{STATE_LABELS[state]}")
    )
