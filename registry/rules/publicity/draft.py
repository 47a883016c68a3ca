"""One row on its way through the check: its cells, what was found wrong, and the readers of single
columns.
"""

import datetime as dt
from collections.abc import Callable, Sequence
from decimal import Decimal
from functools import lru_cache
from operator import gt, itemgetter
from typing import NamedTuple, TypeVar

from registry.rules.identifiers import IdentifierResult, check_uscc
from registry.rules.masking import mask_document_number
from registry.rules.publicity.cells import Cell, CellError, cell_date, cell_text, cell_yuan, code_text
from registry.rules.publicity.layout import COLUMNS, Column, Form, Kind, Required, column_index

_Value = TypeVar("_Value")
_SHOWN = 60
_UNLIMITED = 1_000
_PERSONAL = ("FR_ZJHM", "XDR_ZJHM")


class RowError(NamedTuple):
    """One fault of a row: column code and label, the value as given, why it is refused, what to do about
    it.
    """

    column: str
    label: str
    value: str
    reason: str
    way_out: str

    @property
    def message(self) -> str:
        """The fault as one Chinese sentence."""
        value = f"（填写的是“{self.value}”）" if self.value and self.value not in self.reason else ""
        return f"{self.label}：{self.reason}{value}。{self.way_out}。"


class _Sheet(NamedTuple):
    """What is the same for every row of a kind, worked out once."""

    columns: tuple[Column, ...]
    positions: dict[str, int]
    always: tuple[int, ...]
    pick_always: Callable[[Sequence[str]], tuple[str, ...]]
    limits: tuple[int, ...]
    codes: tuple[int, ...]


@lru_cache(maxsize=2)
def _sheet(kind: Kind) -> _Sheet:
    columns = COLUMNS[kind]
    always = tuple(i for i, column in enumerate(columns) if column.required is Required.ALWAYS)
    return _Sheet(
        columns,
        column_index(kind),
        always,
        itemgetter(*always),
        # Dates, amounts and unified codes are judged by what they mean, not by their length.
        tuple(_UNLIMITED if c.form in (Form.DATE, Form.MONEY) or c.max_length == 18 else c.max_length for c in columns),
        tuple(i for i, column in enumerate(columns) if column.form is Form.CODE),
    )


class Draft:
    """A row under check. Readers return a value, or an empty one after noting the fault; faults add up."""

    __slots__ = ("_bad", "_cells", "_sheet", "errors", "kind", "on", "texts", "warnings")

    def __init__(self, kind: Kind, cells: Sequence[Cell], on: dt.date) -> None:
        """Take the cells in the national order; mandatory columns, lengths and lost digits are judged at
        once.

        Raises ValueError for a row that has not the sheet's number of columns.
        """
        self._sheet = _sheet(kind)
        if len(cells) != len(self._sheet.columns):
            raise ValueError(f"{kind.label}表应为{len(self._sheet.columns)}列，实为{len(cells)}列。")
        self.kind, self.on, self._cells = kind, on, cells
        self.errors: list[RowError] = []
        self.warnings: list[str] = []
        self._bad: set[int] = set()
        self.texts = [cell.strip() if type(cell) is str else cell_text(cell) for cell in cells]
        if not "".join(self.texts).isprintable():
            self.texts = [cell_text(cell) for cell in cells]
        self._read_codes()
        if not all(self._sheet.pick_always(self.texts)) or any(map(gt, map(len, self.texts), self._sheet.limits)):
            self._judge_form()

    def _judge_form(self) -> None:
        for index in self._sheet.always:
            if not self.texts[index] and index not in self._bad:
                self.refuse(index, "必填项为空", "请补填")
        for index, (text, limit) in enumerate(zip(self.texts, self._sheet.limits, strict=True)):
            if len(text) > limit and index not in self._bad:
                self.refuse(index, f"超过最长{limit}字（现有{len(text)}字）", "请缩短后重新填写")

    def _read_codes(self) -> None:
        for index in self._sheet.codes:
            cell = self._cells[index]
            if not cell or (type(cell) is str and "." not in cell and "+" not in cell):
                continue
            try:
                self.texts[index] = code_text(cell)
            except CellError as error:
                self.refuse(index, error.reason, error.way_out)

    def at(self, code: str) -> int:
        """Return the position of a column."""
        return self._sheet.positions[code]

    def text(self, index: int) -> str:
        """Return a column's text, empty when there is none."""
        return self.texts[index]

    def is_bad(self, index: int) -> bool:
        """Tell whether a fault of this column is noted already, so that one mistake is told once."""
        return index in self._bad

    def refuse(self, index: int, reason: str, way_out: str) -> None:
        """Note a fault of a column."""
        column = self._sheet.columns[index]
        value = self.texts[index]
        shown = mask_document_number(value) if column.code.endswith(_PERSONAL) else value[:_SHOWN]
        self._bad.add(index)
        self.errors.append(RowError(column.code, column.label, shown, reason, way_out))

    def warn(self, index: int, remark: str) -> None:
        """Note a remark that does not refuse the row."""
        self.warnings.append(f"{self._sheet.columns[index].label}：{remark}")

    def require(self, index: int, when: str) -> bool:
        """Refuse an empty column with the condition that makes it mandatory; tell whether it is filled."""
        if self.texts[index]:
            return True
        if index not in self._bad:
            self.refuse(index, f"{when}，本项必填", "请补填")
        return False

    def date(self, index: int) -> dt.date | None:
        """Read a date column."""
        return self._read(index, cell_date)

    def yuan(self, index: int) -> Decimal | None:
        """Read an amount column (万元 in the sheet) as yuan."""
        return self._read(index, cell_yuan)

    def _read(self, index: int, reader: "Callable[[Cell], _Value | None]") -> "_Value | None":
        if not self.texts[index] or index in self._bad:
            return None
        try:
            return reader(self._cells[index])
        except CellError as error:
            self.refuse(index, error.reason, error.way_out)
            return None

    def uscc(self, index: int, *, cached: bool) -> str:
        """Read a unified social credit code; `cached` for authorities, whose few codes recur on every
        row.
        """
        text = self.texts[index]
        if not text or index in self._bad:
            return ""
        result = _authority_uscc(text) if cached else check_uscc(text)
        for error in result.errors:
            self.refuse(index, error.message, "请按登记证照核对后填写18位代码")
        for remark in result.warnings:
            self.warn(index, remark)
        return result.normalized

    def choice(self, index: int, values: Sequence[str], what: str) -> str:
        """Read a column that holds one value of a list; 其他 may be followed by a supplement
        (其他-补充说明).
        """
        text = self.texts[index]
        if not text or index in self._bad:
            return ""
        if text in values:
            return text
        text = "".join(text.split())
        if text in values or ("其他" in values and is_other(text)):
            return text
        self.refuse(index, f"不是模板规定的{what}", f"请从以下选项中选填：{'、'.join(values)}")
        return ""


@lru_cache(maxsize=4096)
def _authority_uscc(text: str) -> IdentifierResult:
    return check_uscc(text)


def is_other(text: str) -> bool:
    """Tell whether a listed value is 其他 with or without a supplement."""
    return text == "其他" or text.startswith(("其他-", "其他－", "其他—", "其他(", "其他（", "其他:", "其他："))
