"""What happens to a record after it became a fact: corrected, fulfilled, disputed."""

from datetime import date
from typing import Final

from django.db import transaction

from registry.base.errors import InvalidInput, TransitionRefused
from registry.base.tracked import version_require
from registry.models import Account, Record
from registry.services import authz
from registry.services.events import event_record
from registry.services.records import record_lock
from registry.signals import record_changed

_LABELS: Final = {"corrected_on": "违法行为改正日期", "fulfilled_on": "处罚履行完毕日期", "disputed_on": "提出异议日期"}
_STANDING: Final = (Record.State.CONFIRMED, Record.State.REPAIRED)


@transaction.atomic
def record_mark_corrected(
    *, record_id: int, corrected_on: date, version: int | None, actor: Account | None, on: date
) -> Record:
    """Note the day on which the subject had put the conduct right."""
    return _mark("corrected_on", "corrected", record_id, corrected_on, version, actor, on)


@transaction.atomic
def record_mark_fulfilled(
    *, record_id: int, fulfilled_on: date, version: int | None, actor: Account | None, on: date
) -> Record:
    """Note the day on which the subject had carried out the penalty in full."""
    return _mark("fulfilled_on", "fulfilled", record_id, fulfilled_on, version, actor, on)


@transaction.atomic
def record_dispute(
    *, record_id: int, disputed_on: date, version: int | None, actor: Account | None, on: date
) -> Record:
    """Mark the record as disputed since `disputed_on`; what that stops is for each pack to say."""
    return _mark("disputed_on", "disputed", record_id, disputed_on, version, actor, on)


@transaction.atomic
def record_dispute_end(*, record_id: int, reason: str, version: int | None, actor: Account | None, on: date) -> Record:
    """Take the mark of dispute off, with the reason (rejected, withdrawn)."""
    record = record_lock(record_id)
    if record.disputed_on is None:
        raise TransitionRefused("not-disputed", f"记录“{record}”没有异议标记，不需要撤除。")
    authz.require(actor, "record.confirm", on=on)
    version_require(record, version)
    if not reason.strip():
        raise InvalidInput("reason-missing", "请填写撤除异议标记的理由。", field="reason")
    return dispute_clear(record, reason=reason.strip(), actor=actor, on=on)


def dispute_note(record: Record, *, disputed_on: date, actor: Account | None, on: date) -> Record:
    """Mark a locked record as disputed; for the service that took the objection and has asked for its own right."""
    return _day_set(record, "disputed_on", "disputed", disputed_on, actor, on)


def dispute_clear(record: Record, *, reason: str, actor: Account | None, on: date) -> Record:
    """Take the mark off a locked record; for the service that closed the objection. A record without it stays as is."""
    if record.disputed_on is None:
        return record
    record.disputed_on = None
    record.save_by(actor, reason="record.dispute-end")
    event_record(
        "record.dispute-ended", f"撤除{record}的异议标记：{reason}", obj=record, subject=record.subject,
        actor=actor, on=on, payload={"reason": reason},
    )  # fmt: skip
    record_changed.send(Record, record=record, change="disputed", actor=actor, on=on)
    return record


def _mark(
    field: str, change: str, record_id: int, day: date, version: int | None, actor: Account | None, on: date
) -> Record:
    record = record_lock(record_id)
    label = _LABELS[field]
    if record.state not in _STANDING:
        raise TransitionRefused(
            "record-state", f"记录“{record}”现在是“{record.get_state_display()}”，不能登记{label}。请先确认记录。"
        )
    authz.require(actor, "record.confirm", on=on)
    version_require(record, version)
    if day > on:
        raise InvalidInput(f"{field}-in-future", f"{label}{day}晚于今天（{on}），请核对。", field=field)
    if record.occurred_on is not None and day < record.occurred_on:
        raise InvalidInput(f"{field}-early", f"{label}{day}早于行为发生日期{record.occurred_on}，请核对。", field=field)
    return _day_set(record, field, change, day, actor, on)


def record_repaired(record: Record, *, note: str, actor: Account | None, on: date) -> Record:
    """Make a locked record repaired from `on`: not public, and no ground any more; for the service that granted it."""
    record.state, record.repaired_on = Record.State.REPAIRED, on
    record.save_by(actor, reason="record.repair")
    event_record(
        "record.repaired", f"{record}自{on}起修复：{note}"[:500], obj=record, subject=record.subject, actor=actor, on=on,
        payload={"note": note},
    )  # fmt: skip
    record_changed.send(Record, record=record, change="repaired", actor=actor, on=on)
    return record


def record_unrepaired(record: Record, *, note: str, actor: Account | None, on: date) -> Record:
    """Make a locked record, repaired on false papers, a standing fact again; for the service that took it back."""
    record.state, record.repaired_on = Record.State.CONFIRMED, None
    record.save_by(actor, reason="record.unrepair")
    event_record(
        "record.unrepaired", f"撤销{record}的修复：{note}"[:500], obj=record, subject=record.subject, actor=actor, on=on,
        payload={"note": note},
    )  # fmt: skip
    record_changed.send(Record, record=record, change="unrepaired", actor=actor, on=on)
    return record


def _day_set(record: Record, field: str, change: str, day: date, actor: Account | None, on: date) -> Record:
    setattr(record, field, day)
    record.save_by(actor, reason=f"record.{change}")
    event_record(
        f"record.{change}", f"登记{record}的{_LABELS[field]}：{day}", obj=record, subject=record.subject, actor=actor, on=on,
        payload={field: day},
    )  # fmt: skip
    record_changed.send(Record, record=record, change=change, actor=actor, on=on)
    return record
