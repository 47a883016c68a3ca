"""Probes: alive asks nothing, ready tells part by part; a silent worker degrades, a missing database is down."""

import datetime as dt
from io import StringIO

import pytest
from django.core.management import CommandError, call_command
from django.db import DatabaseError, connection
from django.urls import reverse

from credit_site import health as parts
from credit_site.health import health
from registry.models import JobRun, OutboxMessage, WorkerBeat

NOON = dt.datetime(2026, 11, 2, 4, tzinfo=dt.UTC)
MINUTE = dt.timedelta(minutes=1)


@pytest.fixture
def working(db):
    """A worker and a beat that gave a sign of life just now."""
    WorkerBeat.objects.create(name="beat", at=NOON)
    return WorkerBeat.objects.create(name="relay", at=NOON)


def owed(**fields):
    return OutboxMessage.objects.create(
        topic="t", key=str(fields), created_at=NOON, **{"available_at": NOON, "payload": {}, **fields}
    )


def status(part, now=NOON):
    return health(now=now)["parts"][part]["status"]


def test_alive_asks_nothing_of_the_database(client):
    assert client.get("/healthz").json() == {"status": "ok"}  # no db fixture: a query would raise


def test_everything_in_order_is_ok(working):
    assert health(now=NOON)["status"] == "ok"


@pytest.mark.django_db
def test_ready_is_public_and_names_its_parts(client):
    response = client.get(reverse("readyz"))
    assert response.status_code == 200
    assert set(response.json()["parts"]) == {"database", "migrations", "outbox", "worker", "beat"}


def test_a_worker_never_seen_is_degraded(db):
    assert status("worker") == "degraded"


@pytest.mark.parametrize(("age", "expected"), [(60, "ok"), (61, "degraded")])
def test_a_worker_silent_for_more_than_a_minute_is_degraded(working, age, expected):
    assert status("worker", NOON + dt.timedelta(seconds=age)) == expected


def test_a_worker_inside_a_long_message_is_alive(working):
    owed(leased_until=NOON + 10 * MINUTE)
    assert status("worker", NOON + 5 * MINUTE) == "ok"


@pytest.mark.parametrize(("age", "expected"), [(60, "ok"), (61, "degraded")])
def test_a_beat_silent_for_more_than_a_minute_is_degraded(working, age, expected):
    assert status("beat", NOON + dt.timedelta(seconds=age)) == expected


@pytest.mark.parametrize(("minutes", "expected"), [(30, "ok"), (31, "degraded")])
def test_a_running_job_excuses_silence_for_half_an_hour(working, minutes, expected):
    JobRun.objects.create(name="test.nightly", started_at=NOON)
    assert status("beat", NOON + minutes * MINUTE) == expected


def test_a_sign_of_life_from_the_future_counts_for_nothing(working):
    assert status("worker", NOON - MINUTE) == "degraded"


@pytest.mark.parametrize(("age", "expected"), [(60, "ok"), (61, "degraded")])
def test_an_outbox_overdue_by_more_than_a_minute_is_degraded(working, age, expected):
    owed()
    assert status("outbox", NOON + dt.timedelta(seconds=age)) == expected


def test_a_message_due_later_is_not_overdue(working):
    owed(available_at=NOON + MINUTE)
    assert status("outbox") == "ok"


def test_a_message_done_is_not_overdue(working):
    owed(done_at=NOON)
    assert status("outbox", NOON + 10 * MINUTE) == "ok"


def test_a_message_given_up_degrades_until_it_is_sent_again(working):
    owed(failed_at=NOON)
    assert status("outbox") == "degraded"


def test_degraded_is_still_served(client, db):
    assert client.get("/readyz").status_code == 200


def test_without_its_database_it_is_down(client, monkeypatch, db):
    def refused(*args, **kwargs):
        raise DatabaseError

    with monkeypatch.context() as patch:
        patch.setattr(connection, "cursor", refused)
        response = client.get("/readyz")
    assert (response.status_code, response.json()["parts"]) == (
        503,
        {"database": {"status": "down", "detail": "DatabaseError", "seconds": None}},
    )


def test_missing_migrations_are_down_until_they_are_applied(working, monkeypatch):
    parts._missing_migrations.cache_clear()
    monkeypatch.setattr(parts.MigrationExecutor, "migration_plan", lambda self, targets: [("one", False)])
    assert status("migrations") == "down"
    monkeypatch.undo()
    assert status("migrations") == "ok"


def test_the_command_shows_one_part(working, monkeypatch):
    monkeypatch.setattr("registry.clock.now", lambda: NOON)
    out = StringIO()
    call_command("health", "--part", "worker", stdout=out)
    assert '"status": "ok"' in out.getvalue()


@pytest.mark.django_db
def test_the_command_fails_when_the_worker_is_silent():
    with pytest.raises(CommandError, match="degraded"):
        call_command("health", "--part", "worker", stdout=StringIO())
