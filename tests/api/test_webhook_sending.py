"""Pushing events: every one arrives at least once and in order of its subject, whatever the receiver does."""

import datetime as dt
import ipaddress
import socket
import threading
import time
from typing import Any

import pytest
import time_machine
from django.conf import settings

from registry import clock as site_clock
from registry.models import Event, JobRun, WebhookDelivery, WebhookHealth
from registry.rules.webhooks import ATTEMPTS_MOST, ENTRY_CHANGED, ORDER_DISPATCHED
from registry.services import webhook_http, webhook_sending
from registry.services.webhook_events import webhook_event_note, webhook_events_number
from registry.services.webhook_sending import deliveries_send
from registry.services.webhooks import (
    deliveries_resend,
    delivery_drop,
    webhook_close,
    webhook_open,
    webhook_pause,
    webhook_replay,
    webhook_resume,
    webhook_rotate,
)
from registry.tasks import webhooks_send_task
from tests.api.clients import make_client
from tests.api.receiver import Receiver, in_order, receiving, signature_by_hand, signatures, slowly
from tests.factories import make_department, make_subject

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 3, 10)
State = WebhookDelivery.State


class Clock:
    """A clock that stands until it is set."""

    def __init__(self):
        self.now = dt.datetime(2026, 3, 10, 2, tzinfo=dt.UTC)

    def __call__(self):
        return self.now

    def pass_time(self, **parts):
        self.now += dt.timedelta(**parts)


@pytest.fixture(autouse=True)
def _told(monkeypatch, settings):
    """Events are told by the subject alone, and the receiver on this machine may be reached."""
    monkeypatch.setattr(webhook_sending, "_composers", {"entry": tell, "order": tell})
    settings.WEBHOOK_NETWORKS = [ipaddress.ip_network("127.0.0.0/8")]
    settings.WEBHOOK_HTTP = True


def tell(event, client, on):
    return {"lane": str(event.subject_id)}


@pytest.fixture
def clock():
    return Clock()


def subscribe(url, *kinds, **fields):
    client = fields.pop("client", None) or make_client()
    return webhook_open(client=client, url=url, kinds=kinds or [ENTRY_CHANGED], actor=None, on=DAY)


def happen(*subjects, clock, **fields):
    """One event for each subject, in this order."""
    for subject in subjects:
        fields.setdefault("kind", ENTRY_CHANGED)
        webhook_event_note(subject_id=subject.pk, object_id=1, at=clock(), **fields)
    webhook_events_number(at=clock())


def send_all(clock, *, passes=200, **step):
    """Send pass after pass, letting time go by, until nothing is owed."""
    for _ in range(passes):
        deliveries_send(now=clock)
        if not WebhookDelivery.objects.filter(state=State.WAITING).exists():
            return
        clock.pass_time(**(step or {"minutes": 10}))


def test_an_event_arrives_signed_with_a_stable_id(clock):
    with receiving(Receiver()) as receiver:
        keys = subscribe(receiver.url)
        happen(make_subject(), clock=clock)
        assert deliveries_send(now=clock) == {"sent": 1, "failed": 0, "given_up": 0, "dropped": 0, "lost": 0}
    (got,) = receiver.taken
    delivery = WebhookDelivery.objects.get()
    assert got.path == "/hook?from=credit"
    assert got.headers["Host"] == f"127.0.0.1:{receiver.port}"
    assert got.headers["X-Credit-Delivery"] == got.body["delivery"] == str(delivery.public_id)
    assert signatures(got) == [signature_by_hand(keys.secret, got)]
    assert got.headers["X-Credit-Timestamp"] == str(int(clock().timestamp()))
    assert (got.body["number"], got.body["kind"], got.body["is_replay"]) == (1, ENTRY_CHANGED, False)
    assert (delivery.state, delivery.attempts) == (State.DELIVERED, 1)


def test_the_secret_lies_sealed_and_a_rotated_one_signs_beside_the_old_for_a_day(clock):
    with receiving(Receiver()) as receiver:
        keys = subscribe(receiver.url)
        assert keys.secret not in keys.webhook.secret_sealed
        new = webhook_rotate(webhook=keys.webhook, actor=None, on=DAY, at=clock())
        subject = make_subject()
        happen(subject, clock=clock)
        deliveries_send(now=clock)
        clock.pass_time(hours=24)
        happen(subject, clock=clock)
        deliveries_send(now=clock)
    both, only_new = receiver.taken
    assert signatures(both) == [signature_by_hand(new.secret, both), signature_by_hand(keys.secret, both)]
    assert signatures(only_new) == [signature_by_hand(new.secret, only_new)]


