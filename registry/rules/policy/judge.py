"""Judging a condition over one subject's records: met or not, by which records, how much is missing."""

import datetime as dt
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from registry.rules.accidents import Grade

from .conditions import (
    AccidentNode,
    AllOf,
    AnyOf,
    CleanNode,
    CountNode,
    DocumentNode,
    DomainsNode,
    DuringNode,
    FindingNode,
    HonourNode,
    ItemNode,
    Node,
    NoneNode,
    NotOf,
    OnListNode,
    PenaltyNode,
    PointsNode,
    RiskNode,
    SameItemNode,
    StandardisationNode,
    StandingNode,
)
from .facts import ListingFact, RecordFact, SubjectFacts
from .schema import Pack
from .windows import is_inside, tally

Day = dt.date


@dataclass(frozen=True, slots=True)
class World:
    """What a condition is judged on: the records that count and the entries in force on the day. `terms`: list code,
    publication and last day of every entry so far that was not ended as wrong, over or not."""

    pack: Pack
    subject: SubjectFacts
    on: Day
    records: tuple[RecordFact, ...]
    in_force: tuple[ListingFact, ...] = ()
    every_record: tuple[RecordFact, ...] = field(default=())
    documents: frozenset[str] = frozenset()
    terms: tuple[tuple[str, Day, Day | None], ...] = ()


@dataclass(frozen=True, slots=True)
class Judgement:
    """One judged condition. `got` and `needed`: a count, points or None where nothing is counted."""

    node: Node
    met: bool
    ids: tuple[str, ...] = ()
    got: int | None = None
    needed: int | None = None
    children: tuple["Judgement", ...] = ()


def judge(node: Node, world: World) -> Judgement:
    """Judge a condition with everything inside it; KeyError only for a kind unknown to this version."""
    return _JUDGES[type(node)](node, world)


def record_matches(node: Node, record: RecordFact) -> bool:
    """Ask a condition of a single record (only kinds for which `is_about_one_record` holds)."""
    if isinstance(node, AnyOf):
        return any(record_matches(branch, record) for branch in node.branches)
    if isinstance(node, AllOf):
        return all(record_matches(branch, record) for branch in node.branches)
    return _MATCHES[type(node)](node, record)


def united(judgements: Sequence[Judgement]) -> tuple[str, ...]:
    """Unite the record ids of judgements, each once, in order of first appearance."""
    return tuple(dict.fromkeys(each for judgement in judgements for each in judgement.ids))


def points_of(pack: Pack, records: Sequence[RecordFact]) -> list[tuple[Day, str, int]]:
    """Return (day, id, points) of the records that carry points in this pack."""
    weighed = []
    for record in records:
        item = pack.items_by_code.get(record.item) if record.item else None
        counted = record.counts_on
        if item is not None and item.points and counted is not None:
            weighed.append((counted, record.id, item.points))
    return weighed


def points_on(pack: Pack, records: Sequence[RecordFact], on: Day) -> int | None:
    """Return the pack's points on a day, None when the pack keeps no points."""
    rule = pack.points
    if rule is None:
        return None
    total = tally(points_of(pack, records), rule.window, 1, on).got
    if rule.same_item_reaches_most and rule.most and _same_item_most(pack, records, on):
        return rule.most
    return total if rule.most is None else min(total, rule.most)


def _same_item_most(pack: Pack, records: Sequence[RecordFact], on: Day) -> bool:
    rule = pack.points
    assert rule is not None  # noqa: S101  (asked only where the pack keeps points)
    items = [
        record.item
        for record in records
        if record.item and record.counts_on and is_inside(record.counts_on, rule.window, on)
    ]
    return any(items.count(item) >= (rule.same_item_reaches_most or 0) for item in set(items))


def _branches(node: AnyOf | AllOf, world: World, rule: Callable[..., bool]) -> Judgement:
    children = tuple(judge(branch, world) for branch in node.branches)
    met = rule(child.met for child in children)
    ids = united([child for child in children if child.met]) if met else ()
    return Judgement(node, met, ids, children=children)


def _any(node: AnyOf, world: World) -> Judgement:
    return _branches(node, world, any)


def _all(node: AllOf, world: World) -> Judgement:
    return _branches(node, world, all)


def _not(node: NotOf, world: World) -> Judgement:
    child = judge(node.condition, world)
    return Judgement(node, not child.met, children=(child,))


def _leaf(node: Node, world: World) -> Judgement:
    ids = tuple(record.id for record in world.records if _MATCHES[type(node)](node, record))
    return Judgement(node, bool(ids), ids)


def _item_matches(node: ItemNode, record: RecordFact) -> bool:
    return record.item in node.codes and record.findings.issuperset(node.findings)


def _accident_matches(node: AccidentNode, record: RecordFact) -> bool:
    accident, test = record.accident, node.accident
    if accident is None or not record.findings.issuperset(node.findings):
        return False
    if (test.liable and not accident.liable) or (test.fatal and not accident.deaths):
        return False
    if test.injuring and not (accident.injured or accident.deaths):
        return False
    if test.exactly is not None:
        return accident.grade is Grade[test.exactly.upper()]
    return test.at_least is None or accident.grade >= Grade[test.at_least.upper()]


