"""What the work-safety packs rule beside entry: steps, reports, measures, persons, by hand from the documents."""

import pytest

from registry.rules.joint_action import load_joint_action
from registry.rules.policy import load_packs
from registry.rules.policy.schema import Pack
from sanctions.rules.lifecycle import Procedure

# Measure of the plan's second part → measure of the 2016 memorandum that says the same.
COUNTERPARTS = {
    "B1": "2", "B2": "3", "B3": "4", "B4": "5", "B5": "7", "B6": "8", "B7": "9", "B8": "10", "B9": "11",
    "B10": "12", "B11": "13", "B12": "17", "B13": "18", "B14": "19", "B15": "24", "B16": "25", "B17": "26", "B18": "27",
}  # fmt: skip


def pack(name: str) -> Pack:
    return load_packs()[name].pack


@pytest.mark.parametrize(
    ("name", "steps"),
    [
        # Where a document asks for no first examination of its own, the law's comes before the notice.
        (
            "city-work-safety",
            ("evidence", "review", "notice", "deliberate", "submit", "confirm", "decide", "publish"),
        ),
        ("jinan-coal-2020", ("evidence", "review", "notice", "deliberate", "decide", "publish")),
        ("saws-2017-49", ("evidence", "review", "notice", "submit", "confirm", "decide", "publish")),
        ("qingtongxia-2020", ("evidence", "review", "notice", "deliberate", "decide", "publish")),
        ("nanning-urban", ("evidence", "review", "notice", "decide", "publish")),
    ],
)
def test_a_case_takes_the_steps_of_the_document(name: str, steps: tuple[str, ...]) -> None:
    assert Procedure.of(step.code for step in pack(name).procedure).steps == steps


@pytest.mark.parametrize(("name", "day", "clause"), [("city-work-safety", 3, "5.3"), ("saws-2017-49", 10, "4")])
def test_the_monthly_report_has_its_day(name: str, day: int, clause: str) -> None:
    assert [(each.every, each.day, each.clause) for each in pack(name).reports] == [("month", day, clause)]


@pytest.mark.parametrize("name", ["city-work-safety", "qingtongxia-2020", "jinan-coal-2020", "saws-2017-49"])
def test_every_department_of_a_measure_has_its_counterpart_in_the_county(name: str) -> None:
    known = load_joint_action().by_name
    measures = [measure for _, measure in load_packs().measures_of(name)]
    assert measures
    assert {each for measure in measures for each in measure.departments} - set(known) == set()


def test_the_plan_has_six_measures_of_the_emergency_bureau_and_eighteen_joint_ones() -> None:
    own = pack("qingtongxia-2020").measures
    assert [each.code for each in own] == [f"A{n}" for n in range(1, 7)] + [f"B{n}" for n in range(1, 19)]
    assert {each.departments for each in own[:6]} == {("应急管理局",)}
    # Talks, more inspections and what must be public anyway take no right away.
    assert {each.code for each in own if not each.rights_reducing} == {"A1", "A2", "A3", "B6", "B9"}


@pytest.mark.parametrize(("code", "twin"), COUNTERPARTS.items())
def test_a_joint_measure_rests_on_what_the_memorandum_names_for_it(code: str, twin: str) -> None:
    own = {each.code: each for each in pack("qingtongxia-2020").measures}[code]
    other = {each.code: each for each in pack("memo-2016-1001").measures}[twin]
    assert (own.force, own.basis, own.matters) == (other.force, other.basis, other.matters)


def test_jinan_removes_within_the_last_ten_working_days_who_did_nothing_new() -> None:
    for rule in pack("jinan-coal-2020").lists:
        assert rule.removal is not None
        assert rule.removal.last_working_days == 30
        assert rule.removal.takes_effect_last_working_days == 10
        assert rule.removal.conditions == ("no-new-serious-misconduct",)


def test_jinan_punishes_agencies_and_persons_only_on_the_blacklist() -> None:
    only_black = {each.code for each in pack("jinan-coal-2020").measures if each.lists == ("blacklist",)}
    assert only_black == {"M5", "M6", "M7", "M8", "M9"}


def test_nanning_marks_an_objection_and_lets_the_measures_run() -> None:
    rule = pack("nanning-urban").objection
    assert rule is not None
    assert rule.marks_disputed is not None
    assert (rule.marks_disputed.value, rule.pauses_measures.value, rule.pauses_measures.assumed) == (True, False, True)


@pytest.mark.parametrize(
    ("name", "roles", "assumed"),
    [
        ("city-work-safety", {"legal-representative", "principal", "safety-deputy", "directly-liable"}, False),
        ("qingtongxia-2020", {"legal-representative", "principal", "safety-deputy", "directly-liable"}, True),
        ("jinan-coal-2020", {"principal", "actual-controller", "safety-deputy", "directly-liable"}, True),
    ],
)
def test_persons_are_carried_along_as_the_document_names_them(name: str, roles: set[str], assumed: bool) -> None:
    for rule in pack(name).lists:
        assert rule.persons is not None
        assert (set(rule.persons.roles), rule.persons.assumed) == (roles, assumed)
