"""Personal data as the public and most officers may see it.

Masking is one-way and total: what is not known to be harmless is hidden. A person's name shows its first
character and one star whatever its length; an identity number shows three characters in front and four
behind.
"""

import re

from registry.rules.identifiers import birth_date, is_valid_identity, is_valid_uscc, normalize_code

_IDENTITY_18 = re.compile(r"(?<![0-9A-Za-z])[1-9][0-9]{5}[ -]?[0-9]{8}[ -]?[0-9]{3}[0-9Xx](?![0-9A-Za-z])", re.ASCII)
_IDENTITY_15 = re.compile(
    r"(?<![0-9A-Za-z])[1-9][0-9]{5}[0-9]{2}(?:0[1-9]|1[0-2])(?:0[1-9]|[12][0-9]|3[01])[0-9]{3}(?![0-9A-Za-z])", re.ASCII
)
# Every number to be masked has eight digits in a row; full-width ones are written anew in any case.
_MAY_HIDE = re.compile(r"[0-9]{8}|[０-９Ｘｘ]", re.ASCII)
_HALF_WIDTH_DIGITS = str.maketrans("０１２３４５６７８９Ｘｘ", "0123456789Xx")
_MOBILE = re.compile(r"(?<![0-9A-Za-z])1[3-9][0-9]{9}(?![0-9A-Za-z])", re.ASCII)


def mask_person(name: str) -> str:
    """Return a person's name with its first character only: 张三 and 张三丰 give 张*."""
    name = name.strip()
    return f"{name[0]}*" if name else ""


def mask_document_number(number: str) -> str:
    """Return an identity or other personal document number masked; spaces are dropped.

    18 and 15 characters keep 3 in front and 4 behind, 6 to 14 one and two, shorter ones none.
    """
    number = normalize_code(number)
    if len(number) >= 15:
        return f"{number[:3]}{'*' * (len(number) - 7)}{number[-4:]}"
    if len(number) >= 6:
        return f"{number[:1]}{'*' * (len(number) - 3)}{number[-2:]}"
    return "*" * len(number)


def mask_phone(number: str) -> str:
    """Return a telephone number masked: 13800001234 gives 138****1234, a shorter one keeps its last two
    digits.
    """
    number = normalize_code(number)
    if len(number) >= 11:
        return f"{number[:3]}{'*' * (len(number) - 7)}{number[-4:]}"
    return "*" * (len(number) - 2) + number[-2:] if len(number) > 4 else "*" * len(number)


def may_hide(text: str) -> bool:
    """Tell at little cost whether there could be anything in a text that `mask_text` would mask or write anew."""
    return _MAY_HIDE.search(text) is not None


def mask_text(text: str) -> str:
    """Return free text with the identity and mobile telephone numbers inside it masked.

    For facts and decisions before they are published; names inside sentences are not found and stay the
    writer's duty.
    """
    if not may_hide(text):
        return text
    text = _IDENTITY_18.sub(_mask_18_digits, text.translate(_HALF_WIDTH_DIGITS))
    text = _IDENTITY_15.sub(lambda match: mask_document_number(match.group(0)), text)
    return _MOBILE.sub(lambda match: mask_phone(match.group(0)), text)


def _mask_18_digits(match: "re.Match[str]") -> str:
    number = match.group(0).replace("-", "")
    if is_valid_identity(number):
        return mask_document_number(number)
    if is_valid_uscc(number):
        return match.group(0)  # an organisation's code of digits only; public by nature
    try:
        birth_date(number)
    except ValueError:
        return match.group(0)
    return mask_document_number(number)
