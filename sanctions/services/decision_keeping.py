"""Keeping what a decision was taken on."""

from datetime import datetime

from registry.rules.policy.evaluation import Evaluation
from registry.rules.policy.facts_data import facts_to_dict
from sanctions.models import Case, DecisionBasis
from sanctions.selectors.decisions import basis_digest


def decision_keep(*, case: Case, evaluation: Evaluation, at: datetime) -> DecisionBasis:
    """Store the facts and reasons of the decision being taken, once; call in the decision's transaction, with the case
    locked. The digest goes into the decision's event, which is sealed with the timeline."""
    facts = facts_to_dict(evaluation.subject, evaluation.history)
    reasons = evaluation.reasons[case.list_code].to_dict()
    return DecisionBasis.objects.create(
        case=case,
        policy_hash=evaluation.pack_hash,
        asked_on=evaluation.on,
        facts=facts,
        reasons=reasons,
        digest=basis_digest(evaluation.pack_hash, evaluation.on.isoformat(), facts, reasons),
        recorded_at=at,
    )
