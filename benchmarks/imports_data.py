"""A national penalty sheet of made-up decisions with planted defects, and the county that knows some of the parties."""

import datetime as dt
import random
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from registry.models import Account, Department, RoleGrant
from registry.rules.publicity import COLUMNS, Cell, Kind
from registry.rules.synthetic import FICTIONAL_DIVISION, make_identity, make_uscc
from registry.services.imports.writing import write_cells
from registry.services.subjects import organization_new, subjects_take_in

SEED = 20261129
ON = dt.date(2026, 11, 27)
BUREAU = make_uscc("1", "1", FICTIONAL_DIVISION, 3)
DEFECTS_EVERY = 50
_CODES = [column.code for column in COLUMNS[Kind.PENALTY]]
_PLACES = {code: place for place, code in enumerate(_CODES)}
_WORDS = "安泰宏远恒瑞金鼎华盛联创盛达新源长兴永固顺通嘉禾天成博远泽润凯旋明德中正"
_TRADES = ("化工", "矿业", "建材", "机械", "食品", "物流", "建筑", "电子", "纺织", "农资")
_ACTS = (
    ("未按规定对从业人员进行安全生产教育和培训", "《中华人民共和国安全生产法》第九十七条第三项"),
    ("未为从业人员提供符合国家标准的劳动防护用品", "《中华人民共和国安全生产法》第九十九条第五项"),
    ("未在有较大危险因素的设施设备上设置明显的安全警示标志", "《中华人民共和国安全生产法》第九十九条第一项"),
    ("未将事故隐患排查治理情况如实记录并向从业人员通报", "《中华人民共和国安全生产法》第九十七条第五项"),
)


@dataclass
class Sheet:
    """What the file holds: rows that become records, and planted defects by kind."""

    path: Path
    rows: int
    good: int = 0
    defects: Counter[str] = field(default_factory=Counter)


def bureau_and_handler() -> tuple[Department, Account]:
    """Make the bureau that decides and the officer who imports."""
    bureau = Department(
        code="safety", name="河湾县应急管理局", short_name="应急局", kind="bureau", uscc=BUREAU
    ).save_by(None, reason="benchmark")
    handler = Account.objects.create_user(username="handler", password=None, display_name="经办", department=bureau)
    RoleGrant(account=handler, role="handler", starts_on=dt.date(2020, 1, 1)).save_by(None, reason="benchmark")
    return bureau, handler


def party_of(serial: int) -> tuple[str, str]:
    """Return name and unified code of a made-up enterprise."""
    chosen = random.Random(SEED + serial)
    name = f"河湾县{''.join(chosen.sample(_WORDS, 2))}{serial}{chosen.choice(_TRADES)}有限公司"
    return name, make_uscc("9", "1", FICTIONAL_DIVISION, 10_000 + serial)


def subjects_make(count: int) -> None:
    """Take the first `count` enterprises in, as the register knows them before the import."""
    for start in range(0, count, 5_000):
        made = []
        for serial in range(start, min(start + 5_000, count)):
            name, code = party_of(serial)
            made.append(organization_new(name=name, category="enterprise", uscc=code))
        subjects_take_in(made, actor=None, on=ON)


def sheet_write(path: Path, *, rows: int, parties: int, planted: bool = True) -> Sheet:
    """Write the file: good decisions on `parties` enterprises; where `planted`, every 50th row has a defect."""
    sheet = Sheet(path, rows)
    labels = [column.label for column in COLUMNS[Kind.PENALTY]]
    with path.open("wb") as target:
        write_cells(
            target, header=labels, rows=(_row(n, parties, sheet, planted) for n in range(rows)), sheet="行政处罚"
        )
    return sheet


def sheet_told(path: Path, *, rows: int, parties: int, planted: bool = True) -> Sheet:
    """Return what `sheet_write` put into the file, without writing it again."""
    sheet = Sheet(path, rows)
    for number in range(rows):
        _row(number, parties, sheet, planted)
    return sheet


def _row(number: int, parties: int, sheet: Sheet, planted: bool) -> list[Cell]:
    chosen = random.Random(SEED * 7 + number)
    cells = _good(number, chosen, parties)
    if not planted or number % DEFECTS_EVERY != DEFECTS_EVERY - 1:
        sheet.good += 1
        return cells
    name = list(_DEFECTS)[number // DEFECTS_EVERY % len(_DEFECTS)]
    sheet.defects[name] += 1
    column, value = _DEFECTS[name]
    if name == "check digit":
        code = str(cells[_PLACES[column]])
        value = code[:17] + ("0" if code[17] != "0" else "1")
    if name == "name of another":  # of one in the register, so that a code nobody bears yet is refused too
        value = next(party for party in map(party_of, (0, 1)) if party[1] != cells[_PLACES["CF_XDR_SHXYM"]])[0]
    if name == "repeated":
        return _good(number - 1, random.Random(SEED * 7 + number - 1), parties)
    cells[_PLACES[column]] = value
    return cells


_DEFECTS: dict[str, tuple[str, Cell]] = {
    "check digit": ("CF_XDR_SHXYM", None),
    "decided in the future": ("CF_JDRQ", "2027-03-01"),
    "kind that the law does not know": ("CF_CFLB", "罚金"),
    "fine without amount": ("CF_NR_FK", None),
    "facts missing": ("CF_SY", None),
    "name of another": ("CF_XDR_MC", None),
    "repeated": ("CF_WSH", None),
}


def _good(number: int, chosen: random.Random, parties: int) -> list[Cell]:
    name, code = party_of(number % parties if number < parties else chosen.randrange(parties))
    act, basis = _ACTS[number % len(_ACTS)]
    fine = chosen.choice(("0.5", "1", "2", "2.5", "5"))
    decided = ON - dt.timedelta(days=chosen.randrange(1, 700))
    values: dict[str, Cell] = {
        "CF_XDR_MC": name, "CF_XDR_LB": "法人及非法人组织", "CF_XDR_SHXYM": code, "CF_FRDB": "王某某",
        "CF_WSH": f"河应急罚〔{decided.year}〕{number + 1}号", "CF_WFXW": act,
        "CF_SY": f"{decided}执法检查发现，{name}{act}，违反安全生产管理规定，责令限期改正后仍未完成整改。",
        "CF_YJ": basis, "CF_CFLB": "罚款", "CF_NR": f"罚款人民币{fine}万元", "CF_NR_FK": fine,
        "CF_JDRQ": decided.isoformat(), "CF_YXQ": (decided + dt.timedelta(days=365)).isoformat(),
        "CF_CFJG": "河湾县应急管理局", "CF_CFJGDM": BUREAU, "CF_SJLY": "河湾县应急管理局", "CF_SJLYDM": BUREAU,
    }  # fmt: skip
    if number % 20 == 7:
        values |= {
            "CF_XDR_MC": "赵某", "CF_XDR_LB": "自然人", "CF_XDR_SHXYM": None, "CF_FRDB": None, "CF_XDR_ZJLX": "身份证",
            "CF_XDR_ZJHM": make_identity(
                FICTIONAL_DIVISION, dt.date(1960, 1, 1) + dt.timedelta(days=number // 900), number % 900
            ),
        }  # fmt: skip
    return [values.get(each) for each in _CODES]
