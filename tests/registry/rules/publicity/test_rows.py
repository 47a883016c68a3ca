"""Rows of the national sheets: one change to a good row, one expected answer."""

from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.rules.publicity import (
    COLUMNS,
    Cell,
    Kind,
    LicenceRow,
    PartyKind,
    PenaltyRow,
    Required,
    RowResult,
    check_row,
    to_cells,
)
from tests.registry.rules.publicity.sheets import (
    BUREAU,
    ENTERPRISE,
    IDENTITY,
    SOLE_TRADER,
    cells,
    licence,
    penalty,
    person,
)

TODAY = date(2026, 11, 22)


def check_penalty(row: list[Cell]) -> RowResult:
    return check_row(Kind.PENALTY, row, TODAY)


def penalty_values(row: list[Cell]) -> PenaltyRow:
    values = check_penalty(row).values
    assert isinstance(values, PenaltyRow)
    return values


def licence_values(row: list[Cell]) -> LicenceRow:
    values = check_row(Kind.LICENCE, row, TODAY).values
    assert isinstance(values, LicenceRow)
    return values


def faulty_columns(kind: Kind, row: list[Cell]) -> list[str]:
    return [error.column for error in check_row(kind, row, TODAY).errors]


def test_good_penalty_has_neither_errors_nor_warnings() -> None:
    result = check_penalty(penalty())
    assert (result.errors, result.warnings) == ((), ())


def test_good_licence_has_neither_errors_nor_warnings() -> None:
    result = check_row(Kind.LICENCE, licence(), TODAY)
    assert (result.errors, result.warnings) == ((), ())


def test_good_person_has_neither_errors_nor_warnings() -> None:
    result = check_penalty(person())
    assert (result.errors, result.warnings) == ((), ())


def test_fine_is_given_in_yuan() -> None:
    assert penalty_values(penalty()).fine == Decimal(2000)


def test_absent_amount_is_none() -> None:
    assert penalty_values(penalty()).confiscated is None


def test_dates_are_read() -> None:
    values = licence_values(licence(XK_JDRQ=46083.0))
    assert (values.decided_on, values.valid_until) == (date(2026, 3, 2), date(2029, 3, 2))


def test_document_number_takes_the_official_form() -> None:
    assert penalty_values(penalty(CF_WSH="(河)应急罚[2026] 12号")).number == "（河）应急罚〔2026〕12号"


@pytest.mark.parametrize("code", [c.code for c in COLUMNS[Kind.PENALTY] if c.required is Required.ALWAYS])
def test_mandatory_column_of_a_penalty_may_not_be_empty(code: str) -> None:
    assert faulty_columns(Kind.PENALTY, penalty(**{code: " "})) == [code]


@pytest.mark.parametrize("code", [c.code for c in COLUMNS[Kind.LICENCE] if c.required is Required.ALWAYS])
def test_mandatory_column_of_a_licence_may_not_be_empty(code: str) -> None:
    assert faulty_columns(Kind.LICENCE, licence(**{code: None})) == [code]


@pytest.mark.parametrize(
    ("row", "column"),
    [
        (penalty(CF_XDR_SHXYM=None), "CF_XDR_SHXYM"),
        (penalty(CF_FRDB=None), "CF_FRDB"),
        (penalty(CF_XDR_LB="个体工商户", CF_XDR_SHXYM=None), "CF_XDR_SHXYM"),
        (person(CF_XDR_ZJLX=None), "CF_XDR_ZJLX"),
        (person(CF_XDR_ZJHM=None), "CF_XDR_ZJHM"),
        (penalty(CF_NR_FK=None), "CF_NR_FK"),
        (penalty(CF_CFLB="没收违法所得", CF_NR_FK=None), "CF_NR_WFFF"),
        (penalty(CF_CFLB="没收非法财物", CF_NR_FK=None), "CF_NR_WFFF"),
        (penalty(CF_CFLB="吊销许可证件", CF_NR_FK=None), "CF_NR_ZKDX"),
        (penalty(CF_CFLB="暂扣许可证件", CF_NR_FK=None), "CF_NR_ZKDX"),
    ],
)
def test_column_is_mandatory_under_its_condition(row: list[Cell], column: str) -> None:
    assert faulty_columns(Kind.PENALTY, row) == [column]


