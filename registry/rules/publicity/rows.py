"""Check one row of a national sheet and turn it into typed values."""

import datetime as dt
import re
from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache
from typing import NamedTuple

from registry.rules.names import clean_document_number, clean_name
from registry.rules.publicity.cells import Cell
from registry.rules.publicity.draft import Draft, RowError, is_other
from registry.rules.publicity.layout import Kind, column_index
from registry.rules.publicity.party import check_party
from registry.rules.publicity.values import (
    CONFISCATION_KINDS,
    FINE_KIND,
    LICENCE_KINDS,
    PENALTY_KINDS,
    REVOCATION_KINDS,
    STATUS_INVALID,
    STATUS_VALID,
    LicenceRow,
    PenaltyRow,
)

_L = column_index(Kind.LICENCE)
_P = column_index(Kind.PENALTY)
_KIND_SEPARATORS = re.compile(r"[;；、，,\n]+")
_STATUS_SPELLINGS = {"有效": STATUS_VALID, "无效": STATUS_INVALID}
# From here on an amount in 万元 is far more often yuan put into the wrong unit than a real fine.
_REMARKABLE_YUAN = Decimal(10_000_000)


class RowResult(NamedTuple):
    """The outcome of a row's check: its values when nothing is wrong, else None; faults; remarks."""

    kind: Kind
    values: LicenceRow | PenaltyRow | None
    errors: tuple[RowError, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def is_good(self) -> bool:
        """Whether the row can be taken in."""
        return not self.errors

    @property
    def reason(self) -> str:
        """All faults as one Chinese text for the reason column of the file given back."""
        return "".join(error.message for error in self.errors)


def check_row(kind: Kind, cells: Sequence[Cell], on: dt.date) -> RowResult:
    """Check a row in the national order as of the day `on`; every fault is found, not only the first.

    Raises ValueError when the number of cells is not the sheet's (see `SheetLayout.arrange`).
    """
    draft = Draft(kind, cells, on)
    values: LicenceRow | PenaltyRow | None = _licence(draft) if kind is Kind.LICENCE else _penalty(draft)
    if draft.errors:
        return RowResult(kind, None, tuple(draft.errors), tuple(draft.warnings))
    return RowResult(kind, values, (), tuple(draft.warnings))


def _licence(draft: Draft) -> LicenceRow | None:
    party = check_party(draft)
    decided_on = _decided_on(draft, _L["XK_JDRQ"])
    valid_from, valid_until = draft.date(_L["XK_YXQZ"]), draft.date(_L["XK_YXQZI"])
    if valid_from and valid_until and valid_until < valid_from:
        draft.refuse(_L["XK_YXQZI"], f"有效期至{valid_until}早于有效期自{valid_from}", "请核对起止日期")
    licence_kind = draft.choice(_L["XK_XKLB"], LICENCE_KINDS, "许可类别")
    authority_code = draft.uscc(_L["XK_XKJGDM"], cached=True)
    source_code = draft.uscc(_L["XK_LYDWDM"], cached=True)
    status = _status(draft)
    if party is None or decided_on is None or valid_from is None or valid_until is None:
        return None
    texts = draft.texts
    return LicenceRow(
        party=party,
        document_name=texts[_L["XK_XKWS"]],
        number=clean_document_number(texts[_L["XK_WSH"]]),
        licence_kind=licence_kind,
        certificate_name=texts[_L["XK_XKZS"]],
        certificate_number=texts[_L["XK_XKBH"]],
        content=texts[_L["XK_NR"]],
        decided_on=decided_on,
        valid_from=valid_from,
        valid_until=valid_until,
        authority=_authority_name(texts[_L["XK_XKJG"]]),
        authority_code=authority_code,
        status=status,
        source=_authority_name(texts[_L["XK_LYDW"]]),
        source_code=source_code,
        remark=texts[_L["BZ"]],
    )


def _penalty(draft: Draft) -> PenaltyRow | None:
    party = check_party(draft)
    decided_on = _decided_on(draft, _P["CF_JDRQ"])
    valid_until, published_until = draft.date(_P["CF_YXQ"]), draft.date(_P["CF_GSJZQ"])
    for index, day in ((_P["CF_YXQ"], valid_until), (_P["CF_GSJZQ"], published_until)):
        if decided_on and day and day < decided_on:
            draft.refuse(index, f"{day}早于处罚决定日期{decided_on}", "请核对两个日期")
    kinds = _penalty_kinds(draft)
    fine, confiscated = _amounts(draft, kinds)
    if not REVOCATION_KINDS.isdisjoint(kinds):
        draft.require(_P["CF_NR_ZKDX"], "处罚类别含暂扣或吊销许可证件")
    authority_code = draft.uscc(_P["CF_CFJGDM"], cached=True)
    source_code = draft.uscc(_P["CF_SJLYDM"], cached=True)
    if party is None or decided_on is None or valid_until is None:
        return None
    texts = draft.texts
    return PenaltyRow(
        party=party,
        number=clean_document_number(texts[_P["CF_WSH"]]),
        violation_type=texts[_P["CF_WFXW"]],
        facts=texts[_P["CF_SY"]],
        basis=texts[_P["CF_YJ"]],
        kinds=kinds,
        content=texts[_P["CF_NR"]],
        fine=fine,
        confiscated=confiscated,
        licence=texts[_P["CF_NR_ZKDX"]],
        decided_on=decided_on,
        valid_until=valid_until,
        published_until=published_until,
        authority=_authority_name(texts[_P["CF_CFJG"]]),
        authority_code=authority_code,
        source=_authority_name(texts[_P["CF_SJLY"]]),
        source_code=source_code,
        remark=texts[_P["BZ"]],
    )


@lru_cache(maxsize=1024)
def _authority_name(text: str) -> str:
    """Return a name as `clean_name` does; authorities recur on every row."""
    return clean_name(text)


def _decided_on(draft: Draft, index: int) -> dt.date | None:
    day = draft.date(index)
    if day is not None and day > draft.on:
        draft.refuse(index, f"决定日期{day}晚于今天（{draft.on}）", "请按决定书核对日期")
    return day


def _status(draft: Draft) -> str:
    index = _L["XK_ZT"]
    text = _STATUS_SPELLINGS.get(draft.text(index), draft.text(index))
    if text and text not in (STATUS_VALID, STATUS_INVALID):
        draft.refuse(index, "不是模板规定的状态", "请填1（有效）或2（无效）")
    return text


def _penalty_kinds(draft: Draft) -> tuple[str, ...]:
    """Read the kinds of penalty, several joined by semicolons; each must be one of the law's."""
    index = _P["CF_CFLB"]
    if not draft.text(index) or draft.is_bad(index):
        return ()
    kinds, unknown, is_joined_otherwise = _split_kinds(draft.text(index))
    if unknown:
        listed = "、".join(f"“{kind}”" for kind in unknown)
        draft.refuse(
            index,
            f"{listed}不是行政处罚法第九条规定的处罚类别",
            f"请从以下选项中选填，多个用分号隔开：{'、'.join(PENALTY_KINDS)}",
        )
    elif is_joined_otherwise:
        draft.warn(index, "多个处罚类别之间应使用分号，已按分开的类别处理")
    return kinds


@lru_cache(maxsize=4096)
def _split_kinds(text: str) -> tuple[tuple[str, ...], tuple[str, ...], bool]:
    """Return the kinds in the order given, those not in the list, and whether other marks than semicolons
    join them.
    """
    parts = [part for part in text.replace("；", ";").split(";") if part.strip()]
    names = [_compact(part) for part in parts]
    is_joined_otherwise = any(not _is_kind(name) and _KIND_SEPARATORS.search(name) for name in names)
    if is_joined_otherwise:
        names = [_compact(name) for name in _KIND_SEPARATORS.split(text) if name.strip()]
    kinds = tuple(dict.fromkeys(names))
    return kinds, tuple(name for name in kinds if not _is_kind(name)), is_joined_otherwise


def _compact(text: str) -> str:
    return "".join(text.split())


def _is_kind(name: str) -> bool:
    return name in PENALTY_KINDS or is_other(name)


def _amounts(draft: Draft, kinds: Sequence[str]) -> tuple[Decimal | None, Decimal | None]:
    """Read the fine and the confiscated amount (yuan) and hold them against the kinds of penalty."""
    fine_at, confiscated_at = _P["CF_NR_FK"], _P["CF_NR_WFFF"]
    is_fined, is_confiscated = FINE_KIND in kinds, not CONFISCATION_KINDS.isdisjoint(kinds)
    fine, confiscated = draft.yuan(fine_at), draft.yuan(confiscated_at)
    if is_fined:
        draft.require(fine_at, "处罚类别含罚款")
        if fine == 0:
            draft.refuse(fine_at, "处罚类别含罚款，罚款金额应大于零", "请按决定书填写，单位万元，2000元填0.2")
    elif fine and kinds:
        draft.warn(fine_at, "填写了金额，但处罚类别不含罚款，请核对")
    if is_confiscated:
        draft.require(confiscated_at, "处罚类别含没收")
    elif confiscated and kinds:
        draft.warn(confiscated_at, "填写了金额，但处罚类别不含没收，请核对")
    for index, amount in ((fine_at, fine), (confiscated_at, confiscated)):
        if amount is not None and amount >= _REMARKABLE_YUAN:
            draft.warn(index, f"折合{amount:,.2f}元，请确认本列是按万元填写的")
    return fine, confiscated
