"""What requests do when lower apps act, in the same transaction."""

from datetime import date
from typing import Any

from django.dispatch import receiver

from registry.models import Account, Record, Subject
from registry.signals import record_changed, subject_merging
from repair.services.closing import applications_close
from repair.services.merging import requests_move
from sanctions.models import ListEntry
from sanctions.signals import entry_ended


@receiver(subject_merging, dispatch_uid="repair.merge-subjects")
def move_on_merging(
    sender: object, loser: Subject, winner: Subject, actor: Account | None, on: date, **kwargs: Any
) -> None:
    """Two subjects become one."""
    requests_move(loser=loser, winner=winner, actor=actor, on=on)


@receiver(record_changed, dispatch_uid="repair.close-on-void")
def close_on_void(sender: object, record: Record, actor: Account | None, on: date, **kwargs: Any) -> None:
    """A record was voided or corrected: nothing about it is left to repair."""
    if kwargs["change"] == "voided":
        applications_close(record=record, actor=actor, on=on)


@receiver(entry_ended, dispatch_uid="repair.close-on-revoked")
def close_on_revoked(sender: object, entry: ListEntry, actor: Account | None, on: date, **kwargs: Any) -> None:
    """An entry was revoked or corrected away: nothing about it is left to repair or to remove."""
    applications_close(entry=entry, actor=actor, on=on)
