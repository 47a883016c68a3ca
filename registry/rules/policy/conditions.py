"""The algebra of entry criteria: conditions over dated records, as they stand in a pack.

A condition is a mapping with exactly one of the kinds of `KINDS` as a key, plus `clause` and, where the
generated sentence would not be enough, `label` (Chinese, what the condition asks for).
"""

from decimal import Decimal
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Discriminator, Field, Tag, model_validator

from .values import Code, Duration, Model, Text, Window

GradeCode = Literal["ordinary", "larger", "major", "extraordinary"]


def _as_tuple(value: Any) -> Any:
    if isinstance(value, str):
        return (value,)
    return tuple(value) if isinstance(value, list) else value


Codes = Annotated[tuple[Code, ...], BeforeValidator(_as_tuple), Field(min_length=1)]


class Node(Model):
    """What every condition has. The clause may be left out inside a condition that has one."""

    clause: str = ""
    label: str = ""
    assumed: bool = False
    reason: str = ""

    @model_validator(mode="after")
    def _assumption_has_a_reason(self) -> Self:
        if self.assumed and not self.reason.strip():
            raise ValueError("标为 assumed: true 的条件必须写明 reason（为什么这样设定）")
        return self


class AnyOf(Node):
    """Met when at least one branch is; grounds are the records of every branch that is met."""

    branches: tuple["Condition", ...] = Field(alias="any", min_length=1)


class AllOf(Node):
    """Met when every branch is."""

    branches: tuple["Condition", ...] = Field(alias="all", min_length=1)


class NotOf(Node):
    """Met when the condition is not; gives no grounds."""

    condition: "Condition" = Field(alias="not")


class ItemNode(Node):
    """A record of one of these misconduct items, each found with all these findings."""

    codes: Codes = Field(alias="item")
    findings: tuple[Code, ...] = ()


class AccidentTest(Model):
    """Which accidents are meant: of at least or exactly a grade, fatal, injuring; liable unless said."""

    at_least: GradeCode | None = None
    exactly: GradeCode | None = None
    fatal: bool = False
    injuring: bool = False
    liable: bool = True

    @model_validator(mode="after")
    def _one_bound(self) -> Self:
        if self.at_least and self.exactly:
            raise ValueError("at_least 与 exactly 只能写一个")
        return self


class AccidentNode(Node):
    """A record of such an accident, found with all these findings."""

    accident: AccidentTest
    findings: tuple[Code, ...] = ()


class FindingNode(Node):
    """A record on which an officer found one of these."""

    codes: Codes = Field(alias="finding")


class PenaltyTest(Model):
    """Which penalties are meant: any of these kinds; a fine of at least so many yuan."""

    kinds: tuple[Text, ...] = ()
    fine_at_least: Decimal | None = None


class PenaltyNode(Node):
    """A record of such a penalty."""

    penalty: PenaltyTest


class CountTest(Model):
    """At least so many records that match `of`, counted in a window."""

    of: "Condition"
    at_least: int = Field(ge=1)
    window: Window


class CountNode(Node):
    """Enough records within a window; grounds are all records inside a satisfying window."""

    count: CountTest


class PointsTest(Model):
    """At least so many of the pack's points, in the pack's window."""

    at_least: int = Field(ge=1)


class PointsNode(Node):
    """Enough points; grounds are all records with points inside the window."""

    points: PointsTest


class SameItemTest(Model):
    """At least so many records of one and the same item of these."""

    of: Codes
    at_least: int = Field(ge=2)
    window: Window


class SameItemNode(Node):
    """One item repeated often enough."""

    same_item: SameItemTest


class OnListNode(Node):
    """An entry on one of these lists of the pack is in force; gives no grounds."""

    lists: Codes = Field(alias="on_list")


class StandingNode(Node):
    """The subject belongs on this list: an entry on it is in force, or its own criteria are met.

    It says which subjects a stricter list is about, so it gives no grounds.
    """

    list_code: Code = Field(alias="standing")


class DuringTest(Model):
    """Records that match `of` and came after the publication of an entry on `list`, on or before its last day."""

    list_code: Code = Field(alias="list")
    of: "Condition"


class DuringNode(Node):
    """A further record during the term of a list."""

    during: DuringTest


class CleanNode(Node):
    """No adverse record within the period before the day asked."""

    clean: Duration


class NoneTest(Model):
    """No record that matches `of` within the period before the day asked."""

    of: "Condition"
    within: Duration


class NoneNode(Node):
    """Nothing of this kind within a period; records that supported an entry count all the same."""

    none: NoneTest


