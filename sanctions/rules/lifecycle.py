"""The states of a listing case and the steps between them, as one table.

The main path runs from evidence to publication. A pack's procedure says which optional steps it has and in which order;
what every lawful listing needs (evidence, review, notice, decision, putting into force) cannot be switched off:
行政处罚法 arts. 44–45, 58 and 国办发〔2020〕49号 ask for notice, reasons and hearing before an adverse finding.
"""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Final

from registry.base.errors import TransitionRefused

COLLECTING: Final = "collecting"
COLLECTED: Final = "collected"
REVIEWED: Final = "reviewed"
NOTICED: Final = "noticed"
DELIBERATED: Final = "deliberated"
SUBMITTED: Final = "submitted"
CONFIRMED: Final = "confirmed"
DECIDED: Final = "decided"
PUBLISHED: Final = "published"
DROPPED: Final = "dropped"

STATE_LABELS: Final = {
    COLLECTING: "取证",
    COLLECTED: "证据齐备",
    REVIEWED: "已初审",
    NOTICED: "已告知",
    DELIBERATED: "已审议",
    SUBMITTED: "已报上级",
    CONFIRMED: "上级已确认",
    DECIDED: "已认定",
    PUBLISHED: "已公布",
    DROPPED: "已终止",
}
UNDECIDED: Final = frozenset({COLLECTING, COLLECTED, REVIEWED, NOTICED, DELIBERATED, SUBMITTED, CONFIRMED})
# Where a statement may still come in and be examined: noticed and not decided (a pack may give notice late or early).
# A reviewed case is among them only where the pack gives notice before the review, see `Procedure.transition`.
HEARABLE: Final = frozenset({NOTICED, REVIEWED, DELIBERATED, SUBMITTED, CONFIRMED})
SERVABLE: Final = frozenset({NOTICED, REVIEWED})


@dataclass(frozen=True, slots=True)
class Transition:
    """A step that may be taken from `sources` and leads to `target` (the same state: it only adds to the case)."""

    name: str
    label: str
    sources: frozenset[str]
    target: str
    permission: str
    needs_reason: bool = False


def _step(name: str, label: str, target: str, permission: str) -> Transition:
    return Transition(name, label, frozenset(), target, permission)


# The main path in its usual order. Where a step starts from follows from the procedure, see `Procedure.transition`.
MAIN: Final = {
    step.name: step
    for step in (
        _step("evidence", "确认证据齐备", COLLECTED, "case.handle"),
        _step("review", "初审", REVIEWED, "case.review"),
        _step("notice", "作出告知书", NOTICED, "case.handle"),
        _step("deliberate", "集体审议", DELIBERATED, "case.handle"),
        _step("submit", "上报上级机关", SUBMITTED, "case.handle"),
        _step("confirm", "登记上级确认", CONFIRMED, "case.handle"),
        _step("decide", "认定", DECIDED, "case.decide"),
        _step("publish", "公布", PUBLISHED, "case.publish"),
    )
}
ALWAYS: Final = ("evidence", "review", "notice", "decide", "publish")
DEFAULT_STEPS: Final = ("evidence", "review", "notice", "deliberate", "decide", "publish")

_SIDE: Final = {
    step.name: step
    for step in (
        Transition("take", "领办", UNDECIDED, "", "case.handle"),
        Transition("assign", "指派经办人", UNDECIDED, "", "case.assign"),
        Transition("add-evidence", "补充材料", UNDECIDED, "", "case.handle"),
        Transition("return", "退回补充", frozenset({COLLECTED}), COLLECTING, "case.review", needs_reason=True),
        Transition("serve", "登记送达", SERVABLE, "", "case.handle"),
        Transition("defend", "登记陈述申辩", HEARABLE, "", "case.handle"),
        Transition("waive", "登记放弃陈述申辩", SERVABLE, "", "case.handle"),
        Transition("hear", "答复当面陈述的要求", HEARABLE, "", "case.review"),
        Transition("reject-defence", "申辩不成立", HEARABLE, "", "case.review", needs_reason=True),
        Transition("uphold-defence", "申辩成立", HEARABLE, DROPPED, "case.review", needs_reason=True),
        Transition("drop", "终止案件", UNDECIDED, DROPPED, "case.drop", needs_reason=True),
        Transition("revoke", "撤销认定", frozenset({DECIDED}), DROPPED, "case.decide", needs_reason=True),
    )
}


