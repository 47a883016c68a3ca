"""What a pack on trial changes for one subject: where it stands now, where it would stand, and the difference. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final, Literal

from registry.rules.policy.conditions import AnyOf, PointsNode
from registry.rules.policy.schema import ListRule, Pack

Kind = Literal["on", "off", "level", "tier"]

ON: Final = "on"
OFF: Final = "off"
LEVEL: Final = "level"
TIER: Final = "tier"
KIND_LABELS: Final = {ON: "会列入", OFF: "会移出或不再提示", LEVEL: "名单等级变化", TIER: "信用等级变化"}
HOLDING_LABELS: Final = {"entry": "在列", "case": "在办案件", "candidate": "待列入提示", "": ""}


@dataclass(frozen=True, slots=True)
class Place:
    """A subject's place on a list, in force or due, or its supervision tier. `holding`: what there is of it already, a key
    of HOLDING_LABELS."""

    code: str
    label: str
    polarity: str
    rank: int
    holding: str = ""


@dataclass(frozen=True, slots=True)
class Change:
    """One difference. `old` and `new`: the place before and after, None where there is none."""

    kind: Kind
    old: Place | None
    new: Place | None


def changes_of(before: Mapping[str, Place], after: Mapping[str, Place]) -> list[Change]:
    """Return what differs between the lists (by code) before and after.

    Where the highest list of a polarity is another one, that is one change of level in place of coming on the one and
    going off the other; every other list that differs is told by itself.
    """
    left, right = dict(before), dict(after)
    levels = []
    for polarity in sorted({place.polarity for place in (*before.values(), *after.values())}):
        old, new = _highest(before, polarity), _highest(after, polarity)
        if old is not None and new is not None and old.code != new.code:
            levels.append(Change("level", old, new))
            for code in (old.code, new.code):
                left.pop(code, None)
                right.pop(code, None)
    on = [Change("on", None, right[code]) for code in right if code not in left]
    off = [Change("off", left[code], None) for code in left if code not in right]
    return [*levels, *on, *off]


def _highest(places: Mapping[str, Place], polarity: str) -> Place | None:
    return max(
        (place for place in places.values() if place.polarity == polarity), key=lambda place: place.rank, default=None
    )


def points_band(pack: Pack, points: int | None) -> ListRule | None:
    """Return the highest list whose threshold of points is reached, None below all of them."""
    if points is None:
        return None
    reached = [rule for rule in pack.lists if any(points >= least for least in _thresholds(rule))]
    return max(reached, key=lambda rule: rule.rank, default=None)


def _thresholds(rule: ListRule) -> list[int]:
    """Return the points that suffice by themselves for the list."""
    node = rule.entry
    branches = node.branches if isinstance(node, AnyOf) else (node,)
    return [each.points.at_least for each in branches if isinstance(each, PointsNode)]
