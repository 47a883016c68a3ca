"""The public lists as rows, and whether a snapshot still says what the public may see."""

import hashlib
from collections.abc import Iterator
from datetime import date
from typing import Any

from django.db.models import Count, F, Max, Sum

from disclosure.models import ListSnapshot, Publication

_CHUNK = 2_000


def rows_public(*, on: date) -> Iterator[dict[str, Any]]:
    """Yield what the page of the lists shows on the day `on`, a row an entry, in constant memory.

    Everything comes from the masked snapshot of the publication. Read in one statement: all rows are of one moment.
    """
    visible = Publication.objects.visible(on).filter(kind=Publication.Kind.ENTRY).select_related("department")
    for each in visible.order_by("list_label", "pk").iterator(chunk_size=_CHUNK):
        shown = each.snapshot
        yield {
            "on": on.isoformat(),
            "id": str(each.public_id),
            "name": shown["subject"]["name"],
            "kind": shown["subject"]["kind"],
            "uscc": shown["subject"]["uscc"],
            "list": each.list_label,
            "number": shown.get("number", ""),
            "department": each.department.name,
            "policy": shown.get("policy", {}).get("title", ""),
            "clause": shown.get("clause", ""),
            "since": each.visible_from.isoformat(),
            "until": each.last_day.isoformat() if each.last_day is not None else None,
            "is_disputed": each.disputed_on is not None,
        }


def fingerprint(*, on: date) -> str:
    """Return a digest that changes with whatever is shown on the lists: which publications, in which version.

    Read from the publications as committed, so that no order of commits can hide a change.
    """
    visible = Publication.objects.visible(on).filter(kind=Publication.Kind.ENTRY).order_by()
    sums = visible.aggregate(
        count=Count("pk"), last=Max("pk"), ids=Sum("pk"), versions=Sum("version"), both=Sum(F("pk") * F("version")),
        departments=Sum("department__version"),
    )  # fmt: skip
    return hashlib.sha256(f"{on.isoformat()} {sorted(sums.items())}".encode()).hexdigest()


def snapshot_newest() -> ListSnapshot | None:
    """Return the newest snapshot, of whatever day."""
    return ListSnapshot.objects.first()


def snapshot_current(*, on: date, key_id: str) -> ListSnapshot | None:
    """Return the newest snapshot while it tells exactly what the public may see on the day `on`, signed with the
    present key; else None: an entry that ended meanwhile must not go on in a file."""
    newest = snapshot_newest()
    if newest is None or newest.on != on or newest.key_id != key_id or newest.fingerprint != fingerprint(on=on):
        return None
    return newest
