"""The calendar in use: the packaged one with the office's own days and years laid over it."""

from functools import cache, lru_cache

from django.db import connection

from registry.models import CalendarDay, CalendarYear
from registry.rules.calendar import WorkingCalendar, official_calendar
from registry.selectors.remembered import remembered


def calendar_current() -> WorkingCalendar:
    """Return the working calendar. One query of sums tells whether the kept copy still fits the tables; so every
    process sees an edit at once."""
    return remembered("calendar", _calendar_read)


def _calendar_read() -> WorkingCalendar:
    with connection.cursor() as cursor:
        cursor.execute(_revision_asked())
        revision = cursor.fetchone()
    return _calendar(revision)


@cache
def _revision_asked() -> str:
    """Return the query, made once a process: the calendar is asked for in every step that counts days."""
    tables = (connection.ops.quote_name(model._meta.db_table) for model in (CalendarDay, CalendarYear))
    asked = ", ".join(f"(SELECT max(id) FROM {table}), (SELECT sum(version) FROM {table})" for table in tables)  # noqa: S608
    return f"SELECT {asked}"


@lru_cache(maxsize=2)
def _calendar(revision: tuple[int | None, ...]) -> WorkingCalendar:
    if revision == (None, None, None, None):
        return official_calendar()
    return official_calendar().with_overrides(
        dict(CalendarDay.objects.values_list("day", "is_working")),
        set(CalendarYear.objects.filter(is_announced=True).values_list("year", flat=True)),
    )
