"""Deadlines of records that were confirmed before the policy ran: dated from the decision, once, met where public."""

import datetime as dt

import pytest
from django.utils import timezone

from disclosure.models import PublicityExemption
from disclosure.services.publicity_backfill import publicity_backfill
from registry.models import Deadline, Event, JobRun
from registry.services.jobs import job_run
from registry.signals import record_confirmed
from tests.disclosure import county
from tests.factories import make_record, make_subject

pytestmark = pytest.mark.django_db

DECIDED = dt.date(2026, 2, 11)
ON = dt.date(2026, 11, 20)


def deadline():
    return Deadline.objects.get(code="dual-publicity")


@pytest.fixture
def record():
    """A penalty confirmed while no policy on dual publicity ran."""
    record = county.make_penalty(make_subject(), decided_on=DECIDED)
    record_confirmed.send(sender=type(record), record=record, actor=None, on=DECIDED)
    assert not Deadline.objects.exists()
    county.activate("test-dual")
    return record


@pytest.mark.usefixtures("record")
def test_the_deadline_runs_from_the_decision_over_the_spring_festival():
    assert publicity_backfill(on=ON) == {"dated": 1, "exempted": 0}
    assert deadline().due_on == dt.date(2026, 2, 27)


@pytest.mark.usefixtures("record")
def test_a_second_run_finds_nothing_to_do():
    publicity_backfill(on=ON)
    assert publicity_backfill(on=ON) == {"dated": 0, "exempted": 0}
    assert Deadline.objects.count() == 1


def test_what_is_public_has_met_its_deadline_on_the_day_of_publication(record):
    county.make_publication(record, published_on=dt.date(2026, 2, 20))
    publicity_backfill(on=ON)
    assert deadline().met_on == dt.date(2026, 2, 20)


def test_an_exempt_record_keeps_its_reason_once():
    county.activate("test-dual")
    county.make_penalty(make_subject(), decided_on=DECIDED, procedure="summary")
    assert publicity_backfill(on=ON) == {"dated": 0, "exempted": 1}
    assert publicity_backfill(on=ON) == {"dated": 0, "exempted": 0}
    assert PublicityExemption.objects.get().code == "summary-procedure"
    assert Event.objects.filter(name="publication.exempt").count() == 1


def test_drafts_void_records_and_other_kinds_are_left_alone():
    county.activate("test-dual")
    county.make_penalty(make_subject(), decided_on=DECIDED, state="draft")
    county.make_penalty(make_subject(), decided_on=DECIDED, state="voided", voided_on=ON)
    make_record(make_subject(), kind="accident", decided_on=DECIDED)
    assert publicity_backfill(on=ON) == {"dated": 0, "exempted": 0}


def test_without_a_policy_nothing_is_due():
    county.make_penalty(make_subject(), decided_on=DECIDED)
    assert publicity_backfill(on=ON) == {"dated": 0, "exempted": 0}


@pytest.mark.usefixtures("record")
def test_the_job_keeps_its_run():
    job_run("disclosure.publicity_backfill", lambda: publicity_backfill(on=ON), now=timezone.now)
    assert JobRun.objects.get().counts == {"dated": 1, "exempted": 0}
