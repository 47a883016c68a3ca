"""Many new rows in few statements: COPY on PostgreSQL, `bulk_create` elsewhere; row versions with them.

Everything in the caller's transaction. No signal is sent and nothing is checked but by the database.
"""
# ruff: noqa: S608  (the texts hold names of tables and columns, never a value)

import io
import json
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, TypeVar
from uuid import UUID

from django.db import connection, models
from django.db.models.base import ModelState

from registry.base.tracked import Tracked, history_write

if TYPE_CHECKING:
    from registry.models import Account

Row = TypeVar("Row", bound=models.Model)
_BATCH: Final = 500
_IDS: Final = 5_000  # below the most parameters of a statement on SQLite
_COPIED: Final = 5_000  # rows a COPY: their text stands in memory
_NULL: Final = "\\N"
_JSON: Final = json.JSONEncoder().encode  # made once, not for each value
# COPY's own text format (PostgreSQL manual, COPY, "Text Format").
_ESCAPED: Final = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def row_new(model: type[Row], **values: Any) -> Row:
    """Return a new row as `model(**values)` does, ten times faster: `values` by the names of columns (`subject_id`),
    never related rows. What Django's own making also does, two signals and a setter for each column, nobody here needs.
    """
    plain, made = _defaults(model)
    if not values.keys() <= plain.keys():
        raise TypeError(f"{model.__name__} has no column {', '.join(values.keys() - plain.keys())}")
    row = model.__new__(model)
    row._state = ModelState()
    row.__dict__.update(plain, **values)
    for name, make in made:
        if name not in values:
            row.__dict__[name] = make()
    return row


@lru_cache(maxsize=64)
def _defaults(model: type[models.Model]) -> tuple[dict[str, Any], list[tuple[str, Callable[[], Any]]]]:
    """Return what each column holds unless told otherwise, and the columns whose value is made anew for each row."""
    fields = model._meta.concrete_fields
    made = [field for field in fields if callable(field.default) and field.default is not models.NOT_PROVIDED]
    plain = {field.attname: None if field in made else field.get_default() for field in fields}
    return plain, [(field.attname, field.default) for field in made]


def rows_add(rows: Sequence[models.Model]) -> None:
    """Write new rows of one model; each has its primary key afterwards. Raises IntegrityError as saving one would."""
    if not rows:
        return
    model = type(rows[0])
    if connection.vendor != "postgresql":
        model._base_manager.bulk_create(rows, batch_size=_BATCH)
        return
    name = model._meta.pk.attname
    for row, key in zip(rows, _keys_reserved(model, len(rows)), strict=True):
        setattr(row, name, key)
    for part in parts(rows, _COPIED):
        _copy(model, part)
    for row in rows:
        row._state.adding, row._state.db = False, connection.alias


def tracked_add(rows: Sequence[Tracked], *, actor: "Account | None", reason: str) -> None:
    """Write new rows of one tracked model, and of each its first version: what `save_by` does for one."""
    for row in rows:
        row.version += 1
    if rows:
        rows_add(rows)
        for part in parts(rows, _IDS):
            history_write(part, actor, reason, "+")


def tracked_change(rows: Sequence[Tracked], fields: Sequence[str], *, actor: "Account | None", reason: str) -> None:
    """Write these fields of many rows of one tracked model, each with values of its own, and of each its next version:
    what `save_by` does for one. The caller holds the rows' locks."""
    for row in rows:
        row.version += 1
    rows_change(rows, [*fields, "version"])
    for part in parts(rows, _IDS):
        history_write(part, actor, reason, "~")


def rows_change(rows: Sequence[Row], fields: Sequence[str]) -> None:
    """Write these fields of many rows of one model, each with values of its own. Of tracked ones: `tracked_change`."""
    if not rows:
        return
    meta = rows[0]._meta
    columns = [each for each in meta.concrete_fields if each.name in fields]
    table, key = connection.ops.quote_name(meta.db_table), _column(meta.pk)
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            for part in parts(rows, _IDS):
                _change_by_arrays(cursor, table, key, columns, part)
        else:
            settings = ", ".join(f"{_column(each)} = %s" for each in columns)
            values = [
                (*(each.get_db_prep_save(getattr(row, each.attname), connection) for each in columns), row.pk)
                for row in rows
            ]
            cursor.executemany(f"UPDATE {table} SET {settings} WHERE {key} = %s", values)


