"""Which subjects may answer differently than when they were last asked, found by index: a night costs what changed.

The text of the queries holds names of tables and columns, never a value.
"""
# ruff: noqa: S608

from collections.abc import Collection, Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Model

from registry.models import AccidentDetail, Finding, PenaltyDetail, Record, RecordItem, Subject
from sanctions.models import EntryPause, ListEntry, Standing
from sanctions.selectors.statements import table

# Changes become visible when they are committed, in an order of their own: what was written this long before is looked
# at again. Asking somebody twice changes nothing.
OVERLAP = timedelta(hours=1)
_OF_RECORDS = (RecordItem, Finding, PenaltyDetail, AccidentDetail)
_WATCHED = (Record, *_OF_RECORDS, Subject, ListEntry, EntryPause)
# The tables of row versions: each look at a model's manager of versions makes a class, and a night has no time for that.
_HISTORY: dict[type[Model], type[Model]] = {each: each.history.model for each in _WATCHED}

Query = tuple[str, list[Any]]


def changes_seen() -> datetime | None:
    """Return the instant of the newest change of any fact that packs ask about; None when there is none."""
    return newest_version(_HISTORY.values())


def newest_version(histories: Iterable[type[Model]]) -> datetime | None:
    """Return the instant of the newest row in any of these tables of row versions; None when there is none."""
    text = " UNION ALL ".join(f"SELECT MAX(history_date) AS at FROM {table(each)}" for each in histories)
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT MAX(at) FROM ({text}) AS newest")
        found = cursor.fetchone()[0]
    # SQLite tells an instant as text, in UTC.
    return datetime.fromisoformat(found).replace(tzinfo=UTC) if isinstance(found, str) else found


def changes_since(seen_until: datetime | None, looked_on: date, packs: Collection[str], on: date) -> list[Query]:
    """Return queries (text, parameters) for the subjects to ask again on the day `on`.

    Those whose facts changed after `seen_until` (None: whenever), those whose noted day has come under one of `packs`,
    those of whom an entry began or ended since `looked_on`, which other packs may ask about, and those with a decision
    dated ahead that counts from a day since. Other dates ahead (services refuse them) wait for the whole question.
    """
    ahead = ((ListEntry, "starts_on"), (ListEntry, "ends_on"), (Record, "decided_on"))
    queries = [_noted(packs, on), *(_passed(model, column, looked_on, on) for model, column in ahead)]
    since = None if seen_until is None else seen_until - OVERLAP
    record, entry = table(Record), table(ListEntry)
    queries.append(_changed(Record, "h.subject_id", "", since))
    queries.append(_changed(Subject, "h.id", f"JOIN {table(Subject)} s ON s.id = h.id", since))
    queries.append(_changed(ListEntry, "h.subject_id", "", since))
    queries.append(_changed(EntryPause, "e.subject_id", f"JOIN {entry} e ON e.id = h.entry_id", since))
    for model in _OF_RECORDS:
        queries.append(_changed(model, "r.subject_id", f"JOIN {record} r ON r.id = h.record_id", since))
    return queries


def _changed(model: type[Model], subject: str, join: str, since: datetime | None) -> Query:
    text = f"SELECT {subject} AS subject_id FROM {table(_HISTORY[model])} h {join}"
    if since is None:
        return text, []
    return f"{text} WHERE h.history_date >= %s", [connection.ops.adapt_datetimefield_value(since)]


def _noted(packs: Collection[str], on: date) -> Query:
    among = ", ".join(["%s"] * len(packs))
    text = f"SELECT subject_id FROM {table(Standing)} WHERE pack_id IN ({among}) AND next_change_on <= %s"
    return text, [*packs, _day(on)]


def _passed(model: type[Model], column: str, looked_on: date, on: date) -> Query:
    text = f"SELECT subject_id FROM {table(model)} WHERE {column} > %s AND {column} <= %s"
    return text, [_day(looked_on), _day(on)]


def _day(day: date) -> Any:
    return connection.ops.adapt_datefield_value(day)