def _finding_matches(node: FindingNode, record: RecordFact) -> bool:
    return not record.findings.isdisjoint(node.codes)


def _penalty_matches(node: PenaltyNode, record: RecordFact) -> bool:
    penalty, test = record.penalty, node.penalty
    if penalty is None or (test.kinds and not set(test.kinds) & set(penalty.kinds)):
        return False
    return test.fine_at_least is None or (penalty.fine_yuan or 0) >= test.fine_at_least


def _count(node: CountNode, world: World) -> Judgement:
    test = node.count
    weighed = [
        (record.counts_on, record.id, 1)
        for record in world.records
        if record.counts_on is not None and record_matches(test.of, record)
    ]
    found = tally(weighed, test.window, test.at_least, world.on)
    return Judgement(node, found.got >= test.at_least, found.ids, found.got, test.at_least)


def _points(node: PointsNode, world: World) -> Judgement:
    rule, needed = world.pack.points, node.points.at_least
    assert rule is not None  # noqa: S101  (the schema refuses points without a rule)
    found = tally(points_of(world.pack, world.records), rule.window, needed, world.on)
    got = found.got if rule.most is None else min(found.got, rule.most)
    return Judgement(node, got >= needed, found.ids, got, needed)


def _same_item(node: SameItemNode, world: World) -> Judgement:
    test = node.same_item
    best, ids = 0, list[str]()
    for code in test.of:
        weighed = [
            (record.counts_on, record.id, 1)
            for record in world.records
            if record.item == code and record.counts_on is not None
        ]
        found = tally(weighed, test.window, test.at_least, world.on)
        best = max(best, found.got)
        ids += found.ids
    return Judgement(node, best >= test.at_least, tuple(ids), best, test.at_least)


def _on_list(node: OnListNode, world: World) -> Judgement:
    return Judgement(node, any(listing.list_code in node.lists for listing in world.in_force))


def _standing(node: StandingNode, world: World) -> Judgement:
    if any(listing.list_code == node.list_code for listing in world.in_force):
        return Judgement(node, True)
    entry = world.pack.lists_by_code[node.list_code].entry
    if entry is None:
        return Judgement(node, False)
    # Records that supported an earlier entry still tell what kind of subject this is.
    child = judge(entry, replace(world, records=world.every_record))
    return Judgement(node, child.met)


def _during(node: DuringNode, world: World) -> Judgement:
    terms = [(start, last) for code, start, last in world.terms if code == node.during.list_code]
    ids = tuple(
        record.id
        for record in world.records
        if any(_is_within(record, start, last) for start, last in terms) and record_matches(node.during.of, record)
    )
    return Judgement(node, bool(ids), ids)


def _is_within(record: RecordFact, start: Day, last: Day | None) -> bool:
    # What came in the term counts whenever it is asked: an answer a day late is the same answer.
    return record.counts_on is not None and record.counts_on > start and (last is None or record.counts_on <= last)


def _clean(node: CleanNode, world: World) -> Judgement:
    dirty = tuple(
        record.id
        for record in world.every_record
        if record.is_adverse and record.counts_on is not None and world.on <= node.clean.last_day(record.counts_on)
    )
    return Judgement(node, not dirty, dirty, got=len(dirty), needed=0)


def _none(node: NoneNode, world: World) -> Judgement:
    found = tuple(
        record.id
        for record in world.every_record
        if record.counts_on is not None
        and world.on <= node.none.within.last_day(record.counts_on)
        and record_matches(node.none.of, record)
    )
    return Judgement(node, not found, found, got=len(found), needed=0)


def _document(node: DocumentNode, world: World) -> Judgement:
    return Judgement(node, not world.documents.isdisjoint(node.documents))


def _honour(node: HonourNode, world: World) -> Judgement:
    ids = tuple(record.id for record in world.records if record.honour in node.codes)
    return Judgement(node, bool(ids), ids)


def _standardisation(node: StandardisationNode, world: World) -> Judgement:
    return Judgement(node, world.subject.standardisation in node.grades)


def _domains(node: DomainsNode, world: World) -> Judgement:
    got = len(world.subject.domains_blacklisted)
    return Judgement(node, got >= node.domains, got=got, needed=node.domains)


def _risk(node: RiskNode, world: World) -> Judgement:
    return Judgement(node, world.subject.risk in node.levels)


_MATCHES: dict[type[Node], Callable[[Any, RecordFact], bool]] = {
    ItemNode: _item_matches,
    AccidentNode: _accident_matches,
    FindingNode: _finding_matches,
    PenaltyNode: _penalty_matches,
}
_JUDGES: dict[type[Node], Callable[[Any, World], Judgement]] = {
    AnyOf: _any,
    AllOf: _all,
    NotOf: _not,
    ItemNode: _leaf,
    AccidentNode: _leaf,
    FindingNode: _leaf,
    PenaltyNode: _leaf,
    CountNode: _count,
    PointsNode: _points,
    SameItemNode: _same_item,
    OnListNode: _on_list,
    StandingNode: _standing,
    DuringNode: _during,
    CleanNode: _clean,
    NoneNode: _none,
    DocumentNode: _document,
    HonourNode: _honour,
    StandardisationNode: _standardisation,
    DomainsNode: _domains,
    RiskNode: _risk,
}
