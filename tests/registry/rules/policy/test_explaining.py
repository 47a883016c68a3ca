"""The reason trees of every answer: what met what, what is missing, when that changes, and the subject's own words."""

import datetime as dt
import json
import re

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.rules.policy import (
    AccidentFact,
    Evaluation,
    History,
    ListingFact,
    LoadedPack,
    PenaltyFact,
    RecordFact,
    SubjectFacts,
    evaluate,
    load_packs,
)
from registry.rules.policy.explaining import explain
from registry.rules.policy.explanation import Explanation
from registry.rules.policy.plain import plain_lines, plain_reasons, plain_ways
from tests.registry.rules.policy.test_properties import LIBRARY, worlds

Day = dt.date
# A code of the packs' own language: latin words, or a letter with a number.
CODE = re.compile(r"[a-z]{2,}|[A-Z][0-9]")


def ask(
    policy: str, on: Day, *records: RecordFact, listings: tuple[ListingFact, ...] = (), **history: object
) -> Evaluation:
    return evaluate(load_packs()[policy], SubjectFacts(), History(records, listings, **history), on)  # type: ignore[arg-type]


def misconduct(identifier: str, item: str, on: Day) -> RecordFact:
    return RecordFact(id=identifier, item=item, decided_on=on, title=f"城管罚〔2022〕{identifier}号")


def accident(
    identifier: str, on: Day, deaths: int, *, liable: bool = True, findings: tuple[str, ...] = ()
) -> RecordFact:
    return RecordFact(
        id=identifier,
        accident=AccidentFact(deaths=deaths, liable=liable),
        occurred_on=on,
        decided_on=on,
        findings=frozenset(findings),
        title=f"事故{identifier}",
    )


def node(tree: Explanation, kind: str, of: str = "") -> Explanation:
    return next(each for each in tree.walk() if each.kind == kind and of in ("", each.of))


# --- points: 6 + 1 + 1 = 8 of 10, window of one year (南宁办法 art. 7, 9)


def eight_points() -> Evaluation:
    return ask(
        "nanning-urban",
        Day(2022, 3, 1),
        misconduct("1", "severe", Day(2022, 1, 5)),
        misconduct("2", "minor", Day(2022, 2, 6)),
        misconduct("3", "minor", Day(2022, 2, 7)),
    )


def test_points_say_two_are_missing_to_yellow_and_twelve_to_red() -> None:
    tree = explain(eight_points())
    points = node(tree, "points")
    assert (points.got, points.needed, points.missing) == (8, 10, 2)
    assert "还差2分达到失信黄名单" in points.sentence
    assert [each.missing for each in tree.walk() if each.of == "points" and each.kind == "condition"] == [2, 12, 22]


def test_points_say_when_the_first_record_leaves_the_window() -> None:
    # Decided on 2022-01-05, the record is inside through 2023-01-05; 2 points remain from the day after.
    points = node(explain(eight_points()), "points")
    assert points.days["first-leaves"] == Day(2023, 1, 6)
    assert points.outlook == "最早一条（城管罚〔2022〕1号）将于2023-01-06移出1年窗口，届时剩2分。"


def test_what_counts_so_far_is_named_though_the_list_is_not_due() -> None:
    reason = eight_points().reasons["yellow"]
    assert (reason.record_ids, set(reason.so_far), reason.missing) == ((), {"1", "2", "3"}, 2)


def test_points_that_are_reached_say_when_they_no_longer_are() -> None:
    # 6 on 01-05 and 6 on 02-06: without the first, 6 of 10 are left from 2023-01-06.
    evaluation = ask(
        "nanning-urban",
        Day(2022, 3, 1),
        misconduct("1", "severe", Day(2022, 1, 5)),
        misconduct("2", "severe", Day(2022, 2, 6)),
    )
    assert "2023-01-06移出1年窗口后剩6分，不再满足" in evaluation.reasons["yellow"].outlook


def test_no_points_leave_no_outlook() -> None:
    points = node(explain(ask("nanning-urban", Day(2022, 3, 1))), "points")
    assert (points.got, points.missing, points.outlook, points.children) == (0, 10, "", ())


