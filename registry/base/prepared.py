"""Queries of hot paths: written as querysets like any other, their text made once a process and not at every call.

For a look-up by key Django needs several times as long to make the text as the database needs to answer.
"""

import json
from abc import ABC, abstractmethod
from collections import namedtuple
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final, cast

from django.db import connection
from django.db.models import Expression, Field, QuerySet
from django.db.models.expressions import Col
from django.db.models.query import get_related_populators
from django.db.models.sql import Query
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
        if connection.vendor == "postgresql":
            return array_sent(value, self.output_field.db_type(connection))
        return json.dumps(list(value))


NUMBERS: Final = ("smallint", "integer", "bigint")  # PostgreSQL's types


def array_sent(values: Iterable[Any], kind: str | None) -> Any:
    """Return values of a column of the type `kind` as the driver sends them to PostgreSQL; of numbers one text, which the
    server reads sooner than a list of terms."""
    return f"{{{','.join(str(int(each)) for each in values)}}}" if kind in NUMBERS else list(values)


@dataclass(frozen=True)
class _Made:
    sql: str
    params: tuple[Any, ...]
    converters: Converters
    read: Callable[[Sequence[Any]], Any]  # a row of the cursor → what the caller gets


class _Prepared(ABC):
    """A query whose text is made once for each kind of database."""

    def __init__(self, build: Callable[[], QuerySet[Any]]) -> None:
        self._build = build
        self._made: dict[str, _Made] = {}

    def rows(self, **values: Any) -> list[Any]:
        """Run the query with a value for each slot. Raises KeyError where one is missing."""
        made = self._made.get(connection.vendor) or self._make()
        params = [each.bound(values[each.name]) if isinstance(each, Slot) else each for each in made.params]
        with connection.cursor() as cursor:
            cursor.execute(made.sql, params)
            found = cursor.fetchall()
        return list(map(made.read, _converted(found, made.converters) if made.converters else found))

    def _make(self) -> _Made:
        compiler = self._query().get_compiler(connection=connection)
        sql, params = compiler.as_sql()
        columns: list[Col] = [column[0] for column in compiler.select]
        found = compiler.get_converters(columns).items()
        converters = tuple((place, tuple(each), column) for place, (each, column) in found)
        made = _Made(sql, tuple(params), converters, self._reader(compiler))
        self._made[connection.vendor] = made
        return made

    @abstractmethod
    def _query(self) -> Query:
        """The query, with slots where values change."""

    @abstractmethod
    def _reader(self, compiler: SQLCompiler) -> Callable[[Sequence[Any]], Any]:
        """What makes of a row of the cursor what the caller gets."""


class Prepared(_Prepared):
    """A query over `fields`, whose rows come as named tuples.

    `build` returns the queryset, with slots where values change; it is called once for each kind of database.
    """

    def __init__(self, build: Callable[[], QuerySet[Any]], fields: Sequence[str]) -> None:
        super().__init__(build)
        self._fields = tuple(fields)
        self._row: Any = namedtuple("Row", self._fields)  # type: ignore[misc]

    def _query(self) -> Query:
        return self._build().values_list(*self._fields).query

    def _reader(self, compiler: SQLCompiler) -> Callable[[Sequence[Any]], Any]:
        return cast("Callable[[Sequence[Any]], Any]", self._row._make)


class PreparedObjects(_Prepared):
    """A query whose rows come as objects of its model, as the queryset itself would give them: with `select_related`,
    `only` and `defer`, without annotations and `prefetch_related`.

    `build` returns the queryset, with slots where values change; it is called once for each kind of database.
    """

    def _query(self) -> Query:
        return self._build().query

    def _reader(self, compiler: SQLCompiler) -> Callable[[Sequence[Any]], Any]:
        """Make objects as `django.db.models.query.ModelIterable` does."""
        info: Any = compiler.klass_info
        model, alias = info["model"], connection.alias
        first, end = info["select_fields"][0], info["select_fields"][-1] + 1
        names = [column[0].target.attname for column in compiler.select[first:end]]
        # (The stubs know the parameters of a later Django.)
        related = get_related_populators(info, compiler.select, alias)  # type: ignore[call-arg]

        def read(row: Sequence[Any]) -> Any:
            made = model.from_db(alias, names, row[first:end])
            for each in related:
                each.populate(row, made)
            return made

        return read


def _converted(rows: Sequence[Sequence[Any]], converters: Converters) -> list[list[Any]]:
    """Turn what the database gives into values of Python, column by column as the fields say."""
    told = [list(row) for row in rows]
    for place, each, column in converters:
        for row in told:
            for convert in each:
                row[place] = convert(row[place], column, connection)
    return told
