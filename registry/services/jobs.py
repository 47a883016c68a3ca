"""Jobs: each run is a row that officers see, and no job runs twice at once; the relay's sign of life."""

from collections.abc import Callable, Mapping
from datetime import datetime, timedelta

from registry.models import JobRun, WorkerBeat
from registry.services.guards import JOB, guard_try

RELAY = "relay"
BEAT = "beat"
BEAT_EVERY = timedelta(seconds=10)
INTERRUPTED = "运行中断：进程被终止，没有写下结果。"
_ERROR_LENGTH = 2000

Work = Callable[[], Mapping[str, int]]


def job_run(name: str, work: Work, *, now: Callable[[], datetime]) -> dict[str, int] | None:
    """Run `work` alone under `name` and keep the run with its counts, duration and error.

    Returns the counts, or None when the job is running elsewhere already. The error is kept on the row and raised
    again. Runs left open by a killed process are closed here, for whoever holds the guard knows that they are dead.
    """
    with guard_try(JOB, name) as is_alone:
        if not is_alone:
            return None
        JobRun.objects.filter(name=name, finished_at__isnull=True).update(finished_at=now(), error=INTERRUPTED)
        run = JobRun.objects.create(name=name, started_at=now())
        return _carried_out(run, work, now)


def job_note(name: str, work: Work, *, now: Callable[[], datetime]) -> dict[str, int]:
    """Run `work` and keep a row only when it did something or failed; for the job that looks every second.

    Any number may run at once: the work guards itself.
    """
    run = JobRun(name=name, started_at=now())
    return _carried_out(run, work, now)


def _carried_out(run: JobRun, work: Work, now: Callable[[], datetime]) -> dict[str, int]:
    try:
        run.counts = dict(work())
    except Exception as error:
        run.error = f"{type(error).__name__}: {error}"[:_ERROR_LENGTH]
        run.finished_at = now()
        run.save()
        raise
    run.finished_at = now()
    if run.pk is not None or any(run.counts.values()):
        run.save()
    return run.counts


def beat_mark(name: str, *, at: datetime) -> None:
    """Note that a worker of this kind lives; written at most every `BEAT_EVERY`, so it may be called every second."""
    beat, is_new = WorkerBeat.objects.get_or_create(name=name, defaults={"at": at})
    # A mark in the future is left from a demonstration that pretended a later day.
    if not is_new and not timedelta(0) <= at - beat.at < BEAT_EVERY:
        WorkerBeat.objects.filter(pk=beat.pk).update(at=at)
