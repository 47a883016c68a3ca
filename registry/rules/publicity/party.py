"""The party's columns (行政相对人), the first 13 of both sheets."""

from registry.rules.identifiers import (
    check_identity,
    check_organization_code,
    is_sole_trader,
    normalize_code,
    organization_code_of,
)
from registry.rules.names import clean_name
from registry.rules.publicity.draft import Draft, is_other
from registry.rules.publicity.values import (
    CHECKED_IDENTITY_TYPES,
    IDENTITY_CARD,
    IDENTITY_TYPES,
    PARTY_KINDS,
    Party,
    PartyKind,
)

# Positions in the national order, the same in both sheets.
NAME, KIND, USCC, REGISTRATION, ORGANIZATION_CODE, TAX, INSTITUTION, SOCIAL = range(8)
REPRESENTATIVE, REPRESENTATIVE_TYPE, REPRESENTATIVE_NUMBER, IDENTITY_TYPE, IDENTITY_NUMBER = range(8, 13)

_KIND_SPELLINGS = {
    "法人及其他组织": PartyKind.ORGANIZATION,
    "法人和非法人组织": PartyKind.ORGANIZATION,
    "法人": PartyKind.ORGANIZATION,
    "非法人组织": PartyKind.ORGANIZATION,
    "个体户": PartyKind.SOLE_TRADER,
}
_CARD_SPELLINGS = frozenset({"居民身份证", "公民身份号码", "身份证号", "身份证号码", "中华人民共和国居民身份证"})


def check_party(draft: Draft) -> Party | None:
    """Read the party of a row. None when its category is unreadable; other faults are noted in the draft.

    A code starting 92 makes a 个体工商户 of a legal person, as the national sheets have it.
    """
    kind = _kind(draft)
    if kind is None:
        return None
    name = clean_name(draft.text(NAME))
    if kind is PartyKind.PERSON:
        return _person(draft, name)
    return _organization(draft, kind, name)


def _kind(draft: Draft) -> PartyKind | None:
    text = draft.text(KIND)
    if not text or draft.is_bad(KIND):
        return None
    kind = PARTY_KINDS.get(text)
    if kind is None:
        text = "".join(text.split())
        kind = _KIND_SPELLINGS.get(text)
        if kind is None:
            draft.refuse(KIND, "不是模板规定的行政相对人类别", f"请从以下选项中选填：{'、'.join(PARTY_KINDS)}")
            return None
        draft.warn(KIND, f"“{text}”已按“{kind.label}”处理")
    if kind is PartyKind.ORGANIZATION and is_sole_trader(draft.text(USCC)):
        draft.warn(KIND, "统一社会信用代码以92开头，已按“个体工商户”处理")
        return PartyKind.SOLE_TRADER
    return kind


def _organization(draft: Draft, kind: PartyKind, name: str) -> Party:
    when = f"相对人为{kind.label}时"
    draft.require(USCC, when)
    draft.require(REPRESENTATIVE, when)
    uscc = draft.uscc(USCC, cached=False)
    if kind is PartyKind.SOLE_TRADER and uscc and not is_sole_trader(uscc):
        draft.warn(KIND, "类别是个体工商户，但统一社会信用代码不以92开头，请核对")
    if draft.text(IDENTITY_NUMBER):
        draft.warn(IDENTITY_NUMBER, "相对人不是自然人，本项未采用")
    identity_type, identity_number = _representative_identity(draft)
    texts = draft.texts
    return Party(
        kind=kind,
        name=name,
        uscc=uscc,
        registration_number=normalize_code(texts[REGISTRATION]) if texts[REGISTRATION] else "",
        organization_code=_organization_code(draft, uscc) if texts[ORGANIZATION_CODE] else "",
        tax_number=normalize_code(texts[TAX]) if texts[TAX] else "",
        institution_number=texts[INSTITUTION],
        social_number=texts[SOCIAL],
        representative=clean_name(texts[REPRESENTATIVE]),
        representative_identity_type=identity_type,
        representative_identity_number=identity_number,
    )


def _organization_code(draft: Draft, uscc: str) -> str:
    """Read the older code, which the unified code has replaced: faults are remarks, and then it is left
    out.
    """
    result = check_organization_code(draft.text(ORGANIZATION_CODE))
    if not result.is_valid:
        draft.warn(ORGANIZATION_CODE, f"{result.message}，本项未采用")
        return ""
    if uscc and result.normalized != organization_code_of(uscc):
        draft.warn(ORGANIZATION_CODE, f"与统一社会信用代码第9至17位（{organization_code_of(uscc)}）不一致，请核对")
    return result.normalized


def _representative_identity(draft: Draft) -> tuple[str, str]:
    """Read the representative's document, which is best left blank; a type without a number is not taken
    over.
    """
    number = draft.text(REPRESENTATIVE_NUMBER)
    if draft.is_bad(REPRESENTATIVE_NUMBER):
        return "", ""
    if not number:
        if draft.text(REPRESENTATIVE_TYPE):
            draft.warn(REPRESENTATIVE_TYPE, "未填写证件号码，本项未采用")
        return "", ""
    if not draft.text(REPRESENTATIVE_TYPE):
        # The alias column 法定代表人身份证号 has no type beside it: the number itself says what it is.
        if check_identity(number, on=draft.on).is_valid:
            return IDENTITY_CARD, normalize_code(number)
        draft.refuse(REPRESENTATIVE_TYPE, "填写了证件号码但没有证件类型", "请补填证件类型，或将两项一并留空")
        return "", ""
    identity_type = _identity_type(draft, REPRESENTATIVE_TYPE)
    return identity_type, _identity_number(draft, identity_type, REPRESENTATIVE_NUMBER, "请核对，或将本项留空")


def _person(draft: Draft, name: str) -> Party:
    when = "相对人为自然人时"
    if draft.text(USCC):
        draft.refuse(
            USCC,
            "相对人类别是自然人，不应有统一社会信用代码",
            "相对人是单位或个体工商户的，请改正类别；是自然人的，请清空本项",
        )
    has_type, has_number = draft.require(IDENTITY_TYPE, when), draft.require(IDENTITY_NUMBER, when)
    identity_type = _identity_type(draft, IDENTITY_TYPE) if has_type else ""
    number = ""
    if has_number:
        number = _identity_number(draft, identity_type, IDENTITY_NUMBER, "请按证件核对后填写")
    return Party(kind=PartyKind.PERSON, name=name, identity_type=identity_type, identity_number=number)


def _identity_type(draft: Draft, index: int) -> str:
    if "".join(draft.text(index).split()) in _CARD_SPELLINGS:
        return IDENTITY_CARD
    return draft.choice(index, IDENTITY_TYPES, "证件类型")


def _identity_number(draft: Draft, identity_type: str, index: int, way_out: str) -> str:
    if draft.is_bad(index) or not identity_type:
        return ""
    if identity_type in CHECKED_IDENTITY_TYPES:
        result = check_identity(draft.text(index), on=draft.on)
        for error in result.errors:
            draft.refuse(index, error.message, way_out)
        for remark in result.warnings:
            draft.warn(index, remark)
        return result.normalized
    number = normalize_code(draft.text(index))
    if len(number) < 5 and not is_other(identity_type):
        draft.refuse(index, f"{identity_type}只有{len(number)}位，过短", way_out)
    return number
