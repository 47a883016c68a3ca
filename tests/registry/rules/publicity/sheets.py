"""Good rows of the national sheets, to be changed one column at a time. All synthetic."""

from registry.rules.publicity import COLUMNS, Cell, Kind
from registry.rules.synthetic import FICTIONAL_DIVISION, make_uscc

ENTERPRISE = make_uscc("9", "1", FICTIONAL_DIVISION, 1)
SOLE_TRADER = make_uscc("9", "2", FICTIONAL_DIVISION, 2)
BUREAU = make_uscc("1", "1", FICTIONAL_DIVISION, 3)
IDENTITY = "11010519491231002X"  # the example number of GB 11643-1999

_PENALTY: dict[str, Cell] = {
    "CF_XDR_MC": "河湾县兴达化工有限公司",
    "CF_XDR_LB": "法人及非法人组织",
    "CF_XDR_SHXYM": ENTERPRISE,
    "CF_FRDB": "张三",
    "CF_WSH": "（河）应急罚〔2026〕12号",
    "CF_WFXW": "未按规定培训",
    "CF_SY": "未按规定对从业人员进行安全生产教育和培训",
    "CF_YJ": "《中华人民共和国安全生产法》第九十七条",
    "CF_CFLB": "罚款",
    "CF_NR": "罚款人民币贰仟元整",
    "CF_NR_FK": "0.2",
    "CF_JDRQ": "2026-03-02",
    "CF_YXQ": "2027-03-02",
    "CF_CFJG": "河湾县应急管理局",
    "CF_CFJGDM": BUREAU,
    "CF_SJLY": "河湾县应急管理局",
    "CF_SJLYDM": BUREAU,
}
_LICENCE: dict[str, Cell] = {
    "XK_XDR_MC": "河湾县兴达化工有限公司",
    "XK_XDR_LB": "法人及非法人组织",
    "XK_XDR_SHXYM": ENTERPRISE,
    "XK_FRDB": "张三",
    "XK_XKWS": "危险化学品经营许可证",
    "XK_WSH": "河应急许〔2026〕5号",
    "XK_XKLB": "普通",
    "XK_XKBH": "冀河危化经字〔2026〕000005",
    "XK_NR": "危险化学品经营",
    "XK_JDRQ": "2026-03-02",
    "XK_YXQZ": "2026-03-03",
    "XK_YXQZI": "2029-03-02",
    "XK_XKJG": "河湾县应急管理局",
    "XK_XKJGDM": BUREAU,
    "XK_ZT": "1",
    "XK_LYDW": "河湾县应急管理局",
    "XK_LYDWDM": BUREAU,
}
_GOOD = {Kind.PENALTY: _PENALTY, Kind.LICENCE: _LICENCE}


def cells(kind: Kind, **changes: Cell) -> list[Cell]:
    """Return a good row's cells in the national order with these columns changed."""
    values = {**_GOOD[kind], **changes}
    codes = [column.code for column in COLUMNS[kind]]
    assert set(changes) <= set(codes)
    return [values.get(code) for code in codes]


def penalty(**changes: Cell) -> list[Cell]:
    """Return a good penalty row with these columns changed."""
    return cells(Kind.PENALTY, **changes)


def licence(**changes: Cell) -> list[Cell]:
    """Return a good licence row with these columns changed."""
    return cells(Kind.LICENCE, **changes)


def person(**changes: Cell) -> list[Cell]:
    """Return a good penalty row of a natural person with these columns changed."""
    return penalty(
        **{
            "CF_XDR_MC": "张三",
            "CF_XDR_LB": "自然人",
            "CF_XDR_SHXYM": None,
            "CF_FRDB": None,
            "CF_XDR_ZJLX": "身份证",
            "CF_XDR_ZJHM": IDENTITY,
            **changes,
        }
    )
