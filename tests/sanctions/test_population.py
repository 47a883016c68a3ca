"""The whole county asked at once says of every subject what its own evaluation says."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from registry.models import Event, Finding, PolicyVersion, Record
from registry.rules.policy import load_packs
from registry.rules.policy.conditions import KINDS, kind_of
from registry.rules.policy.loader import parse_pack
from registry.services.policies import policy_deactivate
from sanctions.models import Candidate, PopulationRun, Standing
from sanctions.selectors import population
from sanctions.selectors.history import evaluate_loaded
from sanctions.selectors.population import (
    ANSWERS,
    Answer,
    population_ask,
    population_ask_few,
    population_choose,
    population_judge,
    population_loud,
)
from sanctions.selectors.population_changes import changes_seen
from sanctions.selectors.worlds import worlds_of
from sanctions.services.population import candidates_refresh
from sanctions.services.standings import standings_note_answers
from tests.sanctions.case_world import activate, add_penalty
from tests.sanctions.county import County

pytestmark = pytest.mark.django_db
Day = dt.date
HistoricalRecord = Record.history.model

LIBRARY = load_packs()
LISTING = sorted(name for name, loaded in LIBRARY.items() if any(rule.entry for rule in loaded.pack.lists))
DAYS = [Day(2026, 6, 1), Day(2024, 2, 29), Day(2025, 2, 28), Day(2020, 12, 1)]


def head(pack_id, **scope):
    return {"id": pack_id, "title": "草案", "issuer": "某县", "authority": {"level": "local-document"},
            "domain": "work-safety", "region": "某县", "scope": scope}  # fmt: skip


def a_list(code, entry, rank=1, **more):
    term = {"years": 1, "months": 1, "days": 3, "from": "publication", "clause": "1"}
    return {"code": code, "label": code, "clause": "1", "rank": rank, "public": {"value": True, "clause": "1"},
            "term": term, "entry": {**entry, "clause": "1"}, **more}  # fmt: skip


ITEMS = [{"code": code, "label": code, "clause": "1", "points": points} for code, points in
         [("a", 1), ("b", 3), ("c", 6), ("d", 0), ("e", 12)]]  # fmt: skip
YEAR = {"kind": "lookback", "period": {"years": 1}}
RECORD = {"any": [{"item": ["c", "e"]}, {"all": [{"finding": ["egregious"]}, {"penalty": {"kinds": ["罚款"]}}]}]}

# Packs made up of every kind of condition and every rule that the query follows or leaves to the evaluation.
DRAFTS = {
    "everything": {
        "head": head("everything"),
        "items": ITEMS,
        "lists": [
            a_list("penalised", {"penalty": {"kinds": ["吊销许可证件"], "fine_at_least": "50000"}}),
            a_list("counted", {"count": {"of": RECORD, "at_least": 2, "window": YEAR}}, 2),
            a_list("spanned", {"count": {"of": RECORD, "at_least": 3, "window": {**YEAR, "kind": "span"}}}, 3),
            a_list("repeated", {"same_item": {"of": ["a", "b"], "at_least": 2, "window": {"kind": "calendar_year"}}}, 4),
            a_list("further", {"during": {"list": "penalised", "of": RECORD}}, 5),
            a_list("hurt", {"accident": {"injuring": True, "at_least": "larger"}, "findings": ["egregious"]}, 6,
                   needs_penalty={"value": True, "clause": "1"}),
            a_list("both", {"all": [{"on_list": ["penalised"]}, {"any": [{"item": "d"}, {"standing": "hurt"}]}]}, 7),
        ],
        "objection": {"to": "某局", "pauses_measures": {"value": True, "clause": "1"},
                      "adds_paused_time": {"value": True, "clause": "1"}, "clause": "1"},
    },
    "wide": {
        "head": head("wide"),
        "items": ITEMS,
        "lists": [a_list("open", {"all": [{"not": {"clean": {"years": 2}}}, {"any": [
            {"item": ["c"]}, {"risk": ["major"]}, {"standardisation": ["3"]}, {"domains": 1}, {"honour": "a"}]}]})],
    },
    "papers": {
        "head": head("papers"),
        "items": ITEMS,
        "lists": [
            a_list("unpapered", {"all": [{"item": ["a", "b", "c"]}, {"not": {"document": ["commitment"]}}]}),
            a_list("papered", {"all": [{"item": ["a"]}, {"document": ["commitment"]}]}, 2),
            a_list("quiet", {"all": [{"item": ["b", "d"]}, {"none": {"of": RECORD, "within": {"years": 1}}}]}, 3),
        ],
    },
    "capped": {
        "head": head("capped", minimum_age={"value": 20, "clause": "1"},
                     sectors={"values": ["mine", "chemical"], "label": "矿山等", "clause": "1"}),
        "items": ITEMS,
        "points": {"window": {"kind": "lookback", "period": {"months": 6}}, "most": 12, "same_item_reaches_most": 2,
                   "clause": "1"},
        "highest_list_only": {"value": True, "clause": "1"},
        "lists": [a_list("low", {"points": {"at_least": 4}}), a_list("high", {"points": {"at_least": 10}}, 2)],
    },
    "organisations": {
        "head": {**head("organisations", kinds=["organization"]), "in_force_from": "2024-01-01"},
        "items": ITEMS,
        "points": {"window": {"kind": "span", "period": {"years": 1}}, "clause": "1"},
        "lists": [a_list("low", {"points": {"at_least": 4}})],
    },
    "published": {
        "head": head("published"),
        "items": ITEMS,
        "points": {"window": {"kind": "lookback", "period": {"days": 400}}, "clause": "1"},
        "lists": [a_list("low", {"points": {"at_least": 4}})],
        "classes": {"ordinary": ["罚款"], "serious": ["吊销许可证件"], "clause": "1",
                    "ordinary_fine_from": {"value": 1000, "clause": "1"},
                    "serious_fine_from": {"value": 50000, "clause": "1"}},
        "publication": {"records": {"of": ["penalty"], "clause": "1", "classes": [
            {"class": "ordinary", "public": True, "most": {"years": 1}, "clause": "1"},
            {"class": "serious", "public": True, "most": {"years": 3}, "clause": "1"}]}},
    },
}  # fmt: skip


def draft(name):
    return parse_pack(DRAFTS[name], source=name)


def population_quiet():
    """What the last question of everybody answered by itself, in order of subject; SQLite tells days as texts."""
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT subject_id, points, next_change_on, wakes_on FROM {ANSWERS} WHERE is_loud = 0 ORDER BY subject_id"  # noqa: S608
        )
        return [Answer(pk, points, a_day(change), a_day(wake)) for pk, points, change, wake in cursor.fetchall()]


def a_day(value):
    return Day.fromisoformat(value) if isinstance(value, str) else value


def answers(loaded, on, *, chosen=None):
    """Subject → (points, next change, list → grounds) out of the whole-county question."""
    if chosen is None:
        population_ask(loaded.pack, on)
        quiet, loud = population_quiet(), population_loud()
    else:
        few = population_ask_few(loaded.pack, on, chosen)
        quiet, loud = few.quiet, few.loud
    found = {each.subject_id: (each.points, each.next_change_on, {}) for each in quiet}
    for judged in population_judge(loud, loaded, on):
        assert judged.error is None
        found[judged.world.subject.pk] = answer(judged.evaluation)
    return found


def answer(evaluation):
    due = {each.list_code: set(each.ground_ids) for each in evaluation.due}
    return (evaluation.points, evaluation.next_change_on, due)


def one_by_one(loaded, subjects, on):
    worlds = worlds_of([subject.pk for subject in subjects])
    return {world.subject.pk: answer(evaluate_loaded(world, loaded, on)) for world in worlds}


def assert_same(loaded, county, on):
    found = answers(loaded, on)
    nothing = (None if loaded.pack.points is None else 0, None, {})
    for subject_id, expected in one_by_one(loaded, county.subjects, on).items():
        assert found.get(subject_id, nothing) == expected, (loaded.id, subject_id, on)


@pytest.mark.parametrize("on", DAYS[:2], ids=str)
@pytest.mark.parametrize("pack_id", LISTING)
def test_every_answer_is_that_of_one_evaluation(pack_id, on):
    loaded = LIBRARY[pack_id]
    assert_same(loaded, County(loaded, on), on)


@pytest.mark.parametrize("on", DAYS, ids=str)
@pytest.mark.parametrize("name", DRAFTS)
def test_so_is_it_for_packs_of_every_kind_of_rule(name, on):
    loaded = draft(name)
    assert_same(loaded, County(loaded, on), on)


def test_the_drafts_hold_every_kind_of_condition_that_can_stand_in_a_list():
    held = {kind_of(node) for name in DRAFTS for node in draft(name).pack.conditions}
    assert set(KINDS) == held


@pytest.mark.parametrize("pack_id", ["nanning-urban", "saws-2017-49"])
def test_days_later_the_answers_are_still_the_same(pack_id):
    """The same facts on days around the edges of the year and of the entries' terms."""
    loaded, on = LIBRARY[pack_id], Day(2025, 12, 20)
    county = County(loaded, on, size=60, seed=1)
    for days in range(0, 40, 3):
        assert_same(loaded, county, on + dt.timedelta(days=days))


