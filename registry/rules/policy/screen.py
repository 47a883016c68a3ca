"""What must hold of a subject before any list of a pack can be due: counts that one query can take of everybody.

`screen_of(pack)` turns the entry conditions into formulas over counts of records and points. They ask for less than the
conditions do, never for more: a subject that no formula lets through has nothing due, and need not be evaluated by
itself. What cannot be counted so (`WIDENED`, and any kind that is new) lets everybody through.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Any, Final, Literal

from .conditions import (
    AccidentNode,
    AccidentTest,
    AllOf,
    AnyOf,
    CountNode,
    DuringNode,
    FindingNode,
    ItemNode,
    Node,
    OnListNode,
    PenaltyNode,
    PenaltyTest,
    PointsNode,
    SameItemNode,
    StandingNode,
    kind_of,
    nodes_of,
)
from .facts import History, RecordFact
from .judge import points_of, record_matches
from .schema import Pack
from .standing import listing_state
from .values import Window
from .windows import is_inside

Day = dt.date
Source = Literal["item", "accident", "finding", "penalty", "record"]
Reach = Literal["classified", "penalised", "any"]

# Kinds of condition that let everybody through. A kind in neither set does so too, and fails a test.
WIDENED: Final = frozenset({
    "not", "clean", "none", "document", "honour", "standardisation", "domains", "risk",
})  # fmt: skip


@dataclass(frozen=True, slots=True)
class Counted:
    """Facts to be counted: what a record must be, in which window, and for which list it must be unused.

    `window` None: whenever. `codes`: items or findings, any of them; `findings`: all of them besides.
    """

    source: Source
    codes: tuple[str, ...] = ()
    findings: tuple[str, ...] = ()
    accident: AccidentTest | None = None
    penalty: PenaltyTest | None = None
    window: Window | None = None
    unused_for: str | None = None


@dataclass(frozen=True, slots=True)
class Anything:
    """Lets everybody through."""


@dataclass(frozen=True, slots=True)
class Enough:
    """At least so many facts, those of all `of` together."""

    of: tuple[Counted, ...]
    at_least: int


@dataclass(frozen=True, slots=True)
class EnoughPoints:
    """At least so many points of the pack's, from records unused for a list (None: all records)."""

    at_least: int
    unused_for: str | None


@dataclass(frozen=True, slots=True)
class EntryInForce:
    """An entry on one of these lists is in force."""

    lists: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Every:
    """All parts."""

    parts: tuple["Formula", ...]


@dataclass(frozen=True, slots=True)
class Some:
    """At least one part."""

    parts: tuple["Formula", ...]


Formula = Anything | Enough | EnoughPoints | EntryInForce | Every | Some


@dataclass(frozen=True, slots=True)
class ListScreen:
    """One list: its formula; the lists whose entry in force keeps it from being due; the lists whose entries have used
    up the records that they rest on.
    """

    code: str
    formula: Formula
    kept_by: tuple[str, ...]
    used_by: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class PackScreen:
    """The formulas of every list of a pack that has entry conditions."""

    lists: tuple[ListScreen, ...]

    def list_screen(self, code: str) -> ListScreen:
        """Return the screen of a list; StopIteration when the list has no entry conditions."""
        return next(each for each in self.lists if each.code == code)


def screen_of(pack: Pack) -> PackScreen:
    """Derive the screen of a pack."""
    return PackScreen(tuple(_list_screen(pack, rule.code) for rule in pack.lists if rule.entry is not None))


def asks_only_of_classified(pack: Pack) -> bool:
    """Tell whether lists, points and days of change rest only on records that are classified under the pack, accidents,
    found with something, or grounds of an entry: all others may then be left unread.
    """
    return reach_of(pack) == "classified"


def reach_of(pack: Pack) -> Reach:
    """Return the records on which what the pack says can rest: "classified" as `asks_only_of_classified` says, "penalised"
    those and, of who had an accident, every penalty, "any" all.
    """
    if pack.publication.records is not None or not all(
        kind_of(node) in _OF_CLASSIFIED for rule in pack.lists if rule.entry for node in nodes_of(rule.entry)
    ):
        return "any"
    needs_penalty = any(rule.needs_penalty is not None and rule.needs_penalty.value for rule in pack.lists)
    return "penalised" if needs_penalty else "classified"


def windows_asked(pack: Pack) -> tuple[Window, ...] | None:
    """Return the windows, all of them counted back from the day asked about, outside of which no record counts towards
    a list or points; None when some condition asks of records whenever they were.
    """
    found: list[Window] = []
    for rule in pack.lists:
        if rule.entry is not None:
            inside = _windows(rule.entry, pack)
            if inside is None:
                return None
            found += inside
    if pack.points is not None:
        found.append(pack.points.window)
    return None if any(each.kind == "span" for each in found) else tuple(found)


