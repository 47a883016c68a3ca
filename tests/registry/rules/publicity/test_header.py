"""Recognising the sheet by its header."""

import pytest

from registry.rules.publicity import COLUMNS, Kind, LayoutError, is_header, national_header, recognize

CODES = {kind: national_header(kind)[0] for kind in Kind}
LABELS = {kind: national_header(kind)[1] for kind in Kind}
# Headers of the layout of 2015–2018: 20 columns of licences, 24 of penalties.
OLD_LICENCE = [
    "XK_WSH",
    "XK_XMMC",
    "XK_SPLB",
    "XK_NR",
    "XK_XDR",
    "XK_XDR_SHXYM",
    "XK_XDR_ZDM",
    "XK_XDR_GSDJ",
    "XK_XDR_SWDJ",
    "XK_XDR_SFZ",
    "XK_FR",
    "XK_JDRQ",
    "XK_JZQ",
    "XK_XZJG",
    "XK_ZT",
    "DFBM",
    "SJC",
    "BZ",
    "XK_SYFW",
    "GSSJ",
]
OLD_PENALTY = [
    "行政处罚决定书文号",
    "处罚名称",
    "处罚类别1",
    "处罚类别2",
    "处罚事由",
    "处罚依据",
    "行政相对人名称",
    "统一社会信用代码",
    "组织机构代码",
    "工商登记码",
    "税务登记号",
    "居民身份证号",
    "法定代表人姓名",
    "处罚结果",
    "处罚生效期",
    "处罚截止期",
    "处罚机关",
    "当前状态",
    "地方编码",
    "数据更新时间戳",
    "备注",
    "信息使用范围",
    "公示截止期",
    "公示日期",
]


@pytest.mark.parametrize(("kind", "count"), [(Kind.LICENCE, 28), (Kind.PENALTY, 30)])
def test_national_sheet_has_its_number_of_columns(kind: Kind, count: int) -> None:
    assert len(COLUMNS[kind]) == count


@pytest.mark.parametrize("kind", list(Kind))
@pytest.mark.parametrize("names", [CODES, LABELS])
def test_sheet_is_recognised_by_codes_and_by_labels(kind: Kind, names: dict[Kind, list[str]]) -> None:
    layout = recognize(names[kind])
    assert (layout.kind, layout.is_national_order) == (kind, True)


def test_header_spellings_are_evened_out() -> None:
    header = [f" *{label}\n".replace("(", "（").replace(")", "）") for label in LABELS[Kind.PENALTY]]
    assert recognize(header).kind is Kind.PENALTY


def test_code_is_found_beside_its_label() -> None:
    header = [f"{label}({code.lower()})" for code, label in zip(CODES[Kind.LICENCE], LABELS[Kind.LICENCE], strict=True)]
    assert recognize(header).is_national_order


@pytest.mark.parametrize(
    ("kind", "code", "alias"),
    [
        (Kind.LICENCE, "XK_FR_ZJHM", "XK_FR_SFZH"),
        (Kind.PENALTY, "CF_FR_ZJHM", "CF_FR_SFZH"),
        (Kind.PENALTY, "CF_XDR_SHXYM", "行政相对人代码_1（统一社会信用代码）"),
    ],
)
def test_other_name_of_a_column_is_recognised(kind: Kind, code: str, alias: str) -> None:
    assert recognize([alias if name == code else name for name in CODES[kind]]).is_national_order


def test_columns_in_another_order_are_put_in_order() -> None:
    layout = recognize(CODES[Kind.LICENCE][::-1])
    assert layout.arrange([str(number) for number in range(28)]) == [str(number) for number in range(27, -1, -1)]


def test_short_row_is_filled_up() -> None:
    assert recognize(CODES[Kind.LICENCE]).arrange(["甲"]) == ["甲"] + [None] * 27


def test_column_of_reasons_from_a_file_given_back_is_ignored() -> None:
    assert recognize([*CODES[Kind.PENALTY], "失败原因"]).ignored == ("失败原因",)


def test_optional_column_may_be_absent() -> None:
    layout = recognize([code for code in CODES[Kind.PENALTY] if code != "CF_GSJZQ"])
    assert [column.code for column in layout.absent] == ["CF_GSJZQ"]


def test_absent_mandatory_column_is_named() -> None:
    with pytest.raises(LayoutError, match="违法事实（CF_SY）") as caught:
        recognize([code for code in CODES[Kind.PENALTY] if code != "CF_SY"])
    assert caught.value.code == "missing-columns"


def test_column_standing_twice_is_named() -> None:
    with pytest.raises(LayoutError, match="第11列和第31列") as caught:
        recognize([*CODES[Kind.PENALTY], "CF_FR_SFZH"])
    assert caught.value.code == "repeated-column"


@pytest.mark.parametrize("header", [OLD_LICENCE, OLD_PENALTY])
def test_layout_of_2015_is_refused_by_name(header: list[str]) -> None:
    with pytest.raises(LayoutError, match="2015至2018年的旧版") as caught:
        recognize(header)
    assert caught.value.code == "old-layout"


@pytest.mark.parametrize("header", [[], ["姓名", "电话"], [None, 1.0, "甲"]])
def test_another_table_is_refused(header: list[str]) -> None:
    with pytest.raises(LayoutError) as caught:
        recognize(header)
    assert caught.value.code == "unknown-layout"


@pytest.mark.parametrize("row", [CODES[Kind.PENALTY], LABELS[Kind.LICENCE], OLD_LICENCE, OLD_PENALTY])
def test_header_row_is_told_from_titles(row: list[str]) -> None:
    assert is_header(row)


@pytest.mark.parametrize("row", [["河湾县行政处罚信息表"], ["填报单位：河湾县应急管理局", "", "2026年3月"], []])
def test_title_row_is_no_header(row: list[str]) -> None:
    assert not is_header(row)
