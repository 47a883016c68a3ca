"""Counting dated records inside a window."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from ..periods import add_years
from .values import Duration, Window

Day = dt.date
Weighed = tuple[Day, str, int]


@dataclass(frozen=True, slots=True)
class Tally:
    """The best sum found, and the ids of every record inside a window that reaches what is needed."""

    got: int
    ids: tuple[str, ...]


def tally(records: Sequence[Weighed], window: Window, needed: int, on: Day) -> Tally:
    """Add up weighed records (day, id, weight) in the window as of `on`, none of them later than `on`.

    Weights are not negative. For `span` the window slides over the records; the ids are those of every
    window of that length that reaches `needed`. For the others there is one window.
    """
    if window.kind == "span":
        assert window.period is not None  # noqa: S101  (the schema refuses a span without a period)
        return _slide(records, window.period, needed)
    inside = [each for each in records if is_inside(each[0], window, on)]
    got = sum(weight for _, _, weight in inside)
    return Tally(got, tuple(identifier for _, identifier, _ in inside) if got >= needed else ())


def is_inside(day: Day, window: Window, on: Day) -> bool:
    """Tell whether a record of this day lies in a lookback or calendar-year window as of `on`."""
    if window.period is None:
        return day.year == on.year and day <= on
    return day <= on <= window.period.last_day(day)


@lru_cache(maxsize=256)
def first_inside(window: Window, on: Day) -> Day:
    """Return the earliest day of a record that lies in a lookback or calendar-year window on the day `on`."""
    if window.period is None:
        return Day(on.year, 1, 1)
    day = add_years(on, -window.period.years - 1) - dt.timedelta(days=31 * window.period.months + window.period.days)
    while window.period.last_day(day) < on:
        day += dt.timedelta(days=1)
    return day


def leaves_on(day: Day, window: Window) -> Day:
    """Return the first day on which a record of `day` is no longer in a lookback or calendar-year window."""
    if window.period is None:
        return Day(day.year + 1, 1, 1)
    return window.period.last_day(day) + dt.timedelta(days=1)


def _slide(records: Sequence[Weighed], period: Duration, needed: int) -> Tally:
    ordered = sorted(records)
    best, total, end = 0, 0, 0
    covered = [False] * len(ordered)
    for start, (day, _, weight) in enumerate(ordered):
        last = period.last_day(day)
        while end < len(ordered) and ordered[end][0] <= last:
            total += ordered[end][2]
            end += 1
        best = max(best, total)
        if total >= needed:
            covered[start:end] = [True] * (end - start)
        total -= weight
    return Tally(best, tuple(each[1] for each, inside in zip(ordered, covered, strict=True) if inside))
