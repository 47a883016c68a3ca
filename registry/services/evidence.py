"""Files: checked, stored privately under a name of their own, hashed, scanned; each download logged."""

import hashlib
import uuid
from datetime import date
from pathlib import PurePath
from typing import BinaryIO, cast

from django.conf import settings
from django.core.files.base import ContentFile, File
from django.db import transaction

from registry import clock
from registry.base.errors import Conflict, InvalidInput, NotAllowed, TransitionRefused
from registry.models import Account, Attachment, AttachmentDownload, Record, RecordEvidence, Subject
from registry.rules import uploads
from registry.services import authz, scanning
from registry.services.events import event_record
from registry.services.outbox import outbox_put


@transaction.atomic
def attachment_store(*, upload: File, actor: Account | None, most_bytes: int | None = None) -> Attachment:
    """Check an uploaded file and keep it privately; call inside the service that says what it is for.

    `most_bytes`: the limit, EVIDENCE_MAX_BYTES unless given. The type is sniffed from the bytes. The file is clean at
    once where no scanner is set, else waiting. Raises InvalidInput (field `file`) naming what is wrong with it.
    """
    limit = settings.EVIDENCE_MAX_BYTES if most_bytes is None else most_bytes
    try:
        checked = uploads.check_upload(
            cast(BinaryIO, upload.file), name=upload.name or "", size=upload.size, most_bytes=limit
        )
    except uploads.UploadRefused as refusal:
        raise InvalidInput(refusal.code, refusal.message, field="file") from refusal
    waits = scanning.scanner_address() is not None
    attachment = _keep(upload, checked.name, checked.media_type, actor, is_clean=not waits)
    if waits:
        outbox_put(
            scanning.TOPIC,
            key=str(attachment.public_id),
            payload={"attachment": attachment.pk},
            at=attachment.uploaded_at,
        )
    return attachment


def attachment_keep_own(
    *, content: bytes | BinaryIO, name: str, media_type: str, actor: Account | None
) -> Attachment:  # fmt: skip
    """Keep a file that the system itself made, given as bytes or as an open stream at its beginning; call inside the
    service's transaction. No scan: nobody sent it."""
    file = ContentFile(content, name=name) if isinstance(content, bytes) else File(content, name=name)
    return _keep(file, name, media_type, actor, is_clean=True)


def _keep(file: File, name: str, media_type: str, actor: Account | None, *, is_clean: bool) -> Attachment:
    digest = hashlib.sha256()
    for chunk in file.chunks():
        digest.update(chunk)
    attachment = Attachment(
        name=name,
        media_type=media_type,
        size=file.size,
        sha256=digest.hexdigest(),
        scan=Attachment.Scan.CLEAN if is_clean else Attachment.Scan.WAITING,
        uploaded_by=actor,
        uploaded_at=clock.now(),
    )
    # The stored name says nothing about the case and can clash with none.
    attachment.file.save(f"{uuid.uuid4().hex}{PurePath(name).suffix.lower()}", file, save=False)
    attachment.save(force_insert=True)
    return attachment


@transaction.atomic
def record_evidence_add(*, record_id: int, upload: File, label: str, actor: Account | None, on: date) -> RecordEvidence:
    """Put a file behind a record, with a word on what it proves.

    Raises TransitionRefused for a voided record, NotAllowed, InvalidInput for the file, Conflict when the same bytes
    stand behind the record already.
    """
    found = Record.objects.select_related("subject").get(pk=record_id)
    subject = Subject.objects.select_for_update().get(pk=found.subject_id)
    record = Record.objects.select_for_update().get(pk=record_id)
    if record.state == Record.State.VOIDED:
        raise TransitionRefused("record-voided", "该记录已作废，不能再添加证据。如有更正后的记录，请添加到更正记录上。")
    authz.require(actor, "evidence.add", on=on)
    if not label.strip():
        raise InvalidInput("label-missing", "请填写材料说明，例如“行政处罚决定书”。", field="label")
    attachment = attachment_store(upload=upload, actor=actor)
    same = record.evidence.filter(attachment__sha256=attachment.sha256).first()
    if same is not None:
        raise Conflict(
            "evidence-doubled", f"内容相同的文件已作为“{same.label}”添加到本记录，无需重复上传。", field="file"
        )
    evidence = RecordEvidence(record=record, attachment=attachment, label=label.strip()).save_by(
        actor, reason="evidence.add"
    )
    event_record(
        "evidence.added", f"为记录“{record}”添加证据：{evidence.label}", obj=record, subject=subject, actor=actor,
        on=on, payload={"sha256": attachment.sha256, "name": attachment.name},
    )  # fmt: skip
    return evidence


@transaction.atomic
def attachment_download_log(
    *, attachment: Attachment, address: str | None, actor: Account, on: date, permission: str = "evidence.download"
) -> AttachmentDownload:
    """Allow one download and log it. `permission`: what the page at hand asks for.

    Raises NotAllowed without the right, and for a file that is not (yet) found clean.
    """
    authz.require(actor, permission, on=on)
    if attachment.scan != Attachment.Scan.CLEAN:
        raise NotAllowed(
            "file-not-clean",
            f"文件“{attachment.name}”的安全检查状态是“{attachment.get_scan_display()}”，不能下载。"
            "待检查的请稍后再试；已拦截的请联系上传人重新提供；已删除的不能恢复。",
        )
    return AttachmentDownload.objects.create(attachment=attachment, account=actor, at=clock.now(), address=address)
