"""Many new rows in few statements: COPY on PostgreSQL, `bulk_create` elsewhere; row versions with them.

Everything in the caller's transaction. No signal is sent and nothing is checked but by the database.
"""
# ruff: noqa: S608  (the texts hold names of tables and columns, never a value)

import io
import json
from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import lru_cache
from itertools import islice
from typing import TYPE_CHECKING, Any, Final, TypeVar
from uuid import UUID

from django.db import connection, models

from registry.base.tracked import Tracked, history_write

if TYPE_CHECKING:
    from registry.models import Account

Row = TypeVar("Row", bound=models.Model)
_BATCH: Final = 500
_IDS: Final = 5_000  # below the most parameters of a statement on SQLite
_NULL: Final = "\\N"
# COPY's own text format (PostgreSQL manual, COPY, "Text Format").
_ESCAPED: Final = str.maketrans({"\\": "\\\\", "\t": "\\t", "\n": "\\n", "\r": "\\r"})


def row_new(model: type[Row], **values: Any) -> Row:
    """Return a new row as `model(**values)` does, several times faster: `values` by the names of columns (`subject_id`),
    never related rows.
    """
    given = [values.pop(name) if name in values else default() for name, default in _defaults(model)]
    if values:
        raise TypeError(f"{model.__name__} has no column {', '.join(values)}")
    return model(*given)


@lru_cache(maxsize=64)
def _defaults(model: type[models.Model]) -> list[tuple[str, Callable[[], Any]]]:
    return [(field.attname, field.get_default) for field in model._meta.concrete_fields]


def rows_add(rows: Sequence[models.Model]) -> None:
    """Write new rows of one model; each has its primary key afterwards. Raises IntegrityError as saving one would."""
    if not rows:
        return
    model = type(rows[0])
    if connection.vendor != "postgresql":
        model._base_manager.bulk_create(rows, batch_size=_BATCH)
        return
    for row, key in zip(rows, _keys_reserved(model, len(rows)), strict=True):
        row.pk = key
    _copy(model, rows)
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
    values = [
        (*(column.get_db_prep_save(getattr(row, column.attname), connection) for column in columns), row.pk)
        for row in rows
    ]
    table, key = connection.ops.quote_name(meta.db_table), _column(meta.pk)
    names = [_column(each) for each in columns]
    with connection.cursor() as cursor:
        if connection.vendor == "postgresql":
            _change_by_values(cursor, table, key, names, [str(each.db_type(connection)) for each in columns], values)
        else:
            settings = ", ".join(f"{name} = %s" for name in names)
            cursor.executemany(f"UPDATE {table} SET {settings} WHERE {key} = %s", values)


def _change_by_values(
    cursor: Any, table: str, key: str, names: Sequence[str], types: Sequence[str], values: Sequence[tuple[Any, ...]]
) -> None:
    settings = ", ".join(f"{name} = given.{name}" for name in names)
    columns = ", ".join((*names, "key"))
    template = f"({', '.join(f'%s::{each}' for each in types)}, %s)"
    for part in parts(values, _BATCH):
        listed = ", ".join([template] * len(part))
        cursor.execute(
            f"UPDATE {table} SET {settings} FROM (VALUES {listed}) AS given ({columns}) WHERE {table}.{key} = given.key",
            [value for row in part for value in row],
        )


def parts(rows: Sequence[Any], size: int) -> Iterator[list[Any]]:
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
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
            [f'"{meta.db_table}"', meta.pk.column, count],
        )
        return [key for (key,) in cursor.fetchall()]


def _copy(model: type[models.Model], rows: Sequence[models.Model]) -> None:
    fields = model._meta.concrete_fields
    named = [(each.attname, isinstance(each, models.JSONField)) for each in fields]
    buffer = io.StringIO()
    for row in rows:
        values = vars(row)
        texts = [
            _json_text(values[name]) if is_json else _TEXTS[type(values[name])](values[name]) for name, is_json in named
        ]
        buffer.write("\t".join(texts) + "\n")
    buffer.seek(0)
    quote = connection.ops.quote_name
    columns = ", ".join(map(_column, fields))
    with connection.cursor() as cursor, connection.wrap_database_errors:
        cursor.copy_expert(f"COPY {quote(model._meta.db_table)} ({columns}) FROM STDIN", buffer)


def _text(value: str) -> str:
    return value if value.isprintable() and "\\" not in value else value.translate(_ESCAPED)


def _json_text(value: Any) -> str:
    return "[]" if value == [] else json.dumps(value).translate(_ESCAPED)


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
