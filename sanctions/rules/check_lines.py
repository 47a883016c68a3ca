"""The lines of a check as they are pasted or uploaded: which part of a line is a code, which is a name.

Pure: texts and cells in, questions out. Rows keep the number that the officer sees, so that a fault can be found.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Final

from registry.rules.publicity import Cell
from registry.rules.publicity.cells import CellError, cell_text, code_text
from sanctions.rules.checking import Asked

_SEPARATORS = re.compile(r"[\t,，;；|]+")
_CODE = re.compile(r"[0-9A-Za-z][0-9A-Za-z-]{7,}", re.ASCII)
_CODE_DIGITS_LEAST: Final = 5
_CODE_LENGTH: Final = 18
_SERIAL = re.compile(r"\d{1,4}[.、．)）]?", re.ASCII)
_NUMBERED = re.compile(r"^\s*\d{1,4}[.、．)）]\s*(?=\D)")
_CODE_LABELS: Final = frozenset(
    {"统一社会信用代码", "社会信用代码", "信用代码", "代码", "组织机构代码", "工商注册号", "注册号", "证件号码",
     "身份证号", "身份证号码", "公民身份号码"}
)  # fmt: skip
_NAME_LABELS: Final = frozenset(
    {"名称", "主体名称", "企业名称", "单位名称", "公司名称", "机构名称", "申请人", "投标人", "姓名", "行政相对人名称"}
)


class LineRefused(ValueError):
    """A line that cannot be one question. `number` counts from 1 as the officer sees it; `reason` is Chinese."""

    def __init__(self, number: int, reason: str) -> None:
        super().__init__(f"第{number}行{reason}")
        self.number = number
        self.message = f"第{number}行{reason}"


def asked_of_text(text: str) -> list[Asked]:
    """Read one question a line: a name, a code, or both in any order. Empty lines are passed over.

    Raises LineRefused for a line with two codes.
    """
    lines = enumerate(text.splitlines(), start=1)
    return [_asked_of_line(line, number) for number, line in lines if line.strip()]


def asked_of_rows(rows: Iterable[tuple[int, Sequence[Cell]]]) -> list[Asked]:
    """Read one question a row of a table, `rows` being (number in the file, cells).

    A first row of labels (名称, 统一社会信用代码 …) tells the columns; without one each row is read as a line.
    Raises LineRefused, also for a number of which the spreadsheet has kept only 15 digits.
    """
    asked: list[Asked] = []
    columns: tuple[list[int], list[int]] | None = None
    for number, cells in rows:
        if not any(cell_text(cell) for cell in cells):
            continue
        if columns is None and not asked and is_header(cells):
            columns = _columns(cells)
            continue
        asked.append(_asked_of_cells(cells, columns, number))
    return asked


def is_header(cells: Sequence[Cell]) -> bool:
    """Tell whether a row holds the labels of columns rather than a question."""
    return any(_label(cell) in _CODE_LABELS | _NAME_LABELS for cell in cells)


def _label(cell: Cell) -> str:
    return "".join(unicodedata.normalize("NFKC", cell_text(cell)).split()).strip("*:")


def _columns(cells: Sequence[Cell]) -> tuple[list[int], list[int]]:
    labels = [_label(cell) for cell in cells]
    codes = [place for place, label in enumerate(labels) if label in _CODE_LABELS]
    return codes, [place for place, label in enumerate(labels) if label in _NAME_LABELS]


def _asked_of_cells(cells: Sequence[Cell], columns: tuple[list[int], list[int]] | None, number: int) -> Asked:
    texts = [_cell(cell, number) for cell in cells]
    if columns is None:
        return _asked_of_line("\t".join(texts), number)
    codes, names = ([texts[place] for place in places if place < len(texts)] for places in columns)
    return Asked(next(filter(None, codes), ""), next(filter(None, names), ""))


def _cell(cell: Cell, number: int) -> str:
    try:
        return code_text(cell)
    except CellError as error:
        raise LineRefused(number, f"：{error.reason}。{error.way_out}。") from error


def _asked_of_line(line: str, number: int) -> Asked:
    codes: list[str] = []
    names: list[str] = []
    for part in _SEPARATORS.split(_NUMBERED.sub("", line)):
        whole = "".join(part.split())
        if len(whole) <= _CODE_LENGTH and _is_code(whole):  # one code written in groups
            codes.append(whole)
            continue
        for token in part.split():
            if _is_code(token):
                codes.append(token)
            elif not _SERIAL.fullmatch(token):
                names.append(token)
    if len(codes) > 1:
        raise LineRefused(number, "有两个代码，一行只能核查一个主体。请分成两行。")
    code = unicodedata.normalize("NFKC", codes[0]) if codes else ""
    name = " ".join(names)
    # A line of nothing but a short number is looked for as it stands rather than dropped.
    return Asked(code, name) if code or name else Asked("", line.strip())


def _is_code(token: str) -> bool:
    text = unicodedata.normalize("NFKC", token)
    return _CODE.fullmatch(text) is not None and sum(each.isdigit() for each in text) >= _CODE_DIGITS_LEAST
