"""Which supervision tier a subject falls into on a day, why, and what must be known before anybody can say."""

import datetime as dt
from collections.abc import Iterator
from dataclasses import dataclass, replace

from .conditions import Node, RiskNode, StandardisationNode, nodes_of
from .core import change_days, is_suspended, out_of_scope
from .facts import History, SubjectFacts
from .honours import Tier
from .judge import Judgement, World, judge
from .schema import Pack
from .standing import listing_state

Day = dt.date

RISKS = ("low", "ordinary", "larger", "major")
GRADES = ("1", "2", "3", "none")
MISSING_LABELS = {"risk": "安全风险等级", "standardisation": "安全生产标准化等级"}


@dataclass(frozen=True, slots=True)
class TierVerdict:
    """The tier of one day. `tier`: the newcomers' tier while `missing` facts leave the answer open, None where the pack
    has no tier for the subject. `judged`: every tier with a condition, in the pack's order, as judged with the facts
    that are known. `next_change_on`: the first later day on which time alone changes the tier, None for never.
    """

    tier: Tier | None
    missing: tuple[str, ...]
    judged: tuple[tuple[Tier, Judgement], ...]
    next_change_on: Day | None


def tier_verdict(pack: Pack, subject: SubjectFacts, history: History, on: Day) -> TierVerdict:
    """Grade a subject on `on`: the first tier of the pack whose condition is met.

    A risk level or standardisation grade that is not registered is not guessed: every value that it may have is tried.
    Where all of them lead to the same tier, that is the answer; else the subject waits in the newcomers' tier, and the
    verdict says what is missing. Conduct that decides by itself, such as a grave accident, so needs no other fact.
    """
    known = history.known_on(on)
    tier, missing = tier_on(pack, subject, known, on)
    world = _world(pack, subject, known, on)
    judged = tuple((each, judge(each.condition, world)) for each in pack.tiers if each.condition is not None)
    return TierVerdict(tier, missing, judged, _next_change(pack, subject, known, on, tier))


def tier_on(pack: Pack, subject: SubjectFacts, known: History, on: Day) -> tuple[Tier | None, tuple[str, ...]]:
    """Return the tier of one day alone, from a history already cut to what is known, and which facts are missing."""
    if not pack.tiers or out_of_scope(pack, subject, on) is not None:
        return None, ()
    missing = unregistered(pack, subject)
    answers = {_first_met(pack, world) for world in _worlds(pack, subject, known, on, missing)}
    codes = {tier.code if tier is not None else "" for tier in answers}
    if len(codes) == 1:
        return next(iter(answers)), ()
    return next((tier for tier in pack.tiers if tier.newcomer), None), missing


def unregistered(pack: Pack, subject: SubjectFacts) -> tuple[str, ...]:
    """Return which facts that the pack's tiers ask for are not registered, whether the answer waits for them or not."""
    nodes: list[Node] = [node for tier in pack.tiers if tier.condition for node in nodes_of(tier.condition)]
    found = []
    if subject.risk is None and any(isinstance(node, RiskNode) for node in nodes):
        found.append("risk")
    if subject.standardisation is None and any(isinstance(node, StandardisationNode) for node in nodes):
        found.append("standardisation")
    return tuple(found)


def undecided(pack: Pack, subject: SubjectFacts, history: History, on: Day) -> frozenset[str]:
    """Return the tiers whose condition some values of facts that are not registered meet and others do not."""
    known = history.known_on(on)
    worlds = list(_worlds(pack, subject, known, on, unregistered(pack, subject)))
    asked = [tier for tier in pack.tiers if tier.condition is not None]
    return frozenset(
        tier.code for tier in asked if tier.condition and len({judge(tier.condition, each).met for each in worlds}) > 1
    )


def _worlds(pack: Pack, subject: SubjectFacts, known: History, on: Day, missing: tuple[str, ...]) -> Iterator[World]:
    """The world as it is for every value that the missing facts may have."""
    world = _world(pack, subject, known, on)
    for risk in RISKS if "risk" in missing else (subject.risk,):
        for grade in GRADES if "standardisation" in missing else (subject.standardisation,):
            yield replace(world, subject=replace(subject, risk=risk, standardisation=grade))


def _world(pack: Pack, subject: SubjectFacts, known: History, on: Day) -> World:
    existing = tuple(record for record in known.records if record.exists_on(on))
    in_force = tuple(each for each in known.listings if listing_state(pack, each, existing, on).in_force)
    counting = tuple(record for record in existing if not is_suspended(pack, record, on))
    return World(pack, subject, on, counting, in_force, existing, known.documents)


def _first_met(pack: Pack, world: World) -> Tier | None:
    graded = (tier for tier in pack.tiers if not tier.newcomer)
    return next((tier for tier in graded if tier.condition is None or judge(tier.condition, world).met), None)


def _next_change(pack: Pack, subject: SubjectFacts, known: History, on: Day, tier: Tier | None) -> Day | None:
    code = tier.code if tier is not None else None
    for day in change_days(pack, subject, known, on):
        later, _ = tier_on(pack, subject, known, day)
        if (later.code if later is not None else None) != code:
            return day
    return None
