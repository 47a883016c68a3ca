"""Files back to the officer: the rows that failed, and an export in the national layout.

What would be refused by whoever takes the export in is told before there is a file, record by record.

Files are written outside any transaction, so that a long one holds no lock; the event is there before the file is sent.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import PurePath

from django.db import transaction

from registry.base.errors import InvalidInput, RuleRefused
from registry.models import Account, Department, ImportBatch, ImportRow, Record
from registry.rules.publicity import Kind, LicenceRow, PartyKind, PenaltyRow, RowError, export_faults
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
from registry.services.made_files import MadeFile, scratch

_ITERATE = 500
_MOST_DAYS = 366 * 3
_NAMED = 200  # records at fault that a refusal names; a longer list is worked off in parts


@dataclass(frozen=True, slots=True)
class NotReportable:
    """A record whose row the national sheet would refuse, and why."""

    record: Record
    faults: tuple[RowError, ...]

    @property
    def reasons(self) -> tuple[str, ...]:
        """The reasons in words."""
        return tuple(fault.message for fault in self.faults)


class RowsNotReportable(RuleRefused):
    """Some records cannot be reported as they are. `rows` names the first 200 of them; `count`: how many there are."""

    def __init__(self, rows: list[NotReportable], count: int, good: int) -> None:
        super().__init__(
            "rows-not-reportable",
            f"期间内有{count}条记录不符合国家模板（例如缺少必填项），接收平台会退回，没有生成文件；其余{good}条可以报送。"
            "请按所列原因更正后再导出，或勾选“先导出其余的记录”。",
            field="is_partial",
            count=count,
        )
        self.rows, self.count = rows, count


def import_failed_file(*, batch_id: int, actor: Account, on: date) -> MadeFile:
    """Write the rows that failed in the file's own layout with a column of reasons; the download is an event.

    Raises NotAllowed, InvalidInput when no row failed.
    """
    authz.require(actor, "import.run", on=on)
    batch = ImportBatch.objects.select_related("attachment").get(pk=batch_id)
    refused = import_rows(batch, ImportRow.State.REFUSED)
    stream = scratch()
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
    is_partial: bool = False,
) -> MadeFile:
    """Write the penalties or licences decided in a period (both days included) in the national layout.

    `department` None: all departments. Persons' document numbers are opened only with the right to see them, and the
    purpose is kept on the timeline. `is_partial`: records that the template would refuse are left out. Raises NotAllowed,
    InvalidInput for the period or a missing purpose, RowsNotReportable naming such records unless `is_partial`.
    """
    export_require(
        decided_from=decided_from, decided_until=decided_until, purpose=purpose, with_identities=with_identities,
        actor=actor, on=on,
    )  # fmt: skip
    found = records_reported(
        kind=kind, department=department, decided_from=decided_from, decided_until=decided_until
    )  # fmt: skip
    sifted = _Sifted(on, with_identities)
    stream = scratch()
    good = sifted.good(rows_reported(found, with_identities=with_identities))
    rows = write_national_table(stream, kind=kind, rows=good, table_format=table_format)
    if sifted.count and not is_partial:
        stream.close()
        raise RowsNotReportable(sifted.refused, sifted.count, rows)
    stream.seek(0)
    where = department.short_name if department is not None else "全县"
    left_out = f"，另有{sifted.count}条不符合模板，没有导出" if sifted.count else ""
    period = f"{decided_from}至{decided_until}"
    with transaction.atomic():
        event_record(
            "export.made", f"导出{where}{period}的{kind.label}{rows}条{left_out}，用途：{purpose.strip()}",
            obj=department or actor, actor=actor, on=on,
            payload={"kind": kind, "rows": rows, "persons": sifted.persons, "identities": with_identities,
                     "left_out": sifted.count, "purpose": purpose.strip()},
        )  # fmt: skip
    name = f"{kind.label}-{where}-{decided_from:%Y%m%d}-{decided_until:%Y%m%d}.{table_format}"
    return MadeFile(stream, name, CONTENT_TYPES[table_format], rows, sifted.count)


def export_require(
    *, decided_from: date, decided_until: date, purpose: str, with_identities: bool, actor: Account, on: date
) -> None:  # fmt: skip
    """Raise what `export_make` raises of right, period and purpose, and write nothing."""
    authz.require(actor, "export.run", on=on)
    if with_identities:
        authz.require(actor, "subject.identity", on=on)
    _period_require(decided_from, decided_until)
    if not purpose.strip():
        raise InvalidInput(
            "purpose-missing", "请填写用途，例如“报送市级双公示平台”。导出会记入时间线。", field="purpose"
        )


class _Sifted:
    """Lets pass what can be reported; counts the natural persons in passing and keeps the first of the others."""

    def __init__(self, on: date, with_identities: bool) -> None:
        self._on, self._with_identities = on, with_identities
        self.persons = self.count = 0
        self.refused: list[NotReportable] = []

    def good(self, rows: Iterator[tuple[Record, PenaltyRow | LicenceRow]]) -> Iterator[PenaltyRow | LicenceRow]:
        for record, row in rows:
            faults = export_faults(row, self._on, with_identity=self._with_identities)
            if not faults:
                self.persons += row.party.kind is PartyKind.PERSON
                yield row
                continue
            self.count += 1
            if len(self.refused) < _NAMED:
                self.refused.append(NotReportable(record, faults))


def _period_require(decided_from: date, decided_until: date) -> None:
    if decided_until < decided_from:
        raise InvalidInput(
            "period-backwards", f"截止日期{decided_until}早于起始日期{decided_from}，请核对。", field="decided_until"
        )
    if (decided_until - decided_from).days > _MOST_DAYS:
        raise InvalidInput("period-too-long", "一次最多导出三年，请缩短期间分次导出。", field="decided_until")
