"""Trials: started by an officer, carried out by the outbox's relay chunk by chunk, resumable at any moment.

A trial writes its own rows and nothing else about anybody: no candidate, no standing, no event of a subject.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any

from django.db import transaction

from registry import clock
from registry.base.collector import old_objects_spared
from registry.base.errors import InvalidInput, TransitionRefused
from registry.models import Account, PolicyDraft, PolicyVersion
from registry.selectors.policies import pack_active, stored_pack
from registry.selectors.policy_drafts import draft_pack
from registry.selectors.remembered import answers_remembered
from registry.services import authz
from registry.services.events import event_record
from registry.services.imports.writing import CONTENT_TYPES, write_cells
from registry.services.made_files import MadeFile, scratch
from registry.services.notices import notice_queue
from registry.services.outbox import lease_keep, message_resend, outbox_put
from registry.services.policies import pack_text
from registry.services.policy_drafts import draft_require_open
from sanctions.models import Trial, TrialGround, TrialRow
from sanctions.selectors.trial_answers import Answer
from sanctions.selectors.trial_sources import changes_tried, subjects_tried
from sanctions.selectors.trials import SHEET_HEADER, question_of, sheet_rows, trial_rows
from sanctions.selectors.worlds import subject_id_chunks

TOPIC = "trial.run"
CHUNK = 200
_EARLIEST = date(2010, 1, 1)


@transaction.atomic
def trial_start(*, pack: PolicyDraft | PolicyVersion, day: date, actor: Account, on: date) -> Trial:
    """Start a trial of a draft or a stored edition for `day`, against what the office runs of that pack on `on`.

    The work itself is owed to the outbox. Raises NotAllowed, TransitionRefused (draft closed), InvalidInput (day).
    """
    authz.require(actor, "trial.run", on=on)
    if day < _EARLIEST:
        raise InvalidInput("day-too-early", f"试算日{day}过早，请填{_EARLIEST}以后的日期。", field="day")
    if isinstance(pack, PolicyDraft):
        draft_require_open(pack)
    loaded = draft_pack(pack) if isinstance(pack, PolicyDraft) else stored_pack(pack)
    active = pack_active(loaded.id, on)
    at = clock.now()
    trial = Trial(
        draft=pack if isinstance(pack, PolicyDraft) else None,
        edition=pack if isinstance(pack, PolicyVersion) else None,
        title=pack.title, pack_id=loaded.id, content_hash=loaded.content_hash, text=pack_text(loaded),
        against=active.version if active is not None else None, on=day, started_by=actor, started_at=at,
    )  # fmt: skip
    trial.total = subjects_tried(question_of(trial)).count()
    trial.save()
    outbox_put(TOPIC, key=str(trial.pk), payload={"trial": trial.pk}, at=at)
    _event("trial.started", f"对全县试算“{trial}”（试算日{day}）", trial, actor, on)
    return trial


@transaction.atomic
def trial_cancel(*, trial_id: int, actor: Account, on: date) -> Trial:
    """Stop a trial for good; what it has found so far stays to be read. Raises TransitionRefused, NotAllowed."""
    trial = _locked(trial_id)
    _require_state(trial, "取消", Trial.State.RUNNING, Trial.State.STOPPED)
    authz.require(actor, "trial.run", on=on)
    _close(trial, Trial.State.CANCELLED)
    _event("trial.cancelled", f"取消试算“{trial}”", trial, actor, on)
    return trial


@transaction.atomic
def trial_resume(*, trial_id: int, actor: Account, on: date) -> Trial:
    """Let a stopped trial go on behind the last subject that it answered. Raises TransitionRefused, NotAllowed."""
    trial = _locked(trial_id)
    _require_state(trial, "继续", Trial.State.STOPPED)
    authz.require(actor, "trial.run", on=on)
    at = clock.now()
    trial.state, trial.finished_at = Trial.State.RUNNING, None
    trial.save(update_fields=["state", "finished_at"])
    message = outbox_put(TOPIC, key=str(trial.pk), payload={"trial": trial.pk}, at=at)
    message_resend(message.pk, now=at)
    _event("trial.resumed", f"继续试算“{trial}”", trial, actor, on)
    return trial


def trial_run(payload: dict[str, Any], now: datetime) -> None:
    """Outbox handler (`once=False`): answer what is left. A chunk's rows and the cursor are written together, so that a
    process killed at any moment loses nothing, and the next one doubles nothing.
    """
    with old_objects_spared():
        while trial_chunk_take(trial_id=payload["trial"], on=clock.today()):
            lease_keep(now=clock.now())


@transaction.atomic
def trial_chunk_take(*, trial_id: int, on: date, size: int = CHUNK) -> bool:
    """Answer the next `size` subjects of a running trial; True while there may be more. Raises NotAllowed when whoever
    started it has lost the right meanwhile.
    """
    trial = _locked(trial_id)
    if trial.state != Trial.State.RUNNING:
        return False
    with answers_remembered():
        authz.require(trial.started_by, "trial.run", on=on)
        question = question_of(trial)
        ids = next(subject_id_chunks(subjects_tried(question), size=size, after=trial.cursor), [])
        if not ids:
            _finish(trial, on)
            return False
        _rows_write(trial, list(changes_tried(ids, question)))
    trial.cursor, trial.answered = ids[-1], trial.answered + len(ids)
    trial.save(update_fields=["cursor", "answered"])
    return True


def _rows_write(trial: Trial, answers: Sequence[Answer]) -> None:
    rows = TrialRow.objects.bulk_create([_row(trial, answer) for answer in answers])
    TrialGround.objects.bulk_create(
        TrialGround(row=row, record=record, department_id=record.department_id)
        for row, answer in zip(rows, answers, strict=True)
        for record in answer.grounds
    )


def _row(trial: Trial, answer: Answer) -> TrialRow:
    old, new = answer.change.old, answer.change.new
    is_up = (new.rank if new else 0) > (old.rank if old else 0) if answer.change.kind == "level" else None
    held = old or new
    return TrialRow(
        trial=trial, subject_id=answer.subject_id, kind=answer.change.kind,
        old_code=old.code if old else "", old_label=old.label if old else "",
        new_code=new.code if new else "", new_label=new.label if new else "",
        holding=held.holding if held else "", is_up=is_up, old_points=answer.points[0], new_points=answer.points[1],
        clause=answer.clause, sentences=list(answer.sentences), former_sentences=list(answer.former_sentences),
    )  # fmt: skip


def trial_give_up(payload: dict[str, Any], now: datetime) -> None:
    """Outbox's last word on a trial that failed again and again: stopped, and its starter is told."""
    trial = _locked(payload["trial"])
    if trial.state != Trial.State.RUNNING:
        return
    _close(trial, Trial.State.STOPPED)
    _event("trial.stopped", f"试算“{trial}”中断", trial, None, clock.today())
    notice_queue(
        "trial.stopped", title=f"试算“{trial}”中断",
        body="程序多次尝试仍未成功，已试算的结果保留。请联系系统管理员排除故障后，在试算页继续。", at=now, obj=trial,
        account=trial.started_by,
    )  # fmt: skip


