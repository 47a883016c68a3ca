"""An officer starts a previewed file; the outbox's relay takes its rows in, chunk by chunk, resumable at any point."""

from datetime import date, datetime
from typing import Any

from django.conf import settings
from django.db import transaction

from registry import clock
from registry.base.bulk import rows_change
from registry.base.collector import collector_resting
from registry.base.errors import TransitionRefused
from registry.models import Account, ImportBatch, ImportRow, OutboxMessage
from registry.rules.publicity import SheetLayout, check_row
from registry.rules.reporting import check_credit_row
from registry.selectors.import_rows import cells_open, layout_of, says_person
from registry.selectors.imports import DepartmentsByAuthority, counts_of
from registry.selectors.remembered import answers_remembered
from registry.services import authz
from registry.services.events import event_record
from registry.services.imports.chunk import rows_take
from registry.services.imports.rows import faults_of, remarks_of
from registry.services.imports.taking import IMPORTING, REPORTING, Outcome, Taking
from registry.services.notices import notice_queue
from registry.services.outbox import lease_keep, message_resend, outbox_put

TOPIC = "import.run"
_STARTABLE = (ImportBatch.State.PREVIEWED, ImportBatch.State.STOPPED)


@transaction.atomic
def import_start(*, batch_id: int, actor: Account, on: date) -> ImportBatch:
    """Start a previewed file, or go on with a stopped one. The work itself is owed to the outbox.

    Raises TransitionRefused when it runs already, is finished, or has no row that passed; NotAllowed.
    """
    batch = ImportBatch.objects.select_for_update().get(pk=batch_id)
    _state_require(batch, "开始导入")
    authz.require(actor, "import.run", on=on)
    waiting = batch.rows.filter(state=ImportRow.State.WAITING).count()
    if not waiting:
        raise TransitionRefused("no-good-row", "没有通过检查的行，不能导入。请按原因更正文件后重新上传。")
    at = clock.now()
    batch.state, batch.started_by, batch.started_at = ImportBatch.State.RUNNING, actor, at
    batch.save(update_fields=["state", "started_by", "started_at"])
    message = outbox_put(TOPIC, key=str(batch.pk), payload={"batch": batch.pk}, at=at)
    message_resend(message.pk, now=at)
    event_record(
        "import.started", f"开始导入“{batch.attachment.name}”，待导入{waiting}行", obj=batch, actor=actor, on=on,
        payload={"rows": waiting},
    )  # fmt: skip
    return batch


@transaction.atomic
def import_cancel(*, batch_id: int, actor: Account, on: date) -> ImportBatch:
    """Give up a previewed file, or the rest of a stopped one; what was taken in stays."""
    batch = ImportBatch.objects.select_for_update().get(pk=batch_id)
    _state_require(batch, "取消")
    authz.require(actor, "import.run", on=on)
    batch.state, batch.finished_at = ImportBatch.State.CANCELLED, clock.now()
    batch.save(update_fields=["state", "finished_at"])
    event_record("import.cancelled", f"取消导入“{batch.attachment.name}”", obj=batch, actor=actor, on=on)
    return batch


def import_run(payload: dict[str, Any], now: datetime) -> None:
    """Outbox handler (`once=False`): take in what waits. Each chunk's records and marks are written together, so a
    process killed at any moment loses nothing, and the next one doubles nothing.
    """
    while import_chunk_take(batch_id=payload["batch"], on=clock.today()):
        lease_keep(now=clock.now())


@transaction.atomic
def import_chunk_take(*, batch_id: int, on: date) -> bool:
    """Take in the next chunk of a running batch; True while rows are left. Raises NotAllowed when whoever started it
    has lost the right meanwhile.
    """
    batch = ImportBatch.objects.select_for_update().get(pk=batch_id)
    if batch.state != ImportBatch.State.RUNNING:
        return False
    with answers_remembered(), collector_resting():
        authz.require(batch.started_by, "record.report" if _is_reported(batch) else "import.run", on=on)
        return _chunk_take(batch, on)


def _is_reported(batch: ImportBatch) -> bool:
    """Whether a department's system started it; an officer goes on with one that stopped by the officer's right."""
    return batch.client is not None and batch.started_by_id == batch.client.account_id


def _chunk_take(batch: ImportBatch, on: date) -> bool:
    waiting = batch.rows.select_for_update().filter(state=ImportRow.State.WAITING).order_by("number")
    rows = list(waiting[: settings.IMPORT_CHUNK_ROWS])
    _rows_take(batch, rows, on)
    rows_change(rows, ["state", "errors", "warnings"])
    if batch.rows.filter(state=ImportRow.State.WAITING).exists():
        return True
    import_finish(batch, on)
    return False


