"""Whom a plan of random inspections draws from: subjects by filter, their tier, and the room that caps leave them."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import islice
from typing import Any

from django.db.models import Count, QuerySet

from incentives.models import Inspection, InspectionPlan, Inspector, InspectorConflict
from incentives.rules import draw
from incentives.rules.inspection_county import county_inspections
from incentives.rules.inspections import UNGRADED, UNGRADED_LABEL, cap_of, room_of
from incentives.selectors.tiers import tier_pack, tiers_of
from registry.models import Department, Subject
from registry.rules.policy.honours import InspectionCap, Tier
from registry.selectors.policies import packs_active

CHUNK = 5_000
_COLUMNS = ("pk", "uscc", "public_id", "sectors", "standardisation")


@dataclass(frozen=True, slots=True)
class Stratum:
    """A layer of the draw. `percent`: what the pack's tier suggests, None without; `cap`: its yearly cap."""

    code: str
    label: str
    percent: int | None = None
    cap: int | None = None


@dataclass(frozen=True)
class Population:
    """The members of a draw and which subject each key means."""

    members: Sequence[draw.Member]
    subjects: Mapping[str, int]

    @property
    def sizes(self) -> dict[str, int]:
        """How many members each stratum has, whether or not their caps leave room."""
        return dict(sorted(Counter(each.stratum for each in self.members).items()))


def strata_on(on: date) -> list[Stratum]:
    """Return the strata that a plan may name on the day: the tiers of the pack that grades, and who is not graded."""
    found = {tier.code: Stratum(tier.code, tier.label, tier.draw_percent, tier.yearly_cap) for tier in _tiers(on)}
    return [*found.values(), Stratum(UNGRADED, UNGRADED_LABEL)]


def subjects_of(plan: InspectionPlan) -> QuerySet[Subject]:
    """Return the organisations that exist and fit the plan's filters, save the sectors, which `population_of` asks."""
    found = Subject.objects.filter(
        kind=Subject.Kind.ORGANIZATION, status=Subject.Status.ACTIVE, merged_into__isnull=True
    )
    if plan.categories:
        found = found.filter(category__in=plan.categories)
    if plan.risks:
        found = found.filter(risk__in=plan.risks)
    if plan.industry:
        found = found.filter(industry__contains=plan.industry)
    return found


def population_of(plan: InspectionPlan, on: date) -> Population:
    """Return everybody that the plan draws from on the day, with tier and room under the caps of the plan's year.

    The room counts visits of all sources but those ordered from above, and planned visits of other plans. Constant
    queries a `CHUNK` of subjects.
    """
    wanted = frozenset(plan.sectors)
    used = used_in(plan.year.year)
    caps = [active.pack.inspection_caps for active in packs_active(on) if active.pack.inspection_caps]
    tier_caps = {each.code: each.cap for each in strata_on(on)}
    rows = subjects_of(plan).order_by("pk").values_list(*_COLUMNS).iterator(chunk_size=CHUNK)
    members: list[draw.Member] = []
    subjects: dict[str, int] = {}
    for chunk in _chunks(row for row in rows if not wanted or wanted.intersection(row[3])):
        tiers = tiers_of([row[0] for row in chunk], on)
        for pk, uscc, public_id, sectors, grade in chunk:
            stratum = tiers.get(pk, UNGRADED)  # nobody is guessed into a tier
            own = [tier_caps.get(stratum), _cap(caps, sectors, grade)]
            member = draw.Member(uscc or str(public_id), stratum, room_of(own, used.get(pk, 0)))
            members.append(member)
            subjects[member.key] = pk
    return Population(members, subjects)


def used_in(year: int) -> dict[int, int]:
    """Return how many inspections of the year count towards the cap, by subject that has any. One query."""
    found = Inspection.objects.used(year).values("subject").annotate(number=Count("pk")).order_by()
    return {row["subject"]: row["number"] for row in found}


@dataclass(frozen=True)
class CapState:
    """A subject's inspections of a year beside its cap. `most` None: no cap applies."""

    used: int
    most: int | None

    @property
    def is_beyond(self) -> bool:
        return self.most is not None and self.used > self.most


def cap_state(subject: Subject, year: int, on: date) -> CapState:
    """Return how many inspections of the year count for the subject, and the most that its caps allow on the day."""
    caps = [active.pack.inspection_caps for active in packs_active(on) if active.pack.inspection_caps]
    stratum = tiers_of([subject.pk], on).get(subject.pk, UNGRADED)
    tier_cap = next((each.cap for each in strata_on(on) if each.code == stratum), None)
    both = [each for each in (tier_cap, _cap(caps, subject.sectors, subject.standardisation)) if each is not None]
    return CapState(Inspection.objects.used(year).filter(subject=subject).count(), min(both, default=None))


def staff_of(plan: InspectionPlan, on: date) -> QuerySet[Inspector]:
    """Return the inspectors who may be drawn: of the plan's departments, certified through its last day, qualified."""
    departments = [each.pk for each in departments_of(plan)]
    found = Inspector.objects.on(on).on(plan.ends_on).filter(department__in=departments).select_related("department")
    if plan.qualification:
        able = [each.pk for each in found if plan.qualification in each.qualifications]
        found = found.filter(pk__in=able)
    return found.order_by("pk")


def departments_of(plan: InspectionPlan) -> list[Department]:
    """Return the departments that inspect together: those of the plan's matters, in order of code."""
    return list(Department.objects.filter(inspection_matters__in=plan.matters.values("matter")).distinct())


def inspectors_of(plan: InspectionPlan, on: date, *, subjects: Mapping[str, int]) -> list[draw.Inspector]:
    """Return the staff as the draw takes them, each with the keys of the subjects that it must not inspect."""
    staff = list(staff_of(plan, on))
    keys = {pk: key for key, pk in subjects.items()}
    conflicts: dict[int, set[str]] = {}
    pairs = InspectorConflict.objects.on(on).filter(inspector__in=staff).values_list("inspector", "subject")
    for inspector, subject in pairs:
        if subject in keys:
            conflicts.setdefault(inspector, set()).add(keys[subject])
    return [
        draw.Inspector(
            str(each.public_id), plan.most, frozenset(conflicts.get(each.pk, ())), each.department.code
        )
        for each in staff
    ]  # fmt: skip


def _tiers(on: date) -> tuple[Tier, ...]:
    active = tier_pack(on)
    return active.pack.tiers if active is not None else ()


def _cap(caps: Iterable[Sequence[InspectionCap]], sectors: Sequence[str], grade: int | None) -> int | None:
    return cap_of(caps, sectors, grade, unregistered_is_least=county_inspections().unregistered_grade.value)


def _chunks(rows: Iterable[tuple[Any, ...]]) -> Iterator[list[tuple[Any, ...]]]:
    source = iter(rows)
    while chunk := list(islice(source, CHUNK)):
        yield chunk
