"""Merging subjects: nobody leaves a list by it, nobody is listed twice for one fact."""

import datetime as dt

import pytest

from disclosure.models import Publication
from registry.base.errors import RuleRefused
from registry.services.merging import subjects_merge
from sanctions.models import Candidate, EntryGround
from sanctions.services import cases
from sanctions.services.candidates import candidate_dismiss, candidates_evaluate
from sanctions.services.entries import entry_end
from tests.disclosure.county import make_publication
from tests.factories import make_account, make_subject
from tests.sanctions.case_world import HEARD, OPENED, CaseWorld, add_penalty

pytestmark = pytest.mark.django_db

LATER = dt.date(2026, 9, 1)


@pytest.fixture
def world():
    return CaseWorld(subject=make_subject("演示甲公司", uscc=None))


@pytest.fixture
def winner():
    return make_subject("演示乙公司")


def merge(loser, winner, on=LATER):
    actor = make_account("approver")
    return subjects_merge(loser_id=loser.pk, winner_id=winner.pk, reason="重复登记", version=None, actor=actor, on=on)


def end(entry, world, on=LATER):
    entry_end(entry=entry, reason="repaired", ends_on=on, note="准予修复", actor=world.approver, on=on)


def test_an_open_case_of_the_merged_subject_stops_the_merge(world, winner):
    case = world.case("noticed")
    with pytest.raises(RuleRefused) as refusal:
        merge(world.subject, winner)
    assert refusal.value.code == "merge-open-case"
    assert case.number in refusal.value.message


def test_an_entry_in_force_of_the_merged_subject_stops_the_merge(world, winner):
    entry = world.case("published").entry
    with pytest.raises(RuleRefused) as refusal:
        merge(world.subject, winner)
    assert refusal.value.code == "merge-entry-in-force"
    entry.refresh_from_db()
    assert entry.subject == world.subject


def test_a_subject_without_entries_merges_into_a_listed_one(world):
    entry = world.case("published").entry
    double = make_subject("演示丙公司", uscc=None)
    merge(double, world.subject)
    entry.refresh_from_db()
    assert entry.subject == world.subject


def test_an_ended_entry_moves_with_its_case_and_its_publication(world, winner):
    entry = world.case("published").entry
    end(entry, world)
    merge(world.subject, winner)
    entry.refresh_from_db()
    entry.case.refresh_from_db()
    assert (entry.subject, entry.case.subject) == (winner, winner)
    publication = Publication.objects.get(kind="entry")
    assert publication.subject == winner
    assert publication.snapshot["subject"]["name"] == "演示乙公司"
    assert publication.title.startswith("演示乙公司：")


def test_grounds_that_an_ended_entry_used_list_nobody_after_the_merge(world, winner):
    end(world.case("published").entry, world)
    merge(world.subject, winner)
    assert not Candidate.objects.filter(state="open").exists()


def test_a_declined_listing_stays_declined_after_the_merge(world, winner):
    candidate_dismiss(candidate_id=world.candidate().pk, reason="情节轻微", actor=world.reviewer, on=OPENED)
    merge(world.subject, winner)
    assert not Candidate.objects.filter(state="open").exists()


def test_a_dropped_case_stays_dropped_after_the_merge(world, winner):
    case = world.case("collected")
    cases.case_drop(case_id=case.pk, reason="证据不足", actor=world.approver, on=OPENED)
    merge(world.subject, winner)
    assert not Candidate.objects.filter(state="open").exists()


def test_what_is_due_for_the_merged_subject_is_due_for_the_other(world, winner):
    candidate = world.candidate()
    merge(world.subject, winner)
    candidate.refresh_from_db()
    assert (candidate.subject, candidate.state, candidate.first_due_on) == (winner, "open", OPENED)


def test_two_open_candidates_become_one_with_all_grounds(world, winner):
    add_penalty(winner, "B1", department=world.office)
    candidates_evaluate(subject=winner, actor=None, on=OPENED)
    world.candidate()
    merge(world.subject, winner)
    candidate = Candidate.objects.get(state="open")
    assert (candidate.subject, candidate.grounds.count()) == (winner, 2)


def test_a_doubled_past_listing_stays_behind_and_its_grounds_count_as_used(world, winner):
    ground = add_penalty(winner, "B1", department=world.office, confirmed_on=world.decided)
    candidates_evaluate(subject=winner, actor=None, on=OPENED)
    candidate = Candidate.objects.get(subject=winner)
    other = cases.case_open(candidate_id=candidate.pk, handler=world.handler, actor=world.handler, on=OPENED)
    own = world.case("published").entry
    same = world.advance(other, "published").entry
    end(own, world)
    merge(world.subject, winner)
    own.refresh_from_db()
    assert own.subject == world.subject
    used = set(EntryGround.objects.filter(entry=same).values_list("record_id", flat=True))
    assert used == {ground.pk, world.records[0].pk}
    candidates_evaluate(subject=winner, actor=None, on=same.ends_on)
    assert not Candidate.objects.filter(state="open").exists()


def test_a_visible_penalty_is_public_about_the_other_subject(world, winner):
    publication = make_publication(world.records[0])
    merge(world.subject, winner, on=HEARD)
    publication.refresh_from_db()
    assert publication.subject == winner
