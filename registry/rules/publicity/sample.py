"""A made-up penalty file to try the import with: 24 rows that pass and 6 that fail, each for another reason.

All names, codes and decisions are fictional. The rows that fail: a wrong check digit, a decision in the future, a kind
of penalty that the law does not know, a fine without its amount, an empty mandatory column, a decision given twice.
"""

import datetime as dt
from collections.abc import Sequence
from decimal import Decimal
from typing import Final, NamedTuple

from registry.rules.publicity.export import to_cells
from registry.rules.publicity.layout import Kind, column_index
from registry.rules.publicity.values import IDENTITY_CARD, Party, PartyKind, PenaltyRow
from registry.rules.synthetic import FICTIONAL_DIVISION, make_identity, make_uscc

ROWS: Final = 30
BAD_ROWS: Final = (4, 9, 14, 19, 24, 29)  # positions from 0

_P = column_index(Kind.PENALTY)
_SERIAL = 880_000
_TRADES = ("化工", "矿业", "燃气", "建材", "机械", "餐饮", "物流", "烟花爆竹", "加油", "包装")
_FAMILY, _GIVEN = "赵钱孙李周吴郑王冯陈", ("演一", "演二", "示三", "示四", "例五")
_CONDUCT = (
    ("未按规定对从业人员进行安全生产教育和培训", "现场抽查，部分从业人员未经安全生产教育和培训即上岗作业。", "第九十七条第三项"),
    ("未为从业人员提供符合国家标准的劳动防护用品", "现场检查，作业人员未配备符合标准的劳动防护用品。", "第九十九条第五项"),
    ("未将事故隐患排查治理情况如实记录", "隐患排查台账缺少近三个月的记录。", "第九十七条第五项"),
    ("特种作业人员未取得相应资格上岗作业", "现场一名电工作业人员未取得特种作业操作证。", "第九十七条第七项"),
    ("未按规定制定生产安全事故应急救援预案", "该单位未制定应急救援预案，也未组织演练。", "第九十七条第六项"),
    ("安全设备的安装不符合国家标准", "可燃气体报警装置的安装位置不符合国家标准。", "第九十九条第二项"),
)  # fmt: skip


class SampleParty(NamedTuple):
    """An organisation to write into the file: name, code and representative."""

    name: str
    uscc: str
    representative: str


def sample_rows(
    *, on: dt.date, authority: str, authority_code: str, parties: Sequence[SampleParty] = ()
) -> list[list[str]]:
    """Return the 30 rows in the national order, decided in the weeks before `on`.

    `parties` stand in the first rows, made-up ones fill the rest. An empty authority code is replaced by a made-up one.
    """
    code = authority_code or make_uscc("1", "1", FICTIONAL_DIVISION, _SERIAL)
    rows = []
    for index in range(ROWS):
        party = _party(index, parties)
        rows.append(to_cells(_penalty(index, party, on, authority, code)))
    _spoil(rows, on)
    return rows


def _party(index: int, parties: Sequence[SampleParty]) -> Party:
    if index < len(parties):
        return Party(PartyKind.ORGANIZATION, parties[index].name, parties[index].uscc,
                     representative=parties[index].representative)  # fmt: skip
    person = f"{_FAMILY[index % 10]}{_GIVEN[index // 10]}"
    if index in (12, 22):
        number = make_identity(FICTIONAL_DIVISION, dt.date(1970 + index, 5, 6), index)
        return Party(PartyKind.PERSON, person, identity_type=IDENTITY_CARD, identity_number=number)
    trade = _TRADES[index % 10]
    if index % 7 == 0:
        uscc = make_uscc("9", "2", FICTIONAL_DIVISION, _SERIAL + index)
        return Party(PartyKind.SOLE_TRADER, f"演示县{person}{trade}店", uscc, representative=person)
    uscc = make_uscc("9", "1", FICTIONAL_DIVISION, _SERIAL + index)
    return Party(PartyKind.ORGANIZATION, f"演示县试填{index + 1}号{trade}有限公司", uscc, representative=person)


def _penalty(index: int, party: Party, on: dt.date, authority: str, code: str) -> PenaltyRow:
    conduct, facts, clause = _CONDUCT[index % len(_CONDUCT)]
    decided_on = on - dt.timedelta(days=1 + index % 6)
    is_warning = index % 5 == 3
    fine = None if is_warning else Decimal(5000 + 2500 * (index % 8))
    return PenaltyRow(
        party=party, number=f"（演示）应急罚〔{decided_on.year}〕{901 + index}号", violation_type=conduct, facts=facts,
        basis=f"《中华人民共和国安全生产法》{clause}", kinds=("警告",) if is_warning else ("警告", "罚款"),
        content="警告" if fine is None else f"警告，罚款人民币{fine}元", fine=fine, confiscated=None, licence="",
        decided_on=decided_on, valid_until=dt.date(decided_on.year + 1, decided_on.month, min(decided_on.day, 28)),
        published_until=None, authority=authority, authority_code=code, source=authority, source_code=code,
        remark="演示数据",
    )  # fmt: skip


def _spoil(rows: list[list[str]], on: dt.date) -> None:
    wrong_digit, future, unknown_kind, no_amount, empty, twice = (rows[index] for index in BAD_ROWS)
    code = wrong_digit[_P["CF_XDR_SHXYM"]]
    wrong_digit[_P["CF_XDR_SHXYM"]] = code[:17] + ("0" if code[17] != "0" else "1")
    future[_P["CF_JDRQ"]] = (on + dt.timedelta(days=30)).isoformat()
    unknown_kind[_P["CF_CFLB"]] = "罚金"
    no_amount[_P["CF_CFLB"]], no_amount[_P["CF_NR_FK"]] = "罚款", ""
    empty[_P["CF_SY"]] = ""
    twice[:] = rows[BAD_ROWS[-1] - 1]
