"""Chinese sentences of one list out of an evaluation, and the words of case documents' numbers."""

from collections.abc import Iterator

from registry.rules.policy.evaluation import Evaluation
from registry.rules.policy.reasons import Reason, list_sentence


def due_sentences(evaluation: Evaluation, list_code: str) -> list[str]:
    """Return why the list is due: the conclusion first, then each condition that is met with its records.

    They go into the subject's notice; what only officers should check stands in `Evaluation.notes`.
    """
    return [_conclusion(evaluation, list_code), *_told(evaluation, list_code, met=True)]


def not_due_sentences(evaluation: Evaluation, list_code: str) -> list[str]:
    """Return why the list is not due: the conclusion, and what is missing where something is there already."""
    scope = [evaluation.out_of_scope] if evaluation.out_of_scope else []
    return [*scope, _conclusion(evaluation, list_code), *_told(evaluation, list_code, met=False)]


def clauses_by_record(reason: Reason) -> dict[str, list[str]]:
    """Return record fact id → the clauses of the met conditions that name it, in order, each once."""
    found: dict[str, dict[str, None]] = {}
    for leaf in _telling(reason):
        for fact in leaf.record_ids if leaf.met else ():
            found.setdefault(fact, {})[leaf.clause] = None
    return {fact: [clause for clause in clauses if clause] for fact, clauses in found.items()}


def _conclusion(evaluation: Evaluation, list_code: str) -> str:
    verdict = next(each for each in evaluation.lists if each.rule.code == list_code)
    return list_sentence(evaluation.pack, verdict)


def _told(evaluation: Evaluation, list_code: str, *, met: bool) -> list[str]:
    reason = evaluation.reasons.get(list_code)
    leaves = list(_telling(reason)) if reason is not None else []
    return [leaf.sentence for leaf in leaves if leaf.met is met and (met or leaf.got)]


def _telling(reason: Reason) -> Iterator[Reason]:
    """Walk to the conditions that tell something themselves; a count speaks for what is inside it."""
    if reason.condition not in ("any", "all"):
        yield reason
        return
    for child in reason.children:
        yield from _telling(child)
