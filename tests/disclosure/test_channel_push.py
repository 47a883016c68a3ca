"""接口推送: signed, once a revision, tried again while nobody says what became of a row, and never before commit."""

import datetime as dt
import json
from concurrent.futures import ThreadPoolExecutor
from ipaddress import ip_network
from threading import Barrier

import pytest
from django.db import connection
from django.urls import reverse

from disclosure.models import ChannelHealth, Submission
from disclosure.rules.submissions import ATTEMPTS_MOST
from disclosure.services.channels import push
from disclosure.services.channels.managing import channel_send_now, submission_resend
from disclosure.services.channels.moves import When
from disclosure.services.channels.sending import channels_push
from registry import clock
from registry.base.errors import TransitionRefused
from registry.models import Event
from registry.rules.publicity import COLUMNS, Kind
from tests.api.receiver import Receiver, receiving, signature_by_hand, signatures, slowly
from tests.disclosure import county
from tests.disclosure.channel_samples import SECRET, corrected, make_channel, noon, penalty, state_of, voided
from tests.factories import make_account

DAY = dt.date(2026, 11, 3)
ACCEPTED = json.dumps({"result": "accepted"}).encode()


class Clock:
    """Noon of the day, and later as the test says."""

    def __init__(self):
        self.at = noon(DAY)

    def __call__(self):
        return self.at

    def later(self, **delta):
        self.at += dt.timedelta(**delta)


@pytest.fixture
def now(monkeypatch, settings):
    settings.WEBHOOK_HTTP, settings.WEBHOOK_NETWORKS = True, [ip_network("127.0.0.0/8")]
    each = Clock()
    monkeypatch.setattr(clock, "now", each)
    monkeypatch.setattr(clock, "today", lambda: DAY)
    return each


@pytest.fixture
def receiver():
    with receiving(Receiver(said=lambda got, n: ACCEPTED)) as each:
        yield each


@pytest.fixture
def channel(db, now, receiver):
    county.activate("test-dual")
    return make_channel("push", kind="push", settings={"url": receiver.url})


def test_a_row_is_pushed_signed_under_national_names_and_answered(channel, now, receiver):
    record = penalty(on=DAY)
    assert channels_push(now=now)["sent"] == 1
    assert (state_of(record), channels_push(now=now)) == (("report", "accepted"), {})
    (got,) = receiver.got
    submission = record.submissions.get()
    assert got.headers["Idempotency-Key"] == got.body["id"] == f"{submission.public_id}-1"
    assert signatures(got) == [signature_by_hand(SECRET, got)]
    assert list(got.body["row"]) == [column.code for column in COLUMNS[Kind.PENALTY]]
    assert (got.body["operation"], got.body["row"]["CF_WSH"]) == ("report", record.number)
    assert (submission.first_sent_on, submission.accepted_on) == (DAY, DAY)


@pytest.mark.parametrize(
    ("said", "state"),
    [
        (b'{"result": "refused", "reason": "\xe9\x87\x91\xe9\xa2\x9d\xe6\x9c\x89\xe8\xaf\xaf"}', "refused"),
        (b'{"result": "received"}', "sent"),
        (b"", "owed"),
        (b"<html>ok</html>", "owed"),
        (b'{"result": "maybe"}', "owed"),
        (b'["accepted"]', "owed"),
        (b"\xff\xfe", "owed"),
        (b'{"result": "accepted"' + b" " * 20_000 + b"}", "owed"),
    ],
    ids=["refused", "received", "empty", "page", "unknown", "list", "bytes", "long"],
)
@pytest.mark.usefixtures("channel")
def test_only_an_answer_that_says_what_became_of_the_row_counts(now, receiver, said, state):
    receiver.said = lambda got, n: said
    record = penalty(on=DAY)
    channels_push(now=now)
    each = record.submissions.get()
    assert (each.state, each.first_sent_on is not None) == (state, state != "owed")
    if state == "refused":
        assert each.reason == "金额有误"


@pytest.mark.parametrize("status", [500, 503, 302, 0], ids=["error", "busy", "elsewhere", "hangs-up"])
@pytest.mark.usefixtures("channel")
def test_a_receiver_in_trouble_gets_the_row_again_under_the_same_key(now, receiver, status):
    receiver.answer = lambda got, n: status if n == 1 else 200
    record = penalty(on=DAY)
    assert channels_push(now=now)["failed"] == 1
    assert record.submissions.get().first_sent_on is None
    now.later(minutes=10)
    assert channels_push(now=now)["sent"] == 1
    assert {got.headers["Idempotency-Key"] for got in receiver.got} == {f"{record.submissions.get().public_id}-1"}
    assert state_of(record) == ("report", "accepted")


@pytest.mark.usefixtures("channel")
def test_a_receiver_that_is_slow_beyond_the_limit_gets_the_row_again(now, receiver, monkeypatch):
    monkeypatch.setattr("registry.services.webhook_http.STEP_SECONDS", 0.2)
    receiver.answer = slowly(0.6)
    record = penalty(on=DAY)
    assert channels_push(now=now)["failed"] == 1
    receiver.answer = lambda got, n: 200
    now.later(minutes=10)
    channels_push(now=now)
    assert (len(receiver.got), state_of(record)) == (2, ("report", "accepted"))


