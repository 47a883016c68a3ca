"""Cross-checks: flags opened where something does not go together, closed when the ground is gone, handled by officers.

Run at each entry's coming, ending and coming back, in its transaction, and every night over everybody listed. Any
number of runs leaves what one leaves.
"""

from collections.abc import Collection, Sequence
from datetime import date
from typing import Final

from django.db import transaction

from registry import clock
from registry.base.bulk import row_new, rows_add, tracked_add
from registry.base.errors import InvalidInput, TransitionRefused
from registry.base.tracked import rows_save_by, version_require
from registry.models import Account, Notice, Subject
from registry.selectors.remembered import answers_remembered
from registry.services import authz
from registry.services.events import EventDraft, event_record, events_record
from registry.services.notices import notices_queue
from registry.services.subjects import subjects_lock
from sanctions.models import CrossCheck
from sanctions.rules.cross_checking import Ground
from sanctions.selectors.cross_checks import flags_about, grounds_of, subject_chunks, with_state

TOGETHER: Final = 200


def cross_checks_run(*, on: date) -> dict[str, int]:
    """Look at everybody listed on `on`: open what is missing, close what is gone, some hundreds of subjects under their
    locks in one transaction.

    Returns counts `opened` and `closed`.
    """
    counts = {"opened": 0, "closed": 0}
    for chunk in subject_chunks(on):
        differing = _to_settle(chunk, on)
        for first in range(0, len(differing), TOGETHER):
            some = differing[first : first + TOGETHER]
            with transaction.atomic():
                subjects_lock(some)
                opened, closed = _settle(some, None, on)
            counts["opened"] += opened
            counts["closed"] += closed
    return counts


def _to_settle(subject_ids: Collection[int], on: date) -> list[int]:
    """Return those about whom the flags written down differ from the grounds there are."""
    with answers_remembered():
        grounds = {ground.key: ground.about for ground in grounds_of(subject_ids, on)}
    rows = flags_about(subject_ids).values_list("key", "person_id", "subject_id")
    flags = {key: person_id or subject_id for key, person_id, subject_id in rows}
    differing = grounds.keys() ^ flags.keys()
    return sorted({(grounds.get(key) or flags[key]) for key in differing})


@transaction.atomic
def subject_cross_check(*, subject: Subject, actor: Account | None, on: date) -> None:
    """Look at one subject, for whoever changes what it stands on: an entry, an honour. Call with its row locked."""
    _settle([subject.pk], actor, on)


def _settle(subject_ids: Collection[int], actor: Account | None, on: date) -> tuple[int, int]:
    """Bring the flags about these subjects, whose rows are locked, into step, in a fixed number of statements."""
    grounds = {ground.key: ground for ground in grounds_of(subject_ids, on)}
    open_flags = flags_about(subject_ids).select_related("subject").select_for_update(of=("self",)).order_by("pk")
    flags = {flag.key: flag for flag in open_flags}
    missing = [ground for key, ground in grounds.items() if key not in flags]
    gone = [flag for key, flag in flags.items() if key not in grounds]
    _open(missing, actor, on)
    _close(gone, actor, on)
    return len(missing), len(gone)


def _open(grounds: Sequence[Ground], actor: Account | None, on: date) -> None:
    flags = [
        row_new(
            CrossCheck, kind=ground.kind, key=ground.key, subject_id=ground.subject_id, person_id=ground.person_id,
            basis=ground.basis[:500], explanation=ground.explanation[:1000], until=ground.until, opened_on=on,
        )
        for ground in grounds
    ]  # fmt: skip
    tracked_add(flags, actor=actor, reason="cross-check.open")
    resting = CrossCheck.entries.through
    rows_add([
        resting(crosscheck_id=flag.pk, listentry_id=entry_id)
        for flag, ground in zip(flags, grounds, strict=True)
        for entry_id in ground.entry_ids
    ])  # fmt: skip
    # Not on the subject's own timeline: departments and the subject itself read that one.
    events_record(
        EventDraft(
            "cross-check.opened", f"交叉核查：{flag.get_kind_display()}", obj=flag, actor=actor, on=on,
            payload={"key": flag.key, "entries": list(ground.entry_ids)},
        )
        for flag, ground in zip(flags, grounds, strict=True)
    )  # fmt: skip
    notices_queue(
        [
            Notice(
                kind="cross-check.honour", title=f"交叉核查：{flag.get_kind_display()}", body=body,
                department_id=department_id, object_kind=flag._meta.label_lower, object_id=flag.pk,
            )
            for flag, ground in zip(flags, grounds, strict=True)
            for department_id, body in ground.departments.items()
        ],
        at=clock.now(),
    )  # fmt: skip


def _close(flags: Sequence[CrossCheck], actor: Account | None, on: date) -> None:
    for flag in flags:
        flag.closed_on = on
    rows_save_by(flags, actor, reason="cross-check.close", fields=["closed_on"])
    events_record(
        EventDraft(
            "cross-check.closed", f"交叉核查依据已消失：{flag.get_kind_display()}", obj=flag, actor=actor, on=on,
            payload={"key": flag.key},
        )
        for flag in flags
    )  # fmt: skip


@transaction.atomic
def cross_check_handle(
    *, flag: CrossCheck, outcome: str, note: str, actor: Account, on: date, version: int | None = None
) -> CrossCheck:
    """Note how an officer dealt with a flag: `outcome` of `CrossCheck.Outcome`, and in words.

    Raises TransitionRefused (its ground is gone, or handled already), NotAllowed, Conflict (stale), InvalidInput.
    """
    Subject.objects.select_for_update().get(pk=flag.subject_id)
    locked = with_state(CrossCheck.objects.filter(pk=flag.pk), on).select_for_update(of=("self",)).get()
    if locked.state_now != "open":
        what = "依据已经消失，不需要处理" if locked.state_now == "gone" else f"已于{locked.handled_on}处理"
        raise TransitionRefused("cross-check-settled", f"该提示{what}。请刷新页面查看。", state=locked.state_now)
    authz.require(actor, "cross-check.handle", on=on)
    version_require(locked, version)
    if outcome not in CrossCheck.Outcome.values:
        labels = "、".join(CrossCheck.Outcome.labels)
        raise InvalidInput("outcome-unknown", f"处理结果“{outcome}”不可用，可选：{labels}。", field="outcome")
    if not note.strip():
        raise InvalidInput("note-missing", "请写明核实和处理情况，例如转给了哪个部门、何时。", field="note")
    locked.outcome, locked.note = outcome, note.strip()[:500]
    locked.handled_on, locked.handled_by = on, actor
    locked.save_by(actor, reason="cross-check.handle")
    event_record(
        "cross-check.handled", f"处理交叉核查提示：{locked.get_outcome_display()}", obj=locked, actor=actor, on=on,
        payload={"outcome": outcome, "note": locked.note},
    )  # fmt: skip
    return locked
