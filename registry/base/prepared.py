"""Queries of hot paths: written as querysets like any other, their text made once a process and not at every call.

For a look-up by key Django needs several times as long to make the text as the database needs to answer.
"""

import json
from collections import namedtuple
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.db.models import Expression, Field, QuerySet
from django.db.models.expressions import Col
from django.db.models.sql.compiler import SQLCompiler

Converters = Sequence[tuple[int, Sequence[Callable[[Any, Any, Any], Any]], Any]]


class Slot(Expression):
    """The place in a prepared query of a value that each run gives by `name`.

    `field`: what kind of value; `many`: a collection of them, for the look-up `any_of`.
    """

    def __init__(self, name: str, field: "Field[Any, Any]", *, many: bool = False) -> None:
        super().__init__(output_field=field)
        self.name = name
        self.many = many

    def as_sql(self, compiler: SQLCompiler, connection: Any) -> tuple[str, Any]:
        """Stand among the parameters until a run puts a value in its place."""
        return "%s", [self]

    def bound(self, value: Any) -> Any:
        """Return `value` as the database takes it."""
        if not self.many:
            return self.output_field.get_db_prep_value(value, connection)
        values = list(value)
        return values if connection.vendor == "postgresql" else json.dumps(values)


@dataclass(frozen=True)
class _Made:
    sql: str
    params: tuple[Any, ...]
    converters: Converters


class Prepared:
    """A query over `fields`, whose rows come as named tuples.

    `build` returns the queryset, with slots where values change; it is called once for each kind of database.
    """

    def __init__(self, build: Callable[[], QuerySet[Any]], fields: Sequence[str]) -> None:
        self._build = build
        self._fields = tuple(fields)
        self._row: Any = namedtuple("Row", self._fields)  # type: ignore[misc]
        self._made: dict[str, _Made] = {}

    def rows(self, **values: Any) -> list[Any]:
        """Run the query with a value for each slot. Raises KeyError where one is missing."""
        made = self._made.get(connection.vendor) or self._make()
        params = [each.bound(values[each.name]) if isinstance(each, Slot) else each for each in made.params]
        with connection.cursor() as cursor:
            cursor.execute(made.sql, params)
            found = cursor.fetchall()
        return list(map(self._row._make, _converted(found, made.converters) if made.converters else found))

    def _make(self) -> _Made:
        query = self._build().values_list(*self._fields).query
        compiler = query.get_compiler(connection=connection)
        sql, params = compiler.as_sql()
        columns: list[Col] = [column[0] for column in compiler.select]
        found = compiler.get_converters(columns).items()
        made = _Made(sql, tuple(params), tuple((place, tuple(each), column) for place, (each, column) in found))
        self._made[connection.vendor] = made
        return made


def _converted(rows: Sequence[Sequence[Any]], converters: Converters) -> list[list[Any]]:
    """Turn what the database gives into values of Python, column by column as the fields say."""
    told = [list(row) for row in rows]
    for place, each, column in converters:
        for row in told:
            for convert in each:
                row[place] = convert(row[place], column, connection)
    return told
