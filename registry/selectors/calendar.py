"""The calendar in use: the packaged one with the office's own days and years laid over it."""

from functools import lru_cache

from django.db.models import Max, Sum

from registry.models import CalendarDay, CalendarYear
from registry.rules.calendar import WorkingCalendar, official_calendar
from registry.selectors.remembered import remembered


def calendar_current() -> WorkingCalendar:
    """Return the working calendar. One aggregate query tells whether the kept copy still fits the tables; so every
    process sees an edit at once."""
    return remembered("calendar", _calendar_read)


def _calendar_read() -> WorkingCalendar:
    days = CalendarDay.objects.aggregate(last=Max("pk"), edits=Sum("version"))
    years = CalendarYear.objects.aggregate(last=Max("pk"), edits=Sum("version"))
    return _calendar((days["last"], days["edits"], years["last"], years["edits"]))


@lru_cache(maxsize=2)
def _calendar(revision: tuple[int | None, ...]) -> WorkingCalendar:
    if revision == (None, None, None, None):
        return official_calendar()
    return official_calendar().with_overrides(
        dict(CalendarDay.objects.values_list("day", "is_working")),
        set(CalendarYear.objects.filter(is_announced=True).values_list("year", flat=True)),
    )