def _windows(node: Node, pack: Pack) -> list[Window] | None:
    match node:
        case AnyOf() | AllOf():
            inside = [_windows(branch, pack) for branch in node.branches]
            return None if None in inside else [each for part in inside if part for each in part]
        case CountNode() if all(type(each) in {AllOf, AnyOf, *_LEAVES} for each in nodes_of(node.count.of)):
            return [node.count.window]
        case SameItemNode():
            return [node.same_item.window]
        case PointsNode() | OnListNode():
            return []
    return None


def _list_screen(pack: Pack, code: str) -> ListScreen:
    rule = pack.lists_by_code[code]
    assert rule.entry is not None  # noqa: S101  (asked only of lists with entry conditions)
    highest_only = pack.highest_list_only is not None and pack.highest_list_only.value
    kept_by = (code, *(other.code for other in pack.lists if highest_only and other.rank > rule.rank))
    formula = _formula(rule.entry, pack, code)
    if isinstance(formula, Anything):
        # A list is due only on grounds, and grounds are records.
        formula = Enough((Counted("record", unused_for=code),), 1)
    return ListScreen(code, formula, kept_by, kept_by)


def _formula(node: Node, pack: Pack, unused_for: str | None) -> Formula:
    compiler = _COMPILERS.get(type(node))
    return Anything() if compiler is None else compiler(node, pack, unused_for)


def _any(node: AnyOf, pack: Pack, unused_for: str | None) -> Formula:
    parts = [_formula(branch, pack, unused_for) for branch in node.branches]
    if any(isinstance(part, Anything) for part in parts):
        return Anything()
    single = [part for part in parts if isinstance(part, Enough) and part.at_least == 1]
    merged = Enough(_merged(each for part in single for each in part.of), 1)
    return Some((*([merged] if single else []), *(part for part in parts if part not in single)))


def _merged(counted: Iterable[Counted]) -> tuple[Counted, ...]:
    """Unite what differs in the codes alone; only for a formula that asks for one fact."""
    found: dict[Counted, tuple[str, ...]] = {}
    for each in counted:
        key = replace(each, codes=())
        found[key] = tuple(dict.fromkeys((*found.get(key, ()), *each.codes)))
    return tuple(replace(key, codes=codes) for key, codes in found.items())


def _all(node: AllOf, pack: Pack, unused_for: str | None) -> Formula:
    parts = [_formula(branch, pack, unused_for) for branch in node.branches]
    left = tuple(part for part in parts if not isinstance(part, Anything))
    return Every(left) if left else Anything()


def _leaf(node: Node, pack: Pack, unused_for: str | None) -> Formula:
    return Enough((replace(_LEAVES[type(node)](node), unused_for=unused_for),), 1)


def _count(node: CountNode, pack: Pack, unused_for: str | None) -> Formula:
    window = None if node.count.window.kind == "span" else node.count.window
    return _enough(node.count.of, node.count.at_least, window, unused_for)


def _enough(of: Node, at_least: int, window: Window | None, unused_for: str | None) -> Formula:
    """Enough facts that match `of`: no more of them than of each sum of `_sums`."""
    if not all(type(node) in {AllOf, AnyOf, *_LEAVES} for node in nodes_of(of)):
        return Anything()
    sums = [tuple(replace(each, window=window, unused_for=unused_for) for each in part) for part in _sums(of)]
    enough = tuple(Enough(part, at_least) for part in sums)
    return enough[0] if len(enough) == 1 else Every(enough)


def _sums(node: Node) -> list[tuple[Counted, ...]]:
    """Sums of single counts, each of which is no less than the number of records that match."""
    if isinstance(node, AllOf):
        return [found for branch in node.branches for found in _sums(branch)]
    if isinstance(node, AnyOf):
        return [tuple(each for branch in node.branches for each in _sums(branch)[0])]
    return [(_LEAVES[type(node)](node),)]


def _same_item(node: SameItemNode, pack: Pack, unused_for: str | None) -> Formula:
    test = node.same_item
    window = None if test.window.kind == "span" else test.window
    return Enough((Counted("item", codes=test.of, window=window, unused_for=unused_for),), test.at_least)


def _points(node: PointsNode, pack: Pack, unused_for: str | None) -> Formula:
    return EnoughPoints(node.points.at_least, unused_for)


def _on_list(node: OnListNode, pack: Pack, unused_for: str | None) -> Formula:
    return EntryInForce(node.lists)