@pytest.mark.django_db
def test_nobody_at_the_address_is_left_alone_a_while_then_everything_goes(now, receiver):
    county.activate("test-dual")
    channel = make_channel("down", kind="push", settings={"url": "http://127.0.0.1:1/"})
    for _ in range(3):
        penalty(on=DAY)
    channels_push(now=now)
    health = ChannelHealth.objects.get(channel=channel)
    assert (health.failures > 0, health.resumes_at > now()) == (True, True)
    channel.settings = {"url": receiver.url}
    channel.save_by(None, reason="test")
    now.later(minutes=10)
    channels_push(now=now)
    assert set(Submission.objects.values_list("state", flat=True)) == {"accepted"}
    assert ChannelHealth.objects.get(channel=channel).unreachable_since is None


def test_after_days_in_vain_it_is_listed_and_an_officer_sends_it_again(channel, now, receiver):
    receiver.answer = lambda got, n: 400
    record = penalty(on=DAY)
    for _ in range(ATTEMPTS_MOST):
        channels_push(now=now)
        now.later(hours=4)
    assert (state_of(record), Event.objects.filter(name="channel.dead").count()) == (("report", "dead"), 1)
    assert channels_push(now=now) == {}
    receiver.answer = lambda got, n: 200
    actor = make_account("publisher")
    submission_resend(
        submission_id=record.submissions.get().pk, reason="平台已恢复", actor=actor, when=When(DAY, now(), actor)
    )
    channel_send_now(channel=channel, actor=actor, on=DAY, now=now)
    assert state_of(record) == ("report", "accepted")


def test_a_paused_channel_sends_nothing_not_even_by_button(channel, now, receiver):
    channel.is_paused = True
    channel.save_by(None, reason="test")
    penalty(on=DAY)
    assert channels_push(now=now) == {}
    with pytest.raises(TransitionRefused, match="暂停"):
        channel_send_now(channel=channel, actor=None, on=DAY, now=now)
    assert receiver.got == []


def test_an_internal_address_is_not_reached(channel, now, receiver, settings):
    settings.WEBHOOK_NETWORKS = []
    record = penalty(on=DAY)
    channels_push(now=now)
    assert (receiver.got, state_of(record)) == ([], ("report", "owed"))


def test_a_sender_killed_after_the_receiver_took_the_row_is_followed_by_another(channel, now, receiver):
    """The lease and the attempt are committed, the answer is lost; once the lease has run out the row goes again."""
    record = penalty(on=DAY)
    (leased,) = push._lease(channel.pk, now())
    assert (leased.attempts, channels_push(now=now)) == (1, {})
    now.later(minutes=4)
    channels_push(now=now)
    assert (state_of(record), receiver.got[0].body["id"]) == (("report", "accepted"), f"{leased.public_id}-1")


def test_a_record_void_while_it_is_on_its_way_is_withdrawn_after_the_way_has_ended(channel, now, receiver):
    record = penalty(on=DAY)
    push._lease(channel.pk, now())
    voided(record, on=DAY)
    assert (state_of(record), channels_push(now=now)) == (("withdrawal", "owed"), {})
    now.later(minutes=4)
    channels_push(now=now)
    assert [(got.body["operation"], got.body["reason"]) for got in receiver.got] == [("withdrawal", "原记录已作废")]
    assert state_of(record) == ("withdrawal", "accepted")


def test_a_correction_waits_for_what_is_on_its_way(channel, now, receiver):
    record = penalty(on=DAY)
    push._lease(channel.pk, now())
    new = corrected(record, on=DAY)
    assert channels_push(now=now) == {}
    now.later(minutes=4)
    channels_push(now=now)
    assert (state_of(record), state_of(new), len(receiver.got)) == (("report", "dropped"), ("report", "accepted"), 1)


@pytest.mark.usefixtures("channel")
def test_a_row_that_may_not_leave_is_held_back_and_tried_later(now, receiver):
    record = penalty(on=DAY)
    record.penalty.basis = ""
    record.penalty.save_by(None, reason="test")
    assert channels_push(now=now)["held"] == 1
    assert ("处罚依据" in record.submissions.get().fault, receiver.got) == (True, [])
    voided(record, on=DAY)
    assert state_of(record) == ("report", "dropped")


@pytest.mark.postgres
@pytest.mark.usefixtures("needs_postgres")
@pytest.mark.django_db(transaction=True)
def test_two_senders_at_once_send_every_row_and_none_twice(now, receiver):
    county.activate("test-dual")
    make_channel("push", kind="push", settings={"url": receiver.url})
    for _ in range(40):
        penalty(on=DAY)
    barrier = Barrier(2)

    def work(_):
        try:
            barrier.wait(timeout=10)
            return channels_push(now=now).get("sent", 0)
        finally:
            connection.close()

    with ThreadPoolExecutor(2) as pool:
        assert sum(pool.map(work, range(2))) == 40
    keys = [got.headers["Idempotency-Key"] for got in receiver.got]
    assert (len(keys), len(set(keys))) == (40, 40)
    assert set(Submission.objects.values_list("state", flat=True)) == {"accepted"}


@pytest.mark.django_db
def test_an_administrator_opens_a_push_channel_and_sees_its_secret_once(client, settings):
    settings.WEBHOOK_HTTP = False
    client.force_login(make_account("administrator"))
    url = reverse("publications:channel-new", args=["push"])
    given = {"code": "sheng", "name": "省平台", "since_on": "2026-01-01", "takes_penalties": "on", "counts": "on"}
    refused = client.post(url, given | {"url": "http://example.org/"})
    assert (refused.status_code, "必须使用 https" in refused.content.decode()) == (422, True)
    page = client.post(url, given | {"url": "https://example.org/in"}).content.decode()
    assert "chsec_" in page
    assert "chsec_" not in client.get(reverse("publications:channel-list")).content.decode()
