"""Reading records: who sees which, the list with its filters, one record with everything that hangs on it."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

from django.db.models import Prefetch, Q, QuerySet

from registry.base import lookups  # noqa: F401  (brings `__any_of`)
from registry.models import Account, Event, Finding, Record, RecordEvidence, RecordItem
from registry.rules import access
from registry.rules.names import comparable_document_number
from registry.selectors.rights import roles_on
from registry.selectors.search import subjects_named


@dataclass(frozen=True)
class RecordFilters:
    """What the list is narrowed by; empty means all. Dates bound the decision, both days included."""

    text: str = ""
    state: str = ""
    kind: str = ""
    department: int | None = None
    unclassified: bool = False
    disputed: bool = False
    decided_from: date | None = None
    decided_until: date | None = None


def records_visible_to(account: Account, on: date) -> QuerySet[Record]:
    """Return the records that the account may open: officers and auditors all, everybody else none."""
    if roles_on(account, on) & access.WATCHERS:
        return Record.objects.all()
    return Record.objects.none()


def record_list(*, account: Account, on: date, filters: RecordFilters) -> QuerySet[Record]:
    """Return the visible records that fit, newest decision first. For pages: slice, then `records_of_page`."""
    visible = records_visible_to(account, on)
    conditions = _conditions(filters)
    found = visible.filter(*conditions)
    if filters.text.strip():
        found = _matching(visible, found, filters.text, is_narrowed=bool(conditions))
    return found.order_by("-decided_on", "-pk")


def records_of_page(keys: Iterable[int]) -> list[Record]:
    """Return the records of one page of ids, in that order, with what a row shows."""
    ids = list(keys)
    items = Prefetch("items", queryset=RecordItem.objects.order_by("pack_id", "code"))
    found = Record.objects.select_related("subject", "department").prefetch_related(items).in_bulk(ids)
    return [found[each] for each in ids if each in found]


def _conditions(filters: RecordFilters) -> list[Q]:
    found = [Q(**{name: value}) for name in ("state", "kind") if (value := getattr(filters, name))]
    if filters.department is not None:
        found.append(Q(department=filters.department))
    if filters.unclassified:
        found.append(unclassified())
    if filters.disputed:
        found.append(disputed())
    if filters.decided_from:
        found.append(Q(decided_on__gte=filters.decided_from))
    if filters.decided_until:
        found.append(Q(decided_on__lte=filters.decided_until))
    return found


_MANY: Final = 2000  # subjects
_UNASKED = (Record.Kind.PERMIT, Record.Kind.HONOUR, Record.Kind.INSPECTION)


def unclassified() -> Q:
    """The facts that an officer still has to hold against the policies.

    Permits, honours and inspection results say nothing against the subject by themselves; they may be classified, but
    nobody is asked to.
    """
    return Q(is_classified=False, state=Record.State.CONFIRMED) & ~Q(kind__in=_UNASKED)


def disputed() -> Q:
    """The records that somebody objects to, while the objection is open."""
    return Q(disputed_on__isnull=False)


def _matching(visible: QuerySet[Record], found: QuerySet[Record], text: str, *, is_narrowed: bool) -> QuerySet[Record]:
    """Narrow by an exact document number first; else by its beginning or by the subject's name, by index; only what
    neither finds among all that are visible is looked for in the titles, row by row."""
    number, in_titles = comparable_document_number(text), Q(title__contains=text.strip())
    if not number:
        return found.filter(in_titles)
    exact, numbered = Q(number_normalized=number), Q(number_normalized__startswith=number)
    if visible.filter(exact).exists():
        return found.filter(exact)
    subjects = subjects_named(text)
    named = Q(subject__pk__any_of=subjects)
    is_numbered = visible.filter(numbered).exists()
    if not is_numbered and not visible.filter(named).exists():
        return found.filter(in_titles)
    if len(subjects) > _MANY and not is_numbered and not is_narrowed:
        return found.filter(named)  # so many have their records everywhere: gone through by day, a page is soon full
    # First the ids, by index; left to itself the planner may go through all days for the records of a few.
    parts = [found.filter(each).order_by().values("pk") for each in (named, numbered)]
    return visible.filter(pk__in=parts[0].union(parts[1], all=True))


def record_detail(account: Account, on: date) -> QuerySet[Record]:
    """Return the visible records with everything a record's page shows; the page picks one."""
    return (
        records_visible_to(account, on)
        .select_related("subject", "department", "recorded_by", "corrects", "penalty", "permit", "accident")
        .prefetch_related(
            Prefetch("items", queryset=RecordItem.objects.order_by("pack_id", "code")),
            Prefetch("findings", queryset=Finding.objects.select_related("found_by")),
            Prefetch("evidence", queryset=RecordEvidence.objects.select_related("attachment__uploaded_by")),
            "corrections",
        )
    )


def record_timeline(record: Record) -> QuerySet[Event]:
    """Return the events about this record, newest first."""
    return Event.objects.filter(object_kind=record._meta.label_lower, object_id=record.pk).select_related("actor")
