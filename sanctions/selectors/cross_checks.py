"""What cross-checks rest on, found for many subjects at once; and the flags as officers read them.

A flag stands as long as its ground does, told by dates at reading: entries in force, honour in force, role held. The
nightly run only writes down what a reader would find.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator
from datetime import date
from itertools import islice
from typing import Any

from django.db.models import Case as Choice
from django.db.models import CharField, Count, Exists, OuterRef, Q, QuerySet, Value, When

from registry.base import lookups  # noqa: F401  (brings `__any_of`)
from registry.models import OrganizationRole, Subject
from registry.rules.policy.wording import clause_text
from registry.selectors.policies import pack_of, packs_active
from sanctions.models import CrossCheck, ListEntry
from sanctions.rules import cross_checking as rules
from sanctions.rules.cross_checking import Ground, Listed
from sanctions.selectors.entries import ONE_DAY
from sanctions.selectors.good_standing import GoodStanding, good_standings

CHUNK = 1000
STATES = {"open": "待处理", "handled": "已处理", "gone": "依据已消失"}


def grounds_of(subject_ids: Collection[int], on: date) -> list[Ground]:
    """Return every ground on the day `on` about the listed subjects among `subject_ids`, in a fixed number of queries
    and one for each honour source. Entries are read only of those who have something beside one list: nearly nobody.
    """
    honours, roles = good_standings(subject_ids, on), list(_roles(subject_ids, on))
    several = _several_domains(subject_ids, on)
    entries = _entries({*several, *(each.subject_id for each in honours), *(each.person_id for each in roles)}, on)
    return [*_honours(honours, entries), *_domains(several, entries, on), *_companies(roles, entries)]


def subject_chunks(on: date) -> Iterator[list[int]]:
    """Yield the ids of everybody listed on `on`, and of everybody about whom a flag is open, `CHUNK` at a time."""
    listed = ListEntry.objects.in_force(on).order_by().values_list("subject_id", flat=True).distinct()
    ids = set(listed)
    for subject_id, person_id in CrossCheck.objects.filter(closed_on=None).values_list("subject_id", "person_id"):
        ids.add(person_id or subject_id)
    rest = iter(sorted(ids))
    while chunk := list(islice(rest, CHUNK)):
        yield chunk


def flags_about(subject_ids: Collection[int]) -> QuerySet[CrossCheck]:
    """Return the open flags about these listed subjects, wherever they stand."""
    about = Q(person__pk__any_of=subject_ids) | Q(person=None, subject__pk__any_of=subject_ids)
    return CrossCheck.objects.filter(about, closed_on=None)


def _entries(subject_ids: Collection[int], on: date) -> dict[int, list[ListEntry]]:
    """The negative entries in force, by subject."""
    found: dict[int, list[ListEntry]] = defaultdict(list)
    if not subject_ids:
        return found
    rows = ListEntry.objects.in_force(on).filter(subject__in=subject_ids).defer("policy__text")
    for entry in rows.select_related("subject", "department", "policy", "case__parent").order_by("starts_on", "pk"):
        if _is_negative(entry):
            found[entry.subject_id].append(entry)
    return found


def _is_negative(entry: ListEntry) -> bool:
    rule = pack_of(entry.policy).lists_by_code.get(entry.list_code)
    return rule is None or rule.polarity == "negative"


def _listed(entry: ListEntry) -> Listed:
    return Listed(
        entry.list_label, entry.department.name, entry.starts_on, entry.ends_on - ONE_DAY, entry.domain, entry.is_public
    )


def _honours(honours: Collection[GoodStanding], entries: dict[int, list[ListEntry]]) -> Iterator[Ground]:
    for held in honours:
        honour = f"{held.label}（自{held.since}起）"
        for entry in entries.get(held.subject_id, []):
            listed, name = _listed(entry), entry.subject.name
            told = {entry.department_id: rules.honour_notice(name, honour, listed.words)}
            if held.department_id is not None:
                told.setdefault(held.department_id, rules.honour_notice(name, honour, listed.outward))
            yield Ground(
                rules.HONOUR, f"{held.key}:entry:{entry.pk}", entry.subject_id, entry.subject_id, (entry.pk,),
                rules.honour_basis(honour, listed), rules.HONOUR_EXPLANATION, until=held.until, departments=told,
            )  # fmt: skip


def _several_domains(subject_ids: Collection[int], on: date) -> set[int]:
    """Those with entries in force on blacklists of two fields or more, negative or not."""
    black = ListEntry.objects.in_force(on).filter(subject__pk__any_of=subject_ids, list_code__in=rules.BLACK)
    fields = black.exclude(domain="").order_by().values("subject_id").annotate(fields=Count("domain", distinct=True))
    return {row["subject_id"] for row in fields.filter(fields__gt=1)}


def _domains(several: set[int], entries: dict[int, list[ListEntry]], on: date) -> Iterator[Ground]:
    for subject_id in (each for each in entries if each in several):
        own = entries[subject_id]
        black = [entry for entry in own if entry.list_code in rules.BLACK and entry.domain]
        domains = {entry.domain for entry in black}
        if len(domains) < 2:
            continue
        ids = tuple(sorted(entry.pk for entry in black))
        yield Ground(
            rules.DOMAINS, f"domains:{'-'.join(map(str, ids))}"[:200], subject_id, subject_id, ids,
            rules.domains_basis([_listed(entry) for entry in black])[:500],
            rules.domains_explanation(_heavier(len(domains), on)),
        )  # fmt: skip


def _heavier(domains: int, on: date) -> list[str]:
    rules_on = ((active.pack, active.pack.heavier_from_domains) for active in packs_active(on))
    return [
        f"《{pack.head.title}》{clause_text(pack, rule.clause)}"
        for pack, rule in rules_on
        if rule is not None and domains >= rule.value
    ]


def _companies(known: Collection[OrganizationRole], entries: dict[int, list[ListEntry]]) -> Iterator[Ground]:
    roles: dict[tuple[int, int], list[OrganizationRole]] = defaultdict(list)
    for role in known:
        roles[role.person_id, role.organization_id].append(role)
    for (person_id, organization_id), held in roles.items():
        for entry in entries.get(person_id, []):
            parent = entry.case.parent
            if parent is not None and parent.subject_id == organization_id:
                continue  # the company by which the person came on the list
            ends = [role.ends_on for role in held]
            yield Ground(
                rules.COMPANY, f"company:{entry.pk}:{organization_id}", person_id, organization_id, (entry.pk,),
                rules.company_basis(
                    entry.subject.name, _listed(entry), held[0].organization.name,
                    [role.get_role_display() for role in held],
                ),
                rules.COMPANY_EXPLANATION, person_id=person_id,
                until=None if None in ends else max(day for day in ends if day is not None),
            )  # fmt: skip


def _roles(persons: Collection[int], on: date) -> QuerySet[OrganizationRole]:
    """The roles that these persons hold on `on` in organisations that stand."""
    held = OrganizationRole.objects.filter(_held(on), person__pk__any_of=persons, organization__merged_into=None)
    return held.select_related("organization").order_by("organization", "role", "pk")


def _held(on: date) -> Q:
    return (Q(starts_on=None) | Q(starts_on__lte=on)) & (Q(ends_on=None) | Q(ends_on__gt=on))


def with_state(flags: QuerySet[CrossCheck], on: date) -> QuerySet[Any]:
    """Annotate each flag with `state_now` on the day `on`: one of `STATES`."""
    over = ListEntry.objects.filter(cross_checks=OuterRef("pk")).exclude(starts_on__lte=on, ends_on__gt=on)
    role = OrganizationRole.objects.filter(_held(on), person=OuterRef("person_id"), organization=OuterRef("subject_id"))
    gone = Q(closed_on__isnull=False) | Q(until__lte=on) | Exists(over) | (Q(person__isnull=False) & ~Exists(role))
    return flags.annotate(
        state_now=Choice(
            When(gone, then=Value("gone")),
            When(outcome="", then=Value("open")),
            default=Value("handled"),
            output_field=CharField(),
        )
    )


def cross_checks(on: date, *, state: str = "", kind: str = "", name: str = "") -> QuerySet[Any]:
    """Return the flags as they stand on `on`, newest first, filtered by state, kind and part of the subject's name."""
    found = with_state(CrossCheck.objects.select_related("subject", "person", "handled_by"), on)
    if state:
        found = found.filter(state_now=state)
    if kind:
        found = found.filter(kind=kind)
    if name:
        found = found.filter(subject__name__contains=name)
    return found.order_by("-pk")


def cross_checks_open(on: date) -> QuerySet[Any]:
    """Return the flags that somebody has to look at on the day `on`."""
    return with_state(CrossCheck.objects.filter(closed_on=None, outcome=""), on).filter(state_now="open")


def cross_checks_of(subject: Subject, on: date) -> QuerySet[Any]:
    """Return the flags about `subject` that stand on the day `on`, those to be handled first. A company is shown what
    concerns itself and what is known of its people; a person what concerns the person."""
    about = CrossCheck.objects.filter(Q(subject=subject) | Q(person=subject), closed_on=None)
    found = with_state(about.select_related("subject", "person"), on).exclude(state_now="gone")
    return found.order_by("outcome", "-pk")


def state_counts(on: date) -> list[tuple[str, str, int]]:
    """Return (code, label, number) of every state on the day `on`."""
    return [(code, label, cross_checks(on, state=code).count()) for code, label in STATES.items()]
