"""Identifiers of organisations and persons: form, check digits, and what exactly is wrong with a bad one.

- 统一社会信用代码: GB 32100-2015, 18 characters, check digit at 18 and the organisation code's own at 17.
- 组织机构代码: GB 11714-1997, 9 characters.
- 公民身份号码: GB 11643-1999, 18 characters, ISO 7064 MOD 11-2.

Wrong characters, lengths and check digits are errors; a division or category that the tables here do not
know is a warning only, since divisions and registering bodies change more often than software.
"""

import datetime as dt
import re
import unicodedata
from dataclasses import dataclass
from operator import mul
from typing import NamedTuple

USCC_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
ORGANIZATION_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"

_USCC_VALUE = {character: value for value, character in enumerate(USCC_ALPHABET)}
_ORGANIZATION_VALUE = {character: value for value, character in enumerate(ORGANIZATION_ALPHABET)}
_USCC_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_ORGANIZATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)
_IDENTITY_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_IDENTITY_CHECKS = "10X98765432"

# GB 32100-2015 table 1: registering authority → the categories it issues.
_CATEGORIES = {
    "1": "1239",
    "2": "19",
    "3": "123459",
    "4": "19",
    "5": "1239",
    "6": "129",
    "7": "129",
    "8": "19",
    "9": "123",
    "A": "19",
    "N": "1239",
    "Y": "1",
}
# The first two digits of division codes (GB/T 2260), with 台湾, 香港, 澳门; 10 stands for the national
# bodies.
_PROVINCES = frozenset(
    [
        "11",
        "12",
        "13",
        "14",
        "15",
        "21",
        "22",
        "23",
        "31",
        "32",
        "33",
        "34",
        "35",
        "36",
        "37",
        "41",
        "42",
        "43",
        "44",
        "45",
        "46",
        "50",
        "51",
        "52",
        "53",
        "54",
        "61",
        "62",
        "63",
        "64",
        "65",
        "71",
        "81",
        "82",
    ]
)
_LOOKALIKES = {"O": "0", "I": "1", "Z": "2", "S": "5", "V": "U"}
_OLDEST_PLAUSIBLE_AGE = 130
_USCC_FORM = re.compile(f"[{USCC_ALPHABET}]{{2}}[0-9]{{6}}[{USCC_ALPHABET}]{{10}}", re.ASCII)
_CLEAN_IDENTITY = re.compile(r"[0-9]{17}[0-9X]", re.ASCII)


class IdentifierError(NamedTuple):
    """One fault: the 1-based position it sits at (one past the end when characters are missing) and a
    message.
    """

    position: int
    message: str


@dataclass(frozen=True, slots=True)
class IdentifierResult:
    """The outcome of a check: the normalised text, the faults that refuse it, and remarks that do not."""

    normalized: str
    errors: tuple[IdentifierError, ...] = ()
    warnings: tuple[str, ...] = ()

    @property
    def is_valid(self) -> bool:
        """Whether nothing refuses the identifier."""
        return not self.errors

    @property
    def message(self) -> str:
        """All faults as one Chinese text, empty when there is none."""
        return "；".join(error.message for error in self.errors)


def normalize_code(text: str) -> str:
    """Return a code in half-width upper case, without any space or invisible character."""
    if text.isascii() and text.isalnum():
        return text.upper()
    characters = (chr(ord(c) - 0xFEE0) if "！" <= c <= "～" else c for c in text)
    return "".join(c for c in characters if not c.isspace() and unicodedata.category(c) not in ("Cc", "Cf")).upper()


