"""Deadlines: set, pause, meet, cancel, and reckon anew when the calendar learns a year.

`due_on` is stored with its basis; nothing here is counted down. Periods: N working days end on the N-th working day
after the start; plain days that end on a rest day move to the next working day (民法典 200–203).
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from django.db import models, transaction

from registry.base.bulk import row_new, tracked_add, tracked_change
from registry.base.errors import InvalidInput, RuleRefused, TransitionRefused
from registry.base.tracked import rows_save_by
from registry.models import Account, Deadline, DeadlinePause, Department, Subject
from registry.rules.calendar import Due, WorkingCalendar
from registry.selectors.calendar import calendar_current

_ONE_DAY = timedelta(days=1)


@dataclass(frozen=True)
class Basis:
    """Where a time limit comes from: length, unit (`working` or `calendar` days), pack version and clause."""

    days: int
    unit: str
    pack_id: str = ""
    policy_hash: str = ""
    clause: str = ""
    assumed: bool = False


@dataclass(frozen=True)
class Matter:
    """What a deadline is about, whose it is, which department answers, and the day it runs from (not counted)."""

    obj: models.Model
    subject_id: int
    department_id: int
    starts_on: date


def due_of(calendar: WorkingCalendar, starts_on: date, days: int, unit: str) -> Due:
    """Return the last day of a period of `days` that starts after `starts_on`."""
    if unit == Deadline.Unit.WORKING:
        return calendar.add(starts_on, days)
    return calendar.move_to_working(starts_on + timedelta(days=days))


def _with_pauses(calendar: WorkingCalendar, deadline: Deadline) -> Due:
    """Return the due day of the period lengthened by every closed pause, in the deadline's own unit.

    The days that the clock stood are added to the period before its end is moved off a rest day, so that a move
    never counts twice.
    """
    stood = 0
    for pause in deadline.pauses.all():
        if pause.ends_on is None:
            continue
        if deadline.unit == Deadline.Unit.WORKING:
            stood += calendar.between(pause.starts_on - _ONE_DAY, pause.ends_on - _ONE_DAY)
        else:
            stood += (pause.ends_on - pause.starts_on).days
    return due_of(calendar, deadline.starts_on, deadline.days + stood, deadline.unit)


def deadline_set(
    code: str,
    label: str,
    *,
    obj: models.Model,
    subject: Subject,
    department: Department,
    starts_on: date,
    basis: Basis,
    actor: Account | None,
    role: str = "",
    account: Account | None = None,
) -> Deadline:
    """Set a deadline for `obj`; call inside the service's transaction. An open one of the same code is replaced."""
    for old in _open(obj, code):
        old.cancelled_on = starts_on
        old.save_by(actor, reason="deadline.replace")
    matter = Matter(obj, subject.pk, department.pk, starts_on)
    deadline = _new(code, label, matter, basis=basis, role=role)
    deadline.account = account
    return deadline.save_by(actor, reason="deadline.set")


def _new(
    code: str, label: str, matter: Matter, *, basis: Basis, role: str = "", calendar: WorkingCalendar | None = None
) -> Deadline:  # fmt: skip
    due = due_of(calendar or calendar_current(), matter.starts_on, basis.days, basis.unit)
    return row_new(
        Deadline,
        code=code, label=label, subject_id=matter.subject_id, object_kind=matter.obj._meta.label_lower,
        object_id=matter.obj.pk, department_id=matter.department_id, role=role, starts_on=matter.starts_on,
        days=basis.days, unit=basis.unit, due_on=due.on, is_provisional=due.provisional, pack_id=basis.pack_id,
        policy_hash=basis.policy_hash, clause=basis.clause, is_assumed=basis.assumed,
    )  # fmt: skip


def deadlines_set(
    code: str, label: str, matters: Iterable[Matter], *, basis: Basis, actor: Account | None, role: str = ""
) -> list[Deadline]:
    """Set the same deadline for many objects in a few statements; call inside the service's transaction. None of them
    may have an open one of that code: the database refuses a second."""
    calendar = calendar_current()
    deadlines = [_new(code, label, each, basis=basis, role=role, calendar=calendar) for each in matters]
    tracked_add(deadlines, actor=actor, reason="deadline.set")
    return deadlines


def _open(obj: models.Model, code: str | None = None) -> models.QuerySet[Deadline]:
    found = Deadline.objects.select_for_update().filter(
        object_kind=obj._meta.label_lower, object_id=obj.pk, met_on__isnull=True, cancelled_on__isnull=True
    )
    return found.filter(code=code) if code else found


def deadline_meet(obj: models.Model, code: str, *, actor: Account | None, on: date) -> None:
    """Mark the open deadline `code` of `obj` as met on the day `on`; nothing happens where none is open."""
    for deadline in _open(obj, code):
        deadline.met_on = on
        deadline.save_by(actor, reason="deadline.meet")