def _standing(node: StandingNode, pack: Pack, unused_for: str | None) -> Formula:
    entry = pack.lists_by_code[node.list_code].entry
    in_force = EntryInForce((node.list_code,))
    if entry is None:
        return in_force
    # Records that supported an earlier entry still tell what kind of subject this is.
    formula = _formula(entry, pack, None)
    return formula if isinstance(formula, Anything) else Some((in_force, formula))


def _during(node: DuringNode, pack: Pack, unused_for: str | None) -> Formula:
    # The entry may be over by now: what came in its term counts all the same.
    return _enough(node.during.of, 1, None, unused_for)


_LEAVES: dict[type[Node], Callable[[Any], Counted]] = {
    ItemNode: lambda node: Counted("item", codes=node.codes, findings=node.findings),
    AccidentNode: lambda node: Counted("accident", accident=node.accident, findings=node.findings),
    FindingNode: lambda node: Counted("finding", codes=node.codes),
    PenaltyNode: lambda node: Counted("penalty", penalty=node.penalty),
}
_COMPILERS: dict[type[Node], Callable[[Any, Pack, str | None], Formula]] = {
    AnyOf: _any,
    AllOf: _all,
    **dict.fromkeys(_LEAVES, _leaf),
    CountNode: _count,
    PointsNode: _points,
    SameItemNode: _same_item,
    OnListNode: _on_list,
    StandingNode: _standing,
    DuringNode: _during,
}
# Conditions that a record can meet only by its classification, as an accident, or by a finding.
_OF_CLASSIFIED: Final = frozenset({
    "any", "all", "item", "accident", "finding", "count", "points", "same_item", "on_list", "standing", "during",
})  # fmt: skip
CONSIDERED: Final = WIDENED | {kind_of(model.model_construct()) for model in _COMPILERS}


# --- The same formulas asked of one subject: what the query must agree with, and how tests hold both together.


def lists_let_through(pack: Pack, history: History, on: Day) -> tuple[str, ...]:
    """Return the codes of the lists that the screen does not rule out for this history on `on`."""
    known = history.known_on(on)
    existing = tuple(record for record in known.records if record.exists_on(on))
    in_force = {each.list_code for each in known.listings if listing_state(pack, each, existing, on).in_force}
    screen = screen_of(pack)
    used = {
        each.code: {
            ground
            for listing in known.listings
            if listing.list_code in each.used_by and not listing.revoked
            for ground in listing.grounds
        }
        for each in screen.lists
    }
    asked = _Asked(pack, existing, in_force, used, on)
    return tuple(
        each.code
        for each in screen.lists
        if not in_force.intersection(each.kept_by) and _lets_through(each.formula, asked)
    )


@dataclass(frozen=True, slots=True)
class _Asked:
    pack: Pack
    records: Sequence[RecordFact]
    in_force: set[str]
    used: dict[str, set[str]]
    on: Day

    def unused(self, code: str | None) -> list[RecordFact]:
        used = self.used.get(code, set()) if code else set()
        return [record for record in self.records if record.id not in used]


def _lets_through(formula: Formula, asked: _Asked) -> bool:
    match formula:
        case Anything():
            return True
        case Every():
            return all(_lets_through(part, asked) for part in formula.parts)
        case Some():
            return any(_lets_through(part, asked) for part in formula.parts)
        case EntryInForce():
            return not asked.in_force.isdisjoint(formula.lists)
        case Enough():
            return sum(_number(each, asked) for each in formula.of) >= formula.at_least
        case EnoughPoints():
            return _number_of_points(formula, asked) >= formula.at_least


def _number(counted: Counted, asked: _Asked) -> int:
    node = _node_of(counted)
    return sum(
        (node is None or record_matches(node, record))
        and record.counts_on is not None
        and (counted.window is None or is_inside(record.counts_on, counted.window, asked.on))
        for record in asked.unused(counted.unused_for)
    )


def _number_of_points(formula: EnoughPoints, asked: _Asked) -> int:
    rule = asked.pack.points
    assert rule is not None  # noqa: S101  (the schema refuses points without a rule)
    return sum(
        points
        for day, _, points in points_of(asked.pack, asked.unused(formula.unused_for))
        if rule.window.kind == "span" or is_inside(day, rule.window, asked.on)
    )


@lru_cache(maxsize=1024)
def _node_of(counted: Counted) -> Node | None:
    if counted.source == "item":
        return ItemNode(codes=counted.codes, findings=counted.findings)
    if counted.source == "accident" and counted.accident is not None:
        return AccidentNode(accident=counted.accident, findings=counted.findings)
    if counted.source == "finding":
        return FindingNode(codes=counted.codes)
    if counted.source == "penalty" and counted.penalty is not None:
        return PenaltyNode(penalty=counted.penalty)
    return None
