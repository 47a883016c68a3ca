"""Small things of a subject's own pages: claims, mandates, notices, documents."""

import datetime as dt

from django.core.files.uploadedfile import SimpleUploadedFile
from django.utils import timezone

from registry import clock
from registry.models import Account, Claim, Department, Document, Mandate, Notice, Subject
from registry.rules.blocks import Paragraph
from registry.services.documents import document_make
from registry.services.mandates import ClaimFacts, claim_file
from tests.factories import LONG_AGO, make_account

PASSWORD = "yunxi-kuangye-2026"
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n"


def a_letter(name: str = "授权委托书.pdf") -> SimpleUploadedFile:
    return SimpleUploadedFile(name, PDF, content_type="application/pdf")


def claim_facts(subject: Subject | None = None, **fields) -> ClaimFacts:
    given = {"applicant": "周某", "contact": "0000-0000000", "username": "zhoumou", "password": PASSWORD}
    if subject is not None:
        given["uscc"] = subject.uscc
    return ClaimFacts(**{**given, **fields})


def make_claim(subject: Subject, **fields) -> Claim:
    return claim_file(facts=claim_facts(subject, **fields), letter=a_letter(), code="", on=clock.today()).claim


def make_mandate(
    subject: Subject, account: Account | None = None, role: str = "agent", ends_on: dt.date | None = None
) -> Mandate:
    if role == "agent" and ends_on is None:
        ends_on = clock.today() + dt.timedelta(days=30)
    return Mandate(
        subject=subject, account=account or make_account("subject", subject=subject), role=role,
        starts_on=LONG_AGO, ends_on=ends_on,
    ).save_by(None, reason="test")  # fmt: skip


def make_notice(subject: Subject, **fields) -> Notice:
    """A message that has arrived."""
    return Notice.objects.create(
        kind="test", title="演示消息", body="演示内容", subject=subject, state=Notice.State.DELIVERED,
        queued_at=timezone.now(), delivered_at=timezone.now(), **fields,
    )  # fmt: skip


def make_document(subject: Subject, department: Department, *, kind: str = "case-notice") -> Document:
    return document_make(
        kind=kind, title="列入名单告知书", prefix="演告", subject=subject, obj=subject, department=department,
        body=[Paragraph("演示")], actor=None, on=clock.today(),
    )  # fmt: skip
