"""Documents the office produces: numbered, written as .docx, kept as they were issued."""

from collections.abc import Sequence
from datetime import date

from django.db import models, transaction

from registry import clock
from registry.models import Account, Department, Document, Subject
from registry.rules.blocks import Block
from registry.rules.uploads import MEDIA_TYPES
from registry.services.docx import Letter, docx_bytes
from registry.services.evidence import attachment_keep_own
from registry.services.numbers import number_next

SYNTHETIC_FOOTER = "演示文书，当事人及内容均为虚构，不具有法律效力"


@transaction.atomic
def document_make(
    *,
    kind: str,
    title: str,
    prefix: str,
    subject: Subject,
    obj: models.Model,
    department: Department,
    body: Sequence[Block],
    actor: Account | None,
    on: date,
) -> Document:
    """Number, write and keep one document about `obj`; call inside the service whose step it belongs to.

    `kind` with department and year picks the number sequence, `prefix` is the word before the year (信监告);
    no two kinds or departments share one, since a number is unique in the county.
    `on` is the date under the signature. The calling service records the event that names the document.
    """
    number = number_next(kind=kind, prefix=prefix, department=department, year=on.year)
    letter = Letter(title, number, department.name, on, SYNTHETIC_FOOTER if subject.is_synthetic else "")
    attachment = attachment_keep_own(
        content=docx_bytes(letter, body, written_at=clock.now()),
        name=f"{title}（{number}）.docx",
        media_type=MEDIA_TYPES["docx"],
        actor=actor,
    )
    return Document.objects.create(
        number=number,
        kind=kind,
        title=title,
        subject=subject,
        object_kind=obj._meta.label_lower,
        object_id=obj.pk,
        attachment=attachment,
        made_on=on,
        made_by=actor,
    )