@pytest.mark.parametrize("pack_id", LISTING)
def test_records_left_unread_would_have_changed_no_reason(pack_id):
    """What a candidate is told to rest on is what its own evaluation says: reasons, notes, points, days."""
    loaded, on = LIBRARY[pack_id], Day(2025, 12, 20)
    county = County(loaded, on, size=60, seed=2)
    ids = [subject.pk for subject in county.subjects]
    whole = [evaluate_loaded(world, loaded, on) for world in worlds_of(ids)]
    for judged, expected in zip(population_judge(ids, loaded, on), whole, strict=True):
        assert told(judged.evaluation) == told(expected)


def told(evaluation):
    reasons = {each.list_code: evaluation.reasons[each.list_code].to_dict() for each in evaluation.due}
    return (answer(evaluation), reasons, evaluation.notes)


@pytest.mark.parametrize("limit", [0, 10**6])
@pytest.mark.parametrize("name", DRAFTS)
def test_how_much_is_read_at_once_changes_no_answer(name, limit, monkeypatch):
    """PostgreSQL is asked in other words when there is much to read; the answers are the same."""
    monkeypatch.setattr(population, "_LOOKED_UP", limit)
    loaded, on = draft(name), DAYS[0]
    county = County(loaded, on)
    assert_same(loaded, county, on)
    everybody = answers(loaded, on)
    chosen = population_choose([("SELECT id AS subject_id FROM registry_subject", [])])
    assert answers(loaded, on, chosen=chosen) == everybody


