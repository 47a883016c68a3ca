"""Jobs: each run is a row that officers see, and no job runs twice at once; the relay's sign of life."""

import fcntl
import zlib
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

from django.conf import settings
from django.db import connection

from registry.models import JobRun, WorkerBeat

RELAY = "relay"
BEAT = "beat"
BEAT_EVERY = timedelta(seconds=10)
INTERRUPTED = "运行中断：进程被终止，没有写下结果。"
_LOCK_CLASS = 0x6A6F62  # "job": keeps these advisory locks apart from any other use of them
_ERROR_LENGTH = 2000

Work = Callable[[], Mapping[str, int]]


def job_run(name: str, work: Work, *, now: Callable[[], datetime]) -> dict[str, int] | None:
    """Run `work` alone under `name` and keep the run with its counts, duration and error.

    Returns the counts, or None when the job is running elsewhere already. The error is kept on the row and raised
    again. Runs left open by a killed process are closed here, for whoever holds the guard knows that they are dead.
    """
    with _alone(name) as is_alone:
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


@contextmanager
def _alone(name: str) -> Iterator[bool]:
    """Yield whether this process alone holds the job. The guard falls with its holder: nothing to clean up after."""
    guard = _advisory_lock if connection.vendor == "postgresql" else _file_lock
    with guard(name) as is_alone:
        yield is_alone


@contextmanager
def _advisory_lock(name: str) -> Iterator[bool]:
    key = zlib.crc32(name.encode()) - 2**31
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", [_LOCK_CLASS, key])
        is_alone = bool(cursor.fetchone()[0])
    try:
        yield is_alone
    finally:
        if is_alone:
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_unlock(%s, %s)", [_LOCK_CLASS, key])


@contextmanager
def _file_lock(name: str) -> Iterator[bool]:
    """SQLite means one machine: a lock on a file of its folder is enough, and the kernel frees it with the process."""
    folder = Path(settings.VAR_DIR) / "locks"
    folder.mkdir(parents=True, exist_ok=True)
    with (folder / name).open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
        else:
            yield True


def beat_mark(name: str, *, at: datetime) -> None:
    """Note that a worker of this kind lives; written at most every `BEAT_EVERY`, so it may be called every second."""
    beat, is_new = WorkerBeat.objects.get_or_create(name=name, defaults={"at": at})
    # A mark in the future is left from a demonstration that pretended a later day.
    if not is_new and not timedelta(0) <= at - beat.at < BEAT_EVERY:
        WorkerBeat.objects.filter(pk=beat.pk).update(at=at)
