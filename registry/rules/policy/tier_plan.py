"""A pack's tier conditions as formulas over counted records, for asking everybody at once instead of one by one.

The plan says the same as `judge`: what may be counted (`Leaf`), how much of it is enough, and how that is combined.
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import Any

from .conditions import (
    RECORD_KINDS,
    AllOf,
    AnyOf,
    CleanNode,
    CountNode,
    DocumentNode,
    DomainsNode,
    DuringNode,
    HonourNode,
    ItemNode,
    Node,
    NoneNode,
    NotOf,
    OnListNode,
    PointsNode,
    RiskNode,
    SameItemNode,
    StandardisationNode,
    StandingNode,
    nodes_of,
)
from .schema import Pack
from .tiering import GRADES, RISKS
from .values import Window

COMMITMENT = "commitment"
# What a database keeps as one bit a leaf, in a whole number of 64 bits with its sign.
MOST_LEAVES = 62
_ADVERSE, _POINTS = "adverse", "points"


class Undecidable(Exception):
    """The conditions ask for something that only the evaluation of one subject can tell."""


@dataclass(frozen=True, slots=True)
class Leaf:
    """Records that a condition looks at. `test`: a condition about one record, any adverse one, or those with points;
    `window`: None for whenever; `every`: repaired and disputed ones too (`World.every_record`)."""

    test: Node | str
    window: Window | None
    every: bool

    @property
    def weighs_points(self) -> bool:
        """Whether records add up by their points; else each is one."""
        return self.test == _POINTS

    @property
    def asks_adverse(self) -> bool:
        """Whether any record that speaks against the subject is meant."""
        return self.test == _ADVERSE


@dataclass(frozen=True, slots=True)
class Fixed:
    """The same for everybody."""

    value: bool


@dataclass(frozen=True, slots=True)
class Enough:
    """At least so much of a leaf: records, or points."""

    leaf: Leaf
    least: int


@dataclass(frozen=True, slots=True)
class OneOf:
    """The subject's risk level (`of` risk) or standardisation grade (`of` standardisation) is one of these."""

    of: str
    values: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Domains:
    """On the blacklist of at least so many other fields."""

    least: int


@dataclass(frozen=True, slots=True)
class Committed:
    """A public commitment runs."""


@dataclass(frozen=True, slots=True)
class OnList:
    """An entry on one of these lists of the pack is in force."""

    codes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Negation:
    """The part does not hold."""

    part: "Formula"


@dataclass(frozen=True, slots=True)
class Together:
    """All parts hold; of `is_any`, one of them."""

    parts: tuple["Formula", ...]
    is_any: bool


Formula = Fixed | Enough | OneOf | Domains | Committed | OnList | Negation | Together


def parts_of(formula: Formula) -> Iterable[Formula]:
    """Yield the formula and everything inside it."""
    yield formula
    inner = formula.parts if isinstance(formula, Together) else (formula.part,) if isinstance(formula, Negation) else ()
    for part in inner:
        yield from parts_of(part)


@dataclass(frozen=True)
class TierPlan:
    """`formulas`: (place in the pack's tiers, when it applies), newcomers' tier left out; `newcomer`: its place.

    `leaves`: what is looked at, in an order that is the same for the same pack; `asks`: which of risk and
    standardisation must be known (only they are reported missing); `lists`: whose entries are asked about.
    """

    pack: Pack
    formulas: tuple[tuple[int, Formula], ...]
    newcomer: int | None
    leaves: tuple[Leaf, ...]
    sums: tuple[Enough, ...]
    asks: tuple[str, ...]
    lists: tuple[str, ...]
    asks_commitment: bool

    def classes(self, of: str) -> list[str]:
        """Return one value for each way in which the conditions tell risk levels (or grades) apart."""
        asked = [
            each.values
            for _, formula in self.formulas
            for each in parts_of(formula)
            if isinstance(each, OneOf) and each.of == of
        ]
        seen: dict[tuple[bool, ...], str] = {}
        for value in RISKS if of == "risk" else GRADES:
            seen.setdefault(tuple(value in values for values in asked), value)
        return list(seen.values())


