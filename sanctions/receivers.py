"""What the negative lists do when facts change below them: evaluate at once, in the same transaction."""

from datetime import date
from typing import Any

from django.dispatch import receiver

from registry.models import Account, Record, Subject
from registry.signals import record_changed, record_confirmed, subject_changed
from sanctions.models import ListEntry
from sanctions.services.candidates import candidates_evaluate
from sanctions.signals import entry_ended, entry_opened, entry_paused, entry_resumed


@receiver([record_confirmed, record_changed], dispatch_uid="sanctions.evaluate-record")
def evaluate_on_record(sender: object, record: Record, actor: Account | None, on: date, **kwargs: Any) -> None:
    """A record became a fact, or differs."""
    candidates_evaluate(subject=record.subject, actor=actor, on=on)


@receiver(subject_changed, dispatch_uid="sanctions.evaluate-subject")
def evaluate_on_subject(sender: object, subject: Subject, actor: Account | None, on: date, **kwargs: Any) -> None:
    """A subject's sectors, risk, names or people differ."""
    candidates_evaluate(subject=subject, actor=actor, on=on)


@receiver([entry_opened, entry_ended, entry_paused, entry_resumed], dispatch_uid="sanctions.evaluate-entry")
def evaluate_on_entry(sender: object, entry: ListEntry, actor: Account | None, on: date, **kwargs: Any) -> None:
    """An entry uses up its grounds, or sets them free; what else is due may change."""
    candidates_evaluate(subject=entry.subject, actor=actor, on=on)
