"""The jobs of disclosure. Each is safe to run twice or late; the work is done by services."""

from celery import shared_task

from disclosure.selectors.open_data import snapshot_current
from disclosure.services.open_data import signing_key_id, snapshot_refresh
from disclosure.services.publicity_backfill import publicity_backfill
from registry import clock
from registry.services.jobs import job_run


@shared_task(name="disclosure.open_data")
def open_data_task() -> None:
    """Make the snapshot of the public lists anew when the day or what is shown has changed. Looking leaves no row."""
    if snapshot_current(on=clock.today(), key_id=signing_key_id()) is None:
        job_run("disclosure.open_data", lambda: snapshot_refresh(on=clock.today(), at=clock.now()), now=clock.now)


@shared_task(name="disclosure.publicity_backfill")
def publicity_backfill_task() -> None:
    """Set the publicity deadlines of records that were confirmed before a policy on dual publicity ran."""
    job_run("disclosure.publicity_backfill", lambda: publicity_backfill(on=clock.today()), now=clock.now)
