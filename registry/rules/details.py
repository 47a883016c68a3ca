"""What a record says beyond its head, by kind: typed values, and what is missing or wrong in them.

Money in yuan. Columns after the national 双公示 template of 2018 (发改办财金〔2018〕424号); kinds of penalty after
行政处罚法 (2021) art. 9.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Final, NamedTuple

from registry.rules.publicity.draft import is_other

PENALTY_KINDS: Final = (
    "警告", "通报批评", "罚款", "没收违法所得", "没收非法财物", "暂扣许可证件", "降低资质等级", "吊销许可证件",
    "限制开展生产经营活动", "责令停产停业", "责令关闭", "限制从业", "行政拘留", "其他",
)  # fmt: skip
PERMIT_KINDS: Final = ("普通", "特许", "认可", "核准", "登记", "其他")
PROCEDURES: Final = ("ordinary", "summary")
_LICENCE_KINDS = frozenset({"暂扣许可证件", "吊销许可证件"})
_CONFISCATIONS = frozenset({"没收违法所得", "没收非法财物"})


class Fault(NamedTuple):
    """One thing wrong: the field's name, a Chinese message that says the way out, and what was given, where known."""

    field: str
    message: str
    value: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PenaltyInput:
    """A penalty's own columns. `kinds` as in PENALTY_KINDS; amounts in yuan, None where there is none."""

    violation_type: str
    basis: str
    kinds: tuple[str, ...]
    content: str
    procedure: str = "ordinary"
    fine: Decimal | None = None
    confiscated: Decimal | None = None
    licence: str = ""
    valid_until: date | None = None
    published_until: date | None = None
    representative: str = ""
    authority: str = ""
    authority_code: str = ""
    source: str = ""
    source_code: str = ""
    remark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PermitInput:
    """A permit's own columns. `valid_until` None: without end."""

    document_name: str
    permit_kind: str
    content: str
    certificate_name: str = ""
    certificate_number: str = ""
    valid_from: date | None = None
    valid_until: date | None = None
    representative: str = ""
    authority: str = ""
    authority_code: str = ""
    status: str = ""
    source: str = ""
    source_code: str = ""
    remark: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class AccidentInput:
    """An accident's figures (loss in yuan); its grade is computed from them, never entered."""

    deaths: int = 0
    injured: int = 0
    loss: Decimal = Decimal(0)
    is_liable: bool = True


Detail = PenaltyInput | PermitInput | AccidentInput


def kind_of(detail: Detail | None) -> str:
    """Return the record kind that these details belong to, empty for None."""
    if isinstance(detail, PenaltyInput):
        return "penalty"
    if isinstance(detail, PermitInput):
        return "permit"
    return "accident" if isinstance(detail, AccidentInput) else ""


def detail_faults(detail: Detail | None) -> list[Fault]:
    """Return what is missing or wrong in the details; an empty list when nothing is."""
    if isinstance(detail, PenaltyInput):
        return _penalty_faults(detail)
    if isinstance(detail, PermitInput):
        return _permit_faults(detail)
    return _accident_faults(detail) if isinstance(detail, AccidentInput) else []


def head_faults(*, occurred_on: date | None, decided_on: date | None, on: date) -> list[Fault]:
    """Return what is wrong with a record's days: nothing lies in the future, no decision precedes the conduct."""
    faults = [
        Fault(field, f"{label}{day}晚于今天（{on}），请核对。")
        for field, label, day in (("occurred_on", "发生日期", occurred_on), ("decided_on", "决定日期", decided_on))
        if day is not None and day > on
    ]
    if occurred_on and decided_on and decided_on < occurred_on:
        faults.append(Fault("decided_on", f"决定日期{decided_on}早于发生日期{occurred_on}，请核对两个日期。"))
    return faults


def _penalty_faults(penalty: PenaltyInput) -> list[Fault]:
    faults = _required(
        ("violation_type", "违法行为类型", penalty.violation_type),
        ("basis", "处罚依据", penalty.basis),
        ("content", "处罚内容", penalty.content),
    )
    faults += _kinds_faults(penalty.kinds)
    if penalty.procedure not in PROCEDURES:
        faults.append(Fault("procedure", f"处罚程序“{penalty.procedure}”不存在，请选择普通程序或简易程序。"))
    faults += _amount_faults("fine", "罚款金额", penalty.fine, needed="罚款" in penalty.kinds)
    faults += _amount_faults(
        "confiscated", "没收金额", penalty.confiscated, needed=not _CONFISCATIONS.isdisjoint(penalty.kinds)
    )
    if not _LICENCE_KINDS.isdisjoint(penalty.kinds) and not penalty.licence.strip():
        faults.append(Fault("licence", "处罚类别涉及证照，请填写暂扣或吊销证照的名称及编号。"))
    return faults