def test_a_receiver_answering_500_holds_up_its_subject_and_no_other(clock):
    one, other = make_subject(), make_subject()
    with receiving(Receiver()) as receiver:
        subscribe(receiver.url)
        happen(one, one, other, other, clock=clock)
        receiver.answer = lambda got, n: 500 if got.body["data"]["lane"] == str(one.pk) and n < 6 else 200
        deliveries_send(now=clock)
        deliveries_send(now=clock)
        assert receiver.numbers() == [3, 4]  # the other subject went on
        assert WebhookDelivery.objects.get(number=1).last_error == "接收方答复500"
        send_all(clock)
    assert receiver.numbers() == [3, 4, 1, 2]
    assert [each.body["delivery"] for each in receiver.got if each.body["number"] == 1] == [
        str(WebhookDelivery.objects.get(number=1).public_id)
    ] * 4


def test_a_receiver_that_is_down_loses_nothing_and_gets_everything_in_order_at_once_when_it_is_back(clock):
    subjects = [make_subject() for _ in range(5)]
    with receiving(Receiver()) as receiver:
        pass  # a port that nobody listens on any more
    subscribe(receiver.url)
    happen(*subjects, *subjects, *subjects, clock=clock)
    for _ in range(10):
        deliveries_send(now=clock)
        clock.pass_time(minutes=6)
    health = WebhookHealth.objects.get()
    # Five heads at first, side by side; then one delivery a time.
    assert health.failures == 5 + 9
    assert health.unreachable_since is not None
    assert sum(WebhookDelivery.objects.values_list("attempts", flat=True)) == 5 + 9
    with receiving(receiver, receiver.port):
        for _ in range(6):
            deliveries_send(now=clock)  # the clock stands: nothing waits for its time once one got through
    assert sorted(receiver.numbers()) == list(range(1, 16))
    assert in_order(receiver)
    health.refresh_from_db()
    assert (health.failures, health.unreachable_since) == (0, None)


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_proxy_saying_that_nobody_is_at_work_counts_as_down(status, clock):
    with receiving(Receiver(lambda got, n: status)) as receiver:
        subscribe(receiver.url)
        happen(*[make_subject() for _ in range(3)], clock=clock)
        deliveries_send(now=clock)
        assert len(receiver.got) == 3
        deliveries_send(now=clock)
        assert len(receiver.got) == 3
    assert WebhookHealth.objects.get().unreachable_since == clock()


def test_a_slow_receiver_delays_no_other(clock, monkeypatch):
    monkeypatch.setattr(webhook_http, "STEP_SECONDS", 0.5)
    with receiving(Receiver(slowly(2))) as slow, receiving(Receiver()) as quick:
        subscribe(slow.url)
        subscribe(quick.url)
        happen(*[make_subject() for _ in range(4)], clock=clock)
        began = time.monotonic()
        deliveries_send(now=clock)
        assert time.monotonic() - began < 1.9
        assert sorted(quick.numbers()) == [1, 2, 3, 4]
        assert slow.taken == []
        monkeypatch.setattr(webhook_http, "STEP_SECONDS", 5.0)
        slow.answer = lambda got, n: 200
        send_all(clock)
    assert set(slow.numbers()) == {1, 2, 3, 4}
    assert sorted(quick.numbers()) == [1, 2, 3, 4]


def test_a_receiver_that_drips_its_answer_is_cut_off(clock, monkeypatch):
    monkeypatch.setattr(webhook_http, "TOTAL_SECONDS", 0.6)
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        server.settimeout(5)

        def drip():
            peer, _ = server.accept()
            with peer:
                try:
                    for _ in range(100):
                        peer.send(b"H")
                        time.sleep(0.1)
                except OSError:
                    return

        thread = threading.Thread(target=drip)
        thread.start()
        began = time.monotonic()
        outcome = webhook_http.webhook_post(
            f"http://127.0.0.1:{server.getsockname()[1]}/", body=b"{}", headers={"Content-Type": "application/json"}
        )
        assert time.monotonic() - began < 3
        thread.join()
    assert (outcome.is_taken, outcome.is_unreachable) == (False, True)


def test_why_nothing_was_answered_is_said_in_words(monkeypatch):
    monkeypatch.setattr(webhook_http, "STEP_SECONDS", 0.5)

    def said(url: str) -> str:
        return webhook_http.webhook_post(url, body=b"{}", headers={"Content-Type": "application/json"}).error

    with receiving(Receiver(slowly(2))) as receiver:
        assert "秒内答复" in said(receiver.url)
        assert "不是 https" in said(receiver.url.replace("http://", "https://"))
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))  # bound and not listening: refused
        assert "连接不上" in said(f"http://127.0.0.1:{unused.getsockname()[1]}/")


