"""Which subjects a pack may answer differently than when it was last asked, found by index: a night costs what changed.

The text of the queries holds names of tables and columns, never a value.
"""
# ruff: noqa: S608

from collections.abc import Iterable
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Model

from registry.models import AccidentDetail, Finding, PenaltyDetail, Record, RecordItem, Subject
from registry.rules.policy.schema import Pack
from registry.rules.policy.screen import reach_of
from sanctions.models import EntryGround, EntryPause, ListEntry, Standing
from sanctions.selectors.statements import table

# Changes become visible when they are committed, in an order of their own: what was written this long before is looked
# at again. Asking somebody twice changes nothing.
OVERLAP = timedelta(hours=1)
_WATCHED = (Record, RecordItem, Finding, PenaltyDetail, AccidentDetail, Subject, ListEntry, EntryPause)
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


def changes_since(seen_until: datetime | None, looked_on: date, pack: Pack, on: date) -> list[Query]:
    """Return queries (text, parameters) for the subjects of whom `pack` is to be asked again on the day `on`.

    Those with a fact changed after `seen_until` (None: whenever) that the pack may ask about, those whose noted day has
    come under it, those of whom an entry of any pack began or ended since `looked_on`, and those with a decision dated
    ahead that counts from a day since. Other dates ahead (services refuse them) wait for the whole question.
    """
    ahead = ((ListEntry, "starts_on"), (ListEntry, "ends_on"), (Record, "decided_on"))
    queries = [_noted(pack.head.id, on), *(_passed(model, column, looked_on, on) for model, column in ahead)]
    since = None if seen_until is None else seen_until - OVERLAP
    entry, record = table(ListEntry), f"JOIN {table(Record)} r ON r.id = h.record_id"
    queries.append(_changed(Subject, "h.id", f"JOIN {table(Subject)} s ON s.id = h.id", since))
    queries.append(_changed(ListEntry, "h.subject_id", "", since))
    queries.append(_changed(EntryPause, "e.subject_id", f"JOIN {entry} e ON e.id = h.entry_id", since))
    for model in (RecordItem, Finding, AccidentDetail):
        queries.append(_changed(model, "r.subject_id", record, since))
    return queries + _records_changed(pack, since)


def _records_changed(pack: Pack, since: datetime | None) -> list[Query]:
    """Those of whom a record changed, or what hangs on every penalty. Where the pack rests on some records alone
    (`reach_of`), only whose record is one of them: what it was before stands in the versions of what made it one.
    """
    reach, subject, penalty = reach_of(pack), "h.subject_id", f"JOIN {table(Record)} r ON r.id = h.record_id"
    if reach == "any":
        return [_changed(Record, subject, "", since), _changed(PenaltyDetail, "r.subject_id", penalty, since)]
    queries = [
        _changed(Record, subject, f"JOIN {table(model)} w ON w.record_id = h.id", since)
        for model in (AccidentDetail, Finding, EntryGround)
    ]
    text, params = _changed(
        Record, subject, f"JOIN {table(RecordItem)} w ON w.record_id = h.id AND w.pack_id = %s", since
    )
    queries.append((text, [pack.head.id, *params]))
    if reach == "penalised":
        accident = f"JOIN {table(Record)} o ON o.subject_id = {{}} JOIN {table(AccidentDetail)} w ON w.record_id = o.id"
        queries.append(_changed(Record, subject, accident.format(subject), since))
        queries.append(_changed(PenaltyDetail, "r.subject_id", f"{penalty} {accident.format('r.subject_id')}", since))
    return queries


def _changed(model: type[Model], subject: str, join: str, since: datetime | None) -> Query:
    text = f"SELECT {subject} AS subject_id FROM {table(_HISTORY[model])} h {join}"
    if since is None:
        return text, []
    return f"{text} WHERE h.history_date >= %s", [connection.ops.adapt_datetimefield_value(since)]


def _noted(pack_id: str, on: date) -> Query:
    text = f"SELECT subject_id FROM {table(Standing)} WHERE pack_id = %s AND next_change_on <= %s"
    return text, [pack_id, _day(on)]


def _passed(model: type[Model], column: str, looked_on: date, on: date) -> Query:
    text = f"SELECT subject_id FROM {table(model)} WHERE {column} > %s AND {column} <= %s"
    return text, [_day(looked_on), _day(on)]


def _day(day: date) -> Any:
    return connection.ops.adapt_datefield_value(day)
