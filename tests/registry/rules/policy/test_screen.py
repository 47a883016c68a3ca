"""The screen asks for less than the conditions: nobody who has a list due is ever held back by it."""

import datetime as dt

from hypothesis import given, settings
from hypothesis import strategies as st

from registry.rules.policy import AccidentFact, History, ListingFact, RecordFact, SubjectFacts, evaluate
from registry.rules.policy.conditions import KINDS
from registry.rules.policy.loader import parse_pack
from registry.rules.policy.screen import CONSIDERED, lists_let_through
from tests.registry.rules.policy.test_properties import LIBRARY, every_pack, worlds

Day = dt.date
ON = Day(2026, 6, 1)


def test_every_kind_of_condition_has_been_considered():
    """A new kind lets everybody through; whoever adds one says whether it can be counted instead."""
    assert set(KINDS) == set(CONSIDERED)


@every_pack
@settings(max_examples=60, deadline=None)
@given(data=st.data())
def test_nobody_with_a_list_due_is_held_back(pack_id, data):
    loaded = LIBRARY[pack_id]
    subject, history, on = data.draw(worlds(loaded))
    due = {each.list_code for each in evaluate(loaded, subject, history, on).due}
    assert due <= set(lists_let_through(loaded.pack, history, on))


@every_pack
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_who_is_held_back_stays_so_until_a_fact_or_an_entrys_end(pack_id, data):
    """Time alone lets nobody through, so that the day of the first change can be read from records and terms."""
    loaded = LIBRARY[pack_id]
    subject, history, on = data.draw(worlds(loaded))
    known = history.known_on(on)
    held = History(known.records, ())
    if not lists_let_through(loaded.pack, held, on):
        later = [on + dt.timedelta(days=n) for n in (1, 40, 300, 366, 800, 1900)]
        assert all(not evaluate(loaded, subject, held, day).due for day in later)


def record(number, **fields):
    return RecordFact(id=f"r{number}", **{"decided_on": Day(2026, 3, 1), **fields})


def through(pack_id, *records, listings=(), on=ON):
    return lists_let_through(LIBRARY[pack_id].pack, History(tuple(records), tuple(listings)), on)


def test_points_below_the_lowest_list_are_held_back():
    severe = record(1, item="severe")
    moderate = record(2, item="moderate")
    assert through("nanning-urban", severe, moderate) == ()  # 6 + 3 = 9, and yellow begins at 10
    assert through("nanning-urban", severe, moderate, record(3, item="minor")) == ("yellow",)


def test_points_that_have_left_the_year_are_held_back():
    old = [record(n, item="severe", decided_on=Day(2025, 5, 31)) for n in range(2)]
    assert through("nanning-urban", *old, on=Day(2026, 5, 31)) == ("yellow",)
    assert through("nanning-urban", *old, on=Day(2026, 6, 1)) == ()


def test_an_ordinary_fatal_accident_is_held_back_until_the_third():
    accidents = [record(n, accident=AccidentFact(deaths=1), occurred_on=Day(2026, 1, n + 1)) for n in range(3)]
    assert through("saws-2017-49", *accidents[:2]) == ()
    assert through("saws-2017-49", *accidents) == ("joint-sanction",)


def test_records_that_supported_an_entry_are_held_back():
    entry = ListingFact(id="l1", list_code="joint-sanction", published_on=Day(2024, 1, 1), grounds=("r1",))
    assert through("saws-2017-49", record(1, item="2.4"), listings=[entry]) == ()
    assert through("saws-2017-49", record(1, item="2.4"), record(2, item="2.6"), listings=[entry]) == (
        "joint-sanction",
    )


def test_a_condition_that_cannot_be_counted_lets_through_whoever_has_a_record():
    loaded = parse_pack(
        {
            "head": {"id": "draft", "title": "草案", "issuer": "某县", "authority": {"level": "local-document"},
                     "domain": "work-safety", "region": "某县"},
            "lists": [{"code": "watch", "label": "重点关注", "clause": "1", "rank": 1,
                       "public": {"value": False, "clause": "1"},
                       "entry": {"not": {"clean": {"years": 1}}, "clause": "1"}}],
        },
        source="draft",
    )  # fmt: skip
    assert lists_let_through(loaded.pack, History((record(1, item=None, permit=True),)), ON) == ("watch",)
    assert lists_let_through(loaded.pack, History(), ON) == ()
    assert evaluate(loaded, SubjectFacts(), History((record(1),)), ON).due == ()