@pytest.mark.parametrize(
    ("changes", "column"),
    [
        ({"CF_XDR_SHXYM": ENTERPRISE[:-1] + "Z"}, "CF_XDR_SHXYM"),
        ({"CF_XDR_SHXYM": 911399990000000198.0}, "CF_XDR_SHXYM"),
        ({"CF_CFJGDM": BUREAU[:-1]}, "CF_CFJGDM"),
        ({"CF_XDR_LB": "公司"}, "CF_XDR_LB"),
        ({"CF_CFLB": "罚款;拘役"}, "CF_CFLB"),
        ({"CF_NR_FK": "2000元"}, "CF_NR_FK"),
        ({"CF_NR_FK": "0"}, "CF_NR_FK"),
        ({"CF_JDRQ": "2026-02-30"}, "CF_JDRQ"),
        ({"CF_JDRQ": "2026-11-23", "CF_YXQ": "2027-11-23"}, "CF_JDRQ"),
        ({"CF_YXQ": "2026-03-01"}, "CF_YXQ"),
        ({"CF_GSJZQ": "2026-03-01"}, "CF_GSJZQ"),
        ({"CF_SY": "事" * 5001}, "CF_SY"),
        ({"CF_XDR_MC": "名" * 201}, "CF_XDR_MC"),
        ({"CF_FR_ZJLX": "身份证", "CF_FR_ZJHM": "110105194912310021"}, "CF_FR_ZJHM"),
        ({"CF_FR_ZJHM": "E12345678"}, "CF_FR_ZJLX"),
        ({"CF_FR_ZJLX": "学生证", "CF_FR_ZJHM": "E12345678"}, "CF_FR_ZJLX"),
    ],
)
def test_fault_is_told_once_and_of_its_column(changes: dict[str, Cell], column: str) -> None:
    assert faulty_columns(Kind.PENALTY, penalty(**changes)) == [column]


@pytest.mark.parametrize(
    ("changes", "column"),
    [
        ({"CF_XDR_ZJHM": "110105194912310021"}, "CF_XDR_ZJHM"),
        ({"CF_XDR_ZJHM": "110105491231002"}, "CF_XDR_ZJHM"),
        ({"CF_XDR_ZJLX": "学生证"}, "CF_XDR_ZJLX"),
        ({"CF_XDR_ZJLX": "护照号", "CF_XDR_ZJHM": "E1"}, "CF_XDR_ZJHM"),
        ({"CF_XDR_SHXYM": ENTERPRISE}, "CF_XDR_SHXYM"),
        ({"CF_XDR_ZJHM": 110105194912310000.0}, "CF_XDR_ZJHM"),
    ],
)
def test_fault_of_a_person_is_told_once_and_of_its_column(changes: dict[str, Cell], column: str) -> None:
    assert faulty_columns(Kind.PENALTY, person(**changes)) == [column]


@pytest.mark.parametrize(
    ("changes", "column"),
    [
        ({"XK_XKLB": "备案"}, "XK_XKLB"),
        ({"XK_ZT": "3"}, "XK_ZT"),
        ({"XK_YXQZI": "2026-03-02"}, "XK_YXQZI"),
        ({"XK_YXQZI": "长期"}, "XK_YXQZI"),
        ({"XK_WSH": "许" * 65}, "XK_WSH"),
        ({"XK_LYDWDM": "1"}, "XK_LYDWDM"),
    ],
)
def test_fault_of_a_licence_is_told_once_and_of_its_column(changes: dict[str, Cell], column: str) -> None:
    assert faulty_columns(Kind.LICENCE, licence(**changes)) == [column]


def test_every_fault_of_a_row_is_told() -> None:
    row = penalty(CF_XDR_SHXYM=None, CF_JDRQ="明天", CF_NR_FK="两千")
    assert faulty_columns(Kind.PENALTY, row) == ["CF_XDR_SHXYM", "CF_JDRQ", "CF_NR_FK"]


def test_row_with_a_fault_has_no_values() -> None:
    assert check_penalty(penalty(CF_SY=None)).values is None


def test_reason_names_column_value_and_way_out() -> None:
    assert check_penalty(penalty(CF_NR_FK="两千")).reason == (
        "罚款金额(万元)：“两千”不是金额。请只填以万元为单位的数字，2000元填0.2。"
    )


def test_reason_hides_a_persons_identity_number() -> None:
    assert "19491231" not in check_penalty(person(CF_XDR_ZJHM="110105194912310021")).reason


@pytest.mark.parametrize(
    "changes",
    [
        {"CF_JDRQ": "2026-11-22"},
        {"CF_YXQ": "2026-03-02"},
        {"CF_YXQ": "2099-12-31"},
        {"CF_GSJZQ": "2026-03-02"},
        {"CF_SY": "事" * 5000},
        {"CF_NR_FK": 0.2},
        {"CF_XDR_SHXYM": f" {ENTERPRISE.lower()} "},
        {"CF_CFLB": "罚款；警告"},
        {"CF_CFLB": "罚款;其他-责令改正"},
        {"CF_CFLB": " 罚 款 ; "},
        {"CF_FR_ZJLX": "居民身份证", "CF_FR_ZJHM": IDENTITY},
        {"CF_FR_ZJHM": IDENTITY},
        {"CF_XDR_GSZC": 130000000012345.0},
    ],
)
def test_row_at_the_edge_of_the_rules_is_good(changes: dict[str, Cell]) -> None:
    assert check_penalty(penalty(**changes)).is_good


