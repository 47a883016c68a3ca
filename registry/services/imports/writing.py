"""Write tables: failed rows back to the officer in their own layout, and exports in the national layout.

No database here. Rows are written one by one in constant memory. Text stays text: no cell becomes a
formula, a link or a shortened number.
"""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from typing import BinaryIO

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.workbook import Workbook
from xlsxwriter.worksheet import Worksheet

from registry.rules.publicity import (
    REASON_LABEL,
    Cell,
    Kind,
    LicenceRow,
    PenaltyRow,
    national_header,
    to_cells,
)
from registry.services.progress import rows_counted
from registry.services.workbooks import part_name, sheet_parts, write_rows

CONTENT_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv",
}

_LONGEST_CELL = 32_767  # of a spreadsheet
_FORMULA = re.compile(r"'*[=+\-@\t\r]")
_NUMBER = re.compile(r"[+-]?\d{1,15}(?:\.\d+)?", re.ASCII)
_LONG_DIGITS = re.compile(r"\d{12,}", re.ASCII)
_COLUMN_WIDTH, _REASON_WIDTH = 18, 60


def failed_rows_format(read_format: str) -> str:
    """Return the format in which the failed rows of a file go back: csv for csv, xlsx for xlsx and the
    older xls.
    """
    return "csv" if read_format == "csv" else "xlsx"


def write_failed_rows(
    target: BinaryIO,
    *,
    header: Sequence[Cell],
    rows: Iterable[tuple[Sequence[Cell], str]],
    read_format: str,
    encoding: str = "",
) -> int:
    """Write failed rows under their own header with a last column of reasons; return how many.

    `rows` are pairs of the cells as read and the reason. `read_format` and `encoding` are those of the file
    read (`Table.format`, `Table.encoding`). A column of reasons from an earlier time is replaced, not
    doubled.
    """
    width = next((i for i, cell in enumerate(header) if cell == REASON_LABEL), len(header))
    lines = ([*_fit(cells, width), reason] for cells, reason in rows)
    return _write(
        target, [*header[:width], REASON_LABEL], lines, failed_rows_format(read_format), encoding, "未通过的行"
    )


def write_national_table(
    target: BinaryIO,
    *,
    kind: Kind,
    rows: Iterable[LicenceRow | PenaltyRow],
    table_format: str = "xlsx",
    encoding: str = "utf-8-sig",
) -> int:
    """Write rows in the national layout under the Chinese column labels; return how many."""
    _, labels = national_header(kind)
    return _write(target, labels, map(to_cells, rows), table_format, encoding, kind.label)


def write_template(target: BinaryIO, *, kind: Kind) -> None:
    """Write an empty xlsx in the national layout for officers to fill in."""
    _, labels = national_header(kind)
    _write(target, labels, [], "xlsx", "", kind.label)


def write_cells(
    target: BinaryIO,
    *,
    header: Sequence[Cell],
    rows: Iterable[Sequence[Cell]],
    sheet: str,
    table_format: str = "xlsx",
    above: Sequence[str] = (),
) -> int:
    """Write cells as they are under a header, as xlsx or csv; return how many rows. `above`: lines over the header of
    an xlsx, one text each."""
    if table_format == "csv":
        return _write_csv(target, header, rows, "")
    return _write_xlsx(target, header, rows, sheet, above)


def _fit(cells: Sequence[Cell], width: int) -> list[Cell]:
    return [*cells[:width], *[""] * (width - len(cells))]


def _write(
    target: BinaryIO,
    header: Sequence[Cell],
    rows: Iterable[Sequence[Cell]],
    table_format: str,
    encoding: str,
    sheet: str,
) -> int:
    if table_format == "csv":
        return _write_csv(target, header, rows, encoding)
    return _write_xlsx(target, header, rows, sheet)


def _write_csv(target: BinaryIO, header: Sequence[Cell], rows: Iterable[Sequence[Cell]], encoding: str) -> int:
    # Without its mark a spreadsheet takes UTF-8 for GBK.
    encoding = "utf-8-sig" if encoding in ("", "utf-8") else encoding
    # A character that the encoding lacks must not stop the file: GB18030 has all, but not lone surrogates.
    stream = io.TextIOWrapper(target, encoding=encoding, errors="replace", newline="")
    writer = csv.writer(stream)
    writer.writerow([_csv_safe(cell) for cell in header])
    count = 0
    for row in rows_counted(rows):
        writer.writerow([_csv_safe(cell) for cell in row])
        count += 1
    stream.flush()
    stream.detach()  # the target stays the caller's, open
    return count


def _csv_safe(cell: Cell) -> Cell:
    """Return a cell that no spreadsheet runs as a formula or shortens to 15 digits; reading takes the guard
    off.
    """
    if not isinstance(cell, str):
        return cell
    if _FORMULA.match(cell) and not _NUMBER.fullmatch(cell):
        return f"'{cell}"
    return f"{cell}\t" if _LONG_DIGITS.fullmatch(cell) else cell


def _write_xlsx(
    target: BinaryIO, header: Sequence[Cell], rows: Iterable[Sequence[Cell]], sheet: str, above: Sequence[str] = ()
) -> int:
    count = 0
    with xlsxwriter.Workbook(
        target,
        {
            "constant_memory": True,
            "strings_to_formulas": False,
            "strings_to_urls": False,
            "strings_to_numbers": False,
            "nan_inf_to_errors": True,
        },
    ) as workbook:
        head, text = _formats(workbook)
        for number, part in enumerate(sheet_parts(rows, len(above) + 1), start=1):
            page = workbook.add_worksheet(part_name(sheet, number))
            _write_head(page, header, above, head, text)
            count += write_rows(page, part, len(above) + 1, text)
    return count


def _write_head(page: Worksheet, header: Sequence[Cell], above: Sequence[str], head: Format, text: Format) -> None:
    top = len(above)
    page.freeze_panes(top + 1, 0)
    page.set_column(0, max(len(header) - 1, 0), _COLUMN_WIDTH, text)
    if header and header[-1] == REASON_LABEL:
        page.set_column(len(header) - 1, len(header) - 1, _REASON_WIDTH, text)
    for line, said in enumerate(above):
        page.write_string(line, 0, said[:_LONGEST_CELL], text)
    for column, cell in enumerate(header):
        page.write_string(top, column, str(cell), head)


def _formats(workbook: Workbook) -> tuple[Format, Format]:
    head = workbook.add_format({"bold": True, "bg_color": "#D9E2EC", "border": 1, "text_wrap": True, "num_format": "@"})
    # "@" keeps what an officer types over a code from turning into a number.
    return head, workbook.add_format({"num_format": "@"})
