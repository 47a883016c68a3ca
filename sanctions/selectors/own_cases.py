"""A subject's own cases, as far as it has been told of them."""

from uuid import UUID

from django.db.models import Prefetch, QuerySet

from registry.models import Subject
from sanctions.models import Case, CaseDocument, CaseGround, DefenceFile

# What is addressed to the subject; the other documents of a case are the office's own.
ADDRESSED = ("notice", "decide", "drop")


def own_cases(subject: Subject) -> QuerySet[Case]:
    """Return the subject's cases of which notice was given, the newest first."""
    return (
        Case.objects.filter(subject=subject, noticed_on__isnull=False)
        .select_related("policy", "department", "defence", "subject", "parent__subject")
        .defer("policy__text")
        .order_by("-noticed_on", "-pk")
    )


def own_case(subject: Subject, public_id: UUID) -> Case | None:
    """Return one of them with its grounds, the documents addressed to the subject and the statement; None for any
    other case."""
    return (
        own_cases(subject)
        .prefetch_related(
            Prefetch("grounds", CaseGround.objects.select_related("record").order_by("record__decided_on", "pk")),
            Prefetch(
                "documents", CaseDocument.objects.filter(step__in=ADDRESSED).select_related("document__attachment")
            ),
            Prefetch("defence__files", DefenceFile.objects.select_related("attachment").order_by("pk")),
        )
        .filter(public_id=public_id)
        .first()
    )
