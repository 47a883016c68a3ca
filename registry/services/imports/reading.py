"""Read an uploaded table: xlsx, xls and csv, known by its content and never by its name.

No database here. Whatever cannot be read is refused with `InvalidInput` (field `file`) saying what the file
is and how to make a readable one of it.
"""

import csv
import datetime as dt
import io
import re
import zipfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, islice
from pathlib import Path

import python_calamine

from registry.base.errors import InvalidInput
from registry.rules.publicity import Cell
from registry.services.imports.trial import survives_opening

HEADER_WITHIN = 20
"""A header row is looked for within this many rows."""

_LARGEST_UNPACKED = 600 * 1024 * 1024
_LONGEST_CSV_CELL = 100_000
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ENCRYPTED_STREAM = "EncryptedPackage".encode("utf-16-le")
_OTHER_FILES = (
    (b"%PDF", "PDF 文件"),
    (b"Rar!", "RAR 压缩包"),
    (b"7z\xbc\xaf", "7z 压缩包"),
    (b"\x89PNG", "图片"),
    (b"\xff\xd8\xff", "图片"),
    (b"GIF8", "图片"),
    (b"{\\rtf", "RTF 文档"),
)
_SAVE_AS = "请在表格软件中打开，另存为“Excel 工作簿（.xlsx）”后重新上传"
_MARKUP = re.compile(rb"\s*<(?:!doctype|html|head|body|table|meta|style|\?xml|\?mso|div|script)", re.IGNORECASE)
# What spreadsheets and our own files put round a value to keep it text.
_FORCED_TEXT = re.compile(r'="([^"]*)"')
_GUARDED = re.compile(r"'+[=+\-@\t\r]")


@dataclass(frozen=True, slots=True)
class Table:
    """A table found in a file. `rows` can be walked once and yields (row number in the file from 1, cells).

    `format` is xlsx, xls or csv; `encoding` the csv's (utf-8-sig, utf-8, gb18030, utf-16), empty otherwise.
    """

    header: list[Cell]
    header_number: int
    rows: Iterator[tuple[int, list[Cell]]]
    format: str
    encoding: str = ""
    sheet: str = ""


def open_table(
    source: Path | bytes, filename: str, *, is_header: Callable[[Sequence[Cell]], bool] | None = None
) -> Table:
    """Open a table and find its header: the first row that `is_header` accepts, else the first with any
    content.

    `filename` serves messages only. Of a workbook the first visible sheet with an accepted header is taken,
    else the first with content. Cells are JSON-able: text, numbers, None-free; dates as ISO text.
    Raises InvalidInput: file-empty, file-encrypted, file-not-a-table, file-encoding, file-broken,
    file-too-large.
    """
    data = source.read_bytes() if isinstance(source, Path) else source
    accept = is_header or _has_content
    if not data.strip(b"\x00 \r\n\t\xef\xbb\xbf\xff\xfe"):
        raise _refusal("file-empty", f"文件“{filename}”是空的，没有任何内容。请核对后重新选择文件", filename)
    if data.startswith((_ZIP, _OLE)):
        return _open_workbook(data, filename, accept)
    _refuse_other_files(data, filename)
    return _open_csv(data, filename, accept)


def _refusal(code: str, message: str, filename: str) -> InvalidInput:
    return InvalidInput(code, f"{message}。", field="file", filename=filename)


def _has_content(row: Sequence[Cell]) -> bool:
    return any(cell != "" for cell in row)


def _refuse_other_files(data: bytes, filename: str) -> None:
    for magic, name in _OTHER_FILES:
        if data.startswith(magic):
            raise _refusal(
                "file-not-a-table",
                (f"文件“{filename}”实际是{name}，不是表格。请上传 .xlsx、.xls 或 .csv 文件"),
                filename,
            )
    start = data[:4096].lstrip(b"\xef\xbb\xbf")
    if _MARKUP.match(start) or _MARKUP.match(start.replace(b"\x00", b"").lstrip(b"\xff\xfe")):
        raise _refusal(
            "file-not-a-table",
            (f"文件“{filename}”实际是网页（HTML/XML），只是改了扩展名，不是真正的表格文件。{_SAVE_AS}"),
            filename,
        )


def _open_workbook(data: bytes, filename: str, accept: Callable[[Sequence[Cell]], bool]) -> Table:
    table_format = _workbook_format(data, filename)
    if not survives_opening(data):
        raise _refusal(
            "file-too-large",
            f"文件“{filename}”展开后过大：可能有单元格写在很远的行或列上。请删除数据区域以外的行和列，或拆分成几个文件后重新上传",
            filename,
        )
    try:
        table = _find_table(python_calamine.load_workbook(io.BytesIO(data)), table_format, accept)
    except python_calamine.PasswordError:
        raise _encrypted(filename) from None
    except python_calamine.CalamineError as error:
        raise _refusal("file-broken", f"文件“{filename}”已损坏，无法读取。{_SAVE_AS}", filename) from error
    if table is None:
        raise _refusal("file-empty", f"文件“{filename}”的工作表都是空的。请核对后重新选择文件", filename)
    return table


