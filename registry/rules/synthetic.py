"""Made-up identifiers with right check digits, for demonstrations and tests. None belongs to anyone.

Organisation bodies start with X and divisions end in 9999, ranges that are not issued.
"""

import datetime as dt

from registry.rules.identifiers import (
    USCC_ALPHABET,
    identity_check_digit,
    organization_check_digit,
    uscc_check_digit,
)

FICTIONAL_DIVISION = "139999"
_BODY_LENGTH = 7


def make_organization_code(serial: int) -> str:
    """Return a 9-character organisation code (GB 11714); each serial from 0 to 31**7 - 1 gives its own."""
    if not 0 <= serial < len(USCC_ALPHABET) ** _BODY_LENGTH:
        raise ValueError(f"序号 {serial} 超出范围，应在 0 至 {len(USCC_ALPHABET) ** _BODY_LENGTH - 1} 之间。")
    digits = ""
    for _ in range(_BODY_LENGTH):
        serial, value = divmod(serial, len(USCC_ALPHABET))
        digits = USCC_ALPHABET[value] + digits
    body = "X" + digits
    return body + organization_check_digit(body)


def make_uscc(authority: str, category: str, division: str, serial: int) -> str:
    """Return a unified social credit code (GB 32100): authority and category are one character, division
    six digits.

    Raises ValueError for parts of another length.
    """
    if len(authority) != 1 or len(category) != 1 or len(division) != 6 or not division.isdigit():
        raise ValueError(f"登记管理部门“{authority}”、机构类别“{category}”应各为1位，行政区划“{division}”应为6位数字。")
    first17 = authority + category + division + make_organization_code(serial)
    return first17 + uscc_check_digit(first17)


def make_identity(division: str, born_on: dt.date, serial: int) -> str:
    """Return an 18-digit identity number (GB 11643); `serial` 0–999, odd for men and even for women.

    Raises ValueError for a serial out of range or a division that is not six digits.
    """
    if not 0 <= serial <= 999 or len(division) != 6 or not division.isdigit():
        raise ValueError(f"顺序码 {serial} 应在 0 至 999 之间，行政区划“{division}”应为6位数字。")
    first17 = f"{division}{born_on:%Y%m%d}{serial:03d}"
    return first17 + identity_check_digit(first17)
