"""What comes back from a publication channel: a sheet that says row by row what became of it, or an answer over HTTP.

Sheets come in two shapes: our own rows with a column of results, or only the rows that failed with a column of reasons,
as the national platform gives them back. Columns are known by the national codes, the template's labels and the plain
headings in use. No database.
"""

import json
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from registry.rules.identifiers import normalize_code
from registry.rules.masking import mask_text
from registry.rules.names import comparable_document_number, comparable_name
from registry.rules.publicity import Cell
from registry.rules.publicity.cells import cell_text

ROWS_MOST: Final = 50_000
REASON_MOST: Final = 500
RECEIVED: Final = "received"
_ANSWERS: Final = {"accepted": True, "refused": False}


def _keys(*names: str) -> frozenset[str]:
    return frozenset(map(comparable_name, names))


_PENALTY_NUMBERS: Final = _keys("CF_WSH", "行政处罚决定书文号", "行政处罚决定文书号", "处罚决定书文号")
_PERMIT_NUMBERS: Final = _keys("XK_WSH", "许可文书号", "行政许可决定文书号", "行政许可文书号")
_NUMBERS: Final = _PENALTY_NUMBERS | _PERMIT_NUMBERS | _keys("文书号", "决定书文号", "决定文书号")
_NAMES: Final = _keys("CF_XDR_MC", "XK_XDR_MC", "行政相对人名称", "当事人", "当事人名称", "相对人名称")
_CODES: Final = _keys(
    "CF_XDR_SHXYM",
    "XK_XDR_SHXYM",
    "统一社会信用代码",
    "行政相对人统一社会信用代码",
    "行政相对人代码_1(统一社会信用代码)",
)
_RESULTS: Final = _keys("结果", "处理结果", "校验结果", "审核结果", "接收结果", "入库结果", "入库状态", "处理状态")
_REASONS: Final = _keys("失败原因", "原因", "退回原因", "错误原因", "错误信息", "校验信息", "不通过原因", "未通过原因")
WITHDRAWAL_LABEL: Final = "撤销原因"
_YES: Final = _keys(
    "成功", "通过", "合格", "接收", "已接收", "入库", "已入库", "入库成功", "校验通过", "审核通过", "accepted", "1"
)
_NO: Final = _keys(
    "失败", "不通过", "未通过", "不合格", "退回", "已退回", "拒绝", "入库失败", "校验不通过", "校验失败", "审核不通过", "refused",
    "0",
)  # fmt: skip


class SheetRefused(ValueError):
    """The sheet cannot be read as an acknowledgement; the message is Chinese and says where and what to do."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What a channel says about one row. `kind`: "penalty", "permit", or "" where the sheet does not tell."""

    line: int
    number: str
    number_normalized: str
    name_normalized: str
    code: str
    kind: str
    is_accepted: bool
    reason: str


@dataclass(frozen=True, slots=True)
class Sheet:
    """The answers of a sheet. `is_failures`: it names only what failed, so that the rest of its file was taken;
    `is_withdrawal`: it is about rows that were to be withdrawn."""

    answers: tuple[Answer, ...]
    is_failures: bool
    is_withdrawal: bool


@dataclass(frozen=True, slots=True)
class _Places:
    number: int
    name: int | None
    code: int | None
    result: int | None
    reason: int | None
    kind: str


def is_header(row: Sequence[Cell]) -> bool:
    """Whether a row names a column of document numbers, one of the party, and one of results or reasons."""
    return _places(row) is not None


def answers_of(header: Sequence[Cell], rows: Iterable[tuple[int, Sequence[Cell]]]) -> Sheet:
    """Read the rows below a header. Raises SheetRefused: columns missing, a result that says neither, too many rows."""
    places = _places(header)
    if places is None:
        raise SheetRefused(
            "没有找到回执需要的列。须有文书号、行政相对人名称（或者统一社会信用代码），以及“处理结果”或者“失败原因”。"
            "请使用平台返回的原文件，不要改动表头。"
        )
    answers = tuple(_answers(places, rows))
    if not answers and places.result is not None:
        raise SheetRefused("回执中没有数据行。请核对是否选错了文件。")
    about = comparable_name(WITHDRAWAL_LABEL)
    is_withdrawal = any(comparable_name(cell_text(cell)) == about for cell in header)
    return Sheet(answers, is_failures=places.result is None, is_withdrawal=is_withdrawal)


def _places(header: Sequence[Cell]) -> _Places | None:
    keys = [comparable_name(cell_text(cell)).replace("*", "") for cell in header]

    def at(names: frozenset[str]) -> int | None:
        return next((place for place, key in enumerate(keys) if key in names), None)

    number, name, code, result, reason = map(at, (_NUMBERS, _NAMES, _CODES, _RESULTS, _REASONS))
    if number is None or (name is None and code is None) or (result is None and reason is None):
        return None
    kind = "penalty" if keys[number] in _PENALTY_NUMBERS else "permit" if keys[number] in _PERMIT_NUMBERS else ""
    return _Places(number, name, code, result, reason, kind)


def _answers(places: _Places, rows: Iterable[tuple[int, Sequence[Cell]]]) -> Iterator[Answer]:
    count = 0
    for line, cells in rows:
        number = _text(cells, places.number)
        if not number or number.startswith("表格说明"):
            continue
        count += 1
        if count > ROWS_MOST:
            raise SheetRefused(f"回执超过{ROWS_MOST}行。请按报送文件拆分后分次读入。")
        reason = _text(cells, places.reason)
        yield Answer(
            line=line,
            number=number[:128],
            number_normalized=comparable_document_number(number),
            name_normalized=comparable_name(_text(cells, places.name)),
            code=normalize_code(_text(cells, places.code)),
            kind=places.kind,
            is_accepted=_is_accepted(places, cells, line),
            reason=mask_text(reason)[:REASON_MOST],
        )


def _is_accepted(places: _Places, cells: Sequence[Cell], line: int) -> bool:
    if places.result is None:
        # A failed row may lack a reason; that it stands here is what counts.
        return False
    result = _text(cells, places.result)
    key = comparable_name(result)
    if key in _YES:
        return True
    if key in _NO:
        return False
    raise SheetRefused(f"第{line}行的处理结果“{result[:20]}”看不出是接收还是退回。请改为“成功”或者“失败”后重新上传。")


def _text(cells: Sequence[Cell], at: int | None) -> str:
    return cell_text(cells[at]).strip() if at is not None and at < len(cells) else ""


@dataclass(frozen=True, slots=True)
class HttpAnswer:
    """What a receiver answered to a pushed row. `is_accepted` None: it has the row and answers later."""

    is_accepted: bool | None
    reason: str = ""


def http_answer(body: bytes) -> HttpAnswer | None:
    """Read `{"result": "accepted" | "refused" | "received", "reason": "…"}`; None for anything else.

    Something that answers 200 to everything (a proxy's page, an empty body) has not taken the row.
    """
    try:
        given = json.loads(body)
    except (ValueError, RecursionError):
        return None
    if not isinstance(given, dict) or not isinstance(given.get("result"), str):
        return None
    reason = given.get("reason", "")
    if not isinstance(reason, str):
        return None
    if given["result"] == RECEIVED:
        return HttpAnswer(None)
    if given["result"] not in _ANSWERS:
        return None
    return HttpAnswer(_ANSWERS[given["result"]], mask_text(reason)[:REASON_MOST])
