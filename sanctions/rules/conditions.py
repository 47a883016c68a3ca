"""What must be so before a step of a case may be taken: each missing condition as a sentence that names the way out.

The service refuses with these sentences, the case page shows the same ones beforehand.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from typing import Final

from registry.rules.periods import add_years
from sanctions.rules import lifecycle

MAJORITY_AGE: Final = 18  # 民法典 art. 17; under-age persons are never listed


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """What the conditions look at. `handlers`, `reviewers`: who has acted as such before, whoever does now; `defence`:
    none, waived, pending, rejected or upheld; `is_hearing_owed`: a hearing was asked for and nobody has answered; `not_due`: why the listing is not due any more (empty: it is);
    `policy_problem`: why the policy cannot carry it (empty: it can); `other_department`: the department whose case it
    is, where the actor belongs to another one."""

    state: str
    on: date
    handler: int | None = None
    reviewer: int | None = None
    handlers: frozenset[int] = frozenset()
    reviewers: frozenset[int] = frozenset()
    has_evidence: bool = False
    served_on: date | None = None
    defence_until: date | None = None
    defence: str = "none"
    is_hearing_owed: bool = False
    not_due: str = ""
    policy_problem: str = ""
    parent_problem: str = ""
    other_department: str = ""


@dataclass(frozen=True, slots=True)
class Missing:
    """A condition that is not met: stable code, and the sentence that officers read."""

    code: str
    text: str


def day_text(day: date) -> str:
    """Return the day as officers write it: 2026年3月5日."""
    return f"{day.year}年{day.month}月{day.day}日"


def _own_department(facts: CaseFacts, actor: int | None) -> Missing | None:
    if facts.other_department:
        return Missing(
            "other-department",
            f"本案由{facts.other_department}承办，谁处罚、谁决定、谁负责，其他部门的人员不能办理。请转告承办部门。",
        )
    return None


def _has_handler(facts: CaseFacts, actor: int | None) -> Missing | None:
    if facts.handler is None:
        return Missing("no-handler", "案件还没有经办人，请先领办或由负责人指派。")
    return None


def _own_case(facts: CaseFacts, actor: int | None) -> Missing | None:
    if facts.handler is not None and actor is not None and actor != facts.handler:
        return Missing("not-the-handler", "这一步由本案经办人办理。您不是本案经办人，如需变更请由负责人重新指派。")
    return _has_handler(facts, actor)


def _not_handler(facts: CaseFacts, actor: int | None) -> Missing | None:
    if actor is not None and (actor == facts.handler or actor in facts.handlers):
        return Missing(
            "same-as-handler", "经办人（包括曾经办理过本案的人员）不能审核、审批自己经办的案件，请由其他人员办理。"
        )
    return _has_handler(facts, actor)


def _not_reviewer(facts: CaseFacts, actor: int | None) -> Missing | None:
    if actor is not None and (actor == facts.reviewer or actor in facts.reviewers):
        return Missing(
            "same-as-reviewer", "审核过本案或者审查过陈述申辩的人员不能再审批同一案件，请由其他审批人员办理。"
        )
    return None


def _evidence(facts: CaseFacts, actor: int | None) -> Missing | None:
    if not facts.has_evidence:
        return Missing("no-evidence", "案件没有任何证据材料。请先上传案件材料，或者在作为依据的信用记录中补充证据。")
    return None


def _served(facts: CaseFacts, actor: int | None) -> Missing | None:
    if facts.served_on is None:
        return Missing("not-served", "告知书还没有送达。请送达当事人并登记送达日期，陈述申辩期限自送达之日的次日起算。")
    return None


def _defence_settled(facts: CaseFacts, actor: int | None) -> Missing | None:
    if facts.defence == "pending":
        return Missing(
            "defence-undecided", "当事人提出的陈述申辩意见还没有审查结论，请由审核人员先作出是否成立的结论。"
        )
    if facts.defence in ("waived", "rejected") or facts.served_on is None or facts.defence_until is None:
        return None
    if facts.on <= facts.defence_until:
        return Missing(
            "defence-period-open",
            f"陈述申辩期限到{day_text(facts.defence_until)}届满，尚未届满，当事人也没有明确放弃。"
            f"请在{day_text(facts.defence_until)}之后办理，或者登记当事人的书面放弃。",
        )
    return None


def _hearing_answered(facts: CaseFacts, actor: int | None) -> Missing | None:
    if facts.is_hearing_owed:
        return Missing(
            "hearing-unanswered",
            "当事人要求听证或者当面陈述，还没有答复。请先听取意见并登记笔录，或者写明不举行的理由，再作出审查结论。",
        )
    return None


def _still_due(facts: CaseFacts, actor: int | None) -> Missing | None:
    return Missing("no-longer-due", facts.not_due) if facts.not_due else None


def _policy(facts: CaseFacts, actor: int | None) -> Missing | None:
    return Missing("policy-not-in-use", facts.policy_problem) if facts.policy_problem else None


def _parent(facts: CaseFacts, actor: int | None) -> Missing | None:
    return Missing("parent-undecided", facts.parent_problem) if facts.parent_problem else None


Condition = Callable[[CaseFacts, int | None], Missing | None]

_HEARD = (_served, _defence_settled)
_CONDITIONS: Final[dict[str, tuple[Condition, ...]]] = {
    "add-evidence": (_own_case,),
    "evidence": (_own_case, _evidence),
    "review": (_not_handler,),
    "return": (_not_handler,),
    "notice": (_own_case, _still_due),
    "serve": (_own_case,),
    "defend": (_own_case, _served),
    "waive": (_own_case, _served),
    # 行政处罚法 art. 64: who investigated does not preside.
    "hear": (_not_handler,),
    "reject-defence": (_not_handler, _hearing_answered),
    "uphold-defence": (_not_handler,),
    "deliberate": (_own_case,),
    "submit": (_own_case, _defence_settled),
    "confirm": (_own_case, _defence_settled),
    "decide": (_not_handler, _not_reviewer, *_HEARD, _policy, _parent, _still_due),
    "revoke": (_not_handler, _not_reviewer),
    "publish": (_policy, _parent, _still_due),
}


def missing(name: str, facts: CaseFacts, actor: int | None) -> list[Missing]:
    """Return the conditions of the step `name` that are not met for the account id `actor` (None: the system)."""
    conditions = (_own_department, *_CONDITIONS.get(name, ()))
    if name in ("deliberate", "submit", "confirm") and facts.state == lifecycle.NOTICED:
        # A pack may have these steps before it gives notice; after notice the defence is heard first.
        conditions = (_own_department, _own_case, *_HEARD)
    return [each for each in (condition(facts, actor) for condition in conditions) if each is not None]


def is_minor(born_on: date | None, on: date, *, least_age: int = MAJORITY_AGE) -> bool:
    """Whether a person born on `born_on` has not reached `least_age` on the day `on` (unknown birth: False).

    The age is reached on the birthday (民法典 arts. 17, 202).
    """
    return born_on is not None and on < add_years(born_on, least_age)
