"""A sender of its own process, to be killed: `send_process.py <speed>`; sends until it is.

Not a test: started by test_webhook_races.py. Its clock runs `speed` times as fast, so that waits are short; a lease
is two seconds of real time.
"""

import datetime as dt
import sys
import time
from ipaddress import ip_network

import django

django.setup()

from django.conf import settings  # noqa: E402 - the apps must be ready first

from registry.services import webhook_sending  # noqa: E402
from registry.services.webhook_events import webhook_events_number  # noqa: E402

SPEED = float(sys.argv[1])
BEGAN = 1_800_000_000

settings.WEBHOOK_NETWORKS = [ip_network("127.0.0.0/8")]
settings.WEBHOOK_HTTP = True
webhook_sending.register_composer("entry", lambda event, client, on: {"lane": str(event.subject_id)})


def now() -> dt.datetime:
    return dt.datetime.fromtimestamp(BEGAN + (time.time() - BEGAN) * SPEED, tz=dt.UTC)


while True:
    webhook_events_number(at=now())
    if not any(webhook_sending.deliveries_send(now=now, lease=dt.timedelta(seconds=2 * SPEED)).values()):
        time.sleep(0.05)
