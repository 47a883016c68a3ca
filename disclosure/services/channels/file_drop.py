"""文件报送: what a channel is owed becomes files in the national layout, in the channel's folder.

A file is made, kept sealed and its rows marked as sent in one transaction; the relay lays it into the folder after that
has committed. Killed anywhere, the same bytes are laid there again.
"""

import hashlib
import io
import json
from collections.abc import Iterator, Sequence
from datetime import datetime
from pathlib import Path
from typing import Any, Final

from django.conf import settings
from django.db import connection, transaction
from django.db.models import Max
from django.utils import timezone

from disclosure.models import Channel, ChannelFile, ChannelHealth, Submission
from disclosure.rules.acknowledgements import WITHDRAWAL_LABEL
from disclosure.rules.submissions import MATTERS, WITHDRAWAL
from disclosure.selectors.channel_rows import KIND_OF, Composed, submissions_compose
from disclosure.services.channels.carriers import Carrier, Counts, Now, register_carrier
from disclosure.services.channels.moves import When, held_back_write, owed_rows, sent_write
from registry.base.errors import Conflict
from registry.models import Account, Record
from registry.rules.publicity import national_header
from registry.services.events import event_record
from registry.services.evidence import attachment_keep_own
from registry.services.imports.writing import CONTENT_TYPES, write_cells
from registry.services.outbox import outbox_put

KIND: Final = "file"
PLACE: Final = "channel.place"
ROWS_MOST: Final = 5_000  # of a file
_FOLDER_MODE: Final = 0o750


def folder_out(channel: Channel) -> Path:
    """Return where the channel's files lie for whoever carries them."""
    return Path(settings.VAR_DIR) / "channels" / channel.code / "out"


def folder_in(channel: Channel) -> Path:
    """Return where acknowledgement files are laid for being read."""
    return Path(settings.VAR_DIR) / "channels" / channel.code / "in"


def files_make(channel: Channel, actor: Account | None, now: Now) -> Counts:
    """Make files of everything the channel is owed; return how many `files`, rows `sent`, `held` back and `dropped`."""
    total = {"files": 0, "sent": 0, "held": 0, "dropped": 0}
    for kind in KIND_OF:
        for matter in MATTERS:
            after = 0
            while True:
                counts, after = _file_make(channel.pk, kind, matter, after, actor, now())
                total = {name: total[name] + counts.get(name, 0) for name in total}
                if after == 0:
                    break
    return total


@transaction.atomic
def _file_make(
    channel_id: int, kind: Record.Kind, matter: str, after: int, actor: Account | None, at: datetime
) -> tuple[Counts, int]:
    """Make one file of the rows with a key above `after`; return the counts and the last key, 0 when there is no more."""
    # Not the key: rows about the channel are written meanwhile. Two makers wait for one another here.
    channel = Channel.objects.select_for_update(no_key=True).get(pk=channel_id)
    if channel.is_paused or channel.closed_on is not None:
        return {}, 0
    rows = owed_rows(channel, matter=matter, record__kind=kind, pk__gt=after, available_at__lte=at).order_by("pk")
    if connection.features.has_select_for_update_skip_locked:
        rows = rows.select_for_update(of=("self",), skip_locked=True)
    found: list[Submission] = list(rows[:ROWS_MOST])
    if not found:
        return {}, 0
    when = When(timezone.localdate(at), at, actor)
    composed = submissions_compose(channel, found, on=when.on)
    counts = held_back_write([each for each in composed if not each.cells], when)
    fit = [each for each in composed if each.cells]
    if fit:
        file = _file_keep(channel, kind, matter, fit, when)
        sent_write(fit, when, file=file)
        ChannelHealth.objects.filter(channel=channel).update(sent_at=at)
        outbox_put(PLACE, key=str(file.public_id), payload={"file": file.pk}, at=at)
    return {**counts, "files": int(bool(fit)), "sent": len(fit)}, found[-1].pk


def _file_keep(
    channel: Channel, kind: Record.Kind, matter: str, composed: Sequence[Composed], when: When
) -> ChannelFile:
    number = (channel.files.aggregate(last=Max("number"))["last"] or 0) + 1
    word = f"{kind.label}撤销" if matter == WITHDRAWAL else kind.label
    name = f"{channel.code}-{when.on:%Y%m%d}-{number:04d}-{word}.xlsx"
    _, labels = national_header(KIND_OF[kind])
    header = [*labels, WITHDRAWAL_LABEL] if matter == WITHDRAWAL else labels
    stream = io.BytesIO()
    write_cells(stream, header=header, rows=_cells(composed, matter), sheet=kind.label)
    kept = attachment_keep_own(
        content=stream.getvalue(), name=name, media_type=CONTENT_TYPES["xlsx"], actor=when.actor
    )  # fmt: skip
    file = ChannelFile.objects.create(
        channel=channel, number=number, kind=kind, matter=matter, attachment=kept, rows=len(composed), made_on=when.on,
        made_at=when.at, made_by=when.actor,
    )  # fmt: skip
    event_record(
        "channel.file", f"为渠道“{channel}”制作报送文件{name}，共{file.rows}条", obj=file, actor=when.actor, on=when.on,
        payload={"channel": channel.code, "number": number, "rows": file.rows, "sha256": kept.sha256},
    )  # fmt: skip
    return file


def _cells(composed: Sequence[Composed], matter: str) -> Iterator[Sequence[str]]:
    for each in composed:
        yield [*each.cells, each.submission.withdraw_reason] if matter == WITHDRAWAL else each.cells


def file_place(payload: dict[str, Any], now: datetime) -> None:
    """Outbox handler: lay a file and then its manifest into the channel's folder. Safe to repeat: the bytes are kept."""
    file = ChannelFile.objects.select_related("attachment", "channel").get(pk=payload["file"])
    with file.attachment.file.open("rb") as stored:
        content = stored.read()
    if hashlib.sha256(content).hexdigest() != file.attachment.sha256:
        raise Conflict("file-altered", f"报送文件“{file}”的内容与制作时不一致，没有放入文件夹。请联系运行维护人员。")
    folder = folder_out(file.channel)
    folder.mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
    folder_in(file.channel).mkdir(mode=_FOLDER_MODE, parents=True, exist_ok=True)
    _lay(folder / file.attachment.name, content)
    _lay(folder / f"{file.attachment.name}.json", json.dumps(_manifest(file), ensure_ascii=False, indent=1).encode())
    ChannelFile.objects.filter(pk=file.pk, placed_at__isnull=True).update(placed_at=now)


def _lay(path: Path, content: bytes) -> None:
    """Write under another name first: whoever looks into the folder finds whole files only."""
    part = path.with_name(f".{path.name}.part")
    part.write_bytes(content)
    part.replace(path)


def _manifest(file: ChannelFile) -> dict[str, Any]:
    return {
        "file": file.attachment.name, "channel": file.channel.code, "number": file.number, "kind": file.kind,
        "matter": file.matter, "rows": file.rows, "sha256": file.attachment.sha256, "made_on": str(file.made_on),
    }  # fmt: skip


def _check(settings: dict[str, str]) -> None:
    """Nothing to be told."""


register_carrier(
    Carrier(
        code=KIND,
        label="文件报送",
        hint="按国家双公示模板制作Excel文件，放入本机文件夹或者由报送人员下载；读取平台返回的回执文件。",
        settings=(),
        check=_check,
        send=files_make,
        is_scheduled=True,
        has_folder=True,
    )
)