# --- counts within a span (实施办法 art. 2(1): three fatal ordinary accidents within one year)


def fatal_count(evaluation: Evaluation, needed: int = 3) -> "Explanation":
    tree = explain(evaluation)
    return next(each for each in tree.walk() if each.of == "count" and each.needed == needed)


def test_a_count_is_short_by_one_until_the_span_of_the_first_is_over() -> None:
    found = fatal_count(
        ask("saws-2017-49", Day(2018, 5, 1), accident("a", Day(2017, 7, 1), 1), accident("b", Day(2017, 12, 1), 1))
    )
    assert (found.got, found.needed, found.missing, found.record_ids) == (2, 3, 1, ())
    # One year from 2017-07-01 ends on 2018-07-01.
    assert found.outlook == "自事故a起的1年到2018-07-01届满，其间再有1起即达到。"


def test_a_span_that_is_over_says_so_and_what_lies_too_far_off() -> None:
    found = fatal_count(
        ask("saws-2017-49", Day(2019, 8, 1), accident("a", Day(2017, 7, 1), 1), accident("b", Day(2018, 7, 2), 1))
    )
    assert (found.got, found.missing) == (1, 2)
    assert found.outlook == "自事故b起的1年已于2019-07-02届满，以后的记录须另起计算；事故a与上述记录相隔过久，不计入。"


def test_three_within_a_year_ground_the_list() -> None:
    evaluation = ask(
        "saws-2017-49", Day(2018, 7, 1), *(accident(name, day, 1) for name, day in (
            ("a", Day(2017, 7, 1)), ("b", Day(2017, 12, 1)), ("c", Day(2018, 7, 1)))),
    )  # fmt: skip
    assert set(fatal_count(evaluation).record_ids) == {"a", "b", "c"}
    assert node(explain(evaluation), "list", "joint-sanction").verdict == "due"


@pytest.mark.parametrize(
    ("record", "lack"),
    [
        (accident("a", Day(2018, 1, 1), 2), "有事故a，但属于一般事故，未达到较大事故。"),
        (accident("a", Day(2018, 1, 1), 3, liable=False), "有事故a，但未认定为责任事故。"),
    ],
)
def test_an_accident_that_just_fails_is_told_with_what_it_lacks(record: RecordFact, lack: str) -> None:
    leaves = ask("saws-2017-49", Day(2018, 2, 1), record).reasons["joint-sanction"].leaves()
    larger = next(leaf for leaf in leaves if leaf.condition == "accident")
    assert (larger.met, larger.outlook) == (False, lack)


def test_a_finding_that_is_missing_is_named() -> None:
    reason = ask("saws-2017-49", Day(2018, 2, 1), accident("a", Day(2018, 1, 1), 3)).reasons["blacklist"]
    assert any(leaf.outlook == "有事故a，但未经认定性质恶劣、危害性严重、社会影响大。" for leaf in reason.leaves())


# --- entries (部令: three years from publication, removal after twelve months, repair likewise)


def listed(on: Day, **days: Day) -> Evaluation:
    record = RecordFact(
        id="a",
        item="B1",
        penalty=PenaltyFact(kinds=("罚款",)),
        decided_on=Day(2024, 5, 20),
        title="演应急罚〔2024〕1号",
        **days,
    )
    entry = ListingFact(id="l", list_code="blacklist", published_on=Day(2024, 6, 1), grounds=("a",))
    return ask("mem-2023-11", on, record, listings=(entry,))


def test_an_entry_tells_its_last_day_and_the_days_left() -> None:
    entry = node(explain(listed(Day(2027, 5, 31))), "entry")
    assert (entry.verdict, entry.days["last"], entry.missing) == ("in-force", Day(2027, 6, 1), 2)
    assert node(explain(listed(Day(2027, 6, 2))), "entry").verdict == "not-in-force"


