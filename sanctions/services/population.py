"""Bringing every subject's candidates into step with the packs in use: the whole county after a pack was put in use and
once a week, on other nights only who may answer differently.
"""

import logging
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Final

from django.db import transaction

from registry.base.collector import old_objects_spared
from registry.models import Account
from registry.rules.policy.loader import LoadedPack
from registry.selectors.policies import ActivePack
from sanctions.models import PopulationRun, Standing
from sanctions.selectors.candidates import handled_of, listing_packs, subjects_of_gone_packs, subjects_waiting
from sanctions.selectors.population import (
    CHUNK,
    FEW,
    Judged,
    population_ask,
    population_ask_few,
    population_choose,
    population_judge,
    population_loud,
)
from sanctions.selectors.population_changes import changes_seen, changes_since
from sanctions.services.candidates import candidates_evaluate_all, is_in_step
from sanctions.services.standings import (
    standings_note,
    standings_note_answers,
    standings_of_quiet,
    standings_read,
    standings_set,
)

logger = logging.getLogger(__name__)

# A whole question a week finds whatever a night may have missed; it is to change nothing.
WHOLE_EVERY = timedelta(days=7)
TOGETHER: Final = 100


@dataclass
class _Night:
    actor: Account | None
    on: date
    counts: dict[str, int] = field(
        default_factory=lambda: {
            "asked": 0, "judged": 0, "noted": 0, "evaluated": 0, "raised": 0, "renewed": 0, "lapsed": 0, "failed": 0,
        }
    )  # fmt: skip

    def add(self, name: str, number: int = 1) -> None:
        self.counts[name] += number


def candidates_refresh(*, on: date, actor: Account | None = None) -> dict[str, int]:
    """Bring the candidates of everybody whose answer may differ on the day `on` into step, and note the next days.

    A pack that has come into use since, or was last asked of the whole county a week ago, is asked of everybody; a run
    that was cut short goes on behind the subject that it settled last. Run twice, or days late, it leaves the same
    candidates. A subject that cannot be evaluated is logged, counted as failed and tried again next time.

    Counts: subjects with an answer (`asked`), of whom only a full evaluation could tell (`judged`), notes written,
    subjects whose candidates were not in step (`evaluated`), and what became of their candidates.
    """
    night = _Night(actor, on)
    with old_objects_spared():
        _refresh(night)
    return night.counts


def _refresh(night: _Night) -> None:
    on, seen, running = night.on, changes_seen(), listing_packs(night.on)
    runs = {run.pack_id: run for run in PopulationRun.objects.all()}
    known = [active for active in running if _is_known(runs.get(active.version.pack_id), active, on)]
    if known:
        _refresh_changed(known, [runs[active.version.pack_id] for active in known], seen, night)
    for active in running:
        if active not in known:
            _refresh_everybody(active, runs.get(active.version.pack_id), seen, night)
    _leave_gone_packs([active.version.pack_id for active in running], night)


@transaction.atomic
def candidates_follow(*, subject_ids: Collection[int], actor: Account | None, on: date) -> dict[str, int]:
    """Bring the candidates of many subjects into step in the caller's transaction, which holds their locks: what
    `candidates_evaluate` does for each, asked in as few questions as a night's. Counts as `candidates_refresh`.
    """
    night, running, chosen = _Night(actor, on), listing_packs(on), sorted(set(subject_ids))
    for start in range(0, len(chosen), FEW):
        for active in running:
            _settle_few(active, chosen[start : start + FEW], night)
    codes = [active.version.pack_id for active in running]
    _evaluate_each(sorted(set(chosen).intersection(subjects_of_gone_packs(codes))), night)
    Standing.objects.filter(subject__in=chosen).exclude(pack_id__in=codes).delete()
    return night.counts


def _is_known(run: PopulationRun | None, active: ActivePack, on: date) -> bool:
    return (
        run is not None
        and run.is_finished
        and run.activation_id == active.activation.pk
        and timedelta(0) <= on - run.asked_on < WHOLE_EVERY
        and run.looked_on <= on
    )


def _refresh_changed(
    known: Sequence[ActivePack], runs: Sequence[PopulationRun], seen: datetime | None, night: _Night
) -> None:
    for active, run in zip(known, runs, strict=True):
        changes = changes_since(run.seen_until, run.looked_on, active.pack, night.on)
        chosen = population_choose(changes, are_few=run.seen_until is not None)
        if len(chosen) > FEW:
            _settle(active, None, night)
        elif chosen:
            _settle_few(active, chosen, night)
        run.looked_on, run.seen_until = night.on, seen
        run.save()


def _refresh_everybody(active: ActivePack, run: PopulationRun | None, seen: datetime | None, night: _Night) -> None:
    if run is None:
        run = PopulationRun(pack_id=active.version.pack_id)
    is_resumed = run.activation_id == active.activation.pk and not run.is_finished and run.asked_on == night.on
    if not is_resumed:
        run.activation, run.asked_on, run.looked_on = active.activation, night.on, night.on
        run.after, run.is_finished, run.seen_until = 0, False, seen
        run.save()
    _settle(active, run, night)
    run.after, run.is_finished = 0, True
    run.save()


