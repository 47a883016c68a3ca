"""Whether a record or an entry may be repaired on a day, and what is still missing, asked of the rule that governs it."""

from collections.abc import Hashable, Iterable
from dataclasses import dataclass, replace
from datetime import date
from functools import cached_property

from incentives.rules.texts import BREACH_AFTER
from registry.models import Record, Subject
from registry.rules.policy.head import SubjectKind
from registry.rules.policy.procedure import RepairRule
from registry.rules.policy.repairing import (
    REFUSALS,
    RepairVerdict,
    repair_rule,
    repair_verdicts,
    unmet_conditions,
)
from registry.rules.policy.schema import RemovalWindow
from registry.rules.policy.standing import RemovalPeriod, listing_state, removal_period
from registry.selectors.calendar import calendar_current
from registry.selectors.policies import pack_of
from repair.models import RepairApplication, RepairFile
from repair.selectors.governing import Governing, RepairGround, repair_governing
from sanctions.models import ListEntry
from sanctions.selectors.history import SubjectWorld, entry_fact, history_of, subject_facts, world_of


class OwnRules:
    """What the rules answer about one subject on one day, read once for all its records and entries."""

    def __init__(self, subject: Subject, on: date) -> None:
        self.subject, self.on = subject, on
        self._answers: dict[Hashable, dict[str, RepairVerdict]] = {}

    @cached_property
    def world(self) -> SubjectWorld:
        """The subject with its records and entries."""
        return world_of(self.subject)

    @cached_property
    def applications(self) -> list[RepairApplication]:
        """All that the subject applied for, the newest first."""
        return list(RepairApplication.objects.filter(subject=self.subject).order_by("-pk"))

    def verdicts(
        self, governing: Governing, documents: frozenset[str], *, reaches_back: bool
    ) -> dict[str, RepairVerdict]:
        """Return the verdicts of an edition about everything of the subject, with these documents at hand."""
        question = (governing.version.content_hash, documents, reaches_back)
        if question not in self._answers:
            history = history_of(self.world, governing.pack, self.on, reaches_back=reaches_back)
            known = replace(history, documents=documents).known_on(self.on)
            facts = subject_facts(self.world, governing.pack, self.on)
            self._answers[question] = repair_verdicts(governing.pack, facts, known, self.on)
        return self._answers[question]


@dataclass(frozen=True)
class RepairStanding:
    """What the governing rule says. `ground`: None when no rule governs; `verdict`: None when its rule does not reach
    this record or entry; `sentences`: what is missing, in words. For removal besides: the last day to apply on, the
    first day on which it can take effect, and its conditions."""

    ground: RepairGround | None
    verdict: RepairVerdict | None
    sentences: tuple[str, ...]
    until: date | None = None
    effect_from: date | None = None
    removal_conditions: tuple[str, ...] = ()

    @property
    def is_ruled(self) -> bool:
        """Whether a rule answers."""
        return self.verdict is not None

    @property
    def earliest(self) -> date | None:
        """The first day on the time condition alone; None for never or when nothing answers."""
        return self.verdict.earliest if self.verdict is not None else None


def repair_standing(
    subject: Subject,
    *,
    record: Record | None = None,
    entry: ListEntry | None = None,
    documents: Iterable[str] = (),
    on: date,
    own: OwnRules | None = None,
) -> RepairStanding:
    """Ask whether this one record or entry of `subject` may be repaired on `on` with these documents at hand. `own`:
    shared by who asks about several."""
    if record is not None and record.kind == Record.Kind.COMMITMENT_BROKEN:
        return RepairStanding(None, None, (BREACH_AFTER,))
    ground = repair_governing(record=record, entry=entry, kind="person" if subject.is_person else "organization", on=on)
    if ground is None or ground.rule is None:
        return RepairStanding(ground, None, ("没有规定该信息如何修复，请向认定部门咨询。",))
    # An entry rests on acts since its pack; a record is judged by the law of its decision, whenever the act was.
    found = (own or OwnRules(subject, on)).verdicts(ground.governing, frozenset(documents), reaches_back=entry is None)
    # The first fact of a record, the one with its penalty, bears the record's own number.
    verdict = found.get(entry_fact(entry) if entry is not None else str(record.pk) if record is not None else "")
    return RepairStanding(ground, verdict, _sentences(ground, verdict))


