"""Deadlines of records that were confirmed before the policy ran: dated from the decision, once, met where public."""

import datetime as dt
import random
from importlib import import_module

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from disclosure.models import Publication, PublicityExemption, Submission, SubmissionStep
from disclosure.services.publicity_backfill import publicity_backfill
from disclosure.services.records import record_publicity_set
from registry.models import Deadline, Event, JobRun, PenaltyDetail, Record
from registry.services.deadlines import deadline_meet
from registry.services.jobs import job_run
from registry.signals import record_confirmed
from tests.disclosure import county
from tests.disclosure.channel_samples import make_channel
from tests.factories import make_record, make_subject

pytestmark = pytest.mark.django_db

DECIDED = dt.date(2026, 2, 11)
ON = dt.date(2026, 11, 20)
publicity_backfill_module = import_module("disclosure.services.publicity_backfill")


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


# --- many at once, and only those that are new


def row_by_row(on: dt.date) -> dict[str, int]:
    """The answer by definition: every record without a deadline or an exemption, one after another."""
    counts = {"dated": 0, "exempted": 0}
    waiting = Record.objects.filter(kind__in=["penalty", "permit"], state="confirmed", publicity_exemption=None)
    for record in waiting.exclude(pk__in=Deadline.objects.values("object_id")).order_by("pk"):
        deadline = record_publicity_set(record=record, actor=None, on=on)
        if deadline is None:
            counts["exempted"] += PublicityExemption.objects.filter(record=record).exists()
            continue
        counts["dated"] += 1
        shown = Publication.objects.filter(object_id=record.pk).order_by("-published_on").first()
        if shown is not None:
            deadline_meet(record, "dual-publicity", actor=None, on=shown.published_on)
    return counts


def written() -> list[list[str]]:
    """Deadlines with their versions, exemptions, what channels are owed, and events, without numbers of rows."""
    of_deadlines = ["object_id", "code", "label", "due_on", "starts_on", "met_on", "department", "subject", "version"]
    rows = (
        Deadline.objects.values_list(*of_deadlines),
        Deadline.history.values_list(*of_deadlines, "history_type", "history_change_reason"),
        PublicityExemption.objects.values_list("record", "code", "reason", "on"),
        Submission.objects.values_list("record", "channel", "state", "owed_on", "first_sent_on"),
        SubmissionStep.objects.values_list("submission__record", "submission__channel", "on"),
        Event.objects.filter(name="publication.exempt").values_list("text", "subject", "on", "payload"),
    )
    return [sorted(map(repr, each)) for each in rows]


def by_definition(on: dt.date) -> tuple[dict[str, int], list[list[str]]]:
    """What looking at every record counts and writes; undone again."""
    with transaction.atomic():
        found = row_by_row(on), written()
        transaction.set_rollback(True)
    return found


def something_happens(chance: random.Random, on: dt.date) -> None:
    """Records come that no act told of; some correct others, some are public already, some change."""
    for _ in range(chance.randrange(4)):
        make = chance.choice((county.make_penalty, county.make_permit))
        more = {"procedure": "summary"} if make is county.make_penalty and chance.random() < 0.3 else {}
        state = chance.choice(("confirmed", "confirmed", "draft"))
        same = list(Record.objects.filter(kind=make.__name__.removeprefix("make_")).order_by("pk"))
        older = chance.choice(same) if same and chance.random() < 0.3 else None
        record = make(make_subject(), decided_on=on - dt.timedelta(days=chance.randrange(400)), state=state,
                      corrects=older, is_secret=chance.random() < 0.1, **more)  # fmt: skip
        if state == "confirmed" and chance.random() < 0.4:
            county.make_publication(record, published_on=on)
    for record in Record.objects.filter(state="draft").order_by("pk")[: chance.randrange(2)]:
        record.state = "confirmed"
        record.save_by(None, reason="test")


@pytest.mark.parametrize("seed", range(3))
def test_any_night_leaves_what_a_look_at_every_record_leaves(seed, settings, monkeypatch):
    monkeypatch.setattr(publicity_backfill_module, "BATCH", 3)
    monkeypatch.setattr(publicity_backfill_module, "RANGE", 7)
    chance, on = random.Random(seed), dt.date(2026, 2, 2)
    make_channel("one")
    totals = {"dated": 0, "exempted": 0}
    for night in range(20):
        settings.PRETEND_TODAY = on
        if night == 4:
            county.activate("test-dual", starts_on=on)
        if night == 12:
            county.activate("test-terms", starts_on=on)
        something_happens(chance, on)
        expected = by_definition(on) if night >= 4 else ({"dated": 0, "exempted": 0}, written())
        counts = publicity_backfill(on=on)
        assert (counts, written()) == expected
        assert publicity_backfill(on=on) == {"dated": 0, "exempted": 0}
        totals = {name: totals[name] + count for name, count in counts.items()}
        on += dt.timedelta(days=chance.choice((1, 1, 1, 2, 9)))
    assert all(totals.values())


def test_a_night_looks_at_what_is_new_alone(settings):
    county.activate("test-dual")
    settings.PRETEND_TODAY = ON
    publicity_backfill(on=ON)
    settings.PRETEND_TODAY = ON + dt.timedelta(days=1)
    county.make_penalty(make_subject(), decided_on=DECIDED)
    with CaptureQueriesContext(connection) as captured:
        assert publicity_backfill(on=ON + dt.timedelta(days=1)) == {"dated": 1, "exempted": 0}
    statements = " ".join(each["sql"] for each in captured)
    assert '"registry_record"."id" >' not in statements  # no range of all records


def test_every_seventh_night_finds_what_was_written_past_the_services(settings):
    county.activate("test-dual")
    settings.PRETEND_TODAY = ON
    publicity_backfill(on=ON)
    county.make_penalty(make_subject(), decided_on=DECIDED)
    Record.history.all().delete()
    PenaltyDetail.history.all().delete()
    assert publicity_backfill(on=ON + dt.timedelta(days=6)) == {"dated": 0, "exempted": 0}
    assert publicity_backfill(on=ON + dt.timedelta(days=7)) == {"dated": 1, "exempted": 0}
