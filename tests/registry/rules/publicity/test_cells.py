"""Cells as spreadsheets hold them: text, numbers, serial dates, amounts in 万元."""

from contextlib import suppress
from datetime import date, timedelta
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.rules.publicity.cells import Cell, CellError, cell_date, cell_text, cell_yuan, code_text


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (None, ""),
        ("  甲\u3000", "甲"),
        (1.0, "1"),
        (0.2, "0.2"),
        (130000000012345.0, "130000000012345"),
        (12, "12"),
        ("甲\x00乙\u200b", "甲乙"),
        ("第一行\n第二行", "第一行\n第二行"),
    ],
)
def test_cell_becomes_trimmed_text(cell: Cell, text: str) -> None:
    assert cell_text(cell) == text


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("1.0", "1"),
        (1.0, "1"),
        ("000123", "000123"),
        ("冀.5", "冀.5"),
        (130000000012345.0, "130000000012345"),
    ],
)
def test_code_loses_the_decimals_that_a_spreadsheet_added(cell: Cell, text: str) -> None:
    assert code_text(cell) == text


@pytest.mark.parametrize("cell", [911399990000000198.0, "9.11399990000000E+17", 110105194912310000])
def test_code_that_lost_digits_to_a_number_format_is_refused(cell: Cell) -> None:
    with pytest.raises(CellError, match="15位"):
        code_text(cell)


@pytest.mark.parametrize(
    "cell",
    [
        "2026-01-05",
        "2026/1/5",
        "2026.1.5",
        "2026.01.05",
        "20260105",
        "2026年1月5日",
        "2026年01月05日",
        "2026-1-5",
        "2026-01-05 00:00:00",
        "2026-01-05T00:00:00",
        "2026/1/5 0:00",
        "２０２６-０１-０５",
        46027,
        46027.0,
        "46027",
        "46027.0",
        20260105.0,
        " 2026-01-05 ",
    ],
)
def test_date_is_read_in_every_form_met(cell: Cell) -> None:
    # 46027: 2026-01-01 is day 46023 of the 1900 date system.
    assert cell_date(cell) == date(2026, 1, 5)


@pytest.mark.parametrize(
    ("cell", "word"),
    [
        ("2026-02-30", "不是真实存在"),
        ("2026-13-01", "不是真实存在"),
        ("26-1-5", "不是可识别"),
        ("2026年1月", "不是可识别"),
        ("三月五日", "不是可识别"),
        (12.0, "不是可识别"),
        ("长期", "不是日期"),
        ("2026-01-05至2027-01-05", "不是可识别"),
    ],
)
def test_what_is_no_date_is_refused(cell: Cell, word: str) -> None:
    with pytest.raises(CellError, match=word):
        cell_date(cell)


def test_refusal_of_a_date_shows_the_form_wanted() -> None:
    with pytest.raises(CellError) as caught:
        cell_date("明天")
    assert "2026-01-31" in caught.value.way_out


def test_no_end_says_how_to_write_it() -> None:
    with pytest.raises(CellError) as caught:
        cell_date("长期")
    assert "2099-12-31" in caught.value.way_out


def test_empty_cell_is_no_date() -> None:
    assert cell_date("  ") is None


@given(st.dates(date(1955, 1, 1), date(2119, 12, 31)))
def test_serial_number_counts_days_from_the_last_of_1899(day: date) -> None:
    serial = float((day - date(1899, 12, 30)) / timedelta(days=1))
    assert cell_date(serial) == day


@pytest.mark.parametrize(
    ("cell", "yuan"),
    [
        ("0.2", "2000"),
        (0.2, "2000"),
        ("20", "200000"),
        ("1,234.5", "12345000"),
        ("０.２", "2000"),
        ("￥0.2", "2000"),
        ("0.2万元", "2000"),
        ("0.000001", "0.01"),
        (0.000001, "0.01"),
        (0.1 + 0.2, "3000"),
        ("0", "0"),
        (2.0, "20000"),
        ("2.000000", "20000"),
        ("999999999999.999999", "9999999999999999.99"),
    ],
)
def test_amount_in_ten_thousands_becomes_yuan(cell: Cell, yuan: str) -> None:
    assert cell_yuan(cell) == Decimal(yuan)


@pytest.mark.parametrize(
    ("cell", "word"),
    [
        ("2000元", "万元"),
        ("-0.2", "小于零"),
        (-0.2, "小于零"),
        ("0.0000001", "6位小数"),
        ("贰仟", "不是金额"),
        ("1000000000000", "12位"),
        ("0.2.1", "不是金额"),
        ("1,23", "不是金额"),
        (float("nan"), "不是金额"),
        (float("inf"), "不是金额"),
    ],
)
def test_what_is_no_amount_is_refused(cell: Cell, word: str) -> None:
    with pytest.raises(CellError, match=word):
        cell_yuan(cell)


@given(st.decimals(0, 10**9, places=6))
def test_amount_written_with_six_decimals_is_kept_to_the_fen(amount: Decimal) -> None:
    assert cell_yuan(f"{amount:f}") == amount * 10_000


@given(st.one_of(st.text(max_size=12), st.floats(), st.integers(), st.none()))
def test_any_cell_is_read_or_refused_but_never_fails_otherwise(cell: Cell) -> None:
    for read in (code_text, cell_date, cell_yuan):
        with suppress(CellError):
            read(cell)
