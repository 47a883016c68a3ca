"""The inspections' part in merging two subjects: visits and conflicts follow; what was drawn keeps its key."""

from datetime import date

from django.db import transaction

from incentives.models import Inspection, InspectorConflict
from registry.models import Account, Subject


@transaction.atomic
def inspections_move(*, loser: Subject, winner: Subject, actor: Account | None, on: date) -> None:
    """Move the inspections and conflicts of `loser` to `winner`; call with both subjects locked.

    A conflict that an inspector has with both ends with the loser.
    """
    for visit in Inspection.objects.select_for_update().filter(subject=loser).order_by("pk"):
        visit.subject = winner
        visit.save_by(actor, reason="subject.merge")
    known = set(
        InspectorConflict.objects.filter(subject=winner, ends_on__isnull=True).values_list("inspector", flat=True)
    )
    for row in InspectorConflict.objects.select_for_update().filter(subject=loser).order_by("pk"):
        if row.ends_on is None and row.inspector_id in known:
            row.ends_on = on
        row.subject = winner
        row.save_by(actor, reason="subject.merge")
