"""The commitments' part in merging two subjects: texts stay as they were signed, and nothing runs twice."""

from datetime import date

from django.db import transaction

from incentives.models import Commitment
from registry.base.errors import RuleRefused
from registry.models import Account, Subject


@transaction.atomic
def commitments_move(*, loser: Subject, winner: Subject, actor: Account | None, on: date) -> None:
    """Move the commitments of `loser` to `winner`; call with both subjects locked.

    Raises RuleRefused when both have a running commitment about one matter: an officer ends one of them first.
    """
    moved = list(Commitment.objects.select_for_update().filter(subject=loser).order_by("pk"))
    running = {
        (each.pack_id, each.kind, each.matter): each
        for each in Commitment.objects.filter(subject=winner, state=Commitment.State.SIGNED)
        if not each.is_promise
    }
    for each in moved:
        same = running.get((each.pack_id, each.kind, each.matter))
        if same is not None and each.state in (Commitment.State.SIGNED, Commitment.State.NOTICED):
            raise RuleRefused(
                "merge-commitments",
                f"“{loser.name}”的承诺{each.number}与“{winner.name}”的承诺{same.number}是同一事项，"
                "合并之前请先终止其中一件。",
                field="winner",
            )
    for each in moved:
        each.subject = winner
        each.save_by(actor, reason="subject.merge")