def check_uscc(text: str) -> IdentifierResult:
    """Check a unified social credit code (GB 32100-2015); `normalized` is its 18 characters."""
    code = normalize_code(text)
    if not _USCC_FORM.fullmatch(code):
        return IdentifierResult(code, tuple(_uscc_form_errors(code)))
    errors = []
    expected = organization_check_digit(code[8:16])
    if code[16] != expected:
        errors.append(
            IdentifierError(
                17,
                (
                    f"第17位（组织机构代码校验码）不符：按第9至16位应为“{expected}”，实为“{code[16]}”，请对照证照核对第9至17位"
                ),
            )
        )
    expected = uscc_check_digit(code[:17])
    if code[17] != expected:
        errors.append(
            IdentifierError(
                18, (f"第18位（校验码）不符：按前17位应为“{expected}”，实为“{code[17]}”，请对照证照逐位核对")
            )
        )
    return IdentifierResult(code, tuple(errors), _uscc_warnings(code))


def check_organization_code(text: str) -> IdentifierResult:
    """Check an organisation code (GB 11714-1997); `normalized` is its 9 characters without the hyphen."""
    code = normalize_code(text)
    if len(code) == 10 and code[8] in "-—–":
        code = code[:8] + code[9]
    errors = _length_errors(code, 9, "组织机构代码")
    errors += [
        IdentifierError(index, f"第{index}位“{character}”不是数字或大写字母")
        for index, character in enumerate(code[:9], start=1)
        if character not in _ORGANIZATION_VALUE
    ]
    if errors:
        return IdentifierResult(code, tuple(errors))
    expected = organization_check_digit(code[:8])
    if code[8] != expected:
        errors.append(
            IdentifierError(9, (f"第9位（校验码）不符：按前8位应为“{expected}”，实为“{code[8]}”，请对照证书逐位核对"))
        )
    return IdentifierResult(code, tuple(errors))


def check_identity(text: str, *, on: dt.date | None = None) -> IdentifierResult:
    """Check an 18-digit identity number (GB 11643-1999), as of the day `on` when that is given.

    A birth date after `on` is an error. Division codes of past years, 81/82/83 (港澳台居民居住证) and 9…
    (外国人永久居留身份证) are accepted; the 15-digit numbers, out of use since 2013, are refused by name.
    """
    number = normalize_code(text)
    if len(number) == 15 and number.isdigit():
        return IdentifierResult(
            number, (IdentifierError(16, ("这是15位旧身份证号，2013年1月1日起已停用，请填写18位公民身份号码")),)
        )
    errors = _length_errors(number, 18, "身份证号码")
    errors += [
        IdentifierError(index, f"第{index}位应为数字{'或X' if index == 18 else ''}，实为“{character}”")
        for index, character in enumerate(number[:18], start=1)
        if character not in ("0123456789X" if index == 18 else "0123456789")
    ]
    if errors:
        return IdentifierResult(number, tuple(errors))
    errors = _birth_errors(number, on)
    expected = identity_check_digit(number[:17])
    if number[17] != expected:
        errors.append(IdentifierError(18, "第18位（校验码）不符，前17位或校验码有误，请对照证件逐位核对"))
    return IdentifierResult(number, tuple(errors), _identity_warnings(number, on))


def is_valid_uscc(text: str) -> bool:
    """Tell whether the text is a well-formed unified social credit code; what `check_uscc` says, without words."""
    code = normalize_code(text)
    return (
        _USCC_FORM.fullmatch(code) is not None
        and code[17] == uscc_check_digit(code[:17])
        and code[16] == organization_check_digit(code[8:16])
    )


def is_valid_organization_code(text: str) -> bool:
    """Tell whether the text is a well-formed organisation code."""
    return check_organization_code(text).is_valid


def is_valid_identity(text: str, *, on: dt.date | None = None) -> bool:
    """Tell whether the text is a well-formed 18-digit identity number, born no later than `on`."""
    return check_identity(text, on=on).is_valid


def birth_date(id_no: str) -> dt.date:
    """Return the birth date inside an 18-digit identity number.

    Raises ValueError when the number has not the form of one or holds no real date.
    """
    number = normalize_code(id_no)
    born_on = _date_inside(number) if _CLEAN_IDENTITY.fullmatch(number) else None
    if born_on is None:
        raise ValueError("身份证号码中没有可用的出生日期，请先核对号码。")
    return born_on


