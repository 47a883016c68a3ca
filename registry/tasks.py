"""The registry's jobs. Each is safe to run twice or late; the work is done by services."""

import time

from celery import shared_task

from registry import clock
from registry.services.clearing import api_clear
from registry.services.events import events_seal
from registry.services.job_making_up import jobs_make_up
from registry.services.jobs import RELAY, beat_mark, job_note, job_run
from registry.services.outbox import outbox_drain
from registry.services.reminders import deadlines_remind
from registry.services.retention import retention_run
from registry.services.verifying import timeline_verify
from registry.services.webhook_events import webhook_events_number
from registry.services.webhook_sending import deliveries_send

BATCH = 50
DRAIN_SECONDS = 5.0


@shared_task(name="registry.outbox_drain")
def outbox_drain_task() -> None:
    """Carry out what the outbox owes, batch by batch, for `DRAIN_SECONDS` at most. Several may drain at once."""
    beat_mark(RELAY, at=clock.now())
    job_note("registry.outbox_drain", _drain, now=clock.now)


def _drain() -> dict[str, int]:
    ends = time.monotonic() + DRAIN_SECONDS
    total = {"done": 0, "failed": 0, "lost": 0}
    while True:
        counts = outbox_drain(now=clock.now, limit=BATCH)
        total = {key: total[key] + counts[key] for key in total}
        if sum(counts.values()) < BATCH or time.monotonic() > ends:
            return total


@shared_task(name="registry.webhooks_send")
def webhooks_send_task() -> None:
    """Number what happened and send what is owed to departments' systems, for `DRAIN_SECONDS` at most. Several may
    send at once."""
    job_note("registry.webhooks_send", _send, now=clock.now)


def _send() -> dict[str, int]:
    webhook_events_number(at=clock.now())
    ends = time.monotonic() + DRAIN_SECONDS
    total: dict[str, int] = {}
    while True:
        counts = deliveries_send(now=clock.now)
        total = {key: total.get(key, 0) + count for key, count in counts.items()}
        if not any(counts.values()) or time.monotonic() > ends:
            return total


@shared_task(name="registry.jobs_make_up")
def jobs_make_up_task() -> None:
    """Begin the jobs that a dead worker left or whose time was missed. Several may look at once."""
    job_note("registry.jobs_make_up", lambda: jobs_make_up(now=clock.now), now=clock.now)


@shared_task(name="registry.events_seal")
def events_seal_task() -> None:
    """Seal the events written since the last seal."""

    def work() -> dict[str, int]:
        seal = events_seal(at=clock.now())
        return {"sealed": seal.count if seal is not None else 0}

    job_run("registry.events_seal", work, now=clock.now)


@shared_task(name="registry.deadlines_remind")
def deadlines_remind_task() -> None:
    """Remind the departments of deadlines that are near, due or past."""
    job_run("registry.deadlines_remind", lambda: deadlines_remind(on=clock.today(), at=clock.now()), now=clock.now)


@shared_task(name="registry.retention")
def retention_task() -> None:
    """Delete and redact what has outlived its time."""
    job_run("registry.retention", lambda: retention_run(on=clock.today()), now=clock.now)


@shared_task(name="registry.api_clear")
def api_clear_task() -> None:
    """Forget old answers of the API and tokens that have run out."""
    job_run("registry.api_clear", lambda: api_clear(at=clock.now()), now=clock.now)


@shared_task(name="registry.events_verify")
def events_verify_task() -> None:
    """Verify the whole timeline; what does not add up is kept as the run's error and told to the auditors."""
    job_run("registry.events_verify", lambda: timeline_verify(on=clock.today(), at=clock.now()), now=clock.now)
