"""Periods in years, months and plain days, and half-open periods (民法典 arts. 200–203).

A period starts the day after the event and ends on the corresponding day; where the last month has no such
day, on the last day of that month. Nothing here moves a day that falls on a rest day: see
`calendar.move_to_working`.
"""

import datetime as dt
from calendar import monthrange
from dataclasses import dataclass
from functools import lru_cache

Day = dt.date

_ONE_DAY = dt.timedelta(days=1)


def add_months(day: Day, n: int) -> Day:
    """Return the corresponding day n months later (earlier when n is negative), month end where there is
    none.

    Basis: 民法典 art. 202. Raises ValueError outside the years 1–9999.
    """
    year, month = divmod(day.year * 12 + day.month - 1 + n, 12)
    return Day(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def add_years(day: Day, n: int) -> Day:
    """Return the corresponding day n years later: 2020-02-29 plus 1 year is 2021-02-28 (民法典 art. 202)."""
    return add_months(day, 12 * n)


@lru_cache(maxsize=65_536)
def last_day(start: Day, *, years: int = 0, months: int = 0, days: int = 0) -> Day:
    """Return the last day, inclusive, of a period counted from the event day `start`, which itself is not
    counted.

    Years and months first, then plain days: 1 year from 2017-06-01 lasts through 2018-06-01 (民法典 arts.
    201–202).
    """
    return add_months(start, 12 * years + months) + dt.timedelta(days=days)


def within_last(d: Day, t: Day, *, years: int = 0, months: int = 0, days: int = 0) -> bool:
    """Tell whether a fact dated `d` is inside the last years/months/days on day `t`: d <= t <= d +
    period.
    """
    return d <= t <= last_day(d, years=years, months=months, days=days)


@dataclass(frozen=True, slots=True)
class Period:
    """The days from `start` until the day before `end`; `end` None means without end.

    Raises ValueError when `end` lies before `start`; equal days make an empty period.
    """

    start: Day
    end: Day | None = None

    def __post_init__(self) -> None:
        if self.end is not None and self.end < self.start:
            raise ValueError(f"期间的止日 {self.end} 早于起日 {self.start}，请核对起止日期。")

    @classmethod
    def after(cls, event: Day, *, years: int = 0, months: int = 0, days: int = 0) -> "Period":
        """Build the period that runs for this long after the day of `event`, beginning on the day after
        it.
        """
        return cls(event + _ONE_DAY, last_day(event, years=years, months=months, days=days) + _ONE_DAY)

    @classmethod
    def through(cls, first: Day, last: Day | None) -> "Period":
        """Build the period of the days `first` to `last`, both inclusive (None: without end)."""
        return cls(first, None if last is None else last + _ONE_DAY)

    def contains(self, day: Day) -> bool:
        """Tell whether `day` lies in the period; `end` itself does not."""
        return self.start <= day and (self.end is None or day < self.end)

    def overlaps(self, other: "Period") -> bool:
        """Tell whether the two periods share at least one day; an empty period shares none."""
        first = max(self.start, other.start)
        ends = [end for end in (self.end, other.end) if end is not None]
        return not ends or first < min(ends)

    @property
    def last_day(self) -> Day | None:
        """The last day that belongs to the period; None when it has no end. An empty period has no last day
        either: its value is the day before `start`, on which `contains` is false."""
        return None if self.end is None else self.end - _ONE_DAY

    @property
    def days(self) -> int | None:
        """The number of days in the period, None when it has no end."""
        return None if self.end is None else (self.end - self.start).days
