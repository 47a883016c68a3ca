"""The subject's own words for a case: what its notice and its decision say."""

from datetime import date

from registry.rules.policy.plain import plain_reasons, plain_ways
from registry.selectors.policies import pack_of
from sanctions.models import Candidate, Case
from sanctions.selectors.cases import evaluation_of
from sanctions.selectors.history import evaluate_subject

_YOU = "你（单位）"


def case_plain(case: Case, on: date) -> list[str]:
    """Return in plain words why the subject is to be listed, by what is left of the case's facts on the day `on`.

    A carried person reads what its organisation did and why that concerns it. Where the list is not due any more: the
    sentences kept with the case.
    """
    leading = case.parent or case
    told = plain_reasons(evaluation_of(case, on), leading.list_code)
    if not told:
        return list(case.sentences)
    if case.parent is None:
        return told
    organization = leading.subject.name
    because = f"上述行为发生时，你任{organization}的{case.person_role}，按规定随{organization}一并认定。"
    return [*(line.replace(_YOU, organization) for line in told), because]


def case_ways(case: Case) -> list[str]:
    """Return in plain words what the subject can do once it is listed, and when."""
    return plain_ways(pack_of(case.policy), case.list_code, case.subject.kind)


def candidate_plain(candidate: Candidate, on: date) -> list[str]:
    """Return what the subject would read if a case were opened on the candidate today; empty once it is settled."""
    if candidate.state != Candidate.State.OPEN:
        return []
    policy = candidate.activation.policy
    told = plain_reasons(evaluate_subject(candidate.subject, policy, on), candidate.list_code)
    return [*told, *plain_ways(pack_of(policy), candidate.list_code, candidate.subject.kind)] if told else []
