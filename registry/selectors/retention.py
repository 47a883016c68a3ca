"""What has outlived its time: the kinds that the apps named, what would go today, what is marked and what is held."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Q, QuerySet

from registry.models import RetentionHold, RetentionMark
from registry.rules.policy.values import TimedRule
from registry.rules.retention import county_retention, over_by

COUNTED_MOST = 10_000
"""The page says “more than” beyond this."""


@dataclass(frozen=True)
class Kind:
    """One kind of thing that is kept for a while.

    `due(last)`: those that were over on the day `last` or before it; `clear(ids, on)`: delete or redact them in the
    caller's transaction, return how many. `two_steps`: what cannot be brought back is marked first. `subject`: the path
    from a row to its subject, for holds; "" where it has none.
    """

    code: str
    label: str
    what: str
    due: Callable[[date], QuerySet[Any]]
    clear: Callable[[Sequence[int], date], int]
    two_steps: bool = False
    subject: str = ""


@dataclass(frozen=True)
class Overview:
    """A kind as the page shows it: rule, what is due, marked, held. `due_more`: there are more than counted."""

    kind: Kind
    rule: TimedRule
    due: int
    due_more: bool
    marked: int
    next_on: date | None
    held: RetentionHold | None


_kinds: dict[str, Kind] = {}


def register_kind(kind: Kind) -> None:
    """Name a kind; the county's values must have its time (KeyError)."""
    county_retention().of(kind.code)
    _kinds[kind.code] = kind


def kinds() -> list[Kind]:
    """Return every kind in the order named."""
    return list(_kinds.values())


def holds_open(on: date) -> QuerySet[RetentionHold]:
    """Return the holds that stand on the day `on`."""
    found = RetentionHold.objects.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=on), starts_on__lte=on)
    return found.select_related("subject", "set_by")


def hold_of_kind(code: str, on: date) -> RetentionHold | None:
    """Return the hold over a whole kind; None where there is none."""
    return holds_open(on).filter(kind=code).first()


def due_now(kind: Kind, on: date) -> QuerySet[Any]:
    """Return the rows of a kind whose time is over on `on`, without those about held subjects, in order of id."""
    rows = kind.due(over_by(county_retention().of(kind.code), on))
    if kind.subject:
        held = list(holds_open(on).filter(subject__isnull=False).values_list("subject_id", flat=True))
        # Not exclude(): it would drop rows that have no subject.
        rows = rows.filter(~Q(**{f"{kind.subject}__in": held}) | Q(**{f"{kind.subject}__isnull": True}))
    return rows.order_by("pk")


def retention_overview(on: date) -> list[Overview]:
    """Return what would go of each kind, and when: nothing is changed by asking."""
    rows = []
    for kind in kinds():
        count = due_now(kind, on)[: COUNTED_MOST + 1].count()
        marks = RetentionMark.objects.filter(kind=kind.code, done_on__isnull=True)
        first = marks.first()
        rows.append(
            Overview(
                kind, county_retention().of(kind.code), min(count, COUNTED_MOST), count > COUNTED_MOST, marks.count(),
                first.goes_on if first is not None else None, hold_of_kind(kind.code, on),
            )
        )  # fmt: skip
    return rows
