"""How near a counting condition is: what counts so far, what leaves its window and when, what a longer look adds."""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from .conditions import CleanNode, CountNode, Node, NoneNode, PointsNode, SameItemNode
from .facts import RecordFact
from .judge import points_of, record_matches
from .schema import Pack
from .values import Duration, Window
from .windows import Weighed, is_inside, leaves_on

Day = dt.date


@dataclass(frozen=True, slots=True)
class Leaving:
    """A record that time alone takes out of a window: the first day it is outside, and what is left of the count."""

    record_id: str
    on: Day
    left: int


@dataclass(frozen=True, slots=True)
class Count:
    """What a counting condition adds up on a day. `inside`: the records of the window, for a span those of the best
    one; `outside`: those that would count but lie too far off; `until`: for a span, the last day on which a further
    record still falls together with the earliest of `inside`."""

    window: Window
    inside: tuple[Weighed, ...]
    outside: tuple[Weighed, ...]
    leaving: tuple[Leaving, ...] = ()
    until: Day | None = None

    @property
    def got(self) -> int:
        """The sum of what is inside."""
        return sum(weight for _, _, weight in self.inside)


def count_of(pack: Pack, node: Node, records: Sequence[RecordFact], on: Day) -> Count | None:
    """Add up what a points, count or same-item condition counts; None for conditions that do not count."""
    window = _window(pack, node)
    if window is None:
        return None
    groups = [sorted(group) for group in _groups(pack, node, records)]
    return max((_count(group, window, on) for group in groups), key=lambda each: each.got)


def barred_until(node: Node, records: Sequence[RecordFact]) -> Day | None:
    """Return the last day on which these records still stand against a condition that asks for none; None for other
    conditions and without records."""
    if isinstance(node, CleanNode):
        period: Duration = node.clean
    elif isinstance(node, NoneNode):
        period = node.none.within
    else:
        return None
    return max((period.last_day(each.counts_on) for each in records if each.counts_on is not None), default=None)


def _window(pack: Pack, node: Node) -> Window | None:
    if isinstance(node, PointsNode):
        return pack.points.window if pack.points else None
    if isinstance(node, CountNode):
        return node.count.window
    return node.same_item.window if isinstance(node, SameItemNode) else None


def _groups(pack: Pack, node: Node, records: Sequence[RecordFact]) -> list[list[Weighed]]:
    if isinstance(node, PointsNode):
        return [points_of(pack, records)]
    if isinstance(node, SameItemNode):
        return [_each_once(record for record in records if record.item == code) for code in node.same_item.of]
    assert isinstance(node, CountNode)  # noqa: S101  (only these three have a window)
    return [_each_once(record for record in records if record_matches(node.count.of, record))]


def _each_once(records: Iterable[RecordFact]) -> list[Weighed]:
    return [(record.counts_on, record.id, 1) for record in records if record.counts_on is not None]


def _count(ordered: list[Weighed], window: Window, on: Day) -> Count:
    if window.kind == "span":
        assert window.period is not None  # noqa: S101  (the schema refuses a span without a period)
        return _best_span(ordered, window, window.period)
    inside = tuple(each for each in ordered if is_inside(each[0], window, on))
    outside = tuple(each for each in ordered if each not in inside)
    left, leaving = sum(weight for _, _, weight in inside), []
    for day, identifier, weight in inside:
        left -= weight
        leaving.append(Leaving(identifier, leaves_on(day, window), left))
    return Count(window, inside, outside, tuple(leaving))


def _best_span(ordered: list[Weighed], window: Window, period: Duration) -> Count:
    best: list[Weighed] = []
    for day, _, _ in ordered:
        together = [each for each in ordered if day <= each[0] <= period.last_day(day)]
        # Of equally good spans the later one is told: it is the one that a further record can still join.
        if sum(each[2] for each in together) >= sum(each[2] for each in best):
            best = together
    outside = tuple(each for each in ordered if each not in best)
    return Count(window, tuple(best), outside, until=period.last_day(best[0][0]) if best else None)
