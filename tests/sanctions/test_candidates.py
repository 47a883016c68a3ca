"""Candidates: raised when a listing is due, kept in step with the facts, never silently gone."""

import datetime as dt

import pytest

from registry.base.errors import Conflict, InvalidInput, NotAllowed, TransitionRefused
from registry.models import AccidentDetail, Event, Finding
from registry.services.policies import policy_deactivate
from registry.signals import record_changed, record_confirmed
from sanctions.models import Candidate, Case, Standing
from sanctions.selectors.history import evaluate_subject, history_of, world_of
from sanctions.services.candidates import candidate_dismiss, candidates_evaluate
from sanctions.services.population import candidates_refresh
from tests.factories import make_account, make_record, make_subject
from tests.sanctions.case_world import OPENED, CaseWorld, activate, add_penalty

pytestmark = pytest.mark.django_db

NANNING = "nanning-urban"


@pytest.fixture
def world():
    return CaseWorld()


def evaluate(world, on=OPENED):
    return candidates_evaluate(subject=world.subject, actor=None, on=on)


def void(record, on):
    record.state, record.voided_on = "voided", on
    record.save_by(None, reason="test")


# --- raised


def test_a_due_listing_raises_a_candidate_with_reasons_and_clause(world):
    candidate = world.candidate()
    assert (candidate.list_code, candidate.state) == ("blacklist", "open")
    assert any("第七条第（一）项" in sentence for sentence in candidate.sentences)
    assert candidate.reasons["tree"]["met"] is True
    assert [ground.record for ground in candidate.grounds.all()] == world.records


def test_confirming_a_record_evaluates_in_the_same_call(world):
    record_confirmed.send(sender=None, record=world.records[0], actor=None, on=OPENED)
    assert Candidate.objects.get().subject == world.subject


def test_changing_a_record_evaluates_in_the_same_call(world):
    record_changed.send(sender=None, record=world.records[0], change="classified", actor=None, on=OPENED)
    assert Candidate.objects.get().subject == world.subject


def test_a_draft_raises_nothing():
    subject = make_subject()
    world = CaseWorld(codes=(), subject=subject)
    add_penalty(subject, "B1", state="draft")
    assert evaluate(world).raised == []


def test_an_unclassified_penalty_raises_nothing():
    world = CaseWorld(codes=())
    add_penalty(world.subject)
    assert evaluate(world).raised == []


def test_no_active_policy_raises_nothing():
    subject = make_subject()
    add_penalty(subject, "B1")
    assert candidates_evaluate(subject=subject, actor=None, on=OPENED).raised == []


def test_an_accident_raises_by_its_figures():
    world = CaseWorld(codes=())
    record = make_record(world.subject, kind="accident", occurred_on=dt.date(2026, 4, 1))
    AccidentDetail(record=record, deaths=10).save_by(None, reason="test")
    assert [candidate.list_code for candidate in evaluate(world).raised] == ["blacklist"]


def test_an_accident_without_liability_raises_nothing():
    world = CaseWorld(codes=())
    record = make_record(world.subject, kind="accident", occurred_on=dt.date(2026, 4, 1))
    AccidentDetail(record=record, deaths=10, is_liable=False).save_by(None, reason="test")
    assert evaluate(world).raised == []


def test_a_finding_by_an_officer_counts():
    opened = dt.date(2018, 6, 1)
    world = CaseWorld(pack_id="saws-2017-49", codes=("2.2",), opened=opened, decided=dt.date(2018, 5, 2))
    assert [each.list_code for each in evaluate(world, opened).raised] == ["joint-sanction"]
    Finding(record=world.records[0], code="serious-violation", reason="多次", found_on=opened).save_by(
        None, reason="test"
    )
    assert [each.list_code for each in evaluate(world, opened).raised] == ["blacklist"]


def test_a_local_policy_raises_an_internal_candidate():
    world = CaseWorld(pack_id=NANNING, codes=("severe", "severe"))
    assert world.candidate().activation.mode == "internal"


def test_evaluating_again_on_the_same_facts_changes_nothing(world):
    evaluate(world)
    before = (Candidate.objects.get().version, Event.objects.count())
    outcome = evaluate(world)
    assert (outcome.raised, outcome.renewed, outcome.lapsed) == ([], [], [])
    assert (Candidate.objects.get().version, Event.objects.count()) == before


