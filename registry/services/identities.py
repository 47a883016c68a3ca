"""Identifiers as they are stored: checked, normalised, and for persons sealed, hashed and masked."""

from dataclasses import dataclass
from datetime import date

from registry.base.errors import Conflict, InvalidInput
from registry.base.personal_data import lookup_hash, text_seal
from registry.models import Subject
from registry.rules.categories import category_contradicts
from registry.rules.identifiers import (
    IdentifierResult,
    birth_date,
    check_identity,
    check_organization_code,
    check_uscc,
    normalize_code,
)
from registry.rules.masking import mask_document_number
from registry.rules.names import clean_name

IDENTITY_CARD = "身份证"
DOCUMENT_TYPES = (
    IDENTITY_CARD, "护照号", "港澳居民来往内地通行证", "台湾居民来往大陆通行证", "外国人永久居留身份证", "其他",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class SealedDocument:
    """A person's document as it is kept; the number itself is not in it. `born_on` only from an identity card."""

    type: str
    sealed: str
    hash: str | None
    masked: str
    born_on: date | None


def uscc_checked(text: str, *, category: str) -> str | None:
    """Return the normalised code, None for an empty one.

    Raises InvalidInput (field `uscc`) naming the wrong position, or that the code belongs to another category.
    """
    if not text.strip():
        return None
    result = check_uscc(text)
    _refuse_faults(result, "uscc", "统一社会信用代码")
    if category_contradicts(result.normalized, category):
        raise InvalidInput(
            "category-mismatch",
            f"统一社会信用代码以“{result.normalized[:2]}”开头，与所选类别“{Subject.Category(category).label}”不符。"
            "（91企业、92个体工商户、93农民专业合作社）请更正类别或代码。",
            field="category",
        )
    return result.normalized


def organization_code_checked(text: str) -> str:
    """Return the normalised GB 11714 code, empty for an empty one; raises InvalidInput naming the wrong position."""
    if not text.strip():
        return ""
    result = check_organization_code(text)
    _refuse_faults(result, "organization_code", "组织机构代码")
    return result.normalized


def name_checked(text: str, *, field: str = "name") -> str:
    """Return a name tidied for storing. Raises InvalidInput when nothing is left of it or it is too long."""
    name = clean_name(text)
    if not name:
        raise InvalidInput("name-missing", "请填写名称。", field=field)
    if len(name) > 200:
        raise InvalidInput("name-too-long", f"名称有{len(name)}个字，超过200字，请核对。", field=field)
    return name


def document_sealed(document_type: str, number: str, *, on: date) -> SealedDocument:
    """Check a person's document number and return what may be kept of it; empty for an empty number.

    Raises InvalidInput (field `document_number`) naming the wrong position; the number is in no message.
    """
    if not number.strip():
        return SealedDocument(document_type, "", None, "", None)
    normalized = normalize_code(number)
    born_on = None
    if document_type == IDENTITY_CARD:
        _refuse_faults(check_identity(number, on=on), "document_number", "身份证号码")
        born_on = birth_date(normalized)
    return SealedDocument(
        document_type, text_seal(normalized), lookup_hash(normalized), mask_document_number(normalized), born_on
    )


def document_lookup(number: str) -> str:
    """Return the hash under which a person's document number is found, however it is written."""
    return lookup_hash(normalize_code(number))


def uscc_taken_refuse(uscc: str | None, *, except_pk: int | None = None) -> None:
    """Raise Conflict naming the subject that bears this code already."""
    other = Subject.objects.filter(uscc=uscc).first() if uscc else None
    if other is not None and other.pk != except_pk:
        raise Conflict(
            "uscc-taken",
            f"统一社会信用代码{uscc}已登记在“{other.name}”名下，不能重复登记。请查找并使用该主体；如该主体登记有误，请先更正。",
            field="uscc",
            subject=str(other.public_id),
        )


def document_taken_refuse(digest: str | None, *, except_pk: int | None = None) -> None:
    """Raise Conflict naming (masked) the person who bears this document number already."""
    other = Subject.objects.filter(document_hash=digest).first() if digest else None
    if other is not None and other.pk != except_pk:
        raise Conflict(
            "document-taken",
            f"该证件号码已登记在“{other.name}”（{other.document_masked}）名下，不能重复登记。请查找并使用该人员。",
            field="document_number",
            subject=str(other.public_id),
        )


def _refuse_faults(result: IdentifierResult, field: str, label: str) -> None:
    if not result.is_valid:
        raise InvalidInput(f"{field}-wrong", f"{label}有误：{result.message}。", field=field)
