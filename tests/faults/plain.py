"""The baseline: effects owed by plain `delay()` after commit, Celery's defaults, the same servers.

Each effect writes one row in a transaction of its own, as a delivered notice would, and takes a few hundredths of a second.
`celery -A tests.faults.plain worker`
"""

import os
import time

import psycopg2
from celery import Celery

app = Celery("plain", broker=os.environ.get("PLAIN_REDIS", "memory://"))
app.conf.task_ignore_result = True
app.conf.broker_connection_retry_on_startup = True

TABLE = "CREATE TABLE IF NOT EXISTS plain_effect (id bigserial PRIMARY KEY, number bigint NOT NULL)"
SECONDS = 0.05


@app.task(name="plain.effect")
def effect(number: int) -> None:
    """Carry the effect out."""
    connection = psycopg2.connect(os.environ["PLAIN_DATABASE"])
    try:
        with connection, connection.cursor() as cursor:
            cursor.execute("INSERT INTO plain_effect (number) VALUES (%s)", [number])
            time.sleep(SECONDS)
    finally:
        connection.close()
