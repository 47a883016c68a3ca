"""The honours' part in merging two subjects."""

from datetime import date

from django.db import transaction

from incentives.models import Honour
from incentives.rules import honours as rules
from registry.base.errors import RuleRefused
from registry.models import Account, Subject


@transaction.atomic
def honours_move(*, loser: Subject, winner: Subject, actor: Account | None, on: date) -> None:
    """Move the honours of `loser` to `winner`; call with both subjects locked.

    Raises RuleRefused when both are nominated for, or stand on, one red list: an officer closes one of them first.
    """
    moved = list(Honour.objects.select_for_update().filter(subject=loser).order_by("pk"))
    own = {_place(each): each for each in Honour.objects.filter(subject=winner) if _is_live(each, on)}
    for each in moved:
        same = own.get(_place(each))
        if same is not None and _is_live(each, on):
            raise RuleRefused(
                "merge-honours",
                f"“{loser.name}”的{each.number}与“{winner.name}”的{same.number}是同一红名单，合并之前请先办结或者移出其中一件。",
                field="winner",
            )
    for each in moved:
        each.subject = winner
        each.save_by(actor, reason="subject.merge")


def _place(honour: Honour) -> tuple[str, str, bool]:
    return honour.pack_id, honour.list_code, honour.state in rules.OPEN


def _is_live(honour: Honour, on: date) -> bool:
    if honour.state in rules.OPEN:
        return True
    return honour.state == rules.RECOGNISED and honour.ends_on is not None and honour.ends_on > on
