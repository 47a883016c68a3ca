"""Reading uploaded tables: every format made here, known by its content, refused in words an officer can
act on.
"""

import datetime as dt
import io
import zipfile
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter
import xlwt
from hypothesis import given
from hypothesis import strategies as st

from registry.base.errors import InvalidInput
from registry.rules.publicity import Cell, Kind, check_rows, is_header, national_header, recognize
from registry.services.imports.reading import open_table
from tests.registry.rules.publicity.sheets import penalty

CODES = national_header(Kind.PENALTY)[0]
ROWS: list[list[Cell]] = [["名称", "日期", "金额"], ["甲厂", "2026-01-05", "0.2"], ["乙厂", "", "1"]]


def xlsx(rows: list[list[Cell]], *, top: int = 0, left: int = 0) -> bytes:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as workbook:
        sheet = workbook.add_worksheet()
        for number, row in enumerate(rows, start=top):
            sheet.write_row(number, left, row)
    return buffer.getvalue()


def xls(rows: list[list[Cell]]) -> bytes:
    workbook = xlwt.Workbook()
    sheet = workbook.add_sheet("表")
    for number, row in enumerate(rows):
        for column, cell in enumerate(row):
            sheet.write(number, column, cell)
    buffer = io.BytesIO()
    workbook.save(buffer)
    return buffer.getvalue()


def csv_text(rows: list[list[Cell]], delimiter: str = ",") -> str:
    return "".join(delimiter.join(str(cell) for cell in row) + "\r\n" for row in rows)


def refusal(data: bytes, name: str = "表.xlsx") -> InvalidInput:
    with pytest.raises(InvalidInput) as caught:
        open_table(data, name)
    return caught.value


@pytest.mark.parametrize(
    ("data", "table_format", "encoding"),
    [
        (xlsx(ROWS), "xlsx", ""),
        (xls(ROWS), "xls", ""),
        (csv_text(ROWS).encode("utf-8"), "csv", "utf-8"),
        (csv_text(ROWS).encode("utf-8-sig"), "csv", "utf-8-sig"),
        (csv_text(ROWS).encode("gb18030"), "csv", "gb18030"),
        (csv_text(ROWS, "\t").encode("utf-16"), "csv", "utf-16"),
        (csv_text(ROWS, ";").encode("gb18030"), "csv", "gb18030"),
    ],
)
def test_table_is_known_by_its_content_whatever_its_name(data: bytes, table_format: str, encoding: str) -> None:
    table = open_table(data, "误导的名字.pdf")
    assert (table.format, table.encoding, table.header, list(table.rows)) == (
        table_format,
        encoding,
        ROWS[0],
        [(2, ROWS[1]), (3, ROWS[2])],
    )


def test_table_is_read_from_a_path(tmp_path: Path) -> None:
    path = tmp_path / "表.csv"
    path.write_bytes(csv_text(ROWS).encode())
    assert open_table(path, path.name).header == ROWS[0]


def test_rare_characters_of_gb18030_are_read() -> None:
    assert list(open_table("名称,字\r\n䶮㙍厂,𠮷\r\n".encode("gb18030"), "表.csv").rows) == [(2, ["䶮㙍厂", "𠮷"])]


def test_title_rows_above_the_header_are_passed_over() -> None:
    rows = [["河湾县行政处罚信息表"], ["填报单位", "应急管理局", "2026年3月"], CODES, penalty()]
    table = open_table(xlsx(rows), "表.xlsx", is_header=is_header)
    assert (table.header_number, [number for number, _ in table.rows]) == (3, [4])


def test_row_numbers_count_blank_rows_as_the_spreadsheet_shows_them() -> None:
    table = open_table(xlsx([["名称"], ["甲"], [], ["乙"]], top=2), "表.xlsx")
    assert [(number, row) for number, row in table.rows if any(row)] == [(4, ["甲"]), (6, ["乙"])]


def test_blank_columns_on_the_left_keep_their_place() -> None:
    assert open_table(xlsx([["名称"]], left=2), "表.xlsx").header == ["", "", "名称"]


def test_sheet_with_the_header_is_taken_before_an_earlier_one() -> None:
    workbook = openpyxl.Workbook()
    assert workbook.active is not None
    workbook.active.append(["封面"])
    workbook.create_sheet("处罚").append(CODES)
    buffer = io.BytesIO()
    workbook.save(buffer)
    assert open_table(buffer.getvalue(), "表.xlsx", is_header=is_header).sheet == "处罚"


def test_hidden_sheet_is_left_alone() -> None:
    workbook = openpyxl.Workbook()
    assert workbook.active is not None
    workbook.active.append(CODES)
    workbook.active.sheet_state = "hidden"
    workbook.create_sheet("可见").append(["名称"])
    buffer = io.BytesIO()
    workbook.save(buffer)
    assert open_table(buffer.getvalue(), "表.xlsx", is_header=is_header).sheet == "可见"


