"""Senders that are killed while eight write: every event arrives at least once, a subject's in order, none is lost."""

import datetime as dt
import os
import signal
import subprocess
import sys
import threading
import time
from ipaddress import ip_network
from random import Random

import pytest
from django.conf import settings as site_settings
from django.db import connection, transaction

from registry.models import Subject, WebhookDelivery, WebhookEvent
from registry.rules.webhooks import ENTRY_CHANGED
from registry.services.webhook_events import webhook_event_note, webhook_events_number
from registry.services.webhooks import webhook_open, webhook_replay
from tests.api.clients import make_client
from tests.api.receiver import Got, Receiver, in_order, receiving
from tests.factories import make_subject

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("needs_postgres")]

DAY = dt.date(2026, 3, 10)
WRITERS, EACH, SENDERS, KILLS = 8, 25, 3, 6
SPEED = "30"


@pytest.fixture(autouse=True)
def _plain(settings):
    settings.WEBHOOK_HTTP, settings.WEBHOOK_NETWORKS = True, [ip_network("127.0.0.0/8")]


def write(subject: Subject, seed: int) -> None:
    """Each writes about a subject of its own and about one that all write about, under the subject's lock."""
    chance, everybodys = Random(seed), Subject.objects.order_by("pk").first()
    for place in range(EACH):
        about = everybodys if place % 5 == 0 else subject
        with transaction.atomic():
            Subject.objects.select_for_update().get(pk=about.pk)
            webhook_event_note(kind=ENTRY_CHANGED, subject_id=about.pk, object_id=1, at=dt.datetime.now(dt.UTC))
            time.sleep(chance.choice([0, 0, 0.01, 0.03]))
    connection.close()


def sender() -> subprocess.Popen:
    parts = connection.settings_dict
    address = f"{parts['USER']}:{parts['PASSWORD']}@{parts['HOST']}:{parts['PORT']}/{parts['NAME']}"
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "credit_site.settings", "PYTHONPATH": str(site_settings.BASE_DIR)}
    env |= {"DATABASE_URL": f"postgres://{address}", "LOG_LEVEL": "CRITICAL", "FIELD_KEYS": site_settings.FIELD_KEYS[0]}
    return subprocess.Popen([sys.executable, "tests/api/send_process.py", SPEED], cwd=site_settings.BASE_DIR, env=env)


def test_senders_killed_at_work_lose_nothing_and_keep_each_subject_s_order():
    chance = Random(1)

    def answer(got: Got, n: int) -> int:
        time.sleep(chance.choice([0, 0.02, 0.1]))
        return chance.choice([200, 200, 200, 500, 0])

    make_subject()  # the one that everybody writes about
    with receiving(Receiver(answer)) as receiver:
        webhook_open(client=make_client(), url=receiver.url, kinds=[ENTRY_CHANGED], actor=None, on=DAY)
        writers = [threading.Thread(target=write, args=(make_subject(), seed)) for seed in range(WRITERS)]
        senders = [sender() for _ in range(SENDERS)]
        try:
            for writer in writers:
                writer.start()
            killed_at_work = kill_some(senders, receiver, chance)
            for writer in writers:
                writer.join()
            wait_until_settled()
        finally:
            for each in senders:
                each.kill()
                each.wait()
    assert WebhookEvent.objects.count() == WRITERS * EACH
    assert set(receiver.numbers()) == set(range(1, WRITERS * EACH + 1))
    assert in_order(receiver)
    assert killed_at_work > 0


def kill_some(senders: list[subprocess.Popen], receiver: Receiver, chance: Random) -> int:
    """Kill senders without warning once they are at work, each replaced by a new one; return how many held a lease."""
    at_work = 0
    limit = time.monotonic() + 60
    while not receiver.got and time.monotonic() < limit:
        time.sleep(0.05)
    for _ in range(KILLS):
        time.sleep(chance.uniform(0.3, 1.2))
        place = chance.randrange(len(senders))
        senders[place].send_signal(signal.SIGKILL)
        senders[place].wait()
        at_work += WebhookDelivery.objects.filter(lease_token__isnull=False).exists()
        senders[place] = sender()
    return at_work


def wait_until_settled() -> None:
    limit = time.monotonic() + 120
    while time.monotonic() < limit:
        unnumbered = WebhookEvent.objects.filter(number__isnull=True).exists()
        if not unnumbered and not WebhookDelivery.objects.exclude(state="delivered").exists():
            return
        time.sleep(0.2)
    raise AssertionError(
        list(WebhookDelivery.objects.exclude(state="delivered").values("number", "state", "last_error"))
    )


def test_who_subscribes_or_replays_while_events_are_numbered_is_owed_each_once():
    """Subscribing, numbering and replaying queue on the feed: from its beginning on a webhook is owed every event."""
    subjects = [make_subject() for _ in range(9)]
    writers = [threading.Thread(target=write, args=(subject, seed)) for seed, subject in enumerate(subjects[1:])]
    stop = threading.Event()

    def number() -> None:
        while not stop.is_set():
            webhook_events_number(at=dt.datetime.now(dt.UTC))
        webhook_events_number(at=dt.datetime.now(dt.UTC))
        connection.close()

    numberers = [threading.Thread(target=number) for _ in range(2)]
    for thread in [*writers, *numberers]:
        thread.start()
    webhooks = []
    for place in range(6):
        time.sleep(0.05)
        opened = webhook_open(client=make_client(), url=f"http://127.0.0.1:1/{place}", kinds=[ENTRY_CHANGED],
                              actor=None, on=DAY).webhook  # fmt: skip
        webhooks.append(opened)
        if opened.since_number:
            webhook_replay(webhook=opened, from_number=1, actor=None, on=DAY, at=dt.datetime.now(dt.UTC))
    for writer in writers:
        writer.join()
    stop.set()
    for numberer in numberers:
        numberer.join()
    for webhook in webhooks:
        numbers = list(WebhookDelivery.objects.filter(webhook=webhook).values_list("number", flat=True))
        first = 1 if webhook.since_number else numbers[0]
        assert sorted(numbers) == list(range(first, WRITERS * EACH + 1))
