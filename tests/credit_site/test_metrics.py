"""/metrics: Prometheus' text format, to who may read it; the beat's sign of life."""

import datetime as dt
import re

import pytest
from django.db import DatabaseError
from django.urls import reverse

from credit_site import liveness
from credit_site.metrics import metrics_text
from registry import clock
from registry.models import JobRun, OutboxMessage, WorkerBeat

pytestmark = pytest.mark.django_db
NOON = dt.datetime(2026, 11, 2, 4, tzinfo=dt.UTC)
LINE = re.compile(r'[a-z_]+(?:\{[a-z]+="[\w.-]+"(?:,[a-z]+="[\w.-]+")*\})? -?\d+(?:\.\d+)?(?:e[+-]?\d+)?')


def read(client, **headers):
    return client.get(reverse("metrics"), **headers)


def test_every_line_is_a_comment_or_a_sample():
    WorkerBeat.objects.create(name="relay", at=NOON)
    JobRun.objects.create(name="registry.events_seal", started_at=NOON, finished_at=NOON)
    lines = metrics_text(now=NOON).splitlines()
    assert [line for line in lines if not line.startswith(("# HELP ", "# TYPE ")) and not LINE.fullmatch(line)] == []


def test_what_is_owed_and_how_old_it_is():
    OutboxMessage.objects.create(topic="t", key="1", payload={}, created_at=NOON, available_at=NOON)
    text = metrics_text(now=NOON + dt.timedelta(seconds=90))
    assert "credit_outbox_waiting 1\n" in text
    assert "credit_outbox_oldest_seconds 90\n" in text


def test_a_failed_job_shows_with_its_start_to_the_second():
    started = NOON + dt.timedelta(seconds=7)
    JobRun.objects.create(name="registry.events_seal", started_at=started, finished_at=started, error="坏了")
    text = metrics_text(now=NOON + dt.timedelta(hours=1))
    assert 'credit_job_last_failed{job="registry.events_seal"} 1.0' in text
    assert f'credit_job_last_start_timestamp_seconds{{job="registry.events_seal"}} {started.timestamp()}' in text
    assert "坏了" not in text


def test_without_a_token_this_machine_alone_may_read(client):
    assert read(client).status_code == 200
    assert read(client, REMOTE_ADDR="10.0.0.9").status_code == 404


@pytest.mark.parametrize("header", ["HTTP_X_FORWARDED_FOR", "HTTP_FORWARDED"])
def test_what_a_proxy_passes_on_is_not_this_machine(client, header):
    assert read(client, **{header: "127.0.0.1"}).status_code == 404


def test_behind_proxies_only_the_token_opens(client, settings):
    settings.TRUSTED_PROXIES = 1
    assert read(client).status_code == 404


@pytest.mark.parametrize(("sent", "status"), [("Bearer right", 200), ("Bearer wrong", 404), ("", 404), ("right", 404)])
def test_with_a_token_set_it_alone_opens(client, settings, sent, status):
    settings.METRICS_TOKEN = "right"
    assert read(client, HTTP_AUTHORIZATION=sent).status_code == status


# --- the beat's sign of life


@pytest.fixture
def beat(monkeypatch):
    monkeypatch.setattr(liveness, "close_old_connections", lambda: None)  # it would end the test's transaction
    monkeypatch.setattr(liveness, "_marked_at", -60.0)


@pytest.mark.usefixtures("beat")
def test_the_beat_gives_a_sign_with_what_it_sends_and_not_with_each():
    liveness.beat_lives()
    WorkerBeat.objects.filter(name="beat").update(at=NOON)
    liveness.beat_lives()
    assert WorkerBeat.objects.get(name="beat").at == NOON


@pytest.mark.usefixtures("beat")
def test_a_database_that_does_not_answer_does_not_stop_the_beat(monkeypatch):
    def refused(*args, **kwargs):
        raise DatabaseError

    monkeypatch.setattr(liveness, "beat_mark", refused)
    liveness.beat_lives()
    assert not WorkerBeat.objects.exists()
    assert clock.now()
