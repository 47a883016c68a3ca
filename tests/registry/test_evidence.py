"""Files: what may be uploaded, how it is kept, who may download it."""

import datetime as dt
import hashlib
import io
import socket
import threading
import zipfile
from pathlib import Path

import pytest
from cryptography.fernet import Fernet, InvalidToken
from django.core.files.uploadedfile import SimpleUploadedFile

from registry import clock
from registry.base.errors import Conflict, InvalidInput, NotAllowed, TransitionRefused
from registry.base.personal_data import bytes_open, bytes_seal
from registry.models import Attachment, AttachmentDownload, Event, OutboxMessage
from registry.rules.uploads import UploadRefused, check_upload, clean_file_name, extension_of
from registry.services.evidence import attachment_download_log, attachment_store, record_evidence_add
from registry.services.scanning import attachment_scan
from tests.factories import make_account, make_record, make_subject

TODAY = dt.date(2026, 6, 1)
PDF = b"%PDF-1.4\nsynthetic\n%%EOF\n"
PNG = b"\x89PNG\r\n\x1a\n" + bytes(20)
JPG = b"\xff\xd8\xff\xe0" + bytes(20)
OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
XLS = OLE + bytes(512) + "Workbook".encode("utf-16-le")


def office_file(part, *extra):
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in ("[Content_Types].xml", part, *extra):
            archive.writestr(name, "<x/>")
    return buffer.getvalue()


DOCX, XLSX = office_file("word/document.xml"), office_file("xl/workbook.xml")


def check(content, name):
    return check_upload(io.BytesIO(content), name=name, size=len(content), most_bytes=1000_000)


# --- the checks ---------------------------------------------------------------------------------------------------
@pytest.mark.parametrize(
    ("content", "name", "media_type"),
    [
        (PDF, "决定书.pdf", "application/pdf"),
        (PNG, "照片.PNG", "image/png"),
        (JPG, "照片.jpeg", "image/jpeg"),
        (DOCX, "a.docx", "application/vnd.openxmlformats-officedocument.wordprocessingml.document"),
        (XLSX, "a.xlsx", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
        (XLS, "a.xls", "application/vnd.ms-excel"),
        ("名称,日期\n".encode("gb18030"), "a.csv", "text/csv"),
        ("说明".encode(), "a.txt", "text/plain"),
    ],
)
def test_allowed_types_are_known_by_their_bytes(content, name, media_type):
    assert check(content, name).media_type == media_type


@pytest.mark.parametrize(
    ("content", "name", "code"),
    [
        (b"", "a.pdf", "file-empty"),
        (PDF + bytes(1000_000), "a.pdf", "file-too-large"),
        (PDF, "a", "file-type-unknown"),
        (b"MZ\x90", "a.exe", "file-type-unknown"),
        (b"MZ\x90\x00", "a.pdf", "file-type-mismatch"),
        (PDF, "a.png", "file-type-mismatch"),
        (DOCX, "a.xlsx", "file-type-mismatch"),
        (OLE + bytes(600), "a.xls", "file-type-mismatch"),
        (b"a,b\x00c", "a.csv", "file-type-mismatch"),
        (b"PK\x03\x04 not a zip", "a.docx", "file-type-mismatch"),
        (PDF, "决定书.exe.pdf", "file-double-extension"),
        (office_file("word/document.xml", "word/vbaProject.bin"), "a.docx", "file-macro"),
        (PDF, "///", "file-name-empty"),
    ],
)
def test_what_may_not_be_uploaded(content, name, code):
    with pytest.raises(UploadRefused) as refusal:
        check(content, name)
    assert refusal.value.code == code


def test_text_cut_inside_a_character_is_still_text():
    content = ("甲" * 4000).encode()
    assert len(content) > 8192
    assert check(content, "a.txt").media_type == "text/plain"


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/决定书.pdf", "决定书.pdf"),
        ("C:\\tmp\\a.pdf", "a.pdf"),
        ("a\u202egnp.pdf", "agnp.pdf"),
        ("a<b>.pdf", "a_b_.pdf"),
    ],
)
def test_file_names_lose_folders_and_tricks(given, kept):
    assert clean_file_name(given) == kept


def test_dots_in_a_name_are_no_double_extension():
    assert extension_of("2026.5.20决定书.pdf") == "pdf"


# --- storing ------------------------------------------------------------------------------------------------------
def upload(content=PDF, name="决定书.pdf"):
    # The browser's content type is a lie on purpose.
    return SimpleUploadedFile(name, content, content_type="image/png")


@pytest.mark.django_db
def test_stored_file_has_hash_and_sniffed_type_and_a_name_of_its_own():
    attachment = attachment_store(upload=upload(), actor=make_account("handler"))
    assert (attachment.media_type, attachment.size) == ("application/pdf", len(PDF))
    assert attachment.sha256 == hashlib.sha256(PDF).hexdigest()
    assert "决定书" not in attachment.file.name
    with attachment.file.open("rb") as stream:
        assert stream.read() == PDF


@pytest.mark.django_db
def test_a_stored_file_lies_encrypted_on_the_disk():
    attachment = attachment_store(upload=upload(), actor=None)
    lying = Path(attachment.file.path).read_bytes()
    assert (b"synthetic" in lying, bytes_open(lying)) == (False, PDF)


@pytest.mark.django_db
def test_a_stored_file_opens_after_the_keys_were_changed(settings):
    attachment = attachment_store(upload=upload(), actor=None)
    settings.FIELD_KEYS = [Fernet.generate_key().decode(), *settings.FIELD_KEYS]
    with Attachment.objects.get(pk=attachment.pk).file.open("rb") as stream:
        assert stream.read() == PDF