def _change_by_arrays(
    cursor: Any, table: str, key: str, columns: Sequence["models.Field[Any, Any]"], rows: Sequence[models.Model]
) -> None:
    """One statement for all: a list of values a column is parsed far sooner than a list of rows."""
    names = [_column(each) for each in columns]
    types = [each.db_type(connection) for each in columns]
    settings = ", ".join(f"{name} = given.{name}::{kind}" for name, kind in zip(names, types, strict=True))
    lists = ", ".join(["%s::text[]"] * len(names))
    cursor.execute(
        f"UPDATE {table} SET {settings} FROM unnest({lists}, %s::bigint[]) AS given ({', '.join((*names, 'key'))}) "
        f"WHERE {table}.{key} = given.key",
        [
            *([_plain_text(each, getattr(row, each.attname)) for row in rows] for each in columns),
            [row.pk for row in rows],
        ],
    )


def _plain_text(field: "models.Field[Any, Any]", value: Any) -> str | None:
    """Return a value as the server reads it from text."""
    if value is None:
        return None
    if isinstance(field, models.JSONField):
        return "[]" if value == [] else _JSON(value)
    return str(value)


def parts(rows: Iterable[Any], size: int) -> Iterator[list[Any]]:
    """Yield the rows `size` at a time, for statements that take no more."""
    left = iter(rows)
    while part := list(islice(left, size)):
        yield part


def _column(field: "models.Field[Any, Any]") -> str:
    return connection.ops.quote_name(str(field.column))


def _keys_reserved(model: type[models.Model], count: int) -> list[int]:
    """Take keys from the table's own sequence, so that rows can refer to each other before they are written."""
    meta = model._meta
    with connection.cursor() as cursor:
        # The sequence's name is looked up once, not for each key.
        cursor.execute(
            "SELECT array_agg(nextval(given.sequence)) FROM "
            "(SELECT pg_get_serial_sequence(%s, %s)::regclass AS sequence OFFSET 0) AS given, generate_series(1, %s)",
            [f'"{meta.db_table}"', meta.pk.column, count],
        )
        keys: list[int] = cursor.fetchone()[0]
        return keys


def _copy(model: type[models.Model], rows: Sequence[models.Model]) -> None:
    held = [vars(row) for row in rows]
    columns, texts = [], []
    for field in model._meta.concrete_fields:
        values = [each[field.attname] for each in held]
        if any(value is not None for value in values):  # a column left out is NULL: no column has another default
            columns.append(_column(field))
            texts.append(_column_texts(values, is_json=isinstance(field, models.JSONField)))
    buffer = io.StringIO("\n".join(map("\t".join, zip(*texts, strict=True))) + "\n")
    with connection.cursor() as cursor, connection.wrap_database_errors:
        table = connection.ops.quote_name(model._meta.db_table)
        cursor.copy_expert(f"COPY {table} ({', '.join(columns)}) FROM STDIN", buffer)


def _column_texts(values: Sequence[Any], *, is_json: bool) -> Sequence[str]:
    """Return a column's values as COPY reads them; texts with nothing to escape, as most are, at one look."""
    if is_json:
        return [_json_text(value) for value in values]
    if {*map(type, values)} == {str}:
        together = "".join(values)
        return values if together.isprintable() and "\\" not in together else [_text(value) for value in values]
    return [_TEXTS[type(value)](value) for value in values]


def _text(value: str) -> str:
    return value if value.isprintable() and "\\" not in value else value.translate(_ESCAPED)


def _json_text(value: Any) -> str:
    return "[]" if value == [] else _JSON(value).translate(_ESCAPED)


class _Texts(dict[type, Callable[[Any], str]]):
    """How a value of each type is written; a subclass, such as a member of TextChoices, is written as its base."""

    def __missing__(self, kind: type) -> Callable[[Any], str]:
        base = next(each for each in kind.__mro__ if each in self)
        self[kind] = self[base]
        return self[kind]


_TEXTS: Final = _Texts(
    {
        str: _text,
        int: str,
        bool: lambda value: "t" if value else "f",
        date: date.isoformat,
        datetime: datetime.isoformat,
        Decimal: str,
        UUID: str,
        type(None): lambda value: _NULL,
        models.TextChoices: lambda value: _text(value.value),  # its own str() is the same, but slow
    }
)
