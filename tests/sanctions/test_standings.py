"""Notes of a few subjects: written where they differ, and never over one that is newer than what was asked."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from sanctions.models import Standing
from sanctions.services.standings import standings_note, standings_read, standings_set
from tests.factories import make_subject
from tests.sanctions.case_world import MEM, activate

pytestmark = pytest.mark.django_db
ON, LATER = dt.date(2026, 6, 1), dt.date(2026, 6, 2)
OLD, NEW, NEWER = dt.date(2026, 9, 1), dt.date(2026, 10, 1), dt.date(2026, 11, 1)


def noted(subjects):
    found = {each.subject_id: each for each in Standing.objects.all()}
    return [
        (found[each.pk].next_change_on, found[each.pk].evaluated_on) if each.pk in found else None for each in subjects
    ]


def test_notes_are_moved_taken_away_and_made_and_a_newer_one_stays():
    policy = activate(MEM, ON)
    moved, same, gone, new, moved_meanwhile, gone_meanwhile = subjects = [make_subject() for _ in range(6)]
    known = [each.pk for each in subjects if each is not new]
    standings_set(dict.fromkeys(known, OLD), policy, on=ON)
    before = standings_read([each.pk for each in subjects], MEM)
    assert set(before) == set(known)
    standings_set({moved_meanwhile.pk: NEWER, gone_meanwhile.pk: NEWER}, policy, on=ON)
    told = {moved: NEW, same: OLD, gone: None, new: NEW, moved_meanwhile: NEW, gone_meanwhile: None}
    written = standings_note(
        answers=[(subject.pk, day) for subject, day in told.items()], before=before, policy=policy, on=LATER
    )
    assert noted(subjects) == [(NEW, LATER), (OLD, ON), None, (NEW, LATER), (NEWER, ON), (NEWER, ON)]
    assert written == 3


def test_as_many_statements_for_many_notes_as_for_few():
    policy, counted = activate(MEM, ON), []
    for number in (2, 30):
        pks = [make_subject().pk for _ in range(2 * number)]
        standings_set(dict.fromkeys(pks, OLD), policy, on=ON)
        before = standings_read(pks, MEM)
        days = [*((pk, NEW) for pk in pks[:number]), *((pk, None) for pk in pks[number:])]
        with CaptureQueriesContext(connection) as queries:
            assert standings_note(answers=days, before=before, policy=policy, on=LATER) == 2 * number
        counted.append(len(queries))
    assert counted[0] == counted[1]