def test_several_kinds_of_penalty_are_taken_apart() -> None:
    assert penalty_values(penalty(CF_CFLB="罚款；警告;罚款")).kinds == ("罚款", "警告")


def test_kinds_joined_by_another_mark_are_taken_with_a_remark() -> None:
    result = check_penalty(penalty(CF_CFLB="罚款、警告"))
    assert (penalty_values(penalty(CF_CFLB="罚款、警告")).kinds, len(result.warnings)) == (("罚款", "警告"), 1)


def test_supplement_of_another_kind_keeps_its_commas() -> None:
    assert penalty_values(penalty(CF_CFLB="罚款;其他-责令改正、整改")).kinds == ("罚款", "其他-责令改正、整改")


@pytest.mark.parametrize(
    "changes",
    [
        {"CF_NR_FK": "2000"},  # 20 million yuan: the officer probably meant 2,000
        {"CF_CFLB": "警告"},
        {"CF_NR_WFFF": "1"},
        {"CF_XDR_LB": "法人"},
        {"CF_XDR_LB": "个体工商户"},
        {"CF_XDR_ZZJG": "123456789"},
        {"CF_XDR_ZZJG": "D2143569-X"},
        {"CF_FR_ZJLX": "身份证"},
        {"CF_XDR_ZJHM": IDENTITY},
    ],
)
def test_doubtful_row_is_taken_with_one_remark(changes: dict[str, Cell]) -> None:
    result = check_penalty(penalty(**changes))
    assert (result.is_good, len(result.warnings)) == (True, 1)


def test_code_starting_92_makes_a_sole_trader_of_a_legal_person() -> None:
    assert penalty_values(penalty(CF_XDR_SHXYM=SOLE_TRADER)).party.kind is PartyKind.SOLE_TRADER


def test_sole_trader_with_its_code_gives_no_remark() -> None:
    assert check_penalty(penalty(CF_XDR_LB="个体工商户", CF_XDR_SHXYM=SOLE_TRADER)).warnings == ()


@pytest.mark.parametrize(("cell", "status"), [(1.0, "1"), ("1.0", "1"), ("2", "2"), ("有效", "1"), (2, "2")])
def test_status_is_read_from_text_or_number(cell: Cell, status: str) -> None:
    assert licence_values(licence(XK_ZT=cell)).status == status


def test_names_take_full_width_brackets() -> None:
    assert penalty_values(penalty(CF_XDR_MC="兴达(河湾)厂")).party.name == "兴达（河湾）厂"


def test_future_birth_is_judged_by_the_day_given() -> None:
    row = person(CF_JDRQ="1949-12-30", CF_YXQ="1950-12-30")
    assert [error.column for error in check_row(Kind.PENALTY, row, date(1949, 12, 30)).errors] == ["CF_XDR_ZJHM"]


def test_row_of_another_width_is_a_programming_error() -> None:
    with pytest.raises(ValueError, match="30列"):
        check_row(Kind.PENALTY, ["甲"], TODAY)


@pytest.mark.parametrize(
    "row",
    [
        penalty(),
        person(),
        penalty(CF_CFLB="罚款;警告", CF_GSJZQ="2029-03-02", BZ="备注"),
        penalty(CF_XDR_SHXYM=SOLE_TRADER),
        penalty(CF_NR_FK="0.000001"),
    ],
)
def test_exported_penalty_is_read_back_the_same(row: list[Cell]) -> None:
    values = penalty_values(row)
    assert penalty_values(list(to_cells(values))) == values


def test_exported_licence_is_read_back_the_same() -> None:
    values = licence_values(licence(XK_XKZS="许可证", XK_YXQZI="2099-12-31"))
    assert licence_values(list(to_cells(values))) == values


def test_representatives_identity_document_is_not_exported() -> None:
    assert IDENTITY not in to_cells(penalty_values(penalty(CF_FR_ZJLX="身份证", CF_FR_ZJHM=IDENTITY)))


CELLS = st.one_of(
    st.none(),
    st.text(max_size=10),
    st.floats(),
    st.integers(-10, 10**18),
    st.sampled_from(["罚款;警告", "自然人", "个体工商户", "2026-01-05", ENTERPRISE, "0.2", "其他"]),
)


@given(st.sampled_from(list(Kind)), st.data())
def test_any_row_is_judged_without_failing(kind: Kind, data: st.DataObject) -> None:
    row = cells(kind)
    for position in data.draw(st.sets(st.integers(0, len(row) - 1), max_size=12)):
        row[position] = data.draw(CELLS)
    result = check_row(kind, row, TODAY)
    assert (result.values is None) is bool(result.errors)
