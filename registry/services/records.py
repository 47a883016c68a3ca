"""Records: entered as drafts, confirmed as facts, corrected or voided; never deleted."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.db import transaction

from registry import clock
from registry.base.bulk import row_new, tracked_add
from registry.base.errors import Conflict, InvalidInput, RuleRefused, TransitionRefused
from registry.base.tracked import version_require
from registry.models import (
    AccidentDetail,
    Account,
    Department,
    Finding,
    ImportRow,
    PenaltyDetail,
    PermitDetail,
    Record,
    RecordEvidence,
    RecordItem,
    Subject,
)
from registry.rules.details import Detail, Fault, RecordInput, confirm_faults, content_faults, head_faults
from registry.rules.names import clean_document_number, comparable_document_number
from registry.services import authz
from registry.services.events import event_make, event_record, events_add
from registry.services.subjects import subject_lock
from registry.signals import record_changed, record_confirmed, records_confirmed

DetailRow = PenaltyDetail | PermitDetail | AccidentDetail
_DETAIL_MODELS: dict[str, type[DetailRow]] = {
    "penalty": PenaltyDetail,
    "permit": PermitDetail,
    "accident": AccidentDetail,
}
_CONFIRM, _DETAIL = "record.confirm", "record.detail"  # reasons on the history rows


@transaction.atomic
def record_draft_create(
    *,
    subject_id: int,
    department_id: int,
    content: RecordInput,
    import_row: ImportRow | None = None,
    actor: Account | None,
    on: date,
) -> Record:
    """Enter a record as a draft. `department_id`: the deciding department.

    Raises InvalidInput with the field at fault (all faults in `params["faults"]`), Conflict when the department's
    document number is recorded for this subject already, NotAllowed.
    """
    subject = subject_lock(subject_id)
    authz.require(actor, "record.create", on=on)
    _refuse(content_faults(content, on=on))
    record = Record(subject=subject, recorded_at=clock.now(), recorded_by=actor, import_row=import_row)
    _fill(record, content, Department.objects.get(pk=department_id))
    _doubled_refuse(record)
    record.save_by(actor, reason="record.draft")
    _detail_write(record, content.detail, actor)
    event_record(
        "record.drafted", f"登记{record.get_kind_display()}草稿：{record.number or record.title}", obj=record,
        subject=subject, actor=actor, on=on, payload={"kind": record.kind, "number": record.number},
    )  # fmt: skip
    return record


@transaction.atomic
def record_update(
    *, record_id: int, department_id: int, content: RecordInput, version: int | None, actor: Account | None, on: date
) -> Record:
    """Change a draft. A confirmed record is not changed but corrected: see `record_correct`."""
    record = record_lock(record_id)
    _state_require(record, [Record.State.DRAFT], "修改", "已确认的记录不能修改，请用“更正”另立正确的记录。")
    authz.require(actor, "record.create", on=on)
    version_require(record, version)
    if content.kind != record.kind:
        raise InvalidInput("kind-fixed", "记录种类不能修改，请作废这份草稿，另行登记。", field="kind")
    _refuse(content_faults(content, on=on))
    _fill(record, content, Department.objects.get(pk=department_id))
    _doubled_refuse(record)
    record.save_by(actor, reason="record.update")
    _detail_write(record, content.detail, actor)
    event_record(
        "record.updated", f"修改草稿：{record}", obj=record, subject=record.subject, actor=actor, on=on
    )  # fmt: skip
    return record


@transaction.atomic
def record_confirm(*, record_id: int, version: int | None, actor: Account | None, on: date) -> Record:
    """Make a draft a fact: from now on it counts in evaluations and may be due for publication.

    Raises RuleRefused naming what is missing, TransitionRefused, NotAllowed, Conflict for a stale form.
    """
    record = record_lock(record_id)
    _state_require(record, [Record.State.DRAFT], "确认", "只有草稿可以确认。")
    authz.require(actor, "record.confirm", on=on)
    version_require(record, version)
    _incomplete_refuse(record, on)
    _make_fact(record, actor=actor, on=on)
    event_record(
        "record.confirmed", f"确认{record}（{record.title}）", obj=record, subject=record.subject, actor=actor, on=on,
        payload={"kind": record.kind, "decided_on": record.decided_on, "department": record.department_id},
    )  # fmt: skip
    record_confirmed.send(Record, record=record, actor=actor, on=on)
    return record


@transaction.atomic
def record_enter(
    *,
    subject: Subject,
    department: Department,
    content: RecordInput,
    import_row: ImportRow | None = None,
    rights: Sequence[str] = ("record.create", "record.confirm"),
    actor: Account | None,
    on: date,
) -> Record:
    """Take a complete record in as a fact at once, as an import does: one event instead of draft and confirmation.

    `subject` must be locked by the caller's transaction (`subject_lock`), or created in it. `rights`: what the actor
    must hold; a service that records its own decision names the right to decide. Raises InvalidInput, Conflict and
    NotAllowed as `record_draft_create` does.
    """
    for right in rights:
        authz.require(actor, right, on=on)
    record, detail = record_new(
        subject=subject, department=department, content=content, import_row=import_row, actor=actor, on=on
    )
    _doubled_refuse(record)
    record.save_by(actor, reason=_CONFIRM)
    if detail is not None:
        detail.record = record
        detail.save_by(actor, reason=_DETAIL)
    event_record(**_entered(record), actor=actor, on=on)
    record_confirmed.send(Record, record=record, actor=actor, on=on)
    return record


def record_new(
    *,
    subject: Subject,
    department: Department,
    content: RecordInput,
    import_row: ImportRow | None,
    actor: Account | None,
    on: date,
) -> tuple[Record, DetailRow | None]:
    """Return a complete record as a fact and its detail row, checked and not yet written.

    Whether the document is recorded already is not asked. Raises InvalidInput.
    """
    lacking = confirm_faults(
        kind=content.kind, number=content.number, occurred_on=content.occurred_on, decided_on=content.decided_on
    )
    _refuse([*content_faults(content, on=on), *lacking])
    record = row_new(
        Record,
        recorded_at=clock.now(), recorded_by_id=actor.pk if actor is not None else None,
        import_row_id=import_row.pk if import_row is not None else None, state=Record.State.CONFIRMED, confirmed_on=on,
    )  # fmt: skip
    record.subject = subject
    _fill(record, content, department)
    if content.detail is None:
        return record, None
    detail = row_new(_DETAIL_MODELS[record.kind])
    detail.record = record  # and so the record's detail
    return record, _detail_filled(detail, record, content.detail)


def records_enter(new: Sequence[tuple[Record, DetailRow | None]], *, actor: Account | None, on: date) -> None:
    """Write many records made by `record_new` in few statements; else what `record_enter` does, rights apart.

    Their subjects must be written, and locked or new in the caller's transaction. Raises IntegrityError when one of the
    documents is recorded already.
    """
    records = [record for record, _ in new]
    for record in records:
        if record.subject_id is None:
            record.subject = record.subject  # a subject taken in a moment ago has its key by now
    tracked_add(records, actor=actor, reason=_CONFIRM)
    details: dict[type[DetailRow], list[DetailRow]] = {}
    for record, detail in new:
        if detail is not None:
            detail.record_id = record.pk
            details.setdefault(type(detail), []).append(detail)
    for rows in details.values():
        tracked_add(rows, actor=actor, reason=_DETAIL)
    at = clock.now()
    events_add([event_make(**_entered(record), actor=actor, on=on, at=at) for record in records])
    if records:
        records_confirmed.send(Record, records=records, actor=actor, on=on)


def _entered(record: Record) -> dict[str, Any]:
    return {
        "name": "record.confirmed", "text": f"登记并确认{record}（{record.title}）", "obj": record,
        "subject": record.subject,
        "payload": {"kind": record.kind, "decided_on": record.decided_on, "department": record.department_id},
    }  # fmt: skip


@transaction.atomic
def record_correct(
    *,
    record_id: int,
    department_id: int,
    content: RecordInput,
    reason: str,
    version: int | None,
    actor: Account | None,
    on: date,
) -> Record:
    """Replace a confirmed record that was wrong by a right one; return the new record.

    The old one is voided on `on` and keeps its own time of recording; the new one is confirmed at once, points to the
    old by `corrects` and takes over evidence, classification and findings.
    """
    old = record_lock(record_id)
    _state_require(old, [Record.State.CONFIRMED], "更正", "草稿请直接修改；已作废的记录请另行登记。")
    authz.require(actor, "record.correct", on=on)
    version_require(old, version)
    _reason_require(reason)
    _refuse(content_faults(content, on=on))
    _void(old, f"更正：{reason.strip()}", actor=actor, on=on)
    new = Record(subject=old.subject, recorded_at=clock.now(), recorded_by=actor, corrects=old)
    new.corrected_on, new.fulfilled_on, new.disputed_on = old.corrected_on, old.fulfilled_on, old.disputed_on
    _fill(new, content, Department.objects.get(pk=department_id))
    _doubled_refuse(new)
    new.save_by(actor, reason="record.correct")
    _detail_write(new, content.detail, actor)
    _copy_attached(old, new, actor)
    _incomplete_refuse(new, on)
    _make_fact(new, actor=actor, on=on, is_classified=old.is_classified)
    event_record(
        "record.corrected", f"更正{old}：{reason.strip()}", obj=new, subject=new.subject, actor=actor, on=on,
        payload={"corrects": old.pk, "reason": reason},
    )  # fmt: skip
    record_changed.send(Record, record=old, change="voided", actor=actor, on=on)
    record_confirmed.send(Record, record=new, actor=actor, on=on)
    return new


@transaction.atomic
def record_void(*, record_id: int, reason: str, version: int | None, actor: Account | None, on: date) -> Record:
    """Take a record out of every evaluation from `on`. A fact needs an approver; a draft only who may enter one."""
    record = record_lock(record_id)
    if record.state == Record.State.VOIDED:
        raise TransitionRefused("record-voided", f"该记录已于{record.voided_on}作废，不能重复作废。")
    was_draft = record.state == Record.State.DRAFT
    authz.require(actor, "record.create" if was_draft else "record.void", on=on)
    version_require(record, version)
    _reason_require(reason)
    _void(record, reason.strip(), actor=actor, on=on)
    event_record(
        "record.voided", f"作废{record}：{reason.strip()}", obj=record, subject=record.subject, actor=actor, on=on,
        payload={"reason": reason},
    )  # fmt: skip
    if not was_draft:
        record_changed.send(Record, record=record, change="voided", actor=actor, on=on)
    return record


def record_lock(record_id: int) -> Record:
    """Lock a record behind its subject (always in this order) and return it with both and its department."""
    subject_id = Record.objects.values_list("subject_id", flat=True).get(pk=record_id)
    subject = subject_lock(subject_id)
    record = Record.objects.select_for_update(of=("self",)).select_related("department").get(pk=record_id)
    record.subject = subject
    return record


def record_same(*, subject: Subject, department: Department, kind: str, number: str) -> Record | None:
    """Return the record of this document number that is not voided, however the number is written; or None."""
    key = comparable_document_number(number)
    if not key:
        return None
    return (
        Record.objects.filter(subject=subject, department=department, kind=kind, number_normalized=key)
        .exclude(state=Record.State.VOIDED)
        .first()
    )


# As the columns hold them; the national template's 文书号 has 128 characters.
_LONGEST = (("title", "事由", 200), ("number", "文书号", 128), ("facts", "事实", 5000))


def _fill(record: Record, content: RecordInput, department: Department) -> None:
    record.kind = content.kind
    record.title = content.title.strip()
    record.number = clean_document_number(content.number)
    record.number_normalized = comparable_document_number(content.number)
    record.facts = content.facts.strip()
    record.department = department
    record.occurred_on, record.decided_on = content.occurred_on, content.decided_on
    record.is_secret = content.is_secret
    for name, label, most in _LONGEST:
        if len(getattr(record, name)) > most:
            raise InvalidInput(
                f"{name}-too-long", f"{label}有{len(getattr(record, name))}个字，超过{most}字，请删减。", field=name
            )


def _detail_write(record: Record, detail: Detail | None, actor: Account | None) -> None:
    """Write the kind's own row anew, or for the first time."""
    if detail is None:
        return
    model = _DETAIL_MODELS[record.kind]
    row = model.objects.filter(record=record).first() or model(record=record)
    _detail_filled(row, record, detail).save_by(actor, reason=_DETAIL)