def test_removal_tells_how_long_to_wait() -> None:
    # Twelve months from 2024-06-01 run through 2025-06-01; the first possible day is the next.
    removal = node(explain(listed(Day(2025, 5, 30))), "removal")
    assert (removal.met, removal.missing, removal.days["from"]) == (False, 3, Day(2025, 6, 2))
    assert node(explain(listed(Day(2025, 6, 2))), "removal").met


def test_repair_names_the_ground_that_stands_against_it() -> None:
    repair = node(explain(listed(Day(2025, 6, 2), corrected_on=Day(2024, 7, 1))), "repair")
    assert (repair.met, [child.of for child in repair.children if not child.met]) == (False, ["not-fulfilled"])
    against = next(child for child in repair.children if child.of == "not-fulfilled")
    assert against.record_ids == ("a",)
    done = listed(Day(2025, 6, 2), corrected_on=Day(2024, 7, 1), fulfilled_on=Day(2024, 7, 1))
    assert node(explain(done), "repair").met


def test_a_paused_entry_says_so() -> None:
    entry = ListingFact(
        id="l", list_code="blacklist", published_on=Day(2024, 6, 1), pauses=((Day(2024, 7, 1), Day(2024, 7, 11)),)
    )
    tree = explain(ask("mem-2023-11", Day(2024, 7, 5), listings=(entry,)))
    assert node(tree, "entry").verdict == "paused"
    assert node(tree, "condition", "pause").days == {"from": Day(2024, 7, 1), "last": Day(2024, 7, 10)}


def test_publication_of_a_record_tells_the_condition_that_fails() -> None:
    summary = RecordFact(
        id="a", penalty=PenaltyFact(kinds=("罚款",), procedure="summary"), decided_on=Day(2026, 5, 20), title="一号"
    )
    public = node(explain(ask("ndrc-2025-36", Day(2026, 9, 1), summary)), "record-public")
    assert not public.met
    assert any(not child.met for child in public.children)


def test_the_mode_tells_the_rule_that_stops_publication() -> None:
    mode = node(explain(eight_points()), "mode")
    assert (mode.verdict, mode.met) == ("internal", False)
    assert "国办发〔2020〕49号" in mode.children[-1].sentence


def test_a_deadline_tells_how_many_days_are_left() -> None:
    evaluation = ask("nanning-urban", Day(2022, 3, 31), events={"decided_on": Day(2022, 3, 1)})
    due = node(explain(evaluation), "deadline", "report")
    # One month from 2022-03-01 ends on 2022-04-01, a Friday.
    assert (due.days["due"], due.missing, due.verdict) == (Day(2022, 4, 1), 1, "open")


# --- plain words


def test_plain_reasons_tell_what_when_by_which_rule_and_what_next() -> None:
    record = RecordFact(
        id="a",
        item="B1",
        penalty=PenaltyFact(kinds=("罚款",)),
        decided_on=Day(2024, 5, 20),
        title="演应急罚〔2024〕1号",
    )
    evaluation = ask("mem-2023-11", Day(2024, 6, 1), record)
    told = plain_reasons(evaluation, "blacklist")
    assert told[0].startswith("2024年5月20日因“")
    assert "演应急罚〔2024〕1号" in told[0]
    assert "《安全生产严重失信主体名单管理办法》第七条第（一）项" in told[0]
    assert told[-1] == "因此，你（单位）符合列入安全生产严重失信主体名单的条件。"
    ways = plain_ways(evaluation.pack, "blacklist", "organization")
    assert "自公布之日起满12个月后，可以申请提前移出名单。" in ways


def test_nothing_is_told_to_a_subject_of_whom_no_list_is_due() -> None:
    assert plain_reasons(eight_points(), "yellow") == []


# --- general properties

World = tuple[LoadedPack, SubjectFacts, History, Day]


@st.composite
def anywhere(draw: st.DrawFn) -> World:
    """A made-up history under any pack of the library."""
    loaded = LIBRARY[draw(st.sampled_from(sorted(LIBRARY)))]
    return loaded, *draw(worlds(loaded))


