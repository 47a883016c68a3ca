"""Officers' judgement about a record: which clauses it falls under, and what they found about it."""

from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from django.db import transaction

from registry.base.errors import Conflict, InvalidInput, TransitionRefused
from registry.base.tracked import Tracked, version_require
from registry.models import Account, Finding, Record, RecordItem
from registry.selectors.classification import valid_findings, valid_items
from registry.services import authz
from registry.services.events import event_record
from registry.services.records import record_lock
from registry.signals import record_changed


class ItemCode(NamedTuple):
    """A clause of a pack: `code` is its item code there."""

    pack_id: str
    code: str


@transaction.atomic
def record_classify(
    *, record_id: int, items: Sequence[ItemCode], version: int | None, actor: Account | None, on: date
) -> Record:
    """Replace the record's classification; an empty one says that it falls under no clause of any active pack.

    Raises InvalidInput listing the valid codes when a pack is not active or has no such code (clauses the record
    holds already may stay), TransitionRefused for a voided record, NotAllowed, Conflict for a stale form.
    """
    record = record_lock(record_id)
    _voided_refuse(record)
    authz.require(actor, "record.classify", on=on)
    version_require(record, version)
    wanted = set(items)
    held = {ItemCode(item.pack_id, item.code): item for item in record.items.all()}
    _codes_require(wanted - held.keys(), record.kind, on)
    for code in held.keys() - wanted:
        _remove(held[code], actor, "record.classify")
    for code in sorted(wanted - held.keys()):
        RecordItem(record=record, pack_id=code.pack_id, code=code.code).save_by(actor, reason="record.classify")
    record.is_classified = True
    record.save_by(actor, reason="record.classify")
    names = "、".join(f"{code.pack_id} {code.code}" for code in sorted(wanted)) or "不属于任何条款"
    event_record(
        "record.classified", f"归类{record}：{names}", obj=record, subject=record.subject, actor=actor, on=on,
        payload={"items": [list(code) for code in sorted(wanted)]},
    )  # fmt: skip
    record_changed.send(Record, record=record, change="classified", actor=actor, on=on)
    return record


@transaction.atomic
def finding_add(
    *, record_id: int, code: str, reason: str, version: int | None, actor: Account | None, on: date
) -> Finding:
    """Establish a circumstance about a record, with the reason. Raises InvalidInput listing the valid codes."""
    record = record_lock(record_id)
    _voided_refuse(record)
    authz.require(actor, "record.classify", on=on)
    version_require(record, version)
    valid = valid_findings(on)
    if code not in valid:
        raise InvalidInput(
            "finding-unknown", f"认定“{code}”不是现行政策要求的情节，可选：{_listed(valid)}。", field="code"
        )
    if not reason.strip():
        raise InvalidInput("reason-missing", "请填写认定的理由和依据的材料。", field="reason")
    if record.findings.filter(code=code).exists():
        raise Conflict("finding-exists", f"本记录已认定“{valid[code]}”，不能重复认定。", field="code")
    finding = Finding(record=record, code=code, reason=reason.strip()[:500], found_on=on, found_by=actor)
    finding.save_by(actor, reason="finding.add")
    event_record(
        "finding.added", f"认定{record}“{valid[code]}”：{reason.strip()}", obj=record, subject=record.subject,
        actor=actor, on=on, payload={"code": code},
    )  # fmt: skip
    record_changed.send(Record, record=record, change="finding", actor=actor, on=on)
    return finding


@transaction.atomic
def finding_remove(*, finding_id: int, reason: str, actor: Account | None, on: date) -> Record:
    """Take a finding back, with the reason; it stays in the history and on the timeline."""
    record = record_lock(Finding.objects.values_list("record_id", flat=True).get(pk=finding_id))
    _voided_refuse(record)
    authz.require(actor, "record.classify", on=on)
    finding = Finding.objects.select_for_update().get(pk=finding_id)
    if not reason.strip():
        raise InvalidInput("reason-missing", "请填写撤销认定的理由。", field="reason")
    code = finding.code
    _remove(finding, actor, "finding.remove")
    event_record(
        "finding.removed", f"撤销对{record}的认定“{code}”：{reason.strip()}", obj=record, subject=record.subject,
        actor=actor, on=on, payload={"code": code, "reason": reason},
    )  # fmt: skip
    record_changed.send(Record, record=record, change="finding", actor=actor, on=on)
    return record


def _remove(row: Tracked, actor: Account | None, reason: str) -> None:
    """Delete with the actor on the history row."""
    row._history_user = actor
    row._change_reason = reason
    row.delete()


def _voided_refuse(record: Record) -> None:
    if record.state == Record.State.VOIDED:
        raise TransitionRefused("record-voided", f"该记录已于{record.voided_on}作废，不能再归类或认定。")


def _codes_require(codes: set[ItemCode], kind: str, on: date) -> None:
    valid = valid_items(kind, on)
    for pack_id, code in sorted(codes):
        if pack_id not in valid:
            known = "、".join(valid) or "（目前没有启用可归类的政策）"
            raise InvalidInput(
                "pack-not-active", f"政策“{pack_id}”没有启用，不能归类到它的条款。可选的政策：{known}。", field="items"
            )
        if code not in valid[pack_id]:
            raise InvalidInput(
                "item-unknown",
                f"政策“{pack_id}”没有条款“{code}”。可选的条款：{'、'.join(valid[pack_id])}。",
                field="items",
            )


def _listed(valid: dict[str, str]) -> str:
    return "、".join(f"{code}（{label}）" for code, label in valid.items()) or "（现行政策没有要求任何情节认定）"
