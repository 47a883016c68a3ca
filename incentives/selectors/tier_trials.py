"""What a pack on trial would change about supervision tiers, subject by subject, beside the pack that grades now."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass

from incentives.models import Commitment
from incentives.selectors.honours import honours_in_force
from incentives.selectors.tiers import gradable, reasons_told, world_verdict
from registry.models import Record
from registry.rules.policy.facts import History, SubjectFacts
from registry.rules.policy.schema import Pack
from registry.rules.policy.tier_causes import tier_causes
from registry.rules.policy.tiering import MISSING_LABELS, TierVerdict
from registry.rules.policy.wording import clause_text
from registry.selectors.policies import packs_active
from sanctions.rules.trials import Change, Place
from sanctions.selectors.history import SubjectWorld, record_pk
from sanctions.selectors.trial_answers import Answer, Question
from sanctions.selectors.trial_sources import TrialSource
from sanctions.selectors.worlds import worlds_of


@dataclass(frozen=True)
class _Side:
    """One pack's answer about one subject."""

    pack: Pack
    verdict: TierVerdict
    facts: SubjectFacts
    history: History

    @property
    def place(self) -> Place | None:
        tier = self.verdict.tier
        return Place(tier.code, tier.label, "tier", 0) if tier is not None else None


def graders(question: Question) -> tuple[Pack | None, Pack | None]:
    """Return the pack that grades on the day tried, and the one that would: the first with tiers of those in use, in order
    of id (as `tier_pack`), now with the edition that ran when the trial was begun, then with the one on trial."""
    running = {active.version.pack_id: active.pack for active in packs_active(question.on)}
    running.pop(question.pack_id, None)
    against = {question.pack_id: question.against.pack} if question.against is not None else {}
    return _grader(running | against), _grader(running | {question.pack_id: question.loaded.pack})


def _grader(packs: Mapping[str, Pack]) -> Pack | None:
    return next((packs[name] for name in sorted(packs) if packs[name].tiers), None)


def _asks(question: Question) -> bool:
    sides = (question.loaded, question.against)
    return any(side is not None and side.pack.tiers for side in sides)


def tiers_tried(ids: Collection[int], question: Question) -> Iterator[Answer]:
    """Yield a change for each of the subjects `ids` that would have another tier, in order of id."""
    before, after = graders(question)
    if before == after:
        return
    whom = list(gradable().filter(pk__in=ids).values_list("pk", flat=True))
    held = honours_in_force(whom, question.on)
    committed = set(
        Commitment.objects.public(question.on).filter(subject_id__in=whom).values_list("subject_id", flat=True)
    )
    for world in worlds_of(whom):
        pk = world.subject.pk
        old, new = (
            _Side(pack, *world_verdict(world, pack, question.on, honours=held.get(pk, ()), committed=pk in committed))
            if pack is not None
            else None
            for pack in (before, after)
        )
        was, would = (side.place if side is not None else None for side in (old, new))
        if (was.code if was is not None else "") != (would.code if would is not None else ""):
            yield _answer(world, question, (old, new), Change("tier", was, would))


def _answer(
    world: SubjectWorld, question: Question, sides: tuple[_Side | None, _Side | None], change: Change
) -> Answer:
    old, new = sides
    tier = new.verdict.tier if new is not None else None
    grounds = {pk for side in sides if side is not None for pk in _deciding(side, question)}
    return Answer(
        subject_id=world.subject.pk,
        change=change,
        points=(None, None),
        clause=clause_text(new.pack, tier.clause) if new is not None and tier is not None else "",
        sentences=tuple(_why(new, question)),
        former_sentences=tuple(_why(old, question)) if change.old is not None else (),
        grounds=_records(world, grounds),
    )


def _why(side: _Side | None, question: Question) -> list[str]:
    """Say why a side comes to its tier."""
    if side is None:
        return ["没有政策评定信用等级。"]
    tier, title = side.verdict.tier, side.pack.head.title
    if tier is None:
        return [f"《{title}》不评定该主体的等级。"]
    if side.verdict.missing:
        labels = "、".join(MISSING_LABELS[each] for each in side.verdict.missing)
        return [f"没有登记{labels}，不能评定，为{tier.label}。"]
    told = reasons_told(side.pack, side.facts, side.verdict, side.history, question.on)
    sentences: list[str] = next((each["sentences"] for each in told if each["code"] == tier.code), [])
    return sentences or [f"不符合前面各等级的条件，为{tier.label}。"]


def _deciding(side: _Side, question: Question) -> set[int]:
    """The records that the tier's condition counts, and those each of which alone keeps the subject from another tier."""
    tier = side.verdict.tier
    counted = {each for rule, judged in side.verdict.judged if rule == tier and judged.met for each in judged.ids}
    causes = tier_causes(side.pack, side.facts, side.history, question.on, side.verdict)
    return {record_pk(each) for each in counted | {cause.record_id for cause in causes if cause.record_id}}


def _records(world: SubjectWorld, ids: Collection[int]) -> tuple[Record, ...]:
    return tuple(record for record in world.records if record.pk in ids)


TIERS_TRIED = TrialSource(asks=_asks, subjects=gradable, answers=tiers_tried)
