"""Base of every model whose row versions are kept."""

from collections.abc import Iterator, Sequence
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any, ClassVar, Self

from django.db import connection, models
from simple_history.models import HistoricalRecords
from simple_history.utils import get_change_reason_from_object

from registry import clock
from registry.base.errors import Conflict

if TYPE_CHECKING:
    from registry.models import Account

_BATCH = 500


class Versions(HistoricalRecords):
    """The table of a model's row versions, with few indexes: every change pays for each of them.

    Versions are looked up by the row they are of, by when they were recorded, and by what the model names in
    `versions_asked_by`; the library would index every column that the model itself indexes.
    """

    def copy_fields(self, model: type[models.Model]) -> dict[str, Any]:
        fields: dict[str, Any] = super().copy_fields(model)
        asked_by = {model._meta.pk.name, *getattr(model, "versions_asked_by", ())}
        for name, field in fields.items():
            field.db_index = name in asked_by
        return fields

    def get_extra_fields(self, model: type[models.Model], fields: dict[str, Any]) -> dict[str, Any]:
        extra: dict[str, Any] = super().get_extra_fields(model, fields)
        extra["history_user"].db_index = False
        return extra

    def create_historical_record(self, instance: "Tracked", history_type: str, using: str | None = None) -> None:
        """Copy the row as it stands in the database. The library would build the version in Python and make the text of
        its statement anew each time, which takes several times as long as the writing. A deleted row it does write."""
        if history_type == "-":
            super().create_historical_record(instance, history_type, using)
        else:
            reason = get_change_reason_from_object(instance)
            history_write([instance], self.get_history_user(instance), reason, history_type)


class TrackedQuerySet(models.QuerySet[Any]):
    """A queryset that refuses the one call which would change rows without writing history."""

    def update(self, **kwargs: Any) -> int:
        raise TypeError(f"{self.model.__name__} is tracked: change it by save_by() or rows_save_by(), not update()")


class Tracked(models.Model):
    """Row versions by django-simple-history, and a counter that makes a stale form visible."""

    # Relations by which selectors of past days ask for versions.
    versions_asked_by: ClassVar[tuple[str, ...]] = ()

    version = models.PositiveIntegerField("版本", default=0, editable=False)
    history = Versions(inherit=True)

    objects = TrackedQuerySet.as_manager()

    class Meta:
        abstract = True

    @property
    def _history_date(self) -> datetime:
        """When the row version was recorded; django-simple-history reads it. By the site's one clock, so that what was
        known on a day can be told in a demonstration too."""
        return clock.now()

    def save_by(self, actor: "Account | None", *, reason: str) -> Self:
        """Save with the actor (None: the system) and the reason on the history row, and count the version up."""
        self._history_user = actor
        self._change_reason = reason[:100]
        self.version += 1
        self.save()
        return self


def rows_save_by(rows: Sequence[Tracked], actor: "Account | None", *, reason: str, fields: Sequence[str]) -> None:
    """Save `fields` of many rows of one model as `save_by` would one: a history row each, versions counted up. A few
    statements for each set of values that occurs. The caller holds the rows' locks."""
    alike: dict[tuple[Any, ...], list[Tracked]] = {}
    for row in rows:
        alike.setdefault(tuple(getattr(row, name) for name in fields), []).append(row)
    for values, same in alike.items():
        for chunk in _chunks(same):
            changed: models.QuerySet[Any] = models.QuerySet(type(chunk[0])).filter(pk__in=[row.pk for row in chunk])
            changed.update(**dict(zip(fields, values, strict=True)), version=models.F("version") + 1)
            history_write(chunk, actor, reason, "~")
    for row in rows:
        row.version += 1


def _chunks(rows: Sequence[Tracked]) -> Iterator[Sequence[Tracked]]:
    for first in range(0, len(rows), _BATCH):
        yield rows[first : first + _BATCH]


def history_write(rows: Sequence[Tracked], actor: "Account | None", reason: str | None, kind: str) -> None:
    """Write the history rows of rows as they stand in the database, by one statement that copies them there."""
    keys = [row.pk for row in rows]
    told = [
        connection.ops.adapt_datetimefield_value(clock.now()),
        reason[:100] if reason is not None else None,
        kind,
        actor.pk if actor is not None else None,
    ]
    is_postgres = connection.vendor == "postgresql"
    chosen = "= ANY(%s)" if is_postgres else f"IN ({', '.join(['%s'] * len(keys))})"
    with connection.cursor() as cursor:
        cursor.execute(f"{_copying(type(rows[0]))} {chosen} ORDER BY id", [*told, *([keys] if is_postgres else keys)])


@cache
def _copying(model: type[Tracked]) -> str:
    """Return the statement that copies rows of the model to its history, up to which rows: made once a process."""
    quote, history = connection.ops.quote_name, model.history.model
    own = ["history_date", "history_change_reason", "history_type", "history_user_id"]
    copied = [
        field.column for field in history._meta.concrete_fields if not field.primary_key and field.column not in own
    ]
    columns = ", ".join(map(quote, copied))
    return (
        f"INSERT INTO {quote(history._meta.db_table)} ({columns}, {', '.join(map(quote, own))}) "  # noqa: S608
        f"SELECT {columns}, %s, %s, %s, %s FROM {quote(model._meta.db_table)} WHERE id"
    )


def version_require(obj: Tracked, version: int | None) -> None:
    """Raise Conflict when the form was opened on another version than the row has now. None means: not asked."""
    if version is not None and obj.version != version:
        raise Conflict(
            "stale-version",
            "这一页打开之后，内容已被他人修改，本次提交没有生效。请刷新页面，核对最新内容后再办理。",
            expected=version,
            actual=obj.version,
        )
