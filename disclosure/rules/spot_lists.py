"""A list of decisions found elsewhere: which of its columns hold the number and the day. No database.

Headings of the national template (codes and labels) are known, and the plain ones that registers use.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date

from registry.rules.names import clean_document_number, comparable_document_number, comparable_name
from registry.rules.publicity.cells import Cell, CellError, cell_date, cell_text

MOST = 20_000
NUMBER_MOST = 128
_NUMBERS = (
    "文书号",
    "决定书文号",
    "决定文书号",
    "行政处罚决定书文号",
    "行政许可决定文书号",
    "许可文书号",
    "CF_WSH",
    "XK_WSH",
)
_DAYS = ("决定日期", "处罚决定日期", "许可决定日期", "CF_JDRQ", "XK_JDRQ")
_NUMBER_KEYS = frozenset(map(comparable_name, _NUMBERS))
_DAY_KEYS = frozenset(map(comparable_name, _DAYS))


@dataclass(frozen=True)
class Found:
    """One decision of the list."""

    line: int
    number: str
    number_normalized: str
    decided_on: date


class ListRefused(ValueError):
    """The list cannot be read; the message is Chinese and says where and what to do."""


def is_header(row: Sequence[Cell]) -> bool:
    """Whether a row names both columns."""
    keys = {_key(cell) for cell in row}
    return bool(keys & _NUMBER_KEYS) and bool(keys & _DAY_KEYS)


def decisions_of(header: Sequence[Cell], rows: Iterable[tuple[int, Sequence[Cell]]], *, on: date) -> list[Found]:
    """Return the decisions of a list, each number once. Raises ListRefused: no such columns, a number without a readable
    day, a day after `on`, more than `MOST` rows, none at all."""
    if not is_header(header):
        raise ListRefused("没有找到“文书号”和“决定日期”两列。请把这两列的列名写在表头，或者直接使用国家双公示模板。")
    keys = [_key(cell) for cell in header]
    number_at = next(i for i, key in enumerate(keys) if key in _NUMBER_KEYS)
    day_at = next(i for i, key in enumerate(keys) if key in _DAY_KEYS)
    found: dict[str, Found] = {}
    for line, cells in rows:
        number = clean_document_number(_cell(cells, number_at))
        if not number or number.startswith("表格说明"):
            continue
        if len(number) > NUMBER_MOST:
            raise ListRefused(f"第{line}行的文书号超过{NUMBER_MOST}字。请核对后重新上传。")
        each = Found(line, number, comparable_document_number(number), _day(cells, day_at, line, on))
        found.setdefault(each.number_normalized, each)
        if len(found) > MOST:
            raise ListRefused(f"清单超过{MOST}条。请拆分成几个文件分次核对。")
    if not found:
        raise ListRefused("清单中没有文书号。请核对后重新选择文件。")
    return list(found.values())


def _key(cell: Cell) -> str:
    return comparable_name(cell_text(cell)).replace("*", "")


def _cell(cells: Sequence[Cell], at: int) -> str:
    return cell_text(cells[at]).strip() if at < len(cells) else ""


def _day(cells: Sequence[Cell], at: int, line: int, on: date) -> date:
    try:
        day = cell_date(cells[at]) if _cell(cells, at) else None
    except CellError as error:
        raise ListRefused(f"第{line}行的决定日期“{_cell(cells, at)[:20]}”{error.reason}。请核对后重新上传。") from error
    if day is None:
        raise ListRefused(f"第{line}行没有决定日期。请补填后重新上传。")
    if day > on:
        raise ListRefused(f"第{line}行的决定日期{day}晚于今天（{on}）。请按决定书核对后重新上传。")
    return day