def test_new_grounds_renew_the_candidate_with_an_event(world):
    evaluate(world)
    add_penalty(world.subject, "B2")
    outcome = evaluate(world)
    assert len(outcome.renewed) == 1
    assert Candidate.objects.get().grounds.count() == 2
    assert Event.objects.filter(name="candidate.renewed").count() == 1


def test_a_subject_with_an_open_case_gets_no_candidate(world):
    world.case()
    add_penalty(world.subject, "B2")
    assert evaluate(world).raised == []


def test_evaluation_takes_a_fixed_number_of_queries(world, django_assert_num_queries):
    for _ in range(3):
        add_penalty(world.subject, "B1")
    with django_assert_num_queries(4):
        world_of(world.subject)
    # records, items, findings, entries; grounds and pauses only where there are entries
    assert len(world_of(world.subject).records) == 4


# --- lapsed


def test_voiding_the_ground_lapses_the_candidate_with_an_event(world):
    evaluate(world)
    void(world.records[0], OPENED)
    assert [each.state for each in evaluate(world).lapsed] == ["lapsed"]
    assert "未达到" in Event.objects.get(name="candidate.lapsed").text


def test_switching_the_policy_off_lapses_the_candidate(world):
    candidate = world.candidate()
    policy_deactivate(activation=candidate.activation, note="停用", actor=None, on=OPENED)
    evaluate(world)
    candidate.refresh_from_db()
    assert candidate.state == "lapsed"
    assert not Standing.objects.exists()


# --- dismissed


@pytest.mark.parametrize("role", ["reviewer", "approver"])
def test_reviewer_and_approver_may_dismiss(world, role):
    candidate = candidate_dismiss(candidate_id=world.candidate().pk, reason="轻微", actor=make_account(role), on=OPENED)
    assert (candidate.state, candidate.dismiss_reason) == ("dismissed", "轻微")


@pytest.mark.parametrize("role", ["handler", "publisher", "department", "auditor", "administrator"])
def test_nobody_else_may_dismiss(world, role):
    with pytest.raises(NotAllowed):
        candidate_dismiss(candidate_id=world.candidate().pk, reason="轻微", actor=make_account(role), on=OPENED)


def test_dismissing_needs_a_reason(world):
    with pytest.raises(InvalidInput) as refusal:
        candidate_dismiss(candidate_id=world.candidate().pk, reason=" ", actor=world.reviewer, on=OPENED)
    assert refusal.value.field == "reason"


def test_a_stale_dismissal_is_refused(world):
    candidate = world.candidate()
    with pytest.raises(Conflict):
        candidate_dismiss(
            candidate_id=candidate.pk, reason="轻微", actor=world.reviewer, on=OPENED, version=candidate.version - 1
        )


def test_a_taken_candidate_is_not_dismissed(world):
    case = world.case()
    with pytest.raises(TransitionRefused):
        candidate_dismiss(candidate_id=case.candidate_id, reason="轻微", actor=world.reviewer, on=OPENED)


def test_dismissed_grounds_are_not_raised_again(world):
    candidate_dismiss(candidate_id=world.candidate().pk, reason="轻微", actor=world.reviewer, on=OPENED)
    assert evaluate(world).raised == []


def test_new_grounds_after_a_dismissal_are_raised(world):
    candidate_dismiss(candidate_id=world.candidate().pk, reason="轻微", actor=world.reviewer, on=OPENED)
    add_penalty(world.subject, "B2")
    assert len(evaluate(world).raised) == 1


# --- the nightly refresh


def points_world():
    """Two severe acts (6 + 6 points): the first leaves the year on 2026-06-11 and takes the subject below 10."""
    world = CaseWorld(pack_id=NANNING, codes=())
    for day in (dt.date(2025, 6, 10), dt.date(2026, 5, 20)):
        add_penalty(world.subject, "severe", pack_id=NANNING, decided_on=day)
    return world


def test_the_note_for_the_night_job_is_the_first_day_of_change():
    world = points_world()
    evaluate(world)
    standing = Standing.objects.get()
    assert standing.next_change_on == dt.date(2026, 6, 11)


