"""The operations page: when each job is due next, what is late, who is told of a failed verification."""

import datetime as dt

import pytest
from celery.schedules import crontab, maybe_schedule
from django.urls import reverse

from credit_site.celery import app
from registry import clock
from registry.models import Event, JobRun, Notice, OutboxMessage, WorkerBeat
from registry.rules.jobs import JOBS, LABELS
from registry.selectors.jobs import job_states, next_due
from registry.services.events import event_record
from registry.services.jobs import job_run
from registry.services.verifying import TimelineAltered, timeline_verify
from tests.factories import make_account, make_department

SHANGHAI = dt.timezone(dt.timedelta(hours=8))
NOON = dt.datetime(2026, 11, 2, 12, 0, tzinfo=SHANGHAI)
TODAY = NOON.date()
HOUR = dt.timedelta(hours=1)


def nightly():
    return maybe_schedule(crontab(hour="3", minute="10"), app=app)


@pytest.mark.parametrize(
    ("last", "due"),
    [
        (dt.datetime(2026, 11, 2, 3, 10, tzinfo=SHANGHAI), dt.datetime(2026, 11, 3, 3, 10, tzinfo=SHANGHAI)),
        (dt.datetime(2026, 11, 1, 3, 10, tzinfo=SHANGHAI), dt.datetime(2026, 11, 2, 3, 10, tzinfo=SHANGHAI)),
        (NOON, dt.datetime(2026, 11, 3, 3, 10, tzinfo=SHANGHAI)),
    ],
)
def test_a_nightly_job_is_due_the_next_night_after_its_last_run_in_the_countys_time(last, due):
    assert next_due(nightly(), last, NOON) == due


def test_a_job_every_so_often_is_due_that_much_later():
    assert next_due(maybe_schedule(2.0, app=app), NOON, NOON) == NOON + dt.timedelta(seconds=2)


def state(name, now=NOON):
    return next(each for each in job_states(permissions=frozenset({"job.run"}), now=now) if each.name == name)


@pytest.mark.django_db
@pytest.mark.parametrize(("age", "is_late"), [(9 * HOUR, False), (33 * HOUR, True)])
def test_a_job_whose_time_has_passed_is_late(age, is_late):
    """Verification is at 03:10: nine hours before noon it ran, 33 hours before noon it ran the night before."""
    JobRun.objects.create(name="registry.events_verify", started_at=NOON - age + HOUR / 4, finished_at=NOON)
    assert state("registry.events_verify").is_late is is_late


@pytest.mark.django_db
def test_a_quiet_job_without_rows_is_not_late():
    JobRun.objects.create(name="registry.outbox_drain", started_at=NOON - 90 * HOUR, finished_at=NOON)
    assert state("registry.outbox_drain").is_late is False


@pytest.mark.django_db
def test_a_run_of_a_pretended_later_day_counts_for_nothing():
    JobRun.objects.create(name="registry.events_verify", started_at=NOON + 900 * HOUR)
    assert state("registry.events_verify").next_at == dt.datetime(2026, 11, 3, 3, 10, tzinfo=SHANGHAI)


def test_every_scheduled_job_has_a_name_that_officers_read():
    assert [entry["task"] for entry in app.conf.beat_schedule.values() if entry["task"] not in LABELS] == []


def test_every_job_that_may_be_asked_for_exists():
    app.loader.import_default_modules()
    assert [name for name in JOBS if name not in app.tasks] == []


# --- the page


@pytest.mark.django_db
def test_the_page_shows_runs_durations_next_times_queue_and_signs_of_life(client, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: NOON)
    JobRun.objects.create(
        name="registry.api_clear", started_at=NOON - HOUR, finished_at=NOON - HOUR + dt.timedelta(seconds=2.5)
    )
    OutboxMessage.objects.create(topic="t", key="1", payload={}, created_at=NOON - HOUR, available_at=NOON - HOUR)
    WorkerBeat.objects.create(name="beat", at=NOON - HOUR)
    client.force_login(make_account("administrator"))
    html = client.get(reverse("registry:job-list")).content.decode()
    words = ("2.5", "2026-11-03 03:30", "最早一项已等3600秒", "超过1分钟没有响应", "定时进程")
    assert [word for word in words if word not in html] == []


@pytest.mark.django_db
def test_an_auditor_sees_every_job_and_may_ask_for_the_verification_alone(client):
    client.force_login(make_account("auditor"))
    html = client.get(reverse("registry:job-list")).content.decode()
    assert "期限提醒" in html
    assert html.count("现在运行") == 1


# --- a failed verification


def altered():
    event_record("test", "甲", obj=make_department(), actor=None, on=TODAY)
    Event.objects.update(text="乙")


@pytest.mark.django_db
def test_a_verification_that_finds_something_is_told_to_every_auditor_and_nobody_else():
    auditor = make_account("auditor")
    make_account("administrator")
    altered()
    with pytest.raises(TimelineAltered):
        timeline_verify(on=TODAY, at=NOON)
    notice = Notice.objects.get(kind="timeline.altered")
    assert (notice.account, "1处不符" in notice.body) == (auditor, True)


@pytest.mark.django_db
def test_the_notice_stays_though_the_run_fails():
    make_account("auditor")
    altered()
    with pytest.raises(TimelineAltered):
        job_run("registry.events_verify", lambda: timeline_verify(on=TODAY, at=NOON), now=lambda: NOON)
    assert "1 处不符" in JobRun.objects.get().error
    assert OutboxMessage.objects.filter(topic="notice.deliver").count() == 1


@pytest.mark.django_db
def test_a_verification_that_breaks_off_is_told_too(monkeypatch):
    make_account("auditor")

    def broken():
        raise MemoryError

    monkeypatch.setattr("registry.services.verifying.chain_problems", broken)
    with pytest.raises(MemoryError):
        timeline_verify(on=TODAY, at=NOON)
    assert Notice.objects.get().title == "时间线核对没有完成"


@pytest.mark.django_db
def test_an_untouched_timeline_disturbs_nobody():
    make_account("auditor")
    assert timeline_verify(on=TODAY, at=NOON) == {"verified": 0, "problems": 0}
    assert not Notice.objects.exists()