@settings(max_examples=120, deadline=None)
@given(anywhere())
def test_every_named_record_is_the_subjects_and_what_is_missing_adds_up(world: World) -> None:
    loaded, subject, history, on = world
    ids = {record.id for record in history.records}
    for each in explain(evaluate(loaded, subject, history, on)).walk():
        assert ids.issuperset(each.record_ids)
        assert ids.issuperset(each.so_far)
        if each.kind == "condition" and each.needed:
            assert each.missing == (0 if each.met else each.needed - (each.got or 0))
            assert each.met == ((each.got or 0) >= each.needed)


@settings(max_examples=120, deadline=None)
@given(anywhere())
def test_what_the_met_leaves_name_are_the_grounds_of_a_due_list(world: World) -> None:
    loaded, subject, history, on = world
    evaluation = evaluate(loaded, subject, history, on)
    for code, grounds in evaluation.entry.items():
        met = evaluation.reasons[code].met_leaves()
        assert {identifier for leaf in met for identifier in leaf.record_ids} == set(grounds)


@settings(max_examples=120, deadline=None)
@given(anywhere())
def test_the_tree_says_what_the_evaluation_says(world: World) -> None:
    loaded, subject, history, on = world
    evaluation = evaluate(loaded, subject, history, on)
    tree = explain(evaluation)
    assert {each.of for each in tree.walk() if each.kind == "list" and each.met} == set(evaluation.entry)
    for each in tree.walk():
        if each.kind == "entry":
            assert each.met == evaluation.listings[each.of].in_force
        if each.kind in ("record-public", "entry-public"):
            assert each.met == evaluation.public[each.of]
            # Publication is the sum of its conditions: none is left untold.
            assert each.met == all(child.met for child in each.children)
        if each.kind == "repair":
            assert each.met == evaluation.repair[each.of].allowed


@settings(max_examples=120, deadline=None)
@given(anywhere())
def test_the_day_told_for_leaving_the_window_is_the_first_day_on_which_the_points_fall(world: World) -> None:
    loaded, subject, history, on = world
    evaluation = evaluate(loaded, subject, history, on)
    told = next((each for each in explain(evaluation).walk() if each.kind == "points"), None)
    if told is None or "first-leaves" not in told.days:
        return
    known = history.known_on(on)
    leaves = told.days["first-leaves"]
    before = evaluate(loaded, subject, known, leaves - dt.timedelta(days=1)).points
    after = evaluate(loaded, subject, known, leaves).points
    assert before is not None
    assert after is not None
    capped = any(each.of in ("most", "repeated") for each in told.children)
    assert after < before or capped


@settings(max_examples=80, deadline=None)
@given(anywhere())
def test_the_tree_survives_json_and_every_officers_line_is_a_sentence(world: World) -> None:
    tree = explain(evaluate(*world))
    data = tree.to_dict()
    assert json.loads(json.dumps(data, ensure_ascii=False)) == data
    assert all(line.endswith("。") for line in tree.lines())


@settings(max_examples=120, deadline=None)
@given(anywhere())
def test_plain_words_hold_no_code(world: World) -> None:
    loaded, subject, history, on = world
    titled = History(
        tuple(_with_title(record, number) for number, record in enumerate(history.records)), history.listings
    )
    evaluation = evaluate(loaded, subject, titled, on)
    lines = plain_lines(explain(evaluation))
    for code in evaluation.entry:
        lines += plain_reasons(evaluation, code) + plain_ways(loaded.pack, code, subject.kind)
    assert [line for line in lines if CODE.search(line)] == []


def _with_title(record: RecordFact, number: int) -> RecordFact:
    values = {name: getattr(record, name) for name in record.__dataclass_fields__}
    return RecordFact(**values | {"title": f"演罚〔2020〕{number}号"})


@given(st.sampled_from(sorted(load_packs())))
def test_what_a_listed_subject_may_do_is_told_for_every_list(policy: str) -> None:
    pack = load_packs()[policy].pack
    for rule in pack.lists:
        ways = plain_ways(pack, rule.code, "organization")
        assert [line for line in ways if CODE.search(line)] == []
        assert bool(ways) or (rule.term is None and rule.removal is None)
