"""Which rule governs a request: the pack of an entry's case; for a record the law of its decision's date."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Final

from registry.models import Department, PolicyVersion, Record
from registry.rules.policy import load_packs
from registry.rules.policy.head import SubjectKind
from registry.rules.policy.procedure import Deadline, ObjectionRule, RepairRule
from registry.rules.policy.publication import repair_class
from registry.rules.policy.repairing import repair_rule
from registry.rules.policy.schema import Pack
from registry.rules.policy.wording import clause_text
from registry.selectors.policies import pack_of, packs_active
from registry.selectors.remembered import remembered
from repair.models import Request
from repair.rules.county import county_requests
from sanctions.models import ListEntry
from sanctions.selectors.history import SubjectWorld, history_of, subject_facts

LOCAL: Final = ("local-regulation", "local-document")
# Whose time limits run where the edition that rules a request has none.
DEFAULT_PACK: Final = "county-default"


@dataclass(frozen=True)
class Governing:
    """The edition that rules a request, and its rule."""

    version: PolicyVersion
    pack: Pack

    @property
    def objection(self) -> ObjectionRule | None:
        """The pack's rule on objections."""
        return self.pack.objection

    @property
    def title(self) -> str:
        """The document's title in its brackets."""
        return f"《{self.version.title}》"

    def cited(self, clause: str) -> str:
        """The document with the clause, as cited."""
        return f"{self.title}{clause_text(self.pack, clause) if clause else ''}"


@dataclass(frozen=True)
class RepairGround:
    """What rules the repair of one record or entry. `rule`: None where the edition has none for it."""

    governing: Governing
    rule: RepairRule | None


def objection_governing(*, record: Record | None, entry: ListEntry | None, on: date) -> Governing | None:
    """Return the edition whose objection rule applies: an entry's own; for a record that of an entry in force which
    rests on it, else one that the office runs on the day and that rules objections, its own field's before general
    ones. None when no edition rules it.
    """
    if entry is not None:
        return Governing(entry.policy, pack_of(entry.policy))
    if record is None:
        return None
    resting = (
        ListEntry.objects.filter(grounds__record=record).in_force(on).select_related("policy").order_by("pk").first()
    )
    if resting is not None and pack_of(resting.policy).objection is not None:
        return Governing(resting.policy, pack_of(resting.policy))
    own = set(record.items.values_list("pack_id", flat=True))
    ruling = [active for active in packs_active(on) if active.pack.objection is not None]
    # What no field rules for itself, the county's own pack rules before another's.
    ruling.sort(
        key=lambda each: (
            each.version.pack_id not in own, each.version.pack_id != DEFAULT_PACK, each.mode != "binding",
            each.version.pack_id,
        )
    )  # fmt: skip
    return Governing(ruling[0].version, ruling[0].pack) if ruling else None


def repair_governing(
    *, record: Record | None, entry: ListEntry | None, kind: SubjectKind, on: date
) -> RepairGround | None:
    """Return what rules the repair: for an entry its own edition; for a record the edition in force on the day of its
    decision that repairs records, else the one in force on `on`; the nation's before local ones. `kind`: organization
    or person.
    """
    if entry is not None:
        pack = pack_of(entry.policy)
        rule = repair_rule(pack, "listing", kind, entry.list_code)
        return RepairGround(Governing(entry.policy, pack), rule)
    if record is None or record.decided_on is None:
        return None
    for day in (record.decided_on, on):
        found = _record_edition(record, day, kind)
        if found is not None:
            return found
    return None


def record_class(record: Record, pack: Pack, on: date) -> str | None:
    """Return the class that a pack puts a penalty into; None where it has no classes, or for another record."""
    world = SubjectWorld(record.subject, (record,), ())
    facts = history_of(world, pack, on, reaches_back=True).records
    return repair_class(pack, facts[0], subject_facts(world, pack, on)) if facts else None


def _record_edition(record: Record, day: date, kind: SubjectKind) -> RepairGround | None:
    for version in _editions(day):
        pack = pack_of(version)
        # Only an edition that classes penalties says how long each is published at the least.
        if pack.classes is None or repair_rule(pack, "record", kind) is None:
            continue
        rule = repair_rule(pack, "record", kind, record_class=record_class(record, pack, day))
        return RepairGround(Governing(version, pack), rule)
    return None


def _editions(day: date) -> Iterator[PolicyVersion]:
    """Yield the editions in force on the day: first the nation's, the newest first, which bind the office as law does, run
    by it or not; then the local documents that it runs, for another county's rule repairs nothing here."""
    for version in remembered("repair-editions", _national_editions):
        begins, ends = version.in_force_from, version.in_force_until
        if begins is not None and begins <= day and (ends is None or day < ends):
            yield version
    yield from (each.version for each in packs_active(day) if each.version.authority in LOCAL)


def _national_editions() -> list[PolicyVersion]:
    versions = PolicyVersion.objects.exclude(authority__in=LOCAL).filter(in_force_from__isnull=False).defer("text")
    return list(versions.order_by("-in_force_from", "-loaded_at", "-pk"))


def governing_of(request: Request) -> Governing | None:
    """Return the edition that the request was filed under, None when no edition rules it."""
    return Governing(request.policy, pack_of(request.policy)) if request.policy is not None else None


@dataclass(frozen=True)
class Limit:
    """A time limit with the edition that has it; `pack_id` and `content_hash` empty for the county's own value."""

    rule: Deadline
    pack_id: str = ""
    content_hash: str = ""


def limit_of(request: Request, *codes: str, on: date) -> Limit | None:
    """Return the time limit of the first of these codes that rules a request: of the edition that it was filed under,
    else of the county's pack (as the office runs it on `on`, or as it comes with the site), else the county's own
    value. None where nobody sets one.
    """
    governing = governing_of(request)
    if governing is not None:
        for code in codes:
            for rule in governing.pack.deadline_rules(code):
                return Limit(rule, governing.version.pack_id, governing.version.content_hash)
    for code in codes:
        found = _county_limit(code, on)
        if found is not None:
            return found
    return None


def _county_limit(code: str, on: date) -> Limit | None:
    running = next((each for each in packs_active(on) if each.version.pack_id == DEFAULT_PACK), None)
    packaged = load_packs()[DEFAULT_PACK]
    pack, content_hash = (
        (running.pack, running.version.content_hash) if running is not None else (packaged.pack, packaged.content_hash)
    )
    for rule in pack.deadline_rules(code):
        return Limit(rule, DEFAULT_PACK, content_hash)
    own = county_requests().deadline(code)
    return Limit(own) if own is not None else None


def cited_basis(request: Request) -> str:
    """Return document and clause that govern a request, in brackets; says so when nothing governs it."""
    governing = governing_of(request)
    return f"（{governing.cited(request.clause)}）" if governing is not None else "（没有专门规定，按一般规定办理）"


def joint_conference() -> Department | None:
    """Return the joint-conference office, which hears complaints; None when none is set up."""
    return Department.objects.filter(kind=Department.Kind.JOINT_CONFERENCE, is_active=True).order_by("pk").first()
