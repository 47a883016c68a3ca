"""Files back to the officer: the rows that failed, and an export in the national layout.

Files are written outside any transaction, so that a long one holds no lock; the event is there before the file is sent.
"""

import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import PurePath
from typing import BinaryIO, cast

from django.db import transaction

from registry.base.errors import InvalidInput
from registry.models import Account, Department, ImportBatch, ImportRow
from registry.rules.publicity import Kind, LicenceRow, PartyKind, PenaltyRow
from registry.selectors.import_rows import cells_open, reason_of
from registry.selectors.imports import import_rows, records_reported, rows_reported
from registry.services import authz
from registry.services.events import event_record
from registry.services.imports.writing import (
    CONTENT_TYPES,
    failed_rows_format,
    write_failed_rows,
    write_national_table,
)

_ITERATE = 500
_IN_MEMORY = 2 * 1024 * 1024
_MOST_DAYS = 366 * 3


@dataclass(frozen=True, slots=True)
class MadeFile:
    """A file ready to be sent: an open stream at its beginning, its name and content type, its number of rows."""

    stream: BinaryIO
    name: str
    content_type: str
    rows: int


def import_failed_file(*, batch_id: int, actor: Account, on: date) -> MadeFile:
    """Write the rows that failed in the file's own layout with a column of reasons; the download is an event.

    Raises NotAllowed, InvalidInput when no row failed.
    """
    authz.require(actor, "import.run", on=on)
    batch = ImportBatch.objects.select_related("attachment").get(pk=batch_id)
    refused = import_rows(batch, ImportRow.State.REFUSED)
    stream = _scratch()
    rows = ((cells_open(row.cells_sealed), reason_of(row.errors)) for row in refused.iterator(chunk_size=_ITERATE))
    written = write_failed_rows(
        stream, header=batch.header, rows=rows, read_format=batch.file_format, encoding=batch.encoding
    )
    if not written:
        raise InvalidInput("no-failed-row", "这次导入没有未通过的行，没有文件可以下载。")
    stream.seek(0)
    with transaction.atomic():
        event_record(
            "import.returned", f"下载“{batch.attachment.name}”未通过的{written}行", obj=batch, actor=actor, on=on,
            payload={"rows": written},
        )  # fmt: skip
    table_format = failed_rows_format(batch.file_format)
    name = f"{PurePath(batch.attachment.name).stem}-未通过{written}行.{table_format}"
    return MadeFile(stream, name, CONTENT_TYPES[table_format], written)


def export_make(
    *,
    kind: Kind,
    department: Department | None,
    decided_from: date,
    decided_until: date,
    table_format: str,
    with_identities: bool,
    purpose: str,
    actor: Account,
    on: date,
) -> MadeFile:
    """Write the penalties or licences decided in a period (both days included) in the national layout.

    `department` None: all departments. Persons' document numbers are opened only with the right to see them, and the
    purpose is kept on the timeline. Raises NotAllowed, InvalidInput for the period or a missing purpose.
    """
    authz.require(actor, "export.run", on=on)
    if with_identities:
        authz.require(actor, "subject.identity", on=on)
    _period_require(decided_from, decided_until)
    if not purpose.strip():
        raise InvalidInput(
            "purpose-missing", "请填写用途，例如“报送市级双公示平台”。导出会记入时间线。", field="purpose"
        )
    found = records_reported(
        kind=kind, department=department, decided_from=decided_from, decided_until=decided_until
    )  # fmt: skip
    persons = _PersonCount()
    stream = _scratch()
    rows = write_national_table(
        stream, kind=kind, rows=persons.of(rows_reported(found, with_identities=with_identities)),
        table_format=table_format,
    )  # fmt: skip
    stream.seek(0)
    where = department.short_name if department is not None else "全县"
    name = f"{kind.label}-{where}-{decided_from:%Y%m%d}-{decided_until:%Y%m%d}.{table_format}"
    with transaction.atomic():
        event_record(
            "export.made", f"导出{where}{decided_from}至{decided_until}的{kind.label}{rows}条，用途：{purpose.strip()}",
            obj=department or actor, actor=actor, on=on,
            payload={"kind": kind, "rows": rows, "persons": persons.count, "identities": with_identities,
                     "purpose": purpose.strip()},
        )  # fmt: skip
    return MadeFile(stream, name, CONTENT_TYPES[table_format], rows)


def _scratch() -> BinaryIO:
    """Open a file that lives on disk once it grows, and goes when it is closed, which the response does."""
    return cast(BinaryIO, tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY))


class _PersonCount:
    """Counts the natural persons in passing."""

    def __init__(self) -> None:
        self.count = 0

    def of(self, rows: Iterator[PenaltyRow | LicenceRow]) -> Iterator[PenaltyRow | LicenceRow]:
        for row in rows:
            self.count += row.party.kind is PartyKind.PERSON
            yield row


def _period_require(decided_from: date, decided_until: date) -> None:
    if decided_until < decided_from:
        raise InvalidInput(
            "period-backwards", f"截止日期{decided_until}早于起始日期{decided_from}，请核对。", field="decided_until"
        )
    if (decided_until - decided_from).days > _MOST_DAYS:
        raise InvalidInput("period-too-long", "一次最多导出三年，请缩短期间分次导出。", field="decided_until")
