"""Writing a document as .pdf: the blocks of the office's documents, an embedded font, a code to check it by."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from fpdf import FPDF
from fpdf.enums import TableCellFillMode
from fpdf.fonts import FontFace
from qrcode.main import QRCode

from registry.rules.blocks import Block, Facts, Paragraph
from registry.services.docx import Letter, chinese_date

FONT: Final = Path(__file__).resolve().parent.parent / "fonts" / "NotoSansCJKsc-Regular.otf"
# Characters beyond GBK that names may hold are taken from the machine's own font, where Debian's fonts-noto-cjk is.
WIDE_FONT: Final = Path("/usr/share/fonts/opentype/noto/NotoSansCJK-Regular.ttc")
_WIDE_FACE: Final = 2  # Simplified Chinese in the collection
_FAMILY: Final = "noto"
_MARGIN: Final = 20  # mm
_QR: Final = 28  # mm
_GREY: Final = 236


class _Page(FPDF):
    """A page with its number, the letter's number and its footer below."""

    letter: Letter

    def footer(self) -> None:
        self.set_y(-16)
        self.set_font(_FAMILY, size=8)
        self.set_text_color(90)
        said = "　".join(part for part in (self.letter.number, self.letter.footer) if part)
        self.cell(0, 5, said, align="L", new_x="LMARGIN", new_y="TOP")
        self.cell(0, 5, f"第{self.page_no()}页，共{{nb}}页", align="R")
        self.set_text_color(0)


def pdf_bytes(letter: Letter, body: Sequence[Block], *, written_at: datetime, verify_url: str) -> bytes:
    """Return the .pdf file of the letter; `verify_url` stands under it as a code and in words."""
    page = _Page(format="A4")
    page.letter = letter
    page.set_margin(_MARGIN)
    page.set_auto_page_break(True, margin=22)
    page.add_font(_FAMILY, fname=FONT)
    _wide_font_add(page)
    page.set_title(letter.title)
    page.set_author(letter.department)
    page.set_creation_date(written_at)
    page.add_page()
    _head(page, letter)
    for block in body:
        _block(page, block)
    _close(page, letter, verify_url)
    return bytes(page.output())


def _wide_font_add(page: FPDF) -> None:
    if WIDE_FONT.is_file():
        page.add_font("wide", fname=WIDE_FONT, collection_font_number=_WIDE_FACE)
        page.set_fallback_fonts(["wide"])


def _head(page: FPDF, letter: Letter) -> None:
    page.set_font(_FAMILY, size=20)
    page.multi_cell(0, 12, letter.title, align="C", new_x="LMARGIN", new_y="NEXT")
    page.set_font(_FAMILY, size=10)
    page.multi_cell(0, 7, f"编号：{letter.number}", align="C", new_x="LMARGIN", new_y="NEXT")
    page.ln(3)


def _block(page: FPDF, block: Block) -> None:
    if isinstance(block, Paragraph):
        page.set_font(_FAMILY, size=12 if block.bold else 10)
        if block.bold:
            page.ln(2)
            _keep_together(page)
        # The font has one weight: a heading stands out by its size.
        page.multi_cell(0, 8 if block.bold else 6, block.text, new_x="LMARGIN", new_y="NEXT", align="L")
    elif isinstance(block, Facts):
        _table(page, [list(row) for row in block.rows], widths=(30, 70), first_row=False)
    else:
        rows = [list(block.header), *(list(row) for row in block.rows)]
        _table(page, rows, widths=block.widths or None, first_row=True)


def _keep_together(page: FPDF) -> None:
    """Begin a heading on the next page where nothing of its section would fit below it."""
    if page.will_page_break(30):
        page.add_page()


def _table(page: FPDF, rows: list[list[str]], *, widths: tuple[int, ...] | None, first_row: bool) -> None:
    page.set_font(_FAMILY, size=9)
    style: dict[str, Any] = {"first_row_as_headings": first_row, "line_height": 5.5, "padding": 1, "text_align": "LEFT"}
    if first_row:
        style["headings_style"] = FontFace(fill_color=(_GREY, _GREY, _GREY))
    else:
        style["cell_fill_mode"] = TableCellFillMode.NONE
    with page.table(rows, col_widths=widths, **style):
        pass
    page.ln(2)


def _close(page: FPDF, letter: Letter, verify_url: str) -> None:
    if page.will_page_break(_QR + 12):
        page.add_page()
    page.ln(4)
    top = page.get_y()
    _code(page, verify_url, x=_MARGIN, y=top)
    page.set_font(_FAMILY, size=9)
    page.set_xy(_MARGIN + _QR + 4, top)
    page.multi_cell(80, 5, f"扫描左侧二维码，或者打开以下网址核对真伪：\n{verify_url}", align="L")
    page.set_font(_FAMILY, size=10)
    page.set_xy(_MARGIN, top + 16)
    page.cell(0, 6, letter.department, align="R", new_x="LMARGIN", new_y="NEXT")
    page.cell(0, 6, chinese_date(letter.on), align="R", new_x="LMARGIN", new_y="NEXT")


def _matrix(text: str) -> list[list[bool]]:
    code = QRCode(border=0)
    code.add_data(text)
    code.make(fit=True)
    found: list[list[bool]] = code.get_matrix()
    return found


def _code(page: FPDF, text: str, *, x: float, y: float) -> None:
    matrix = _matrix(text)
    size = _QR / len(matrix)
    page.set_fill_color(0)
    for down, row in enumerate(matrix):
        for across, dark in enumerate(row):
            if dark:
                page.rect(x + across * size, y + down * size, size, size, style="F")
