"""Candidates of many subjects at once are what each subject's own evaluation leaves, over random counties and years."""

import datetime as dt
from random import Random

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from registry.models import Event, PolicyActivation, Record
from registry.rules.policy import load_packs
from registry.services.policies import policy_deactivate
from sanctions.models import Candidate, CandidateGround, Standing
from sanctions.services import population
from sanctions.services.candidates import candidates_evaluate, candidates_evaluate_all
from sanctions.services.population import candidates_refresh
from tests.sanctions.case_world import activate
from tests.sanctions.county import County

pytestmark = pytest.mark.django_db

LIBRARY = load_packs()
FIRST = dt.date(2026, 3, 2)
PACKS = ("nanning-urban", "mem-2023-11", "yiyuan-2021")


def written() -> list[list[str]]:
    """Candidates with their grounds, versions and events, and notes, without the numbers that rows happen to get."""
    grounds: dict[int, list[int]] = {}
    for candidate, record in CandidateGround.objects.order_by("record").values_list("candidate", "record"):
        grounds.setdefault(candidate, []).append(record)
    said = ["subject", "pack_id", "list_code", "list_label", "activation", "state", "first_due_on", "evaluated_on",
            "next_change_on", "reasons", "sentences", "version"]  # fmt: skip
    candidates = [(row[1:], grounds.get(row[0], [])) for row in Candidate.objects.values_list("pk", *said)]
    versions = Candidate.history.values_list(*said, "history_type", "history_change_reason", "history_user")
    events = Event.objects.filter(name__startswith="candidate").values_list("name", "text", "subject", "on", "payload")
    notes = Standing.objects.values_list("subject", "pack_id", "policy", "evaluated_on", "next_change_on")
    return [sorted(map(repr, rows)) for rows in (candidates, versions, events, notes)]


def one_by_one(county: County, on: dt.date) -> list[list[str]]:
    """What is written when each subject is evaluated by itself; undone again."""
    with transaction.atomic():
        for subject in county.subjects:
            candidates_evaluate(subject=subject, actor=None, on=on)
        found = written()
        transaction.set_rollback(True)
    return found


def change(county: County, chance: Random, on: dt.date) -> None:
    """Some records fall, some candidates are set aside by officers, some say what is no longer so."""
    for record in chance.sample(list(Record.objects.filter(state="confirmed").order_by("pk")), 12):
        record.state, record.voided_on = "voided", on
        record.save_by(None, reason="test")
    for candidate in Candidate.objects.filter(state="open").order_by("-pk")[:1]:
        candidate.state, candidate.dismissed_on, candidate.dismiss_reason = "dismissed", on, "演示"
        candidate.save_by(None, reason="test")
    for candidate in Candidate.objects.filter(state="open").order_by("pk")[:2]:
        candidate.sentences = ["旧的说法"]
        candidate.save_by(None, reason="test")


@pytest.mark.parametrize("pack_id", PACKS)
def test_many_at_once_leave_what_one_by_one_leaves(pack_id):
    version = activate(pack_id, on=FIRST, mode="internal")
    activation = PolicyActivation.objects.get(policy=version)
    county, chance, on = County(LIBRARY[pack_id], FIRST, size=40), Random(pack_id), FIRST
    ids = [subject.pk for subject in county.subjects]
    seen = set()
    for night in range(5):
        told = one_by_one(county, on)
        outcome = candidates_evaluate_all(subject_ids=ids, actor=None, on=on)
        assert written() == told
        seen |= {name for name in ("raised", "renewed", "lapsed") if getattr(outcome, name)}
        again = candidates_evaluate_all(subject_ids=ids, actor=None, on=on)
        assert (again.raised, again.renewed, again.lapsed) == ([], [], [])
        if night == 3:  # the office no longer runs the pack
            policy_deactivate(activation=activation, note="停用", actor=None, on=on)
        change(county, chance, on)
        on += dt.timedelta(days=chance.randrange(1, 200))
    assert seen >= {"raised", "lapsed"}
    assert not Candidate.objects.filter(state="open").exists()


def test_the_number_of_statements_does_not_grow_with_the_subjects():
    activate("nanning-urban", on=FIRST, mode="internal")
    county = County(LIBRARY["nanning-urban"], FIRST, size=40)
    ids = [subject.pk for subject in county.subjects]

    def asked(some: list[int]) -> int:
        with CaptureQueriesContext(connection) as captured:
            assert candidates_evaluate_all(subject_ids=some, actor=None, on=FIRST).raised
        return len(captured)

    few = asked(ids[:20])
    assert asked(ids[20:]) <= few


def test_one_that_cannot_be_evaluated_holds_up_none_of_the_others(monkeypatch):
    activate("nanning-urban", on=FIRST, mode="internal")
    county = County(LIBRARY["nanning-urban"], FIRST, size=40)
    real = population.candidates_evaluate_all
    bad = next(iter(candidates_due(county, real)))

    def failing(*, subject_ids, actor, on):
        if bad in subject_ids:
            raise ArithmeticError
        return real(subject_ids=subject_ids, actor=actor, on=on)

    monkeypatch.setattr(population, "candidates_evaluate_all", failing)
    counts = candidates_refresh(on=FIRST)
    assert counts["failed"] == 1
    assert counts["raised"] > 1
    assert not Candidate.objects.filter(subject=bad).exists()
    monkeypatch.setattr(population, "candidates_evaluate_all", real)
    assert candidates_refresh(on=FIRST + dt.timedelta(days=1))["failed"] == 0
    assert Candidate.objects.filter(subject=bad, state="open").exists()


def candidates_due(county: County, evaluate) -> set[int]:
    """Who would be raised; undone again."""
    with transaction.atomic():
        outcome = evaluate(subject_ids=[subject.pk for subject in county.subjects], actor=None, on=FIRST)
        transaction.set_rollback(True)
    return {candidate.subject_id for candidate in outcome.raised}
