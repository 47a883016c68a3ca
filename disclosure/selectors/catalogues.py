"""The three public catalogues, made from the policies that run: subjects of lists, measures, matters."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date

from disclosure.selectors.policies import PublicPolicy, policies_public
from registry.rules.policy.measures import Incentive, Measure, MeasurePart
from registry.rules.policy.mode import measure_check
from registry.rules.policy.schema import ListRule
from registry.rules.policy.sections import sections_of
from registry.rules.policy.showing import (
    FORCE_LABELS,
    KIND_LABELS,
    MATTER_LABELS,
    RESTRAINT_LABELS,
    Table,
    labelled,
    matter_label,
)
from registry.rules.policy.showing_lists import basis_text


@dataclass(frozen=True, slots=True)
class CatalogueList:
    """A list that exists: who belongs on it by which clause, how long, and whether the public sees it."""

    policy: PublicPolicy
    rule: ListRule
    table: Table

    @property
    def is_public(self) -> bool:
        """Whether its entries are published."""
        return self.policy.is_binding and self.rule.public.value

    @property
    def visibility(self) -> str:
        """Whether its entries are published, in words."""
        if self.is_public:
            return "公布名单"
        return "不公开名单" if self.policy.is_binding else "不公开名单（仅作内部分级）"

    @property
    def polarity(self) -> str:
        """失信 or 守信."""
        return "守信" if self.rule.polarity == "positive" else "失信"

    @property
    def anchor(self) -> str:
        """Where it stands on the page."""
        return f"{self.policy.pack_id}.{self.rule.code}"


@dataclass(frozen=True, slots=True)
class CatalogueMeasure:
    """A measure or incentive. `refusal`: why it is not carried out today, empty when it may be."""

    policy: PublicPolicy
    measure: Measure | Incentive
    matters: tuple[str, ...]
    refusal: str = ""

    @property
    def is_incentive(self) -> bool:
        """Whether it is an incentive."""
        return isinstance(self.measure, Incentive)

    @property
    def group(self) -> str:
        """Under which heading it stands: mandatory, recommended, incentive, or refused."""
        if self.refusal:
            return "refused"
        return "incentive" if self.is_incentive else self.measure.force

    @property
    def title(self) -> str:
        """The title of the catalogue, to group by."""
        return self.policy.title

    @property
    def kind(self) -> str:
        """Sanction or incentive, mandatory or recommended, in words."""
        return f"{FORCE_LABELS[self.measure.force]}{'激励' if self.is_incentive else '惩戒'}措施"

    @property
    def restraint(self) -> str:
        """The kind of restraint, in words."""
        return "" if isinstance(self.measure, Incentive) else RESTRAINT_LABELS.get(self.measure.restraint or "", "")

    @property
    def clause(self) -> str:
        """The clause as it is cited."""
        return self.policy.cite(self.measure.clause)

    @property
    def targets(self) -> str:
        """On whom, those of the sub-items included."""
        reached = {kind for each in (self.measure, *self._parts) for kind in each.targets}
        return labelled(KIND_LABELS, (kind for kind in KIND_LABELS if kind in reached))

    @property
    def parts(self) -> list[str]:
        """The sub-items, each with whom it reaches."""
        return [f"{each.label}（{labelled(KIND_LABELS, each.targets)}）" for each in self._parts]

    @property
    def _parts(self) -> tuple[MeasurePart, ...]:
        return () if isinstance(self.measure, Incentive) else self.measure.parts

    @property
    def bases(self) -> list[str]:
        """Legal bases, each with its article and level."""
        return [basis_text(basis) for basis in self.measure.basis]


@dataclass(frozen=True, slots=True)
class CatalogueMatter:
    """A matter in whose handling the lists are asked. `declared`: (policy, clause, departments) of those that say so."""

    label: str
    declared: tuple[tuple[PublicPolicy, str, str], ...]
    measures: tuple[CatalogueMeasure, ...]

    @property
    def departments(self) -> list[str]:
        """Who handles the matter, or carries out what is attached to it."""
        named = [name for _, _, names in self.declared for name in names.split("、") if name]
        carried = [name for each in self.measures for name in each.measure.departments]
        return list(dict.fromkeys([*named, *carried]))


@dataclass(frozen=True, slots=True)
class MeasureFilter:
    """What is asked of the catalogue of measures; empty means all."""

    department: str = ""
    matter: str = ""

    def lets(self, row: CatalogueMeasure) -> bool:
        """Whether a row is asked for."""
        return (not self.department or self.department in row.measure.departments) and (
            not self.matter or self.matter in row.matters
        )


@dataclass(frozen=True, slots=True)
class Measures:
    """The catalogue of measures by heading, and what it can be filtered by. `total`: how many the filter lets through."""

    groups: dict[str, list[CatalogueMeasure]]
    departments: list[str]
    matters: list[str]
    rows: list[CatalogueMeasure] = field(default_factory=list)

    @property
    def total(self) -> int:
        """How many the filter lets through."""
        return len(self.rows)


GROUPS = ("mandatory", "recommended", "incentive", "refused")


def lists_catalogue(*, on: date) -> list[CatalogueList]:
    """Return every list of the policies that run on the day `on`: published ones first."""
    found = [each for policy in policies_public(on=on) for each in _lists(policy)]
    return sorted(found, key=lambda each: (not each.is_public, not each.policy.is_binding))


def _lists(policy: PublicPolicy) -> Iterator[CatalogueList]:
    pack = policy.active.pack
    tables = next((section.tables for section in sections_of(pack) if section.name == "lists"), ())
    for rule, table in zip(pack.lists, tables, strict=True):
        yield CatalogueList(policy, rule, table)


def measures_catalogue(*, on: date, wanted: MeasureFilter) -> Measures:
    """Return the measures and incentives of the policies that run on the day `on`, as far as `wanted`."""
    everything = _measures(policies_public(on=on), on)
    rows = [each for each in everything if wanted.lets(each)]
    return Measures(
        groups={name: [each for each in rows if each.group == name] for name in GROUPS},
        departments=_sorted(name for each in everything for name in each.measure.departments),
        matters=_sorted(label for each in everything for label in each.matters),
        rows=[each for name in GROUPS for each in rows if each.group == name],
    )


def matters_catalogue(*, on: date) -> list[CatalogueMatter]:
    """Return the matters of the policies that run on the day `on`, by name, with the measures that may be carried out."""
    policies = policies_public(on=on)
    measures = [each for each in _measures(policies, on) if not each.refusal]
    declared: dict[str, list[tuple[PublicPolicy, str, str]]] = {}
    for policy in policies:
        for matter in policy.active.pack.matters:
            row = (policy, policy.cite(matter.clause), "、".join(matter.departments))
            declared.setdefault(matter.label, []).append(row)
    labels = dict.fromkeys([*declared, *(label for each in measures for label in each.matters)])
    found = [
        CatalogueMatter(
            label, tuple(declared.get(label, ())), tuple(each for each in measures if label in each.matters)
        )
        for label in labels
    ]
    return sorted(found, key=lambda each: (not each.declared, each.label))


def _measures(policies: Sequence[PublicPolicy], on: date) -> list[CatalogueMeasure]:
    anywhere = {matter.code: matter.label for policy in policies for matter in policy.active.pack.matters}
    found: list[CatalogueMeasure] = []
    for policy in policies:
        pack = policy.active.pack
        own = {matter.code: matter.label for matter in pack.matters}

        def named(codes: tuple[str, ...], own: dict[str, str] = own) -> tuple[str, ...]:
            # Another document may mean its own field by the same code: what is commonly said comes first.
            return tuple(matter_label(code, {**anywhere, **MATTER_LABELS, **own}) for code in codes)

        for measure in pack.measures:
            found.append(CatalogueMeasure(policy, measure, named(measure.matters), _refusal(policy, measure, on)))
        for incentive in pack.incentives:
            found.append(CatalogueMeasure(policy, incentive, named(incentive.matters)))
    return found


def _refusal(policy: PublicPolicy, measure: Measure, on: date) -> str:
    """Say why a measure is not carried out: internal grading reduces no right, and the law of the day asks for a basis."""
    if not measure.rights_reducing:
        return ""
    if not policy.is_binding:
        return "该文件仅作内部分级，不得据以实施减损权益的措施。"
    verdict = measure_check(policy.active.pack, measure, on)
    return "" if verdict.allowed else verdict.reason


def _sorted(names: Iterable[str]) -> list[str]:
    return sorted(set(names))
