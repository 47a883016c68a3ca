"""General properties of the evaluator, over made-up histories, held for every pack of the library."""

import datetime as dt
import json
from dataclasses import replace
from random import Random

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from registry.rules.policy import (
    AccidentFact,
    History,
    ListingFact,
    LoadedPack,
    PenaltyFact,
    RecordFact,
    SubjectFacts,
    evaluate,
    explain_text,
    load_packs,
)
from registry.rules.policy.core import core_on
from registry.rules.policy.evaluation import Evaluation

Day = dt.date
FIRST = Day(2018, 1, 1)
DAYS = st.integers(0, 1100).map(lambda n: FIRST + dt.timedelta(days=n))
FINDINGS = st.sets(st.sampled_from(["serious-violation", "egregious", "ignored-notice"]), max_size=1)
LIBRARY = load_packs()
World = tuple[SubjectFacts, History, Day]
# Packs in which time and facts can move an answer; the others hold catalogues and rules for offices only.
MOVING = [
    name
    for name, loaded in LIBRARY.items()
    if loaded.pack.lists or loaded.pack.points or loaded.pack.publication.records or loaded.pack.honour
]
every_pack = pytest.mark.parametrize("pack_id", MOVING)


@st.composite
def records(draw: st.DrawFn, loaded: LoadedPack, number: int) -> RecordFact:
    happened = draw(DAYS)
    decided = happened + dt.timedelta(days=draw(st.integers(0, 90)))
    dates = {"occurred_on": happened, "decided_on": decided, "findings": frozenset(draw(FINDINGS))}
    if draw(st.integers(0, 5)) == 0:
        dates["voided_on"] = draw(DAYS)
    if draw(st.integers(0, 5)) == 0:
        dates["disputed_on"] = draw(DAYS)
    codes = [item.code for item in loaded.pack.items]
    kind = draw(st.sampled_from(["item", "accident", "penalty"] if codes else ["accident", "penalty"]))
    if kind == "item":
        return RecordFact(id=f"r{number}", item=draw(st.sampled_from(codes)), **dates)
    if kind == "accident":
        accident = AccidentFact(deaths=draw(st.sampled_from([0, 1, 2, 3, 10])), liable=draw(st.booleans()))
        return RecordFact(id=f"r{number}", accident=accident, **dates)
    kinds = (draw(st.sampled_from(["警告", "罚款", "暂扣许可证件", "责令停产停业"])),)
    return RecordFact(id=f"r{number}", penalty=PenaltyFact(kinds=kinds), **dates)


@st.composite
def listings(draw: st.DrawFn, loaded: LoadedPack, number: int, ids: list[str]) -> ListingFact:
    published = draw(DAYS)
    start = published + dt.timedelta(days=draw(st.integers(0, 500)))
    pauses = ((start, start + dt.timedelta(days=draw(st.integers(1, 60)))),) if draw(st.booleans()) else ()
    ended = published + dt.timedelta(days=draw(st.integers(1, 500))) if draw(st.integers(0, 2)) == 0 else None
    grounds = tuple(draw(st.lists(st.sampled_from(ids), unique=True, max_size=3))) if ids else ()
    code = draw(st.sampled_from([rule.code for rule in loaded.pack.lists]))
    return ListingFact(
        id=f"l{number}", list_code=code, published_on=published, grounds=grounds, pauses=pauses, ended_on=ended
    )


@st.composite
def worlds(draw: st.DrawFn, loaded: LoadedPack) -> World:
    found = [draw(records(loaded, number)) for number in range(draw(st.integers(0, 7)))]
    ids = [record.id for record in found]
    count = draw(st.integers(0, 2)) if loaded.pack.lists else 0
    entries = [draw(listings(loaded, number, ids)) for number in range(count)]
    born = draw(st.sampled_from([None, Day(2001, 2, 28), Day(1980, 5, 5)]))
    sectors = loaded.pack.head.scope.sectors
    inside = frozenset(draw(st.sampled_from([(), sectors.values[:1], ("elsewhere",)]))) if sectors else frozenset()
    subject = SubjectFacts(
        kind="person" if born else "organization",
        sectors=inside,
        born_on=born,
        risk=draw(st.sampled_from([None, "low", "major"])),
        standardisation=draw(st.sampled_from([None, "1", "3"])),
        domains_blacklisted=frozenset(draw(st.sets(st.sampled_from(["tax", "ecology"])))),
    )
    # Half of the questions fall on a day of the history itself, where edges lie.
    marks = [start for entry in entries for start, _ in entry.pauses]
    marks += [record.decided_on for record in found if record.decided_on]
    on = draw(st.sampled_from(marks)) if marks and draw(st.booleans()) else draw(DAYS)
    return subject, History(tuple(found), tuple(entries)), on


