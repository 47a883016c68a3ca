"""What was asked of departments in a span, counted by the database: one row for each kind of answer."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import connection, transaction

from registry.models import Deadline, DeadlinePause
from registry.rules.calendar import WorkingCalendar
from sanctions.models import ListEntry, MeasureOrder
from sanctions.rules.joint_figures import IN_TIME, LAPSED, LATE, OUTCOMES, OVERDUE, WAITING

_ONE_DAY = timedelta(days=1)
_WORK_MEMORY = "64MB"  # a million rows are sorted on disk with less
_TABLES = {
    "deadline": Deadline._meta.db_table, "pause": DeadlinePause._meta.db_table, "orders": MeasureOrder._meta.db_table,
    "entry": ListEntry._meta.db_table,
}  # fmt: skip
# `Asked.outcome` and `Asked.days_used` for what no clock ever stood for; a deadline has no foreign key to its order that
# a queryset could join by. `day` numbers the days by the working days before them; materialized, it would keep PostgreSQL
# to one process. An outcome is worked out anew by each count that asks for it: outcomes are numbers, which are cheap, and
# days are added up for two of them alone.
_SQL = """
    WITH day (at, number) AS NOT MATERIALIZED (VALUES {days})
    SELECT code, department, catalogue, measure, MIN(orders), {counts}
    FROM (
        SELECT d.code, d.department_id AS department, o.catalogue, o.measure_code AS measure, o.id AS orders,
            CASE
                WHEN d.met_on <= %s THEN CASE WHEN d.met_on <= d.due_on THEN {in_time} ELSE {late} END
                WHEN d.cancelled_on <= %s THEN {lapsed}
                WHEN d.code <> %s AND e.ends_on <= %s THEN {lapsed}
                WHEN d.due_on < %s THEN {overdue}
                ELSE {waiting}
            END AS outcome,
            CASE WHEN met.number > begun.number THEN met.number - begun.number ELSE 0 END AS used
        FROM {deadline} d
        JOIN {orders} o ON o.id = d.object_id
        JOIN {entry} e ON e.id = o.entry_id
        LEFT JOIN day begun ON begun.at = d.starts_on
        LEFT JOIN day met ON met.at = d.met_on
        WHERE d.object_kind = %s AND d.code IN ({codes}) AND d.starts_on >= %s AND d.starts_on <= %s
            AND NOT EXISTS (SELECT 1 FROM {pause} p WHERE p.deadline_id = d.id){narrowed}
    ) asked
    GROUP BY code, department, catalogue, measure"""
# Counted side by side, for as groups of their own the outcomes would keep PostgreSQL to one process.
_NUMBERS = {outcome: number for number, outcome in enumerate(OUTCOMES)}
_ANSWERED = (IN_TIME, LATE)  # days are told of these alone
_COUNTS = ", ".join(
    [
        *(f"COUNT(*) FILTER (WHERE outcome = {number})" for number in _NUMBERS.values()),
        *(f"COALESCE(SUM(used) FILTER (WHERE outcome = {_NUMBERS[outcome]}), 0)" for outcome in _ANSWERED),
    ]
)
_WORDS = {
    "in_time": _NUMBERS[IN_TIME], "late": _NUMBERS[LATE], "lapsed": _NUMBERS[LAPSED], "overdue": _NUMBERS[OVERDUE],
    "waiting": _NUMBERS[WAITING],
}  # fmt: skip


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
        counts=_COUNTS, narrowed=narrowed, **_TABLES, **_WORDS,
    )  # fmt: skip
    params = [
        *numbered, as_of, as_of, asked.endless, as_of, as_of, asked.kind, *asked.codes, asked.first, last, *narrowing,
    ]  # fmt: skip
    with roomy(), connection.cursor() as cursor:
        cursor.execute(sql, params)
        found = cursor.fetchall()
    for code, department, catalogue, measure, order, *counted in found:
        days = dict(zip(_ANSWERED, counted[len(OUTCOMES) :], strict=True))
        for outcome, number in zip(OUTCOMES, counted, strict=False):
            if number:
                yield AskedGroup(
                    code, department, (catalogue, measure), outcome, number, order, int(days.get(outcome, 0))
                )


@contextmanager
def roomy() -> Iterator[None]:
    """Within, a statement may sort and hash in memory what a year brings, where PostgreSQL answers."""
    with transaction.atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute(f"SET LOCAL work_mem = '{_WORK_MEMORY}'")
        yield


def _days(first: date, last: date, calendar: WorkingCalendar) -> list[Any]:
    """Return each day and the working days after `first` up to it, one after the other."""
    found: list[Any] = []
    for place in range((last - first).days + 1):
        day = first + place * _ONE_DAY
        found += [day, calendar.between(first, day)]
    return found


def _narrowing(asked: GroupsAsked) -> tuple[str, list[Any]]:
    sql = ""
    params: list[Any] = []
    if asked.department is not None:
        sql += " AND d.department_id = %s"
        params.append(asked.department)
    if asked.measure is not None:
        sql += " AND o.catalogue = %s AND o.measure_code = %s"
        params += asked.measure
    return sql, params