def is_sole_trader(uscc: str) -> bool:
    """Tell whether the code is that of a 个体工商户 (codes starting 92)."""
    return normalize_code(uscc).startswith("92")


def organization_code_of(uscc: str) -> str:
    """Return the 9-character organisation code inside a unified social credit code."""
    return normalize_code(uscc)[8:17]


def uscc_check_digit(first17: str) -> str:
    """Compute character 18 from the first 17 (GB 32100-2015)."""
    total = sum(map(mul, map(_USCC_VALUE.__getitem__, first17), _USCC_WEIGHTS))
    return USCC_ALPHABET[-total % 31]


def organization_check_digit(first8: str) -> str:
    """Compute character 9 of an organisation code from the first 8 (GB 11714-1997)."""
    total = sum(map(mul, map(_ORGANIZATION_VALUE.__getitem__, first8), _ORGANIZATION_WEIGHTS))
    return "0123456789X"[-total % 11]


def identity_check_digit(first17: str) -> str:
    """Compute character 18 of an identity number from the first 17 digits (GB 11643-1999)."""
    total = sum(map(mul, map(int, first17), _IDENTITY_WEIGHTS))
    return _IDENTITY_CHECKS[total % 11]


def _length_errors(code: str, length: int, name: str) -> list[IdentifierError]:
    if len(code) == length:
        return []
    message = f"{name}应为{length}位，实为{len(code)}位" if code else f"{name}为空"
    return [IdentifierError(min(len(code), length) + 1, message)]


def _uscc_form_errors(code: str) -> list[IdentifierError]:
    errors = _length_errors(code, 18, "统一社会信用代码")
    for index, character in enumerate(code[:18], start=1):
        if character not in _USCC_VALUE:
            errors.append(IdentifierError(index, _character_message(index, character)))
        elif 3 <= index <= 8 and not character.isdigit():
            errors.append(
                IdentifierError(index, f"第{index}位应为数字（第3至8位是登记管理机关行政区划码），实为“{character}”")
            )
    return errors


def _character_message(index: int, character: str) -> str:
    hint = f"，是否应为“{_LOOKALIKES[character]}”" if character in _LOOKALIKES else ""
    return f"第{index}位“{character}”不是统一社会信用代码可用的字符（不用I、O、S、V、Z）{hint}"


def _uscc_warnings(code: str) -> tuple[str, ...]:
    warnings = []
    categories = _CATEGORIES.get(code[0])
    if categories is None:
        warnings.append(f"第1位“{code[0]}”不是已知的登记管理部门代码")
    elif code[1] not in categories:
        warnings.append(f"第2位“{code[1]}”不是该登记管理部门已知的机构类别代码")
    if code[2:4] not in _PROVINCES and code[2:8] != "100000":
        warnings.append(f"第3至8位“{code[2:8]}”不是已知的行政区划码")
    return tuple(warnings)


def _date_inside(number: str) -> dt.date | None:
    try:
        return dt.date(int(number[6:10]), int(number[10:12]), int(number[12:14]))
    except ValueError:
        return None


def _birth_errors(number: str, on: dt.date | None) -> list[IdentifierError]:
    born_on = _date_inside(number)
    if born_on is None:
        return [IdentifierError(7, f"第7至14位“{number[6:14]}”不是真实的日期")]
    if on is not None and born_on > on:
        return [IdentifierError(7, f"第7至14位的出生日期{born_on}晚于{on}")]
    return []


def _identity_warnings(number: str, on: dt.date | None) -> tuple[str, ...]:
    warnings = []
    if number[:2] not in _PROVINCES and number[:2] != "83" and number[0] != "9":
        warnings.append(f"第1至6位“{number[:6]}”不是已知的行政区划码")
    born_on = _date_inside(number)
    if on is not None and born_on is not None and on.year - born_on.year > _OLDEST_PLAUSIBLE_AGE:
        warnings.append(f"出生日期{born_on}距今已超过{_OLDEST_PLAUSIBLE_AGE}年，请核对")
    return tuple(warnings)