def _rows_take(batch: ImportBatch, rows: list[ImportRow], on: date) -> None:
    layout = layout_of(batch)
    taking = Taking(
        reporting=batch.department, departments=DepartmentsByAuthority(batch.department), actor=batch.started_by,
        on=on, is_synthetic=settings.DEMONSTRATION, rights=REPORTING if _is_reported(batch) else IMPORTING,
        is_own=batch.client is not None,
    )  # fmt: skip
    checked = [(row, _recheck(row, layout, on)) for row in rows]
    # Subjects are taken in one order by every import, so that two at once wait instead of blocking each other.
    good = sorted(((row, each) for row, each in checked if not isinstance(each, Outcome)), key=_party_key)
    bad = [(row, each) for row, each in checked if isinstance(each, Outcome)]
    taken = zip((row for row, _ in good), rows_take(good, taking), strict=True)
    for row, outcome in [*bad, *taken]:
        row.state, row.errors = outcome.state, outcome.errors
        row.warnings = list(dict.fromkeys([*row.warnings, *outcome.warnings]))


def _recheck(row: ImportRow, layout: SheetLayout | None, on: date) -> Any:
    """Return a row's values, or its refusal when it does not pass (any more)."""
    cells = cells_open(row.cells_sealed)
    result: Any = check_credit_row(cells, on) if layout is None else check_row(layout.kind, layout.arrange(cells), on)
    if result.values is not None:
        return result.values
    faults = faults_of(result.errors, is_person=says_person(layout, cells))
    return Outcome(ImportRow.State.REFUSED, errors=faults, warnings=remarks_of(result.warnings))


def _party_key(checked: tuple[ImportRow, Any]) -> tuple[str, str, str]:
    party = checked[1].party
    return party.uscc, party.identity_number, party.name


def import_finish(batch: ImportBatch, on: date) -> None:
    """Close a batch of which no row waits any more; call in the transaction that took or refused the last one."""
    at = clock.now()
    batch.state, batch.finished_at = ImportBatch.State.DONE, at
    batch.save(update_fields=["state", "finished_at"])
    counts = counts_of([batch.pk])[batch.pk]
    text = f"导入{counts.imported}行，已存在未改动{counts.same}行，未通过{counts.refused}行"
    event_record(
        "import.finished", f"“{batch.attachment.name}”导入完成：{text}", obj=batch, actor=batch.started_by, on=on,
        payload={"imported": counts.imported, "same": counts.same, "refused": counts.refused},
    )  # fmt: skip
    if batch.client is not None:  # a system asks for the outcome itself; nobody reads its service account's box
        return
    way_out = "未通过的行可在导入结果页下载，更正后重新上传。" if counts.refused else ""
    notice_queue(
        "import.finished", title=f"“{batch.attachment.name}”导入完成", body=f"{text}。{way_out}", at=at, obj=batch,
        account=batch.started_by or batch.uploaded_by,
    )  # fmt: skip


def import_give_up(payload: dict[str, Any], now: datetime) -> None:
    """Outbox's last word on an import that failed again and again: stopped, and its starter is told."""
    batch = ImportBatch.objects.select_for_update().get(pk=payload["batch"])
    if batch.state != ImportBatch.State.RUNNING:
        return
    batch.state = ImportBatch.State.STOPPED
    batch.save(update_fields=["state"])
    # Only the kind of error: its text may quote what was being written.
    error_kind = OutboxMessage.objects.get(key=f"{TOPIC}:{batch.pk}").last_error.partition(":")[0]
    event_record(
        "import.stopped", f"“{batch.attachment.name}”导入中断", obj=batch, actor=None, on=clock.today(),
        payload={"error": error_kind},
    )  # fmt: skip
    notice_queue(
        "import.stopped", title=f"“{batch.attachment.name}”导入中断",
        body="程序多次尝试仍未成功，已导入的行不受影响。请联系系统管理员排除故障后，在导入页继续。", at=now, obj=batch,
        account=batch.started_by or batch.uploaded_by,
    )  # fmt: skip


def _state_require(batch: ImportBatch, step: str) -> None:
    if batch.state not in _STARTABLE:
        raise TransitionRefused(
            "import-state",
            f"这次导入现在是“{batch.get_state_display()}”，不能{step}。请刷新页面查看结果；需要再次导入的，请重新上传文件。",
            state=batch.state,
        )