def _finish(trial: Trial, on: date) -> None:
    _close(trial, Trial.State.DONE)
    number = trial.rows.count()
    _event("trial.finished", f"试算“{trial}”完成，{number}处变化", trial, trial.started_by, on, rows=number)
    notice_queue(
        "trial.finished", title=f"试算“{trial}”完成", body=f"{trial.answered}个主体，{number}处变化。结果见试算页。",
        at=clock.now(), obj=trial, account=trial.started_by,
    )  # fmt: skip


def trial_file(*, trial: Trial, actor: Account, on: date, **chosen: Any) -> MadeFile:
    """Write a trial's rows (filtered as `trial_rows`) as xlsx. The download is an event. Raises NotAllowed."""
    authz.require(actor, "trial.view", on=on)
    stream = scratch()
    rows = write_cells(stream, header=SHEET_HEADER, rows=sheet_rows(trial_rows(trial, **chosen)), sheet="试算结果")
    stream.seek(0)
    with transaction.atomic():
        _event("trial.exported", f"下载试算“{trial}”的结果{rows}行", trial, actor, on, rows=rows)
    return MadeFile(stream, f"试算-{trial.pack_id}-{trial.on:%Y%m%d}.xlsx", CONTENT_TYPES["xlsx"], rows)


def _locked(trial_id: int) -> Trial:
    return Trial.objects.select_for_update().get(pk=trial_id)


def _close(trial: Trial, state: str) -> None:
    trial.state, trial.finished_at = state, clock.now()
    trial.save(update_fields=["state", "finished_at"])


def _require_state(trial: Trial, step: str, *states: str) -> None:
    if trial.state not in states:
        raise TransitionRefused(
            "trial-state",
            f"这次试算现在是“{trial.get_state_display()}”，不能{step}。请刷新页面查看。",
            state=trial.state,
        )


def _event(name: str, text: str, trial: Trial, actor: Account | None, on: date, **payload: object) -> None:
    event_record(
        name, text, obj=trial, actor=actor, on=on,
        payload={"pack": trial.pack_id, "hash": trial.content_hash, "day": trial.on, **payload},
    )  # fmt: skip
