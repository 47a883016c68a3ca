"""Writing an official document as .docx: layout after GB/T 9704-2012 (paper, margins, fonts, sizes, spacing)."""

import io
from collections.abc import Sequence
from copy import deepcopy
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any, Final

import docx
from docx.enum.table import WD_TABLE_ALIGNMENT
from docx.enum.text import WD_ALIGN_PARAGRAPH, WD_LINE_SPACING
from docx.oxml.ns import qn
from docx.shared import Mm, Pt

from registry.rules.blocks import Block, Facts, Paragraph

_BODY: Final = "仿宋_GB2312"
_TITLE: Final = "方正小标宋简体"
_BOLD: Final = "黑体"
_SIZE = Pt(16)  # 三号
_TITLE_SIZE = Pt(22)  # 二号
_TABLE_SIZE = Pt(12)  # 小四
_LINE = Pt(28)
_STYLES: Final = {
    "Normal", "Default Paragraph Font", "Normal Table", "No List", "Table Grid", "Footer", "Footer Char",
}  # fmt: skip
_UNUSED: Final = {"thumbnail", "customXml", "stylesWithEffects", "numbering"}


@dataclass(frozen=True, slots=True)
class Letter:
    """What the paper says outside its body; `footer` empty: none."""

    title: str
    number: str
    department: str
    on: date
    footer: str = ""


def chinese_date(day: date) -> str:
    """Return a day as documents are dated: 2026年3月2日, without leading zeros (GB/T 9704-2012, 7.3.5)."""
    return f"{day.year}年{day.month}月{day.day}日"


def docx_bytes(letter: Letter, body: Sequence[Block], *, written_at: datetime) -> bytes:
    """Return the .docx file of the letter: title, number, body, signature with department and date."""
    document = docx.Document(io.BytesIO(_blank()))
    _line(document, letter.title, font=_TITLE, size=_TITLE_SIZE, align=WD_ALIGN_PARAGRAPH.CENTER)
    _line(document, letter.number, align=WD_ALIGN_PARAGRAPH.CENTER)
    _line(document, "")
    for block in body:
        _write_block(document, block)
    _line(document, "")
    _line(document, letter.department, align=WD_ALIGN_PARAGRAPH.RIGHT, keep=True)
    _line(document, chinese_date(letter.on), align=WD_ALIGN_PARAGRAPH.RIGHT)
    if letter.footer:
        _footer(document, letter.footer)
    properties = document.core_properties
    properties.title, properties.author, properties.comments = letter.title, letter.department, ""
    properties.created = properties.modified = written_at.replace(tzinfo=None)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


@cache
def _blank() -> bytes:
    """Return an empty document of our layout, once per process. It carries no more than our documents use: python-docx's
    own template brings a hundred styles, a picture and further parts, to be read and packed for every document.
    """
    document = docx.Document()
    _set_page(document)
    for style in list(document.styles):
        if style.name not in _STYLES:
            style.delete()
    for holder in (document.part.package, document.part):
        for key, relation in list(holder.rels.items()):
            if relation.reltype.rpartition("/")[2] in _UNUSED:
                del holder.rels[key]
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def _set_page(document: Any) -> None:
    section = document.sections[0]
    section.page_width, section.page_height = Mm(210), Mm(297)
    section.top_margin, section.bottom_margin = Mm(37), Mm(35)
    section.left_margin, section.right_margin = Mm(28), Mm(26)
    style = document.styles["Normal"]
    _set_font(style, _BODY)
    style.font.size = _SIZE


def _set_font(holder: Any, name: str) -> None:
    """Name the font for both scripts: Word keeps the Chinese one apart."""
    holder.font.name = name
    fonts = holder.element.get_or_add_rPr().get_or_add_rFonts()
    fonts.set(qn("w:eastAsia"), name)


def _format(paragraph: Any, *, align: Any = None, indent: bool = False, keep: bool = False) -> None:
    form = paragraph.paragraph_format
    form.line_spacing_rule, form.line_spacing = WD_LINE_SPACING.EXACTLY, _LINE
    form.space_before = form.space_after = Pt(0)
    form.keep_with_next = keep
    if align is not None:
        form.alignment = align
    if indent:
        form.first_line_indent = Pt(_SIZE.pt * 2)


def _line(
    document: Any, text: str, *, font: str = "", size: Any = None, align: Any = None, indent: bool = False,
    keep: bool = False,
) -> None:  # fmt: skip
    line = deepcopy(_shaped(font, size, align, indent, keep))
    line.r_lst[0].text = text
    document.element.body.sectPr.addprevious(line)


@cache
def _shaped(font: str, size: Any, align: Any, indent: bool, keep: bool) -> Any:
    """Return an empty line of that shape, once per process: setting each property takes ten times as long as copying all."""
    paragraph = docx.Document(io.BytesIO(_blank())).add_paragraph()
    _format(paragraph, align=align, indent=indent, keep=keep)
    run = paragraph.add_run("")
    if font:
        _set_font(run, font)
    if size is not None:
        run.font.size = size
    return paragraph._p


def _write_block(document: Any, block: Block) -> None:
    if isinstance(block, Paragraph):
        _line(document, block.text, font=_BOLD if block.bold else "", indent=block.indent)
    elif isinstance(block, Facts):
        _table(document, [list(row) for row in block.rows], first_bold=False)
    else:
        _table(document, [list(block.header), *(list(row) for row in block.rows)], first_bold=True)


def _table(document: Any, rows: list[list[str]], *, first_bold: bool) -> None:
    if not rows:
        return
    shape, first, other = _shaped_table(len(rows[0]), first_bold)
    table = deepcopy(shape)
    for index, row in enumerate(rows):
        copied = deepcopy(other if index else first)
        for cell, text in zip(copied.tc_lst, row, strict=True):
            cell.p_lst[0].r_lst[0].text = text
        table.append(copied)
    document.element.body.sectPr.addprevious(table)


@cache
def _shaped_table(columns: int, first_bold: bool) -> tuple[Any, Any, Any]:
    """Return an empty table of that shape, its first row and its other rows, once per process. `first_bold`: the first row
    is a header; otherwise the table is one of facts, with labels in its first column.
    """
    table = docx.Document(io.BytesIO(_blank())).add_table(rows=0, cols=columns)
    table.style, table.alignment = "Table Grid", WD_TABLE_ALIGNMENT.CENTER
    labels = [True, *[False] * (columns - 1)]
    first = _row(table, [True] * columns if first_bold else labels, is_fact=not first_bold)
    other = _row(table, [False] * columns if first_bold else labels, is_fact=not first_bold)
    return table._tbl, first, other


def _row(table: Any, is_label: list[bool], *, is_fact: bool) -> Any:
    """Return an empty row of the table, taken out of it."""
    row = table.add_row()
    for cell, bold in zip(row.cells, is_label, strict=True):
        run = cell.paragraphs[0].add_run("")
        run.font.size = _TABLE_SIZE
        if bold:
            _set_font(run, _BOLD)
    if is_fact:
        row.cells[0].width, row.cells[1].width = Mm(40), Mm(116)
    table._tbl.remove(row._tr)
    return row._tr


def _footer(document: Any, text: str) -> None:
    paragraph = document.sections[0].footer.paragraphs[0]
    paragraph.alignment = WD_ALIGN_PARAGRAPH.CENTER
    paragraph.add_run(text).font.size = Pt(9)
