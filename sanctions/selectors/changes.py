"""Public entries for systems that keep a copy: all that stand now, and what changed since."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Max, QuerySet

from sanctions.models import EntryChange, ListEntry
from sanctions.selectors.entries import is_paused_on


@dataclass(frozen=True)
class ChangePage:
    """Changes in order of their numbers. `last`: where to go on; `has_more`: there are further ones already."""

    rows: Sequence[EntryChange]
    entries: dict[int, ListEntry]
    last: int
    has_more: bool


def entries_public(on: date) -> QuerySet[ListEntry]:
    """Return the public entries in force on the day `on`, with `paused_now`, in order of id."""
    return _with_state(on).filter(is_public=True, starts_on__lte=on, ends_on__gt=on).order_by("pk")


def _with_state(on: date) -> QuerySet[ListEntry]:
    return ListEntry.objects.select_related("subject", "department", "policy").annotate(paused_now=is_paused_on(on))


def entry_now(entry_id: int, *, on: date) -> ListEntry:
    """Return an entry as it stands, with `paused_now`."""
    return _with_state(on).get(pk=entry_id)


def changes_after(position: int, *, limit: int, on: date) -> ChangePage:
    """Return at most `limit` numbered changes behind `position`, with their entries as they are now. Two queries."""
    found = list(EntryChange.objects.filter(position__gt=position).order_by("position")[: limit + 1])
    rows = found[:limit]
    entries = _with_state(on).defer("policy__text").in_bulk({row.entry_id for row in rows})
    last = rows[-1].position if rows else None
    return ChangePage(rows, entries, position if last is None else last, has_more=len(found) > limit)


def last_position() -> int:
    """Return the number of the newest numbered change, 0 where there is none."""
    newest: int | None = EntryChange.objects.aggregate(last=Max("position"))["last"]
    return newest or 0