def test_a_redirect_is_not_followed(clock):
    with receiving(Receiver(lambda got, n: 302)) as receiver:
        subscribe(receiver.url)
        happen(make_subject(), clock=clock)
        deliveries_send(now=clock)
    assert [each.path for each in receiver.got] == ["/hook?from=credit"]
    assert "不跟随转向" in WebhookDelivery.objects.get().last_error


def test_a_private_address_gets_nothing_unless_it_is_named(clock, settings):
    with receiving(Receiver()) as receiver:
        subscribe(receiver.url)
        subscribe(f"http://localhost:{receiver.port}/")
        settings.WEBHOOK_NETWORKS = []
        happen(make_subject(), clock=clock)
        deliveries_send(now=clock)
    assert receiver.got == []
    assert all("内部网络" in text for text in WebhookDelivery.objects.values_list("last_error", flat=True))


def test_the_job_numbers_sends_and_leaves_a_row_only_when_it_did_something():
    with receiving(Receiver()) as receiver:
        subscribe(receiver.url)
        subject = make_subject()
        for _ in range(2):
            webhook_event_note(kind=ENTRY_CHANGED, subject_id=subject.pk, object_id=1, at=site_clock.now())
        webhooks_send_task()
        webhooks_send_task()
    assert receiver.numbers() == [1, 2]
    assert JobRun.objects.get(name="registry.webhooks_send").counts["sent"] == 2


def test_what_was_checked_is_what_is_connected_to(monkeypatch, settings):
    """A name that resolves to a public address first and to this machine afterwards reaches nothing here."""
    settings.WEBHOOK_NETWORKS = []
    answers = iter(["192.0.2.1", "127.0.0.1"])
    asked = []

    def resolve(host, port, *args, **kwargs):
        asked.append(host)
        address = host if host.replace(".", "").isdigit() else next(answers)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (address, port))]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    monkeypatch.setattr(webhook_http, "may_reach", lambda address, allowed: address == "192.0.2.1")
    monkeypatch.setattr(webhook_http, "STEP_SECONDS", 0.2)
    assert not webhook_http.webhook_post("http://hook.example/", body=b"{}", headers={}).is_taken
    assert asked == ["hook.example", "192.0.2.1"]


def test_after_many_failures_a_delivery_is_dead_and_what_is_behind_it_waits_for_an_administrator(clock):
    subject = make_subject()
    with receiving(Receiver(lambda got, n: 400)) as receiver:
        keys = subscribe(receiver.url)
        happen(subject, subject, make_subject(), clock=clock)
        for _ in range(ATTEMPTS_MOST):
            deliveries_send(now=clock)
            clock.pass_time(hours=3)
        assert WebhookDelivery.objects.get(number=1).state == State.DEAD
        assert WebhookDelivery.objects.get(number=2).attempts == 0
        assert Event.objects.filter(name="webhook.dead").count() == 2
        receiver.answer = lambda got, n: 200
        assert deliveries_resend(webhook=keys.webhook, number=1, actor=None, on=DAY, at=clock()) == 1
        deliveries_send(now=clock)
        deliveries_send(now=clock)
        assert receiver.numbers() == [1, 2]
        delivery_drop(webhook=keys.webhook, number=3, reason="接收方已线下核对", actor=None, on=DAY, at=clock())
    assert WebhookDelivery.objects.get(number=3).state == State.DROPPED


def test_paused_nothing_is_sent_and_nothing_is_lost(clock):
    subject = make_subject()
    with receiving(Receiver()) as receiver:
        keys = subscribe(receiver.url)
        webhook_pause(webhook=keys.webhook, actor=None, on=DAY)
        happen(subject, subject, clock=clock)
        deliveries_send(now=clock)
        assert receiver.got == []
        webhook_resume(webhook=keys.webhook, actor=None, on=DAY)
        send_all(clock)
    assert receiver.numbers() == [1, 2]


def test_closed_nothing_more_is_sent(clock):
    with receiving(Receiver()) as receiver:
        keys = subscribe(receiver.url)
        happen(make_subject(), clock=clock)
        webhook_close(webhook=keys.webhook, reason="系统下线", actor=None, on=DAY, at=clock())
        happen(make_subject(), clock=clock)
        deliveries_send(now=clock)
    assert receiver.got == []
    assert list(WebhookDelivery.objects.values_list("number", "state")) == [(1, State.DROPPED)]


