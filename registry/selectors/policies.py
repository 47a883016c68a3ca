"""Policies in the database: stored editions, which of them the office runs, and the measures of their catalogues."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache
from typing import Any, cast

from django.db import connection
from django.db.models import DateField, F, Q, QuerySet

from registry.base.prepared import Prepared, Slot
from registry.models import PolicyActivation, PolicyVersion, RecordItem
from registry.rules.policy.loader import LoadedPack, parse_pack
from registry.rules.policy.measures import Measure, MeasurePart
from registry.rules.policy.mode import ActivationVerdict, activation_check, measure_check
from registry.rules.policy.schema import Pack
from registry.rules.policy.strict_yaml import read_yaml
from registry.selectors.remembered import remembered

ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class ActivePack:
    """A policy version that the office runs on a day."""

    version: PolicyVersion
    activation: PolicyActivation
    pack: Pack
    verdict: ActivationVerdict

    @property
    def mode(self) -> str:
        """`binding` only where the office chose it and the law of the day still carries it; else `internal`."""
        modes = (self.activation.mode, self.verdict.mode)
        return "binding" if modes == ("binding", "binding") else "internal"


@dataclass(frozen=True)
class CatalogueMeasure:
    """One measure of an active catalogue that may be ordered. `departments` are named as the catalogue names them."""

    catalogue: PolicyVersion
    code: str
    label: str
    clause: str
    is_mandatory: bool
    rights_reducing: bool
    departments: tuple[str, ...]
    legal_basis: tuple[str, ...]


@dataclass(frozen=True)
class RefusedMeasure:
    """A measure of an active catalogue that may not be ordered, with the Chinese sentence that says why."""

    code: str
    label: str
    reason: str


def stored_pack(version: PolicyVersion) -> LoadedPack:
    """Parse the stored text of `version` anew. Raises PackError when it is no pack."""
    return parse_pack(read_yaml(version.text), source=f"{version.pack_id}@{version.content_hash[:8]}")


def pack_of(version: PolicyVersion) -> Pack:
    """Return the pack of a stored edition; kept by its content hash, which never names two contents."""
    return _pack(version.pack_id, version.content_hash)


@lru_cache(maxsize=128)
def _pack(pack_id: str, content_hash: str) -> Pack:
    return stored_pack(PolicyVersion.objects.get(pack_id=pack_id, content_hash=content_hash)).pack


def activations_on(on: date) -> QuerySet[PolicyActivation]:
    """Return the activations that run on the day `on`, of documents that are in force on it (dates decide, no job)."""
    return (
        PolicyActivation.objects.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=on), starts_on__lte=on)
        .filter(Q(policy__in_force_from__isnull=True) | Q(policy__in_force_from__lte=on))
        .filter(Q(policy__in_force_until__isnull=True) | Q(policy__in_force_until__gt=on))
        .select_related("policy")
        .defer("policy__text")
        .order_by("policy__pack_id", "pk")
    )


def packs_active(on: date) -> list[ActivePack]:
    """Return what the office runs on the day `on`, in order of pack id. One query, once the packs are parsed."""
    return remembered(("packs", on), lambda: [_active(_activation(row), on) for row in _ACTIVATIONS.rows(on=on)])


_ACTIVATION_FIELDS = tuple(field.attname for field in PolicyActivation._meta.concrete_fields)
_VERSION_FIELDS = tuple(field.attname for field in PolicyVersion._meta.concrete_fields if field.attname != "text")
_ACTIVATIONS = Prepared(
    lambda: activations_on(cast(date, Slot("on", DateField()))).annotate(
        **{f"of_{name}": F(f"policy__{name}") for name in _VERSION_FIELDS}
    ),
    (*_ACTIVATION_FIELDS, *(f"of_{name}" for name in _VERSION_FIELDS)),
)


def _activation(row: tuple[Any, ...]) -> PolicyActivation:
    """Return the activation of a prepared row with its edition, whose text is left in the database."""
    number = len(_ACTIVATION_FIELDS)
    found = PolicyActivation.from_db(connection.alias, _ACTIVATION_FIELDS, row[:number])
    found.policy = PolicyVersion.from_db(connection.alias, _VERSION_FIELDS, row[number:])
    return found


def pack_active(pack_id: str, on: date) -> ActivePack | None:
    """Return the active edition of one pack on the day `on`, or None."""
    activation = activations_on(on).filter(policy__pack_id=pack_id).first()
    return _active(activation, on) if activation is not None else None


def _active(activation: PolicyActivation, on: date) -> ActivePack:
    pack = pack_of(activation.policy)
    return ActivePack(activation.policy, activation, pack, activation_check(pack, on))


def catalogue_measures(
    *,
    pack_id: str,
    list_code: str,
    domain: str,
    kind: str,
    binding: bool,
    on: date,
    ground_items: QuerySet[RecordItem] | None = None,
) -> tuple[list[CatalogueMeasure], list[RefusedMeasure]]:
    """Return the measures that follow a listing on the day `on`, and those that an active catalogue holds but the law
    does not let the office order.

    Searched, as far as the office runs them: the listing pack's own measures, the catalogues it names, the catalogues
    that themselves say that they reach this list in this domain, and of other packs the measures that name the domain.
    `binding` False (internal grading) leaves only measures that reduce no right. `ground_items`: the items of the
    listing's grounds, read only when a measure answers single items; such a measure follows no listing without them.
    """
    active = packs_active(on)
    asked = _asked_for(pack_id, active)
    sources = [each for each in active if each in asked or _says_it_reaches(each.pack, list_code, domain)]
    allowed: list[CatalogueMeasure] = []
    refused: list[RefusedMeasure] = []
    for source in sources:
        for measure in source.pack.measures:
            if not _applies(measure, list_code, domain) or not _answers(source.pack, measure, ground_items):
                continue
            if source not in asked and not _reaches_unasked(source.pack, measure, domain):
                continue
            for part in _parts_reaching(measure, kind):
                reason = _refusal(source, measure, part, binding, on)
                if reason:
                    refused.append(RefusedMeasure(part.code, part.label, reason))
                else:
                    allowed.append(_offer(source, measure, part))
    return allowed, refused


def _asked_for(pack_id: str, active: list[ActivePack]) -> list[ActivePack]:
    """The listing pack itself and the catalogues that it names."""
    named = {name for each in active if each.version.pack_id == pack_id for name in each.pack.catalogues}
    return [each for each in active if each.version.pack_id in {pack_id, *named}]


def _says_it_reaches(pack: Pack, list_code: str, domain: str) -> bool:
    """Whether a pack that the listing pack does not name orders anything itself for this list in this domain."""
    return any(list_code in measure.lists and _reaches_unasked(pack, measure, domain) for measure in pack.measures)


def _reaches_unasked(pack: Pack, measure: Measure, domain: str) -> bool:
    """A pack without lists reaches those of the domains that it names, or of its own; one with lists keeps its measures
    to them, but for those that it orders for another domain.
    """
    if not pack.lists:
        return domain in (measure.domains or (pack.head.domain,))
    return domain in measure.domains and domain != pack.head.domain


def _applies(measure: Measure, list_code: str, domain: str) -> bool:
    return (not measure.lists or list_code in measure.lists) and (not measure.domains or domain in measure.domains)


def _answers(pack: Pack, measure: Measure, ground_items: QuerySet[RecordItem] | None) -> bool:
    """Whether the measure answers one of the grounds: one that names no items answers every ground."""
    if not measure.items:
        return True
    return ground_items is not None and ground_items.filter(pack_id=pack.head.id, code__in=measure.items).exists()


def _parts_reaching(measure: Measure, kind: str) -> Iterable[MeasurePart]:
    """The measure as a whole where it reaches this kind of subject, else those of its parts that do."""
    if kind in measure.targets:
        return (measure,)
    return tuple(part for part in measure.parts if kind in part.targets)


def _refusal(source: ActivePack, measure: Measure, part: MeasurePart, binding: bool, on: date) -> str:
    if not part.rights_reducing:
        return ""
    if not binding:
        return "该条目仅作内部分级，不得实施减损权益的措施。"
    if source.mode != "binding":
        return f"清单《{source.pack.head.title}》仅作内部分级运行，不得据以实施减损权益的措施。"
    verdict = measure_check(source.pack, measure, on)
    return "" if verdict.allowed else verdict.reason


def _offer(source: ActivePack, measure: Measure, part: MeasurePart) -> CatalogueMeasure:
    return CatalogueMeasure(
        catalogue=source.version,
        code=part.code,
        label=part.label,
        clause=part.clause,
        is_mandatory=measure.force == "mandatory",
        rights_reducing=part.rights_reducing,
        departments=measure.departments,
        legal_basis=tuple(f"{basis.document}{basis.article}" for basis in measure.basis),
    )


@dataclass(frozen=True)
class PolicyRow:
    """One stored edition as the list of policies shows it."""

    version: PolicyVersion
    activation: PolicyActivation | None
    is_latest: bool
    state: str
    state_label: str

    @property
    def last_day(self) -> date | None:
        """The last day on which the document is in force."""
        return last_day_in_force(self.version)


def policy_rows(on: date) -> list[PolicyRow]:
    """Return every stored edition, newest edition of each pack first, with whether the office runs it on `on`."""
    running = {activation.policy_id: activation for activation in activations_on(on)}
    seen: set[str] = set()
    rows = []
    for version in PolicyVersion.objects.defer("text").order_by("pack_id", "-loaded_at", "-pk"):
        state, label = policy_state(version, running.get(version.pk), on)
        rows.append(PolicyRow(version, running.get(version.pk), version.pack_id not in seen, state, label))
        seen.add(version.pack_id)
    return rows


def policy_state(version: PolicyVersion, activation: PolicyActivation | None, on: date) -> tuple[str, str]:
    """Return code and Chinese label of an edition's state on `on`: binding, internal, repealed, coming or idle."""
    if activation is not None:
        mode = _active(activation, on).mode
        return mode, PolicyActivation.Mode(mode).label
    if version.in_force_until is not None and version.in_force_until <= on:
        return "repealed", "已失效"
    if version.in_force_from is not None and version.in_force_from > on:
        return "coming", "尚未施行"
    return "idle", "未启用"


def last_day_in_force(version: PolicyVersion) -> date | None:
    """Return the last day on which the document is in force, None when it has no end."""
    return version.in_force_until - ONE_DAY if version.in_force_until else None