def _settle(active: ActivePack, run: PopulationRun | None, night: _Night) -> None:
    """Ask the pack about everybody, settle whom the question cannot answer or whose candidate has no grounds left, and
    note the others.
    """
    waiting = subjects_waiting(active.version.pack_id)
    night.add("asked", population_ask(active.pack, night.on))
    loud = population_loud()
    # Nothing is due for them any more, so the question alone does not name them.
    _evaluate_each(sorted(waiting.difference(loud)), night)
    for start in range(0, len(loud), CHUNK):
        ids = [subject_id for subject_id in loud[start : start + CHUNK] if run is None or subject_id > run.after]
        if ids:
            _settle_chunk(ids, active, night)
        if ids and run is not None:
            run.after = ids[-1]
            run.save()
    night.add("noted", standings_note_answers(policy=active.version, on=night.on))


def _settle_few(active: ActivePack, chosen: Sequence[int], night: _Night) -> None:
    """Do the same about the `chosen` alone."""
    version = active.version
    waiting = subjects_waiting(version.pack_id).intersection(chosen)
    before = standings_read(chosen, version.pack_id)
    answers = population_ask_few(active.pack, night.on, chosen)
    night.add("asked", len(answers.quiet) + len(answers.loud))
    _evaluate_each(sorted(waiting.difference(answers.loud)), night)
    for start in range(0, len(answers.loud), CHUNK):
        _settle_chunk(answers.loud[start : start + CHUNK], active, night)
    quiet = standings_of_quiet(answers, before)
    night.add("noted", standings_note(answers=quiet, before=before, policy=version, on=night.on))


def _settle_chunk(ids: Sequence[int], active: ActivePack, night: _Night) -> None:
    version = active.version
    loaded = LoadedPack(pack=active.pack, content_hash=version.content_hash, source=version.pack_id)
    before = standings_read(ids, version.pack_id)
    handled = handled_of(ids, version.pack_id)
    agreed: list[tuple[int, date | None]] = []
    differing: list[int] = []
    for judged in population_judge(ids, loaded, night.on):
        subject_id, evaluation = judged.world.subject.pk, judged.evaluation
        night.add("judged")
        if evaluation is None:
            _fail(judged, active, night)
        elif is_in_step(active, evaluation, handled[subject_id]):
            agreed.append((subject_id, evaluation.next_change_on))
        else:
            differing.append(subject_id)
    night.add("noted", standings_note(answers=agreed, before=before, policy=version, on=night.on))
    _evaluate_each(differing, night)


def _fail(judged: Judged, active: ActivePack, night: _Night) -> None:
    subject_id = judged.world.subject.pk
    logger.error("subject %s could not be evaluated for %s", subject_id, night.on, exc_info=judged.error)
    night.add("failed")
    _look_again(subject_id, active, night.on)


def _look_again(subject_id: int, active: ActivePack, on: date) -> None:
    """Note the day itself as the day of change, so that the next night looks again."""
    standings_set({subject_id: on}, active.version, on=on)


def _evaluate_each(ids: Sequence[int], night: _Night) -> None:
    """Evaluate subjects under lock, some together in one transaction: their candidates come into step, with events. Where
    one of them cannot be evaluated, each by itself: the others come into step, and that one is tried again next time.
    """
    for start in range(0, len(ids), TOGETHER):
        some = ids[start : start + TOGETHER]
        try:
            _evaluate_some(some, night)
        except Exception:
            logger.exception("subjects %s could not be evaluated together for %s", some, night.on)
            _evaluate_alone(some, night)


def _evaluate_some(ids: Sequence[int], night: _Night) -> None:
    outcome = candidates_evaluate_all(subject_ids=ids, actor=night.actor, on=night.on)
    night.add("evaluated", len(ids))
    night.add("raised", len(outcome.raised))
    night.add("renewed", len(outcome.renewed))
    night.add("lapsed", len(outcome.lapsed))


def _evaluate_alone(ids: Sequence[int], night: _Night) -> None:
    for subject_id in ids:
        try:
            _evaluate_some([subject_id], night)
        except Exception:
            logger.exception("subject %s could not be evaluated for %s", subject_id, night.on)
            night.add("failed")
            for active in listing_packs(night.on):
                _look_again(subject_id, active, night.on)


def _leave_gone_packs(running: Sequence[str], night: _Night) -> None:
    """Let go of packs no longer in use: their candidates lapse, and if they come back everybody is asked anew."""
    _evaluate_each(subjects_of_gone_packs(running), night)
    gone = PopulationRun.objects.exclude(pack_id__in=running)
    if gone:
        Standing.objects.filter(pack_id__in=[run.pack_id for run in gone]).delete()
        gone.delete()