class DocumentNode(Node):
    """One of these documents was handed in."""

    documents: tuple[Literal["commitment", "fulfilment", "training", "credit-report", "public-welfare"], ...] = Field(
        alias="document", min_length=1
    )


class HonourNode(Node):
    """An honour of one of these clauses."""

    codes: Codes = Field(alias="honour")


class StandardisationNode(Node):
    """The safety standardisation grade is one of these."""

    grades: tuple[Literal["1", "2", "3"], ...] = Field(alias="standardisation", min_length=1)


class DomainsNode(Node):
    """The subject stands on the blacklist of at least so many fields other than the pack's own."""

    domains: int = Field(ge=1)


class RiskNode(Node):
    """The risk level is one of these."""

    levels: tuple[Literal["low", "ordinary", "larger", "major"], ...] = Field(alias="risk", min_length=1)


KINDS: dict[str, type[Node]] = {
    "any": AnyOf,
    "all": AllOf,
    "not": NotOf,
    "item": ItemNode,
    "accident": AccidentNode,
    "finding": FindingNode,
    "penalty": PenaltyNode,
    "count": CountNode,
    "points": PointsNode,
    "same_item": SameItemNode,
    "on_list": OnListNode,
    "standing": StandingNode,
    "during": DuringNode,
    "clean": CleanNode,
    "none": NoneNode,
    "document": DocumentNode,
    "honour": HonourNode,
    "standardisation": StandardisationNode,
    "domains": DomainsNode,
    "risk": RiskNode,
}
# These can be asked of one record, and so may stand inside `count`, `during` and `none`.
RECORD_KINDS = (ItemNode, AccidentNode, FindingNode, PenaltyNode)


def _kind_of(value: Any) -> str | None:
    if isinstance(value, Node):
        return next(kind for kind, model in KINDS.items() if type(value) is model)
    if not isinstance(value, dict):
        return None
    found = [kind for kind in KINDS if kind in value]
    return found[0] if len(found) == 1 else None


Condition = Annotated[
    Annotated[AnyOf, Tag("any")]
    | Annotated[AllOf, Tag("all")]
    | Annotated[NotOf, Tag("not")]
    | Annotated[ItemNode, Tag("item")]
    | Annotated[AccidentNode, Tag("accident")]
    | Annotated[FindingNode, Tag("finding")]
    | Annotated[PenaltyNode, Tag("penalty")]
    | Annotated[CountNode, Tag("count")]
    | Annotated[PointsNode, Tag("points")]
    | Annotated[SameItemNode, Tag("same_item")]
    | Annotated[OnListNode, Tag("on_list")]
    | Annotated[StandingNode, Tag("standing")]
    | Annotated[DuringNode, Tag("during")]
    | Annotated[CleanNode, Tag("clean")]
    | Annotated[NoneNode, Tag("none")]
    | Annotated[DocumentNode, Tag("document")]
    | Annotated[HonourNode, Tag("honour")]
    | Annotated[StandardisationNode, Tag("standardisation")]
    | Annotated[DomainsNode, Tag("domains")]
    | Annotated[RiskNode, Tag("risk")],
    Discriminator(_kind_of),
]


def kind_of(node: Node) -> str:
    """Return the key under which this condition stands in a pack, such as `any` or `count`."""
    return _NAMES[type(node)]


_NAMES = {model: kind for kind, model in KINDS.items()}


def children_of(node: Node) -> tuple[Node, ...]:
    """Return the conditions directly inside this one."""
    if isinstance(node, AnyOf | AllOf):
        return node.branches
    if isinstance(node, NotOf):
        return (node.condition,)
    if isinstance(node, CountNode):
        return (node.count.of,)
    if isinstance(node, DuringNode):
        return (node.during.of,)
    if isinstance(node, NoneNode):
        return (node.none.of,)
    return ()


def nodes_of(node: Node) -> list[Node]:
    """Return this condition and every condition inside it, outermost first."""
    found = [node]
    for child in children_of(node):
        found.extend(nodes_of(child))
    return found


def is_about_one_record(node: Node) -> bool:
    """Tell whether the condition can be asked of a single record."""
    if isinstance(node, AnyOf | AllOf):
        return all(is_about_one_record(branch) for branch in node.branches)
    return isinstance(node, RECORD_KINDS)


for _model in (AnyOf, AllOf, NotOf, CountTest, CountNode, DuringTest, DuringNode, NoneTest, NoneNode):
    _model.model_rebuild()
