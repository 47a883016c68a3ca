"""Owed effects: notices and events for a department's system, each in one transaction; beside each, one plain `delay()`."""

import datetime as dt
import os
import threading
import time
from collections.abc import Callable

import psycopg2
from celery.exceptions import OperationalError as BrokerError
from django.db import InterfaceError, OperationalError, connection, transaction
from django.db.models import Exists, OuterRef
from kombu.exceptions import OperationalError as TransportError

from disclosure.models import Publication
from disclosure.services.records import records_publish
from registry import clock
from registry.models import Account, Department, Record, Subject
from registry.rules.webhooks import RECORD_CHANGED
from registry.services.notices import notice_queue
from registry.services.webhook_events import webhook_event_note
from tests.faults import plain

NOTICE_KIND = "fault.load"
YEAR = dt.timedelta(days=365)
LOST_TO_DATABASE = (OperationalError, InterfaceError)


class Load(threading.Thread):
    """Owes effects of the product until stopped: a notice every turn, an event about a record every second turn; every
    third turn `publisher` makes a record public."""

    def __init__(self, department: Department, publisher: Account, every: float) -> None:
        super().__init__(daemon=True)
        self.department, self.publisher, self.every = department, publisher, every
        self.turns = self.broken = 0
        self.published: list[int] = []
        self.stopped = threading.Event()

    def run(self) -> None:
        while not self.stopped.wait(self.every):
            try:
                self._owe()
                if self.turns % 3 == 0:
                    self._publish()
            except LOST_TO_DATABASE:
                self.broken += 1  # whether it was committed, the rows tell
                connection.close()
        connection.close()

    @transaction.atomic
    def _owe(self) -> None:
        self.turns += 1
        notice_queue(
            NOTICE_KIND, title=f"演练通知{self.turns}", body="", at=clock.now(), department=self.department
        )  # fmt: skip
        if self.turns % 2:
            return
        record = Record.objects.filter(department=self.department).order_by("?").first()
        if record is not None:
            Subject.objects.select_for_update().get(pk=record.subject_id)
            webhook_event_note(
                kind=RECORD_CHANGED, subject_id=record.subject_id, object_id=record.pk, at=clock.now(),
                department_id=self.department.pk,
            )  # fmt: skip

    def _publish(self) -> None:
        """Make public what waits longest of the records that are not public yet."""
        shown = Publication.objects.filter(object_kind="registry.record", object_id=OuterRef("pk"))
        record = (
            Record.objects.filter(~Exists(shown), department=self.department, state="confirmed").order_by("pk").first()
        )
        if record is None:
            return
        on = clock.today()
        result = records_publish(record_ids=[record.pk], actor=self.publisher, on=on, until=on + YEAR)
        self.published += [each.object_id for each in result.published]


class PlainLoad(threading.Thread):
    """The baseline: commits a row of business, then calls `delay()`; what cannot be sent is not owed anywhere."""

    def __init__(self, every: float) -> None:
        super().__init__(daemon=True)
        self.every, self.owed, self.refused = every, 0, 0
        self.stopped = threading.Event()
        self._connection: psycopg2.extensions.connection | None = None
        self._execute(plain.TABLE)
        self._execute("CREATE TABLE IF NOT EXISTS plain_business (number bigint PRIMARY KEY)")

    def _execute(self, sql: str, *values: object) -> list[tuple[int, ...]]:
        if self._connection is None or self._connection.closed:
            self._connection = psycopg2.connect(os.environ["PLAIN_DATABASE"])
            self._connection.autocommit = True
        with self._connection.cursor() as cursor:
            cursor.execute(sql, values)
            return cursor.fetchall() if cursor.description else []

    def run(self) -> None:
        number = 0
        while not self.stopped.wait(self.every):
            number += 1
            try:
                self._execute("INSERT INTO plain_business (number) VALUES (%s)", number)
            except psycopg2.Error:
                self._connection = None
                continue  # no business, nothing owed
            self.owed += 1
            try:
                plain.effect.delay(number)
            except (BrokerError, TransportError, OSError):
                self.refused += 1

    def tally(self) -> tuple[int, int, int]:
        """Return how many effects were owed, how many of them never came, how many came more than once."""
        [(came, apart)] = self._execute("SELECT count(*), count(DISTINCT number) FROM plain_effect")
        [(owed,)] = self._execute("SELECT count(*) FROM plain_business")
        return owed, owed - apart, came - apart


def until(holds: Callable[[], bool], seconds: float, *, every: float = 0.2) -> bool:
    """Wait until something holds, for `seconds` at most; a database that is away counts as not yet."""
    limit = time.monotonic() + seconds
    while time.monotonic() < limit:
        try:
            if holds():
                return True
        except LOST_TO_DATABASE:
            connection.close()
        time.sleep(every)
    return False
