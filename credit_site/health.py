"""What can be said of the site's health: database, migrations, outbox, worker, beat."""

from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any, Final

from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models import Min

from registry.models import JobRun, OutboxMessage, WorkerBeat
from registry.services.jobs import BEAT, BEAT_EVERY, RELAY

OK: Final = "ok"
DEGRADED: Final = "degraded"
DOWN: Final = "down"

OVERDUE_AFTER = timedelta(minutes=1)
SILENT_AFTER = timedelta(minutes=1)
RUNNING_MOST = timedelta(minutes=30)


@dataclass(frozen=True)
class Part:
    """One part's state (`ok`, `degraded`: pages are served, jobs wait; `down`) and a word on it."""

    status: str
    detail: str = ""
    seconds: int | None = None


def health(*, now: datetime) -> dict[str, Any]:
    """Return the overall status and each part's, JSON-plain."""
    parts = {"database": _database()}
    if parts["database"].status == OK:
        parts["migrations"] = _migrations()
    if all(part.status == OK for part in parts.values()):
        parts["outbox"] = _outbox(now)
        parts["worker"] = _process(RELAY, now)
        parts["beat"] = _process(BEAT, now)
    found = {part.status for part in parts.values()}
    worst = next((status for status in (DOWN, DEGRADED) if status in found), OK)
    return {"status": worst, "parts": {name: asdict(part) for name, part in parts.items()}}


def _database() -> Part:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError as error:
        return Part(DOWN, type(error).__name__)
    return Part(OK)


def _migrations() -> Part:
    missing = _missing_migrations(connection.settings_dict["NAME"])
    if missing:
        _missing_migrations.cache_clear()  # somebody may be migrating: ask again next time
        return Part(DOWN, f"{missing} migrations not applied")
    return Part(OK)


@lru_cache(maxsize=1)
def _missing_migrations(database: str) -> int:
    """Count the unapplied migrations of `database`; kept, because the code of a process does not change."""
    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))


def _outbox(now: datetime) -> Part:
    waiting = OutboxMessage.objects.filter(done_at__isnull=True, failed_at__isnull=True)
    oldest = waiting.filter(available_at__lte=now).aggregate(at=Min("available_at"))["at"]
    given_up = OutboxMessage.objects.filter(failed_at__isnull=False, done_at__isnull=True).count()
    age = now - oldest if oldest is not None else timedelta(0)
    late = age > OVERDUE_AFTER
    return Part(DEGRADED if late or given_up else OK, f"{given_up} given up", int(age.total_seconds()))


def _process(name: str, now: datetime) -> Part:
    """A worker or a beat lives when it gave a sign lately, or something is being carried out: a long import or a nightly
    job keeps the embedded worker, which is both, from the next tick."""
    at = WorkerBeat.objects.filter(name=name).values_list("at", flat=True).first()
    if at is None:
        return Part(DEGRADED, "no worker has been seen" if name == RELAY else f"no {name} has been seen")
    age = now - at
    # A little in the future: the sign came after the question, or from a machine whose clock is ahead.
    is_alive = -BEAT_EVERY <= age <= SILENT_AFTER
    is_busy = OutboxMessage.objects.filter(done_at__isnull=True, leased_until__gt=now).exists() or _runs(now)
    return Part(OK if is_alive or is_busy else DEGRADED, "", int(age.total_seconds()))


def _runs(now: datetime) -> bool:
    """Whether a job is running. One that began long ago was killed, and is closed when it runs again."""
    return JobRun.objects.filter(finished_at__isnull=True, started_at__range=(now - RUNNING_MOST, now)).exists()
