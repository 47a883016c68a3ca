"""What was known about a subject at an instant, from the row versions; and what is known now.

A record known to be void is wrong, so it counts on no day: neither before nor after the day of its voiding. What was
thought of it earlier is told by asking what was known then.
"""

from collections import defaultdict
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any, TypeVar

from django.db.models import Model, QuerySet
from django.utils import timezone

from registry.models import AccidentDetail, Finding, PenaltyDetail, Record, RecordItem, Subject
from sanctions.models import EntryGround, EntryPause, ListEntry, MeasureOrder
from sanctions.selectors.history import SubjectWorld, world_of

Row = TypeVar("Row", bound=Model)


def end_of(day: date) -> datetime:
    """Return the first instant after the legal day."""
    return timezone.make_aware(datetime.combine(day + timedelta(days=1), time.min))


def world_now(subject: Subject) -> SubjectWorld:
    """Return the world as known now, without records known to be void."""
    world = world_of(subject)
    return SubjectWorld(world.subject, _not_void(world.records), world.entries)


def world_known(subject: Subject, before: datetime) -> SubjectWorld | None:
    """Return the world as recorded before the instant `before`: each fact in the version it had then. None when the
    subject itself was not recorded yet. Ten queries at most, however many facts there are."""
    known = _versions(Subject, before, pk=subject.pk)
    if not known:
        return None
    records = _not_void(_records(subject, before))
    return SubjectWorld(known[0], records, _entries(subject, before, {record.pk for record in records}))


def orders_known(entries: Iterable[int], before: datetime | None) -> list[MeasureOrder]:
    """Return the orders of these entries as known before an instant, or as known now."""
    ids = list(entries)
    if before is None:
        return list(MeasureOrder.objects.filter(entry_id__in=ids).order_by("pk"))
    return _versions(MeasureOrder, before, entry_id__in=ids)


def _not_void(records: Iterable[Record]) -> tuple[Record, ...]:
    return tuple(record for record in records if record.state not in (Record.State.VOIDED, Record.State.DRAFT))


def _versions(model: type[Row], before: datetime, **where: Any) -> list[Row]:
    """Return the last version before the instant of every row of which some version is meant, deleted ones left out;
    ordered by primary key. `where` may name what never changes of a row, or be asked again of the result."""
    history: Any = model.history  # type: ignore[attr-defined]
    rows = history.filter(history_date__lt=before, **_historic(where)).order_by("history_date", "history_id")
    last = {row.id: row for row in rows}
    return [last[pk].instance for pk in sorted(last) if last[pk].history_type != "-"]


def _historic(where: dict[str, Any]) -> dict[str, Any]:
    return {("id" if name == "pk" else name): value for name, value in where.items()}


def _records(subject: Subject, before: datetime) -> list[Record]:
    ever = Record.history.filter(subject_id=subject.pk, history_date__lt=before).values("id")
    found = [row for row in _versions(Record, before, id__in=ever) if row.subject_id == subject.pk]
    ids = [record.pk for record in found]
    single: dict[str, dict[int, Any]] = {
        "penalty": {row.record_id: row for row in _versions(PenaltyDetail, before, record_id__in=ids)},
        "accident": {row.record_id: row for row in _versions(AccidentDetail, before, record_id__in=ids)},
    }
    many = {
        "items": _grouped(_versions(RecordItem, before, record_id__in=ids), "record_id"),
        "findings": _grouped(_versions(Finding, before, record_id__in=ids), "record_id"),
    }
    for record in found:
        for name, rows in single.items():
            relation: Any = Record._meta.get_field(name)
            relation.set_cached_value(record, rows.get(record.pk))
        for name, groups in many.items():
            _remember(record, name, groups[record.pk])
    return found


def _entries(subject: Subject, before: datetime, records: set[int]) -> tuple[ListEntry, ...]:
    ever = ListEntry.history.filter(subject_id=subject.pk, history_date__lt=before).values("id")
    found = [row for row in _versions(ListEntry, before, id__in=ever) if row.subject_id == subject.pk]
    ids = [entry.pk for entry in found]
    # Grounds have no versions of their own: a ground was known from when its record was.
    grounds = _grouped(EntryGround.objects.filter(entry_id__in=ids, record_id__in=records).order_by("pk"), "entry_id")
    pauses = _grouped(_versions(EntryPause, before, entry_id__in=ids), "entry_id")
    for entry in found:
        _remember(entry, "grounds", grounds[entry.pk])
        _remember(entry, "pauses", pauses[entry.pk])
    return tuple(found)


def _grouped(rows: Iterable[Any], by: str) -> dict[int, list[Any]]:
    groups: dict[int, list[Any]] = defaultdict(list)
    for row in rows:
        groups[getattr(row, by)].append(row)
    return groups


def _remember(row: Any, name: str, related: list[Any]) -> None:
    """Let `row.<name>.all()` answer with these rows, as `prefetch_related` does with rows of the present."""
    if not hasattr(row, "_prefetched_objects_cache"):
        row._prefetched_objects_cache = {}
    found: QuerySet[Any] = getattr(row, name).get_queryset()
    found._result_cache = related
    row._prefetched_objects_cache[name] = found
