"""The workers: nothing owed is lost when one is killed, nothing doubled when there are two, none needed to serve."""

import contextlib
import datetime as dt
import os
import shutil
import signal
import socket
import sqlite3
import subprocess
import sys
import threading
import time
from ipaddress import ip_network
from pathlib import Path

import pytest
import time_machine
from celery import Celery
from celery.schedules import crontab, maybe_schedule
from django.db import connection
from django.urls import reverse

from credit_site import embedded
from credit_site.embedded import EmbeddedWorker, _Entry
from registry import clock
from registry.models import JobRun, Notice
from registry.services.notices import notice_queue
from registry.services.outbox import outbox_drain
from registry.services.webhook_http import webhook_post
from tests.api.receiver import Receiver, receiving
from tests.factories import make_account, make_department

ROOT = Path(__file__).resolve().parents[2]
SHANGHAI = dt.timezone(dt.timedelta(hours=8))
MONDAY_NOON = dt.datetime(2026, 11, 2, 12, 0, tzinfo=SHANGHAI)


# --- the schedule -------------------------------------------------------------------------------------------------
@pytest.fixture
def ran():
    return []


@pytest.fixture
def worker(ran, db, monkeypatch):
    """A worker with one nightly task, one that fails, one that does not exist."""
    # It would close the connection that holds the test's transaction.
    monkeypatch.setattr("credit_site.embedded.close_old_connections", lambda: None)
    app = Celery("test", set_as_current=False)
    app.conf.timezone = "Asia/Shanghai"
    app.conf.beat_schedule = {
        "failing": {"task": "test.failing", "schedule": 60.0},
        "missing": {"task": "test.missing", "schedule": 60.0},
        "nightly": {"task": "test.nightly", "schedule": crontab(hour="0", minute="10")},
    }

    @app.task(name="test.failing", shared=False)
    def failing():
        raise ConnectionError

    @app.task(name="test.nightly", shared=False)
    def nightly():
        ran.append(clock.now())

    return EmbeddedWorker(app)


def kept_run(started_at):
    JobRun.objects.create(name="test.nightly", started_at=started_at, finished_at=started_at)


def tick(worker, at):
    with time_machine.travel(at, tick=False):
        worker.tick()


def test_a_job_that_never_ran_runs_at_once(worker, ran):
    tick(worker, MONDAY_NOON)
    assert ran == [MONDAY_NOON]


def test_a_job_that_ran_this_night_waits_for_the_next(worker, ran):
    kept_run(MONDAY_NOON.replace(hour=0, minute=10))
    tick(worker, MONDAY_NOON)
    assert ran == []


def test_a_job_missed_while_nothing_ran_is_made_up_for(worker, ran):
    kept_run(MONDAY_NOON.replace(hour=0, minute=10) - dt.timedelta(days=7))
    tick(worker, MONDAY_NOON)
    assert ran == [MONDAY_NOON]


def test_a_job_made_up_for_runs_once(worker, ran):
    tick(worker, MONDAY_NOON)
    tick(worker, MONDAY_NOON + dt.timedelta(seconds=1))
    assert ran == [MONDAY_NOON]


def test_a_job_runs_again_the_next_night(worker, ran):
    tick(worker, MONDAY_NOON)
    night = MONDAY_NOON.replace(day=3, hour=0, minute=10)
    tick(worker, night - dt.timedelta(seconds=1))
    tick(worker, night)
    assert ran == [MONDAY_NOON, night]


def test_a_job_that_another_worker_ran_is_not_repeated(worker, ran):
    tick(worker, MONDAY_NOON)
    night = MONDAY_NOON.replace(day=3, hour=0, minute=10)
    kept_run(night)
    tick(worker, night + dt.timedelta(seconds=1))
    assert ran == [MONDAY_NOON]


def test_a_run_dated_in_the_future_counts_for_nothing(worker, ran):
    """A demonstration pretended a later day and came back."""
    kept_run(MONDAY_NOON + dt.timedelta(days=60))
    tick(worker, MONDAY_NOON)
    assert ran == [MONDAY_NOON]


def test_a_pretended_later_day_makes_the_nightly_jobs_due(worker, ran, settings):
    kept_run(MONDAY_NOON)
    settings.PRETEND_TODAY = dt.date(2026, 12, 24)
    tick(worker, MONDAY_NOON)
    assert len(ran) == 1


def test_a_failing_task_holds_up_no_other(worker, ran):
    assert worker.tick()
    assert len(ran) == 1


def test_a_stopped_worker_starts_nothing(worker, ran):
    worker.stop.set()
    worker.tick()
    assert ran == []