def test_the_night_job_leaves_the_day_before_the_change_alone():
    world = points_world()
    evaluate(world)
    assert candidates_refresh(on=dt.date(2026, 6, 10))["evaluated"] == 0


def test_the_night_job_lapses_on_the_day_of_the_change():
    world = points_world()
    evaluate(world)
    assert candidates_refresh(on=dt.date(2026, 6, 11)) == {
        "asked": 1, "judged": 0, "noted": 0, "evaluated": 1, "raised": 0, "renewed": 0, "lapsed": 1, "failed": 0,
    }  # fmt: skip


def test_a_late_night_job_gives_the_same_result():
    world = points_world()
    evaluate(world)
    candidates_refresh(on=dt.date(2026, 7, 20))
    assert Candidate.objects.get().state == "lapsed"


def test_the_night_job_twice_changes_nothing():
    world = points_world()
    evaluate(world)
    candidates_refresh(on=dt.date(2026, 6, 11))
    assert candidates_refresh(on=dt.date(2026, 6, 11))["evaluated"] == 0


def test_the_night_job_finds_subjects_that_a_new_policy_reaches(world):
    assert not Standing.objects.exists()
    assert candidates_refresh(on=OPENED)["raised"] == 1


def test_the_night_job_finds_candidates_of_a_policy_that_has_gone(world):
    candidate = world.candidate()
    policy_deactivate(activation=candidate.activation, note="停用", actor=None, on=OPENED)
    assert candidates_refresh(on=OPENED)["lapsed"] == 1


# --- the world that packs are asked about


def test_a_record_of_two_clauses_counts_for_both(world):
    add_penalty(world.subject, "B2", "B1")
    evaluation = evaluate_subject(world.subject, world.policy, OPENED)
    assert set(evaluation.entry) == {"blacklist"}
    facts = history_of(world_of(world.subject), evaluation.pack, OPENED).records
    assert [fact.item for fact in facts] == ["B1", "B2", "B1"]
    assert [fact.penalty is not None for fact in facts] == [True, True, False]


def test_a_clause_of_another_policy_is_not_seen(world):
    record = add_penalty(world.subject, "severe", pack_id=NANNING)
    evaluation = evaluate_subject(world.subject, world.policy, OPENED)
    facts = {fact.id: fact.item for fact in history_of(world_of(world.subject), evaluation.pack, OPENED).records}
    assert facts[str(record.pk)] is None


def make_person_with_points(born_on):
    person = make_subject("李四", kind="person", born_on=born_on)
    world = CaseWorld(pack_id=NANNING, codes=(), subject=person)
    for _ in range(2):
        add_penalty(person, "severe", pack_id=NANNING, decided_on=dt.date(2026, 5, 20))
    return world


def test_a_minor_gets_no_candidate():
    assert evaluate(make_person_with_points(dt.date(2009, 1, 1))).raised == []


def test_acts_before_majority_do_not_count_afterwards():
    world = make_person_with_points(dt.date(2008, 5, 21))  # 18 on the day after both acts
    assert evaluate(world).raised == []


def test_acts_since_majority_count():
    world = make_person_with_points(dt.date(2008, 5, 20))
    assert len(evaluate(world).raised) == 1


def test_an_entry_uses_up_its_grounds_and_revocation_frees_them(world):
    case = world.case("published")
    facts = history_of(world_of(world.subject), evaluate_subject(world.subject, world.policy, OPENED).pack, OPENED)
    assert facts.listings[0].grounds == (str(world.records[0].pk),)
    entry = case.entry
    entry.end_reason, entry.ends_on = "revoked", entry.starts_on
    entry.save_by(None, reason="test")
    facts = history_of(world_of(world.subject), evaluate_subject(world.subject, world.policy, OPENED).pack, OPENED)
    assert facts.listings[0].revoked is True
    assert Case.objects.count() == 1


def test_two_packs_give_candidates_of_their_own(world):
    activate(NANNING, OPENED)
    for _ in range(2):
        add_penalty(world.subject, "severe", pack_id=NANNING)
    evaluate(world)
    assert sorted(Candidate.objects.values_list("pack_id", "list_code")) == [
        ("mem-2023-11", "blacklist"), ("nanning-urban", "yellow"),
    ]  # fmt: skip
