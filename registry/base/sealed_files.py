"""Stored files lie encrypted on the disk: imported tables hold whole columns of identity numbers, decisions hold one each.

A copy of the folder alone, or of a backup of it, shows nothing. The keys are those of personal data (FIELD_KEYS).
"""

from typing import Any

from django.core.files.base import ContentFile, File
from django.core.files.storage import FileSystemStorage

from registry.base.personal_data import bytes_open, bytes_seal


class SealedFileStorage(FileSystemStorage):
    """Encrypts a file when it is saved and opens it in memory: files are limited to some tens of megabytes.

    `size()` is that of the sealed file; what people are shown is `Attachment.size`.
    """

    def _save(self, name: str, content: File) -> str:
        content.seek(0)
        saved: str = super()._save(name, ContentFile(bytes_seal(content.read())))  # type: ignore[misc]
        return saved

    def _open(self, name: str, mode: str = "rb") -> Any:
        """Return the opened content. Raises ValueError for writing, InvalidToken when no key fits."""
        if mode != "rb":
            raise ValueError(f"a stored file is read as bytes and never rewritten, not opened with {mode!r}")
        with super()._open(name, mode) as sealed:  # type: ignore[misc]
            return ContentFile(bytes_open(sealed.read()), name=name)
