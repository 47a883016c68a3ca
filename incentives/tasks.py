"""The jobs of incentives. Each is safe to run twice or late; the work is done by services."""

from celery import shared_task

from incentives.services.grants import grants_stop_due
from incentives.services.honour_reminders import honours_remind
from incentives.services.reminders import promises_remind
from incentives.services.tiers import tiers_recompute
from registry import clock
from registry.services.jobs import job_run


@shared_task(name="incentives.promises_remind")
def promises_remind_task() -> None:
    """Remind subjects of what they promised and have not handed in."""
    job_run("incentives.promises_remind", lambda: promises_remind(on=clock.today(), at=clock.now()), now=clock.now)


@shared_task(name="incentives.honours_remind")
def honours_remind_task() -> None:
    """Remind of honours near their end, and tell whose term is over."""
    job_run("incentives.honours_remind", lambda: honours_remind(on=clock.today(), at=clock.now()), now=clock.now)


@shared_task(name="incentives.grants_stop")
def grants_stop_task() -> None:
    """Tell the departments of honours whose term is over."""
    job_run("incentives.grants_stop", lambda: grants_stop_due(on=clock.today()), now=clock.now)


@shared_task(name="incentives.tiers_recompute")
def tiers_recompute_task() -> None:
    """Grade anew whose tier a fact, a day or a pack has changed."""
    job_run("incentives.tiers_recompute", lambda: tiers_recompute(on=clock.today()), now=clock.now)
