"""The jobs of requests. Each is safe to run twice or late; the work is done by services."""

from celery import shared_task

from registry import clock
from registry.services.jobs import job_run
from repair.services.reminders import removal_reminders


@shared_task(name="repair.removal_reminders")
def removal_reminders_task() -> None:
    """Remind subjects of removal on application."""
    job_run("repair.removal_reminders", lambda: removal_reminders(on=clock.today()), now=clock.now)
