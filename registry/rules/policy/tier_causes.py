"""What each cause does to a subject's tier: the tier it would have without one record, or with a better risk or grade."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Literal

from .facts import History, SubjectFacts
from .honours import Tier
from .judge import Judgement
from .schema import Pack
from .tiering import GRADES, RISKS, TierVerdict, tier_on

CauseKind = Literal["record", "risk", "standardisation", "domains"]


@dataclass(frozen=True, slots=True)
class TierCause:
    """One fact that by itself decides about the tier. `record_id`: of a record; `without`: the tier if it were not so."""

    kind: CauseKind
    without: Tier
    record_id: str = ""


def tier_causes(
    pack: Pack, subject: SubjectFacts, history: History, on: dt.date, verdict: TierVerdict
) -> tuple[TierCause, ...]:
    """Return the facts each of which alone would change the tier of `on`, records first, in order.

    A record that changes nothing because another one weighs as much is not among them.
    """
    known = history.known_on(on)
    now = verdict.tier.code if verdict.tier is not None else ""
    found = []
    for cause, other_subject, other_history in _worlds(subject, known, verdict):
        tier, missing = tier_on(pack, other_subject, other_history, on)
        if tier is not None and not missing and tier.code != now and not tier.newcomer:
            found.append(TierCause(cause[0], tier, cause[1]))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class TierOutcome:
    """The tier that a subject would have if a fact that is missing were registered as one of `values` (codes); `fact`:
    risk or standardisation."""

    fact: str
    values: tuple[str, ...]
    tier: Tier


def tier_outcomes(
    pack: Pack, subject: SubjectFacts, history: History, on: dt.date, verdict: TierVerdict
) -> tuple[TierOutcome, ...]:
    """Return what each value of a missing fact would lead to, values of the same outcome together. While two facts are
    missing, a value that alone does not decide leads to the newcomers' tier still."""
    known, found = history.known_on(on), []
    for fact in verdict.missing:
        leads: dict[str, tuple[Tier, list[str]]] = {}
        for value in RISKS if fact == "risk" else GRADES:
            other = replace(subject, risk=value) if fact == "risk" else replace(subject, standardisation=value)
            tier, _ = tier_on(pack, other, known, on)
            if tier is not None:
                leads.setdefault(tier.code, (tier, []))[1].append(value)
        found += [TierOutcome(fact, tuple(values), tier) for tier, values in leads.values()]
    return tuple(found)


def _ids(judgement: Judgement) -> Iterator[str]:
    """Every record that any part of a condition looked at: a negated part gives no grounds of its own."""
    yield from judgement.ids
    for child in judgement.children:
        yield from _ids(child)


def _worlds(
    subject: SubjectFacts, known: History, verdict: TierVerdict
) -> Iterator[tuple[tuple[CauseKind, str], SubjectFacts, History]]:
    for identifier in dict.fromkeys(each for _, judged in verdict.judged for each in _ids(judged)):
        left = tuple(record for record in known.records if record.id != identifier)
        yield ("record", identifier), subject, replace(known, records=left)
    if subject.risk is not None and subject.risk != RISKS[0]:
        yield ("risk", ""), replace(subject, risk=RISKS[0]), known
    if subject.standardisation != GRADES[0] and "standardisation" not in verdict.missing:
        yield ("standardisation", ""), replace(subject, standardisation=GRADES[0]), known
    if subject.domains_blacklisted:
        yield ("domains", ""), replace(subject, domains_blacklisted=frozenset()), known
