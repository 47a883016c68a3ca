"""Reports of misconduct (举报): the life of a tip as one table, its receipt code, and what is kept out of its texts."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Final

from registry.rules.masking import mask_text

RECEIVED, ACCEPTED, DECLINED = "received", "accepted", "declined"
INVESTIGATED, CONCLUDED, TOLD = "investigated", "concluded", "told"

STATE_LABELS: Final = {
    RECEIVED: "待受理",
    DECLINED: "不予受理",
    ACCEPTED: "核查中",
    INVESTIGATED: "待作结论",
    CONCLUDED: "待反馈",
    TOLD: "已反馈",
}
# What the reporter is shown: no step inside the office.
REPORTER_LABELS: Final = {
    RECEIVED: "已收到，等待受理",
    DECLINED: "不予受理",
    ACCEPTED: "已受理，正在核查",
    INVESTIGATED: "已受理，正在核查",
    CONCLUDED: "已核查，结果待反馈",
    TOLD: "已办结",
}
OPEN: Final = frozenset({RECEIVED, ACCEPTED, INVESTIGATED, CONCLUDED})

VERIFIED, UNVERIFIED, HANDED_OVER = "verified", "unverified", "handed-over"
OUTCOME_LABELS: Final = {VERIFIED: "查证属实", UNVERIFIED: "未能查实", HANDED_OVER: "移送其他机关"}

PROPOSED, GRANTED, REFUSED, PAID = "proposed", "granted", "refused", "paid"
REWARD_LABELS: Final = {
    "": "未提出",
    PROPOSED: "待审批",
    GRANTED: "已批准，待兑付",
    REFUSED: "不予奖励",
    PAID: "已兑付",
}
# Days to keep, by the pack's codes: to take it in, to look into it, to tell the reporter, to pay.
ACCEPT_LIMIT, OUTCOME_LIMIT, TELL_LIMIT, REWARD_LIMIT = "tip-accept", "tip-outcome", "tip-tell", "tip-reward"


@dataclass(frozen=True, slots=True)
class Step:
    """One step. `target`: None where the state stays. `by_handler`: only the tip's own handler; `not_handler`:
    anybody with the right but the handler. `rewards`: the reward's states from which it may be taken, None: any."""

    name: str
    label: str
    sources: frozenset[str]
    target: str | None
    permission: str
    by_handler: bool = False
    not_handler: bool = False
    only_verified: bool = False
    rewards: frozenset[str] | None = None


def _step(
    name: str, label: str, sources: set[str], target: str | None, permission: str, *, by_handler: bool = False,
    not_handler: bool = False, only_verified: bool = False,
) -> Step:  # fmt: skip
    return Step(name, label, frozenset(sources), target, permission, by_handler, not_handler, only_verified)


def _reward(
    name: str, label: str, sources: set[str], reward: str, permission: str, *, by_handler: bool = False
) -> Step:  # fmt: skip
    """A step of the reward: the handler's own, or anybody's but the handler's."""
    return Step(
        name, label, frozenset(sources), None, permission, by_handler, not by_handler, only_verified=True,
        rewards=frozenset({reward}),
    )  # fmt: skip