def test_few_are_evaluated_one_by_one():
    """The question is worth asking only while most subjects need no evaluation of their own."""
    loaded, on = LIBRARY["nanning-urban"], DAYS[0]
    county = County(loaded, on)
    population_ask(loaded.pack, on)
    assert 0 < len(population_loud()) < len(county.subjects) / 2


def test_only_the_chosen_are_asked_about():
    loaded, on = LIBRARY["nanning-urban"], DAYS[0]
    county = County(loaded, on)
    text = "SELECT id AS subject_id FROM registry_subject WHERE id %% 3 = %s"
    chosen = [subject.pk for subject in county.subjects if subject.pk % 3 == 1]
    assert population_choose([(text, [1]), (text, [1])]) == chosen
    everybody = answers(loaded, on)
    assert answers(loaded, on, chosen=[]) == {}
    assert answers(loaded, on, chosen=chosen) == {pk: found for pk, found in everybody.items() if pk in chosen}


def test_the_newest_change_of_whatever_fact_is_seen():
    county = County(LIBRARY["nanning-urban"], DAYS[0], size=5)
    assert changes_seen() is None
    record = add_penalty(county.subjects[0], "minor", pack_id="nanning-urban", department=county.department)
    Finding(record=record, code="egregious", reason="演示", found_on=DAYS[0]).save_by(None, reason="test")
    newest = Finding.history.model.objects.get().history_date
    assert changes_seen() == newest
    for later, fact in ((1, record), (2, county.subjects[0])):
        fact.save_by(None, reason="test")
        version = type(fact).history.model.objects.latest("pk")
        version.history_date = newest + dt.timedelta(seconds=later)
        version.save()
        assert changes_seen() == version.history_date


