"""Decisions that a department's system reports over the API: one at once, or many behind a status address.

The rules are the file import's: the same checks, the same finding of subjects, the same answer for what is there already.
What differs: the system reports its own department's decisions alone, and nobody looks at a preview.
"""

import json
import math
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from typing import Any, Final

from django.conf import settings
from django.db import transaction

from registry import clock
from registry.base.bulk import rows_add
from registry.base.errors import InvalidInput
from registry.models import ApiClient, ImportBatch, ImportRow
from registry.rules import reporting
from registry.rules.details import Fault
from registry.rules.publicity import Cell, Kind, RepeatFinder, RowError, check_row, national_header, recognize
from registry.selectors.import_rows import says_person
from registry.selectors.imports import DepartmentsByAuthority
from registry.services import authz
from registry.services.events import event_record
from registry.services.evidence import attachment_keep_own
from registry.services.imports.rows import cells_seal, faults_of, remarks_of
from registry.services.imports.running import TOPIC, import_finish
from registry.services.imports.taking import REPORTING, Outcome, Taking, row_take_or_refuse
from registry.services.outbox import outbox_put

ROWS_MOST: Final = 5_000
_RECORDS = ImportBatch.Kind.RECORDS.value


def row_report(*, kind: str, row: Mapping[str, Any], client: ApiClient, on: date) -> Outcome:
    """Record one decision that `client` reports. `kind`: an `ImportBatch.Kind`; `row`: values by the template's codes
    (for "records" by the names of `registry.rules.reporting.FIELDS`).

    Answers "imported", or "same" where the record is there already. Raises InvalidInput naming every field at fault,
    Conflict where the same document was recorded with other content, NotAllowed.
    """
    authz.require(client.account, "record.report", on=on)
    cells = _cells(kind, row, "")
    result = _check(kind, cells, on)
    if result.values is None:
        errors = [RowError(**fault) for fault in faults_of(result.errors, is_person=_says_person(kind, cells))]
        raise InvalidInput(
            "row-refused", "".join(each.message for each in errors), field=errors[0].column, value=errors[0].value,
            faults=[Fault(each.column, each.message, each.value) for each in errors],
        )  # fmt: skip
    outcome = row_take_or_refuse(result.values, _taking(client, on))
    outcome.warnings = remarks_of([*result.warnings, *outcome.warnings])
    return outcome


@transaction.atomic
def rows_upload(*, kind: str, rows: Sequence[Mapping[str, Any]], client: ApiClient, on: date) -> ImportBatch:
    """Take up to 5,000 rows in to be recorded behind a status address: kept sealed as sent, checked, started at once.

    A row at fault is kept with its faults and stops no other one. Raises InvalidInput (no row, too many, a member that
    the template does not know, a value that is no text or number), NotAllowed.
    """
    authz.require(client.account, "record.report", on=on)
    if not 1 <= len(rows) <= ROWS_MOST:
        raise InvalidInput(
            "rows-out-of-range", f"一次可以报送1至{ROWS_MOST}行，收到{len(rows)}行。请分批报送。", field="rows",
            value=len(rows),
        )  # fmt: skip
    arranged = [_cells(kind, row, f"rows.{place}.") for place, row in enumerate(rows)]
    batch = _batch(kind, rows, client, on)
    kept = list(_rows(batch, arranged, on))
    rows_add(kept)
    bad = sum(1 for row in kept if row.state == ImportRow.State.REFUSED)
    event_record(
        "import.reported", f"“{client.name}”报送{batch.get_kind_display()}{batch.total}行，{bad}行未通过检查", obj=batch,
        actor=client.account, on=on,
        payload={"sha256": batch.attachment.sha256, "rows": batch.total, "refused": bad, "client": client.pk},
    )  # fmt: skip
    if bad < batch.total:
        outbox_put(TOPIC, key=str(batch.pk), payload={"batch": batch.pk}, at=batch.uploaded_at)
    else:
        import_finish(batch, on)
    return batch


def codes_of(kind: str) -> list[str]:
    """Return the members that a row of this kind may have, in order."""
    return list(reporting.CODES) if kind == _RECORDS else national_header(Kind(kind))[0]


def _taking(client: ApiClient, on: date) -> Taking:
    return Taking(
        reporting=client.department, departments=DepartmentsByAuthority(client.department), actor=client.account, on=on,
        is_synthetic=settings.DEMONSTRATION, rights=REPORTING, is_own=True,
    )  # fmt: skip


def _cells(kind: str, row: Mapping[str, Any], path: str) -> list[Cell]:
    """Return a row's values in the order of its codes. Raises InvalidInput naming the member that cannot be read."""
    codes = codes_of(kind)
    unknown = next((name for name in row if name not in codes), None)
    if unknown is not None:
        raise InvalidInput(
            "member-unknown", f"没有名为“{unknown[:60]}”的字段。可用的字段见接口文档；请核对拼写后重新提交。",
            field=f"{path}{unknown[:60]}",
        )  # fmt: skip
    return [_cell(row.get(code), f"{path}{code}") for code in codes]


def _cell(value: Any, field: str) -> Cell:
    if isinstance(value, bool):
        return "是" if value else "否"
    if value is None or isinstance(value, str | int) or (isinstance(value, float) and math.isfinite(value)):
        return value
    raise InvalidInput("value-malformed", f"{field}应为文字、数字或者空。请更正后重新提交。", field=field)


def _check(kind: str, cells: Sequence[Cell], on: date) -> Any:
    if kind == _RECORDS:
        return reporting.check_credit_row(cells, on)
    return check_row(Kind(kind), cells, on)


def _says_person(kind: str, cells: Sequence[Cell]) -> bool:
    return says_person(None if kind == _RECORDS else recognize(codes_of(kind)), cells)


def _batch(kind: str, rows: Sequence[Mapping[str, Any]], client: ApiClient, on: date) -> ImportBatch:
    at = clock.now()
    attachment = attachment_keep_own(
        content=json.dumps(list(rows), ensure_ascii=False).encode(), name=f"{client.name}-{at:%Y%m%d%H%M%S}.json",
        media_type="application/json", actor=client.account,
    )  # fmt: skip
    return ImportBatch.objects.create(
        kind=kind, state=ImportBatch.State.RUNNING, attachment=attachment, department=client.department, client=client,
        file_format="json", encoding="utf-8", header=codes_of(kind), total=len(rows), uploaded_by=client.account,
        uploaded_at=at, uploaded_on=on, started_by=client.account, started_at=at,
    )  # fmt: skip


def _rows(batch: ImportBatch, arranged: Sequence[list[Cell]], on: date) -> Iterator[ImportRow]:
    layout = None if batch.kind == _RECORDS else recognize(batch.header)
    for number, (cells, result) in enumerate(zip(arranged, _checked(batch.kind, arranged, on), strict=True), start=1):
        yield ImportRow(
            batch=batch,
            number=number,
            cells_sealed=cells_seal(cells),
            state=ImportRow.State.REFUSED if result.errors else ImportRow.State.WAITING,
            errors=faults_of(result.errors, is_person=says_person(layout, cells)),
            warnings=remarks_of(result.warnings),
        )


def _checked(kind: str, arranged: Sequence[Sequence[Cell]], on: date) -> Iterator[Any]:
    """Check every row, also against those before it; none is passed over as blank, as lines of a file are."""
    if kind == _RECORDS:
        yield from reporting.check_credit_rows(arranged, on)
        return
    repeats = RepeatFinder()
    for number, cells in enumerate(arranged, start=1):
        yield repeats.check(number, check_row(Kind(kind), cells, on))
