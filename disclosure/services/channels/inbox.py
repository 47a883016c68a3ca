"""The inboxes of channels with folders: acknowledgement files laid there are read, then taken away."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final

from django.core.files.base import ContentFile
from django.utils import timezone

from disclosure.models import Channel
from disclosure.services.channels.answering import FILE_MOST, acknowledgement_fail, acknowledgement_read
from disclosure.services.channels.carriers import carrier_of
from disclosure.services.channels.file_drop import folder_in
from disclosure.services.channels.moves import When
from registry.base.errors import Conflict, DomainError

SETTLED: Final = timedelta(minutes=1)
"""A file younger than this may still be on its way into the folder."""

REFUSED: Final = "refused"


def inboxes_waiting(*, at: datetime) -> list[tuple[Channel, Path]]:
    """Return the files that wait in the inboxes of channels in use, in the order of their names."""
    channels = Channel.objects.filter(closed_on__isnull=True)
    return [(channel, path) for channel in channels if _has_folder(channel) for path in _waiting(channel, at)]


def _has_folder(channel: Channel) -> bool:
    carrier = carrier_of(channel)
    return carrier is not None and carrier.has_folder


def _waiting(channel: Channel, at: datetime) -> Iterator[Path]:
    folder = folder_in(channel)
    if not folder.is_dir():
        return
    for path in sorted(folder.iterdir()):
        if path.name.startswith(".") or path.is_symlink() or not path.is_file():
            continue
        if path.stat().st_mtime <= (at - SETTLED).timestamp():
            yield path


def inboxes_read(*, at: datetime) -> dict[str, int]:
    """Read every waiting file; one that cannot be read goes into the folder `refused` beside and is told on the page.

    A file is taken away after its reading has committed: killed between, it is found to be read and taken away then.
    """
    counts = {"read": 0, "failed": 0}
    for channel, path in inboxes_waiting(at=at):
        counts["read" if _read(channel, path, When(timezone.localdate(at), at)) else "failed"] += 1
    return counts


def _read(channel: Channel, path: Path, when: When) -> bool:
    content = path.read_bytes()[: FILE_MOST + 1]
    try:
        upload = ContentFile(content, name=path.name)
        acknowledgement_read(channel=channel, file=None, upload=upload, actor=None, when=when)
    except Conflict:
        pass  # read before; only the file was left lying
    except DomainError as refusal:
        acknowledgement_fail(channel=channel, name=path.name, content=content, error=refusal.message, when=when)
        aside = path.parent / REFUSED
        aside.mkdir(exist_ok=True)
        path.replace(aside / path.name)
        return False
    path.unlink(missing_ok=True)
    return True
