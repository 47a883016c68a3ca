"""What the registry itself does when its facts change, in the same transaction: departments' systems are told."""

from typing import Any, Final

from django.dispatch import receiver

from registry import clock
from registry.models import Record, Subject
from registry.rules.webhooks import RECORD_CHANGED, RECORD_VOIDED
from registry.services.webhook_events import webhook_event_note, webhook_rows_move
from registry.signals import record_changed, subject_merging

# How an officer classifies a record is work in hand and is told to nobody.
_PUSHED: Final = {
    "voided": RECORD_VOIDED,
    "corrected": RECORD_CHANGED,
    "fulfilled": RECORD_CHANGED,
    "disputed": RECORD_CHANGED,
    "repaired": RECORD_CHANGED,
    "unrepaired": RECORD_CHANGED,
}


@receiver(record_changed, dispatch_uid="registry.note-record-change")
def note_record_change(sender: object, record: Record, change: str, **kwargs: Any) -> None:
    """The department whose record it is may want to know."""
    if change in _PUSHED and not record.is_secret:
        webhook_event_note(
            kind=_PUSHED[change], subject_id=record.subject_id, object_id=record.pk,
            department_id=record.department_id, change=change, at=clock.now(),
        )  # fmt: skip


@receiver(subject_merging, dispatch_uid="registry.move-webhook-rows")
def move_webhook_rows(sender: object, loser: Subject, winner: Subject, **kwargs: Any) -> None:
    """Two subjects become one."""
    webhook_rows_move(loser=loser, winner=winner)
