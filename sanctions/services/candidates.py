"""Candidates: what the rules say is due, kept in step with the facts, until an officer takes or dismisses it."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Final

from django.db import transaction
from django.db.models import QuerySet

from registry.base.bulk import rows_add, tracked_add, tracked_change
from registry.base.errors import InvalidInput, TransitionRefused
from registry.base.tracked import rows_save_by, version_require
from registry.models import Account, Subject
from registry.rules.policy.evaluation import DueEntry, Evaluation
from registry.selectors.policies import ActivePack
from registry.selectors.remembered import answers_remembered
from registry.services import authz
from registry.services.events import EventDraft, event_record, events_record
from registry.services.subjects import subjects_lock
from sanctions.models import Candidate, CandidateGround, Standing
from sanctions.rules.wording import due_sentences, not_due_sentences
from sanctions.selectors.candidates import Handled, handled_of, listing_packs, records_of
from sanctions.selectors.history import SubjectWorld, evaluate_world, record_pk
from sanctions.selectors.worlds import worlds_of
from sanctions.services.standings import standings_set

# What an evaluation may change of an open candidate.
_CHANGING: Final = ("activation", "list_label", "next_change_on", "reasons", "sentences", "evaluated_on")


@dataclass
class Outcome:
    """What an evaluation changed: candidates raised, renewed on new grounds, lapsed."""

    raised: list[Candidate] = field(default_factory=list)
    renewed: list[Candidate] = field(default_factory=list)
    lapsed: list[Candidate] = field(default_factory=list)


@dataclass
class _Writing:
    """What is to be written about candidates of subjects whose rows are locked, and the events in their order."""

    actor: Account | None
    on: date
    had: dict[int, dict[int, int]] = field(default_factory=dict)  # candidate → record → row of the ground
    raised: list[Candidate] = field(default_factory=list)
    reworded: list[Candidate] = field(default_factory=list)
    lapsed: list[Candidate] = field(default_factory=list)
    grounds: list[tuple[Candidate, frozenset[int]]] = field(default_factory=list)
    events: list[EventDraft] = field(default_factory=list)

    def tell(self, name: str, text: str, candidate: Candidate, payload: dict[str, Any]) -> None:
        self.events.append(
            EventDraft(
                name, text, obj=candidate, subject=candidate.subject, actor=self.actor, on=self.on, payload=payload
            )
        )  # fmt: skip


def candidates_evaluate(*, subject: Subject, actor: Account | None, on: date) -> Outcome:
    """Evaluate `subject` under every listing pack in use and bring its candidates into step; all in the caller's
    transaction. Nobody is listed by this. Doing it again on the same facts and day changes nothing.
    """
    return candidates_evaluate_all(subject_ids=[subject.pk], actor=actor, on=on)


@transaction.atomic
def candidates_evaluate_all(*, subject_ids: Collection[int], actor: Account | None, on: date) -> Outcome:
    """Do what `candidates_evaluate` does for each of the subjects, under their locks, in a number of statements that does
    not depend on how many they are."""
    subjects_lock(subject_ids)
    outcome = Outcome()
    # Without facts there is nothing to judge; a fact once confirmed never goes away.
    worlds = [world for world in worlds_of(subject_ids) if world.records]
    if not worlds:
        return outcome
    with answers_remembered():
        running = listing_packs(on)
        for active in running:
            _evaluate_pack(worlds, active, _Writing(actor, on), outcome)
    ids, codes = [world.subject.pk for world in worlds], [active.version.pack_id for active in running]
    gone = _Writing(actor, on)
    for candidate in _open(ids).exclude(pack_id__in=codes):
        _lapse(candidate, "所依据的政策已停用或失效", gone)
    _write(gone, outcome)
    Standing.objects.filter(subject__in=ids).exclude(pack_id__in=codes).delete()
    return outcome


def _open(subject_ids: Collection[int]) -> QuerySet[Candidate]:
    """The open candidates of these subjects, locked: in the order in which they were raised."""
    found = Candidate.objects.filter(subject__in=subject_ids, state=Candidate.State.OPEN).select_related("subject")
    return found.select_for_update(of=("self",)).order_by("pk")


def _evaluate_pack(
    worlds: Sequence[SubjectWorld], active: ActivePack, writing: _Writing, outcome: Outcome
) -> None:  # fmt: skip
    pack_id, ids = active.version.pack_id, [world.subject.pk for world in worlds]
    evaluations = {world.subject.pk: evaluate_world(world, active.version, writing.on) for world in worlds}
    days = {subject_id: evaluation.next_change_on for subject_id, evaluation in evaluations.items()}
    standings_set(days, active.version, on=writing.on)
    handled, waiting = handled_of(ids, pack_id), defaultdict[int, dict[str, Candidate]](dict)
    for candidate in _open(ids).filter(pack_id=pack_id):
        waiting[candidate.subject_id][candidate.list_code] = candidate
    writing.had = _grounds_had([each for own in waiting.values() for each in own.values()])
    for world in worlds:
        evaluation, own = evaluations[world.subject.pk], waiting[world.subject.pk]
        for due in due_to_raise(active, evaluation, handled[world.subject.pk]):
            fields = {"pack_id": pack_id, "list_code": due.list_code, "first_due_on": writing.on}
            candidate = own.pop(due.list_code) if due.list_code in own else Candidate(subject=world.subject, **fields)
            _bring_up_to_date(candidate, active, evaluation, due, writing)
        for candidate in own.values():
            why = "".join(not_due_sentences(evaluation, candidate.list_code)) if _has(evaluation, candidate) else ""
            _lapse(candidate, why or "政策已不设该名单", writing)
    _write(writing, outcome)


def _grounds_had(candidates: Sequence[Candidate]) -> dict[int, dict[int, int]]:
    found: dict[int, dict[int, int]] = {candidate.pk: {} for candidate in candidates}
    rows = CandidateGround.objects.filter(candidate__in=found)
    for pk, candidate_id, record_id in rows.values_list("pk", "candidate_id", "record_id"):
        found[candidate_id][record_id] = pk
    return found


def _has(evaluation: Evaluation, candidate: Candidate) -> bool:
    return candidate.list_code in evaluation.pack.lists_by_code


def due_to_raise(active: ActivePack, evaluation: Evaluation, handled: Handled) -> list[DueEntry]:
    """Return the due negative lists that have no open case and were not declined on the same grounds."""
    return [
        due
        for due in evaluation.due
        if active.pack.lists_by_code[due.list_code].polarity == "negative"
        and due.list_code not in handled.busy
        and not any(_records_of(due) <= declined for declined in handled.declined[due.list_code])
    ]


def is_in_step(active: ActivePack, evaluation: Evaluation, handled: Handled) -> bool:
    """Tell whether the open candidates under a pack say what the evaluation says, so that nothing is to be written."""
    due = {each.list_code: each for each in due_to_raise(active, evaluation, handled)}
    return due.keys() == handled.waiting.keys() and all(
        _says_the_same(handled.waiting[code], active, evaluation, each) for code, each in due.items()
    )


def _says_the_same(candidate: Candidate, active: ActivePack, evaluation: Evaluation, due: DueEntry) -> bool:
    content = _content(active, evaluation, due)
    return records_of(candidate) == _records_of(due) and all(
        getattr(candidate, name) == value for name, value in content.items()
    )


def _records_of(due: DueEntry) -> frozenset[int]:
    return frozenset(record_pk(fact) for fact in due.ground_ids)


def _bring_up_to_date(
    candidate: Candidate, active: ActivePack, evaluation: Evaluation, due: DueEntry, writing: _Writing
) -> None:
    """Note a new candidate, or an old one whose reasons differ; one that says the same already stays untouched."""
    is_new, grounds = candidate.pk is None, _records_of(due)
    has_new_grounds = is_new or writing.had[candidate.pk].keys() != grounds
    content = _content(active, evaluation, due)
    if not has_new_grounds and all(getattr(candidate, name) == value for name, value in content.items()):
        return
    for name, value in {**content, "evaluated_on": writing.on}.items():
        setattr(candidate, name, value)
    (writing.raised if is_new else writing.reworded).append(candidate)
    if has_new_grounds:
        writing.grounds.append((candidate, grounds))
        text = f"符合列入{due.label}的条件" if is_new else f"列入{due.label}的依据有变化"
        writing.tell(
            "candidate.raised" if is_new else "candidate.renewed", f"{text}（《{active.version.title}》）", candidate,
            {"list": due.list_code, "records": sorted(grounds), "sentences": candidate.sentences,
             "policy": active.version.pack_id, "policy_hash": active.version.content_hash},
        )  # fmt: skip


def _content(active: ActivePack, evaluation: Evaluation, due: DueEntry) -> dict[str, Any]:
    return {
        "activation_id": active.activation.pk,
        "list_label": due.label,
        "next_change_on": evaluation.next_change_on,
        "reasons": {
            "tree": evaluation.reasons[due.list_code].to_dict(),
            "points": evaluation.points,
            "notes": list(evaluation.notes),
            "clause": due.clause,
            "policy_hash": evaluation.pack_hash,
        },
        "sentences": due_sentences(evaluation, due.list_code),
    }


def _lapse(candidate: Candidate, why: str, writing: _Writing) -> None:
    candidate.state, candidate.evaluated_on, candidate.next_change_on = Candidate.State.LAPSED, writing.on, None
    writing.lapsed.append(candidate)
    writing.tell(
        "candidate.lapsed", f"不再符合列入{candidate.list_label}的条件：{why}", candidate,
        {"list": candidate.list_code, "why": why},
    )  # fmt: skip


def _write(writing: _Writing, outcome: Outcome) -> None:
    """Write what is noted: candidates with their row versions, their grounds, the events in their order."""
    tracked_add(writing.raised, actor=writing.actor, reason="candidate.raise")
    tracked_change(writing.reworded, _CHANGING, actor=writing.actor, reason="candidate.renew")
    rows_save_by(
        writing.lapsed, writing.actor, reason="candidate.lapse", fields=["state", "evaluated_on", "next_change_on"]
    )
    had = {candidate.pk: writing.had.get(candidate.pk, {}) for candidate, _ in writing.grounds}
    CandidateGround.objects.filter(
        pk__in=[
            pk
            for candidate, grounds in writing.grounds
            for record_id, pk in had[candidate.pk].items()
            if record_id not in grounds
        ]
    ).delete()
    rows_add([
        CandidateGround(candidate_id=candidate.pk, record_id=record_id)
        for candidate, grounds in writing.grounds
        for record_id in sorted(grounds - had[candidate.pk].keys())
    ])  # fmt: skip
    events_record(writing.events)
    outcome.raised += writing.raised
    new = {candidate.pk for candidate in writing.raised}
    outcome.renewed += [candidate for candidate, _ in writing.grounds if candidate.pk not in new]
    outcome.lapsed += writing.lapsed


@transaction.atomic
def candidate_dismiss(
    *, candidate_id: int, reason: str, actor: Account | None, on: date, version: int | None = None
) -> Candidate:
    """Decide that no case is opened, with the reason. The same grounds do not raise it again; new ones do.

    Raises TransitionRefused (handled already), NotAllowed, Conflict (stale form), InvalidInput (no reason).
    """
    candidate = candidate_lock(candidate_id)
    candidate_require_open(candidate)
    authz.require(actor, "candidate.dismiss", on=on)
    version_require(candidate, version)
    if not reason.strip():
        raise InvalidInput("reason-missing", "请写明不予立案的理由，它会记入主体档案并接受审计。", field="reason")
    candidate.state = Candidate.State.DISMISSED
    candidate.dismissed_by, candidate.dismissed_on, candidate.dismiss_reason = actor, on, reason.strip()
    candidate.save_by(actor, reason="candidate.dismiss")
    event_record(
        "candidate.dismissed", f"对列入{candidate.list_label}的提示不予立案：{reason.strip()}", obj=candidate,
        subject=candidate.subject, actor=actor, on=on, payload={"reason": reason.strip()},
    )  # fmt: skip
    return candidate


def candidate_lock(candidate_id: int) -> Candidate:
    """Lock the candidate's subject, then the candidate; return it as it is now."""
    found = Candidate.objects.only("subject_id").get(pk=candidate_id)
    subject = Subject.objects.select_for_update().get(pk=found.subject_id)
    candidate = (
        Candidate.objects.select_for_update(of=("self",)).select_related("activation__policy").get(pk=candidate_id)
    )
    candidate.subject = subject
    return candidate


def candidate_require_open(candidate: Candidate) -> None:
    """Raise TransitionRefused when an officer or the facts have settled the candidate already."""
    if candidate.state != Candidate.State.OPEN:
        raise TransitionRefused(
            "candidate-settled",
            f"该提示的状态是“{candidate.get_state_display()}”，不能再次处理。请到主体档案查看已有的案件或处理结果。",
            state=candidate.state,
        )
