"""The general credit plans: what their words order of measures, roles, promises and duties, and whom they name."""

from pathlib import Path

import pytest

from registry.rules.joint_action import load_joint_action
from registry.rules.policy import load_packs
from registry.rules.policy.case_form import read_cases
from registry.rules.policy.mode import LAWFUL_LISTS_FROM, measure_check
from registry.rules.policy.schema import Pack

PLANS = ("guofa-2016-33", "city-plan", "province-plan", "county-plan", "city-plan-aa")
every_plan = pytest.mark.parametrize("plan", PLANS)


def _pack(plan: str) -> Pack:
    return load_packs()[plan].pack


@every_plan
def test_every_authority_is_in_the_countys_table(plan: str) -> None:
    pack = _pack(plan)
    named = {name for each in (*pack.measures, *pack.incentives) for name in each.departments}
    assert named - set(load_joint_action().by_name) == set()


def test_a_red_list_is_asked_by_its_criteria_alone() -> None:
    """Nobody comes on a red list by a fact alone, so `entry` tells of negative lists in every pack."""
    red = [rule for loaded in load_packs().values() for rule in loaded.pack.lists if rule.polarity == "positive"]
    assert len(red) >= 10
    assert [rule.label for rule in red if rule.entry is not None] == []


@pytest.mark.parametrize(
    ("plan", "items", "measures"),
    [
        ("province-plan", ("7.2",), ["M13"]),
        ("province-plan", ("6.3", "7.3"), ["M17", "M18", "M19", "M20", "M21", "M22", "M23"]),
        ("city-plan-aa", ("9.3",), ["M18", "M19", "M20", "M21", "M22"]),
    ],
)
def test_measures_that_the_plan_orders_for_single_misconduct(
    plan: str, items: tuple[str, ...], measures: list[str]
) -> None:
    """Province (七): the bar is for list-holders of 7.2; province (八), AA (十二): who is able to fulfil and does not."""
    assert [each.code for each in _pack(plan).measures if each.items == items] == measures


@every_plan
def test_every_plan_has_ten_cases_and_boundary_days(plan: str) -> None:
    cases, problems = read_cases([Path(__file__).parent / f"{plan}.yaml"])
    boundaries, more = read_cases([Path(__file__).parent / "boundaries" / f"{plan}.yaml"])
    assert problems + more == []
    assert (len(cases) >= 10, len(boundaries) >= 5) == (True, True)


@every_plan
def test_labels_have_no_stray_spaces_of_folded_lines(plan: str) -> None:
    pack = _pack(plan)
    assert [each.code for each in (*pack.items, *pack.measures, *pack.duties) if " " in each.label] == []


@every_plan
def test_every_measure_says_which_kind_of_restraint_it_is(plan: str) -> None:
    assert [measure.code for measure in _pack(plan).measures if measure.restraint is None] == []


@pytest.mark.parametrize("plan", ["guofa-2016-33", "province-plan", "county-plan", "city-plan-aa"])
def test_the_four_kinds_of_restraint_all_occur(plan: str) -> None:
    kinds = {measure.restraint for measure in _pack(plan).measures}
    assert kinds == {"administrative", "market", "industry", "social"}


@pytest.mark.parametrize("plan", ["guofa-2016-33", "province-plan", "county-plan", "city-plan-aa"])
def test_an_entry_carries_to_the_persons_answerable(plan: str) -> None:
    persons = _pack(plan).list_rule("blacklist").persons
    assert persons is not None
    assert set(persons.roles) == {"legal-representative", "principal", "directly-liable"}


def test_the_bar_of_three_years_binds_heads_of_enterprises_alone() -> None:
    """省级方案（七）: legal representatives and heads of seriously illegal enterprises lead no other for three years."""
    (bar,) = [measure for measure in _pack("province-plan").measures if measure.force == "mandatory"]
    assert bar.term is not None
    assert (bar.term.years, bar.targets, set(bar.roles)) == (3, ("person",), {"legal-representative", "principal"})


def test_only_what_a_regulation_orders_may_be_ordered_after_the_notice_of_2020() -> None:
    pack = _pack("province-plan")
    allowed = {
        measure.code
        for measure in pack.measures
        if measure.rights_reducing and measure_check(pack, measure, LAWFUL_LISTS_FROM).allowed
    }
    assert allowed == {"M13"}


def test_papers_promised_and_missed_become_a_bad_record_in_the_county() -> None:
    pack = _pack("county-plan")
    (promise,) = [each for each in pack.commitments if each.code == "missing-papers"]
    assert pack.items_by_code[promise.breach_item].severity == "minor"


@pytest.mark.parametrize("plan", ["province-plan", "city-plan-aa"])
def test_elsewhere_the_plan_names_no_record_for_it(plan: str) -> None:
    (promise,) = [each for each in _pack(plan).commitments if each.code == "missing-papers"]
    assert promise.breach_item == ""


def test_the_city_forbids_joint_sanction_outside_the_catalogue_and_hears_complaints_at_its_joint_conference() -> None:
    pack = _pack("city-plan")
    assert "outside-catalogue" in {duty.code for duty in pack.duties}
    assert pack.objection is not None
    assert pack.objection.complaint is not None
    assert pack.objection.complaint.to == "联席会议办公室"


def test_the_other_city_reports_every_month() -> None:
    assert [(report.every, report.clause) for report in _pack("city-plan-aa").reports] == [("month", "十六")]
