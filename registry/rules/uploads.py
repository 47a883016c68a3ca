"""What may be uploaded: separate checks of size, name and content. Nothing here trusts what the browser says.

Each check raises `UploadRefused` with a Chinese message that names the value and the way out.
"""

import re
import unicodedata
import zipfile
from dataclasses import dataclass
from typing import BinaryIO, Final

MEDIA_TYPES: Final = {
    "pdf": "application/pdf",
    "png": "image/png",
    "jpg": "image/jpeg",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "xls": "application/vnd.ms-excel",
    "csv": "text/csv",
    "txt": "text/plain",
}
ALLOWED_TEXT: Final = "PDF、PNG、JPG、DOCX、XLSX、XLS、CSV、TXT"
_ALIASES = {"jpeg": "jpg"}
# A name such as 决定书.exe.pdf is how a program is passed off as a document.
_EXECUTABLE = frozenset(
    ["exe", "com", "bat", "cmd", "scr", "pif", "msi", "dll", "js", "jse", "vbs", "vbe", "wsf", "hta", "ps1", "sh", "py",
     "jar", "php", "jsp", "asp", "aspx", "html", "htm", "svg", "lnk"]
)  # fmt: skip
_UNSAFE = re.compile(r'[\\/:*?"<>|]')
_HEAD_BYTES = 8192
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
# An office file of a few megabytes unpacks to some tens; far more is a decompression bomb.
_MOST_UNPACKED = 500 * 1024 * 1024
_NAME_LENGTH = 120


class UploadRefused(ValueError):
    """The file may not be taken in; `code` is stable, the text is for the person."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code
        self.message = message


@dataclass(frozen=True, slots=True)
class CheckedUpload:
    """A file that passed: its cleaned name and the media type found in its bytes."""

    name: str
    media_type: str


def check_upload(stream: BinaryIO, *, name: str, size: int, most_bytes: int) -> CheckedUpload:
    """Run every check on a file; the stream is left at its beginning. Sizes in bytes."""
    check_size(size, most_bytes)
    tidy = clean_file_name(name)
    extension = extension_of(tidy)
    check_content(stream, extension)
    stream.seek(0)
    return CheckedUpload(tidy, MEDIA_TYPES[extension])


def check_size(size: int, most_bytes: int) -> None:
    """Refuse an empty file and one above the limit (bytes)."""
    if size <= 0:
        raise UploadRefused("file-empty", "文件是空的（0字节），没有上传。请确认选择了正确的文件后重试。")
    if size > most_bytes:
        raise UploadRefused(
            "file-too-large",
            f"文件大小为{size / 1048576:.1f}MB，超过上限{most_bytes / 1048576:.0f}MB，没有上传。请压缩或拆分后重试。",
        )


def clean_file_name(name: str) -> str:
    """Return the bare file name without folders, control characters and marks that file systems refuse."""
    bare = re.split(r"[\\/]", unicodedata.normalize("NFC", name))[-1]
    visible = "".join(c for c in bare if unicodedata.category(c) not in ("Cc", "Cf"))
    tidy = _UNSAFE.sub("_", visible).strip(" .")
    if not tidy:
        raise UploadRefused("file-name-empty", "文件没有可用的文件名，请重新命名后再上传。")
    stem, dot, extension = tidy.rpartition(".")
    return f"{stem[:_NAME_LENGTH]}.{extension}" if dot else tidy[:_NAME_LENGTH]


def extension_of(name: str) -> str:
    """Return the extension, lower case; refuse unknown ones and a program's extension hidden before it."""
    *inner, last = name.lower().split(".")
    extension = _ALIASES.get(last, last)
    if not inner or extension not in MEDIA_TYPES:
        raise UploadRefused(
            "file-type-unknown", f"文件“{name}”的类型不在允许范围内。可以上传：{ALLOWED_TEXT}。请另存为其中一种后重试。"
        )
    hidden = _EXECUTABLE.intersection(inner[1:])
    if hidden:
        raise UploadRefused(
            "file-double-extension",
            f"文件名“{name}”中藏有程序扩展名“.{sorted(hidden)[0]}”，没有上传。请核对文件来源，改名后重试。",
        )
    return extension


def check_content(stream: BinaryIO, extension: str) -> None:
    """Refuse a file whose bytes are not what its extension says, and office files with macros."""
    stream.seek(0)
    head = stream.read(_HEAD_BYTES)
    found = _sniff(stream, head)
    expected = "text" if extension in ("csv", "txt") else extension
    if found != expected:
        raise UploadRefused(
            "file-type-mismatch",
            f"文件扩展名是.{extension}，内容却不是这种格式，没有上传。请用原来的软件打开并另存为正确的格式后重试。",
        )


def _sniff(stream: BinaryIO, head: bytes) -> str:
    if head.startswith(b"%PDF-"):
        return "pdf"
    if head.startswith(b"\x89PNG\r\n\x1a\n"):
        return "png"
    if head.startswith(b"\xff\xd8\xff"):
        return "jpg"
    if head.startswith(b"PK\x03\x04"):
        return _sniff_zip(stream)
    if head.startswith(_OLE):
        stream.seek(0)
        return "xls" if "Workbook".encode("utf-16-le") in stream.read() else "ole"
    return "text" if _is_text(head) else "unknown"


def _sniff_zip(stream: BinaryIO) -> str:
    stream.seek(0)
    try:
        with zipfile.ZipFile(stream) as archive:
            entries = archive.infolist()
    except (zipfile.BadZipFile, NotImplementedError):
        return "zip"
    names = {entry.filename for entry in entries}
    if any(name.endswith("vbaProject.bin") for name in names):
        raise UploadRefused("file-macro", "文件含有宏程序，没有上传。请另存为不含宏的 DOCX 或 XLSX 后重试。")
    if sum(entry.file_size for entry in entries) > _MOST_UNPACKED:
        raise UploadRefused("file-bomb", "文件解压后过大，没有上传。请核对文件来源。")
    if "[Content_Types].xml" not in names:
        return "zip"
    if "word/document.xml" in names:
        return "docx"
    return "xlsx" if any(name.startswith("xl/workbook.") for name in names) else "zip"


def _is_text(head: bytes) -> bool:
    """Whether the beginning reads as UTF-8 or GB18030 text; a character cut at the end does not count."""
    if b"\x00" in head:
        return False
    for encoding in ("utf-8", "gb18030"):
        for cut in range(4):
            try:
                text = head[: len(head) - cut].decode(encoding)
            except UnicodeDecodeError:
                continue
            return not any(unicodedata.category(c) == "Cc" and c not in "\t\r\n\f" for c in text)
    return False
