"""Plain words for the subject: what was done and when, which rule says so, what the subject can do next. No codes, no
terms of the trade; for the written notice, the decision and the subject's own pages.
"""

from .evaluation import Evaluation
from .explaining_repair import WAYS_OUT
from .explanation import Explanation
from .procedure import RepairRule
from .reasons import Reason
from .schema import ListRule, Pack

_CONDITION_REFUSALS = {
    "corrected": "not-corrected",
    "fulfilled": "not-fulfilled",
    "commitment": "no-commitment",
    "training": "no-training",
    "credit-report": "no-credit-report",
    "public-welfare": "no-public-welfare",
    "no-new-misconduct": "new-misconduct",
    "no-new-serious-misconduct": "new-misconduct",
}


def plain_reasons(evaluation: Evaluation, list_code: str) -> list[str]:
    """Return why the list is due, for the subject: each fact with its day, document and rule, then the conclusion.

    Empty when the list is not due: there is nothing to tell the subject.
    """
    if list_code not in evaluation.entry:
        return []
    rule = evaluation.pack.lists_by_code[list_code]
    told = [leaf.plain for leaf in _grounded_first(evaluation.reasons[list_code]) if leaf.plain]
    return [*dict.fromkeys(told), f"因此，你（单位）符合列入{rule.label}的条件。"]


def plain_ways(pack: Pack, list_code: str, kind: str) -> list[str]:
    """Return what a listed subject can do and when: how long the entry lasts, when to apply for removal, what repair
    asks for. `kind`: organization or person."""
    rule = pack.lists_by_code.get(list_code)
    if rule is None:
        return []
    return [*_term(rule), *_removal(rule), *_repair(pack, rule, kind)]


def plain_lines(node: Explanation) -> list[str]:
    """Return the plain sentences of an explanation, outermost first, each once."""
    return list(dict.fromkeys(each.plain for each in node.walk() if each.plain))


def _grounded_first(reason: Reason) -> list[Reason]:
    met = [leaf for leaf in reason.telling() if leaf.met]
    return sorted(met, key=lambda leaf: not leaf.record_ids)


def _term(rule: ListRule) -> list[str]:
    if rule.term is None:
        return []
    start = {"publication": "公布", "decision": "作出决定", "recognition": "认定"}[rule.term.start]
    return [f"列入名单的期限是{rule.term.label}，从{start}的次日起算。"]


def _removal(rule: ListRule) -> list[str]:
    window = rule.removal
    if window is None:
        return []
    if window.last_working_days is not None:
        return [f"期限届满前的最后{window.last_working_days}个工作日内，可以申请移出名单。"]
    return [f"自公布之日起满{window.after.label}后，可以申请提前移出名单。"] if window.after is not None else []


def _repair(pack: Pack, rule: ListRule, kind: str) -> list[str]:
    found = next((each for each in pack.repair if _reaches(each, rule, kind)), None)
    if found is None:
        return []
    todo = dict.fromkeys(
        WAYS_OUT[_CONDITION_REFUSALS[each]] for each in found.conditions if each in _CONDITION_REFUSALS
    )
    first = next((wait for wait in found.waits if wait.time == 1), None)
    wait = f"自公布之日起满{first.label}后" if first is not None else ""
    asks = f"已经{'，'.join(todo)}的，" if todo else ""
    return [f"{asks}{wait}可以申请信用修复，不收取费用。"]


def _reaches(rule: RepairRule, listed: ListRule, kind: str) -> bool:
    return rule.of == "listing" and kind in rule.kinds and (not rule.lists or listed.code in rule.lists)
