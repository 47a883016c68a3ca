"""What counted as reported before there were channels stays so, on the day on which it was taken in."""

import datetime as dt
from importlib import import_module

import pytest
from django.apps import apps

from disclosure.models import Channel, Submission
from disclosure.rules.publicity_figures import Counts
from disclosure.selectors.publicity_figures import lines_by_department, month_span
from registry.models import Record
from tests.disclosure import county
from tests.disclosure.channel_samples import confirmed, corrected, make_channel, noon, penalty
from tests.factories import make_department

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 11, 2)
MIGRATION = import_module("disclosure.migrations.0008_reported_before_channels")


def taken_in(on, **fields):
    record = penalty(on=DAY, **fields)
    Record._base_manager.filter(pk=record.pk).update(recorded_at=noon(on))
    return Record.objects.get(pk=record.pk)


@pytest.fixture
def bureau():
    county.activate("test-dual")
    return make_department("yingji")


def figures():
    _, total = lines_by_department(month_span(DAY, on=dt.date(2026, 11, 20)))
    return total.total


def test_the_figures_of_the_past_stay_as_they_were(bureau):
    """In time, late by a day, a correction of the first day, a draft, an exempt one."""
    taken_in(dt.date(2026, 11, 3), department=bureau)
    taken_in(dt.date(2026, 11, 12), department=bureau)
    old = taken_in(dt.date(2026, 11, 3), department=bureau, state="voided", voided_on=DAY)
    taken_in(dt.date(2026, 11, 18), department=bureau, corrects=old)
    penalty(on=DAY, department=bureau, state="draft")
    penalty(on=DAY, department=bureau, procedure="summary")
    MIGRATION.forward(apps, None)
    assert figures() == Counts(
        known=4, reported=3, accepted=3, late=1, pending=1, exempt=1, unreported=1, unpublished=3
    )
    assert Channel.objects.get().closed_on is not None
    MIGRATION.backward(apps, None)
    assert (Submission.objects.count(), Channel.objects.count()) == (0, 0)


def test_without_decisions_there_is_no_channel():
    MIGRATION.forward(apps, None)
    assert not Channel.objects.exists()


def test_a_correction_of_what_was_reported_before_keeps_its_day(bureau):
    record = taken_in(dt.date(2026, 11, 3), department=bureau)
    MIGRATION.forward(apps, None)
    make_channel("new", since_on=dt.date(2026, 12, 1))
    new = corrected(record, on=dt.date(2026, 11, 18))
    confirmed(new, on=dt.date(2026, 11, 18))
    assert (figures().reported, figures().late) == (1, 0)
    assert [(each.state, each.first_sent_on) for each in new.submissions.all()] == [("dropped", dt.date(2026, 11, 3))]