def test_the_question_takes_as_many_queries_for_many_as_for_few():
    loaded, on = LIBRARY["nanning-urban"], DAYS[0]
    counts = []
    for seed in (1, 2):
        County(loaded, on, size=40, seed=seed)
        with CaptureQueriesContext(connection) as queries:
            population_ask(loaded.pack, on)
        counts.append(len(queries))
    assert counts[0] == counts[1]


def test_drafts_count_for_nothing():
    loaded, on = LIBRARY["nanning-urban"], DAYS[0]
    County(loaded, on, size=30)
    with connection.cursor() as cursor:
        cursor.execute("UPDATE registry_record SET state = 'draft', voided_on = NULL")
    population_ask(loaded.pack, on)
    assert {each.points for each in population_quiet()} <= {0}


# --- the job


def a_running_county(*, graves=3, **fields):
    """A county under two packs in use; of so many subjects it is sure that they have a list due."""
    on = Day(2026, 6, 1)
    activate("nanning-urban", on - dt.timedelta(days=30), mode="internal")
    activate("mem-2023-11", on - dt.timedelta(days=30))
    county = County(LIBRARY["nanning-urban"], on, **{"size": 50, "ahead": 0, **fields})
    for subject in [each for each in county.subjects if not each.is_person][:graves]:
        for _ in range(2):
            add_penalty(subject, "severe", pack_id="nanning-urban", department=county.department)
    return county, on


def candidates():
    return set(Candidate.objects.filter(state="open").values_list("subject_id", "pack_id", "list_code"))


def due_one_by_one(county, on):
    """Who has which negative list due, asked one by one."""
    return {
        (subject_id, pack_id, code)
        for pack_id in ("nanning-urban", "mem-2023-11")
        for subject_id, found in one_by_one(LIBRARY[pack_id], county.subjects, on).items()
        for code in found[2]
    }


def assert_nobody_is_overslept(county, on):
    """What is due changes for nobody before the day that is noted of him; and every note is of a day still to come."""
    noted = {
        (subject_id, pack_id): day
        for subject_id, pack_id, day in Standing.objects.values_list("subject_id", "pack_id", "next_change_on")
    }
    assert noted
    assert min(noted.values()) > on
    changes = 0
    for pack_id in ("nanning-urban", "mem-2023-11"):
        for world in worlds_of([subject.pk for subject in county.subjects]):
            changed_on = due_changes_on(world, LIBRARY[pack_id], on) if world.records else None
            if changed_on is not None:
                changes += 1
                assert noted[world.subject.pk, pack_id] <= changed_on, (pack_id, world.subject.pk, changed_on)
    assert changes > 0


def due_changes_on(world, loaded, on):
    """The first later day on which time alone changes what is due, walking from change to change; None: never."""
    first = evaluate_loaded(world, loaded, on)
    day = first.next_change_on
    while day is not None:
        later = evaluate_loaded(world, loaded, day)
        if answer(later)[2] != answer(first)[2]:
            return day
        day = later.next_change_on
    return None


def test_adoption_raises_for_everybody_and_notes_the_next_day():
    county, on = a_running_county()
    counts = candidates_refresh(on=on)
    assert candidates() == due_one_by_one(county, on) != set()
    assert_nobody_is_overslept(county, on)
    assert counts["raised"] == len(candidates())


def test_the_whole_county_asked_again_changes_nothing():
    _, on = a_running_county()
    candidates_refresh(on=on)
    PopulationRun.objects.all().delete()
    before = (Event.objects.count(), list(Standing.objects.order_by("pk").values()))
    counts = candidates_refresh(on=on)
    assert (counts["evaluated"], counts["noted"]) == (0, 0)
    assert (Event.objects.count(), list(Standing.objects.order_by("pk").values())) == before


def test_nights_in_a_row_leave_what_the_whole_county_would():
    county, on = a_running_county()
    for days in (0, 1, 2, 5, 6, 20, 33):
        day = on + dt.timedelta(days=days)
        candidates_refresh(on=day)
        assert candidates() == due_one_by_one(county, day)
        assert_nobody_is_overslept(county, day)


