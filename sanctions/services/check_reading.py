"""The subjects of a check out of what an officer pasted or uploaded. Nothing of it is stored."""

import csv
import io

from django.core.files import File

from registry.base.errors import InvalidInput
from registry.services.imports.reading import open_table, text_decode
from sanctions.rules.check_lines import LineRefused, asked_of_rows, asked_of_text, is_header
from sanctions.rules.checking import ASKED_MOST, Asked

FILE_MOST = 4 * 1024 * 1024
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
_MARKS = "\t,;"


def asked_from_text(text: str) -> list[Asked]:
    """Return the questions in a pasted text, one a line. Raises InvalidInput (field `lines`)."""
    try:
        return asked_of_text(text)
    except LineRefused as refusal:
        raise InvalidInput("check-line-refused", refusal.message, field="lines", line=refusal.number) from refusal


def asked_from_upload(upload: File) -> list[Asked]:
    """Return the questions in an uploaded xlsx, xls, csv or text file, known by its content.

    Raises InvalidInput (field `file`) for a file that is too large, unreadable, empty, or holds more than a thousand.
    """
    name = upload.name or "文件"
    if upload.size > FILE_MOST:
        raise InvalidInput(
            "file-too-large",
            f"文件“{name}”超过{FILE_MOST // 1024 // 1024}MB。请只保留名称和代码两列后重新上传。",
            field="file",
        )
    data = upload.read()
    try:
        asked = _of_workbook(data, name) if data.startswith(_WORKBOOKS) else _of_text(data, name)
    except LineRefused as refusal:
        raise InvalidInput("check-line-refused", refusal.message, field="file", line=refusal.number) from refusal
    if not asked:
        raise InvalidInput("file-empty", f"文件“{name}”中没有名称或者代码。请核对后重新选择文件。", field="file")
    return asked


def _of_workbook(data: bytes, name: str) -> list[Asked]:
    table = open_table(data, name, is_header=is_header)
    rows = [(table.header_number, table.header)]
    for number, cells in table.rows:
        rows.append((number, cells))
        if len(rows) > ASKED_MOST * 2:
            break  # refused for their number later; the rest needs no reading
    return asked_of_rows(rows)


def _of_text(data: bytes, name: str) -> list[Asked]:
    """Read a csv or plain lines: the mark that its first lines use most separates columns."""
    if not data.strip():
        raise InvalidInput("file-empty", f"文件“{name}”是空的，没有任何内容。请核对后重新选择文件。", field="file")
    if data.startswith((b"%PDF", b"<", b"\x89PNG", b"\xff\xd8\xff")):
        raise InvalidInput(
            "file-not-a-table", f"文件“{name}”不是表格或者文本。请另存为 .xlsx、.csv 或 .txt 后上传。", field="file"
        )
    text, _ = text_decode(data, name)
    top = text.splitlines()[:20]
    mark = max(_MARKS, key=lambda each: max((line.count(each) for line in top), default=0))
    try:
        rows = list(enumerate(csv.reader(io.StringIO(text, newline=""), delimiter=mark), start=1))
    except csv.Error as error:
        raise InvalidInput(
            "file-broken", f"文件“{name}”的引号不成对，无法分列。请核对，或者另存为 .xlsx 后上传。", field="file"
        ) from error
    return asked_of_rows(rows)
