"""Masking: what the public may see of a person."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.rules.masking import mask_document_number, mask_person, mask_phone, mask_text


@pytest.mark.parametrize(
    ("name", "masked"),
    [
        ("张三", "张*"),
        ("张三丰", "张*"),
        (" 买买提·吐尔逊 ", "买*"),
        ("张", "张*"),
        ("", ""),
    ],
)
def test_person_is_shown_by_the_first_character(name: str, masked: str) -> None:
    assert mask_person(name) == masked


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        ("110105199001011234", "110***********1234"),
        ("11010519491231002x", "110***********002X"),
        ("110105 19900101 1234", "110***********1234"),
        ("110105491231002", "110********1002"),
        ("E12345678", "E******78"),
        ("12345", "*****"),
        ("", ""),
    ],
)
def test_document_number_keeps_only_its_ends(number: str, masked: str) -> None:
    assert mask_document_number(number) == masked


@pytest.mark.parametrize(
    ("number", "masked"),
    [
        ("13800001234", "138****1234"),
        ("0318-7521234", "031*****1234"),
        ("7521234", "*****34"),
        ("110", "***"),
    ],
)
def test_phone_keeps_only_its_ends(number: str, masked: str) -> None:
    assert mask_phone(number) == masked


@pytest.mark.parametrize(
    ("text", "masked"),
    [
        ("张三（身份证号：11010519491231002X）违法", "张三（身份证号：110***********002X）违法"),
        ("身份证110105194912310021，校验码抄错", "身份证110***********0021，校验码抄错"),
        ("身份证１１０１０５１９４９１２３１００２Ｘ号", "身份证110***********002X号"),
        ("身份证110105 19491231 002X号", "身份证110***********002X号"),
        ("旧证110105491231002号", "旧证110********1002号"),
        ("电话13800001234、13900001234", "电话138****1234、139****1234"),
    ],
)
def test_numbers_of_persons_inside_text_are_masked(text: str, masked: str) -> None:
    assert mask_text(text) == masked


@pytest.mark.parametrize(
    "text",
    [
        "该单位统一社会信用代码91139999X000000198",
        "罚款123456789012345678元",
        "安应急罚〔2026〕12号",
        "",
    ],
)
def test_numbers_that_are_not_of_persons_stay(text: str) -> None:
    assert mask_text(text) == text


@given(st.text(max_size=40))
def test_masked_text_stays_as_it_is_when_masked_again(text: str) -> None:
    assert mask_text(mask_text(text)) == mask_text(text)
