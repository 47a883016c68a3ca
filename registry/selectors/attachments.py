"""Who may fetch which stored file."""

from datetime import date

from django.db.models import Exists, OuterRef, QuerySet

from registry.models import Account, Attachment, ExportFile, ImportBatch
from registry.rules import access
from registry.selectors.rights import roles_on


def attachments_visible_to(account: Account, on: date) -> QuerySet[Attachment]:
    """Return the files that `account` may fetch by themselves: officers and auditors the papers of records and cases.

    An imported file holds whole columns of identity numbers: only who runs imports and may see such numbers fetches
    it. What a department attached to its answer it fetches at its order, and what somebody exported only that account at
    its exports, not here.
    """
    roles = roles_on(account, on)
    if not access.may(roles, "evidence.download"):
        return Attachment.objects.none()
    if access.may(roles, "import.run") and access.may(roles, "subject.identity"):
        return _not_exported()
    imported = ImportBatch.objects.filter(attachment=OuterRef("pk"))
    return _not_exported().filter(~Exists(imported))


def _not_exported() -> QuerySet[Attachment]:
    return Attachment.objects.filter(~Exists(ExportFile.objects.filter(attachment=OuterRef("pk"))))
