"""The jobs of disclosure. Each is safe to run twice or late; the work is done by services."""

from celery import shared_task

from disclosure.selectors.open_data import snapshot_current
from disclosure.services.channels.inbox import inboxes_read, inboxes_waiting
from disclosure.services.channels.sending import channels_drop, channels_push
from disclosure.services.monthly import monthly_files_make
from disclosure.services.open_data import signing_key_id, snapshot_refresh
from disclosure.services.publicity_backfill import publicity_backfill
from registry import clock
from registry.services.jobs import job_note, job_run


@shared_task(name="disclosure.open_data")
def open_data_task() -> None:
    """Make the snapshot of the public lists anew when the day or what is shown has changed. Looking leaves no row."""
    if snapshot_current(on=clock.today(), key_id=signing_key_id()) is None:
        job_run("disclosure.open_data", lambda: snapshot_refresh(on=clock.today(), at=clock.now()), now=clock.now)


@shared_task(name="disclosure.monthly_files")
def monthly_files_task() -> None:
    """Make the reports of every month that is over ready and tell the office."""
    job_run("disclosure.monthly_files", lambda: monthly_files_make(on=clock.today()), now=clock.now)


@shared_task(name="disclosure.publicity_backfill")
def publicity_backfill_task() -> None:
    """Set the publicity deadlines of records that were confirmed before a policy on dual publicity ran."""
    job_run("disclosure.publicity_backfill", lambda: publicity_backfill(on=clock.today()), now=clock.now)


@shared_task(name="disclosure.channels_drop")
def channels_drop_task() -> None:
    """Make the files of the channels that are sent to once a day."""
    job_run("disclosure.channels_drop", lambda: channels_drop(now=clock.now), now=clock.now)


@shared_task(name="disclosure.channels_push")
def channels_push_task() -> None:
    """Push what is owed to the channels that are sent to at once. Several may send at once."""
    job_note("disclosure.channels_push", lambda: channels_push(now=clock.now), now=clock.now)


@shared_task(name="disclosure.channels_inbox")
def channels_inbox_task() -> None:
    """Read the acknowledgement files in the channels' inboxes. Looking leaves no row."""
    if inboxes_waiting(at=clock.now()):
        job_run("disclosure.channels_inbox", lambda: inboxes_read(at=clock.now()), now=clock.now)