def tier_plan(pack: Pack) -> TierPlan | None:
    """Return the plan of a pack's tiers; None where only the evaluation of one subject can tell."""
    try:
        formulas = tuple(
            (place, _formula(pack, tier.condition, every=False) if tier.condition is not None else Fixed(True))
            for place, tier in enumerate(pack.tiers)
            if not tier.newcomer
        )
    except Undecidable:
        return None
    found = [part for _, formula in formulas for part in parts_of(formula)]
    sums = tuple(dict.fromkeys(part for part in found if isinstance(part, Enough)))
    leaves = tuple(dict.fromkeys(each.leaf for each in sums))
    if len(leaves) > MOST_LEAVES:
        return None
    lists = [code for part in found if isinstance(part, OnList) for code in part.codes]
    return TierPlan(
        pack=pack,
        formulas=formulas,
        newcomer=next((place for place, tier in enumerate(pack.tiers) if tier.newcomer), None),
        leaves=leaves,
        sums=sums,
        asks=_asks(pack),
        lists=tuple(dict.fromkeys(lists)),
        asks_commitment=any(isinstance(part, Committed) for part in found),
    )


def _asks(pack: Pack) -> tuple[str, ...]:
    nodes = [node for tier in pack.tiers if tier.condition is not None for node in nodes_of(tier.condition)]
    kinds: tuple[tuple[str, type[Node]], ...] = (("risk", RiskNode), ("standardisation", StandardisationNode))
    return tuple(name for name, kind in kinds if any(isinstance(node, kind) for node in nodes))


def _formula(pack: Pack, node: Node, *, every: bool) -> Formula:
    build = _BUILDERS.get(type(node))
    if build is None:
        raise Undecidable(type(node).__name__)
    return build(pack, node, every)


def _together(pack: Pack, node: AnyOf | AllOf, every: bool) -> Formula:
    parts = tuple(_formula(pack, branch, every=every) for branch in node.branches)
    return Together(parts, isinstance(node, AnyOf))


def _count(_pack: Pack, node: CountNode, every: bool) -> Formula:
    return Enough(Leaf(_bare(node.count.of), node.count.window, every), node.count.at_least)


def _points(pack: Pack, node: PointsNode, every: bool) -> Formula:
    rule = pack.points
    if rule is None:
        raise Undecidable("points")
    if rule.most is not None and rule.most < node.points.at_least:
        return Fixed(False)
    return Enough(Leaf(_POINTS, rule.window, every), node.points.at_least)


def _same_item(_pack: Pack, node: SameItemNode, every: bool) -> Formula:
    test = node.same_item
    codes = dict.fromkeys(test.of)
    return Together(
        tuple(Enough(Leaf(ItemNode(codes=(code,)), test.window, every), test.at_least) for code in codes), True
    )


def _standing(pack: Pack, node: StandingNode, _every: bool) -> Formula:
    entry = pack.lists_by_code[node.list_code].entry
    on_list = OnList((node.list_code,))
    return on_list if entry is None else Together((on_list, _formula(pack, entry, every=True)), True)


def _bare(node: Node) -> Node:
    """Without its words: conditions that ask the same are counted once."""
    return node.model_copy(update={"clause": "", "label": "", "assumed": False, "reason": ""})


def _one(_pack: Pack, node: Node, every: bool) -> Formula:
    return Enough(Leaf(_bare(node), None, every), 1)


def _none_within(test: Node | str, period: Any) -> Formula:
    return Negation(Enough(Leaf(test, Window(kind="lookback", period=period), True), 1))


_BUILDERS: dict[type[Node], Callable[[Pack, Any, bool], Formula]] = {
    AnyOf: _together,
    AllOf: _together,
    NotOf: lambda pack, node, every: Negation(_formula(pack, node.condition, every=every)),
    **dict.fromkeys(RECORD_KINDS, _one),
    HonourNode: _one,
    CountNode: _count,
    PointsNode: _points,
    SameItemNode: _same_item,
    OnListNode: lambda pack, node, every: OnList(node.lists),
    StandingNode: _standing,
    # A tier is asked without the terms of entries: nothing falls into one.
    DuringNode: lambda pack, node, every: Fixed(False),
    CleanNode: lambda pack, node, every: _none_within(_ADVERSE, node.clean),
    NoneNode: lambda pack, node, every: _none_within(_bare(node.none.of), node.none.within),
    DocumentNode: lambda pack, node, every: Committed() if COMMITMENT in node.documents else Fixed(False),
    StandardisationNode: lambda pack, node, every: OneOf("standardisation", node.grades),
    DomainsNode: lambda pack, node, every: Domains(node.domains),
    RiskNode: lambda pack, node, every: OneOf("risk", node.levels),
}


def leaf_bits(leaves: Collection[Leaf]) -> dict[Leaf, int]:
    """Return the bit by which each leaf is noted."""
    return {leaf: 1 << place for place, leaf in enumerate(leaves)}
