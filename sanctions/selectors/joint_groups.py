"""What was asked of departments in a span, counted by the database: one row for each kind of answer."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import connection

from registry.models import Deadline, DeadlinePause
from registry.rules.calendar import WorkingCalendar
from sanctions.models import ListEntry, MeasureOrder
from sanctions.rules.joint_figures import IN_TIME, LAPSED, LATE, OVERDUE, WAITING

_ONE_DAY = timedelta(days=1)
_TABLES = {
    "deadline": Deadline._meta.db_table, "pause": DeadlinePause._meta.db_table, "orders": MeasureOrder._meta.db_table,
    "entry": ListEntry._meta.db_table,
}  # fmt: skip
# `Asked.outcome` and `Asked.days_used` for what no clock ever stood for; a deadline has no foreign key to its order that
# a queryset could join by. `day` numbers the days by the working days before them.
_SQL = """
    WITH day (at, number) AS (VALUES {days})
    SELECT d.code, d.department_id, o.catalogue, o.measure_code,
        CASE
            WHEN d.met_on <= %s THEN CASE WHEN d.met_on <= d.due_on THEN %s ELSE %s END
            WHEN d.cancelled_on <= %s THEN %s
            WHEN d.code <> %s AND e.ends_on <= %s THEN %s
            WHEN d.due_on < %s THEN %s
            ELSE %s
        END AS outcome,
        COUNT(*), MIN(d.object_id),
        SUM(CASE WHEN d.met_on <= %s AND met.number > begun.number THEN met.number - begun.number ELSE 0 END)
    FROM {deadline} d
    JOIN {orders} o ON o.id = d.object_id
    JOIN {entry} e ON e.id = o.entry_id
    LEFT JOIN day begun ON begun.at = d.starts_on
    LEFT JOIN day met ON met.at = d.met_on
    WHERE d.object_kind = %s AND d.code IN ({codes}) AND d.starts_on >= %s AND d.starts_on <= %s
        AND NOT EXISTS (SELECT 1 FROM {pause} p WHERE p.deadline_id = d.id){narrowed}
    GROUP BY d.code, d.department_id, o.catalogue, o.measure_code, 5"""


@dataclass(frozen=True)
class AskedGroup:
    """Like things asked: by which deadline, of whom, for which measure, how they stand; `days`: working days to all their
    answers together; `order`: one of their orders."""

    code: str
    department: int
    measure: tuple[str, str]
    outcome: str
    number: int
    order: int
    days: int


@dataclass(frozen=True)
class GroupsAsked:
    """Which groups are asked for. `endless`: the code of the deadline that does not end with its entry."""

    kind: str
    codes: tuple[str, ...]
    endless: str
    first: date
    last: date
    as_of: date
    department: int | None
    measure: tuple[str, str] | None


def groups_without_pause(asked: GroupsAsked, calendar: WorkingCalendar) -> Iterator[AskedGroup]:
    """Yield what was asked from `first` to `last` and stood how at the end of `as_of`, as far as no clock ever stood for
    it. One query."""
    last, as_of = min(asked.last, asked.as_of), asked.as_of
    if last < asked.first:
        return
    numbered = _days(asked.first, as_of, calendar)
    narrowed, narrowing = _narrowing(asked)
    sql = _SQL.format(
        days=", ".join(["(%s, %s)"] * (len(numbered) // 2)), codes=", ".join(["%s"] * len(asked.codes)),
        narrowed=narrowed, **_TABLES,
    )  # fmt: skip
    params = [
        *numbered, as_of, IN_TIME, LATE, as_of, LAPSED, asked.endless, as_of, LAPSED, as_of, OVERDUE, WAITING, as_of,
        asked.kind, *asked.codes, asked.first, last, *narrowing,
    ]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(sql, params)
        for code, department, catalogue, measure, outcome, number, order, days in cursor.fetchall():
            yield AskedGroup(code, department, (catalogue, measure), outcome, number, order, int(days))


def _days(first: date, last: date, calendar: WorkingCalendar) -> list[Any]:
    """Return each day and the working days after `first` up to it, one after the other."""
    found: list[Any] = []
    for place in range((last - first).days + 1):
        day = first + place * _ONE_DAY
        found += [day, calendar.between(first, day)]
    return found


def _narrowing(asked: GroupsAsked) -> tuple[str, list[Any]]:
    sql, params = "", []
    if asked.department is not None:
        sql += " AND d.department_id = %s"
        params.append(asked.department)
    if asked.measure is not None:
        sql += " AND o.catalogue = %s AND o.measure_code = %s"
        params += asked.measure
    return sql, params
