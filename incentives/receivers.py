"""What commitments do when facts change below them, in the same transaction."""

from typing import Any

from django.dispatch import receiver

from incentives.services.breaches import breach_follow
from incentives.services.merging import commitments_move
from registry.signals import record_changed, subject_merging


@receiver(record_changed, dispatch_uid="incentives.breach-follow")
def on_record_changed(**kwargs: Any) -> None:
    """The record of a breach was voided or corrected."""
    if kwargs["change"] == "voided":
        breach_follow(record=kwargs["record"], actor=kwargs["actor"], on=kwargs["on"])


@receiver(subject_merging, dispatch_uid="incentives.merge-subjects")
def on_subject_merging(**kwargs: Any) -> None:
    """Two subjects become one."""
    commitments_move(loser=kwargs["loser"], winner=kwargs["winner"], actor=kwargs["actor"], on=kwargs["on"])
