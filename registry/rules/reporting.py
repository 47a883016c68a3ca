"""Credit records beside 双公示 as a department's system reports them: their fields, and one row checked.

Penalties and permits go by the national template (`registry.rules.publicity`); what is here is what that template has no
sheet for. Faults and remarks have the template's form, so that one page and one answer show both.
"""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Final, NamedTuple

from registry.rules.details import AccidentInput, RecordInput, confirm_faults, content_faults
from registry.rules.identifiers import check_identity, check_uscc, is_sole_trader, normalize_code
from registry.rules.masking import mask_document_number, mask_text
from registry.rules.names import clean_document_number, clean_name, comparable_document_number, comparable_name
from registry.rules.publicity import Cell, Party, PartyKind, RowError
from registry.rules.publicity.cells import CellError, cell_date, cell_text, cell_yuan, code_text
from registry.rules.publicity.masked import masked_error
from registry.rules.publicity.values import IDENTITY_CARD, IDENTITY_TYPES

KIND: Final = "records"
LABEL: Final = "信用记录"

RECORD_KINDS: Final = {
    "accident": "生产安全事故",
    "misconduct": "失信行为认定",
    "compulsory": "行政强制",
    "judgment": "司法裁判",
    "honour": "表彰荣誉",
    "inspection": "检查结果",
}


class Field(NamedTuple):
    """One field of a row: its name, Chinese label, longest text in characters."""

    code: str
    label: str
    most: int = 200


FIELDS: Final = (
    Field("name", "主体名称"), Field("code", "统一社会信用代码", 40), Field("document_type", "证件类型", 64),
    Field("document_number", "证件号码", 64), Field("kind", "记录种类", 20), Field("number", "文书号", 128),
    Field("title", "事由"), Field("facts", "事实", 5000), Field("occurred_on", "发生日期"),
    Field("decided_on", "决定日期"), Field("deaths", "死亡人数", 9), Field("injured", "重伤人数", 9),
    Field("loss", "直接经济损失（万元）", 30), Field("is_liable", "负有责任", 2),
)  # fmt: skip
CODES: Final = tuple(each.code for each in FIELDS)
_LABELS: Final = {each.code: each.label for each in FIELDS}
_FIGURES: Final = ("deaths", "injured", "loss", "is_liable")
_YES_NO: Final = {"": True, "是": True, "否": False}
_SHEETS_OWN: Final = "CF_XDR_ZJHM"  # where the national sheet has a person's number
_WAY_OUT: Final = "请更正后重新报送"


class CreditRow(NamedTuple):
    """One checked row: whom it is about, and the record as it is entered. Identity numbers: never log, never publish."""

    party: Party
    content: RecordInput

    @property
    def number(self) -> str:
        """The document number."""
        return self.content.number


class CreditResult(NamedTuple):
    """The outcome of a row's check: its values when nothing is wrong, else None; faults; remarks."""

    values: CreditRow | None
    errors: tuple[RowError, ...] = ()
    warnings: tuple[str, ...] = ()


