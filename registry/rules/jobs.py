"""The jobs that a person may ask for, what they are called, and who may ask."""

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True)
class Job:
    """A job by its task name."""

    name: str
    label: str
    permission: str


OUTBOX: Final = "registry.outbox_drain"
VERIFY: Final = "registry.events_verify"

JOBS: Final = {
    job.name: job
    for job in (
        Job("sanctions.candidates_refresh", "重新评估待列入提示", "job.run"),
        Job("sanctions.endings_dispatch", "到期移出与措施解除", "job.run"),
        Job("registry.deadlines_remind", "期限提醒", "job.run"),
        Job("registry.events_seal", "封存事件", "job.run"),
        Job(VERIFY, "核对事件时间线", "event.view"),
    )
}

LABELS: Final = {name: job.label for name, job in JOBS.items()} | {OUTBOX: "办理待办事务"}


def job_label(name: str) -> str:
    """Return what officers call the job; its task name when it has no label."""
    return LABELS.get(name, name)
