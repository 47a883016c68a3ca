"""The closed lists of the national template, and the typed rows that come out of a checked sheet."""

import datetime as dt
from decimal import Decimal
from enum import StrEnum
from typing import NamedTuple

# 2099-12-31 stands for "no end" in the national sheets.
NO_END = dt.date(2099, 12, 31)

LICENCE_KINDS = ("普通", "特许", "认可", "核准", "登记", "其他")

# 行政处罚法 (2021) art. 9.
PENALTY_KINDS = (
    "警告",
    "通报批评",
    "罚款",
    "没收违法所得",
    "没收非法财物",
    "暂扣许可证件",
    "降低资质等级",
    "吊销许可证件",
    "限制开展生产经营活动",
    "责令停产停业",
    "责令关闭",
    "限制从业",
    "行政拘留",
    "其他",
)
FINE_KIND = "罚款"
CONFISCATION_KINDS = frozenset({"没收违法所得", "没收非法财物"})
REVOCATION_KINDS = frozenset({"暂扣许可证件", "吊销许可证件"})

IDENTITY_CARD = "身份证"
IDENTITY_TYPES = (
    IDENTITY_CARD,
    "护照号",
    "港澳居民来往内地通行证",
    "台湾居民来往大陆通行证",
    "外国人永久居留身份证",
    "其他",
)
# Types whose number is built by GB 11643.
CHECKED_IDENTITY_TYPES = frozenset({IDENTITY_CARD})

STATUS_VALID, STATUS_INVALID = "1", "2"


class PartyKind(StrEnum):
    """The category of a party (行政相对人类别)."""

    ORGANIZATION = "organization"
    PERSON = "person"
    SOLE_TRADER = "sole-trader"

    @property
    def label(self) -> str:
        """The template's wording."""
        return _PARTY_LABELS[self]


_PARTY_LABELS = {
    PartyKind.ORGANIZATION: "法人及非法人组织",
    PartyKind.PERSON: "自然人",
    PartyKind.SOLE_TRADER: "个体工商户",
}
PARTY_KINDS = {label: kind for kind, label in _PARTY_LABELS.items()}


class Party(NamedTuple):
    """Whom a licence or a penalty is for. Codes are normalised; what was not given is the empty string.

    Identity numbers are personal data: never log, never publish.
    """

    kind: PartyKind
    name: str
    uscc: str = ""
    registration_number: str = ""
    organization_code: str = ""
    tax_number: str = ""
    institution_number: str = ""
    social_number: str = ""
    representative: str = ""
    representative_identity_type: str = ""
    representative_identity_number: str = ""
    identity_type: str = ""
    identity_number: str = ""


class LicenceRow(NamedTuple):
    """One row of the licence sheet. Dates are legal days; `valid_until` 2099-12-31 means no end.

    A checked row has its three dates; a record entered by hand may lack them.
    """

    party: Party
    document_name: str
    number: str
    licence_kind: str
    certificate_name: str
    certificate_number: str
    content: str
    decided_on: dt.date | None
    valid_from: dt.date | None
    valid_until: dt.date | None
    authority: str
    authority_code: str
    status: str
    source: str
    source_code: str
    remark: str


class PenaltyRow(NamedTuple):
    """One row of the penalty sheet. Money is in yuan (the sheet has 万元); None where none was given.

    A checked row has its days of decision and validity; a record entered by hand may lack them.
    """

    party: Party
    number: str
    violation_type: str
    facts: str
    basis: str
    kinds: tuple[str, ...]
    content: str
    fine: Decimal | None
    confiscated: Decimal | None
    licence: str
    decided_on: dt.date | None
    valid_until: dt.date | None
    published_until: dt.date | None
    authority: str
    authority_code: str
    source: str
    source_code: str
    remark: str