class _Draft:
    """A row under check: readers return a value, or an empty one after noting the fault."""

    def __init__(self, cells: Sequence[Cell]) -> None:
        self.cells = dict(zip(CODES, cells, strict=True))
        self.texts = {code: cell_text(cell) for code, cell in self.cells.items()}
        self.errors: list[RowError] = []
        for each in FIELDS:
            if len(self.texts[each.code]) > each.most:
                self.refuse(
                    each.code, f"超过最长{each.most}字（现有{len(self.texts[each.code])}字）", "请缩短后重新填写"
                )

    def refuse(self, code: str, reason: str, way_out: str = _WAY_OUT) -> None:
        value = self.texts.get(code, "")
        shown = mask_document_number(value) if code == "document_number" else mask_text(value[:60])
        error = RowError(code, _LABELS.get(code, "整行"), shown, mask_text(reason).rstrip("。"), way_out)
        if code == "document_number":  # what is wrong with a number may quote a part of it
            error = masked_error(error._replace(column=_SHEETS_OWN), is_person=True)._replace(column=code)
        self.errors.append(error)

    def require(self, code: str) -> str:
        if not self.texts[code]:
            self.refuse(code, "必填项为空", "请补填")
        return self.texts[code]

    def code_of(self, code: str) -> str:
        try:
            return normalize_code(code_text(self.cells[code]))
        except CellError as error:
            self.refuse(code, error.reason, error.way_out)
            return ""

    def day(self, code: str) -> dt.date | None:
        try:
            return cell_date(self.cells[code])
        except CellError as error:
            self.refuse(code, error.reason, error.way_out)
            return None

    def count(self, code: str) -> int:
        text = self.texts[code] or "0"
        if not (text.isascii() and text.isdigit() and len(text) <= 6):
            self.refuse(code, "不是人数", "请填写零或正整数")
            return 0
        return int(text)

    def yuan(self, code: str) -> Decimal:
        try:
            return cell_yuan(self.cells[code]) or Decimal(0)
        except CellError as error:
            self.refuse(code, error.reason, error.way_out)
            return Decimal(0)


def arrange(row: Mapping[str, Cell]) -> list[Cell]:
    """Return a reported object's values in the order of `FIELDS`."""
    return [row.get(code) for code in CODES]


def is_about_person(cells: Sequence[Cell]) -> bool:
    """Tell whether a row means a natural person: it gives a document number."""
    return bool(cell_text(cells[CODES.index("document_number")]))


def check_credit_row(cells: Sequence[Cell], on: dt.date) -> CreditResult:
    """Check one row (values in the order of `FIELDS`) as of the day `on`; every fault is found, not only the first.

    A document number is always asked for: by it alone a record that was reported before is known again.
    """
    draft = _Draft(cells)
    party = _party(draft, on)
    content = RecordInput(
        kind=_kind(draft), title=" ".join(draft.require("title").split()),
        number=clean_document_number(draft.require("number")), facts=draft.texts["facts"],
        occurred_on=draft.day("occurred_on"), decided_on=draft.day("decided_on"), detail=_detail(draft),
    )  # fmt: skip
    if not draft.errors:
        faults = content_faults(content, on=on) + confirm_faults(
            kind=content.kind, number=content.number, occurred_on=content.occurred_on, decided_on=content.decided_on
        )
        for fault in faults:
            draft.refuse(fault.field, fault.message)
    if draft.errors or party is None:
        return CreditResult(None, tuple(draft.errors))
    return CreditResult(CreditRow(party, content))


def check_credit_rows(rows: Sequence[Sequence[Cell]], on: dt.date) -> Iterator[CreditResult]:
    """Check rows of one upload in their order; one that repeats an earlier good row is refused."""
    seen: dict[tuple[str, ...], int] = {}
    for place, cells in enumerate(rows, start=1):
        result = check_credit_row(cells, on)
        if result.values is not None:
            earlier = seen.setdefault(_decision_key(result.values), place)
            if earlier != place:
                error = RowError(
                    "number", _LABELS["number"], result.values.number,
                    f"与第{earlier}行是同一主体的同一文书，重复填报", "请核对文书号，确属重复的删除本行",
                )  # fmt: skip
                result = CreditResult(None, (error,))
        yield result


def credit_differences(recorded: RecordInput, reported: RecordInput) -> tuple[str, ...]:
    """Return the Chinese labels of the fields in which two records of one document differ; width, spaces and line breaks
    make no difference."""
    names = ("title", "facts", "occurred_on", "decided_on")
    found = [_LABELS[name] for name in names if _even(getattr(recorded, name)) != _even(getattr(reported, name))]
    before, now = recorded.detail, reported.detail
    if isinstance(before, AccidentInput) and isinstance(now, AccidentInput):
        found += [_LABELS[name] for name in _FIGURES if getattr(before, name) != getattr(now, name)]
    return tuple(found)


