"""The malware scan of stored files.

Without `CLAMD_ADDRESS` the upload checks alone decide. With it (`host:port` of a clamd), a file waits undownloadable
until the daemon has seen its bytes; the question is asked after commit, through the outbox.
"""

import socket
import struct
from datetime import datetime
from typing import Any, BinaryIO, cast

from django.conf import settings
from django.db import transaction

from registry.models import Attachment

TOPIC = "attachment.scan"
_CHUNK = 64 * 1024
_PATIENCE_SECONDS = 30


def scanner_address() -> tuple[str, int] | None:
    """Return host and port of the scanner, or None when there is none."""
    text: str = getattr(settings, "CLAMD_ADDRESS", "")
    if not text:
        return None
    host, _, port = text.rpartition(":")
    return host, int(port)


def attachment_scan(payload: dict[str, Any], now: datetime) -> None:
    """Outbox handler (`once=False`): ask clamd about a waiting file and mark it clean or refused.

    Raises OSError when the daemon cannot be reached; the relay then tries again later.
    """
    address = scanner_address()
    attachment = Attachment.objects.get(pk=payload["attachment"])
    if attachment.scan != Attachment.Scan.WAITING:
        return
    with attachment.file.open("rb") as stream:
        is_clean = True if address is None else clamd_finds_nothing(cast(BinaryIO, stream), address)
    with transaction.atomic():
        waiting = Attachment.objects.select_for_update().get(pk=attachment.pk)
        waiting.scan = Attachment.Scan.CLEAN if is_clean else Attachment.Scan.REFUSED
        waiting.save(update_fields=["scan"])


def clamd_finds_nothing(stream: BinaryIO, address: tuple[str, int]) -> bool:
    """Send the bytes to clamd (INSTREAM of its protocol) and return whether it found nothing.

    Raises OSError when the daemon does not answer with a verdict.
    """
    with socket.create_connection(address, timeout=_PATIENCE_SECONDS) as connection:
        connection.sendall(b"zINSTREAM\0")
        while chunk := stream.read(_CHUNK):
            connection.sendall(struct.pack("!L", len(chunk)) + chunk)
        connection.sendall(struct.pack("!L", 0))
        answer = connection.recv(4096).rstrip(b"\0\n")
    if answer.endswith(b"OK"):
        return True
    if answer.endswith(b"FOUND"):
        return False
    raise OSError(f"clamd gave no verdict: {answer[:200]!r}")
