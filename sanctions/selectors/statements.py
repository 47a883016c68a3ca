"""SQL under construction, and the tests of single facts that every question of many subjects has in common.

The text is the same on PostgreSQL and SQLite but for a period's last day and a JSON list.
"""
# ruff: noqa: S608

from collections.abc import Iterable
from datetime import date
from decimal import ROUND_CEILING, Decimal
from typing import Any

from django.db import connection
from django.db.models import Model

from registry.rules.accidents import LEAST, Grade
from registry.rules.policy.conditions import AccidentTest
from registry.rules.policy.values import Duration

_CENT = Decimal("0.01")


def table(model: type[Model]) -> str:
    """Return the model's table."""
    return model._meta.db_table


class Statement:
    """SQL under construction: binds values, so that none of them is ever part of the text."""

    def __init__(self) -> None:
        self.params: dict[str, Any] = {}

    def bind(self, value: Any) -> str:
        """Return the placeholder of a value."""
        name = f"v{len(self.params)}"
        self.params[name] = connection.ops.adapt_datefield_value(value) if isinstance(value, date) else value
        return f"%({name})s"

    def among(self, expression: str, values: Iterable[Any]) -> str:
        """Return the test that the expression is one of the values."""
        found = [self.bind(value) for value in values]
        return f"{expression} IN ({', '.join(found)})" if found else "1 = 0"

    def period(self, day: str, length: Duration, more: int = 0) -> str:
        """Return the last day of a period counted from `day` (民法典 202), plus `more` days."""
        months, days = 12 * length.years + length.months, length.days + more
        if connection.vendor == "postgresql":
            return f"({day} + make_interval(months => {months}, days => {days}))::date"
        # SQLite runs over into the next month where the corresponding day is missing: not beyond the month's last day.
        month_end = f"date({day}, 'start of month', '{months + 1:+d} months', '-1 day')"
        return f"date(min(date({day}, '{months:+d} months'), {month_end}), '{days:+d} days')"

    def rows(self, values: Iterable[int]) -> str:
        """Return a query for the column `subject_id` with these whole numbers."""
        numbers = ",".join(map(str, values))
        if connection.vendor == "postgresql":
            return f"SELECT unnest({self.bind(f'{{{numbers}}}')}::bigint[]) AS subject_id"
        return f"SELECT value AS subject_id FROM json_each({self.bind(f'[{numbers}]')})"

    def overlaps(self, column: str, values: Iterable[str]) -> str:
        """Return the test that a JSON list holds one of the values."""
        if connection.vendor == "postgresql":
            return f"jsonb_exists_any({column}, {self.bind(list(values))})"
        return (
            f"EXISTS (SELECT 1 FROM json_each({column}) AS each_value WHERE {self.among('each_value.value', values)})"
        )


def accident_test(q: Statement, test: AccidentTest) -> str:
    """Return the test that the accident `x` is one of those meant (grades: 国务院令493号 art. 3)."""
    tests = ["1 = 1"]
    if test.liable:
        tests.append("x.is_liable")
    if test.fatal:
        tests.append("x.deaths > 0")
    if test.injuring:
        tests.append("(x.injured > 0 OR x.deaths > 0)")
    code = test.exactly or test.at_least
    if code is not None:
        reached = Grade[code.upper()]
        tests.append(_reaches(q, reached))
        if test.exactly and reached is not max(Grade):
            tests.append(f"NOT {_reaches(q, Grade(reached + 1))}")
    return " AND ".join(tests)


def _reaches(q: Statement, reached: Grade) -> str:
    least = next((each[1:] for each in LEAST if each[0] is reached), None)
    if least is None:
        return "(1 = 1)"
    deaths, injured, loss = (q.bind(number) for number in least)
    return f"(x.deaths >= {deaths} OR x.injured >= {injured} OR x.loss >= {loss})"


def fine_test(q: Statement, least: Decimal) -> str:
    """Return the test that the fine of the penalty `x` is at least `least` yuan."""
    # Fines are whole cents; half a cent less, so that none is missed for how a database keeps fractions.
    cents = least.quantize(_CENT, ROUND_CEILING)
    return f"COALESCE(x.fine, 0) >= {q.bind(float(cents) - 0.005)}"
