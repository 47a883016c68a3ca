"""Reading subjects: who sees which, the list with its filters, and the pieces of a subject's file."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from django.db.models import Count, OuterRef, Prefetch, Q, QuerySet, Subquery
from django.db.models.functions import Coalesce

from registry.base import lookups  # noqa: F401  (brings `__any_of`)
from registry.base.personal_data import lookup_hash
from registry.models import Account, Event, OrganizationRole, Record, RecordItem, Subject, SubjectName
from registry.rules import access
from registry.rules.identifiers import normalize_code
from registry.rules.names import comparable_name
from registry.selectors.rights import roles_on
from registry.selectors.search import subjects_named


@dataclass(frozen=True)
class SubjectFilters:
    """What the officers' list is narrowed by; empty means all. `text`: part of a name, or a whole code or number."""

    text: str = ""
    kind: str = ""
    category: str = ""
    risk: str = ""
    status: str = ""


@dataclass(frozen=True)
class People:
    """Role holders of an organisation, present and past, in the order of the roles."""

    present: Sequence[OrganizationRole]
    former: Sequence[OrganizationRole]


def subjects_visible_to(account: Account, on: date) -> QuerySet[Subject]:
    """Return the subjects whose file the account may open: officers and auditors all, departments those not merged
    away, a subject's user only its own."""
    roles = roles_on(account, on)
    if roles & access.WATCHERS:
        return Subject.objects.all()
    if access.DEPARTMENT in roles:
        return Subject.objects.filter(merged_into__isnull=True)
    if access.SUBJECT in roles and account.subject_id is not None:
        return Subject.objects.filter(pk=account.subject_id)
    return Subject.objects.none()


def subject_list(*, account: Account, on: date, filters: SubjectFilters) -> QuerySet[Subject]:
    """Return the visible subjects that fit, those registered last first; merged ones are left out.

    An exact code or document number finds its bearer alone; any other text finds organisations by a fragment of their
    names, former ones too, and persons by the beginning of theirs.
    """
    found = subjects_visible_to(account, on).filter(merged_into__isnull=True)
    for name in ("kind", "category", "risk", "status"):
        value = getattr(filters, name)
        if value:
            found = found.filter(**{name: value})
    if filters.text.strip():
        found = _matching(found, filters.text)
    return found.order_by("-pk")


def _matching(found: QuerySet[Subject], text: str) -> QuerySet[Subject]:
    code = normalize_code(text)
    exact = Q(uscc=code) | Q(registration_number=text.strip())
    if len(code) >= 6 and not code.isalpha():
        exact |= Q(document_hash=lookup_hash(code))
    bearers = found.filter(exact)
    if not comparable_name(text) or bearers.exists():
        return bearers
    return found.filter(pk__any_of=subjects_named(text))


def with_counts(subjects: QuerySet[Subject]) -> QuerySet[Subject]:
    """Add `record_count` (facts, without drafts and voided) and the former names, at a constant number of queries."""
    facts = Record.objects.filter(
        subject=OuterRef("pk"), state__in=(Record.State.CONFIRMED, Record.State.REPAIRED)
    ).order_by()
    # Counted for the rows of a page only: joined, the records of everybody would be.
    counted = Coalesce(Subquery(facts.values("subject").annotate(number=Count("pk")).values("number")), 0)
    former = SubjectName.objects.filter(ends_on__isnull=False)
    return subjects.annotate(record_count=counted).prefetch_related(
        Prefetch("names", queryset=former, to_attr="former_names")
    )


def subject_people(subject: Subject, on: date) -> People:
    """Return who holds and who held a role in the organisation on the day `on`."""
    order = {role: index for index, role in enumerate(OrganizationRole.Role.values)}
    held = sorted(
        subject.people.select_related("person"),
        key=lambda each: (order[each.role], -(each.starts_on or date.min).toordinal()),
    )
    return People(
        [each for each in held if each.ends_on is None or each.ends_on > on],
        [each for each in held if each.ends_on is not None and each.ends_on <= on],
    )


def person_positions(subject: Subject) -> QuerySet[OrganizationRole]:
    """Return a person's roles, the present ones first."""
    return subject.positions.select_related("organization").order_by("-ends_on", "-starts_on", "pk")


def subject_records(subject: Subject) -> QuerySet[Record]:
    """Return the subject's records with their clauses and details, newest decision first."""
    return subject.records.select_related("department", "penalty", "permit", "accident", "corrects").prefetch_related(
        Prefetch("items", queryset=RecordItem.objects.order_by("pack_id", "code"))
    )


def subject_timeline(subject: Subject) -> QuerySet[Event]:
    """Return the events about the subject, newest first."""
    return subject.events.select_related("actor", "department").order_by("-pk")
