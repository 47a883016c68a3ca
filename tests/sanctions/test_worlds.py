"""Many worlds at once: each is what `world_of` reads for one, and a thousand cost as many queries as one."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from registry.models import Finding
from registry.rules.policy.loader import load_packs
from registry.selectors.policies import pack_of
from sanctions.selectors.history import evaluate_loaded, evaluate_subject, history_of, subject_facts, world_of
from sanctions.selectors.worlds import subject_id_chunks, subjects_with_facts, worlds_of
from tests.factories import make_record, make_subject
from tests.sanctions import listing
from tests.sanctions.case_world import MEM, add_penalty

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 6, 1)


def a_subject_with_everything():
    subject = make_subject()
    record = add_penalty(subject, "7.1", decided_on=dt.date(2026, 5, 1))
    Finding(record=record, code="egregious", reason="演示", found_on=DAY).save_by(None, reason="test")
    make_record(subject, state="draft")
    listing.make_entry(MEM, "blacklist", on=dt.date(2026, 5, 20), subject=subject)
    return subject


def test_each_world_is_the_one_that_is_read_for_one_subject():
    policy = listing.load_policy(MEM)
    pack = pack_of(policy)
    subjects = [a_subject_with_everything(), make_subject(), a_subject_with_everything()]
    read = [
        (history_of(each, pack, DAY), subject_facts(each, pack, DAY)) for each in worlds_of([s.pk for s in subjects])
    ]
    single = [world_of(subject) for subject in subjects]
    assert read == [(history_of(each, pack, DAY), subject_facts(each, pack, DAY)) for each in single]
    assert [bool(history.records) for history, _ in read] == [True, False, True]


def test_a_thousand_subjects_cost_as_many_queries_as_one():
    counted = []
    for number in (1, 8):
        ids = [a_subject_with_everything().pk for _ in range(number)]
        with CaptureQueriesContext(
            connection,
        ) as queries:
            for world in worlds_of(ids):
                history_of(world, load_packs()[MEM].pack, DAY)
        counted.append(len(queries))
    assert counted == [7, 7]


def test_a_pack_that_is_not_stored_gives_the_same_answer_as_the_stored_one():
    subject = a_subject_with_everything()
    stored = evaluate_subject(subject, listing.load_policy(MEM), DAY)
    assert evaluate_loaded(world_of(subject), load_packs()[MEM], DAY).to_dict() == stored.to_dict()


def test_chunks_go_on_behind_the_last_id_and_leave_out_who_has_no_facts():
    subjects = [make_subject() for _ in range(5)]
    ids = [make_record(subject).subject_id for subject in subjects]
    make_record(make_subject(), state="draft")
    make_subject()
    assert list(subject_id_chunks(subjects_with_facts(), size=2)) == [ids[:2], ids[2:4], ids[4:]]
    assert list(subject_id_chunks(subjects_with_facts(), size=2, after=ids[1])) == [ids[2:4], ids[4:]]