def test_a_fact_written_without_an_evaluation_is_found_the_next_night():
    """Not even a fact that came past the services is missed: the night reads what was written since."""
    county, on = a_running_county()
    candidates_refresh(on=on)
    quiet = next(subject for subject in county.subjects if not subject.is_person)
    Candidate.objects.filter(subject=quiet).delete()
    for _ in range(2):
        add_penalty(quiet, "severe", pack_id="nanning-urban", decided_on=on, department=county.department)
    later = on + dt.timedelta(days=1)
    candidates_refresh(on=later)
    assert candidates() == due_one_by_one(county, later)
    assert_nobody_is_overslept(county, later)


def test_a_decision_dated_ahead_counts_from_its_day():
    county, on = a_running_county()
    for _ in range(2):
        add_penalty(county.subjects[0], "severe", pack_id="nanning-urban", decided_on=on + dt.timedelta(days=3),
                    department=county.department)  # fmt: skip
    candidates_refresh(on=on)
    HistoricalRecord.objects.all().delete()  # as if it had been written long ago
    later = on + dt.timedelta(days=4)
    candidates_refresh(on=later)
    assert candidates() == due_one_by_one(county, later)
    assert_nobody_is_overslept(county, later)


def test_a_night_asks_only_about_whom_something_changed():
    _, on = a_running_county(graves=0)
    candidates_refresh(on=on)
    first = Standing.objects.order_by("next_change_on").first()
    counts = candidates_refresh(on=first.next_change_on - dt.timedelta(days=1))
    assert (counts["asked"], counts["judged"]) == (0, 0)
    assert candidates_refresh(on=first.next_change_on)["asked"] >= 1


def test_a_run_cut_short_goes_on_behind_the_subject_it_settled_last():
    _, on = a_running_county()
    candidates_refresh(on=on)
    expected = candidates()
    first = min(subject for subject, pack_id, _ in expected if pack_id == "nanning-urban")
    run = PopulationRun.objects.get(pack_id="nanning-urban")
    run.is_finished, run.after = False, first
    run.save()
    counts = candidates_refresh(on=on)
    assert counts["evaluated"] == 0
    assert candidates() == expected
    run.refresh_from_db()
    assert (run.is_finished, run.after) == (True, 0)


def test_a_subject_that_cannot_be_evaluated_holds_nobody_up_and_is_tried_again(monkeypatch):
    county, on = a_running_county()
    victim = min(subject for subject, pack_id, _ in due_one_by_one(county, on) if pack_id == "nanning-urban")
    with monkeypatch.context() as broken:
        broken.setattr(population, "evaluate_loaded", _breaks_for(victim))
        assert candidates_refresh(on=on)["failed"] >= 1
    assert {each for each in due_one_by_one(county, on) if each[0] != victim} == {
        each for each in candidates() if each[0] != victim
    }
    later = on + dt.timedelta(days=1)
    candidates_refresh(on=later)
    assert candidates() == due_one_by_one(county, later)


def _breaks_for(subject_id):
    def evaluate(world, loaded, on):
        if world.subject.pk == subject_id:
            raise ValueError("broken facts")
        return evaluate_loaded(world, loaded, on)

    return evaluate


def test_a_note_written_meanwhile_is_not_overwritten():
    """The question saw older facts than whoever wrote the note since: the newer note stays."""
    _, on = a_running_county()
    candidates_refresh(on=on)
    policy = PolicyVersion.objects.get(pack_id="nanning-urban")
    later = on + dt.timedelta(days=200)
    population_ask(LIBRARY["nanning-urban"].pack, later)
    mine = Standing.objects.filter(pack_id="nanning-urban", next_change_on__lte=later).first()
    newer = later + dt.timedelta(days=9)
    Standing.objects.filter(pk=mine.pk).update(next_change_on=newer, evaluated_on=later)
    assert standings_note_answers(policy=policy, on=later) > 0
    mine.refresh_from_db()
    assert mine.next_change_on == newer


def test_a_pack_that_comes_back_is_asked_of_everybody_again():
    county, on = a_running_county()
    candidates_refresh(on=on)
    running = PopulationRun.objects.get(pack_id="nanning-urban").activation
    policy_deactivate(activation=running, note="停用", actor=None, on=on)
    candidates_refresh(on=on)
    assert not [each for each in candidates() if each[1] == "nanning-urban"]
    assert not Standing.objects.filter(pack_id="nanning-urban").exists()
    activate("nanning-urban", on, mode="internal")
    candidates_refresh(on=on)
    assert candidates() == due_one_by_one(county, on)
