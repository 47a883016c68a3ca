"""Reads of public notes. What is visible is told by dates alone."""

from datetime import date

from django.db.models import QuerySet

from disclosure.models import PublicNote
from registry.models import Subject


def notes_visible(*, on: date, subject: Subject | None = None) -> QuerySet[PublicNote]:
    """Return the notes that the public may see on `on`, newest first; of one subject where given."""
    found = PublicNote.objects.visible(on).select_related("subject", "department")
    return found.filter(subject=subject) if subject is not None else found
