"""The jobs of the negative lists. Each is safe to run twice or late; the work is done by services."""

from celery import shared_task

from registry import clock
from registry.services.jobs import job_run
from sanctions.services.cross_checks import cross_checks_run
from sanctions.services.endings import endings_dispatch
from sanctions.services.escalations import orders_escalate
from sanctions.services.joint_reports import joint_reports_make_due
from sanctions.services.population import candidates_refresh


@shared_task(name="sanctions.candidates_refresh")
def candidates_refresh_task() -> None:
    """Evaluate anew the subjects whose answer may change today."""
    job_run("sanctions.candidates_refresh", lambda: candidates_refresh(on=clock.today()), now=clock.now)


@shared_task(name="sanctions.cross_checks")
def cross_checks_task() -> None:
    """Flag what does not go together about everybody listed, and close what is gone."""
    job_run("sanctions.cross_checks", lambda: cross_checks_run(on=clock.today()), now=clock.now)


@shared_task(name="sanctions.endings_dispatch")
def endings_dispatch_task() -> None:
    """Tell departments and subjects of entries whose term has ended."""
    job_run("sanctions.endings_dispatch", lambda: endings_dispatch(on=clock.today()), now=clock.now)


@shared_task(name="sanctions.orders_escalate")
def orders_escalate_task() -> None:
    """Put what departments owe too long before the joint-conference office."""
    job_run("sanctions.orders_escalate", lambda: orders_escalate(on=clock.today(), at=clock.now()), now=clock.now)


@shared_task(name="sanctions.joint_reports")
def joint_reports_task() -> None:
    """Make the monthly feedback report of every month that is over and has none."""
    job_run("sanctions.joint_reports", lambda: joint_reports_make_due(on=clock.today()), now=clock.now)
