"""General properties of the evaluator, over made-up histories."""

import datetime as dt
import json
from dataclasses import replace

from hypothesis import given, settings
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

Day = dt.date
FIRST = Day(2018, 1, 1)
PACKS = ("saws-2017-49", "mem-2023-11", "nanning-urban", "mohurd-urban-2018", "ndrc-2025-36", "city-plan")
DAYS = st.integers(0, 1100).map(lambda n: FIRST + dt.timedelta(days=n))
FINDINGS = st.sets(st.sampled_from(["serious-violation", "egregious", "ignored-notice"]), max_size=1)


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
def worlds(draw: st.DrawFn) -> tuple[LoadedPack, SubjectFacts, History, Day]:
    loaded = load_packs()[draw(st.sampled_from(PACKS))]
    found = [draw(records(loaded, number)) for number in range(draw(st.integers(0, 7)))]
    ids = [record.id for record in found]
    count = draw(st.integers(0, 2)) if loaded.pack.lists else 0
    entries = [draw(listings(loaded, number, ids)) for number in range(count)]
    born = draw(st.sampled_from([None, Day(2001, 2, 28), Day(1980, 5, 5)]))
    subject = SubjectFacts(kind="person" if born else "organization", born_on=born)
    # Half of the questions fall on a day of the history itself, where edges lie.
    marks = [start for entry in entries for start, _ in entry.pauses]
    marks += [record.decided_on for record in found if record.decided_on]
    on = draw(st.sampled_from(marks)) if marks and draw(st.booleans()) else draw(DAYS)
    return loaded, subject, History(tuple(found), tuple(entries)), on


@settings(max_examples=80, deadline=None)
@given(worlds())
def test_next_change_is_the_first_day_on_which_the_answer_differs(
    world: tuple[LoadedPack, SubjectFacts, History, Day],
) -> None:
    loaded, subject, history, on = world
    found = evaluate(loaded, subject, history, on).next_change_on
    known = history.known_on(on)
    today = core_on(loaded.pack, subject, known, on)
    # Terms run five years at most here and pauses two months; after ten years nothing can move any more.
    # Every day up to the one found is asked; where none was found, every fourth is enough for what lasts.
    step = 1 if found else 4
    later = (on + dt.timedelta(days=n) for n in range(1, 3700, step))
    by_asking = next((day for day in later if core_on(loaded.pack, subject, known, day).differs_from(today)), None)
    assert found == by_asking


@settings(max_examples=150, deadline=None)
@given(worlds(), st.randoms())
def test_order_of_records_does_not_matter(world: tuple[LoadedPack, SubjectFacts, History, Day], chance: object) -> None:
    loaded, subject, history, on = world
    mixed = list(history.records)
    chance.shuffle(mixed)  # type: ignore[attr-defined]
    one = evaluate(loaded, subject, history, on)
    other = evaluate(loaded, subject, replace(history, records=tuple(mixed)), on)
    assert {code: set(ids) for code, ids in one.entry.items()} == {code: set(ids) for code, ids in other.entry.items()}
    assert (one.points, one.next_change_on) == (other.points, other.next_change_on)


@settings(max_examples=200, deadline=None)
@given(worlds(), st.data())
def test_another_adverse_record_never_takes_a_due_listing_away(
    world: tuple[LoadedPack, SubjectFacts, History, Day], data: st.DataObject
) -> None:
    loaded, subject, history, on = world
    extra = data.draw(records(loaded, 99))
    before = evaluate(loaded, subject, history, on)
    after = evaluate(loaded, subject, replace(history, records=(*history.records, extra)), on)
    ranks = {rule.code: rule.rank for rule in loaded.pack.lists}
    # Where only the highest list is kept, a higher one may take over.
    top = max((ranks[code] for code in after.entry), default=0)
    takes_over = loaded.pack.highest_list_only is not None
    assert all(code in after.entry or (takes_over and top > ranks[code]) for code in before.entry)


@settings(max_examples=100, deadline=None)
@given(worlds())
def test_facts_of_later_days_change_nothing(world: tuple[LoadedPack, SubjectFacts, History, Day]) -> None:
    loaded, subject, history, on = world
    one = evaluate(loaded, subject, history, on)
    other = evaluate(loaded, subject, history.known_on(on), on)
    assert (one.entry, one.points, one.next_change_on) == (other.entry, other.points, other.next_change_on)


@settings(max_examples=100, deadline=None)
@given(worlds())
def test_same_question_same_answer_and_plain_data(world: tuple[LoadedPack, SubjectFacts, History, Day]) -> None:
    loaded, subject, history, on = world
    data = evaluate(loaded, subject, history, on).to_dict()
    assert json.loads(json.dumps(data, ensure_ascii=False)) == data
    assert data == evaluate(loaded, subject, history, on).to_dict()


@settings(max_examples=100, deadline=None)
@given(worlds())
def test_every_line_for_officers_is_a_full_sentence(world: tuple[LoadedPack, SubjectFacts, History, Day]) -> None:
    loaded, subject, history, on = world
    assert all(line.endswith("。") for line in explain_text(evaluate(loaded, subject, history, on)))


@settings(max_examples=100, deadline=None)
@given(worlds())
def test_every_ground_exists_on_the_day(world: tuple[LoadedPack, SubjectFacts, History, Day]) -> None:
    loaded, subject, history, on = world
    existing = {record.id for record in history.records if record.exists_on(on)}
    due = evaluate(loaded, subject, history, on).due
    assert all(entry.ground_ids and set(entry.ground_ids) <= existing for entry in due)
