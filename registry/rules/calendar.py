"""The working-day calendar: official days off, make-up working weekends, provisional years.

The State Council announces the days off of one year at a time, usually in November of the year before. Days
of announced years are certain. In every other year weekends and, where known, statutory holidays are off
and the answer is marked provisional; a missing year is never refused and never read as a year without
holidays.
"""

import datetime as dt
from collections.abc import Collection, Iterable, Mapping
from functools import lru_cache
from itertools import accumulate
from typing import NamedTuple

import chinese_calendar
import holidays

Day = dt.date

_FIRST_OFFICIAL_YEAR = 2004
_LAST_GUESSED_YEAR = 2060
_ONE_DAY = dt.timedelta(days=1)


class Due(NamedTuple):
    """A computed last day. `provisional`: it rests on days of a year not yet announced and may still
    move.
    """

    on: Day
    provisional: bool


class WorkingCalendar:
    """Working days as one immutable table; every question is answered by one or two look-ups.

    Inside the table's years each day is known; outside Monday to Friday are working days. Positions are
    proleptic day numbers (`date.toordinal()`); day number 1 is a Monday.
    """

    __slots__ = ("_announced", "_base", "_counts", "_first", "_last", "_working")

    def __init__(
        self, *, first_year: int, last_year: int, exceptions: Mapping[Day, bool], announced_years: Iterable[int]
    ) -> None:
        """Take the years covered, the days unlike Monday–Friday (True: working) and the announced years.

        Exceptions outside the years covered are refused with ValueError: they would be lost silently.
        """
        self._first = Day(first_year, 1, 1).toordinal()
        self._last = Day(last_year, 12, 31).toordinal()
        flags = bytearray(1 if _is_weekday(number) else 0 for number in range(self._first, self._last + 1))
        for day, working in exceptions.items():
            number = day.toordinal()
            if not self._first <= number <= self._last:
                raise ValueError(f"日期 {day} 不在工作日历 {first_year}—{last_year} 年之内，请先扩大年份。")
            flags[number - self._first] = working
        self._fill(flags, frozenset(announced_years))

    def _fill(self, flags: bytearray, announced: frozenset[int]) -> None:
        self._announced = announced
        # Working days of the world up to and including the day before the table, counted Monday to Friday.
        self._base = _weekdays_through(self._first - 1)
        self._counts = tuple(accumulate(flags, initial=self._base))[1:]
        self._working = tuple(self._first + index for index, working in enumerate(flags) if working)

    @property
    def announced_years(self) -> frozenset[int]:
        """The years whose days off are announced, so that dates within them are final."""
        return self._announced

    def is_working(self, day: Day) -> bool:
        """Tell whether `day` is a working day (a make-up weekend is one)."""
        number = day.toordinal()
        return self._through(number) > self._through(number - 1)

    def is_announced(self, day: Day) -> bool:
        """Tell whether the days off of the year of `day` are announced."""
        return day.year in self._announced

    def add(self, day: Day, n: int) -> Due:
        """Return the n-th working day after `day`; `day` itself does not count (n = 0 gives `day` back).

        Basis: 民法典 art. 201 (the day of the event is not counted). A negative n raises ValueError: use
        `back`.
        """
        if n < 0:
            raise ValueError(f"工作日数不能为负数：{n}。向前推算请使用 back。")
        if n == 0:
            return Due(day, False)
        due = Day.fromordinal(self._nth(self._through(day.toordinal()) + n))
        if due.year == day.year:
            return Due(due, day.year not in self._announced)
        return Due(due, not self._years_announced(day + _ONE_DAY, due))

    def back(self, last_day: Day, n: int) -> Day:
        """Return the first of the n working days that end on `last_day` inclusive.

        When `last_day` is a rest day the n working days are those before it. n < 1 raises ValueError.
        """
        if n < 1:
            raise ValueError(f"工作日数必须大于零：{n}。")
        return Day.fromordinal(self._nth(self._through(last_day.toordinal()) - n + 1))

    def between(self, a: Day, b: Day) -> int:
        """Count the working days after `a` up to and including `b`; negative when `b` lies before `a`."""
        return self._through(b.toordinal()) - self._through(a.toordinal())

    def move_to_working(self, day: Day) -> Due:
        """Move a plain-days deadline that ends on a rest day to the next working day (民法典 art. 203)."""
        if self.is_working(day):
            return Due(day, not self.is_announced(day))
        due = Day.fromordinal(self._nth(self._through(day.toordinal()) + 1))
        return Due(due, not self._years_announced(day, due))

    def with_overrides(self, overrides: Mapping[Day, bool], announced_years: Collection[int] = ()) -> "WorkingCalendar":
        """Return a new calendar with the office's own days laid over this one.

        `overrides`: day → is it working. Other days stay as they are, guessed holidays too, so a year's
        notice must be given as everything that differs from this calendar: see `notice_days`.
        `announced_years` are added.
        """
        years = [day.year for day in overrides] + list(announced_years)
        first_year = min([Day.fromordinal(self._first).year, *years])
        last_year = max([Day.fromordinal(self._last).year, *years])
        return WorkingCalendar(
            first_year=first_year,
            last_year=last_year,
            exceptions={**dict(self._exceptions()), **overrides},
            announced_years=self._announced | set(announced_years),
        )

    def notice_days(self, year: int, *, days_off: Iterable[Day], make_up_days: Iterable[Day]) -> dict[Day, bool]:
        """Turn a year's notice into the days that differ from this calendar, to be given to
        `with_overrides`.

        `days_off` are all days of rest that the notice names (weekends may be among them), `make_up_days`
        the weekends worked. A weekday guessed as holiday that the notice does not name comes out as
        working. Raises ValueError for a day more than one year away, a make-up day that is no weekend, a
        day named as both.
        """
        notice = dict.fromkeys(days_off, False)
        for day in make_up_days:
            if _is_weekday(day.toordinal()):
                raise ValueError(f"{day} 不是周六或周日，不能作为调休上班日，请核对放假通知。")
            if day in notice:
                raise ValueError(f"{day} 同时列为放假和调休上班，请核对放假通知。")
            notice[day] = True
        # A notice may reach into the December before (the New Year holiday) but no further.
        for day in notice:
            if day.year not in (year - 1, year):
                raise ValueError(f"{day} 不属于 {year} 年的放假安排，请核对年份。")
        first = Day(year, 1, 1).toordinal()
        plain = {
            Day.fromordinal(number): _is_weekday(number) for number in range(first, Day(year, 12, 31).toordinal() + 1)
        }
        return {day: working for day, working in {**plain, **notice}.items() if working != self.is_working(day)}

    def _exceptions(self) -> Iterable[tuple[Day, bool]]:
        """Yield the days of the table that differ from Monday–Friday."""
        before = self._base
        for number, count in enumerate(self._counts, start=self._first):
            working = count > before
            if working != _is_weekday(number):
                yield Day.fromordinal(number), working
            before = count

    def _years_announced(self, first: Day, last: Day) -> bool:
        if first.year == last.year:
            return first.year in self._announced
        return all(year in self._announced for year in range(first.year, last.year + 1))

    def _through(self, number: int) -> int:
        """Count the working days from day number 1 through `number`."""
        if number < self._first:
            return _weekdays_through(number)
        if number > self._last:
            return self._counts[-1] + _weekdays_through(number) - _weekdays_through(self._last)
        return self._counts[number - self._first]

    def _nth(self, count: int) -> int:
        """Return the day number of the `count`-th working day, the inverse of `_through`."""
        if count <= self._base:
            return _nth_weekday(count)
        index = count - self._base - 1
        if index < len(self._working):
            return self._working[index]
        return _nth_weekday(_weekdays_through(self._last) + index - len(self._working) + 1)