STEPS: Final = {
    each.name: each
    for each in (
        _step("accept", "受理", {RECEIVED}, ACCEPTED, "tip.handle"),
        _step("decline", "不予受理", {RECEIVED}, DECLINED, "tip.decide"),
        _step("match", "匹配主体", {ACCEPTED, INVESTIGATED}, None, "tip.handle", by_handler=True),
        _step("ask", "向举报人追问", {ACCEPTED}, None, "tip.handle", by_handler=True),
        _step("investigate", "登记核查情况", {ACCEPTED}, INVESTIGATED, "tip.handle", by_handler=True),
        _step("assign", "改派", {ACCEPTED, INVESTIGATED, CONCLUDED}, None, "tip.decide"),
        _step("return", "退回核查", {INVESTIGATED}, ACCEPTED, "tip.decide", not_handler=True),
        _step("conclude", "作出结论", {INVESTIGATED}, CONCLUDED, "tip.decide", not_handler=True),
        _step(
            "draft-record", "起草信用记录", {CONCLUDED, TOLD}, None, "tip.handle", by_handler=True, only_verified=True
        ),
        _step("tell", "反馈举报人", {CONCLUDED}, TOLD, "tip.handle", by_handler=True),
        _reward("propose-reward", "提出奖励", {CONCLUDED, TOLD}, "", "tip.handle", by_handler=True),
        _reward("decide-reward", "审批奖励", {CONCLUDED, TOLD}, PROPOSED, "tip.decide"),
        _reward("pay-reward", "登记兑付", {TOLD}, GRANTED, "tip.identity"),
    )
}


def refusal_of(name: str, *, state: str, outcome: str, reward: str) -> str:
    """Return why step `name` cannot be taken, in Chinese; empty when it can. KeyError: no such step."""
    step = STEPS[name]
    if state not in step.sources:
        allowed = "、".join(label for code, label in STATE_LABELS.items() if code in step.sources)
        return f"该举报现在是“{STATE_LABELS[state]}”，不能{step.label}；须在“{allowed}”时办理。请刷新后核对。"
    if step.only_verified and outcome != VERIFIED:
        return f"只有查证属实的举报才能{step.label}；该举报的结论是“{OUTCOME_LABELS.get(outcome, '尚无结论')}”。"
    if step.rewards is not None and reward not in step.rewards:
        return f"奖励现在是“{REWARD_LABELS[reward]}”，不能{step.label}。请刷新后核对。"
    return ""


# --- the receipt code

# Crockford's alphabet: no I, L, O and U, so that a code read out or copied by hand stays the same.
CODE_ALPHABET: Final = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH: Final = 20  # times five bits: a hundred bits, which nobody guesses
_ALIKE = str.maketrans("OILU", "011V")
# Letters, digits and dashes of full width, as Chinese keyboards make them; punctuation stays.
_WIDE = {code: code - 0xFEE0 for code in range(0xFF01, 0xFF5F) if chr(code - 0xFEE0).isalnum() or code == 0xFF0D}


def code_text(code: str) -> str:
    """Return the code in groups of four, as it is shown."""
    return "-".join(code[at : at + 4] for at in range(0, len(code), 4))


def code_normalized(text: str) -> str:
    """Return a code as typed without spaces and dashes, in capitals, letters that look like others mended; "" when it
    cannot be one."""
    bare = re.sub(r"[\s\-—–_]", "", text.translate(_WIDE)).upper().translate(_ALIKE)
    return bare if len(bare) == CODE_LENGTH and set(bare) <= set(CODE_ALPHABET) else ""


# --- what no text of a tip may show

HIDDEN: Final = "〔已遮盖〕"
_LEAST = 2  # a single character of a name stands in every other sentence


def redacted(text: str, given: Iterable[str]) -> str:
    """Return `text` without what the reporter gave as name, telephone and address (spaces and dashes inside them do not
    matter), and with identity and mobile numbers masked."""
    text = text.translate(_WIDE)
    for value in sorted((_bare(each) for each in given), key=len, reverse=True):
        if len(value) >= _LEAST:
            text = _loose(value).sub(HIDDEN, text)
    return mask_text(text)


def shows(text: str, given: Iterable[str]) -> bool:
    """Whether `text` holds any of what the reporter gave, or a number that is masked elsewhere."""
    return redacted(text, given) != text.translate(_WIDE)


def _bare(value: str) -> str:
    return re.sub(r"[\s\-—–]", "", value.translate(_WIDE))


def _loose(value: str) -> "re.Pattern[str]":
    return re.compile(r"[\s\-—–]*".join(re.escape(each) for each in value), re.IGNORECASE)