@every_pack
@settings(max_examples=12, deadline=None)
@given(data=st.data())
def test_next_change_is_the_first_day_on_which_the_answer_differs(pack_id: str, data: st.DataObject) -> None:
    loaded = LIBRARY[pack_id]
    subject, history, on = data.draw(worlds(loaded))
    found = evaluate(loaded, subject, history, on).next_change_on
    known = history.known_on(on)
    today = core_on(loaded.pack, subject, known, on)
    # Terms run five years at most here and pauses two months; after ten years nothing can move any more.
    # Every day up to the one found is asked; where none was found, every fourth is enough for what lasts.
    step = 1 if found else 4
    later = (on + dt.timedelta(days=n) for n in range(1, 3700, step))
    by_asking = next((day for day in later if core_on(loaded.pack, subject, known, day).differs_from(today)), None)
    assert found == by_asking


@every_pack
@settings(max_examples=30, deadline=None)
@given(data=st.data(), chance=st.randoms())
def test_order_of_records_does_not_matter(pack_id: str, data: st.DataObject, chance: Random) -> None:
    loaded = LIBRARY[pack_id]
    subject, history, on = data.draw(worlds(loaded))
    mixed = list(history.records)
    chance.shuffle(mixed)
    one = evaluate(loaded, subject, history, on)
    other = evaluate(loaded, subject, replace(history, records=tuple(mixed)), on)
    assert {code: set(ids) for code, ids in one.entry.items()} == {code: set(ids) for code, ids in other.entry.items()}
    assert (one.points, one.next_change_on) == (other.points, other.next_change_on)
    assert (one.honour and one.honour.missing, one.green_channel) == (
        other.honour and other.honour.missing,
        other.green_channel,
    )


def _negative(evaluation: Evaluation) -> set[str]:
    return {code for code in evaluation.entry if evaluation.pack.lists_by_code[code].polarity == "negative"}


def _taken_away(less: Evaluation, more: Evaluation) -> list[str]:
    """The negative lists due with fewer records and gone with one more, unless a higher one has taken over."""
    pack = less.pack
    ranks = {rule.code: rule.rank for rule in pack.lists}
    top = max((ranks[code] for code in more.entry), default=0)
    takes_over = pack.highest_list_only is not None and pack.highest_list_only.value
    gone = _negative(less) - _negative(more)
    return sorted(code for code in gone if not (takes_over and top > ranks[code]))


@every_pack
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_another_adverse_record_never_takes_a_due_listing_away(pack_id: str, data: st.DataObject) -> None:
    loaded = LIBRARY[pack_id]
    subject, history, on = data.draw(worlds(loaded))
    extra = data.draw(records(loaded, 99))
    before = evaluate(loaded, subject, history, on)
    after = evaluate(loaded, subject, replace(history, records=(*history.records, extra)), on)
    assert _taken_away(before, after) == []


@every_pack
@settings(max_examples=40, deadline=None)
@given(data=st.data())
def test_a_record_less_never_brings_a_listing_or_takes_an_honour(pack_id: str, data: st.DataObject) -> None:
    loaded = LIBRARY[pack_id]
    subject, history, on = data.draw(worlds(loaded))
    assume(history.records)
    gone = data.draw(st.sampled_from(history.records))
    rest = tuple(record for record in history.records if record is not gone)
    before = evaluate(loaded, subject, history, on)
    after = evaluate(loaded, subject, replace(history, records=rest), on)
    # Without the record a lower list may come into its own where the higher one has fallen away.
    assert _taken_away(after, before) == []
    if before.honour is not None and before.honour.met and not gone.honour:
        assert after.honour is not None
        assert after.honour.met


@every_pack
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_facts_of_later_days_change_nothing(pack_id: str, data: st.DataObject) -> None:
    loaded = LIBRARY[pack_id]
    subject, history, on = data.draw(worlds(loaded))
    one = evaluate(loaded, subject, history, on)
    other = evaluate(loaded, subject, history.known_on(on), on)
    assert (one.entry, one.points, one.next_change_on) == (other.entry, other.points, other.next_change_on)


@every_pack
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_same_question_same_answer_and_plain_data(pack_id: str, data: st.DataObject) -> None:
    loaded = LIBRARY[pack_id]
    subject, history, on = data.draw(worlds(loaded))
    plain = evaluate(loaded, subject, history, on).to_dict()
    assert json.loads(json.dumps(plain, ensure_ascii=False)) == plain
    assert plain == evaluate(loaded, subject, history, on).to_dict()


@every_pack
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_every_line_for_officers_is_a_full_sentence(pack_id: str, data: st.DataObject) -> None:
    loaded = LIBRARY[pack_id]
    subject, history, on = data.draw(worlds(loaded))
    assert all(line.endswith("。") for line in explain_text(evaluate(loaded, subject, history, on)))


@every_pack
@settings(max_examples=25, deadline=None)
@given(data=st.data())
def test_every_ground_exists_on_the_day(pack_id: str, data: st.DataObject) -> None:
    loaded = LIBRARY[pack_id]
    subject, history, on = data.draw(worlds(loaded))
    existing = {record.id for record in history.records if record.exists_on(on)}
    due = evaluate(loaded, subject, history, on).due
    assert all(entry.ground_ids and set(entry.ground_ids) <= existing for entry in due)
