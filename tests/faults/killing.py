"""A Celery worker that kills itself without warning at the n-th statement of a job: `celery -A tests.faults.killing worker`.

The run leaves an order `orders/<task name>` in the folder `FAULTS_FOLDER`; the first worker that begins the task takes it
(a rename decides) and obeys: `{"n": n, "whole": bool, "after_row": bool}`. Statement n+1 of n means: when the work is
done and nothing is acknowledged yet. How many statements tasks took is kept in `counts/<task name>`.
"""

import json
import os
import signal
import time
from pathlib import Path
from typing import Any

from celery.signals import task_postrun, task_prerun
from django.db.backends.signals import connection_created
from django.dispatch import receiver

from credit_site.celery import app

__all__ = ["app"]

FOLDER = Path(os.environ["FAULTS_FOLDER"])
RUN_ROW = 'INSERT INTO "registry_jobrun"'


class _Doom:
    """What this process was ordered to do, and how far it has come. Tasks nest: a job may run inside the relay's."""

    def __init__(self) -> None:
        self.order: dict[str, Any] | None = None
        self.task = ""
        self.done = 0
        self.has_row = False
        self.counting: list[list[Any]] = []

    def begin(self, task: str) -> None:
        self.counting.append([task, 0])
        path = FOLDER / "orders" / task
        if self.order is None and path.exists():
            mine = FOLDER / "orders" / f".{task}.{os.getpid()}"
            try:
                path.rename(mine)
            except FileNotFoundError:
                return
            self.order, self.task, self.done, self.has_row = json.loads(mine.read_text()), task, 0, False

    def statement(self, sql: str) -> None:
        for each in self.counting:
            each[1] += 1
        if self.order is None:
            return
        if self.order["after_row"] and not self.has_row:  # what is killed before it has one is owed by nobody
            self.has_row = sql.startswith(RUN_ROW)
            return
        self.done += 1
        if self.done >= self.order["n"]:
            self.die("at a statement")

    def end(self, task: str) -> None:
        if self.order is not None and self.task == task:
            self.die("after the work")
        if self.counting and self.counting[-1][0] == task:
            _, count = self.counting.pop()
            path = FOLDER / "counts" / task
            if count > (int(path.read_text()) if path.exists() else 0):
                path.write_text(str(count))

    def die(self, where: str) -> None:
        order = self.order or {}
        told = {"task": self.task, "at": time.time(), "pid": os.getpid(), "where": where, "statement": self.done}
        with (FOLDER / "kills").open("a") as kills:
            kills.write(json.dumps(order | told) + "\n")
        os.killpg(0, signal.SIGKILL) if order.get("whole") else os.kill(os.getpid(), signal.SIGKILL)


_doom = _Doom()


def _watched(execute: Any, sql: Any, params: Any, many: bool, context: Any) -> Any:
    _doom.statement(sql if isinstance(sql, str) else "")
    return execute(sql, params, many, context)


@receiver(connection_created)
def _connected(connection: Any, **_: Any) -> None:
    if _watched not in connection.execute_wrappers:
        connection.execute_wrappers.append(_watched)


@task_prerun.connect
def _begins(task: Any, **_: Any) -> None:
    _doom.begin(task.name)


@task_postrun.connect
def _ends(task: Any, **_: Any) -> None:
    _doom.end(task.name)
