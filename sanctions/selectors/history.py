"""From stored facts to the world that a policy pack is asked about; a fixed number of queries for one subject."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from registry.models import PolicyVersion, Record, Subject
from registry.rules.periods import add_years
from registry.rules.policy.evaluate import evaluate
from registry.rules.policy.evaluation import Evaluation
from registry.rules.policy.facts import AccidentFact, History, ListingFact, PenaltyFact, RecordFact, SubjectFacts
from registry.rules.policy.loader import LoadedPack
from registry.rules.policy.schema import Pack
from registry.selectors.calendar import calendar_current
from registry.selectors.policies import pack_of
from sanctions.models import ListEntry
from sanctions.rules.conditions import MAJORITY_AGE

BLACKLIST = "blacklist"
_SEPARATOR = "/"


@dataclass(frozen=True)
class SubjectWorld:
    """One subject with every record and entry that may count, read once for all packs."""

    subject: Subject
    records: tuple[Record, ...]
    entries: tuple[ListEntry, ...]


def world_of(subject: Subject) -> SubjectWorld:
    """Read what packs may ask about `subject`: records that became facts (drafts never), all its entries."""
    records = (
        Record.objects.filter(subject=subject)
        .exclude(state=Record.State.DRAFT)
        .select_related("penalty", "accident")
        .prefetch_related("items", "findings")
        .order_by("pk")
    )
    entries = ListEntry.objects.filter(subject=subject).prefetch_related("grounds", "pauses").order_by("pk")
    return SubjectWorld(subject, tuple(records), tuple(entries))


def record_pk(fact_id: str) -> int:
    """Return the record that a fact of `history_of` stands for."""
    return int(fact_id.split(_SEPARATOR, 1)[0])


def entry_fact(entry: ListEntry) -> str:
    """Return the id under which an entry stands in its subject's facts; no record has one like it."""
    return f"entry-{entry.pk}"


def grounds_of(evaluation: Evaluation, list_code: str) -> frozenset[int]:
    """Return the records that make the list due; empty when it is not."""
    return frozenset(record_pk(fact) for fact in evaluation.entry.get(list_code, ()))


def subject_facts(world: SubjectWorld, pack: Pack, on: date) -> SubjectFacts:
    """Return who is asked about, on the day `on`. Other fields' blacklists: entries in force outside the pack's own."""
    subject = world.subject
    domains = {
        entry.domain
        for entry in world.entries
        if entry.list_code == BLACKLIST and entry.starts_on <= on < entry.ends_on
    }
    return SubjectFacts(
        kind="person" if subject.is_person else "organization",
        sectors=frozenset(subject.sectors),
        born_on=subject.born_on,
        risk=subject.risk or None,
        standardisation=str(subject.standardisation) if subject.standardisation else None,
        domains_blacklisted=frozenset(domains - {pack.head.domain, ""}),
    )


def history_of(
    world: SubjectWorld, pack: Pack, on: date, *, only: frozenset[int] | None = None, reaches_back: bool = False
) -> History:
    """Return the subject's history as `pack` sees it.

    A record of several clauses of the pack becomes one fact a clause. A person's acts before the age of 18 never
    count, nor do acts before the pack's own first day (立法法 art. 104: rules do not reach back). With `only` the
    question is what stands on these records alone: all others are left out (the subject was not told of them), and so
    are those of them voided by `on`, whenever that was. `reaches_back`: count earlier acts too, for what is to the
    subject's good and goes by the day of the decision, such as repair.
    """
    facts: dict[int, list[RecordFact]] = {}
    for record in world.records:
        if only is not None and (record.pk not in only or _is_void(record, on)):
            continue
        if is_before_pack(record, pack) and not reaches_back:
            continue
        found = _record_facts(record, pack.head.id)
        if only is not None:
            # Repair of a ground ends its own publication; the entry that rests on it is repaired apart.
            found = [replace(fact, repaired_on=None) for fact in found]
        if not _is_act_of_minor(world.subject, found[0]):
            facts[record.pk] = found
    listings = tuple(_listing_fact(entry, facts) for entry in world.entries if entry.pack_id == pack.head.id)
    return History(records=tuple(fact for found in facts.values() for fact in found), listings=listings)


def evaluate_world(world: SubjectWorld, policy: PolicyVersion, on: date) -> Evaluation:
    """Say what is due for the subject under a stored edition on the day `on`, and why."""
    return _evaluate(world, policy, on, on)


def evaluate_subject(subject: Subject, policy: PolicyVersion, on: date) -> Evaluation:
    """Read the subject's facts and say what is due under a stored edition on the day `on`, and why."""
    return evaluate_world(world_of(subject), policy, on)


def evaluate_for_case(
    subject: Subject, policy: PolicyVersion, *, records: frozenset[int], opened_on: date, on: date
) -> Evaluation:
    """Say what was due on the day a case was opened on its grounds (`records`), by what is left of them on `on`.

    Time that passes while the procedure runs takes nothing from the case; a withdrawn or reclassified record does. A
    record that was no ground at the opening never takes the place of one: the subject was not heard about it.
    """
    return _evaluate(world_of(subject), policy, opened_on, on, records)


def evaluate_loaded(world: SubjectWorld, loaded: LoadedPack, on: date) -> Evaluation:
    """Say what is due for the subject under a pack that need not be stored, such as a draft, on the day `on`."""
    return _evaluate_loaded(world, loaded, on, on)


