"""The schema of a policy pack: every section that a YAML file of `registry/policies/` may hold."""

from collections.abc import Iterator
from functools import cached_property
from typing import Any, Literal, Self

from pydantic import BaseModel, Field, model_validator

from .conditions import (
    CleanNode,
    Condition,
    CountNode,
    DuringNode,
    ItemNode,
    Node,
    NoneNode,
    OnListNode,
    PointsNode,
    SameItemNode,
    StandingNode,
    children_of,
    is_about_one_record,
    nodes_of,
)
from .duties import Duty, Matter, Remedy, Report
from .head import Head, SubjectKind
from .honours import Commitment, GreenChannel, HonourRule, InspectionCap, Tier
from .measures import Incentive, Measure, MeasurePart
from .procedure import Deadline, ObjectionRule, Publication, RepairCondition, RepairRule, Step
from .values import Code, Duration, Flag, Model, Number, Sourced, Term, Text, Window

ListPolarity = Literal["negative", "positive"]


class Item(Sourced):
    """A misconduct item; its code is the clause number of the source."""

    code: Code
    label: Text
    severity: Literal["minor", "moderate", "serious"] | None = None
    points: int | None = Field(default=None, ge=0)


class PointsRule(Sourced):
    """How the points of the records are added up, and the most that they can reach."""

    window: Window
    most: int | None = Field(default=None, ge=1)
    same_item_reaches_most: int | None = Field(default=None, ge=2)


class RemovalWindow(Sourced):
    """When removal from a list may be applied for: the last working days of the term, or after a wait.

    `conditions`: what must be met besides; `takes_effect_last_working_days`: the working days before the end of the
    term within which the removal is carried out.
    """

    last_working_days: int | None = Field(default=None, ge=1)
    after: Duration | None = None
    conditions: tuple[RepairCondition, ...] = ()
    takes_effect_last_working_days: int | None = Field(default=None, ge=1)

    @model_validator(mode="after")
    def _one_way(self) -> Self:
        if (self.last_working_days is None) == (self.after is None):
            raise ValueError("last_working_days 与 after 须恰好写一个")
        return self


class CarriedPersons(Sourced):
    """The roles of persons to whom an entry of an organisation carries over."""

    roles: tuple[Code, ...] = Field(min_length=1)


class ListRule(Sourced):
    """A list: who belongs on it, in public or not, how long, and how to get off."""

    code: Code
    label: Text
    polarity: ListPolarity = "negative"
    rank: int = Field(ge=1)
    public: Flag
    term: Term | None = None
    entry: Condition | None = None
    needs_penalty: Flag | None = None
    removal: RemovalWindow | None = None
    persons: CarriedPersons | None = None


class KindClasses(Sourced):
    """Repair classes derived from the kinds of a penalty; the gravest kind decides. Fines in yuan."""

    ordinary: tuple[Text, ...]
    serious: tuple[Text, ...]
    summary_is_minor: bool = True
    ordinary_fine_from: Number
    serious_fine_from: Number


_CODED = ("incentives", "matters", "commitments", "tiers", "inspection_caps", "remedies", "duties", "reports")


