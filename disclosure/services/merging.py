"""The public pages' part in merging two subjects: what is public about the one is public about the other."""

from datetime import date

from django.db import transaction

from disclosure.models import Publication
from disclosure.selectors.snapshots import public_name
from registry.models import Account, Subject
from registry.services.events import event_record


@transaction.atomic
def publications_move(*, loser: Subject, winner: Subject, actor: Account | None, on: date) -> int:
    """Move every publication of `loser` to `winner`, under the name and code that it bears now; return how many.

    Periods and withdrawals stay as they are. Call with both subjects locked, before the codes change hands.
    """
    name = public_name(winner)
    shown = {"name": name, "kind": winner.kind, "uscc": winner.uscc or loser.uscc or ""}
    former = f"{public_name(loser)}："
    found = Publication.objects.select_for_update(of=("self",)).filter(subject=loser).order_by("pk")
    moved = 0
    for publication in found:
        publication.subject = winner
        publication.snapshot = {**publication.snapshot, "subject": shown}
        if publication.title.startswith(former):
            publication.title = f"{name}：{publication.title.removeprefix(former)}"[:200]
        publication.save_by(actor, reason="subject.merge")
        moved += 1
    if moved:
        event_record(
            "publication.moved", f"“{loser.name}”的公示{moved}项随合并转到“{winner.name}”", obj=loser, subject=winner,
            actor=actor, on=on, payload={"loser": loser.pk, "winner": winner.pk, "count": moved},
        )  # fmt: skip
    return moved
