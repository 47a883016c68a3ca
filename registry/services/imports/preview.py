"""A file comes in: read, recognised, every row checked and kept; nothing is recorded yet."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from itertools import islice
from pathlib import PurePath

from django.conf import settings
from django.core.files.base import ContentFile, File
from django.db import transaction

from registry import clock
from registry.base.bulk import parts, row_new, rows_add
from registry.base.collector import collector_resting
from registry.base.errors import InvalidInput
from registry.models import Account, Department, ImportBatch, ImportRow
from registry.rules import uploads
from registry.rules.publicity import EMPTY_SHEET, LayoutError, SheetLayout, check_rows, is_header, recognize
from registry.selectors.import_rows import says_person
from registry.services import authz
from registry.services.events import event_record
from registry.services.evidence import attachment_store
from registry.services.imports.reading import Table, open_table
from registry.services.imports.rows import cells_seal, faults_of, remarks_of
from registry.services.imports.spool import KeptRow, RowSpool

_AT_ONCE = 5_000  # rows made and written together


@dataclass(frozen=True, slots=True)
class _Sheet:
    table: Table
    layout: SheetLayout


def import_preview(*, upload: File, department: Department, kind: str = "", actor: Account, on: date) -> ImportBatch:
    """Take a file in for preview: store it privately, check every row, keep the rows sealed.

    `department` reports the file; `kind` "penalty" or "licence" is held against the header, empty leaves it to the
    header. Nothing is recorded before `import_start`. Raises NotAllowed, and InvalidInput (field `file` or `kind`) for
    a file that is no table, of the old layout, without rows or with too many.
    """
    authz.require(actor, "import.run", on=on)
    content = _content(upload)
    with RowSpool() as rows:
        sheet = _read(content, upload.name or "", kind, rows, on)  # outside the transaction: it may take seconds
        return _keep(sheet, rows, content, upload.name or "", department, actor, on)


def _content(upload: File) -> bytes:
    try:
        uploads.check_size(upload.size, settings.IMPORT_MAX_BYTES)
    except uploads.UploadRefused as refusal:
        raise InvalidInput(refusal.code, refusal.message, field="file") from refusal
    upload.seek(0)
    content: bytes = upload.read()
    return content


def _read(content: bytes, name: str, kind: str, rows: RowSpool, on: date) -> _Sheet:
    table = open_table(content, name, is_header=is_header)
    try:
        layout = recognize(table.header)
    except LayoutError as error:
        raise InvalidInput(error.code, f"{error.message}。", field="file") from error
    if kind and kind != layout.kind:
        wanted = ImportBatch.Kind(kind).label
        raise InvalidInput(
            "kind-differs",
            f"选择的是“{wanted}”，文件的表头却是{layout.kind.label}表。请改选“自动识别”，或换成正确的文件。",
            field="kind",
        )
    most = settings.IMPORT_MAX_ROWS
    with collector_resting():
        for row in islice(_rows(table, layout, on), most + 1):
            rows.add(row)
    if not rows.total:
        raise InvalidInput("sheet-empty", f"{EMPTY_SHEET}。", field="file")
    if rows.total > most:
        raise InvalidInput(
            "too-many-rows", f"文件超过{most}行，一次导入不了。请按月份或部门拆成几个文件分别上传。", field="file"
        )
    return _Sheet(table, layout)


def _rows(table: Table, layout: SheetLayout, on: date) -> Iterator[KeptRow]:
    for number, cells, result in check_rows(layout, table.rows, on):
        yield KeptRow(
            number,
            cells_seal(cells),
            ImportRow.State.WAITING if result.is_good else ImportRow.State.REFUSED,
            faults_of(result.errors, is_person=says_person(layout, cells)) if result.errors else [],
            remarks_of(result.warnings),
        )


@transaction.atomic
def _keep(
    sheet: _Sheet, rows: RowSpool, content: bytes, name: str, department: Department, actor: Account, on: date
) -> ImportBatch:  # fmt: skip
    # The content has told the format; a wrong extension, common with .xls, is put right.
    stored_name = str(PurePath(name).with_suffix(f".{sheet.table.format}")) if name else f"upload.{sheet.table.format}"
    attachment = attachment_store(
        upload=ContentFile(content, name=stored_name), actor=actor, most_bytes=settings.IMPORT_MAX_BYTES
    )
    batch = ImportBatch.objects.create(
        kind=sheet.layout.kind,
        attachment=attachment,
        department=department,
        file_format=sheet.table.format,
        encoding=sheet.table.encoding,
        header=sheet.table.header,
        total=rows.total,
        uploaded_by=actor,
        uploaded_at=clock.now(),
        uploaded_on=on,
    )
    for part in parts(rows, _AT_ONCE):
        rows_add([row_new(ImportRow, batch_id=batch.pk, **each._asdict()) for each in part])
    event_record(
        "import.previewed", f"上传{sheet.layout.kind.label}文件“{attachment.name}”，共{batch.total}行，{rows.refused}行未通过检查",
        obj=batch, actor=actor, on=on,
        payload={"sha256": attachment.sha256, "rows": batch.total, "refused": rows.refused, "department": department.code},
    )  # fmt: skip
    return batch