def evaluate_grounds(
    world: SubjectWorld, loaded: LoadedPack, *, records: frozenset[int], opened_on: date, on: date
) -> Evaluation:
    """Ask `evaluate_for_case`'s question of a world read before, under a pack that need not be stored."""
    return _evaluate_loaded(world, loaded, opened_on, on, records)


def _evaluate(
    world: SubjectWorld, policy: PolicyVersion, asked_on: date, on: date, only: frozenset[int] | None = None
) -> Evaluation:
    loaded = LoadedPack(pack=pack_of(policy), content_hash=policy.content_hash, source=policy.pack_id)
    return _evaluate_loaded(world, loaded, asked_on, on, only)


def _evaluate_loaded(
    world: SubjectWorld, loaded: LoadedPack, asked_on: date, on: date, only: frozenset[int] | None = None
) -> Evaluation:
    pack = loaded.pack
    history = history_of(world, pack, on, only=only)
    evaluation = evaluate(loaded, subject_facts(world, pack, asked_on), history, asked_on, calendar_current())
    return replace(evaluation, notes=(*evaluation.notes, *_notes_on_early_acts(world, pack, asked_on)))


def acted_on(record: Record) -> date | None:
    """Return the day of the conduct: when it occurred, else when it was decided on."""
    return record.occurred_on or record.decided_on


def is_before_pack(record: Record, pack: Pack) -> bool:
    """Whether the conduct lies before the pack's first day in force, so that the pack does not reach it."""
    first, acted = pack.head.in_force_from, acted_on(record)
    return first is not None and acted is not None and acted < first


def _notes_on_early_acts(world: SubjectWorld, pack: Pack, on: date) -> list[str]:
    """Name the records that would speak for a listing if the pack reached back to them."""
    return [
        f"“{record}”的行为日期为{acted_on(record)}，早于《{pack.head.title}》施行之日{pack.head.in_force_from}，"
        "法不溯及既往，不作为列入依据。行为持续到施行以后的，请先更正该记录的发生日期。"
        for record in world.records
        if is_before_pack(record, pack) and not _is_void(record, on) and _speaks_for_listing(record, pack)
    ]


def _speaks_for_listing(record: Record, pack: Pack) -> bool:
    is_classified = any(item.pack_id == pack.head.id for item in record.items.all())
    return record.kind != Record.Kind.HONOUR and (is_classified or hasattr(record, "accident"))


def _is_void(record: Record, on: date) -> bool:
    return record.voided_on is not None and record.voided_on <= on


def _is_act_of_minor(subject: Subject, fact: RecordFact) -> bool:
    acted = fact.occurred_on or fact.decided_on
    if not subject.is_person or subject.born_on is None or acted is None:
        return False
    return acted < add_years(subject.born_on, MAJORITY_AGE)


def _record_facts(record: Record, pack_id: str) -> list[RecordFact]:
    codes: list[str | None] = [item.code for item in record.items.all() if item.pack_id == pack_id]
    first, *others = codes or [None]
    is_honour = record.kind == Record.Kind.HONOUR
    dates: dict[str, Any] = {
        "occurred_on": record.occurred_on,
        "decided_on": record.decided_on,
        "corrected_on": record.corrected_on,
        "fulfilled_on": record.fulfilled_on,
        "voided_on": record.voided_on,
        "disputed_on": record.disputed_on,
        "repaired_on": record.repaired_on,
    }
    findings = frozenset(finding.code for finding in record.findings.all())
    title = record.number or record.title
    whole = RecordFact(
        id=str(record.pk),
        item=None if is_honour else first,
        honour=first if is_honour else None,
        accident=_accident_fact(record),
        penalty=_penalty_fact(record),
        permit=record.kind == Record.Kind.PERMIT,
        findings=findings,
        title=title,
        **dates,
    )
    # The accident and the penalty stand in the first fact alone: they must not be counted once a clause.
    rest = [
        RecordFact(id=f"{record.pk}{_SEPARATOR}{code}", item=code, findings=findings, title=title, **dates)
        for code in others
        if not is_honour
    ]
    return [whole, *rest]


def _accident_fact(record: Record) -> AccidentFact | None:
    detail = getattr(record, "accident", None)
    if detail is None:
        return None
    return AccidentFact(deaths=detail.deaths, injured=detail.injured, loss_yuan=detail.loss, liable=detail.is_liable)


def _penalty_fact(record: Record) -> PenaltyFact | None:
    detail = getattr(record, "penalty", None)
    if detail is None:
        return PenaltyFact() if record.kind == Record.Kind.PENALTY else None
    return PenaltyFact(kinds=tuple(detail.kinds), fine_yuan=detail.fine, procedure=detail.procedure)


def _listing_fact(entry: ListEntry, facts: dict[int, list[RecordFact]]) -> ListingFact:
    grounds = [fact.id for ground in entry.grounds.all() for fact in facts.get(ground.record_id, ())]
    ended_early = entry.end_reason != ListEntry.EndReason.TERM or entry.ends_on < entry.term_ends_on
    return ListingFact(
        id=entry_fact(entry),
        list_code=entry.list_code,
        published_on=entry.published_on or entry.starts_on,
        grounds=tuple(grounds),
        pauses=tuple((pause.starts_on, pause.ends_on or date.max) for pause in entry.pauses.all()),
        ended_on=entry.ends_on if ended_early else None,
        time=entry.time,
        revoked=entry.end_reason in (ListEntry.EndReason.REVOKED, ListEntry.EndReason.CORRECTED),
    )
