"""Whole sheets: notes, blank rows, repeated decisions, row numbers."""

from collections.abc import Sequence
from datetime import date

import pytest

from registry.rules.publicity import Cell, CheckedRow, Kind, check_rows, national_header, recognize
from tests.registry.rules.publicity.sheets import SOLE_TRADER, licence, penalty

TODAY = date(2026, 11, 22)
LAYOUTS = {kind: recognize(national_header(kind)[0]) for kind in Kind}


def check(*rows: Sequence[Cell], kind: Kind = Kind.PENALTY) -> list[CheckedRow]:
    return list(check_rows(LAYOUTS[kind], enumerate(rows, start=2), TODAY))


def test_rows_keep_their_numbers_in_the_file() -> None:
    rows = check(penalty(), [None] * 30, penalty(CF_WSH="河罚〔2026〕2号"))
    assert [row.number for row in rows] == [2, 4]


def test_sheet_without_rows_gives_none() -> None:
    assert check() == []


@pytest.mark.parametrize(
    "notes",
    [
        [["表格说明：带*的为必填项"]],
        [["表格说明：", "带*的为必填项", "日期按年月日填写"] + [None] * 27],
        [["填表说明："], ["1. 带*的为必填项"], [None, "2. 日期按年月日填写"]],
        [[""] * 30, ["说明：本表一式两份"]],
    ],
)
def test_notes_at_the_end_are_no_data(notes: list[list[Cell]]) -> None:
    assert [row.number for row in check(penalty(), *notes)] == [2]


def test_data_after_a_note_is_still_data() -> None:
    rows = check(["表格说明：下列各行"], penalty())
    assert [row.number for row in rows] == [3]


def test_row_with_little_in_it_is_refused_and_not_passed_over() -> None:
    rows = check(["河湾县兴达化工有限公司"])
    assert not rows[0].result.is_good


def test_second_header_row_is_no_data() -> None:
    assert [row.number for row in check(national_header(Kind.PENALTY)[1], penalty())] == [3]


def test_same_decision_twice_is_refused_with_the_first_rows_number() -> None:
    rows = check(penalty(), penalty(CF_WSH="(河)应急罚[2026]12号"))
    assert [row.result.is_good for row in rows] == [True, False]


def test_refusal_of_a_repeated_decision_names_the_first_row() -> None:
    assert "第2行" in check(penalty(), penalty())[1].result.reason


def test_same_document_number_for_another_party_is_only_remarked_on() -> None:
    rows = check(penalty(), penalty(CF_XDR_MC="河湾县小店", CF_XDR_SHXYM=SOLE_TRADER, CF_XDR_LB="个体工商户"))
    assert (rows[1].result.is_good, len(rows[1].result.warnings)) == (True, 1)


def test_decision_corrected_after_a_bad_row_is_no_repetition() -> None:
    rows = check(penalty(CF_SY=None), penalty())
    assert [row.result.is_good for row in rows] == [False, True]


def test_two_licences_of_one_document_are_both_good() -> None:
    rows = check(licence(), licence(XK_XKBH="另一许可编号"), kind=Kind.LICENCE)
    assert [row.result.is_good for row in rows] == [True, True]


def test_same_licence_twice_is_refused() -> None:
    rows = check(licence(), licence(), kind=Kind.LICENCE)
    assert [row.result.is_good for row in rows] == [True, False]


def test_cells_are_given_as_read() -> None:
    row = penalty(CF_NR_FK=" 0.2 ")
    assert check(row)[0].cells == row
