"""A table longer than a sheet goes on in the next one: no row is lost, each sheet has its header."""

import io

import pytest
from openpyxl import load_workbook

from registry.services import workbooks
from registry.services.imports.writing import write_cells
from registry.services.workbooks import Sheet, write_workbook


def many(target, rows):
    return write_workbook(target, [Sheet("任务", ["编号"], rows), Sheet("反馈", ["编号"], [["a"]])])[0]


def one(target, rows):
    return write_cells(target, header=["编号"], rows=rows, sheet="任务", above=["某县", "某日"])


@pytest.mark.parametrize(("write", "above"), [(many, 0), (one, 2)])
@pytest.mark.parametrize("number", [0, 1, 4, 5, 8, 9])
def test_rows_beyond_a_sheet_stand_in_the_next(monkeypatch, write, above, number):
    monkeypatch.setattr(workbooks, "SHEET_ROWS", 5 + above)  # four rows below the header
    stream = io.BytesIO()
    assert write(stream, ([str(place)] for place in range(number))) == number
    book = load_workbook(stream)
    names = [name for name in book.sheetnames if name.startswith("任务")]
    assert names == ["任务", "任务（2）", "任务（3）"][: max(1, -(-number // 4))]
    found = [[row[0].value for row in book[name].iter_rows(min_row=above + 1)] for name in names]
    assert all(rows[0] == "编号" for rows in found)
    assert [value for rows in found for value in rows[1:]] == [str(place) for place in range(number)]
