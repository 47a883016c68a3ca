"""The national sheets there and back: whatever row can be taken in comes back from a file as the very same row."""

import datetime as dt
import io
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from registry.rules.publicity import (
    LICENCE_KINDS,
    PENALTY_KINDS,
    Kind,
    LicenceRow,
    PenaltyRow,
    check_row,
    is_header,
    recognize,
    to_cells,
)
from registry.rules.synthetic import FICTIONAL_DIVISION, make_identity, make_uscc
from registry.services.imports.reading import open_table
from registry.services.imports.writing import write_national_table
from tests.registry.rules.publicity.sheets import licence, penalty, person

ON = dt.date(2026, 11, 20)
ALPHABET = "河湾县安全甲乙１２（）()〔〕[]、，。；;,\"'=+-@\t\n 　*%Ａa0.9\u00a0·—《》“”元万"
SHORT = st.text(ALPHABET, min_size=1, max_size=30)
LONG = st.text(ALPHABET, min_size=1, max_size=200) | st.text(min_size=1, max_size=60)
DAYS = st.dates(dt.date(2010, 1, 1), ON)
# 万元 as decimal(18,6) holds exactly yuan and fen.
MONEY = st.decimals(Decimal("0.01"), Decimal("99999999.99"), places=2).map(lambda yuan: f"{yuan / 10_000:f}")
USCC = st.integers(1, 99_999).map(lambda serial: make_uscc("9", "1", FICTIONAL_DIVISION, serial))
IDENTITY = st.dates(dt.date(1950, 1, 1), dt.date(2000, 1, 1)).map(
    lambda born: make_identity(FICTIONAL_DIVISION, born, 17)
)


@st.composite
def penalties(draw) -> list:
    kinds = draw(st.lists(st.sampled_from([*PENALTY_KINDS, "其他-责令改正"]), min_size=1, max_size=4, unique=True))
    decided = draw(DAYS)
    changes = {
        "CF_WSH": draw(SHORT), "CF_WFXW": draw(LONG), "CF_SY": draw(LONG), "CF_YJ": draw(LONG), "CF_NR": draw(LONG),
        "CF_CFLB": ";".join(kinds), "CF_NR_FK": draw(MONEY), "CF_NR_WFFF": draw(MONEY | st.none()) or "0.5",
        "CF_NR_ZKDX": draw(SHORT), "CF_JDRQ": decided.isoformat(),
        "CF_YXQ": (decided + dt.timedelta(days=draw(st.integers(0, 3000)))).isoformat(),
        "CF_GSJZQ": draw(st.none() | st.just((decided + dt.timedelta(days=365)).isoformat())),
        "BZ": draw(st.none() | LONG),
    }  # fmt: skip
    if draw(st.booleans()):
        return person(**changes, CF_XDR_MC=draw(SHORT), CF_XDR_ZJHM=draw(IDENTITY))
    return penalty(**changes, CF_XDR_MC=draw(SHORT), CF_XDR_SHXYM=draw(USCC), CF_FRDB=draw(SHORT))


@st.composite
def licences(draw) -> list:
    decided = draw(DAYS)
    return licence(
        XK_XDR_MC=draw(SHORT), XK_XDR_SHXYM=draw(USCC), XK_FRDB=draw(SHORT), XK_XKWS=draw(LONG), XK_WSH=draw(SHORT),
        XK_XKLB=draw(st.sampled_from([*LICENCE_KINDS, "其他-备案"])), XK_XKZS=draw(st.none() | SHORT),
        XK_XKBH=draw(st.none() | SHORT), XK_NR=draw(LONG), XK_JDRQ=decided.isoformat(), XK_YXQZ=decided.isoformat(),
        XK_YXQZI=draw(st.just("2099-12-31") | st.just((decided + dt.timedelta(days=1000)).isoformat())),
        XK_ZT=draw(st.sampled_from(["1", "2", "有效"])), BZ=draw(st.none() | LONG),
    )  # fmt: skip


def taken(kind: Kind, rows: list[list]) -> list[PenaltyRow | LicenceRow]:
    """The generated rows that can be taken in, as typed values."""
    results = [check_row(kind, row, ON) for row in rows]
    return [result.values for result in results if result.values is not None]


def there_and_back(kind: Kind, values: list[PenaltyRow | LicenceRow], table_format: str) -> list:
    target = io.BytesIO()
    write_national_table(target, kind=kind, rows=values, table_format=table_format)
    table = open_table(target.getvalue(), f"导出.{table_format}", is_header=is_header)
    layout = recognize(table.header)
    return [check_row(kind, layout.arrange(cells), ON).values for _, cells in table.rows]


@pytest.mark.parametrize("table_format", ["xlsx", "csv"])
@pytest.mark.parametrize(("kind", "rows"), [(Kind.PENALTY, penalties()), (Kind.LICENCE, licences())])
def test_every_row_that_can_be_taken_in_comes_back_the_same(kind, rows, table_format):
    seen = []

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck), derandomize=True)
    @given(st.lists(rows, min_size=1, max_size=4))
    def holds(drawn):
        values = taken(kind, drawn)
        if not values:
            return
        seen.append(len(values))
        assert there_and_back(kind, values, table_format) == values

    holds()
    assert sum(seen) >= 30, "the generated rows are refused for the most part: the test proves nothing"


@settings(max_examples=200, deadline=None)
@given(penalties())
def test_cells_of_a_row_are_a_fixed_point(cells):
    values = check_row(Kind.PENALTY, cells, ON).values
    if values is None:
        return
    assert check_row(Kind.PENALTY, to_cells(values), ON).values == values


@pytest.mark.parametrize(
    "text", ["=1+1", "'=1+1", "''=1", "'+5", "+5", "-3.5", "@甲", '="甲"', "'甲", "123456789012345678"]
)
@pytest.mark.parametrize("table_format", ["xlsx", "csv"])
def test_no_text_that_a_spreadsheet_would_run_or_shorten_is_changed_by_the_guard_against_it(text, table_format):
    values = taken(Kind.PENALTY, [penalty(BZ=text)])
    assert [row.remark for row in there_and_back(Kind.PENALTY, values, table_format)] == [row.remark for row in values]
