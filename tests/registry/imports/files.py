"""Files for the tests of the import, built column by column; the 30-row penalty file is written by hand."""

import csv
import datetime as dt
import io

import openpyxl
import xlwt
from django.core.files.base import ContentFile

from registry.models import Account, Department, ImportBatch
from registry.rules.publicity import Cell, Kind, national_header
from registry.rules.synthetic import FICTIONAL_DIVISION, make_identity, make_uscc
from registry.services.imports.preview import import_preview
from tests.registry.rules.publicity.sheets import penalty, person

TODAY = dt.date(2026, 11, 20)
PERSON_NUMBER = make_identity(FICTIONAL_DIVISION, dt.date(1988, 7, 9), 17)
REPRESENTATIVE_NUMBER = make_identity(FICTIONAL_DIVISION, dt.date(1977, 3, 4), 21)


def party(serial: int) -> dict[str, Cell]:
    """Return the columns of one more made-up enterprise."""
    return {
        "CF_XDR_MC": f"河湾县第{serial}化工厂",
        "CF_XDR_SHXYM": make_uscc("9", "1", FICTIONAL_DIVISION, 500 + serial),
    }


def good(serial: int, **changes: Cell) -> list[Cell]:
    return penalty(**{**party(serial), "CF_WSH": f"河应急罚〔2026〕{serial}号", **changes})


def thirty_rows() -> list[list[Cell]]:
    """Return 24 good rows and 6 bad ones, each bad in a way of its own (rows 5, 10, 15, 20, 25, 30 of the data)."""
    rows = [good(serial) for serial in range(1, 31)]
    rows[2] = person(CF_XDR_ZJHM=PERSON_NUMBER, CF_WSH="河应急罚〔2026〕3号")
    rows[6] = good(7, CF_FR_ZJLX="身份证", CF_FR_ZJHM=REPRESENTATIVE_NUMBER)
    rows[7] = good(8, CF_XDR_MC="河湾县第8小卖部", CF_XDR_SHXYM=make_uscc("9", "2", FICTIONAL_DIVISION, 508))
    code = str(rows[4][2])
    rows[4] = good(5, CF_XDR_SHXYM=code[:17] + ("0" if code[17] != "0" else "1"))
    rows[9] = good(10, CF_JDRQ="2026-12-01")
    rows[14] = good(15, CF_CFLB="罚金")
    rows[19] = good(20, CF_NR_FK=None)
    rows[24] = good(25, CF_SY=None)
    rows[29] = list(rows[0])
    return rows


def xlsx(rows: list[list[Cell]], kind: Kind = Kind.PENALTY) -> bytes:
    book = openpyxl.Workbook()
    page = book.active
    for row in [national_header(kind)[1], *rows]:
        page.append(row)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def xls(rows: list[list[Cell]], kind: Kind = Kind.PENALTY) -> bytes:
    book = xlwt.Workbook()
    page = book.add_sheet("行政处罚")
    for number, row in enumerate([national_header(kind)[1], *rows]):
        for column, cell in enumerate(row):
            if cell is not None:
                page.write(number, column, cell)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def csv_file(rows: list[list[Cell]], encoding: str, kind: Kind = Kind.PENALTY) -> bytes:
    target = io.StringIO(newline="")
    csv.writer(target).writerows([national_header(kind)[1], *rows])
    return target.getvalue().encode(encoding)


def preview(
    content: bytes,
    *,
    department: Department,
    actor: Account,
    name: str = "处罚.xlsx",
    on: dt.date = TODAY,
    kind: str = "",
) -> ImportBatch:
    return import_preview(upload=ContentFile(content, name=name), department=department, kind=kind, actor=actor, on=on)


def previewed_batch(department: Department, actor: Account) -> ImportBatch:
    """Return a previewed batch with one good and one bad row."""
    return preview(xlsx([good(1), good(2, CF_SY=None)]), department=department, actor=actor)