def _kinds_faults(kinds: Sequence[str]) -> list[Fault]:
    if not kinds:
        return [Fault("kinds", "请至少选择一种处罚类别。")]
    unknown = [kind for kind in kinds if kind not in PENALTY_KINDS and not is_other(kind)]
    if unknown:
        return [
            Fault(
                "kinds", f"处罚类别“{'、'.join(unknown)}”不在行政处罚法列明的种类中，可选：{'、'.join(PENALTY_KINDS)}。"
            )
        ]
    return []


def _permit_faults(permit: PermitInput) -> list[Fault]:
    faults = _required(("document_name", "许可文书名称", permit.document_name), ("content", "许可内容", permit.content))
    if not permit.permit_kind.startswith(PERMIT_KINDS):
        faults.append(Fault("permit_kind", f"许可类别“{permit.permit_kind}”不存在，可选：{'、'.join(PERMIT_KINDS)}。"))
    if permit.valid_from and permit.valid_until and permit.valid_until < permit.valid_from:
        faults.append(Fault("valid_until", f"有效期至{permit.valid_until}早于有效期自{permit.valid_from}，请核对。"))
    return faults


def _accident_faults(accident: AccidentInput) -> list[Fault]:
    figures = (("deaths", "死亡人数", accident.deaths), ("injured", "重伤人数", accident.injured))
    faults = [
        Fault(name, f"{label}不能是负数（{value}），请填写零或正整数。") for name, label, value in figures if value < 0
    ]
    return faults + _amount_faults("loss", "直接经济损失", accident.loss, needed=False)


def _required(*values: tuple[str, str, str]) -> list[Fault]:
    return [Fault(name, f"{label}没有填写。") for name, label, value in values if not value.strip()]


def _amount_faults(name: str, label: str, amount: Decimal | None, *, needed: bool) -> list[Fault]:
    if amount is None:
        return [Fault(name, f"处罚类别包含这一项，请填写{label}（元）。")] if needed else []
    if amount < 0:
        return [Fault(name, f"{label}不能是负数（{amount}）。")]
    return []


@dataclass(frozen=True, slots=True, kw_only=True)
class RecordInput:
    """A record as entered: head and details. Days are legal days; `number` the 文书号 as it stands on the paper."""

    kind: str
    title: str
    number: str = ""
    facts: str = ""
    occurred_on: date | None = None
    decided_on: date | None = None
    is_secret: bool = False
    detail: Detail | None = None


DETAILED_KINDS: Final = frozenset({"penalty", "permit", "accident"})
NUMBERED_KINDS: Final = frozenset({"penalty", "permit", "misconduct", "compulsory", "judgment"})


def content_faults(content: RecordInput, *, on: date) -> list[Fault]:
    """Return what is wrong in a record as entered; a draft may still lack its number and day."""
    faults = _required(("title", "事由", content.title))
    if kind_of(content.detail) != (content.kind if content.kind in DETAILED_KINDS else ""):
        faults.append(Fault("kind", "填写的明细与记录种类不符，请按种类填写。"))
    faults += head_faults(occurred_on=content.occurred_on, decided_on=content.decided_on, on=on)
    return faults + detail_faults(content.detail)


def confirm_faults(*, kind: str, number: str, occurred_on: date | None, decided_on: date | None) -> list[Fault]:
    """Return what a record still lacks before it can become a fact."""
    faults = []
    if kind in NUMBERED_KINDS and not number.strip():
        faults.append(Fault("number", "没有文书号，不能确认。请补填决定文书的文号。"))
    if decided_on is None:
        faults.append(Fault("decided_on", "没有决定日期，不能确认。请补填文书作出的日期。"))
    if kind == "accident" and occurred_on is None:
        faults.append(Fault("occurred_on", "没有事故发生日期，不能确认。请补填。"))
    return faults
