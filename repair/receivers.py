"""What requests do when lower apps act, in the same transaction."""

from datetime import date
from typing import Any

from django.dispatch import receiver

from registry.models import Account, Subject
from registry.signals import subject_merging
from repair.services.merging import requests_move


@receiver(subject_merging, dispatch_uid="repair.merge-subjects")
def move_on_merging(
    sender: object, loser: Subject, winner: Subject, actor: Account | None, on: date, **kwargs: Any
) -> None:
    """Two subjects become one."""
    requests_move(loser=loser, winner=winner, actor=actor, on=on)
