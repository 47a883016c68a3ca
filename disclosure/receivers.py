"""What disclosure does when lower apps act. Receivers run in the sender's transaction: publicity never lags a decision."""

from typing import Any

from django.dispatch import receiver

from disclosure.services.channels.owing import submissions_restore
from disclosure.services.corrections import correction_note, publication_again, repair_note, repair_note_withdraw
from disclosure.services.entries import entry_publication_follow, entry_publication_reground, entry_publish
from disclosure.services.merging import publications_move
from disclosure.services.publications import entry_publication_mark_disputed, publications_mark_disputed
from disclosure.services.records import record_publicity_end, record_publicity_set, records_publicity_set
from registry.models import Record
from registry.signals import record_changed, record_confirmed, records_confirmed, subject_merging
from repair.signals import repair_granted, repair_undone, wrong_put_right
from sanctions.signals import (
    entry_disputed,
    entry_ended,
    entry_grounds_changed,
    entry_opened,
    entry_paused,
    entry_restored,
    entry_resumed,
)


@receiver(entry_opened, dispatch_uid="disclosure.entry_publish")
def on_entry_opened(**kwargs: Any) -> None:
    """Publish the entry with the entry."""
    entry_publish(entry=kwargs["entry"], actor=kwargs["actor"], on=kwargs["on"])


@receiver([entry_ended, entry_paused, entry_resumed], dispatch_uid="disclosure.entry_follow")
def on_entry_moved(**kwargs: Any) -> None:
    """Let the publication follow the entry's dates."""
    entry_publication_follow(entry=kwargs["entry"], actor=kwargs["actor"], on=kwargs["on"])


@receiver(entry_grounds_changed, dispatch_uid="disclosure.entry_reground")
def on_entry_grounds_changed(**kwargs: Any) -> None:
    """Show no withdrawn record as the ground of a listing."""
    entry_publication_reground(entry=kwargs["entry"], basis=kwargs["basis"], actor=kwargs["actor"], on=kwargs["on"])


@receiver(subject_merging, dispatch_uid="disclosure.merge_subjects")
def on_subject_merging(**kwargs: Any) -> None:
    """Move what is public about the subject that is merged away."""
    publications_move(loser=kwargs["loser"], winner=kwargs["winner"], actor=kwargs["actor"], on=kwargs["on"])


@receiver(record_confirmed, dispatch_uid="disclosure.record_publicity_set")
def on_record_confirmed(**kwargs: Any) -> None:
    """Set by when the record must be public."""
    record_publicity_set(record=kwargs["record"], actor=kwargs["actor"], on=kwargs["on"])


@receiver(records_confirmed, dispatch_uid="disclosure.records_publicity_set")
def on_records_confirmed(**kwargs: Any) -> None:
    """Set by when many records must be public."""
    records_publicity_set(records=kwargs["records"], actor=kwargs["actor"], on=kwargs["on"])


@receiver(record_changed, dispatch_uid="disclosure.record_changed")
def on_record_changed(**kwargs: Any) -> None:
    """Take down what is void or repaired, here and in the channels; mark what is disputed."""
    record = kwargs["record"]
    if record.state in (Record.State.VOIDED, Record.State.REPAIRED):
        record_publicity_end(record=record, actor=kwargs["actor"], on=kwargs["on"])
    elif kwargs["change"] == "unrepaired":
        submissions_restore(record=record, actor=kwargs["actor"], on=kwargs["on"])
        publication_again(thing=record, actor=kwargs["actor"], on=kwargs["on"])
    publications_mark_disputed(record=record, actor=kwargs["actor"], on=kwargs["on"])


@receiver(entry_disputed, dispatch_uid="disclosure.entry_disputed")
def on_entry_disputed(**kwargs: Any) -> None:
    """Mark the entry's publication as disputed, or take the mark off."""
    entry_publication_mark_disputed(entry=kwargs["entry"], actor=kwargs["actor"], on=kwargs["on"])


@receiver(entry_restored, dispatch_uid="disclosure.entry_restored")
def on_entry_restored(**kwargs: Any) -> None:
    """Show an entry again whose repair was taken back."""
    publication_again(thing=kwargs["entry"], actor=kwargs["actor"], on=kwargs["on"])


@receiver(wrong_put_right, dispatch_uid="disclosure.correction_note")
def on_wrong_put_right(**kwargs: Any) -> None:
    """Say in public that what had been public was wrong."""
    correction_note(
        record=kwargs["record"], done=kwargs["done"], department=kwargs["department"], actor=kwargs["actor"],
        on=kwargs["on"],
    )  # fmt: skip


@receiver(repair_granted, dispatch_uid="disclosure.repair_note")
def on_repair_granted(**kwargs: Any) -> None:
    """Publish the note of repair where the rule has it so."""
    repair_note(application=kwargs["application"], actor=kwargs["actor"], on=kwargs["on"])


@receiver(repair_undone, dispatch_uid="disclosure.repair_note_withdraw")
def on_repair_undone(**kwargs: Any) -> None:
    """Take the note of repair down again."""
    repair_note_withdraw(application=kwargs["application"], actor=kwargs["actor"], on=kwargs["on"])
