"""A year of the working calendar, laid out in months and weeks for a page."""

import calendar
from dataclasses import dataclass
from datetime import date

from registry.models import CalendarDay, CalendarYear
from registry.selectors.calendar import calendar_current

MONTH_LABELS = tuple(f"{number}月" for number in range(1, 13))
_ANNOUNCED = "国务院办公厅放假安排（随系统提供）"
_RECKONED = "放假安排尚未公布，暂按《全国年节及纪念日放假办法》的法定节假日和周末推算"


@dataclass(frozen=True)
class DayView:
    """One day. `kind`: working, rest (weekend), holiday (a weekday off), makeup (a weekend worked)."""

    day: date
    kind: str
    note: str
    is_adjusted: bool
    is_today: bool


@dataclass(frozen=True)
class MonthView:
    """A month in weeks of seven from Monday; None where a day belongs to another month."""

    label: str
    weeks: list[list[DayView | None]]
    working_days: int


@dataclass(frozen=True)
class YearView:
    """A year with its months, whether its days off are announced, and where they come from."""

    year: int
    months: list[MonthView]
    is_announced: bool
    source: str


def calendar_year(year: int, *, today: date) -> YearView:
    """Return the year as the office's calendar has it, adjustments marked."""
    working = calendar_current()
    notes = dict(CalendarDay.objects.filter(day__year=year).values_list("day", "note"))

    def view(day: date) -> DayView | None:
        if day.year != year or day.month != month:
            return None
        is_working, is_weekend = working.is_working(day), day.isoweekday() > 5
        kind = {(True, False): "working", (True, True): "makeup", (False, True): "rest", (False, False): "holiday"}
        return DayView(day, kind[is_working, is_weekend], notes.get(day, ""), day in notes, day == today)

    months = []
    for month, label in enumerate(MONTH_LABELS, start=1):
        weeks = [[view(day) for day in week] for week in calendar.Calendar().monthdatescalendar(year, month)]
        count = sum(1 for week in weeks for day in week if day is not None and day.kind in ("working", "makeup"))
        months.append(MonthView(label, weeks, count))
    loaded, is_announced = CalendarYear.objects.filter(year=year).first(), year in working.announced_years
    source = _ANNOUNCED if is_announced else _RECKONED
    return YearView(year, months, is_announced, loaded.source if loaded is not None else source)
