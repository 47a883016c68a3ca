"""A process of its own for the tests of killed workers: `relay_process.py put|drain|count [seconds-inside]`.

Not a test: it is started by test_worker.py with the environment of a site of its own.
"""

import sys
import time
from datetime import timedelta

import django

django.setup()

from registry import clock  # noqa: E402 - the apps must be ready first
from registry.models import JobRun  # noqa: E402
from registry.services import outbox  # noqa: E402

TOPIC = "test.slow"
LEASE = timedelta(seconds=2)


def say(text: object) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def slow_effect(payload: dict, now: object) -> None:
    JobRun.objects.create(name=TOPIC, started_at=clock.now())
    say("inside")
    time.sleep(float(sys.argv[2]))


match sys.argv[1]:
    case "put":
        outbox.outbox_put(TOPIC, key="1", payload={}, at=clock.now())
    case "drain":
        outbox.register(TOPIC, slow_effect)
        say(outbox.outbox_drain(now=clock.now, lease=LEASE)["done"])
    case "count":
        say(JobRun.objects.filter(name=TOPIC).count())
