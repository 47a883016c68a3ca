"""Cross-checks: flags opened where something does not go together, closed when the ground is gone, handled by officers.

Run at each entry's coming, ending and coming back, in its transaction, and every night over everybody listed. Any
number of runs leaves what one leaves.
"""

from collections.abc import Collection
from datetime import date

from django.db import IntegrityError, transaction

from registry import clock
from registry.base.errors import InvalidInput, TransitionRefused
from registry.base.tracked import version_require
from registry.models import Account, Department, Subject
from registry.selectors.remembered import answers_remembered
from registry.services import authz
from registry.services.events import event_record
from registry.services.notices import notice_queue
from sanctions.models import CrossCheck
from sanctions.rules.cross_checking import Ground
from sanctions.selectors.cross_checks import flags_about, grounds_of, subject_chunks, with_state


def cross_checks_run(*, on: date) -> dict[str, int]:
    """Look at everybody listed on `on`: open what is missing, close what is gone, each subject under its own lock.

    Returns counts `opened` and `closed`.
    """
    counts = {"opened": 0, "closed": 0}
    for chunk in subject_chunks(on):
        for subject_id in _to_settle(chunk, on):
            with transaction.atomic():
                Subject.objects.select_for_update().get(pk=subject_id)
                opened, closed = _settle(subject_id, None, on)
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
    _settle(subject.pk, actor, on)


def _settle(subject_id: int, actor: Account | None, on: date) -> tuple[int, int]:
    grounds = {ground.key: ground for ground in grounds_of([subject_id], on)}
    flags = {flag.key: flag for flag in flags_about([subject_id]).select_related("subject")}
    opened = sum(_open(ground, actor, on) for key, ground in grounds.items() if key not in flags)
    gone = [flag for key, flag in flags.items() if key not in grounds]
    for flag in gone:
        _close(flag, actor, on)
    return opened, len(gone)


def _open(ground: Ground, actor: Account | None, on: date) -> bool:
    flag = CrossCheck(
        kind=ground.kind, key=ground.key, subject_id=ground.subject_id, person_id=ground.person_id,
        basis=ground.basis[:500], explanation=ground.explanation[:1000], until=ground.until, opened_on=on,
    )  # fmt: skip
    try:
        with transaction.atomic():
            flag.save_by(actor, reason="cross-check.open")
    except IntegrityError:
        return False  # another run has flagged the same ground a moment ago
    flag.entries.set(ground.entry_ids)
    # Not on the subject's own timeline: departments and the subject itself read that one.
    event_record(
        "cross-check.opened", f"交叉核查：{flag.get_kind_display()}", obj=flag, actor=actor, on=on,
        payload={"key": flag.key, "entries": list(ground.entry_ids)},
    )  # fmt: skip
    departments = Department.objects.in_bulk(ground.departments)
    for department_id, body in ground.departments.items():
        notice_queue(
            "cross-check.honour", title=f"交叉核查：{flag.get_kind_display()}", body=body, at=clock.now(), obj=flag,
            department=departments[department_id],
        )  # fmt: skip
    return True


def _close(flag: CrossCheck, actor: Account | None, on: date) -> None:
    flag.closed_on = on
    flag.save_by(actor, reason="cross-check.close")
    event_record(
        "cross-check.closed", f"交叉核查依据已消失：{flag.get_kind_display()}", obj=flag, actor=actor, on=on,
        payload={"key": flag.key},
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
