"""The kills: a job is ordered to die at a random statement, asked for, and watched until its work goes on."""

import datetime as dt
import json
import random
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from celery import Celery
from django.db import connection
from kombu.exceptions import OperationalError as TransportError

from registry import clock
from registry.models import Account, JobRun, OutboxMessage, WebhookDelivery
from registry.rules.jobs import JOBS, MAKE_UP, OUTBOX, WEBHOOKS
from registry.services.guards import LEASE, guards_held
from registry.services.job_requests import TOPIC, job_ask
from tests.faults.load import LOST_TO_DATABASE, until

RESUMED_WITHIN = 15.0
KILL_WAIT = 20.0
SEND_OPTIONS = {"retry": False, "ignore_result": True}


@dataclass
class Death:
    """One kill: of which job, where, of the whole worker or one child, and after how long its work went on."""

    task: str
    where: str
    whole: bool
    statement: int
    seconds: float | None
    note: str = ""


@dataclass
class Killer:
    """Orders kills one after another. `admin`: asks for runs as the operations page does."""

    folder: Path
    chance: random.Random
    app: Celery
    admin: Account
    deaths: list[Death] = field(default_factory=list)
    missed: Counter[str] = field(default_factory=Counter)

    def __post_init__(self) -> None:
        for name in ("orders", "counts"):
            (self.folder / name).mkdir()
        (self.folder / "kills").touch()
        names = [OUTBOX, WEBHOOKS, MAKE_UP, *JOBS]
        self.turns = self.chance.sample(names, len(names))

    def next(self) -> None:
        """Kill once, at the next job's turn."""
        task = self.turns[(len(self.deaths) + sum(self.missed.values())) % len(self.turns)]
        ticks = task in (OUTBOX, WEBHOOKS, MAKE_UP)
        asked = not ticks and self.chance.random() < 0.5
        order = {
            "n": self._statement(task, ticks),
            "whole": self.chance.random() < 0.5,
            "after_row": not (ticks or asked),
        }
        known = len(self._kills())
        draft = self.folder / "orders" / ".draft"
        draft.write_text(json.dumps(order))
        draft.rename(self.folder / "orders" / task)
        if not ticks:
            self._ask(task, asked)
        if not until(lambda: len(self._kills()) > known, KILL_WAIT, every=0.05):
            (self.folder / "orders" / task).unlink(missing_ok=True)
            self.missed[task] += 1
            return
        kill = self._kills()[known]
        seconds, note = self._resumed(kill, ticks, asked)
        self.deaths.append(Death(task, kill["where"], kill["whole"], kill["statement"], seconds, note))

    def _statement(self, task: str, ticks: bool) -> int:
        path = self.folder / "counts" / task
        took = int(path.read_text()) if path.exists() else 20
        # One more than it ever took: after the work, before the acknowledgement.
        return self.chance.randint(1, min(took, 150 if ticks else 400) + 1)

    def _ask(self, task: str, asked: bool) -> None:
        """Ask as a person does, by the outbox; or send what the beat would send."""
        for _ in range(20):
            try:
                if asked:
                    job_ask(name=task, actor=self.admin_for(task), on=clock.today(), at=clock.now())
                else:
                    self.app.send_task(task, **SEND_OPTIONS)
            except (*LOST_TO_DATABASE, OSError, TransportError):
                connection.close()
                time.sleep(0.5)
            else:
                return

    def admin_for(self, task: str) -> Account:
        """The administrator; the auditor for what only an auditor may ask."""
        username = "shenji" if JOBS[task].permission == "event.view" else "admin"
        return Account.objects.get(username=username)

    def _kills(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in (self.folder / "kills").read_text().splitlines()]

    def _resumed(self, kill: dict[str, Any], ticks: bool, asked: bool) -> tuple[float | None, str]:
        """Return after how many seconds the work of the killed process went on; None where it did not."""
        if kill["task"] == MAKE_UP:
            return None, "nothing of its own to resume"
        if ticks:
            return self._released(kill)
        if kill["where"] == "after the work" and not asked:
            return None, "the work was done"
        began = clock.now() - dt.timedelta(seconds=time.time() - kill["at"])
        found = JobRun.objects.filter(name=kill["task"], started_at__gt=began)
        # Killed behind its run's last word: a run that nobody asked for has its row before it is killed.
        is_open = JobRun.objects.filter(name=kill["task"], finished_at=None).exists()
        if not asked and not is_open and not found.exists():
            return None, "the work was done"
        # What was asked for is resumed too when the wish is settled: a job that finds nothing to do may leave no row.
        wish = OutboxMessage.objects.filter(topic=TOPIC, payload__name=kill["task"], done_at__gt=began)
        if not until(lambda: found.exists() or (asked and wish.exists()), 4 * RESUMED_WITHIN, every=0.05):
            return 4 * RESUMED_WITHIN, "not resumed"
        return time.time() - kill["at"], ""

    def _released(self, kill: dict[str, Any]) -> tuple[float | None, str]:
        """Whatever dead holders have leased must come into other hands or be done."""
        left = self._dead_tokens()
        if not left:
            return None, "it held nothing any more"
        if not until(lambda: not left & self._dead_tokens(), 4 * RESUMED_WITHIN, every=0.05):
            return 4 * RESUMED_WITHIN, "leases not taken over"
        return time.time() - kill["at"], ""

    def _dead_tokens(self) -> set[str]:
        leased = {"lease_token__isnull": False}
        tokens = {
            str(each)
            for each in OutboxMessage.objects.filter(done_at=None, **leased).values_list("lease_token", flat=True)
        }
        tokens |= {str(each) for each in WebhookDelivery.objects.filter(**leased).values_list("lease_token", flat=True)}
        return tokens - guards_held(LEASE, tokens)
