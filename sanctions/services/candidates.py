"""Candidates: what the rules say is due, kept in step with the facts, until an officer takes or dismisses it."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from registry.base.errors import InvalidInput, TransitionRefused
from registry.base.tracked import version_require
from registry.models import Account, Subject
from registry.rules.policy.evaluation import DueEntry, Evaluation
from registry.selectors.policies import ActivePack
from registry.services import authz
from registry.services.events import event_record
from sanctions.models import Candidate, CandidateGround, Standing
from sanctions.rules.wording import due_sentences, not_due_sentences
from sanctions.selectors.candidates import Handled, handled_of, listing_packs, records_of
from sanctions.selectors.history import SubjectWorld, evaluate_world, record_pk, world_of


@dataclass
class Outcome:
    """What an evaluation changed: candidates raised, renewed on new grounds, lapsed."""

    raised: list[Candidate] = field(default_factory=list)
    renewed: list[Candidate] = field(default_factory=list)
    lapsed: list[Candidate] = field(default_factory=list)


@dataclass(frozen=True)
class _Run:
    """Who evaluates on which day, and what has changed so far."""

    actor: Account | None
    on: date
    outcome: Outcome = field(default_factory=Outcome)


@transaction.atomic
def candidates_evaluate(*, subject: Subject, actor: Account | None, on: date) -> Outcome:
    """Evaluate `subject` under every listing pack in use and bring its candidates into step; all in the caller's
    transaction. Nobody is listed by this. Doing it again on the same facts and day changes nothing.
    """
    locked = Subject.objects.select_for_update().get(pk=subject.pk)
    world = world_of(locked)
    run = _Run(actor, on)
    if not world.records:
        return run.outcome  # no facts, nothing to judge; a fact once confirmed never goes away
    running = listing_packs(on)
    for active in running:
        _evaluate_pack(world, active, run)
    codes = [active.version.pack_id for active in running]
    for candidate in _open(locked).exclude(pack_id__in=codes):
        _lapse(candidate, "所依据的政策已停用或失效", run)
    Standing.objects.filter(subject=locked).exclude(pack_id__in=codes).delete()
    return run.outcome


def _open(subject: Subject) -> QuerySet[Candidate]:
    return Candidate.objects.filter(subject=subject, state=Candidate.State.OPEN).select_for_update()


def _evaluate_pack(world: SubjectWorld, active: ActivePack, run: _Run) -> None:
    subject, pack_id = world.subject, active.version.pack_id
    evaluation = evaluate_world(world, active.version, run.on)
    Standing.objects.update_or_create(
        subject=subject,
        pack_id=pack_id,
        defaults={
            "policy": active.version,
            "evaluated_on": run.on,
            "next_change_on": evaluation.next_change_on,
            "points": evaluation.points,
        },
    )
    handled = handled_of([subject.pk], pack_id)[subject.pk]
    waiting = {candidate.list_code: candidate for candidate in _open(subject).filter(pack_id=pack_id)}
    for due in due_to_raise(active, evaluation, handled):
        candidate = waiting.pop(due.list_code, None)
        if candidate is None:
            fields = {"pack_id": pack_id, "list_code": due.list_code, "first_due_on": run.on}
            candidate = Candidate(subject=subject, **fields)
        _bring_up_to_date(candidate, active, evaluation, due, run)
    for candidate in waiting.values():
        why = "".join(not_due_sentences(evaluation, candidate.list_code)) if _has(evaluation, candidate) else ""
        _lapse(candidate, why or "政策已不设该名单", run)


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
    candidate: Candidate, active: ActivePack, evaluation: Evaluation, due: DueEntry, run: _Run
) -> None:
    """Store a new candidate, or an old one whose reasons differ; one that says the same already stays untouched."""
    is_new = candidate.pk is None
    grounds = _records_of(due)
    had = frozenset() if is_new else frozenset(candidate.grounds.values_list("record_id", flat=True))
    content = _content(active, evaluation, due)
    if not is_new and had == grounds and all(getattr(candidate, name) == value for name, value in content.items()):
        return
    for name, value in {**content, "evaluated_on": run.on}.items():
        setattr(candidate, name, value)
    candidate.save_by(run.actor, reason="candidate.raise" if is_new else "candidate.renew")
    _grounds_set(candidate, grounds)
    if is_new or had != grounds:
        (run.outcome.raised if is_new else run.outcome.renewed).append(candidate)
        text = f"符合列入{due.label}的条件" if is_new else f"列入{due.label}的依据有变化"
        event_record(
            "candidate.raised" if is_new else "candidate.renewed", f"{text}（《{active.version.title}》）",
            obj=candidate, subject=candidate.subject, actor=run.actor, on=run.on,
            payload={"list": due.list_code, "records": sorted(grounds), "sentences": candidate.sentences,
                     "policy": active.version.pack_id, "policy_hash": active.version.content_hash},
        )  # fmt: skip


def _content(active: ActivePack, evaluation: Evaluation, due: DueEntry) -> dict[str, Any]:
    return {
        "activation": active.activation,
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


def _grounds_set(candidate: Candidate, records: Iterable[int]) -> None:
    candidate.grounds.exclude(record_id__in=records).delete()
    for record_id in sorted(records):
        CandidateGround.objects.get_or_create(candidate=candidate, record_id=record_id)


def _lapse(candidate: Candidate, why: str, run: _Run) -> None:
    candidate.state, candidate.evaluated_on, candidate.next_change_on = Candidate.State.LAPSED, run.on, None
    candidate.save_by(run.actor, reason="candidate.lapse")
    run.outcome.lapsed.append(candidate)
    event_record(
        "candidate.lapsed", f"不再符合列入{candidate.list_label}的条件：{why}", obj=candidate,
        subject=candidate.subject, actor=run.actor, on=run.on, payload={"list": candidate.list_code, "why": why},
    )  # fmt: skip


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
