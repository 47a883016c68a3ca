"""The working-day calendar as the office keeps it. Every change reckons the open deadlines anew.

Source of what is loaded: the State Council's yearly notice of days off and make-up working days (放假安排).
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.db import transaction

from registry.base.errors import Conflict, InvalidInput
from registry.models import Account, CalendarDay, CalendarYear
from registry.rules.calendar import official_calendar
from registry.selectors.calendar import calendar_current
from registry.services import authz
from registry.services.deadlines import deadlines_reckon
from registry.services.events import event_record
from registry.signals import calendar_changed

FIRST_YEAR = 2000
LAST_YEAR = 2060


@dataclass(frozen=True)
class YearLoaded:
    """What loading a year changed: days laid over the calendar, and deadlines that moved or became certain."""

    days: int
    deadlines: int


@transaction.atomic
def calendar_day_set(*, day: date, is_working: bool, note: str, actor: Account | None, on: date) -> int:
    """Lay one day over the calendar (a flood day off, a weekend worked); return how many deadlines moved.

    Raises NotAllowed, InvalidInput (year out of range), Conflict (the day is so already).
    """
    authz.require(actor, "calendar.edit", on=on)
    _year_check(day.year, field="day")
    if calendar_current().is_working(day) == is_working:
        raise Conflict(
            "day-unchanged", f"{day}在日历上已经是{'工作日' if is_working else '休息日'}，不需要调整。", field="day"
        )
    row = _day_lay(day, is_working, note, actor)
    moved = deadlines_reckon(actor=actor)
    calendar_changed.send(CalendarDay, actor=actor, on=on)
    event_record(
        "calendar.day-set", f"日历调整：{day}为{'工作日' if is_working else '休息日'}（{note}）", obj=row, actor=actor, on=on,
        payload={"day": day, "is_working": is_working, "note": note, "deadlines": moved},
    )  # fmt: skip
    return moved


@transaction.atomic
def calendar_year_load(
    *, year: int, days_off: Iterable[date], make_up_days: Iterable[date], source: str, actor: Account | None, on: date
) -> YearLoaded:
    """Load a year's notice: its dates become certain and open deadlines that were provisional are reckoned.

    Loading a year again replaces what its first loading said. Raises NotAllowed, and InvalidInput for a year that the
    packaged calendar holds already, for no days at all, and for days that no notice could name.
    """
    authz.require(actor, "calendar.edit", on=on)
    _year_check(year, field="year")
    if year in official_calendar().announced_years:
        raise InvalidInput(
            "year-packaged", f"{year}年的放假安排已随系统提供，个别日期有变动的请用“调整一天”。", field="year"
        )
    off = list(days_off)
    if not off:
        raise InvalidInput("no-days-off", "没有填写放假日期，请按放假通知逐行填写。", field="days_off")
    try:
        differing = calendar_current().notice_days(year, days_off=off, make_up_days=make_up_days)
    except ValueError as error:
        raise InvalidInput("notice-days", str(error), field="days_off") from error
    for day, is_working in sorted(differing.items()):
        _day_lay(day, is_working, f"{year}年放假安排", actor)
    row = CalendarYear.objects.filter(year=year).first() or CalendarYear(year=year)
    row.is_announced, row.source = True, source
    row.save_by(actor, reason="calendar.year-load")
    moved = deadlines_reckon(actor=actor)
    calendar_changed.send(CalendarYear, actor=actor, on=on)
    event_record(
        "calendar.year-loaded", f"载入{year}年放假安排（{source}），重算期限{moved}项", obj=row, actor=actor, on=on,
        payload={"year": year, "days": {day.isoformat(): working for day, working in differing.items()}},
    )  # fmt: skip
    return YearLoaded(days=len(differing), deadlines=moved)


def _day_lay(day: date, is_working: bool, note: str, actor: Account | None) -> CalendarDay:
    row = CalendarDay.objects.select_for_update().filter(day=day).first() or CalendarDay(day=day)
    row.is_working, row.note = is_working, note
    return row.save_by(actor, reason="calendar.day-set")


def _year_check(year: int, *, field: str) -> None:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        raise InvalidInput(
            "year-out-of-range", f"只能维护{FIRST_YEAR}—{LAST_YEAR}年的日历，{year}年不在其内。", field=field
        )