def test_real_date_and_truth_cells_become_plain_text() -> None:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as workbook:
        sheet = workbook.add_worksheet()
        sheet.write_row(0, 0, ["日期", "时间", "是否"])
        # Times in a spreadsheet have no zone.
        sheet.write_datetime(1, 0, dt.datetime(2026, 1, 5), workbook.add_format({"num_format": "yyyy-mm-dd"}))  # noqa: DTZ001
        sheet.write_datetime(
            1,
            1,
            dt.datetime(2026, 1, 5, 9, 30),  # noqa: DTZ001
            workbook.add_format({"num_format": "yyyy-mm-dd hh:mm"}),
        )
        sheet.write_boolean(1, 2, True)
    assert list(open_table(buffer.getvalue(), "表.xlsx").rows) == [(2, ["2026-01-05", "2026-01-05 09:30:00", "TRUE"])]


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ('"=""91139999X000000198"""', "91139999X000000198"),
        ("'=1+1", "=1+1"),
        ('"甲,乙\n丙"', "甲,乙\n丙"),
        ("'普通", "'普通"),
    ],
)
def test_guards_round_a_csv_value_are_taken_off(cell: str, value: str) -> None:
    assert list(open_table(f"名称,金额\r\n{cell},1\r\n".encode(), "表.csv").rows) == [(2, [value, "1"])]


@pytest.mark.parametrize("data", [b"", b"\xef\xbb\xbf", b" \r\n\r\n"])
def test_empty_file_is_refused(data: bytes) -> None:
    assert refusal(data).code == "file-empty"


def test_workbook_without_content_is_refused() -> None:
    assert refusal(xlsx([])).code == "file-empty"


@pytest.mark.parametrize(
    "data",
    [
        b"<html><table><tr><td>1</td></tr></table></html>",
        b"\xef\xbb\xbf\n<!DOCTYPE html>",
        b"<?xml version='1.0'?><Workbook/>",
        "<table><tr><td>甲</td></tr></table>".encode("utf-16"),
    ],
)
def test_web_page_under_the_name_of_a_workbook_is_refused_by_name(data: bytes) -> None:
    error = refusal(data, "表.xls")
    assert (error.code, "HTML" in error.message) == ("file-not-a-table", True)


@pytest.mark.parametrize(
    "data",
    [
        b"%PDF-1.7 x",
        b"Rar!\x1a\x07",
        b"\x89PNG\r\n",
        "整段文字没有分隔".encode(),
    ],
)
def test_other_files_are_refused(data: bytes) -> None:
    assert refusal(data).code == "file-not-a-table"


def test_archive_that_is_no_workbook_is_refused() -> None:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        archive.writestr("word/document.xml", "<w/>")
    assert refusal(buffer.getvalue()).code == "file-not-a-table"


def test_encrypted_workbook_is_refused_by_name() -> None:
    # An encrypted xlsx is an OLE file whose directory names this stream.
    name = "EncryptedPackage".encode("utf-16-le")
    data = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504) + name + bytes(512)
    assert refusal(data).code == "file-encrypted"


@pytest.mark.parametrize("data", [xlsx(ROWS)[:400], b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)])
def test_broken_workbook_is_refused(data: bytes) -> None:
    assert refusal(data).code == "file-broken"


def test_workbook_that_unpacks_to_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("registry.services.imports.reading._LARGEST_UNPACKED", 100)
    assert refusal(xlsx(ROWS)).code == "file-too-large"


def test_a_cell_written_far_out_is_refused_and_ends_no_process() -> None:
    # A few kilobytes whose rectangle from A1 to the last cell of the sheet would take half a terabyte.
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as workbook:
        sheet = workbook.add_worksheet()
        sheet.write_row(0, 0, ["名称", "日期"])
        sheet.write(1_048_575, 16_383, "远")
    assert refusal(buffer.getvalue()).code == "file-too-large"


def test_formats_without_values_far_out_are_read_past() -> None:
    buffer = io.BytesIO()
    with xlsxwriter.Workbook(buffer) as workbook:
        sheet = workbook.add_worksheet()
        sheet.write_row(0, 0, ["名称", "日期"])
        sheet.write_blank(1_048_575, 16_383, None, workbook.add_format({"bold": True}))
    assert open_table(buffer.getvalue(), "表.xlsx").header == ["名称", "日期"]


@pytest.mark.parametrize("data", [b"\x81\x00\xff\xff,\r\n\x00\x01", b"\xff\xff\xff,\xff\r\n"])
def test_bytes_in_no_known_encoding_are_refused(data: bytes) -> None:
    assert refusal(data).code == "file-encoding"


def test_quote_that_never_closes_is_refused_with_its_row() -> None:
    data = ('名称,金额\r\n甲,1\r\n"乙' + "字" * 100_001).encode()
    with pytest.raises(InvalidInput, match="第3行"):
        list(open_table(data, "表.csv").rows)


def test_refusal_names_the_file_and_the_form_field() -> None:
    error = refusal(b"%PDF-1.7", "三月处罚.xls")
    assert (error.field, "三月处罚.xls" in error.message) == ("file", True)


@given(st.binary(max_size=300))
def test_any_bytes_are_read_or_refused_but_never_fail_otherwise(data: bytes) -> None:
    try:
        list(open_table(data, "表").rows)
    except InvalidInput as error:
        refused = error
        assert refused.field == "file"


@pytest.mark.parametrize("make", [xlsx, xls, lambda rows: csv_text(rows).encode("gb18030")])
def test_national_sheet_is_checked_from_file_to_values(make) -> None:  # type: ignore[no-untyped-def]
    row: list[Cell] = ["" if cell is None else cell for cell in penalty(CF_NR_FK=0.2, CF_JDRQ=46083)]
    table = open_table(make([CODES, row, ["表格说明：略"]]), "表", is_header=is_header)
    results = list(check_rows(recognize(table.header), table.rows, dt.date(2026, 11, 22)))
    assert [(r.number, r.result.is_good) for r in results] == [(2, True)]
