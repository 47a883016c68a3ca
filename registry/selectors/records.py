"""Reading records: who sees which, the list with its filters, one record with everything that hangs on it."""

from dataclasses import dataclass
from datetime import date

from django.db.models import Prefetch, Q, QuerySet

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
    """Return the visible records that fit, newest decision first, with what a row shows."""
    found = records_visible_to(account, on)
    if filters.text.strip():
        found = _matching(found, filters.text)
    if filters.state:
        found = found.filter(state=filters.state)
    if filters.kind:
        found = found.filter(kind=filters.kind)
    if filters.department is not None:
        found = found.filter(department_id=filters.department)
    if filters.unclassified:
        found = found.filter(unclassified())
    if filters.disputed:
        found = found.filter(disputed())
    if filters.decided_from:
        found = found.filter(decided_on__gte=filters.decided_from)
    if filters.decided_until:
        found = found.filter(decided_on__lte=filters.decided_until)
    items = Prefetch("items", queryset=RecordItem.objects.order_by("pack_id", "code"))
    return found.select_related("subject", "department").prefetch_related(items).order_by("-decided_on", "-pk")


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


def _matching(found: QuerySet[Record], text: str) -> QuerySet[Record]:
    """Narrow by an exact document number first; else by its beginning or by the subject's name, by index; only what
    neither finds is looked for in the titles, row by row."""
    number = comparable_document_number(text)
    exact = found.filter(number_normalized=number)
    if not number:
        return found.filter(title__contains=text.strip())
    if exact.exists():
        return exact
    of_subjects = Record.objects.filter(subject__in=subjects_named(text)).order_by().values("pk")
    numbered = Record.objects.filter(number_normalized__startswith=number).order_by().values("pk")
    indexed = found.filter(pk__in=of_subjects.union(numbered))
    return indexed if indexed.exists() else found.filter(title__contains=text.strip())


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
