"""The monthly summary of listings as a file for the level above; the export is on the timeline with its purpose."""

from datetime import date

from django.db import transaction

from registry.base.errors import InvalidInput
from registry.models import Account, Department
from registry.services import authz
from registry.services.events import event_record
from registry.services.imports.writing import CONTENT_TYPES, write_cells
from registry.services.made_files import MadeFile, scratch
from sanctions.rules.listing_summary import PARTS, listing_summary, month_end
from sanctions.selectors.listing_summary import summary_lines


def summary_file(
    *, part: str, month: date, department: Department | None, table_format: str, actor: Account, on: date
) -> MadeFile:
    """Write one part of the month's summary as xlsx or csv, row by row. `month`: its first day.

    Raises NotAllowed, InvalidInput (part or format unknown, a month that has not begun).
    """
    summary_require(part=part, month=month, table_format=table_format, actor=actor, on=on)
    stream = scratch()
    header = [column.label for column in listing_summary().columns]
    rows = write_cells(
        stream, header=header, rows=summary_lines(part, month, department), sheet=PARTS[part][:31],
        table_format=table_format,
    )  # fmt: skip
    stream.seek(0)
    where = department.short_name if department is not None else "全县"
    until = min(on, month_end(month))
    with transaction.atomic():
        event_record(
            "listing-summary.exported", f"导出{where}{month:%Y年%m月}名单信息汇总表（{PARTS[part]}）{rows}条，截至{until}",
            obj=department or actor, actor=actor, on=on, payload={"part": part, "month": month, "rows": rows},
        )  # fmt: skip
    name = f"名单信息汇总表-{PARTS[part].partition('（')[0]}-{where}-{month:%Y%m}.{table_format}"
    return MadeFile(stream, name, CONTENT_TYPES[table_format], rows)


def summary_require(*, part: str, month: date, table_format: str, actor: Account, on: date) -> None:
    """Raise what `summary_file` raises, and write nothing."""
    authz.require(actor, "export.run", on=on)
    if part not in PARTS or table_format not in CONTENT_TYPES:
        raise InvalidInput(
            "part-unknown", f"汇总表没有“{part[:20]}”这一部分或者这种格式。请从页面上选择。", field="part"
        )
    if month > on:
        raise InvalidInput("month-to-come", f"{month:%Y年%m月}还没有开始。请选择已经开始的月份。", field="month")
