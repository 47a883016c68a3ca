"""Lines of a check: what a person pastes or a table holds becomes questions, and nothing is guessed."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.rules.synthetic import FICTIONAL_DIVISION, make_identity, make_uscc
from sanctions.rules.check_lines import LineRefused, asked_of_rows, asked_of_text
from sanctions.rules.checking import Asked

CODE = make_uscc("9", "1", FICTIONAL_DIVISION, 11)
NAME = "河湾县兴达化工有限公司"


@pytest.mark.parametrize(
    "line",
    [
        f"{NAME} {CODE}",
        f"{CODE}，{NAME}",
        f"{NAME}\t{CODE}",
        f"3. {NAME}；{CODE}",
        f"3\t{NAME}\t{CODE}",
        f"  {NAME} , {CODE[:4]} {CODE[4:8]} {CODE[8:]} ",
        f"{NAME} {''.join(chr(ord(each) + 0xFEE0) for each in CODE)}",
    ],
)
def test_a_name_and_a_code_are_told_apart_in_any_writing(line):
    assert asked_of_text(line) == [Asked(CODE, NAME)]


def test_empty_lines_are_passed_over_and_the_order_stays():
    assert asked_of_text(f"{NAME}\n\n  \n{CODE}\r\n") == [Asked("", NAME), Asked(CODE, "")]


def test_a_mistyped_code_stays_a_code_so_that_its_fault_is_told():
    assert asked_of_text(CODE[:-1]) == [Asked(CODE[:-1], "")]


def test_an_enterprise_of_letters_and_few_digits_is_a_name():
    assert asked_of_text("Omega3000 贸易公司") == [Asked("", "Omega3000 贸易公司")]


def test_two_codes_in_one_line_are_refused_with_its_number():
    with pytest.raises(LineRefused, match="第2行有两个代码"):
        asked_of_text(f"{NAME}\n{CODE} {CODE}")


def test_the_header_of_a_table_tells_the_columns():
    rows = [
        (1, ["序号", "企业名称", "备注", "统一社会信用代码*"]),
        (2, [1.0, NAME, "2026年3月15日", CODE]),
        (3, ["", "", "", ""]),
        (4, [2.0, "", "", CODE]),
    ]
    assert asked_of_rows(rows) == [Asked(CODE, NAME), Asked(CODE, "")]


def test_a_persons_number_stands_in_a_column_of_its_own():
    number = make_identity(FICTIONAL_DIVISION, dt.date(1988, 7, 9), 17)
    rows = [(1, ["名称", "统一社会信用代码", "证件号码"]), (2, ["张三", "", number]), (3, [NAME, CODE, ""])]
    assert asked_of_rows(rows) == [Asked(number, "张三"), Asked(CODE, NAME)]


def test_a_number_of_which_the_spreadsheet_lost_the_end_is_refused_and_not_looked_for():
    with pytest.raises(LineRefused, match=r"第2行.*失真"):
        asked_of_rows([(1, ["姓名", "证件号码"]), (2, ["张三", 370323198807090174.0])])


@given(st.text(max_size=60))
def test_no_line_is_lost_and_none_is_empty(text):
    try:
        asked = asked_of_text(text)
    except LineRefused:
        return
    assert len(asked) == sum(1 for line in text.splitlines() if line.strip())
    assert all(each.code or each.name for each in asked)
