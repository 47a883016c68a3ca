"""Worker and beat in one process, without a broker: the same schedule, the same tasks, called one after another.
What waits for others' machines has a thread of its own, so that notices do not wait with it.

When an entry is due is reckoned from its last `JobRun`, so that a job missed while nothing ran is made up for at the
start, and a restart repeats nothing. Two such workers at once are harmless: jobs are guarded, messages leased.
"""

import logging
import threading
from dataclasses import dataclass
from datetime import datetime
from typing import cast

from celery import Celery
from celery.schedules import BaseSchedule, maybe_schedule
from django.db import DatabaseError, close_old_connections, connections

from registry import clock
from registry.models import JobRun
from registry.rules.jobs import WEBHOOKS
from registry.services.jobs import BEAT, beat_mark

logger = logging.getLogger(__name__)

TICK_SECONDS = 1.0
PAUSE_AFTER_FAULT_SECONDS = 5.0
# Tasks that a slow receiver can hold up.
OUTWARD = frozenset({WEBHOOKS})


@dataclass(frozen=True)
class _Entry:
    name: str
    task: str
    schedule: BaseSchedule


class EmbeddedWorker:
    """Runs the app's beat schedule until `stop` is set."""

    def __init__(self, app: Celery) -> None:
        self.app = app
        self.stop = threading.Event()
        self._entries = [
            _Entry(name, options["task"], cast(BaseSchedule, maybe_schedule(options["schedule"], app=app)))
            for name, options in app.conf.beat_schedule.items()
        ]
        self._started: dict[str, datetime] = {}
        self._outward: dict[str, threading.Thread] = {}

    def run(self) -> None:
        """Run what is due, every `TICK_SECONDS`, until stopped. The present tasks are finished first."""
        while not self.stop.is_set():
            self.stop.wait(TICK_SECONDS if self.tick() else PAUSE_AFTER_FAULT_SECONDS)
        self.settle()

    def settle(self) -> None:
        """Wait for the tasks that run beside."""
        for thread in self._outward.values():
            thread.join()

    def tick(self) -> bool:
        """Run every entry that is due now; False when the database could not be asked."""
        try:
            close_old_connections()
            beat_mark(BEAT, at=clock.now())
            for entry in self._entries:
                if not self.stop.is_set() and not self._is_outside(entry) and self.is_due(entry):
                    self._started[entry.name] = self.app.now()
                    self._begin(entry)
        except DatabaseError:
            logger.exception("the database does not answer; trying again in %s s", PAUSE_AFTER_FAULT_SECONDS)
            return False
        return True

    def is_due(self, entry: _Entry) -> bool:
        """Tell whether the entry's task exists and its time has come since it last ran, here or elsewhere."""
        if entry.task not in self.app.tasks:
            if entry.name not in self._started:
                logger.warning("scheduled task %s does not exist", entry.task)
                self._started[entry.name] = self.app.now()
            return False
        here = self._started.get(entry.name)
        if here is not None and not entry.schedule.is_due(here).is_due:
            return False
        last = max(filter(None, (here, self._last_elsewhere(entry.task))), default=None)
        return last is None or bool(entry.schedule.is_due(last).is_due)

    def _last_elsewhere(self, task: str) -> datetime | None:
        """Return when the task last started by its kept runs, in real time.

        Rows carry the site's clock, which a demonstration may move; the age by that clock is what counts, and a run
        in its future is none.
        """
        started_at = JobRun.objects.filter(name=task).order_by("-id").values_list("started_at", flat=True).first()
        age = clock.now() - started_at if started_at is not None else None
        return self.app.now() - age if age is not None and age.total_seconds() >= 0 else None

    def _is_outside(self, entry: _Entry) -> bool:
        """Whether the entry's last run is still waiting for somebody else's machine."""
        thread = self._outward.get(entry.name)
        return thread is not None and thread.is_alive()

    def _begin(self, entry: _Entry) -> None:
        if entry.task not in OUTWARD:
            self._apply(entry)
            return
        thread = threading.Thread(target=self._apply_beside, args=(entry,), name=entry.name)
        self._outward[entry.name] = thread
        thread.start()

    def _apply_beside(self, entry: _Entry) -> None:
        try:
            self._apply(entry)
        except DatabaseError:
            logger.exception("the database does not answer; %s is tried again", entry.name)
        finally:
            connections.close_all()

    def _apply(self, entry: _Entry) -> None:
        # A task's own exception stays in the result; Celery has logged it with its traceback, the JobRun keeps it.
        self.app.tasks[entry.task].apply()
