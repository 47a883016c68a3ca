"""Which sheet is this? Recognise the national layout by column codes or Chinese labels, in whatever order.

The layout of 2015–2018 (20 columns for licences, 24 for penalties) lacks mandatory facts; it is recognised
so that the refusal can say so.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from registry.rules.names import comparable_name
from registry.rules.publicity.cells import Cell, cell_text
from registry.rules.publicity.layout import COLUMNS, Column, Kind, Required

REASON_LABEL = "失败原因"

_CODE = re.compile(r"(?:XK|CF)_[A-Z0-9_]+", re.ASCII)
_NOTE = re.compile(r"\((?:必填|选填|条件必填|条件选填)\)")
_ENOUGH_COLUMNS = 5
_OLD_MARKS = frozenset(
    comparable_name(text)
    for text in (
        "XK_XMMC",
        "XK_SPLB",
        "XK_XDR",
        "XK_XDR_ZDM",
        "XK_XDR_GSDJ",
        "XK_XDR_SFZ",
        "XK_FR",
        "XK_JZQ",
        "XK_XZJG",
        "CF_CFMC",
        "CF_CFLB1",
        "CF_CFLB2",
        "CF_XDR_ZDM",
        "CF_XDR_GSDJ",
        "CF_XDR_SFZ",
        "CF_FR",
        "CF_JG",
        "CF_SXQ",
        "CF_JZQ",
        "CF_XZJG",
        "CF_ZT",
        "DFBM",
        "SJC",
        "项目名称",
        "审批类别",
        "地方编码",
        "数据更新时间戳",
        "居民身份证号",
        "处罚名称",
        "处罚类别1",
        "处罚类别2",
        "处罚事由",
        "处罚结果",
        "处罚生效期",
        "处罚截止期",
        "许可截止期",
        "许可生效期",
        "信息使用范围",
    )
)


class LayoutError(ValueError):
    """The sheet cannot be taken in. `code`: old-layout, unknown-layout, missing-columns or repeated-column.

    The message is Chinese and names the columns concerned and the way out.
    """

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class SheetLayout:
    """A recognised header: the kind, and for each national column where it stands in the file (None:
    absent).
    """

    kind: Kind
    positions: tuple[int | None, ...]
    ignored: tuple[str, ...]
    is_national_order: bool

    @property
    def absent(self) -> tuple[Column, ...]:
        """The optional columns that the file leaves out."""
        pairs = zip(COLUMNS[self.kind], self.positions, strict=True)
        return tuple(column for column, position in pairs if position is None)

    def arrange(self, row: Sequence[Cell]) -> list[Cell]:
        """Return a file's row in the national order; short rows are filled up with nothing."""
        width = len(row)
        if width >= len(self.positions) and self.is_national_order:
            return list(row[: len(self.positions)])
        return [row[p] if p is not None and p < width else None for p in self.positions]


def recognize(header: Sequence[Cell]) -> SheetLayout:
    """Return the layout that a header row shows.

    Raises LayoutError for the layout of 2015–2018, for a sheet that is neither, for a missing mandatory
    column and for a column that stands twice. Columns that the template does not know are ignored and named
    in the result.
    """
    keys = [_key(cell) for cell in header]
    found = {kind: _positions(kind, keys) for kind in Kind}
    kind = max(found, key=lambda k: (len(found[k]), _own_prefix(k, keys)))
    missing = _missing(kind, found[kind])
    if missing and len(_OLD_MARKS.intersection(keys)) >= 2:
        raise LayoutError(
            "old-layout",
            (
                f"这是2015至2018年的旧版“双公示”表（本表{len(keys)}列，旧版许可20列、处罚24列），缺少现行国家标准的必填项。"
                f"请下载现行模板（行政许可28列、行政处罚30列），补齐后重新上传"
            ),
        )
    if len(found[kind]) < _ENOUGH_COLUMNS:
        raise LayoutError(
            "unknown-layout",
            (
                "表头不是国家“双公示”模板：未找到 XK_ 或 CF_ 开头的列代码，也未找到模板的中文列名。"
                "请使用现行模板（行政许可28列、行政处罚30列），且表头放在第一行"
            ),
        )
    _refuse_missing(kind, missing)
    _refuse_repeated(kind, keys)
    columns = COLUMNS[kind]
    used = set(found[kind].values())
    ignored = tuple(cell_text(cell) for i, cell in enumerate(header) if i not in used and cell_text(cell))
    positions = tuple(found[kind].get(index) for index in range(len(columns)))
    return SheetLayout(kind, positions, ignored, positions == tuple(range(len(columns))))


def is_header(row: Sequence[Cell]) -> bool:
    """Tell whether a row looks like the header of a national sheet, new or old, so that title rows can be
    passed over.
    """
    keys = [_key(cell) for cell in row]
    if sum(1 for key in keys if key in _OLD_MARKS) >= _ENOUGH_COLUMNS:
        return True
    return any(len(_positions(kind, keys)) >= _ENOUGH_COLUMNS for kind in Kind)


def national_header(kind: Kind) -> tuple[list[str], list[str]]:
    """Return the column codes and the Chinese labels of a sheet, in the national order."""
    return [column.code for column in COLUMNS[kind]], [column.label for column in COLUMNS[kind]]


@lru_cache(maxsize=4096)
def _key_of(text: str) -> str:
    key = comparable_name(text).replace("*", "")
    code = _CODE.search(key)
    if code:
        return code.group(0)
    return "BZ" if key.endswith("(BZ)") else _NOTE.sub("", key)


def _key(cell: Cell) -> str:
    return _key_of(cell_text(cell))


@lru_cache(maxsize=2)
def _index(kind: Kind) -> dict[str, int]:
    index: dict[str, int] = {}
    for position, column in enumerate(COLUMNS[kind]):
        for name in (column.code, column.label, *column.aliases):
            index[_key_of(name)] = position
    return index


def _positions(kind: Kind, keys: Sequence[str]) -> dict[int, int]:
    """Return national position → position in the file, the first where a column stands twice."""
    index = _index(kind)
    found: dict[int, int] = {}
    for position, key in enumerate(keys):
        column = index.get(key)
        if column is not None:
            found.setdefault(column, position)
    return found


def _own_prefix(kind: Kind, keys: Sequence[str]) -> int:
    prefix, word = ("XK_", "许可") if kind is Kind.LICENCE else ("CF_", "处罚")
    return sum(1 for key in keys if key.startswith(prefix) or word in key)


def _missing(kind: Kind, found: dict[int, int]) -> list[Column]:
    return [
        column
        for index, column in enumerate(COLUMNS[kind])
        if column.required is not Required.NEVER and index not in found
    ]


def _refuse_missing(kind: Kind, missing: Sequence[Column]) -> None:
    if missing:
        names = "、".join(f"{column.label}（{column.code}）" for column in missing)
        raise LayoutError("missing-columns", f"{kind.label}表缺少列：{names}。请补上这些列后重新上传")


def _refuse_repeated(kind: Kind, keys: Sequence[str]) -> None:
    index = _index(kind)
    seen: dict[int, int] = {}
    for position, key in enumerate(keys):
        column = index.get(key)
        if column is None:
            continue
        if column in seen:
            name = COLUMNS[kind][column]
            raise LayoutError(
                "repeated-column",
                (
                    f"列“{name.label}”（{name.code}）出现了两次：第{seen[column] + 1}列和第{position + 1}列。请只保留一列"
                ),
            )
        seen[column] = position
