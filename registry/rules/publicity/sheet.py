"""A whole sheet: rows with their numbers, notes and blank rows passed over, repeated decisions found."""

import datetime as dt
import re
from collections.abc import Iterable, Iterator, Sequence
from typing import NamedTuple

from registry.rules.names import comparable_document_number, comparable_name
from registry.rules.publicity.cells import Cell, cell_text
from registry.rules.publicity.draft import RowError
from registry.rules.publicity.header import SheetLayout, is_header
from registry.rules.publicity.layout import Kind, column_index
from registry.rules.publicity.rows import RowResult, check_row
from registry.rules.publicity.values import LicenceRow, PenaltyRow

_DIGIT = re.compile(r"\d")

EMPTY_SHEET = "文件只有表头，没有数据行。确无数据的，请在月度报表中填报零；有数据的，请填写后重新上传"

_NOTE_STARTS = ("表格说明", "填表说明", "填报说明", "说明:", "说明：", "注:", "注：", "备注:", "备注：")
_WSH = {Kind.LICENCE: column_index(Kind.LICENCE)["XK_WSH"], Kind.PENALTY: column_index(Kind.PENALTY)["CF_WSH"]}


class SheetRow(NamedTuple):
    """A data row: its number in the file (1 is the first line), its cells as read, its cells in the
    national order.
    """

    number: int
    cells: Sequence[Cell]
    arranged: list[Cell]


class CheckedRow(NamedTuple):
    """A data row with the outcome of its check."""

    number: int
    cells: Sequence[Cell]
    result: RowResult


class RepeatFinder:
    """Finds decisions that stand twice in one file: same document number and same party (and licence
    number).

    The same document number for another party is only remarked on: one decision may name several.
    """

    def __init__(self) -> None:
        self._first: dict[tuple[str, ...], int] = {}
        self._numbers: dict[str, int] = {}

    def check(self, number: int, result: RowResult) -> RowResult:
        """Return the result of row `number`, refused when an earlier good row is the same decision."""
        values = result.values
        if values is None:
            return result
        document = values.number.upper()  # width, spaces and brackets are even already
        earlier = self._first.setdefault(_decision_key(document, values), number)
        if earlier != number:
            column, label = (
                ("XK_WSH", "许可文书号") if result.kind is Kind.LICENCE else ("CF_WSH", "行政处罚决定书文号")
            )
            error = RowError(
                column,
                label,
                values.number,
                f"与第{earlier}行是同一相对人的同一文书，重复填报",
                "请核对文书号，确属重复的删除本行",
            )
            return RowResult(result.kind, None, (*result.errors, error), result.warnings)
        earlier = self._numbers.setdefault(document, number)
        if earlier != number:
            remark = f"文书号与第{earlier}行相同而相对人或许可编号不同，请确认不是误填"
            return result._replace(warnings=(*result.warnings, remark))
        return result


def data_rows(layout: SheetLayout, rows: Iterable[tuple[int, Sequence[Cell]]]) -> Iterator[SheetRow]:
    """Yield the data rows below a header: without blank rows, repeated header rows and the notes at the
    end.
    """
    is_after_notes = False
    for number, cells in rows:
        filled = _filled(cells)
        if not filled:
            continue
        if filled <= 2 and (is_after_notes or _is_note(cells)):
            # A note may run on over several rows; a row with more cells filled is data again.
            is_after_notes = True
            continue
        if type(cells[0]) is str and cells[0].lstrip().startswith("表格说明"):
            is_after_notes = True
            continue
        if _may_be_header(layout, cells) and is_header(cells):
            continue
        yield SheetRow(number, cells, layout.arrange(cells))


def check_rows(layout: SheetLayout, rows: Iterable[tuple[int, Sequence[Cell]]], on: dt.date) -> Iterator[CheckedRow]:
    """Check the rows below a header as of the day `on`, one by one, repeated decisions included.

    `rows` are pairs of row number and cells, as a reader gives them.
    """
    repeats = RepeatFinder()
    for row in data_rows(layout, rows):
        result = check_row(layout.kind, row.arranged, on)
        yield CheckedRow(row.number, row.cells, repeats.check(row.number, result))


def _filled(cells: Sequence[Cell]) -> int:
    """Count the cells with something visible in them; 3 or more are all the same to the caller."""
    filled = 0
    for cell in cells:
        if cell is not None and cell != "" and cell_text(cell):
            filled += 1
            if filled == 3:
                break
    return filled


def _decision_key(document: str, values: LicenceRow | PenaltyRow) -> tuple[str, ...]:
    party = values.party
    who = party.uscc or party.identity_number or comparable_name(party.name)
    if isinstance(values, LicenceRow):
        return document, who, comparable_document_number(values.certificate_number)
    return document, who


def _first_text(cells: Sequence[Cell]) -> str:
    return next((text for text in map(cell_text, cells) if text), "")


def _is_note(cells: Sequence[Cell]) -> bool:
    return _first_text(cells).startswith(_NOTE_STARTS)


def _may_be_header(layout: SheetLayout, cells: Sequence[Cell]) -> bool:
    """Tell at little cost whether a row could be a second header: its document number has no digit in it."""
    position = layout.positions[_WSH[layout.kind]]
    if position is None or position >= len(cells):
        return False
    return _DIGIT.search(cell_text(cells[position])) is None
