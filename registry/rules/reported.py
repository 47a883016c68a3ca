"""Between a national row and a record: what a row says as a record, and in what the two differ."""

from datetime import date
from decimal import Decimal
from typing import Any

from registry.rules.details import PenaltyInput, PermitInput, RecordInput
from registry.rules.masking import mask_text, may_hide
from registry.rules.names import comparable_name
from registry.rules.publicity.layout import COLUMNS, Kind
from registry.rules.publicity.values import NO_END, LicenceRow, PenaltyRow

RECORD_KINDS = {Kind.PENALTY: "penalty", Kind.LICENCE: "permit"}

_TITLE_LENGTH = 200
# Texts that people write freely, where an identity or telephone number may have slipped in.
_FREE_TEXTS = ("violation_type", "facts", "basis", "content", "licence", "remark")
_PENALTY_COLUMNS = {
    "number": "CF_WSH", "violation_type": "CF_WFXW", "facts": "CF_SY", "basis": "CF_YJ", "kinds": "CF_CFLB",
    "content": "CF_NR", "fine": "CF_NR_FK", "confiscated": "CF_NR_WFFF", "licence": "CF_NR_ZKDX",
    "decided_on": "CF_JDRQ", "valid_until": "CF_YXQ", "published_until": "CF_GSJZQ", "authority": "CF_CFJG",
    "authority_code": "CF_CFJGDM", "source": "CF_SJLY", "source_code": "CF_SJLYDM", "remark": "BZ",
}  # fmt: skip
_LICENCE_COLUMNS = {
    "document_name": "XK_XKWS", "number": "XK_WSH", "licence_kind": "XK_XKLB", "certificate_name": "XK_XKZS",
    "certificate_number": "XK_XKBH", "content": "XK_NR", "decided_on": "XK_JDRQ", "valid_from": "XK_YXQZ",
    "valid_until": "XK_YXQZI", "authority": "XK_XKJG", "authority_code": "XK_XKJGDM", "status": "XK_ZT",
    "source": "XK_LYDW", "source_code": "XK_LYDWDM", "remark": "BZ",
}  # fmt: skip


def without_identities(values: LicenceRow | PenaltyRow) -> LicenceRow | PenaltyRow:
    """Return the row with the identity and mobile telephone numbers in its free texts masked; the same row where there
    are none. A person's own number has its column, is sealed, and is needed nowhere else (个人信息保护法 art. 6).
    """
    texts = {name: getattr(values, name) for name in _FREE_TEXTS if name in values._fields}
    if not may_hide("\n".join(texts.values())):  # as in nearly every row
        return values
    masked = {name: mask_text(text) for name, text in texts.items()}
    hidden: dict[str, Any] = {
        name: masked[name] for name, text in texts.items() if masked[name].count("*") > text.count("*")
    }
    return values._replace(**hidden) if hidden else values


def record_input(values: LicenceRow | PenaltyRow) -> RecordInput:
    """Return a row's content as a record is entered. The party is not part of it; nor is the day of the conduct, which
    the national sheets do not have.
    """
    return _permit(values) if isinstance(values, LicenceRow) else _penalty(values)


def differences(recorded: LicenceRow | PenaltyRow, reported: LicenceRow | PenaltyRow) -> tuple[str, ...]:
    """Return the Chinese labels of the columns in which two rows of one kind differ; the party is not compared.

    Width, spaces, line breaks and kinds of brackets make no difference, nor does an amount of 0 instead of none.
    """
    is_licence = isinstance(recorded, LicenceRow)
    names = _LICENCE_COLUMNS if is_licence else _PENALTY_COLUMNS
    differing = [code for name, code in names.items() if not _same(getattr(recorded, name), getattr(reported, name))]
    if not differing:
        return ()
    labels = {column.code: column.label for column in COLUMNS[Kind.LICENCE if is_licence else Kind.PENALTY]}
    return tuple(labels[code] for code in differing)


def column_of(kind: Kind, field: str) -> tuple[str, str]:
    """Return code and label of the column that a record's or a subject's field comes from; empty for others."""
    prefix = "XK" if kind is Kind.LICENCE else "CF"
    party = {"name": "MC", "category": "LB", "uscc": "SHXYM", "organization_code": "ZZJG", "document_number": "ZJHM"}
    columns = _LICENCE_COLUMNS if kind is Kind.LICENCE else _PENALTY_COLUMNS
    own = {"permit_kind": "XK_XKLB", "title": "XK_XKWS"} if kind is Kind.LICENCE else {"title": "CF_WFXW"}
    code = f"{prefix}_XDR_{party[field]}" if field in party else columns.get(field) or own.get(field, "")
    return code, next((column.label for column in COLUMNS[kind] if column.code == code), "")


def _penalty(row: PenaltyRow) -> RecordInput:
    detail = PenaltyInput(
        violation_type=row.violation_type, basis=row.basis, kinds=row.kinds, content=row.content, fine=row.fine,
        confiscated=row.confiscated, licence=row.licence, valid_until=row.valid_until,
        published_until=row.published_until, representative=row.party.representative, authority=row.authority,
        authority_code=row.authority_code, source=row.source, source_code=row.source_code, remark=row.remark,
    )  # fmt: skip
    return RecordInput(
        kind="penalty", title=_title(row.violation_type), number=row.number, facts=row.facts,
        decided_on=row.decided_on, detail=detail,
    )  # fmt: skip


def _permit(row: LicenceRow) -> RecordInput:
    detail = PermitInput(
        document_name=row.document_name, permit_kind=row.licence_kind, content=row.content,
        certificate_name=row.certificate_name, certificate_number=row.certificate_number, valid_from=row.valid_from,
        valid_until=None if row.valid_until == NO_END else row.valid_until, representative=row.party.representative,
        authority=row.authority, authority_code=row.authority_code, status=row.status, source=row.source,
        source_code=row.source_code, remark=row.remark,
    )  # fmt: skip
    return RecordInput(
        kind="permit", title=_title(row.document_name), number=row.number, decided_on=row.decided_on, detail=detail
    )


def _title(text: str) -> str:
    return " ".join(text.split())[:_TITLE_LENGTH]


def _same(one: Any, other: Any) -> bool:
    return one == other or _even(one) == _even(other)


def _even(value: str | date | Decimal | tuple[str, ...] | None) -> object:
    if isinstance(value, str):
        return comparable_name(value)
    if isinstance(value, tuple):
        return sorted(value)
    return value or None