class Pack(Model):
    """A whole policy pack. Only the head is required."""

    head: Head
    extends: str = ""
    # Set by the loader alone: path of a value → id of the pack that it came from, where that is not this pack.
    origins: dict[str, str] = Field(default_factory=dict)
    items: tuple[Item, ...] = ()
    points: PointsRule | None = None
    lists: tuple[ListRule, ...] = ()
    highest_list_only: Flag | None = None
    heavier_from_domains: Number | None = None
    procedure: tuple[Step, ...] = ()
    deadlines: tuple[Deadline, ...] = ()
    measures: tuple[Measure, ...] = ()
    incentives: tuple[Incentive, ...] = ()
    matters: tuple[Matter, ...] = ()
    catalogues: tuple[Code, ...] = ()
    publication: Publication = Publication()
    classes: KindClasses | None = None
    repair: tuple[RepairRule, ...] = ()
    objection: ObjectionRule | None = None
    honour: HonourRule | None = None
    green_channel: GreenChannel | None = None
    commitments: tuple[Commitment, ...] = ()
    tiers: tuple[Tier, ...] = ()
    inspection_caps: tuple[InspectionCap, ...] = ()
    remedies: tuple[Remedy, ...] = ()
    duties: tuple[Duty, ...] = ()
    reports: tuple[Report, ...] = ()

    @model_validator(mode="after")
    def _codes_are_unique(self) -> Self:
        for name, codes in (
            ("items", [i.code for i in self.items]),
            ("lists", [r.code for r in self.lists]),
            ("measures", [m.code for m in self.all_measures]),
            *((name, [each.code for each in getattr(self, name)]) for name in _CODED),
        ):
            doubled = sorted({code for code in codes if codes.count(code) > 1})
            if doubled:
                raise ValueError(f"{name} 中代码重复：{'、'.join(doubled)}，每个代码只能出现一次")
        return self

    @model_validator(mode="after")
    def _conditions_name_known_codes(self) -> Self:
        items, lists = set(self.items_by_code), set(self.lists_by_code)
        for node in self.conditions:
            if isinstance(node, ItemNode):
                _require_known("item", node.codes, items)
            elif isinstance(node, SameItemNode):
                _require_known("same_item", node.same_item.of, items)
            elif isinstance(node, OnListNode):
                _require_known("on_list", node.lists, lists)
            elif isinstance(node, StandingNode):
                _require_known("standing", (node.list_code,), lists)
            elif isinstance(node, DuringNode):
                _require_known("during", (node.during.list_code,), lists)
            elif isinstance(node, PointsNode) and self.points is None:
                raise ValueError("条件用到 points，但没有写 points 计分规则，请补上 points 一节")
            if isinstance(node, CountNode | DuringNode | NoneNode) and not all(
                map(is_about_one_record, children_of(node))
            ):
                raise ValueError(
                    "count、during 和 none 中只能放 item、accident、finding、penalty 或它们的 any、all，请改写"
                )
        self._standing_does_not_circle()
        return self

    @model_validator(mode="after")
    def _measures_name_known_items(self) -> Self:
        for measure in self.measures:
            missing = [code for code in measure.items if code not in self.items_by_code]
            if missing:
                raise ValueError(
                    f"措施 {measure.code} 的 items 用到未定义的失信行为：{'、'.join(missing)}，请先在 items 中写明"
                )
        return self

    def _standing_does_not_circle(self) -> None:
        for rule in self.lists:
            seen, todo = set[str](), [rule.code]
            while todo:
                entry = self.lists_by_code[todo.pop()].entry
                for node in nodes_of(entry) if entry else ():
                    if isinstance(node, StandingNode) and node.list_code == rule.code:
                        raise ValueError(f"名单 {rule.code} 的 standing 条件绕回自身，请改写其中一个条件")
                    if isinstance(node, StandingNode) and node.list_code not in seen:
                        seen.add(node.list_code)
                        todo.append(node.list_code)

    @cached_property
    def items_by_code(self) -> dict[str, Item]:
        """The misconduct items by code."""
        return {item.code: item for item in self.items}

    @cached_property
    def lists_by_code(self) -> dict[str, ListRule]:
        """The lists by code."""
        return {rule.code: rule for rule in self.lists}

    @cached_property
    def all_measures(self) -> tuple[MeasurePart, ...]:
        """Measures and their sub-items, each measure before its own sub-items."""
        found: list[MeasurePart] = []
        for measure in self.measures:
            found += [measure, *measure.parts]
        return tuple(found)

    @cached_property
    def conditions(self) -> tuple[Node, ...]:
        """Every condition of the pack, inner ones included."""
        roots: list[Node] = [rule.entry for rule in self.lists if rule.entry]
        roots += [criterion.condition for criterion in (self.honour.criteria if self.honour else ())]
        roots += [tier.condition for tier in self.tiers if tier.condition]
        if self.green_channel:
            roots.append(self.green_channel.condition)
        return tuple(node for root in roots for node in nodes_of(root))

    @cached_property
    def windows(self) -> tuple[Window, ...]:
        """The windows whose edges can change what is due as time passes."""
        found = [self.points.window] if self.points else []
        found += [node.same_item.window for node in self.conditions if isinstance(node, SameItemNode)]
        found += [node.count.window for node in self.conditions if isinstance(node, CountNode)]
        found += [Window(kind="lookback", period=node.clean) for node in self.conditions if isinstance(node, CleanNode)]
        found += [
            Window(kind="lookback", period=node.none.within) for node in self.conditions if isinstance(node, NoneNode)
        ]
        unique: list[Window] = []
        for window in found:
            if window.kind != "span" and window not in unique:
                unique.append(window)
        return tuple(unique)

    def list_rule(self, code: str) -> ListRule:
        """Return the rule of a list; KeyError when the pack has no such list."""
        return self.lists_by_code[code]

    def deadline_rules(self, code: str) -> tuple[Deadline, ...]:
        """Return the rules of a deadline code, in the pack's order; empty when the pack has none."""
        return tuple(rule for rule in self.deadlines if rule.code == code)

    def origin_of(self, path: str) -> str:
        """Return the id of the pack that the value at `path` came from (`lists.blacklist.term`); this pack's own id
        where it is not inherited. A value inside an inherited one came from where that came from.
        """
        parts = path.split(".")
        tries = (".".join(parts[:length]) for length in range(len(parts), 0, -1))
        return next((self.origins[each] for each in tries if each in self.origins), self.head.id)

    def assumptions(self) -> list[tuple[str, str]]:
        """List what the office assumed: (path of the value in the pack, reason)."""
        return [(path, part.reason) for path, part in _walk(self, "") if getattr(part, "assumed", False)]


def _require_known(kind: str, codes: tuple[str, ...], known: set[str]) -> None:
    missing = [code for code in codes if code not in known]
    if missing:
        raise ValueError(f"{kind} 条件用到未定义的代码：{'、'.join(missing)}，请先在 items 或 lists 中写明")


def _walk(part: BaseModel, path: str) -> Iterator[tuple[str, Any]]:
    yield path, part
    for name in type(part).model_fields:
        value = getattr(part, name)
        for key, child in _children(name, value):
            yield from _walk(child, f"{path}.{key}" if path else key)


def _children(name: str, value: Any) -> Iterator[tuple[str, BaseModel]]:
    if isinstance(value, BaseModel):
        yield name, value
    elif isinstance(value, tuple):
        for index, each in enumerate(value):
            if isinstance(each, BaseModel):
                yield f"{name}.{getattr(each, 'code', index)}", each


__all__ = ["Item", "KindClasses", "ListRule", "Pack", "PointsRule", "RemovalWindow", "SubjectKind"]
