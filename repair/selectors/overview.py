"""One answer for a subject: which of its records and entries may be repaired or removed, when, and what is missing."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Final

from registry.models import Record, Subject
from registry.rules.policy.explaining_repair import WAYS_OUT
from registry.rules.policy.repairing import RepairVerdict
from registry.selectors.remembered import answers_remembered
from repair.models import RepairApplication, RepairFile
from repair.rules.lifecycle import OPEN
from repair.selectors.governing import record_class
from repair.selectors.verdicts import OwnRules, RepairStanding, removal_standing, repair_standing
from sanctions.models import ListEntry

CLASS_LABELS: Final = {
    "minor": "轻微失信",
    "ordinary": "一般失信",
    "serious": "严重失信",
    "specially-serious": "特定严重失信",
}
RECORD_CONDITIONS: Final = {
    "corrected": "失信行为已经纠正，不良影响已经消除",
    "fulfilled": "处罚决定规定的义务已经履行完毕",
    "commitment": "提交信用承诺书",
    "training": "提交信用修复培训证明",
    "credit-report": "提交信用报告",
    "public-welfare": "提交参与公益活动的证明",
    "no-new-misconduct": "期间没有新的失信记录",
    "no-new-serious-misconduct": "期间没有新的严重失信行为",
}
_REFUSED_BY: Final = {
    "corrected": "not-corrected",
    "fulfilled": "not-fulfilled",
    "commitment": "no-commitment",
    "training": "no-training",
    "credit-report": "no-credit-report",
    "public-welfare": "no-public-welfare",
    "no-new-misconduct": "new-misconduct",
    "no-new-serious-misconduct": "new-misconduct",
}
DOCUMENTS: Final = ("commitment", "training", "credit-report", "public-welfare")


def condition_label(code: str) -> str:
    """Return a condition of repair in Chinese."""
    return RECORD_CONDITIONS[code]


@dataclass(frozen=True)
class Condition:
    """One condition. `state`: met, unmet, or `asked` for a document that the application brings; `way`: what to do, or
    what our own records show."""

    code: str
    label: str
    state: str
    way: str


@dataclass(frozen=True)
class Wanted:
    """A document that the application is to bring; `needed` False where it may stand in for something else."""

    kind: str
    label: str
    needed: bool
    note: str = ""


@dataclass(frozen=True)
class Way:
    """Repair or removal of one record or entry, as the governing rule answers on the day."""

    kind: str
    basis: str
    earliest: date | None
    until: date | None
    allowed: bool
    may_apply: bool
    conditions: tuple[Condition, ...]
    wanted: tuple[Wanted, ...]
    sentences: tuple[str, ...]

    @property
    def label(self) -> str:
        """信用修复 or 移出名单."""
        return RepairApplication.Kind(self.kind).label

    @property
    def is_never(self) -> bool:
        """Whether the rule knows no day at all."""
        return self.earliest is None


@dataclass(frozen=True)
class Matter:
    """A record or an entry of the subject with its ways. `application`: the one that is open; `barred_until`: after
    false papers."""

    record: Record | None
    entry: ListEntry | None
    class_label: str
    ways: tuple[Way, ...]
    application: RepairApplication | None
    barred_until: date | None

    @property
    def about(self) -> str:
        """What it is, in words."""
        return str(self.record) if self.record is not None else self.entry.list_label if self.entry is not None else ""

    @property
    def thing(self) -> Record | ListEntry:
        """The record or the entry."""
        found = self.record or self.entry
        assert found is not None  # noqa: S101  (one of the two)
        return found

    @property
    def target(self) -> str:
        """`record` or `entry`, as addresses name it."""
        return "record" if self.record is not None else "entry"


def matters_of(subject: Subject, *, on: date) -> list[Matter]:
    """Return every penalty that stands and every entry in force of `subject`, each with what the rules answer today."""
    records = (
        Record.objects.filter(subject=subject, state=Record.State.CONFIRMED, kind=Record.Kind.PENALTY)
        .select_related("department", "subject", "penalty", "accident")
        .prefetch_related("items", "findings")
    )
    entries = ListEntry.objects.filter(subject=subject).in_force(on).select_related("department", "policy", "case")
    own = OwnRules(subject, on)
    with answers_remembered():
        of_records = [matter_of(subject, record=each, on=on, own=own) for each in records]
        return [*(matter_of(subject, entry=each, on=on, own=own) for each in entries), *of_records]


def matter_of(
    subject: Subject, *, on: date, record: Record | None = None, entry: ListEntry | None = None,
    own: OwnRules | None = None,
) -> Matter:  # fmt: skip
    """Return one record or entry of `subject` with what the rules answer on `on`. `own`: shared by who asks for several."""
    own = own or OwnRules(subject, on)
    key = (record.pk if record is not None else None, entry.pk if entry is not None else None)
    about = [each for each in own.applications if (each.record_id, each.entry_id) == key]
    barred = max((each.barred_until for each in about if each.barred_until is not None), default=None)
    standing = repair_standing(subject, record=record, entry=entry, on=on, own=own)
    ways = [way_of("repair", standing, record, entry, on)]
    if entry is not None:
        removal = removal_standing(subject, entry, filed_on=on, on=on, own=own)
        if removal.verdict is not None:
            ways.append(way_of("removal", removal, None, entry, on))
    return Matter(
        record, entry, _class_label(record, standing, on), tuple(way for way in ways if way is not None),
        next((each for each in about if each.state in OPEN), None),
        barred if barred is not None and barred >= on else None,
    )  # fmt: skip


def _class_label(record: Record | None, standing: RepairStanding, on: date) -> str:
    if record is None or standing.ground is None:
        return ""
    found = record_class(record, standing.ground.governing.pack, on)
    return CLASS_LABELS[found] if found else "没有分类"


def way_of(
    kind: str, standing: RepairStanding, record: Record | None, entry: ListEntry | None, on: date
) -> Way | None:  # fmt: skip
    """Return repair or removal as the governing rule answers it; None where no rule does."""
    ground, verdict = standing.ground, standing.verdict
    if ground is None or verdict is None:
        return None
    codes = _conditions(kind, standing)
    conditions = tuple(_condition(code, verdict, record, entry, on) for code in codes)
    lacking = set(verdict.refused) - {_REFUSED_BY[code] for code in DOCUMENTS}
    is_over = not verdict.allowed and not verdict.refused
    early = "too-early" in verdict.refused
    return Way(
        kind, ground.governing.cited(verdict.clause), verdict.earliest, standing.until, not lacking and not is_over,
        not (early or is_over or "never" in verdict.refused), conditions, tuple(_wanted(standing, conditions)),
        standing.sentences,
    )  # fmt: skip


def _conditions(kind: str, standing: RepairStanding) -> Iterable[str]:
    if kind == "removal":
        return standing.removal_conditions
    rule = standing.ground.rule if standing.ground is not None else None
    return rule.conditions if rule is not None else ()


def _condition(
    code: str, verdict: RepairVerdict, record: Record | None, entry: ListEntry | None, on: date
) -> Condition:  # fmt: skip
    refusal = _REFUSED_BY[code]
    if refusal not in verdict.refused:
        return Condition(code, RECORD_CONDITIONS[code], "met", _own_proof(code, record, entry, on))
    if code in DOCUMENTS:
        return Condition(code, RECORD_CONDITIONS[code], "asked", "申请时提交")
    way = WAYS_OUT.get(refusal, "")
    return Condition(code, RECORD_CONDITIONS[code], "unmet", f"须先{way}" if way else "")


def _own_proof(code: str, record: Record | None, entry: ListEntry | None, on: date) -> str:
    """Say what our own records show, so that nobody is asked for it again."""
    field = {"corrected": "corrected_on", "fulfilled": "fulfilled_on"}.get(code)
    if field is None:
        return ""
    days = [getattr(each, field) for each in grounds_of_matter(record, entry)]
    shown = "、".join(sorted({str(day) for day in days if day is not None and day <= on}))
    return f"本机关已有记录（{shown}），不需要另交证明" if shown else ""


def grounds_of_matter(record: Record | None, entry: ListEntry | None) -> list[Record]:
    """Return the record itself, or the records that an entry rests on."""
    if record is not None:
        return [record]
    if entry is None:
        return []
    return [each.record for each in entry.grounds.select_related("record").order_by("record_id")]


def _wanted(standing: RepairStanding, conditions: Iterable[Condition]) -> list[Wanted]:
    labels, unmet = RepairFile.Kind, {each.code: each.state for each in conditions if each.state != "met"}
    found = [Wanted(code, labels(code).label, needed=True) for code in DOCUMENTS if code in unmet]
    if "fulfilled" in unmet:
        found.insert(0, Wanted("fulfilment", labels("fulfilment").label, needed=True, note="本机关没有您已履行的记录"))
    rule = standing.ground.rule if standing.ground is not None else None
    for each in rule.substitutes if rule is not None else ():
        if each.stands_for in unmet and each.document not in {item.kind for item in found}:
            stands_for = RECORD_CONDITIONS[each.stands_for]
            found.append(
                Wanted(each.document, labels(each.document).label, needed=False, note=f"可以代替“{stands_for}”")
            )
    return found