@pytest.mark.django_db
def test_a_file_tampered_with_on_the_disk_does_not_open():
    attachment = attachment_store(upload=upload(), actor=None)
    Path(attachment.file.path).write_bytes(bytes_seal(PDF)[:-4] + b"AAA=")
    with pytest.raises(InvalidToken):
        Attachment.objects.get(pk=attachment.pk).file.open("rb")


@pytest.mark.django_db
def test_without_a_scanner_the_checked_file_is_clean():
    assert attachment_store(upload=upload(), actor=None).scan == "clean"


@pytest.mark.django_db
def test_with_a_scanner_the_file_waits_and_the_scan_is_owed(settings):
    settings.CLAMD_ADDRESS = "127.0.0.1:3310"
    attachment = attachment_store(upload=upload(), actor=None)
    assert attachment.scan == "waiting"
    assert OutboxMessage.objects.get().payload == {"attachment": attachment.pk}


@pytest.mark.django_db
def test_size_limit_is_the_callers_if_given():
    with pytest.raises(InvalidInput, match="上限"):
        attachment_store(upload=upload(), actor=None, most_bytes=10)


def clamd_answering(answer):
    """A daemon that takes one stream and gives this answer; returns its address and what it received."""
    server = socket.create_server(("127.0.0.1", 0))
    received = bytearray()

    def serve():
        connection, _ = server.accept()
        with connection:
            while not received.endswith(b"\0\0\0\0"):
                received.extend(connection.recv(4096))
            connection.sendall(answer)
        server.close()

    threading.Thread(target=serve, daemon=True).start()
    return f"127.0.0.1:{server.getsockname()[1]}", received


@pytest.mark.django_db
@pytest.mark.parametrize(("answer", "state"), [(b"stream: OK\0", "clean"), (b"stream: Eicar FOUND\0", "refused")])
def test_scanner_decides(settings, answer, state):
    settings.CLAMD_ADDRESS, received = clamd_answering(answer)
    attachment = attachment_store(upload=upload(b"%PDF-1.4 x"), actor=None)
    attachment_scan({"attachment": attachment.pk}, clock.now())
    attachment.refresh_from_db()
    assert attachment.scan == state
    assert bytes(received).startswith(b"zINSTREAM\0" + b"\0\0\0\x0a%PDF-1.4 x")


@pytest.mark.django_db
def test_scanner_without_a_verdict_leaves_the_file_waiting(settings):
    settings.CLAMD_ADDRESS, _ = clamd_answering(b"stream: size limit exceeded ERROR\0")
    attachment = attachment_store(upload=upload(), actor=None)
    with pytest.raises(OSError, match="no verdict"):
        attachment_scan({"attachment": attachment.pk}, clock.now())
    attachment.refresh_from_db()
    assert attachment.scan == "waiting"


# --- evidence of a record -----------------------------------------------------------------------------------------
def add(record, actor, **changes):
    values = {"upload": upload(), "label": "行政处罚决定书", "actor": actor, "on": TODAY, **changes}
    return record_evidence_add(record_id=record.pk, **values)


@pytest.fixture
def record(db):
    return make_record(make_subject())


@pytest.mark.parametrize("role", ["handler", "reviewer"])
def test_handlers_and_reviewers_add_evidence(record, role):
    evidence = add(record, make_account(role))
    assert (evidence.label, evidence.attachment.name) == ("行政处罚决定书", "决定书.pdf")


def test_adding_evidence_writes_an_event_with_the_hash(record):
    add(record, make_account("handler"))
    assert Event.objects.get(name="evidence.added").payload["sha256"] == hashlib.sha256(PDF).hexdigest()


@pytest.mark.parametrize("role", ["approver", "publisher", "department", "auditor", "administrator"])
def test_others_may_not_add_evidence(record, role):
    with pytest.raises(NotAllowed):
        add(record, make_account(role))


def test_same_bytes_twice_on_a_record_are_refused(record):
    handler = make_account("handler")
    add(record, handler)
    with pytest.raises(Conflict, match="行政处罚决定书"):
        add(record, handler, label="另一份", upload=upload(name="副本.pdf"))


def test_evidence_without_a_label_is_refused(record):
    with pytest.raises(InvalidInput, match="材料说明"):
        add(record, make_account("handler"), label=" ")


def test_refused_file_leaves_no_row(record):
    with pytest.raises(InvalidInput):
        add(record, make_account("handler"), upload=upload(b"MZ", "a.pdf"))
    assert not Attachment.objects.exists()


def test_evidence_on_a_voided_record_is_refused(db):
    record = make_record(make_subject(), state="voided", voided_on=TODAY)
    with pytest.raises(TransitionRefused):
        add(record, make_account("handler"))


# --- downloading --------------------------------------------------------------------------------------------------
def download(attachment, actor):
    return attachment_download_log(attachment=attachment, address="192.0.2.7", actor=actor, on=TODAY)


def test_download_is_logged_with_who_and_where(record):
    attachment, auditor = add(record, make_account("handler")).attachment, make_account("auditor")
    download(attachment, auditor)
    row = AttachmentDownload.objects.get()
    assert (row.attachment, row.account, row.address) == (attachment, auditor, "192.0.2.7")


@pytest.mark.parametrize("role", ["department", "subject", "administrator"])
def test_who_may_not_download(record, role):
    attachment = add(record, make_account("handler")).attachment
    with pytest.raises(NotAllowed):
        download(attachment, make_account(role))
    assert not AttachmentDownload.objects.exists()


@pytest.mark.parametrize("scan", ["waiting", "refused"])
def test_file_not_found_clean_is_not_downloaded(record, scan):
    attachment = add(record, make_account("handler")).attachment
    attachment.scan = scan
    attachment.save()
    with pytest.raises(NotAllowed, match="安全检查"):
        download(attachment, make_account("handler"))