def _detail_filled(row: DetailRow, record: Record, detail: Detail) -> DetailRow:
    """Put the values into the row; the authority's name and code default to the deciding department's."""
    for name in detail.__dataclass_fields__:
        value = getattr(detail, name)
        setattr(row, name, list(value) if name == "kinds" else value)
    if not isinstance(row, AccidentDetail):
        department = record.department
        row.authority = row.authority or department.name
        row.authority_code = row.authority_code or department.uscc
        row.source = row.source or department.name
        row.source_code = row.source_code or department.uscc
    return row


def _make_fact(record: Record, *, actor: Account | None, on: date, is_classified: bool = False) -> None:
    record.state, record.confirmed_on = Record.State.CONFIRMED, on
    record.is_classified = is_classified or record.is_classified
    record.save_by(actor, reason=_CONFIRM)


def _void(record: Record, reason: str, *, actor: Account | None, on: date) -> None:
    record.state, record.voided_on, record.void_reason = Record.State.VOIDED, on, reason[:300]
    record.save_by(actor, reason="record.void")


def _copy_attached(old: Record, new: Record, actor: Account | None) -> None:
    for item in old.items.all():
        RecordItem(record=new, pack_id=item.pack_id, code=item.code).save_by(actor, reason="record.correct")
    for each in old.findings.all():
        Finding(record=new, code=each.code, reason=each.reason, found_on=each.found_on, found_by=each.found_by).save_by(
            actor, reason="record.correct"
        )
    for file in old.evidence.all():
        RecordEvidence(record=new, attachment=file.attachment, label=file.label).save_by(actor, reason="record.correct")


