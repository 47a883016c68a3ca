"""Jobs: each run is a row, none runs twice at once, a killed one is closed."""

import contextlib
import datetime as dt
import threading

import pytest
from celery.schedules import crontab
from django.db import connection

from credit_site.celery import app
from registry import clock
from registry.models import Event, JobRun, WorkerBeat
from registry.rules.jobs import COUNT_LABELS
from registry.services.events import event_record
from registry.services.job_making_up import jobs_make_up
from registry.services.jobs import INTERRUPTED, beat_mark, job_note, job_run
from registry.tasks import events_seal_task, outbox_drain_task
from tests.factories import make_department

pytestmark = pytest.mark.django_db
NOON = dt.datetime(2026, 11, 2, 4, tzinfo=dt.UTC)


def noon():
    return NOON


def failing():
    raise ConnectionError("no answer")


def test_a_run_is_kept_with_its_counts():
    job_run("test.job", lambda: {"done": 3}, now=noon)
    run = JobRun.objects.get()
    assert (run.name, run.counts, run.error, run.finished_at) == ("test.job", {"done": 3}, "", NOON)


def test_a_run_in_progress_is_seen():
    seen = []
    job_run("test.job", lambda: seen.append(JobRun.objects.get().finished_at) or {}, now=noon)
    assert seen == [None]


def test_a_failed_run_keeps_its_error_and_raises_it():
    with pytest.raises(ConnectionError):
        job_run("test.job", failing, now=noon)
    run = JobRun.objects.get()
    assert (run.error, run.finished_at) == ("ConnectionError: no answer", NOON)


def test_a_job_may_run_again_after_failing():
    with pytest.raises(ConnectionError):
        job_run("test.job", failing, now=noon)
    assert job_run("test.job", lambda: {"done": 1}, now=noon) == {"done": 1}


def test_a_run_left_open_by_a_killed_process_is_closed():
    left = JobRun.objects.create(name="test.job", started_at=NOON - dt.timedelta(days=1))
    job_run("test.job", dict, now=noon)
    left.refresh_from_db()
    assert (left.error, left.finished_at) == (INTERRUPTED, NOON)


def test_open_runs_of_other_jobs_are_left_alone():
    left = JobRun.objects.create(name="test.other", started_at=NOON)
    job_run("test.job", dict, now=noon)
    left.refresh_from_db()
    assert left.finished_at is None


@pytest.mark.skipif("connection.vendor == 'postgresql'", reason="its locks are of the session: see the next test")
def test_the_same_job_does_not_run_inside_itself():
    inner = []
    job_run("test.job", lambda: inner.append(job_run("test.job", dict, now=noon)) or {}, now=noon)
    assert inner == [None]
    assert JobRun.objects.count() == 1


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_of_two_workers_one_runs_the_job(needs_postgres):
    inside, go_on, results = threading.Event(), threading.Event(), []

    def slow():
        inside.set()
        go_on.wait(10)
        return {"done": 1}

    def first():
        try:
            results.append(job_run("test.job", slow, now=noon))
        finally:
            connection.close()

    worker = threading.Thread(target=first)
    worker.start()
    assert inside.wait(10)
    assert job_run("test.job", dict, now=noon) is None
    go_on.set()
    worker.join()
    assert results == [{"done": 1}]
    assert job_run("test.job", lambda: {"done": 2}, now=noon) == {"done": 2}


def test_another_job_runs_meanwhile():
    inner = []
    job_run("test.job", lambda: inner.append(job_run("test.other", lambda: {"n": 1}, now=noon)) or {}, now=noon)
    assert inner == [{"n": 1}]


def test_looking_in_vain_leaves_no_row():
    job_note("test.look", lambda: {"done": 0, "failed": 0}, now=noon)
    assert not JobRun.objects.exists()


def test_looking_and_finding_leaves_a_row():
    job_note("test.look", lambda: {"done": 1, "failed": 0}, now=noon)
    assert JobRun.objects.get().counts == {"done": 1, "failed": 0}


def test_looking_and_failing_leaves_a_row():
    with pytest.raises(ConnectionError):
        job_note("test.look", failing, now=noon)
    assert JobRun.objects.get().error == "ConnectionError: no answer"


@pytest.mark.parametrize(("after", "kept"), [(9, 0), (10, 10), (-3600, -3600)])
def test_a_beat_is_written_every_ten_seconds_or_when_the_clock_was_moved_back(after, kept):
    beat_mark("relay", at=NOON)
    beat_mark("relay", at=NOON + dt.timedelta(seconds=after))
    assert WorkerBeat.objects.get().at == NOON + dt.timedelta(seconds=kept)


