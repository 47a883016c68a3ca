"""Runs of jobs as administrators and auditors read them."""

from dataclasses import dataclass

from django.db.models import Q, QuerySet

from registry.models import JobRun, OutboxMessage, WorkerBeat
from registry.rules.jobs import JOBS, Job


@dataclass(frozen=True)
class JobState:
    """A job and its newest run."""

    job: Job
    last: JobRun | None


def job_states(*, permissions: frozenset[str]) -> list[JobState]:
    """Return the jobs that somebody with one of `permissions` may ask for, each with its newest run."""
    return [
        JobState(job, JobRun.objects.filter(name=job.name).order_by("-id").first())
        for job in JOBS.values()
        if job.permission in permissions
    ]


def run_list(*, name: str = "", failed_only: bool = False) -> QuerySet[JobRun]:
    """Return runs, the newest first."""
    found = JobRun.objects.order_by("-id")
    if name:
        found = found.filter(name=name)
    return found.exclude(error="") if failed_only else found


def worker_beats() -> QuerySet[WorkerBeat]:
    """Return when each kind of worker last gave a sign of life."""
    return WorkerBeat.objects.order_by("name")


def outbox_counts() -> dict[str, int]:
    """Return how many effects are owed and how many were given up."""
    owed = OutboxMessage.objects.filter(done_at__isnull=True)
    return {"waiting": owed.filter(failed_at__isnull=True).count(), "failed": owed.filter(~Q(failed_at=None)).count()}
