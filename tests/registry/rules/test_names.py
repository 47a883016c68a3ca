"""Names and document numbers: spellings of the same thing compare equal, different things do not."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.rules.names import (
    clean_document_number,
    clean_name,
    comparable_document_number,
    comparable_name,
    grams,
    query_grams,
)

NAMES = st.text(alphabet="安平县丝网制造有限公司（）()·Ａa1 ", min_size=0, max_size=20)


@pytest.mark.parametrize(
    "spelling",
    [
        "安平县(城关)ABC丝网有限公司",
        "安平县（城关）ＡＢＣ丝网有限公司",
        "安平县〔城关〕abc丝网有限公司",
        "安平县【城关】Abc丝网有限公司",
        "安平县[城关]ABC 丝网有限公司\n",
        "安平县［城关］ABC\u3000丝网\u200b有限公司",
    ],
)
def test_spellings_of_one_name_compare_equal(spelling: str) -> None:
    assert comparable_name(spelling) == "安平县(城关)ABC丝网有限公司"


def test_middle_dots_compare_equal() -> None:
    assert comparable_name("买买提•吐尔逊") == comparable_name("买买提·吐尔逊")


def test_different_names_do_not_compare_equal() -> None:
    assert comparable_name("安平县丝网厂") != comparable_name("安平县丝网一厂")


def test_traditional_and_simplified_forms_stay_different() -> None:
    assert comparable_name("國泰") != comparable_name("国泰")


@given(NAMES)
def test_comparable_form_is_its_own_comparable_form(name: str) -> None:
    assert comparable_name(comparable_name(name)) == comparable_name(name)


def test_name_for_showing_has_full_width_brackets_and_single_spaces() -> None:
    assert clean_name("  安平县(城关)\t丝网\x00 Co  Ltd ") == "安平县（城关） 丝网 Co Ltd"


@pytest.mark.parametrize(
    "spelling",
    [
        "安应急罚〔2026〕12号",
        "安应急罚(2026)12号",
        "安应急罚（2026）12号",
        "安应急罚[2026]12号",
        "安应急罚【２０２６】12 号",
        "安应急罚﹝2026﹞１２号",
    ],
)
def test_spellings_of_one_document_number_take_the_official_form(spelling: str) -> None:
    assert clean_document_number(spelling) == "安应急罚〔2026〕12号"


def test_brackets_around_something_else_than_a_year_stay_round() -> None:
    assert clean_document_number("安应急罚〔2026〕(简)12号") == "安应急罚〔2026〕（简）12号"


def test_document_numbers_compare_equal_whatever_their_brackets() -> None:
    assert comparable_document_number("安应急罚[2026]a12号") == comparable_document_number("安应急罚〔2026〕A12号")


def test_document_numbers_of_different_years_differ() -> None:
    assert comparable_document_number("安罚〔2025〕1号") != comparable_document_number("安罚〔2026〕1号")


def test_grams_are_the_distinct_characters_and_pairs() -> None:
    assert grams("信用信") == ("信", "用", "信用", "用信")


def test_empty_name_has_no_grams() -> None:
    assert grams(" \u3000") == ()


def test_one_character_is_looked_up_by_itself() -> None:
    assert query_grams("信") == ("信",)


def test_longer_fragment_is_looked_up_by_its_pairs() -> None:
    assert query_grams("信用县") == ("信用", "用县")


@given(NAMES, st.integers(0, 20), st.integers(1, 14))
def test_name_has_every_gram_of_any_of_its_fragments(name: str, start: int, length: int) -> None:
    fragment = comparable_name(name)[start : start + length]
    assert set(query_grams(fragment)) <= set(grams(name))
