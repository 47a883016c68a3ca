"""Jobs made up for: those that a dead worker left, and those whose time passed while nothing began them.

A message to a worker can be lost with the worker that held it or with the broker. What a job owes is told by its rows
instead: a run without an end whose guard is free was killed; a time that passed since the newest run was missed.
"""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from celery import current_app

from registry.models import JobRun
from registry.selectors.jobs import missed_jobs
from registry.services.jobs import INTERRUPTED

AFTER: Final = timedelta(seconds=10)
"""So long the schedule's own message has to begin a job whose time has come."""

IN_A_ROW_MOST: Final = 3
"""A job that was interrupted so often in a row may be what kills its workers: it waits for its next time."""


def jobs_make_up(*, now: Callable[[], datetime]) -> dict[str, int]:
    """Begin what was interrupted (`resumed`) or missed (`made_up`), one after another; return how many.

    Safe at any time: a job that runs elsewhere is refused by its guard, and one that runs again does no harm.
    """
    counts = {"resumed": 0, "made_up": 0}
    for name in _interrupted():
        counts["resumed"] += _begin(name)
    for name in missed_jobs(now=now(), after=AFTER):
        counts["made_up"] += _begin(name)
    return counts


def _interrupted() -> list[str]:
    """Return the jobs with an open run, running or killed, without those that were killed too often in a row."""
    names = JobRun.objects.filter(finished_at__isnull=True).values_list("name", flat=True).distinct()
    return [name for name in sorted(names) if not _is_deadly(name)]


def _is_deadly(name: str) -> bool:
    """Whether the newest run is open and the ones before it were all interrupted."""
    errors = list(JobRun.objects.filter(name=name).order_by("-id").values_list("error", flat=True)[:IN_A_ROW_MOST])
    return len(errors) == IN_A_ROW_MOST and set(errors[1:]) == {INTERRUPTED}


def _begin(name: str) -> int:
    task = current_app.tasks.get(name)
    if task is None:
        return 0
    # A task's own exception stays in the result: Celery has logged it, the run's row keeps it.
    before = JobRun.objects.filter(name=name).order_by("-id").values_list("pk", flat=True).first()
    task.apply()
    return int(JobRun.objects.filter(name=name, pk__gt=before or 0).exists())
