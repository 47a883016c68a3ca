"""The requests' part in merging two subjects: what the one asked for, the other has asked for."""

from datetime import date

from django.db import transaction

from registry.models import Account, Subject
from registry.services.events import event_record
from repair.models import Objection, RepairApplication, Review


@transaction.atomic
def requests_move(*, loser: Subject, winner: Subject, actor: Account | None, on: date) -> int:
    """Move every request and review of `loser` to `winner`; return how many. Call with both subjects locked."""
    moved = 0
    for model in (Objection, RepairApplication, Review):
        for row in model.objects.select_for_update(of=("self",)).filter(subject=loser).order_by("pk"):
            row.subject = winner
            row.save_by(actor, reason="subject.merge")
            moved += 1
    if moved:
        event_record(
            "requests.moved", f"“{loser.name}”的异议和修复申请{moved}件随合并转到“{winner.name}”", obj=loser,
            subject=winner, actor=actor, on=on, payload={"loser": loser.pk, "winner": winner.pk, "count": moved},
        )  # fmt: skip
    return moved
