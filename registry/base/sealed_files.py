"""Stored files lie encrypted on the disk: imported tables hold whole columns of identity numbers, decisions hold one each.

A copy of the folder alone, or of a backup of it, shows nothing. The keys are those of personal data (FIELD_KEYS).

A file of one piece is one token. A longer one is a mark and its pieces, each a token of its own, so that an export of
hundreds of megabytes is sealed and sent a piece at a time. Each piece says of which file it is, its place, and whether it
is the last: none can be taken away, doubled, moved or put in from another file without notice.
"""

import io
import secrets
from collections.abc import Iterator
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, BinaryIO, Final

from cryptography.fernet import InvalidToken
from django.core.files.base import ContentFile, File
from django.core.files.storage import FileSystemStorage

from registry.base.personal_data import bytes_open, bytes_seal

if TYPE_CHECKING:
    from _typeshed import WriteableBuffer

PIECE: Final = 1024 * 1024
_MARK: Final = b"pieces-1"  # no token begins so
_FILE, _PLACE = 16, 8  # bytes
_HEAD: Final = _FILE + _PLACE + 1


def _token_length(content: int) -> int:
    """Return the length of a Fernet token: version, time, vector, padded blocks of 16, HMAC; in base64."""
    raw = 1 + 8 + 16 + (content // 16 + 1) * 16 + 32
    return (raw + 2) // 3 * 4


_FULL: Final = _token_length(_HEAD + PIECE)


class _Sealing(File):
    """A file that is sealed while it is read in chunks."""

    def chunks(self, chunk_size: int | None = None) -> Iterator[bytes]:
        """Yield the mark and the pieces; one token alone for what is not longer than a piece."""
        self.seek(0)
        piece, following = self.read(PIECE), self.read(PIECE)
        if not following:
            yield bytes_seal(piece)
            return
        yield _MARK
        name, place = secrets.token_bytes(_FILE), 0
        while piece:
            head = name + place.to_bytes(_PLACE, "big") + (b"\0" if following else b"\1")
            yield bytes_seal(head + piece)
            piece, following, place = following, self.read(PIECE), place + 1


class _Pieces(io.RawIOBase):
    """The content of a file in pieces, opened one at a time; it can be read from anywhere."""

    def __init__(self, sealed: BinaryIO) -> None:
        self._sealed = sealed
        self._count = max(1, -(-(sealed.seek(0, io.SEEK_END) - len(_MARK)) // _FULL))
        self._file, self._at, self._held = b"", 0, (-1, b"")
        # The last piece first: without it the file was cut off.
        self._size = (self._count - 1) * PIECE + len(self._piece(self._count - 1))

    def _piece(self, place: int) -> bytes:
        if self._held[0] != place:
            self._sealed.seek(len(_MARK) + place * _FULL)
            content = bytes_open(self._sealed.read(_FULL))
            head, is_last = content[:_HEAD], place == self._count - 1
            self._file = self._file or head[:_FILE]
            if head != self._file + place.to_bytes(_PLACE, "big") + (b"\1" if is_last else b"\0"):
                raise InvalidToken
            self._held = (place, content[_HEAD:])
        return self._held[1]

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def tell(self) -> int:
        return self._at

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        begin = {io.SEEK_SET: 0, io.SEEK_CUR: self._at, io.SEEK_END: self._size}[whence]
        self._at = max(0, begin + offset)
        return self._at

    def readinto(self, buffer: "WriteableBuffer") -> int:
        if self._at >= self._size:
            return 0
        view = memoryview(buffer).cast("B")
        content = self._piece(self._at // PIECE)[self._at % PIECE :][: len(view)]
        view[: len(content)] = content
        self._at += len(content)
        return len(content)

    def close(self) -> None:
        self._sealed.close()
        super().close()


class SealedFileStorage(FileSystemStorage):
    """Encrypts a file when it is saved and opens it when it is read, a piece at a time.

    `size()` is that of the sealed file; what people are shown is `Attachment.size`.
    """

    def _save(self, name: str, content: File) -> str:
        saved: str = super()._save(name, _Sealing(content))  # type: ignore[misc]
        return saved

    def _open(self, name: str, mode: str = "rb") -> Any:
        """Return the opened content. Raises ValueError for writing, InvalidToken when no key fits, a byte was changed or a
        piece is missing."""
        if mode != "rb":
            raise ValueError(f"a stored file is read as bytes and never rewritten, not opened with {mode!r}")
        sealed: BinaryIO = super()._open(name, mode)  # type: ignore[misc]
        if sealed.read(len(_MARK)) != _MARK:
            with sealed:
                sealed.seek(0)
                return ContentFile(bytes_open(sealed.read()), name=name)
        try:
            return File(io.BufferedReader(_Pieces(sealed), PIECE), name=PurePath(name).name)
        except BaseException:
            sealed.close()
            raise