def _incomplete_refuse(record: Record, on: date) -> None:
    faults = confirm_faults(
        kind=record.kind, number=record.number, occurred_on=record.occurred_on, decided_on=record.decided_on
    ) + head_faults(occurred_on=record.occurred_on, decided_on=record.decided_on, on=on)
    model = _DETAIL_MODELS.get(record.kind)
    if model is not None and not model.objects.filter(record=record).exists():
        faults.append(Fault("kind", f"没有{record.get_kind_display()}的明细，不能确认。请先补填。"))
    if faults:
        text = " ".join(fault.message for fault in faults)
        raise RuleRefused("record-incomplete", text, field=faults[0].field, faults=faults)


def _doubled_refuse(record: Record) -> None:
    same = record_same(
        subject=record.subject, department=record.department, kind=record.kind, number=record.number
    )  # fmt: skip
    if same is not None and same.pk != record.pk:
        raise Conflict(
            "record-doubled",
            f"{record.department}的文书{same.number}已为“{record.subject.name}”登记"
            f"（{same.get_state_display()}，{same.title}），不能重复登记。内容有误的，请对原记录办理更正或作废。",
            field="number",
            record=str(same.public_id),
        )


def _refuse(faults: Sequence[Fault]) -> None:
    if faults:
        text = " ".join(fault.message for fault in faults)
        raise InvalidInput(f"{faults[0].field}-wrong", text, field=faults[0].field, faults=list(faults))


def _reason_require(reason: str) -> None:
    if not reason.strip():
        raise InvalidInput("reason-missing", "请填写理由，当事人和以后的经办人要靠它了解为什么改动。", field="reason")


def _state_require(record: Record, allowed: Sequence[str], step: str, way_out: str) -> None:
    if record.state not in allowed:
        raise TransitionRefused(
            "record-state",
            f"记录“{record}”现在是“{record.get_state_display()}”，不能{step}。{way_out}",
            state=record.state,
        )
