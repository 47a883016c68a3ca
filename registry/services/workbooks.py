"""Several tables as one xlsx file, written row by row. Text stays text: no cell becomes a formula, a link or a number."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import BinaryIO

import xlsxwriter

from registry.rules.publicity import Cell

_LONGEST_CELL = 32_767  # of a spreadsheet
_WIDTH = 18


@dataclass(frozen=True)
class Sheet:
    """One table: its name (at most 31 characters), header and rows, which are read once."""

    name: str
    header: Sequence[str]
    rows: Iterable[Sequence[Cell]]


def write_workbook(target: BinaryIO, sheets: Iterable[Sheet]) -> list[int]:
    """Write the sheets in order; return how many rows each has."""
    options = {"constant_memory": True, "strings_to_formulas": False, "strings_to_urls": False,
               "strings_to_numbers": False, "nan_inf_to_errors": True}  # fmt: skip
    counts = []
    with xlsxwriter.Workbook(target, options) as workbook:
        head = workbook.add_format({"bold": True, "bg_color": "#D9E2EC", "border": 1, "text_wrap": True})
        text = workbook.add_format({"num_format": "@"})
        for sheet in sheets:
            page = workbook.add_worksheet(sheet.name)
            page.freeze_panes(1, 0)
            page.set_column(0, max(len(sheet.header) - 1, 0), _WIDTH)
            page.write_row(0, 0, sheet.header, head)
            count = 0
            for count, row in enumerate(sheet.rows, start=1):
                for column, cell in enumerate(row):
                    if isinstance(cell, str) and cell:
                        page.write_string(count, column, cell[:_LONGEST_CELL], text)
                    elif cell is not None and not isinstance(cell, str):
                        page.write_number(count, column, cell)
            counts.append(count)
    return counts