@dataclass(frozen=True, slots=True)
class Procedure:
    """The main steps of one pack, in its order."""

    steps: tuple[str, ...] = DEFAULT_STEPS

    @classmethod
    def of(cls, codes: Iterable[str]) -> "Procedure":
        """Build from a pack's step codes; other codes are not steps of a case. None at all: the usual procedure.

        The steps that law always asks for are put in where the pack is silent; the decision and the putting into
        force come last whatever the pack's order, since nothing may follow them.
        """
        named = [code for code in dict.fromkeys(codes) if code in MAIN]
        if not named:
            return cls()
        middle = [code for code in named if code not in ("evidence", "decide", "publish")]
        for code in ("notice", "review"):
            if code not in middle:
                middle.insert(middle.index("review") + 1 if code == "notice" and "review" in middle else 0, code)
        return cls(("evidence", *middle, "decide", "publish"))

    def has(self, name: str) -> bool:
        """Whether the procedure has this main step."""
        return name in self.steps

    def after(self, name: str) -> str:
        """Return the main step that follows `name`; the last one follows itself."""
        at = self.steps.index(name)
        return self.steps[min(at + 1, len(self.steps) - 1)]

    def transition(self, name: str) -> Transition:
        """Return the step with the states that it starts from. Raises KeyError for a step that does not exist."""
        if name in _SIDE:
            side = _SIDE[name]
            is_of_hearing = side.sources in (HEARABLE, SERVABLE)
            return (
                replace(side, sources=side.sources - {REVIEWED}) if is_of_hearing and not self._notices_first else side
            )
        step = MAIN[name]
        if name not in self.steps:
            return step
        at = self.steps.index(name)
        source = MAIN[self.steps[at - 1]].target if at else COLLECTING
        return replace(step, sources=frozenset({source}))

    @property
    def _notices_first(self) -> bool:
        """Whether notice comes before the review, so that a reviewed case has been noticed."""
        return self.steps.index("notice") < self.steps.index("review")

    def next_main(self, state: str) -> Transition | None:
        """Return the main step that leads on from `state`; None when the case has ended."""
        return next((step for step in map(self.transition, self.steps) if state in step.sources), None)

    def reached(self, state: str) -> tuple[str, ...]:
        """Return the main steps that are done in `state` (none for a dropped case)."""
        if state == DROPPED:
            return ()
        targets = [COLLECTING, *(MAIN[name].target for name in self.steps)]
        return self.steps[: targets.index(state)] if state in targets else ()


def next_steps(state: str, procedure: Procedure) -> tuple[Transition, ...]:
    """Return every step that the state allows, the main one first."""
    main = procedure.next_main(state)
    side = tuple(step for step in map(procedure.transition, _SIDE) if state in step.sources)
    return (main, *side) if main else side


def check(state: str, name: str, procedure: Procedure) -> Transition:
    """Return the step `name` with its target, or raise TransitionRefused, naming the state and what it allows.

    A step that only adds to the case keeps the state: its target is `state`. KeyError: there is no such step.
    """
    step = procedure.transition(name)
    if state in step.sources:
        return step if step.target else replace(step, target=state)
    allowed = "、".join(each.label for each in next_steps(state, procedure))
    ways = f"现在可以办理：{allowed}。" if allowed else "案件已经办结，不能再办理任何步骤。"
    reason = "" if step.sources else "本案适用的政策程序中没有这一步。"
    raise TransitionRefused(
        "step-not-allowed",
        f"案件目前处于“{STATE_LABELS[state]}”状态，不能办理“{step.label}”。{reason}{ways}",
        state=state,
        step=name,
        allowed=[each.name for each in next_steps(state, procedure)],
    )
