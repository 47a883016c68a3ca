"""What disclosure does when lower apps act. Receivers run in the sender's transaction: publicity never lags a decision."""

from typing import Any

from django.dispatch import receiver

from disclosure.services.entries import entry_publication_follow, entry_publication_reground, entry_publish
from disclosure.services.merging import publications_move
from disclosure.services.publications import publications_mark_disputed
from disclosure.services.records import record_publicity_end, record_publicity_set
from registry.models import Record
from registry.signals import record_changed, record_confirmed, subject_merging
from sanctions.signals import entry_ended, entry_grounds_changed, entry_opened, entry_paused, entry_resumed


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


@receiver(record_changed, dispatch_uid="disclosure.record_changed")
def on_record_changed(**kwargs: Any) -> None:
    """Take down what is void, mark what is disputed."""
    record = kwargs["record"]
    if record.state == Record.State.VOIDED:
        record_publicity_end(record=record, actor=kwargs["actor"], on=kwargs["on"])
    publications_mark_disputed(record=record, actor=kwargs["actor"], on=kwargs["on"])