def credit_without_identities(values: CreditRow) -> CreditRow:
    """Return the row with identity and mobile telephone numbers in its free texts masked; the same row where there are
    none."""
    content = values.content
    title, facts = mask_text(content.title), mask_text(content.facts)
    if (title, facts) == (content.title, content.facts):
        return values
    return values._replace(content=_replaced(content, title, facts))


def field_of(name: str) -> tuple[str, str]:
    """Return name and label of the reported field that a record's or a subject's field comes from; empty for others."""
    code = "code" if name == "uscc" else name
    return (code, _LABELS[code]) if code in _LABELS else ("", "")


def _replaced(content: RecordInput, title: str, facts: str) -> RecordInput:
    return RecordInput(
        kind=content.kind, title=title, number=content.number, facts=facts, occurred_on=content.occurred_on,
        decided_on=content.decided_on, detail=content.detail,
    )  # fmt: skip


def _kind(draft: _Draft) -> str:
    kind = draft.require("kind")
    if kind and kind not in RECORD_KINDS:
        listed = "、".join(f"{code}（{label}）" for code, label in RECORD_KINDS.items())
        draft.refuse(
            "kind", "不是可以报送的记录种类", f"请从以下选项中选填：{listed}；行政处罚和行政许可请按双公示报送"
        )
    return kind


def _detail(draft: _Draft) -> AccidentInput | None:
    if draft.texts["kind"] != "accident":
        for code in _FIGURES:
            if draft.texts[code]:
                draft.refuse(code, "只有生产安全事故才填写这一项", "请清空本项，或者改正记录种类")
        return None
    liable = draft.texts["is_liable"]
    if liable not in _YES_NO:
        draft.refuse("is_liable", "不是可识别的答案", "请填写“是”或者“否”")
    return AccidentInput(
        deaths=draft.count("deaths"), injured=draft.count("injured"), loss=draft.yuan("loss"),
        is_liable=_YES_NO.get(liable, True),
    )  # fmt: skip


def _party(draft: _Draft, on: dt.date) -> Party | None:
    name = clean_name(draft.require("name"))
    code, number = draft.code_of("code"), draft.code_of("document_number")
    if code and number:
        draft.refuse("code", "统一社会信用代码和证件号码只能填写一项", "主体是单位的只填代码，是自然人的只填证件号码")
        return None
    if number:
        return _person(draft, name, number, on)
    if not code:
        draft.refuse(
            "code", "没有填写统一社会信用代码或者证件号码", "主体是单位的请填代码，是自然人的请填证件类型和证件号码"
        )
        return None
    result = check_uscc(code)
    for error in result.errors:
        draft.refuse("code", error.message, "请按登记证照核对后填写18位代码")
    kind = PartyKind.SOLE_TRADER if is_sole_trader(result.normalized) else PartyKind.ORGANIZATION
    return Party(kind=kind, name=name, uscc=result.normalized)


def _person(draft: _Draft, name: str, number: str, on: dt.date) -> Party:
    kind = draft.texts["document_type"] or IDENTITY_CARD
    if kind not in IDENTITY_TYPES:
        draft.refuse("document_type", "不是可用的证件类型", f"请从以下选项中选填：{'、'.join(IDENTITY_TYPES)}")
    elif kind == IDENTITY_CARD:
        for error in check_identity(number, on=on).errors:
            draft.refuse("document_number", error.message, "请按证件核对后填写")
    return Party(kind=PartyKind.PERSON, name=name, identity_type=kind, identity_number=number)


def _decision_key(values: CreditRow) -> tuple[str, ...]:
    party = values.party
    return values.content.kind, comparable_document_number(values.number), party.uscc or party.identity_number


def _even(value: str | dt.date | None) -> object:
    return comparable_name(value) if isinstance(value, str) else value
