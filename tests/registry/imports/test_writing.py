"""Writing tables: failed rows go back in their own layout, and nothing in them runs or is shortened."""

import datetime as dt
import io

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.rules.publicity import (
    Cell,
    Kind,
    PenaltyRow,
    check_row,
    check_rows,
    is_header,
    national_header,
    recognize,
)
from registry.services.imports.reading import Table, open_table
from registry.services.imports.writing import (
    failed_rows_format,
    write_failed_rows,
    write_national_table,
    write_template,
)
from tests.registry.rules.publicity.sheets import penalty

TODAY = dt.date(2026, 11, 22)
HEADER: list[Cell] = ["名称", "金额"]


def back(
    rows: list[tuple[list[Cell], str]], read_format: str, encoding: str = "", header: list[Cell] | None = None
) -> bytes:
    target = io.BytesIO()
    write_failed_rows(target, header=header or HEADER, rows=rows, read_format=read_format, encoding=encoding)
    return target.getvalue()


def reread(data: bytes) -> Table:
    return open_table(data, "退回.xlsx")


@pytest.mark.parametrize(("read_format", "written"), [("xlsx", "xlsx"), ("xls", "xlsx"), ("csv", "csv")])
def test_failed_rows_go_back_in_the_format_they_came_in_or_its_successor(read_format: str, written: str) -> None:
    assert (failed_rows_format(read_format), reread(back([], read_format)).format) == (written, written)


@pytest.mark.parametrize("read_format", ["xlsx", "csv"])
def test_failed_rows_go_back_with_their_reason(read_format: str) -> None:
    table = reread(back([(["甲厂", "0.2"], "名称有误")], read_format))
    assert [table.header, *(row for _, row in table.rows)] == [
        ["名称", "金额", "失败原因"],
        ["甲厂", "0.2", "名称有误"],
    ]


@pytest.mark.parametrize("read_format", ["xlsx", "csv"])
def test_short_row_is_filled_up_to_the_column_of_reasons(read_format: str) -> None:
    assert list(reread(back([(["甲厂"], "名称有误")], read_format)).rows) == [(2, ["甲厂", "", "名称有误"])]


def test_column_of_reasons_from_an_earlier_time_is_replaced() -> None:
    data = back([(["甲厂", "0.2", "旧原因"], "新原因")], "xlsx", header=[*HEADER, "失败原因"])
    table = reread(data)
    assert [table.header, *(row for _, row in table.rows)] == [["名称", "金额", "失败原因"], ["甲厂", "0.2", "新原因"]]


@pytest.mark.parametrize(
    ("encoding", "start"),
    [
        ("utf-8", b"\xef\xbb\xbf"),
        ("utf-8-sig", b"\xef\xbb\xbf"),
        ("gb18030", "名称".encode("gb18030")),
    ],
)
def test_csv_goes_back_in_the_encoding_it_came_in(encoding: str, start: bytes) -> None:
    assert back([], "csv", encoding).startswith(start)


@pytest.mark.parametrize("value", ["=1+1", "+cmd|' /C calc'!A0", "-2+3", "@SUM(A1)", "\t=1"])
def test_no_csv_cell_starts_like_a_formula(value: str) -> None:
    line = back([([value, "1"], "原因")], "csv").decode("utf-8-sig").splitlines()[1]
    assert line.lstrip('"').startswith("'")


def test_negative_number_in_a_csv_stays_a_number() -> None:
    assert "\n-0.2,1," in back([(["-0.2", "1"], "原因")], "csv").decode("utf-8-sig")


def test_formula_text_in_a_workbook_is_text() -> None:
    assert list(reread(back([(["=1+1", "1"], "原因")], "xlsx")).rows) == [(2, ["=1+1", "1", "原因"])]


def test_long_number_in_a_csv_is_guarded_against_shortening() -> None:
    assert "110105194912310021\t," in back([(["110105194912310021", "1"], "原因")], "csv").decode("utf-8-sig")


SAFE = st.text(st.characters(codec="gb18030", exclude_categories=("Cc", "Cs", "Cf", "Co", "Cn")), max_size=12)


@given(
    st.lists(st.tuples(SAFE.filter(lambda t: t == t.strip()), SAFE.filter(lambda t: t == t.strip())), max_size=4),
    st.sampled_from(["utf-8", "gb18030"]),
)
def test_csv_given_back_reads_as_it_was(pairs: list[tuple[str, str]], encoding: str) -> None:
    table = reread(back([([a, b], "原因") for a, b in pairs], "csv", encoding))
    assert [[str(cell).strip() for cell in row] for _, row in table.rows] == [[a, b, "原因"] for a, b in pairs]


@pytest.mark.parametrize("read_format", ["xlsx", "csv"])
def test_failed_rows_mended_in_the_file_given_back_are_taken_in(read_format: str) -> None:
    header = national_header(Kind.PENALTY)[0]
    row: list[Cell] = ["" if cell is None else cell for cell in penalty()]
    table = open_table(back([(row, "已改正")], read_format, header=list(header)), "退回", is_header=is_header)
    results = [row.result.is_good for row in check_rows(recognize(table.header), table.rows, TODAY)]
    assert results == [True]


@pytest.mark.parametrize("table_format", ["xlsx", "csv"])
def test_national_export_is_read_back_the_same(table_format: str) -> None:
    values = check_row(Kind.PENALTY, penalty(), TODAY).values
    assert isinstance(values, PenaltyRow)
    target = io.BytesIO()
    write_national_table(target, kind=Kind.PENALTY, rows=[values], table_format=table_format)
    table = open_table(target.getvalue(), "导出", is_header=is_header)
    assert [row.result.values for row in check_rows(recognize(table.header), table.rows, TODAY)] == [values]


def test_number_of_rows_written_is_given() -> None:
    rows: list[tuple[list[Cell], str]] = [(["甲", "1"], "原因")] * 3
    assert write_failed_rows(io.BytesIO(), header=HEADER, rows=rows, read_format="csv") == 3


@pytest.mark.parametrize("kind", list(Kind))
def test_empty_template_is_recognised(kind: Kind) -> None:
    target = io.BytesIO()
    write_template(target, kind=kind)
    assert recognize(reread(target.getvalue()).header).kind is kind
