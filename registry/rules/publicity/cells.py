"""From a cell as a spreadsheet holds it to text, a date or an amount, or a clear word why not."""

import datetime as dt
import re
import unicodedata
from decimal import Decimal, InvalidOperation
from functools import lru_cache

Cell = str | float | int | None
"""What a reader hands over: text, a number, or nothing. Dates come as ISO text or as the sheet's serial
number.
"""

_EXACT_FLOAT = 1e15
_SERIAL_DAY_ZERO = dt.date(1899, 12, 30)
# Serial numbers of 1954 to 2119: what lies outside is a typing error, not a date of these sheets.
_SERIALS = range(20_000, 80_500)
_DATE = re.compile(
    r"(\d{4})(?:-|/|\.|年)(\d{1,2})(?:-|/|\.|月)(\d{1,2})日?(?:[T ]+\d{1,2}:\d{2}(?::\d{2}(?:\.\d+)?)?)?", re.ASCII
)
_COMPACT_DATE = re.compile(r"(\d{4})(\d{2})(\d{2})", re.ASCII)
_NUMBER = re.compile(r"\d{1,8}(?:\.0+)?", re.ASCII)
_SCIENTIFIC = re.compile(r"\d(?:\.\d+)?E\+\d+", re.ASCII)
# Controls but tab and line feed, zero-width and direction marks, soft hyphen, byte order mark.
_CONTROLS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\xad\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff]")
_WHOLE = re.compile(r"-?\d+\.0+", re.ASCII)
_AMOUNT = re.compile(r"-?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?", re.ASCII)
_TEN_THOUSAND = Decimal(10_000)
_SMALLEST = Decimal("0.000001")
_LARGEST = Decimal(10) ** 12
_NO_END_WORDS = frozenset({"长期", "长期有效", "永久", "永久有效", "无固定期限", "无期限"})
_NO_END = dt.date(2099, 12, 31)


class CellError(ValueError):
    """A cell cannot be read as what its column holds. `reason` says why, `way_out` what to do."""

    def __init__(self, reason: str, way_out: str) -> None:
        super().__init__(reason)
        self.reason = reason
        self.way_out = way_out


def cell_text(cell: Cell) -> str:
    """Return a cell as trimmed text; a whole number loses its `.0`, control characters go."""
    if type(cell) is str:
        text = cell.strip()
        return text if text.isprintable() else _without_controls(text)
    if cell is None:
        return ""
    if isinstance(cell, float):
        return str(int(cell)) if cell.is_integer() and abs(cell) < _EXACT_FLOAT else repr(cell)
    return str(cell).strip()


def code_text(cell: Cell) -> str:
    """Return the text of a cell that holds a code, `1.0` as `1`.

    Raises CellError when a spreadsheet has kept only 15 of its digits.
    """
    text = cell_text(cell)
    if "." in text or "e" in text or "E" in text:
        if _SCIENTIFIC.fullmatch(text.upper()):
            raise _digits_lost(text)
        if _WHOLE.fullmatch(text):
            text = text.partition(".")[0]
    if type(cell) is not str and len(text) > 15:
        raise _digits_lost(text)
    return text


def _digits_lost(text: str) -> CellError:
    return CellError(
        f"单元格是数值格式（{text}），表格软件只保留15位有效数字，末位已经失真",
        "请先把该列设为文本格式，再重新填写完整的号码",
    )


def _without_controls(text: str) -> str:
    return _CONTROLS.sub("", text).replace("\u00a0", " ").strip()


def cell_date(cell: Cell) -> dt.date | None:
    """Return the date in a cell: ISO or other Chinese writing, 20260105, or a spreadsheet's serial number.

    None for an empty cell. Raises CellError for anything else, also for a day that does not exist.
    """
    text = cell_text(cell)
    return _date_of(text) if text else None


@lru_cache(maxsize=16_384)
def _date_of(text: str) -> dt.date:
    plain = unicodedata.normalize("NFKC", text).strip()
    match = _DATE.fullmatch(plain.replace("年 ", "年").replace("月 ", "月")) or _COMPACT_DATE.fullmatch(plain)
    if match is not None:
        try:
            return dt.date(*(int(part) for part in match.groups()))
        except ValueError:
            raise CellError(f"“{text}”不是真实存在的日期", "请核对年、月、日，按2026-01-31的形式填写") from None
    if _NUMBER.fullmatch(plain) and int(float(plain)) in _SERIALS:
        return _SERIAL_DAY_ZERO + dt.timedelta(days=int(float(plain)))
    if plain in _NO_END_WORDS:
        raise CellError(f"“{text}”不是日期", f"长期有效请填写{_NO_END}")
    raise CellError(f"“{text}”不是可识别的日期", "请按2026-01-31的形式填写")


def cell_yuan(cell: Cell) -> Decimal | None:
    """Return the yuan of a cell that holds 万元 as decimal(18,6); None for an empty cell.

    Raises CellError for text that is no amount, for an amount in another unit, negative or too fine.
    """
    text = cell_text(cell)
    if not text:
        return None
    plain = unicodedata.normalize("NFKC", text).replace(" ", "").lstrip("¥￥").removesuffix("万元")
    if plain.endswith("元"):
        raise CellError(f"“{text}”带有单位“元”，本列单位是万元", "请换算为万元后只填数字，2000元填0.2")
    if isinstance(cell, float) and "e" in plain:
        plain = f"{cell:.6f}"
    if not _AMOUNT.fullmatch(plain):
        raise CellError(f"“{text}”不是金额", "请只填以万元为单位的数字，2000元填0.2")
    return _checked_amount(Decimal(plain.replace(",", "")), text, inexact=isinstance(cell, float))


def _checked_amount(amount: Decimal, text: str, *, inexact: bool) -> Decimal:
    if amount < 0:
        raise CellError(f"金额“{text}”小于零", "请填写零或正数")
    if amount >= _LARGEST:
        raise CellError(f"金额“{text}”超出整数12位", "请核对金额，本列单位是万元")
    try:
        rounded = amount.quantize(_SMALLEST)
    except InvalidOperation:
        raise CellError(f"“{text}”不是金额", "请只填以万元为单位的数字，2000元填0.2") from None
    # A binary number such as 0.30000000000000004 is what the spreadsheet made of 0.3; text is taken at its
    # word.
    if rounded != amount and not (inexact and abs(rounded - amount) < Decimal("1e-9")):
        raise CellError(f"金额“{text}”超过6位小数", "请按万元填写，最多6位小数")
    return (rounded * _TEN_THOUSAND).quantize(Decimal("0.01"))