def test_replayed_events_come_again_in_order_under_their_ids_and_later_ones_wait(clock):
    subject = make_subject()
    with receiving(Receiver()) as receiver:
        happen(subject, clock=clock)  # before anybody subscribed
        keys = subscribe(receiver.url)
        assert keys.webhook.since_number == 1
        happen(subject, subject, clock=clock)
        send_all(clock)
        assert receiver.numbers() == [2, 3]
        happen(subject, clock=clock)
        assert webhook_replay(webhook=keys.webhook, from_number=1, actor=None, on=DAY, at=clock()) == 4
        send_all(clock)
    assert receiver.numbers() == [2, 3, 1, 2, 3, 4]
    assert [each.body["is_replay"] for each in receiver.taken] == [False, False, True, True, True, True]
    assert receiver.taken[0].body["delivery"] == receiver.taken[3].body["delivery"]


def test_a_department_s_events_go_to_its_own_systems_alone(clock):
    ours, theirs = make_department(), make_department()
    with receiving(Receiver()) as mine, receiving(Receiver()) as other:
        subscribe(mine.url, ORDER_DISPATCHED, client=make_client(department=ours))
        subscribe(other.url, ORDER_DISPATCHED, client=make_client(department=theirs))
        happen(make_subject(), clock=clock, kind=ORDER_DISPATCHED, department_id=ours.pk)
        send_all(clock)
    assert (mine.numbers(), other.numbers()) == ([1], [])


def test_a_scope_taken_away_ends_what_it_let_read_and_a_shut_client_gets_nothing(clock):
    client = make_client()
    with receiving(Receiver()) as receiver:
        subscribe(receiver.url, client=client)
        happen(make_subject(), make_subject(), clock=clock)
        client.scopes = ["webhooks", "orders"]
        client.save_by(None, reason="test")
        assert deliveries_send(now=clock)["dropped"] == 2
        client.scopes, client.is_active = ["webhooks", "lists.read"], False
        client.save_by(None, reason="test")
        happen(make_subject(), clock=clock)
        deliveries_send(now=clock)
    assert receiver.got == []


def test_a_sender_that_lost_its_lease_settles_nothing(clock, monkeypatch):
    """Its answer comes after another sender has taken the delivery over and is at work on it."""
    with receiving(Receiver()) as receiver:
        subscribe(receiver.url)
        happen(make_subject(), clock=clock)

        def late(*args, **kwargs):
            clock.pass_time(minutes=10)
            token = "00000000-0000-0000-0000-000000000001"
            WebhookDelivery.objects.update(lease_token=token, leased_until=clock() + dt.timedelta(minutes=3))
            return webhook_http.Outcome("接收方答复500")

        monkeypatch.setattr(webhook_sending, "webhook_post", late)
        # the post runs in a thread: a double of the pool keeps it in this one, with the test's connection
        monkeypatch.setattr(webhook_sending, "ThreadPoolExecutor", Inline)
        monkeypatch.setattr(webhook_sending, "as_completed", list)
        assert deliveries_send(now=clock)["lost"] == 1
    delivery = WebhookDelivery.objects.get()
    assert (delivery.attempts, delivery.state) == (0, State.WAITING)


class Inline:
    def __init__(self, *args, **kwargs):
        pass

    def __enter__(self):
        return self

    def __exit__(self, *args):
        pass

    def submit(self, act, *args, **kwargs):
        return Done(act(*args, **kwargs))


class Done:
    def __init__(self, value):
        self.value = value

    def result(self):
        return self.value


def test_the_receiver_s_code_in_the_documentation_takes_what_is_ours_and_nothing_else(clock):
    text = (settings.BASE_DIR / "docs" / "api" / "webhooks.md").read_text()
    namespace: dict[str, Any] = {}
    exec(text.split("```python")[1].split("```")[0], namespace)  # noqa: S102 - our own documentation
    is_ours = namespace["is_ours"]
    with receiving(Receiver()) as receiver:
        keys = subscribe(receiver.url)
        happen(make_subject(), clock=clock)
        deliveries_send(now=clock)
    (got,) = receiver.taken
    with time_machine.travel(clock(), tick=False):
        assert is_ours(keys.secret, got.headers, got.content)
        assert not is_ours("whsec_another", got.headers, got.content)
        assert not is_ours(keys.secret, got.headers, got.content + b" ")
    with time_machine.travel(clock() + dt.timedelta(minutes=6), tick=False):
        assert not is_ours(keys.secret, got.headers, got.content)
