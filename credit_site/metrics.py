"""What monitoring reads at /metrics, in the text format of Prometheus (exposition format 0.0.4).

Few numbers, made anew for each request: the database is where they are kept, so every web process says the same.
"""

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Final

from credit_site.health import DEGRADED, OK, health
from disclosure.selectors.channels import channels_waiting
from disclosure.selectors.office import due_counts
from registry import clock
from registry.selectors.jobs import deliveries_waiting, job_states, outbox_counts, outbox_oldest, worker_beats

CONTENT_TYPE: Final = "text/plain; version=0.0.4; charset=utf-8"
_STATUS: Final = {OK: 2, DEGRADED: 1}
Sample = tuple[dict[str, str], float]


def metrics_text(*, now: datetime) -> str:
    """Return all metrics. Where the database does not answer, only that part's state."""
    report = health(now=now)
    states = [({"part": name}, float(_STATUS.get(part["status"], 0))) for name, part in report["parts"].items()]
    lines = [*_family("credit_health", "State of a part: 2 ok, 1 degraded, 0 down.", states)]
    if report["parts"]["database"]["status"] == OK and report["parts"]["migrations"]["status"] == OK:
        lines += _of_database(now)
    return "\n".join(lines) + "\n"


def _of_database(now: datetime) -> Iterator[str]:
    owed = outbox_counts()
    yield from _family("credit_outbox_waiting", "Effects owed.", [({}, owed["waiting"])])
    yield from _family("credit_outbox_failed", "Effects given up.", [({}, owed["failed"])])
    yield from _family("credit_outbox_oldest_seconds", "Age of the oldest effect due.", [({}, outbox_oldest(now))])
    yield from _family("credit_webhooks_waiting", "Events owed to departments.", [({}, deliveries_waiting())])
    beats = [({"process": beat.name}, (now - beat.at).total_seconds()) for beat in worker_beats()]
    yield from _family("credit_heartbeat_age_seconds", "Time since a process gave a sign of life.", beats)
    yield from _of_jobs(now)
    due = [({"when": bucket}, float(count)) for bucket, count in due_counts(on=clock.today()).items()]
    yield from _family("credit_publicity_due", "Permits and penalties that wait to be public.", due)
    channels = [({"channel": code, "state": state}, float(number)) for code, state, number in channels_waiting()]
    yield from _family(
        "credit_channel_rows", "Rows that a publication channel is owed, waits for, or sent back.", channels
    )


def _of_jobs(now: datetime) -> Iterator[str]:
    states = job_states(permissions=frozenset(), now=now)
    runs = [(state, state.last) for state in states if state.last is not None]
    begun = [({"job": state.name}, run.started_at.timestamp()) for state, run in runs]
    yield from _family("credit_job_last_start_timestamp_seconds", "When a job last began.", begun)
    took = [({"job": state.name}, state.seconds) for state, _ in runs if state.seconds is not None]
    yield from _family("credit_job_last_duration_seconds", "How long its newest run took.", took)
    failed = [({"job": state.name}, float(bool(run.error))) for state, run in runs]
    yield from _family("credit_job_last_failed", "1 where its newest run failed.", failed)
    late = [({"job": state.name}, float(state.is_late)) for state in states]
    yield from _family("credit_job_late", "1 where its time has passed.", late)


def _family(name: str, text: str, samples: Iterable[Sample]) -> Iterator[str]:
    """Yield one gauge. Names and label values are our own words: letters, digits, dots and dashes, nothing to escape."""
    yield f"# HELP {name} {text}"
    yield f"# TYPE {name} gauge"
    for labels, value in samples:
        shown = ",".join(f'{key}="{label}"' for key, label in labels.items())
        yield f"{name}{{{shown}}} {value}" if shown else f"{name} {value}"
