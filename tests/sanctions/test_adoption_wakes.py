"""A pack put in use or stopped wakes the county's evaluation by itself: in the embedded worker and under Celery."""

import datetime as dt

import pytest
import time_machine

from credit_site.celery import app
from credit_site.embedded import EmbeddedWorker
from registry.models import JobRun, OutboxMessage, PolicyVersion
from registry.rules.policy.loader import PackLibrary, load_packs
from registry.services.policies import packs_load, policy_deactivate
from registry.services.policy_adoption import adoption_confirm, adoption_propose
from sanctions.models import Candidate, PopulationRun
from tests.factories import make_account, make_department, make_subject
from tests.sanctions.case_world import add_penalty

pytestmark = pytest.mark.django_db
SHANGHAI = dt.timezone(dt.timedelta(hours=8))
PACK = "nanning-urban"
ADOPTED, STARTS = dt.date(2026, 6, 1), dt.date(2026, 6, 3)
EVENING = dt.datetime(2026, 6, 2, 23, 59, 50, tzinfo=SHANGHAI)
MORNING = dt.datetime(2026, 6, 3, 0, 0, 5, tzinfo=SHANGHAI)


@pytest.fixture
def subject():
    """Two severe items of six points each, half a year old: nothing is due until a pack weighs them."""
    found, department = make_subject(), make_department()
    for _ in range(2):
        add_penalty(found, "severe", pack_id=PACK, decided_on=dt.date(2026, 1, 5), department=department)
    return found


@pytest.fixture
def activation(subject):
    """The pack adopted on the first of June, to run from the third."""
    with time_machine.travel(dt.datetime(2026, 6, 1, 9, tzinfo=SHANGHAI), tick=False):
        packs_load(at=dt.datetime.now(dt.UTC), library=PackLibrary({PACK: load_packs()[PACK]}))
        proposal = adoption_propose(
            edition=PolicyVersion.objects.get(pack_id=PACK), mode="internal", starts_on=STARTS, reason="本县执行",
            actor=make_account("reviewer"), on=ADOPTED,
        )  # fmt: skip
        return adoption_confirm(proposal_id=proposal.pk, note="", actor=make_account("approver"), on=ADOPTED)


@pytest.fixture
def worker(monkeypatch):
    """An embedded worker that does nothing but carry out what the outbox owes."""
    monkeypatch.setattr("credit_site.embedded.close_old_connections", lambda: None)  # it holds the test's transaction
    app.loader.import_default_modules()
    found = EmbeddedWorker(app)
    monkeypatch.setattr(found, "_entries", [entry for entry in found._entries if entry.name == "outbox"])
    return found


def embedded(worker):
    assert worker.tick()


def celery(_):
    app.tasks["registry.outbox_drain"].apply(throw=True)


def at(moment, run, worker):
    with time_machine.travel(moment, tick=False):
        run(worker)


def due():
    return set(Candidate.objects.filter(state=Candidate.State.OPEN).values_list("subject_id", "pack_id"))


@pytest.mark.parametrize("run", [embedded, celery])
def test_adoption_wakes_the_evaluation_in_the_first_minute_of_the_starting_day(run, worker, subject, activation):
    at(EVENING, run, worker)
    assert (due(), JobRun.objects.filter(name="sanctions.candidates_refresh").count()) == (set(), 0)
    at(MORNING, run, worker)
    assert due() == {(subject.pk, PACK)}
    night = JobRun.objects.get(name="sanctions.candidates_refresh")
    assert (night.error, night.counts["raised"]) == ("", 1)
    assert PopulationRun.objects.get(pack_id=PACK).activation == activation


@pytest.mark.parametrize("run", [embedded, celery])
def test_it_is_woken_once(run, worker, activation):
    at(MORNING, run, worker)
    at(MORNING + dt.timedelta(seconds=5), run, worker)
    assert JobRun.objects.filter(name="sanctions.candidates_refresh").count() == 1
    assert not OutboxMessage.objects.filter(done_at=None, topic="job.run").exists()


@pytest.mark.parametrize("run", [embedded, celery])
def test_a_stop_wakes_it_too_and_what_was_due_lapses(run, worker, activation):
    at(MORNING, run, worker)
    assert due()
    later = MORNING + dt.timedelta(hours=9)
    with time_machine.travel(later, tick=False):
        policy_deactivate(activation=activation, note="停用", actor=None, on=STARTS)
    at(later + dt.timedelta(days=1), run, worker)
    assert not due()