@pytest.fixture
def outward(worker, monkeypatch):
    """The worker's schedule: events for a receiver that keeps whoever calls waiting, then the outbox."""
    released, asked = threading.Event(), threading.Event()

    def keep_waiting(got, n):
        asked.set()
        released.wait(30)
        return 200

    monkeypatch.setattr(embedded, "OUTWARD", frozenset({"test.webhooks"}))
    with receiving(Receiver(answer=keep_waiting)) as receiver:

        @worker.app.task(name="test.webhooks", shared=False)
        def webhooks_send():
            webhook_post(receiver.url, body=b"{}", headers={})

        @worker.app.task(name="test.outbox", shared=False)
        def outbox_drain_now():
            outbox_drain(now=clock.now, limit=10)

        worker._entries = [
            _Entry(name, task, maybe_schedule(0.0, app=worker.app))
            for name, task in (("webhooks", "test.webhooks"), ("outbox", "test.outbox"))
        ]
        yield receiver, asked, released
        released.set()
        worker.settle()


def test_a_notice_does_not_wait_for_a_slow_receiver(worker, outward, settings):
    settings.WEBHOOK_HTTP, settings.WEBHOOK_NETWORKS = True, [ip_network("127.0.0.0/8")]
    receiver, asked, released = outward
    notice = notice_queue("test", title="告知", body="", at=clock.now(), department=make_department())
    worker.tick()
    assert asked.wait(10)
    notice.refresh_from_db()
    assert (notice.state, receiver.taken) == ("delivered", [])
    worker.tick()
    worker.tick()
    assert len(receiver.got) == 1, "one run at a time"
    released.set()
    worker.settle()
    assert len(receiver.taken) == 1
    worker.tick()
    worker.settle()
    assert len(receiver.taken) == 2


# --- processes ----------------------------------------------------------------------------------------------------
@pytest.fixture(scope="module")
def migrated_file(django_db_setup, django_db_blocker, tmp_path_factory):
    """A file with the migrated, empty tables of the SQLite test database: quicker than migrating again."""
    file = tmp_path_factory.mktemp("migrated") / "db.sqlite3"
    with django_db_blocker.unblock(), contextlib.closing(sqlite3.connect(file)) as copy:
        connection.ensure_connection()
        connection.connection.backup(copy)
    return file


@pytest.fixture
def site(tmp_path, request):
    """The environment of a site of its own: a copy of the migrated SQLite, or PostgreSQL's test database."""
    env = {**os.environ, "DJANGO_SETTINGS_MODULE": "credit_site.settings", "PYTHONPATH": str(ROOT)}
    env |= {"VAR_DIR": str(tmp_path / "site"), "REDIS_URL": "", "LOG_LEVEL": "ERROR"}
    if connection.vendor == "postgresql":
        parts = connection.settings_dict
        address = f"{parts['USER']}:{parts['PASSWORD']}@{parts['HOST']}:{parts['PORT']}/{parts['NAME']}"
        env["DATABASE_URL"] = f"postgres://{address}"
    else:
        env.pop("DATABASE_URL", None)
        (tmp_path / "site").mkdir()
        shutil.copy(request.getfixturevalue("migrated_file"), tmp_path / "site" / "db.sqlite3")
    return env


