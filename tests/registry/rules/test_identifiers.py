"""Identifiers: codes worked out by hand from the standards, every fault named by its position."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import ric, uscc

from registry.rules.identifiers import (
    USCC_ALPHABET,
    birth_date,
    check_identity,
    check_organization_code,
    check_uscc,
    is_sole_trader,
    is_valid_uscc,
    organization_code_of,
)
from registry.rules.synthetic import FICTIONAL_DIVISION, make_identity, make_organization_code, make_uscc

SERIALS = st.integers(0, 31**7 - 1)
BIRTHS = st.dates(date(1930, 1, 1), date(2025, 12, 31))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "91139999X000000198",
        " ９１139999 x0000001\u30009\u200b8 ",
        "91139999X000000191",
        "91139999X000O00198",
        "9113",
    ],
)
def test_a_code_is_valid_exactly_when_its_check_finds_no_error(text):
    assert is_valid_uscc(text) is check_uscc(text).is_valid


# Worked by hand. Body X0000001: 33·3 + 1·2 = 101, 101 mod 11 = 2, 11 - 2 = 9. First 17 characters of
# 91139999X00000019: the weighted sum is 1666, 1666 mod 31 = 23, 31 - 23 = 8. With N, A, Y in front the sum
# is 1679, 1667, 1687 and the check 26 (T), 7, 18 (J).
@pytest.mark.parametrize(
    "code",
    [
        "91139999X000000198",
        "N1139999X00000019T",
        "A1139999X000000197",
        "Y1139999X00000019J",
        "91350100M000100Y43",  # example in GB 32100-2015
    ],
)
def test_code_with_right_check_digits_is_accepted(code: str) -> None:
    assert check_uscc(code).errors == ()


@pytest.mark.parametrize("code", ["91139999X000000198", "N1139999X00000019T", "Y1139999X00000019J"])
def test_known_authority_category_and_division_give_no_warning(code: str) -> None:
    assert check_uscc(code).warnings == ()


@pytest.mark.parametrize(
    ("code", "positions"),
    [
        ("91139999X000000191", [18]),
        ("91139999X00000011", [18]),  # one short: position 18 is missing
        ("91139999X0000001988", [19]),
        ("91139999X000O00198", [13]),
        ("9113A999X000000198", [5]),
        ("91139999X000000218", [17, 18]),  # body X0000002: 99 + 4 = 103, 103 mod 11 = 4, so 7 belongs at 17
        ("", [1]),
        ("91I39999X0000O0198", [3, 14]),
    ],
)
def test_fault_in_a_code_is_named_by_its_position(code: str, positions: list[int]) -> None:
    assert [error.position for error in check_uscc(code).errors] == positions


def test_wrong_check_digit_message_says_what_it_should_be() -> None:
    assert "第18位（校验码）不符：按前17位应为“8”，实为“1”" in check_uscc("91139999X000000191").message


def test_letter_mistaken_for_a_digit_is_suggested() -> None:
    assert "是否应为“0”" in check_uscc("91139999X000O00198").message


def test_full_width_spaced_lower_case_code_is_normalised() -> None:
    assert check_uscc(" ９１139999 x0000001\u30009\u200b8 ").normalized == "91139999X000000198"


def test_unknown_category_is_only_a_warning() -> None:
    result = check_uscc(make_uscc("9", "9", FICTIONAL_DIVISION, 1))
    assert (result.is_valid, len(result.warnings)) == (True, 1)


def test_unknown_authority_is_only_a_warning() -> None:
    result = check_uscc(make_uscc("B", "1", FICTIONAL_DIVISION, 1))
    assert (result.is_valid, len(result.warnings)) == (True, 1)


def test_unknown_division_is_only_a_warning() -> None:
    result = check_uscc(make_uscc("9", "1", "990000", 1))
    assert (result.is_valid, len(result.warnings)) == (True, 1)


def test_national_division_is_known() -> None:
    assert check_uscc(make_uscc("1", "1", "100000", 1)).warnings == ()


def test_codes_of_sole_traders_start_with_92() -> None:
    assert is_sole_trader(make_uscc("9", "2", FICTIONAL_DIVISION, 1))


def test_enterprise_is_not_an_sole_trader() -> None:
    assert not is_sole_trader("91139999X000000198")


def test_organization_code_is_found_inside_the_unified_code() -> None:
    assert organization_code_of("91139999X000000198") == "X00000019"


@given(st.sampled_from("123456789ANY"), st.sampled_from("1239"), SERIALS)
def test_made_code_is_accepted(authority: str, category: str, serial: int) -> None:
    assert check_uscc(make_uscc(authority, category, FICTIONAL_DIVISION, serial)).is_valid


@given(SERIALS, st.integers(0, 17), st.sampled_from(USCC_ALPHABET))
def test_one_wrong_character_is_always_found(serial: int, index: int, other: str) -> None:
    code = make_uscc("9", "1", FICTIONAL_DIVISION, serial)
    changed = code[:index] + other + code[index + 1 :]
    assert check_uscc(changed).is_valid is is_valid_uscc(changed) is (changed == code)


@given(st.sampled_from("1235789"), SERIALS)
def test_made_code_agrees_with_an_independent_implementation(authority: str, serial: int) -> None:
    assert uscc.is_valid(make_uscc(authority, "1", FICTIONAL_DIVISION, serial))


@given(st.text(max_size=20))
def test_any_text_is_checked_without_failing(text: str) -> None:
    assert check_uscc(text).errors


# D2143569X: 13·3 + 2·7 + 1·9 + 4·10 + 3·5 + 5·8 + 6·4 + 9·2 = 199, 199 mod 11 = 1, 11 - 1 = 10 → X.
@pytest.mark.parametrize("code", ["D2143569X", "D2143569-X", "d2143569－x", "X00000019"])
def test_organization_code_with_right_check_digit_is_accepted(code: str) -> None:
    assert check_organization_code(code).errors == ()


def test_organization_code_is_kept_without_hyphen() -> None:
    assert check_organization_code("D2143569-X").normalized == "D2143569X"


@pytest.mark.parametrize(("code", "position"), [("D21435691", 9), ("D214356", 8), ("D2143_69X", 6)])
def test_fault_in_an_organization_code_is_named_by_its_position(code: str, position: int) -> None:
    assert check_organization_code(code).errors[0].position == position


@given(SERIALS)
def test_made_organization_code_is_accepted(serial: int) -> None:
    assert check_organization_code(make_organization_code(serial)).is_valid


# Weighted sums worked by hand: 253 mod 11 = 0 → 1; 197 mod 11 = 10 → 2; 234 mod 11 = 3 → 9; 152 mod 11 = 9
# → 3.
@pytest.mark.parametrize(
    "number",
    [
        "11010519491231002X",
        "440524188001010014",  # examples in GB 11643-1999
        "810000199408230021",
        "830000199201300022",  # residence permits of 港澳 and 台湾 residents
        "911111199003070129",  # permanent residence of a foreigner
        "512301197001010013",  # a division of before 1997
    ],
)
def test_identity_number_with_right_check_digit_is_accepted(number: str) -> None:
    assert check_identity(number, on=date(2026, 11, 22)).errors == ()


@pytest.mark.parametrize(
    "number", ["810000199408230021", "830000199201300022", "911111199003070129", "512301197001010013"]
)
def test_special_and_old_divisions_give_no_warning(number: str) -> None:
    assert check_identity(number, on=date(2026, 11, 22)).warnings == ()


@pytest.mark.parametrize(
    ("number", "position"),
    [
        ("110105194912310021", 18),
        ("11010519491231002", 18),
        ("11010519490231002X", 7),
        ("1101051949123100XX", 17),
        ("110105194912310-2X", 16),
        ("11010519491231002X1", 19),
        ("", 1),
    ],
)
def test_fault_in_an_identity_number_is_named_by_its_position(number: str, position: int) -> None:
    assert check_identity(number).errors[0].position == position


def test_old_number_of_15_digits_is_refused_by_name() -> None:
    assert "15位旧身份证号" in check_identity("110105491231002").message


def test_birth_after_the_day_asked_is_refused() -> None:
    number = make_identity(FICTIONAL_DIVISION, date(2026, 11, 23), 1)
    assert [error.position for error in check_identity(number, on=date(2026, 11, 22)).errors] == [7]


def test_birth_on_the_day_asked_is_accepted() -> None:
    assert check_identity(make_identity(FICTIONAL_DIVISION, date(2026, 11, 22), 1), on=date(2026, 11, 22)).is_valid


def test_unlikely_age_is_only_a_warning() -> None:
    result = check_identity("440524188001010014", on=date(2026, 11, 22))
    assert (result.is_valid, len(result.warnings)) == (True, 1)


def test_lower_case_x_and_full_width_digits_are_normalised() -> None:
    assert check_identity("１１０105 19491231 002x").normalized == "11010519491231002X"


def test_digits_of_other_scripts_are_refused() -> None:
    assert not check_identity("٠" * 18).is_valid


def test_birth_date_is_read_from_the_number() -> None:
    assert birth_date("11010519491231002X") == date(1949, 12, 31)


@pytest.mark.parametrize("number", ["110105194902310021", "123", "", "１" * 17])
def test_birth_date_of_something_else_is_refused(number: str) -> None:
    with pytest.raises(ValueError, match="身份证号码"):
        birth_date(number)


@given(BIRTHS, st.integers(0, 999))
def test_made_identity_number_is_accepted(born_on: date, serial: int) -> None:
    assert check_identity(make_identity(FICTIONAL_DIVISION, born_on, serial), on=date(2025, 12, 31)).is_valid


@given(BIRTHS, st.integers(0, 999))
def test_made_identity_number_holds_its_birth_date(born_on: date, serial: int) -> None:
    assert birth_date(make_identity(FICTIONAL_DIVISION, born_on, serial)) == born_on


@given(BIRTHS, st.integers(0, 999))
def test_identity_check_digit_agrees_with_an_independent_implementation(born_on: date, serial: int) -> None:
    # A division in use today: the other implementation refuses many older ones.
    number = make_identity("110101", born_on, serial)
    assert ric.calc_check_digit(number) == number[17]


@pytest.mark.parametrize("arguments", [("99", "1", "130000", 1), ("9", "1", "13000", 1), ("9", "1", "130000", -1)])
def test_impossible_parts_of_a_made_code_are_refused(arguments: tuple[str, str, str, int]) -> None:
    with pytest.raises(ValueError, match="应"):
        make_uscc(*arguments)