def deadlines_meet_all(days: Mapping[Deadline, date], *, actor: Account | None) -> None:
    """Mark open deadlines as met, each on its day, in a few statements. The caller holds their locks."""
    for deadline, on in days.items():
        deadline.met_on = on
    tracked_change(list(days), ["met_on"], actor=actor, reason="deadline.meet")


def deadlines_cancel(obj: models.Model, *, actor: Account | None, on: date, code: str | None = None) -> None:
    """Cancel every open deadline of `obj`, or the one of `code`: the matter has ended another way."""
    for deadline in _open(obj, code):
        deadline.cancelled_on = on
        deadline.save_by(actor, reason="deadline.cancel")


def deadlines_cancel_all(days: Mapping[Any, date], *, actor: Account | None) -> None:
    """Cancel every open deadline of many objects of one kind, each on its day, in a few statements."""
    if not days:
        return
    on = {obj.pk: day for obj, day in days.items()}
    kind = next(iter(days))._meta.label_lower
    found = Deadline.objects.select_for_update().filter(
        object_kind=kind, object_id__in=on, met_on__isnull=True, cancelled_on__isnull=True
    )
    deadlines = list(found.order_by("pk"))
    for deadline in deadlines:
        deadline.cancelled_on = on[deadline.object_id]
    rows_save_by(deadlines, actor, reason="deadline.cancel", fields=["cancelled_on"])


@transaction.atomic
def deadline_pause(*, deadline_id: int, reason: str, actor: Account | None, on: date) -> DeadlinePause:
    """Stop the clock from `on`; a pause already open is returned as it is.

    Raises TransitionRefused for a closed deadline, InvalidInput for a day before the period or inside an earlier pause.
    """
    deadline = _locked_open(deadline_id)
    pauses = list(deadline.pauses.order_by("starts_on", "id"))
    if pauses and pauses[-1].ends_on is None:
        return pauses[-1]
    earliest = max([deadline.starts_on, *(pause.ends_on for pause in pauses if pause.ends_on is not None)])
    if on < earliest:
        raise InvalidInput(
            "pause-too-early",
            f"中止日期{on}早于{earliest}（期限起算日或上一次中止的结束日），请改为{earliest}或以后的日期。",
            field="starts_on",
        )
    return DeadlinePause(deadline=deadline, starts_on=on, reason=reason).save_by(actor, reason="deadline.pause")


@transaction.atomic
def deadline_resume(*, deadline_id: int, actor: Account | None, on: date) -> Deadline:
    """Let the clock run again from `on` and move the due day by the time that it stood.

    Raises TransitionRefused for a closed deadline, InvalidInput for a day before the pause began.
    """
    deadline = _locked_open(deadline_id)
    for pause in deadline.pauses.filter(ends_on__isnull=True):
        if on < pause.starts_on:
            raise InvalidInput(
                "resume-before-pause",
                f"恢复日期{on}早于中止日期{pause.starts_on}，请改为{pause.starts_on}或以后的日期。",
                field="ends_on",
            )
        pause.ends_on = on
        pause.save_by(actor, reason="deadline.resume")
    return _reckon(calendar_current(), deadline, actor)


@transaction.atomic
def deadline_extend(*, deadline_id: int, days: int, actor: Account | None, on: date) -> Deadline:
    """Lengthen an open period by `days` of its own unit; the days that its clock stood stay added.

    Raises TransitionRefused for a closed deadline, RuleRefused once it is overdue: what is over is not extended.
    """
    deadline = _locked_open(deadline_id)
    if deadline.due_on < on:
        raise RuleRefused(
            "deadline-over",
            f"期限“{deadline.label}”已于{deadline.due_on}届满，届满之后不能延长。请尽快办结并说明原因。",
        )
    deadline.days += days
    due = _with_pauses(calendar_current(), deadline)
    deadline.due_on, deadline.is_provisional = due.on, due.provisional
    return deadline.save_by(actor, reason="deadline.extend")


def _locked_open(deadline_id: int) -> Deadline:
    deadline: Deadline = Deadline.objects.select_for_update().get(pk=deadline_id)
    if not deadline.is_open:
        raise TransitionRefused(
            "deadline-closed", f"期限“{deadline.label}”已经办结或撤销，不能再中止或恢复。", deadline=deadline_id
        )
    return deadline


def _reckon(calendar: WorkingCalendar, deadline: Deadline, actor: Account | None) -> Deadline:
    due = _with_pauses(calendar, deadline)
    if (deadline.due_on, deadline.is_provisional) != (due.on, due.provisional):
        deadline.due_on, deadline.is_provisional = due.on, due.provisional
        deadline.save_by(actor, reason="deadline.reckon")
    return deadline


@transaction.atomic
def deadlines_reckon(*, actor: Account | None) -> int:
    """Reckon every open deadline by the calendar as it is now; return how many moved or changed their mark."""
    calendar = calendar_current()
    changed = 0
    open_now = Deadline.objects.select_for_update().filter(met_on__isnull=True, cancelled_on__isnull=True)
    for deadline in open_now.order_by("id").prefetch_related("pauses"):
        before = deadline.version
        changed += _reckon(calendar, deadline, actor).version != before
    return changed
