"""The life of an honour (a place on a red list): its steps as one table, and where it stands on a day by dates alone."""

import datetime as dt
from typing import Final

from incentives.rules.lifecycle import Step

Day = dt.date

NOMINATED, PUBLICISED, RECOGNISED, REFUSED, WITHDRAWN = (
    "nominated", "publicised", "recognised", "refused", "withdrawn",
)  # fmt: skip
STATE_LABELS: Final = {
    NOMINATED: "待审核",
    PUBLICISED: "公示中",
    RECOGNISED: "已认定",
    REFUSED: "不予认定",
    WITHDRAWN: "已撤回",
}
OPEN: Final = frozenset({NOMINATED, PUBLICISED})

TERM, BREACH, CRITERIA, LISTED, REVOKED = "term", "breach", "criteria", "listed", "revoked"
END_LABELS: Final = {
    TERM: "期满",
    BREACH: "发生违法失信",
    CRITERIA: "不再符合条件",
    LISTED: "列入失信名单",
    REVOKED: "撤销认定",
}
# Ends that follow from a fact: they fall with it.
BY_FACT: Final = frozenset({BREACH, CRITERIA, LISTED})

STEPS: Final = {
    each.name: each
    for each in (
        Step("publicise", "审核通过并公示", frozenset({NOMINATED}), PUBLICISED, "honour.review", needs_reason=True),
        Step("object", "登记异议", frozenset({PUBLICISED}), None, "honour.object"),
        Step("answer", "答复异议", frozenset({PUBLICISED}), None, "honour.review", needs_reason=True),
        Step("recognise", "认定", frozenset({PUBLICISED}), RECOGNISED, "honour.decide", needs_reason=True),
        Step("refuse", "不予认定", OPEN, REFUSED, "honour.decide", needs_reason=True),
        Step("withdraw", "撤回提名", OPEN, WITHDRAWN, "honour.nominate", needs_reason=True),
        Step("end", "移出", frozenset({RECOGNISED}), None, "honour.decide", needs_reason=True),
    )
}


def next_steps(state: str) -> list[Step]:
    """Return the steps that may be taken from `state`, in the table's order."""
    return [step for step in STEPS.values() if state in step.sources]


def refusal_of(state: str, name: str) -> str:
    """Return why step `name` cannot be taken from `state`, in Chinese, empty when it can. KeyError: no such step."""
    step = STEPS[name]
    if state in step.sources:
        return ""
    allowed = "、".join(label for code, label in STATE_LABELS.items() if code in step.sources)
    return f"该提名现在是“{STATE_LABELS[state]}”，不能{step.label}；须在“{allowed}”时办理。"


def shown_state(
    state: str, *, starts_on: Day | None, ends_on: Day | None, end_reason: str, publicity_until: Day | None, on: Day
) -> tuple[str, str]:
    """Return code and label of an honour as it shows on `on`. No job makes it so.

    `[starts_on, ends_on)`: in force; `publicity_until`: the last day on which objections are heard. Codes: those of
    STATE_LABELS, and `heard` (publicity over, undecided), `coming`, `in-force`, `ended`.
    """
    if state == PUBLICISED and publicity_until is not None and on > publicity_until:
        return "heard", "公示期满，待认定"
    if state != RECOGNISED or starts_on is None or ends_on is None:
        return state, STATE_LABELS[state]
    if on >= ends_on:
        return "ended", f"已终止（{END_LABELS[end_reason]}）"
    return ("coming", "尚未生效") if on < starts_on else ("in-force", "在列")


def recognition_refusal(*, publicity_until: Day | None, unanswered: int, upheld: int, on: Day) -> str:
    """Return why an honour cannot be recognised on `on`, empty when it can: not before objections were heard through the
    last day of publicity, not while one waits for an answer, not against one that was found right."""
    if publicity_until is None or on <= publicity_until:
        return f"公示至{publicity_until}（含当日），期满之前不能认定。请于期满的次日起办理。"
    if unanswered:
        return f"还有{unanswered}件公示异议没有答复。请先逐件核查、答复后再认定。"
    if upheld:
        return f"有{upheld}件公示异议成立，不能认定。请办理不予认定或者撤回提名。"
    return ""
