"""Jobs as administrators and auditors see them: runs, what is due next, the queue, signs of life."""

from collections.abc import Iterator
from copy import copy
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from celery import current_app
from celery.schedules import crontab, maybe_schedule
from django.db.models import Min, Q, QuerySet

from registry.models import JobRun, OutboxMessage, WebhookDelivery, WorkerBeat
from registry.rules.jobs import JOBS, QUIET, job_label

# A job is late when its time has passed by so much: a tick and a long neighbour before it.
GRACE = timedelta(minutes=10)


@dataclass(frozen=True)
class JobState:
    """A job, its newest run, and when it is due next (None: it is not scheduled). `may_ask`: whether a run of it may be
    asked for by who looks."""

    name: str
    label: str
    last: JobRun | None
    next_at: datetime | None
    is_late: bool
    may_ask: bool

    @property
    def seconds(self) -> float | None:
        """How long the newest run took; None while it runs and where there is none."""
        return duration(self.last) if self.last is not None else None


def duration(run: JobRun) -> float | None:
    """Return the seconds that a run took, to a tenth; None while it runs."""
    return round((run.finished_at - run.started_at).total_seconds(), 1) if run.finished_at is not None else None


def job_states(*, permissions: frozenset[str], now: datetime) -> list[JobState]:
    """Return every job, scheduled ones first in the order of the schedule; `permissions`: of who looks."""
    schedules = dict(_schedules())
    names = [*schedules, *(name for name in JOBS if name not in schedules)]
    return [_state(name, schedules.get(name), permissions, now) for name in names]


def _schedules() -> Iterator[tuple[str, Any]]:
    for entry in current_app.conf.beat_schedule.values():
        yield entry["task"], maybe_schedule(entry["schedule"], app=current_app)


def _state(name: str, schedule: Any, permissions: frozenset[str], now: datetime) -> JobState:
    last = JobRun.objects.filter(name=name).order_by("-id").first()
    next_at = None
    if schedule is not None:
        # A run in the future is left from a demonstration that pretended a later day; a quiet job leaves no row.
        known = last is not None and last.started_at <= now and name not in QUIET
        next_at = next_due(schedule, last.started_at if known and last is not None else now, now)
    job = JOBS.get(name)
    return JobState(
        name, job_label(name), last, next_at, next_at is not None and now - next_at > GRACE,
        job is not None and job.permission in permissions,
    )  # fmt: skip


def missed_jobs(*, now: datetime, after: timedelta) -> list[str]:
    """Return the jobs of the timetable whose time passed more than `after` ago without a run, or that never ran.

    Jobs that look every few seconds, and those that leave no row when there is nothing to do, are no part of it.
    """
    missed = []
    for name, schedule in _schedules():
        if not isinstance(schedule, crontab) or name in QUIET or name in missed:
            continue
        last_at = JobRun.objects.filter(name=name).order_by("-id").values_list("started_at", flat=True).first()
        # A run far in the future is left from a demonstration that pretended a later day; a little, from clocks that
        # differ.
        if last_at is None or last_at > now + timedelta(days=1) or now - next_due(schedule, last_at, now) > after:
            missed.append(name)
    return missed


def next_due(schedule: Any, last_at: datetime, now: datetime) -> datetime:
    """Return when a schedule is due after `last_at`; in the past where it was missed. By the clock given, not Celery's."""
    by_our_clock = copy(schedule)
    by_our_clock.nowfun = lambda: now
    if isinstance(by_our_clock, crontab):
        begin, delta, _ = by_our_clock.remaining_delta(last_at)
        due: datetime = begin + delta
        return due
    return last_at + timedelta(seconds=by_our_clock.seconds)


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


def outbox_oldest(now: datetime) -> int:
    """Return for how many seconds the oldest effect that may be carried out has been waiting; 0 where none does."""
    owed = OutboxMessage.objects.filter(done_at__isnull=True, failed_at__isnull=True, available_at__lte=now)
    oldest = owed.aggregate(at=Min("available_at"))["at"]
    return int((now - oldest).total_seconds()) if oldest is not None else 0


def deliveries_waiting() -> int:
    """Return how many events wait to be sent to departments' systems."""
    return WebhookDelivery.objects.filter(state=WebhookDelivery.State.WAITING).count()
