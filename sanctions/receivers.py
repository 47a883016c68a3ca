"""What the negative lists do when facts change below them, in the same transaction: entries in force are looked at, what
is due is evaluated."""

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.dispatch import Signal, receiver

from registry import clock
from registry.models import Account, Record, Subject
from registry.signals import (
    calendar_changed,
    record_changed,
    record_confirmed,
    records_confirmed,
    subject_changed,
    subject_merging,
)
from sanctions.models import EntryChange, EntryPause, ListEntry
from sanctions.selectors.entries import entries_in_force
from sanctions.services.candidates import candidates_evaluate
from sanctions.services.changes import entry_change_note
from sanctions.services.cross_checks import subject_cross_check
from sanctions.services.grounds import entries_follow_person, grounds_follow
from sanctions.services.merging import subject_rows_move
from sanctions.services.order_pauses import pause_dispatch, resumption_dispatch
from sanctions.services.population import candidates_follow
from sanctions.services.tips import tips_reckon
from sanctions.signals import (
    entry_disputed,
    entry_ended,
    entry_opened,
    entry_paused,
    entry_restored,
    entry_resumed,
)

# What may take its grounds from an entry; a record put right, carried out or disputed is a matter of repair or objection.
_TOUCHES_ENTRIES = frozenset({"voided", "classified", "finding"})

_CHANGES = {
    entry_opened: EntryChange.Kind.OPENED,
    entry_ended: EntryChange.Kind.ENDED,
    entry_paused: EntryChange.Kind.PAUSED,
    entry_resumed: EntryChange.Kind.RESUMED,
    entry_disputed: EntryChange.Kind.DISPUTED,
    entry_restored: EntryChange.Kind.RESTORED,
}


@receiver([record_confirmed, record_changed], dispatch_uid="sanctions.evaluate-record")
def evaluate_on_record(sender: object, record: Record, actor: Account | None, on: date, **kwargs: Any) -> None:
    """A record became a fact, or differs. Entries first: a corrected record is used up before it is evaluated."""
    change = kwargs.get("change", "")
    if change in _TOUCHES_ENTRIES:
        grounds_follow(record=record, change=change, actor=actor, on=on)
    candidates_evaluate(subject=record.subject, actor=actor, on=on)


@receiver(records_confirmed, dispatch_uid="sanctions.evaluate-records")
def evaluate_on_records(
    sender: object, records: Sequence[Record], actor: Account | None, on: date, **kwargs: Any
) -> None:
    """Many records became facts; as new ones they touch no entry."""
    candidates_follow(subject_ids={record.subject_id for record in records}, actor=actor, on=on)


@receiver(subject_changed, dispatch_uid="sanctions.evaluate-subject")
def evaluate_on_subject(sender: object, subject: Subject, actor: Account | None, on: date, **kwargs: Any) -> None:
    """A subject's sectors, risk, names or people differ."""
    for entry in entries_in_force(subject, on):
        entry_change_note(entry=entry, kind=EntryChange.Kind.SUBJECT, at=clock.now())
    entries_follow_person(subject=subject, actor=actor, on=on)
    candidates_evaluate(subject=subject, actor=actor, on=on)


@receiver(subject_merging, dispatch_uid="sanctions.merge-subjects")
def move_on_merging(
    sender: object, loser: Subject, winner: Subject, actor: Account | None, on: date, **kwargs: Any
) -> None:
    """Two subjects become one."""
    subject_rows_move(loser=loser, winner=winner, actor=actor, on=on)


@receiver(
    [entry_opened, entry_ended, entry_paused, entry_resumed, entry_restored], dispatch_uid="sanctions.evaluate-entry"
)
def evaluate_on_entry(sender: object, entry: ListEntry, actor: Account | None, on: date, **kwargs: Any) -> None:
    """An entry uses up its grounds, or sets them free; what else is due may change."""
    candidates_evaluate(subject=entry.subject, actor=actor, on=on)


@receiver([entry_ended, entry_restored], dispatch_uid="sanctions.cross-check")
def cross_check_on_entry(sender: object, entry: ListEntry, actor: Account | None, on: date, **kwargs: Any) -> None:
    """What does not go with the entry, or no longer, is flagged at once; the nightly run meets the rest."""
    subject_cross_check(subject=entry.subject, actor=actor, on=on)


@receiver(list(_CHANGES), dispatch_uid="sanctions.note-entry-change")
def note_entry_change(sender: object, signal: Signal, entry: ListEntry, **kwargs: Any) -> None:
    """Systems that follow the public lists are told."""
    entry_change_note(entry=entry, kind=_CHANGES[signal], at=clock.now())


@receiver(entry_paused, dispatch_uid="sanctions.pause-orders")
def pause_orders(sender: object, pause: EntryPause, actor: Account | None, on: date, **kwargs: Any) -> None:
    """Departments are asked to stop what they have carried out, and to confirm it."""
    pause_dispatch(pause=pause, actor=actor, on=on)


@receiver(entry_resumed, dispatch_uid="sanctions.resume-orders")
def resume_orders(sender: object, pause: EntryPause, actor: Account | None, on: date, **kwargs: Any) -> None:
    """Departments are asked to go on, and to confirm it."""
    resumption_dispatch(pause=pause, actor=actor, on=on)


@receiver(calendar_changed, dispatch_uid="sanctions.reckon-tips")
def reckon_tips(sender: object, actor: Account | None, **kwargs: Any) -> None:
    """Tips keep due days of their own: a `Deadline` would hang on the subject."""
    tips_reckon(actor=actor)
