"""Which subjects may answer differently than when they were last asked, found by index: a night costs what changed."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection
from django.db.models import Max

from registry.models import AccidentDetail, Finding, PenaltyDetail, Record, RecordItem, Subject
from sanctions.models import EntryPause, ListEntry, Standing
from sanctions.selectors.population_sql import table

# Changes become visible when they are committed, in an order of their own: what was written this long before is looked
# at again. Asking somebody twice changes nothing.
OVERLAP = timedelta(hours=1)
_OF_RECORDS = (RecordItem, Finding, PenaltyDetail, AccidentDetail)
_WATCHED = (Record, *_OF_RECORDS, Subject, ListEntry, EntryPause)

Query = tuple[str, list[Any]]


def changes_seen() -> datetime | None:
    """Return the instant of the newest change of any fact that packs ask about; None when there is none."""
    newest = [model.history.aggregate(newest=Max("history_date"))["newest"] for model in _WATCHED]
    return max((found for found in newest if found is not None), default=None)


def changes_since(seen_until: datetime | None, looked_on: date, packs: Collection[str], on: date) -> list[Query]:
    """Return queries (text, parameters) for the subjects to ask again on the day `on`.

    Those whose facts changed after `seen_until` (None: whenever), those whose noted day has come under one of `packs`,
    those of whom an entry began or ended since `looked_on`, which other packs may ask about, and those with a decision
    dated ahead that counts from a day since. Other dates ahead (services refuse them) wait for the whole question.
    """
    queries = [_noted(packs, on), _entries(looked_on, on), _decided(looked_on, on)]
    since = None if seen_until is None else seen_until - OVERLAP
    record, entry = table(Record), table(ListEntry)
    queries.append(_changed(Record, "h.subject_id", "", since))
    queries.append(_changed(Subject, "h.id", f"JOIN {table(Subject)} s ON s.id = h.id", since))
    queries.append(_changed(ListEntry, "h.subject_id", "", since))
    queries.append(_changed(EntryPause, "e.subject_id", f"JOIN {entry} e ON e.id = h.entry_id", since))
    for model in _OF_RECORDS:
        queries.append(_changed(model, "r.subject_id", f"JOIN {record} r ON r.id = h.record_id", since))
    return queries


def _changed(model: Any, subject: str, join: str, since: datetime | None) -> Query:
    text = f"SELECT {subject} AS subject_id FROM {table(model.history.model)} h {join}"  # noqa: S608
    if since is None:
        return text, []
    return f"{text} WHERE h.history_date >= %s", [connection.ops.adapt_datetimefield_value(since)]


def _noted(packs: Collection[str], on: date) -> Query:
    found = Standing.objects.filter(pack_id__in=packs, next_change_on__lte=on)
    return _text(found.values("subject_id"))


def _entries(looked_on: date, on: date) -> Query:
    ended = ListEntry.objects.filter(ends_on__gt=looked_on, ends_on__lte=on)
    begun = ListEntry.objects.filter(starts_on__gt=looked_on, starts_on__lte=on)
    return _text(ended.order_by().values("subject_id").union(begun.order_by().values("subject_id")))


def _decided(looked_on: date, on: date) -> Query:
    found = Record.objects.order_by().filter(decided_on__gt=looked_on, decided_on__lte=on)
    return _text(found.values("subject_id"))


def _text(found: Any) -> Query:
    text, params = found.query.sql_with_params()
    return text, list(params)
