"""A subject's own credit report: numbered, written as .pdf, kept as it was given out, checked by its code."""

from collections.abc import Callable
from datetime import date
from uuid import UUID, uuid4

from django.db import transaction

from credit_site.selectors.own_file import REPORT_KIND
from credit_site.selectors.report import report_body, report_department
from registry import clock
from registry.base.errors import NotAllowed, RuleRefused
from registry.models import Account, Document, Subject
from registry.rules.uploads import MEDIA_TYPES
from registry.services import authz
from registry.services.documents import SYNTHETIC_FOOTER
from registry.services.docx import Letter
from registry.services.events import event_record
from registry.services.evidence import attachment_keep_own
from registry.services.numbers import number_next
from registry.services.pdf import pdf_bytes

TITLE = "公共信用信息报告（本人查询版）"


@transaction.atomic
def own_report_make(*, actor: Account, verify_url: Callable[[UUID], str], on: date) -> Document:
    """Make a report about the actor's own subject as it stands on `on`. `verify_url`: the address at which a code is
    checked. Raises NotAllowed, RuleRefused (no credit office is set up)."""
    authz.require(actor, "portal.view", on=on)
    if actor.subject_id is None:
        raise NotAllowed("no-subject", "只能查询本单位（本人）的信用报告。请用本单位（本人）的账号登录。")
    subject = Subject.objects.select_for_update().get(pk=actor.subject_id)
    office = report_department()
    if office is None:
        raise RuleRefused("no-credit-office", "系统中没有设置信用监管办公室，暂不能出具报告。请联系系统管理员。")
    number = number_next(kind=REPORT_KIND, prefix="信报", department=office, year=on.year)
    letter = Letter(TITLE, number, office.name, on, SYNTHETIC_FOOTER if subject.is_synthetic else "")
    document = _keep(letter, subject, actor, verify_url)
    event_record(
        "credit-report.made", f"{subject.name}查询本人信用报告{number}", obj=document, subject=subject, actor=actor,
        on=on, payload={"number": number, "sha256": document.attachment.sha256},
    )  # fmt: skip
    return document


def _keep(letter: Letter, subject: Subject, actor: Account, verify_url: Callable[[UUID], str]) -> Document:
    code = uuid4()
    content = pdf_bytes(
        letter, report_body(subject, letter.on), written_at=clock.now(), verify_url=verify_url(code)
    )  # fmt: skip
    attachment = attachment_keep_own(
        content=content, name=f"信用报告（{letter.number}）.pdf", media_type=MEDIA_TYPES["pdf"], actor=actor
    )
    # The code is printed in the file before the file's row is made.
    attachment.public_id = code
    attachment.save(update_fields=["public_id"])
    return Document.objects.create(
        number=letter.number, kind=REPORT_KIND, title=letter.title, subject=subject,
        object_kind=subject._meta.label_lower, object_id=subject.pk, attachment=attachment, made_on=letter.on,
        made_by=actor,
    )  # fmt: skip