def removal_standing(
    subject: Subject, entry: ListEntry, *, filed_on: date, documents: Iterable[str] = (), on: date,
    own: OwnRules | None = None,
) -> RepairStanding:  # fmt: skip
    """Ask whether an entry may be removed on application: the pack's window on the day of filing, and its conditions.

    The answer has the form of a repair verdict; `too-early` also stands for an application after the window.
    """
    governing = Governing(entry.policy, pack_of(entry.policy))
    rule = governing.pack.lists_by_code.get(entry.list_code)
    ground = RepairGround(governing, repair_rule(governing.pack, "listing", _kind(subject), entry.list_code))
    if rule is None or rule.removal is None:
        return RepairStanding(ground, None, (f"《{governing.version.title}》没有规定申请移出，期满自动移出。",))
    world = (own or OwnRules(subject, on)).world
    known = replace(history_of(world, governing.pack, on), documents=frozenset(documents)).known_on(on)
    listing = next(each for each in known.listings if each.id == entry_fact(entry))
    window = removal_period(
        rule, listing, listing_state(governing.pack, listing, known.records, on), calendar_current()
    )
    refused, told = [], []
    if window is None or not window.apply_from <= filed_on <= window.apply_until:
        refused.append("too-early")
        shown = f"{window.apply_from}至{window.apply_until}" if window is not None else "期限届满前"
        told.append(f"申请日{filed_on}不在可以申请移出的期间（{shown}）内")
    wanted = RepairRule(of="listing", clause=rule.removal.clause, conditions=rule.removal.conditions)
    for code in unmet_conditions(governing.pack, wanted, listing, known, on):
        refused.append(code)
        told.append(REFUSALS[code])
    earliest = window.apply_from if window is not None else None
    verdict = RepairVerdict(not refused, earliest, tuple(refused), rule.removal.clause)
    basis = f"（{governing.cited(rule.removal.clause)}）"
    return RepairStanding(
        ground, verdict, tuple(f"{each}{basis}" for each in told),
        until=window.apply_until if window is not None else None,
        effect_from=_effect_from(rule.removal, window, on), removal_conditions=rule.removal.conditions,
    )  # fmt: skip


def removal_window(entry: ListEntry, *, on: date, world: SubjectWorld | None = None) -> RemovalPeriod | None:
    """Return the days on which removal of an entry in force may be applied for; None where its pack knows no such way.

    `world`: the subject's, where it was read with many others.
    """
    pack = pack_of(entry.policy)
    rule = pack.lists_by_code.get(entry.list_code)
    if rule is None or rule.removal is None:
        return None
    known = history_of(world or world_of(entry.subject), pack, on).known_on(on)
    listing = next(each for each in known.listings if each.id == entry_fact(entry))
    return removal_period(rule, listing, listing_state(pack, listing, known.records, on), calendar_current())


def _effect_from(rule: RemovalWindow, window: RemovalPeriod | None, on: date) -> date | None:
    """Where the pack carries removals out only in the last working days of the term: the first of these days."""
    if rule.takes_effect_last_working_days is None or window is None:
        return None
    return max(on, calendar_current().back(window.apply_until, rule.takes_effect_last_working_days))


def _kind(subject: Subject) -> SubjectKind:
    return "person" if subject.is_person else "organization"


def _sentences(ground: RepairGround, verdict: RepairVerdict | None) -> tuple[str, ...]:
    if verdict is None:
        return ("该信息不在信用修复的范围内。",)
    if verdict.allowed:
        return ()
    basis = f"（{ground.governing.cited(verdict.clause)}）"
    told = []
    for code in verdict.refused:
        when = f"，最早可于{verdict.earliest}修复" if code == "too-early" and verdict.earliest is not None else ""
        told.append(f"{REFUSALS[code]}{when}{basis}")
    return tuple(told) or (f"已经不在名单内，不需要修复{basis}",)


def documents_of(application: RepairApplication) -> frozenset[str]:
    """Return the kinds of documents at hand for an application, handed in or found in our own records."""
    return frozenset(application.files.exclude(kind=RepairFile.Kind.OTHER).values_list("kind", flat=True))