@pytest.mark.parametrize("entry", list(app.conf.beat_schedule))
def test_every_scheduled_task_exists(entry):
    app.loader.import_default_modules()
    assert app.conf.beat_schedule[entry]["task"] in app.tasks


@pytest.mark.parametrize("entry", list(app.conf.beat_schedule))
def test_every_scheduled_task_may_run_twice_in_a_row(entry):
    app.loader.import_default_modules()
    task = app.tasks[app.conf.beat_schedule[entry]["task"]]
    for _ in range(2):
        task.apply(throw=True)
    assert not JobRun.objects.exclude(error="").exists()
    assert {name for run in JobRun.objects.all() for name in run.counts} <= COUNT_LABELS.keys(), "officers read them"


def test_the_sealing_job_seals():
    event_record("test.done", "办理", obj=make_department(), actor=None, on=clock.today())
    events_seal_task()
    assert not Event.objects.filter(seal__isnull=True).exists()


def test_the_draining_job_gives_a_sign_of_life():
    outbox_drain_task()
    assert WorkerBeat.objects.filter(name="relay").exists()


# --- made up for --------------------------------------------------------------------------------------------------
@pytest.fixture
def nightly(monkeypatch):
    """One scheduled job, due at ten past midnight in Shanghai; returns how often it ran."""
    ran = []

    @app.task(name="test.nightly", shared=False)
    def nightly():
        job_run("test.nightly", lambda: ran.append(1) or {"done": 1}, now=noon)

    schedule = {"nightly": {"task": "test.nightly", "schedule": crontab(hour="0", minute="10")}}
    monkeypatch.setitem(app.conf, "beat_schedule", schedule)
    yield ran
    del app.tasks["test.nightly"]


def kept(started_at, *, error="", finished=True):
    return JobRun.objects.create(
        name="test.nightly", started_at=started_at, finished_at=started_at if finished else None, error=error
    )


NIGHT = dt.datetime(2026, 11, 1, 16, 10, tzinfo=dt.UTC)  # 00:10 of the 2nd in Shanghai


@pytest.mark.parametrize(
    ("last", "now", "counts"),
    [
        (NIGHT, NOON, {"resumed": 0, "made_up": 0}),
        (NIGHT - dt.timedelta(days=1), NIGHT + dt.timedelta(seconds=10), {"resumed": 0, "made_up": 0}),
        (NIGHT - dt.timedelta(days=1), NIGHT + dt.timedelta(seconds=11), {"resumed": 0, "made_up": 1}),
        (NIGHT - dt.timedelta(days=7), NOON, {"resumed": 0, "made_up": 1}),
        (NOON + dt.timedelta(minutes=5), NOON, {"resumed": 0, "made_up": 0}),
        (NOON + dt.timedelta(days=30), NOON, {"resumed": 0, "made_up": 1}),
    ],
    ids=["ran", "its message may still come", "missed", "missed for a week", "clocks differ", "a pretended day"],
)
def test_a_job_whose_time_was_missed_is_made_up_for(nightly, last, now, counts):
    kept(last)
    assert jobs_make_up(now=lambda: now) == counts
    assert len(nightly) == counts["made_up"]


def test_a_job_that_a_dead_worker_left_is_begun_again_and_once(nightly):
    left = kept(NIGHT, finished=False)
    assert jobs_make_up(now=noon) == {"resumed": 1, "made_up": 0}
    left.refresh_from_db()
    assert (left.error, len(nightly)) == (INTERRUPTED, 1)
    assert jobs_make_up(now=noon) == {"resumed": 0, "made_up": 0}


def test_a_job_at_work_elsewhere_is_left_alone(nightly, monkeypatch):
    kept(NIGHT, finished=False)
    monkeypatch.setattr("registry.services.jobs.guard_try", lambda kind, name: contextlib.nullcontext(False))
    assert jobs_make_up(now=noon) == {"resumed": 0, "made_up": 0}
    assert not nightly


@pytest.mark.parametrize(("before", "resumed"), [(1, 1), (2, 0)])
def test_a_job_that_keeps_killing_its_workers_waits_for_its_next_time(nightly, before, resumed):
    for _ in range(before):
        kept(NIGHT, error=INTERRUPTED)
    kept(NIGHT, finished=False)
    assert jobs_make_up(now=noon)["resumed"] == resumed
