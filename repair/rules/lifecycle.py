"""The life of a request, as one table: from which states a step may be taken, where it leads, who may take it."""

import datetime as dt
from dataclasses import dataclass
from typing import Final

FILED, SUPPLEMENT, ACCEPTED = "filed", "supplement", "accepted"
DECLINED, GRANTED, REFUSED, WITHDRAWN = "declined", "granted", "refused", "withdrawn"
CLOSED = "closed"  # what it was about is gone: neither granted nor refused

STATE_LABELS: Final = {
    FILED: "待受理",
    SUPPLEMENT: "待补正",
    ACCEPTED: "办理中",
    DECLINED: "不予受理",
    GRANTED: "予以支持",
    REFUSED: "不予支持",
    WITHDRAWN: "已撤回",
    CLOSED: "终止办理",
}
# How an outcome is called for each kind of request: an objection is upheld or not, repair and removal are granted or not.
_OUTCOMES: Final = {
    "objection": ("异议成立", "异议不成立"),
    "complaint": ("投诉成立", "投诉不成立"),
    "repair": ("准予修复", "不予修复"),
    "removal": ("准予移出", "不予移出"),
}
OPEN: Final = frozenset({FILED, SUPPLEMENT, ACCEPTED})
ENDED: Final = frozenset(STATE_LABELS) - OPEN


@dataclass(frozen=True, slots=True)
class Step:
    """One step. `target`: None where the state stays or goes back to where it was; `needs_reason`: must be reasoned;
    `only_repair`: no step of an objection."""

    name: str
    label: str
    sources: frozenset[str]
    target: str | None
    permission: str
    needs_reason: bool = False
    only_repair: bool = False


def _step(
    name: str, label: str, sources: set[str], target: str | None, permission: str, *, reason: bool = False,
    only_repair: bool = False,
) -> Step:  # fmt: skip
    return Step(name, label, frozenset(sources), target, permission, reason, only_repair)


STEPS: Final = {
    each.name: each
    for each in (
        # The first that may be taken is the usual next one.
        _step("accept", "受理", {FILED}, ACCEPTED, "request.accept"),
        _step("supplement", "要求补正", {FILED, ACCEPTED}, SUPPLEMENT, "request.accept", reason=True),
        _step("answer", "补正材料", {SUPPLEMENT}, None, "portal.file"),
        _step("decline", "不予受理", {FILED, SUPPLEMENT}, DECLINED, "request.decide", reason=True),
        _step("extend", "延长办理期限", {ACCEPTED}, ACCEPTED, "request.decide", reason=True),
        _step("verify", "登记核查情况", {ACCEPTED}, ACCEPTED, "request.accept", only_repair=True),
        _step("grant", "予以支持", {ACCEPTED}, GRANTED, "request.decide", reason=True),
        _step("refuse", "不予支持", {ACCEPTED}, REFUSED, "request.decide", reason=True),
        _step("withdraw", "撤回", {FILED, SUPPLEMENT, ACCEPTED}, WITHDRAWN, "portal.file"),
        _step("undo-notice", "告知拟撤销修复", {GRANTED}, GRANTED, "request.accept", reason=True, only_repair=True),
        _step("undo-state", "登记陈述", {GRANTED}, GRANTED, "portal.file", only_repair=True),
        _step("undo-drop", "撤回拟撤销告知", {GRANTED}, GRANTED, "request.accept", reason=True, only_repair=True),
        _step("undo", "撤销修复", {GRANTED}, GRANTED, "request.decide", reason=True, only_repair=True),
    )
}

# Taken by the system alone, when what an application is about is voided or revoked: no officer is offered it.
CLOSE: Final = Step("close", "终止办理", OPEN, CLOSED, "request.decide", needs_reason=True, only_repair=True)


def outcome_label(code: str, kind: str) -> str:
    """Return what a step (`grant`, `refuse`) or a state (`granted`, `refused`) is called for a kind of request: objection,
    complaint, repair, removal. Every other step or state keeps its own word."""
    granted, refused = _OUTCOMES[kind]
    if code in ("grant", GRANTED):
        return granted
    if code in ("refuse", REFUSED):
        return refused
    return STATE_LABELS[code] if code in STATE_LABELS else STEPS[code].label


def step_label(name: str, kind: str) -> str:
    """Return what the step `name` is called for a kind of request. KeyError: no such step."""
    return outcome_label(name, kind) if name in ("grant", "refuse") else STEPS[name].label


def next_steps(state: str, *, is_repair: bool) -> list[Step]:
    """Return the steps that may be taken from `state`, in the table's order; once it has ended, only taking back what
    was granted on false papers."""
    return [step for step in STEPS.values() if state in step.sources and (is_repair or not step.only_repair)]


def refusal_of(state: str, name: str) -> str:
    """Return why step `name` cannot be taken from `state`, in Chinese, empty when it can. KeyError: no such step."""
    step = STEPS[name]
    if state in step.sources:
        return ""
    if state in ENDED:
        return f"该申请已经办结（{STATE_LABELS[state]}），不能再{step.label}。如有新的事实和理由，可以另行提出。"
    allowed = "、".join(label for code, label in STATE_LABELS.items() if code in step.sources)
    return f"该申请现在是“{STATE_LABELS[state]}”，不能{step.label}；须在“{allowed}”时办理。"


def undo_refusal(
    *, noticed_on: dt.date | None, until: dt.date | None, stated_on: dt.date | None, waived_on: dt.date | None,
    on: dt.date,
) -> str:  # fmt: skip
    """Return why a repair cannot be taken back on `on`, in Chinese, empty when it can: not before the subject was told,
    and has stated its case, waived it expressly or let the time go by."""
    if noticed_on is None or until is None:
        return "撤销修复之前，须先告知当事人拟撤销的事实、理由和依据，听取陈述申辩。请先办理“告知拟撤销修复”。"
    if stated_on is not None or waived_on is not None or on > until:
        return ""
    return f"已于{noticed_on}告知当事人，其可以在{until}（含）之前陈述申辩，届满之前不能撤销修复。收到陈述或者当事人明确放弃的，先登记。"
