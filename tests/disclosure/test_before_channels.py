"""What counted as reported before there were channels stays so, on the day on which it was taken in.

Installations that are older than channels hold it as submissions to a channel that was closed from the beginning: the
migration that wrote them is squashed (docs/decisions/0018-squashed-migrations.md), their rows are here as it left them.
"""

import datetime as dt

import pytest

from disclosure.models import Submission
from disclosure.rules.publicity_figures import Counts
from disclosure.selectors.publicity_figures import lines_by_department, month_span
from registry.models import Record
from tests.disclosure import county
from tests.disclosure.channel_samples import confirmed, corrected, make_channel, noon, penalty
from tests.factories import make_department

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 11, 2)
STARTED_ON = dt.date(2026, 11, 20)


def taken_in(on, **fields):
    record = penalty(on=DAY, **fields)
    Record._base_manager.filter(pk=record.pk).update(recorded_at=noon(on))
    return Record.objects.get(pk=record.pk)


def reported_before(reported):
    """Leave what the migration left: each record reported and accepted on its day."""
    channel = make_channel(
        "before-channels", kind="before", since_on=DAY, opened_on=STARTED_ON, closed_on=STARTED_ON, counts=True
    )
    Submission.objects.bulk_create(
        Submission(
            channel=channel, record=record, matter="report", state="accepted", is_held=False, owed_on=on, first_sent_on=on,
            first_sent_at=noon(on), sent_on=on, sent_at=noon(on), answered_on=on, answered_at=noon(on), accepted_on=on,
            available_at=noon(STARTED_ON),
        )
        for record, on in reported
    )  # fmt: skip


@pytest.fixture
def bureau():
    county.activate("test-dual")
    return make_department("yingji")


def figures():
    _, total = lines_by_department(month_span(DAY, on=dt.date(2026, 11, 20)))
    return total.total


def test_the_figures_of_the_past_stay_as_they_were(bureau):
    """In time, late by a day, a correction of the first day, a draft, an exempt one."""
    first, late = dt.date(2026, 11, 3), dt.date(2026, 11, 12)
    in_time = taken_in(first, department=bureau)
    behind = taken_in(late, department=bureau)
    old = taken_in(first, department=bureau, state="voided", voided_on=DAY)
    correction = taken_in(dt.date(2026, 11, 18), department=bureau, corrects=old)
    penalty(on=DAY, department=bureau, state="draft")
    penalty(on=DAY, department=bureau, procedure="summary")
    reported_before([(in_time, first), (behind, late), (correction, first)])
    assert figures() == Counts(
        known=4, reported=3, accepted=3, late=1, pending=1, exempt=1, unreported=1, unpublished=3
    )


def test_a_correction_of_what_was_reported_before_keeps_its_day(bureau):
    first = dt.date(2026, 11, 3)
    record = taken_in(first, department=bureau)
    reported_before([(record, first)])
    make_channel("new", since_on=dt.date(2026, 12, 1))
    new = corrected(record, on=dt.date(2026, 11, 18))
    confirmed(new, on=dt.date(2026, 11, 18))
    assert (figures().reported, figures().late) == (1, 0)
    assert [(each.state, each.first_sent_on) for each in new.submissions.all()] == [("dropped", dt.date(2026, 11, 3))]
