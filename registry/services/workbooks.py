"""Several tables as one xlsx file, written row by row. Text stays text: no cell becomes a formula, a link or a number.

What is longer than a sheet goes on in the next one: the format ends at 1,048,576 rows, and rows beyond it would be lost
without a word.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from typing import BinaryIO, TypeVar

import xlsxwriter
from xlsxwriter.format import Format
from xlsxwriter.worksheet import Worksheet

from registry.rules.publicity import Cell
from registry.services.progress import rows_counted

_LONGEST_CELL = 32_767  # of a spreadsheet
_WIDTH = 18
SHEET_ROWS = 1_048_576
Row = TypeVar("Row")


@dataclass(frozen=True)
class Sheet:
    """One table: its name (at most 31 characters), header and rows, which are read once."""

    name: str
    header: Sequence[str]
    rows: Iterable[Sequence[Cell]]


def sheet_parts(rows: Iterable[Row], above: int) -> Iterator[Iterator[Row]]:
    """Yield the rows a sheet each, below `above` lines: one part at least, each read to its end before the next."""
    rest, most = iter(rows), SHEET_ROWS - above
    yield islice(rest, most)
    for first in rest:
        yield chain((first,), islice(rest, most - 1))


def part_name(name: str, number: int) -> str:
    """Return the name of a table's n-th sheet; a name may have 31 characters."""
    return name if number == 1 else f"{name[:26]}（{number}）"


def write_workbook(target: BinaryIO, sheets: Iterable[Sheet]) -> list[int]:
    """Write the sheets in order; return how many rows each has."""
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
               "strings_to_numbers": False, "nan_inf_to_errors": True}  # fmt: skip
    counts = []
    with xlsxwriter.Workbook(target, options) as workbook:
        head = workbook.add_format({"bold": True, "bg_color": "#D9E2EC", "border": 1, "text_wrap": True})
        text = workbook.add_format({"num_format": "@"})
        for sheet in sheets:
            counts.append(0)
            for number, rows in enumerate(sheet_parts(sheet.rows, 1), start=1):
                page = workbook.add_worksheet(part_name(sheet.name, number))
                page.freeze_panes(1, 0)
                page.set_column(0, max(len(sheet.header) - 1, 0), _WIDTH)
                page.write_row(0, 0, sheet.header, head)
                counts[-1] += write_rows(page, rows, 1, text)
    return counts


def write_rows(page: Worksheet, rows: Iterable[Sequence[Cell]], top: int, text: Format) -> int:
    """Write rows from the line `top` on, texts in the form `text`; return how many."""
    count = 0
    for count, row in enumerate(rows_counted(rows), start=1):
        for column, cell in enumerate(row):
            if isinstance(cell, str):
                if cell:
                    page.write_string(top + count - 1, column, cell[:_LONGEST_CELL], text)
            elif cell is not None:
                page.write_number(top + count - 1, column, cell)
    return count