def run(env, *command):
    done = subprocess.run([sys.executable, *command], cwd=ROOT, env=env, capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def start(env, *command):
    return subprocess.Popen([sys.executable, *command], cwd=ROOT, env=env, stdout=subprocess.PIPE, text=True)


def relay(env, *arguments):
    return run(env, "tests/credit_site/relay_process.py", *arguments)


@pytest.mark.django_db(transaction=True)
def test_a_relay_killed_inside_an_effect_loses_nothing_and_doubles_nothing(site):
    relay(site, "put")
    killed = start(site, "tests/credit_site/relay_process.py", "drain", "60")
    assert killed.stdout.readline() == "inside\n"
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    assert relay(site, "count") == "0"  # the half-done effect went with its transaction
    limit = time.monotonic() + 20
    while relay(site, "drain", "0").splitlines()[-1] == "0":  # the dead relay's lease runs out after two seconds
        assert time.monotonic() < limit
    assert relay(site, "drain", "0") == "0"
    assert relay(site, "count") == "1"


DELIVERIES = """
import django; django.setup()
from registry import clock
from registry.models import Department, Notice
from registry.services.notices import notice_queue
from registry.services.outbox import outbox_drain
from registry.services.webhook_http import webhook_post
from tests.api.receiver import Receiver, receiving
import sys, time
if sys.argv[1] == "queue":
    department = Department(code="d", name="演示部门", short_name="部门").save_by(None, reason="test")
    for number in range(20):
        notice_queue("test", title=str(number), body="", at=clock.now(), department=department)
else:
    limit = time.monotonic() + 30
    while Notice.objects.exclude(state="delivered").exists() and time.monotonic() < limit:
        time.sleep(0.2)
    print(sorted(Notice.objects.values_list("attempts", "state")) == [(1, "delivered")] * 20)
"""


@pytest.mark.django_db(transaction=True)
def test_two_embedded_workers_deliver_once_and_stop_when_asked(site):
    run(site, "-c", DELIVERIES, "queue")
    workers = [start(site, "manage.py", "embedded_worker") for _ in range(2)]
    try:
        assert run(site, "-c", DELIVERIES, "wait") == "True"
        assert "ok" in run(site, "manage.py", "health", "--part", "worker")
    finally:
        for worker in workers:
            worker.terminate()
    assert [worker.wait(timeout=20) for worker in workers] == [0, 0]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_celery_on_redis_drains_the_outbox(needs_postgres, site, tmp_path):
    notice = notice_queue("test", title="告知", body="", at=clock.now(), department=make_department())
    env = {**site, "REDIS_URL": os.environ.get("REDIS_URL") or "redis://127.0.0.1:6379/9"}
    celery = start(
        env, "-m", "celery", "-A", "credit_site", "worker", "--beat", "--pool", "solo", "--loglevel", "ERROR",
        "--schedule", str(tmp_path / "schedule"),
    )  # fmt: skip
    try:
        limit = time.monotonic() + 60
        while notice.state != Notice.State.DELIVERED and time.monotonic() < limit:
            time.sleep(0.2)
            notice.refresh_from_db()
    finally:
        celery.terminate()
        celery.wait(timeout=30)
    assert (notice.state, notice.attempts) == (Notice.State.DELIVERED, 1)


@pytest.fixture
def asked(settings, monkeypatch):
    """A Redis that is down, as production would have it; returns the attempts to reach it."""
    attempts = []

    def refused(self):
        attempts.append(self)
        raise ConnectionRefusedError

    monkeypatch.setattr("redis.connection.AbstractConnection._connect", refused, raising=False)
    monkeypatch.setattr("redis.connection.Connection._connect", refused)
    settings.CACHES = {
        "default": {
            "BACKEND": "django.core.cache.backends.redis.RedisCache",
            "LOCATION": "redis://127.0.0.1:1/0",
            "OPTIONS": settings.REDIS_CACHE_OPTIONS,
        }
    }
    settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
    return attempts


@pytest.mark.django_db
def test_no_request_waits_for_redis_to_leave_work(client, asked):
    """Requests leave rows; the broker is not told."""
    account = make_account("handler", department=make_department())
    login = {"login": account.username, "password": "demonstration-1"}
    answers = [client.get("/"), client.post("/accounts/login/", login), client.get("/office/")]
    assert [answer.status_code for answer in answers] == [200, 302, 200]
    assert asked == []


@pytest.mark.django_db
def test_a_search_asks_a_dead_redis_once_and_answers(client, asked):
    """The throttle's counter is the one thing in Redis that a request looks at: one try, then the answer."""
    assert client.get(reverse("disclosure:search"), {"q": "安"}).status_code == 200
    assert len(asked) == 1


# --- the supervisor -----------------------------------------------------------------------------------------------
def test_a_busy_port_is_named_with_the_way_out(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        env = {**os.environ, "PORT": str(port), "VAR_DIR": str(tmp_path)}
        done = subprocess.run([sys.executable, "deploy/run.py"], cwd=ROOT, env=env, capture_output=True, text=True)
    assert (done.returncode, f"make run PORT={port + 1}" in done.stdout) == (1, True)


SUPERVISE = """
import subprocess, sys
sys.path.insert(0, "deploy")
import run
children = {
    "web": subprocess.Popen(["sleep", "300"], start_new_session=True),
    "worker": subprocess.Popen(["sh", "-c", "sleep 0.3; exit 7"], start_new_session=True),
}
status = run.watch(children, "http://127.0.0.1:1/", {})
run.stop(children)
print(status, children["web"].returncode)
"""


def test_when_one_process_ends_the_others_are_stopped():
    done = subprocess.run([sys.executable, "-c", SUPERVISE], cwd=ROOT, capture_output=True, text=True, timeout=30)
    assert "进程“worker”已退出（状态 7）" in done.stdout
    assert done.stdout.splitlines()[-1] == f"1 -{signal.SIGTERM.value}"