def _is_weekday(number: int) -> bool:
    return (number - 1) % 7 < 5


def _weekdays_through(number: int) -> int:
    weeks, rest = divmod(number, 7)
    return weeks * 5 + min(rest, 5)


def _nth_weekday(count: int) -> int:
    weeks, rest = divmod(count - 1, 5)
    return weeks * 7 + rest + 1


@lru_cache(maxsize=1)
def official_calendar() -> WorkingCalendar:
    """Return the calendar of the State Council's yearly notices, 2004 to the last year that the package
    covers.

    Later years through 2060 hold the statutory holidays (全国年节及纪念日放假办法) without make-up days,
    provisional.
    """
    off: dict[Day, bool] = {day: False for day in chinese_calendar.holidays if day.isoweekday() <= 5}
    off |= {day: True for day in chinese_calendar.workdays if day.isoweekday() > 5}
    last_official = max(day.year for day in chinese_calendar.holidays)
    later = holidays.country_holidays("CN", years=range(last_official + 1, _LAST_GUESSED_YEAR + 1))
    for day in later:
        if day.isoweekday() <= 5 and day.year > last_official:
            off[day] = False
    return WorkingCalendar(
        first_year=_FIRST_OFFICIAL_YEAR,
        last_year=_LAST_GUESSED_YEAR,
        exceptions=off,
        announced_years=range(_FIRST_OFFICIAL_YEAR, last_official + 1),
    )