def _find_table(
    workbook: python_calamine.CalamineWorkbook, table_format: str, accept: Callable[[Sequence[Cell]], bool]
) -> Table | None:
    """Return the table of the first visible sheet with an accepted header, else of the first with content."""
    fallback: Table | None = None
    for sheet in workbook.sheets_metadata:
        if (
            sheet.visible != python_calamine.SheetVisibleEnum.Visible
            or sheet.typ != python_calamine.SheetTypeEnum.WorkSheet
        ):
            continue
        rows = _sheet_rows(workbook, sheet.name)
        top = list(islice(rows, HEADER_WITHIN))
        for test in (accept, _has_content):
            position = next((i for i, (_, row) in enumerate(top) if test(row)), None)
            if position is None:
                continue
            number, header = top[position]
            table = Table(header, number, chain(top[position + 1 :], rows), table_format, sheet=sheet.name)
            if test is accept:
                return table
            fallback = fallback or table
    return fallback


def _workbook_format(data: bytes, filename: str) -> str:
    if data.startswith(_OLE):
        if _ENCRYPTED_STREAM in data:
            raise _encrypted(filename)
        return "xls"
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            members = archive.infolist()
    except zipfile.BadZipFile as error:
        raise _refusal("file-broken", f"文件“{filename}”已损坏，无法读取。{_SAVE_AS}", filename) from error
    if not any(member.filename == "xl/workbook.xml" for member in members):
        raise _refusal(
            "file-not-a-table",
            (f"文件“{filename}”是压缩包或其他文档，不是 Excel 工作簿。请上传 .xlsx、.xls 或 .csv 文件"),
            filename,
        )
    unpacked = sum(member.file_size for member in members)
    if unpacked > _LARGEST_UNPACKED:
        raise _refusal(
            "file-too-large",
            (
                f"文件“{filename}”展开后有{unpacked // 1024 // 1024}MB，超过{_LARGEST_UNPACKED // 1024 // 1024}MB的上限。"
                f"请拆分成几个文件上传"
            ),
            filename,
        )
    return "xlsx"


def _encrypted(filename: str) -> InvalidInput:
    return _refusal("file-encrypted", f"文件“{filename}”设有打开密码，无法读取。请取消密码另存后重新上传", filename)


def _sheet_rows(workbook: python_calamine.CalamineWorkbook, name: str) -> Iterator[tuple[int, list[Cell]]]:
    """Yield a sheet's rows with their numbers as the spreadsheet shows them, columns from A on."""
    sheet = workbook.get_sheet_by_name(name)
    if sheet.start is None:
        return
    left: list[Cell] = [""] * sheet.start[1]
    for number, row in enumerate(sheet.iter_rows(), start=1):
        yield number, left + [cell if isinstance(cell, (str, float)) else _plain(cell) for cell in row]


def _plain(value: object) -> Cell:
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, dt.datetime):
        return value.date().isoformat() if value.time() == dt.time() else value.isoformat(" ", "seconds")
    if isinstance(value, dt.date | dt.time):
        return value.isoformat()
    return value if isinstance(value, str | int | float) else str(value)


def _open_csv(data: bytes, filename: str, accept: Callable[[Sequence[Cell]], bool]) -> Table:
    text, encoding = text_decode(data, filename)
    lines = text[:20_000].splitlines() or [""]
    delimiter = max(",\t;", key=lambda mark: max(line.count(mark) for line in lines[:HEADER_WITHIN]))
    rows = _csv_rows(text, delimiter, filename)
    top = list(islice(rows, HEADER_WITHIN))
    position = next((i for test in (accept, _has_content) for i, (_, row) in enumerate(top) if test(row)), None)
    if position is None:
        raise _refusal("file-empty", f"文件“{filename}”前{HEADER_WITHIN}行没有内容。请核对后重新选择文件", filename)
    if len(top) == 1 and len(top[0][1]) == 1:
        raise _refusal(
            "file-not-a-table",
            (f"文件“{filename}”只有一行一列文字，不是表格。请上传 .xlsx、.xls 或以逗号分隔的 .csv 文件"),
            filename,
        )
    number, header = top[position]
    return Table(header, number, chain(top[position + 1 :], rows), "csv", encoding)


def text_decode(data: bytes, filename: str) -> tuple[str, str]:
    """Return a text file's or csv's text and encoding. UTF-8 is tried first: Chinese text in GB18030 is practically
    never valid UTF-8. Raises InvalidInput file-encoding.
    """
    encodings = ["utf-8", "gb18030"]
    if data.startswith(b"\xef\xbb\xbf"):
        encodings = ["utf-8-sig"]
    elif data.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings = ["utf-16"]
    for encoding in encodings:
        try:
            text = data.decode(encoding)
        except UnicodeDecodeError:
            continue
        if "\x00" not in text:
            return text, encoding
    raise _refusal(
        "file-encoding",
        (f"文件“{filename}”不是可识别的表格：既不是 Excel 工作簿，也不是 UTF-8 或 GB18030 编码的文本。{_SAVE_AS}"),
        filename,
    )


def _csv_rows(text: str, delimiter: str, filename: str) -> Iterator[tuple[int, list[Cell]]]:
    """Yield a csv's records numbered as a spreadsheet would show them."""
    csv.field_size_limit(_LONGEST_CSV_CELL)
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter)
    number = 0
    try:
        for number, row in enumerate(reader, start=1):
            yield number, [_csv_cell(cell) for cell in row]
    except csv.Error as error:
        raise _refusal(
            "file-broken",
            (f"文件“{filename}”第{number + 1}行的引号不成对或单元格过长，无法分列。请核对该行，或另存为 .xlsx 后上传"),
            filename,
        ) from error


def _csv_cell(cell: str) -> Cell:
    if cell.startswith("="):
        forced = _FORCED_TEXT.fullmatch(cell)
        return forced.group(1) if forced else cell
    return cell[1:] if _GUARDED.match(cell) else cell
