"""What six plans rule beside entry: steps, measures of each level, promises, remedies, reports, by hand from the documents."""

import pytest

from registry.rules.joint_action import load_joint_action
from registry.rules.policy import load_packs
from registry.rules.policy.duties import Matter
from registry.rules.policy.measures import Incentive, Measure
from registry.rules.policy.schema import Pack
from sanctions.rules.lifecycle import Procedure

PLANS = ["district-plan", "yiyuan-2021", "fangcheng-2020", "huainan-2021", "lixia-2020", "mohurd-urban-2018"]


def pack(name: str) -> Pack:
    return load_packs()[name].pack


@pytest.mark.parametrize("name", PLANS)
def test_every_department_named_has_its_counterpart_in_the_county(name: str) -> None:
    known, plan = set(load_joint_action().by_name), pack(name)
    parts: list[Measure | Incentive | Matter] = [*plan.measures, *plan.incentives, *plan.matters]
    named = {each for part in parts for each in part.departments}
    assert named
    assert named - known == set()


@pytest.mark.parametrize("name", PLANS)
def test_measures_and_incentives_attach_to_matters_and_lists_of_their_pack(name: str) -> None:
    plan = pack(name)
    matters = {each.code for each in plan.matters}
    parts: list[Measure | Incentive] = [*plan.measures, *plan.incentives]
    for part in parts:
        assert set(part.matters) <= matters
        assert set(part.lists) <= set(plan.lists_by_code)


@pytest.mark.parametrize(
    ("level", "codes"),
    [
        ("general", ["8.1"]),
        ("yellow", ["8.2.1", "8.2.2", "8.2.3", "8.2.4", "8.2.5"]),
        ("blacklist", ["8.3"]),
    ],
)
def test_the_urban_rules_have_measures_of_their_own_for_each_level(level: str, codes: list[str]) -> None:
    assert [each.code for each in pack("mohurd-urban-2018").measures if level in each.lists] == codes


def test_talks_and_inspections_take_no_right_away_and_heavier_penalties_do() -> None:
    reducing = [each.code for each in pack("mohurd-urban-2018").measures if each.rights_reducing]
    assert reducing == ["8.2.4", "8.2.5", "8.3"]


def test_who_was_wrongly_listed_is_restored_and_compensated() -> None:
    plan = pack("mohurd-urban-2018")
    assert plan.objection is not None
    assert plan.objection.restores is not None
    assert plan.objection.restores.value
    assert {each.code for each in plan.remedies if each.clause == "11"} == {"restore", "compensation"}


def test_withdrawn_data_is_kept_inside_on_repair_and_after_five_years() -> None:
    kept = {each.clause for each in pack("mohurd-urban-2018").duties if "后台保存" in each.label}
    assert kept == {"14", "16"}


def test_repair_of_the_two_upper_levels_is_looked_at_again_above() -> None:
    by = {code: rule.by for rule in pack("mohurd-urban-2018").repair for code in rule.lists}
    assert {code for code, who in by.items() if "上级" in who} == {"yellow", "blacklist"}


def test_principals_of_huainan_promise_six_guarantees_in_public() -> None:
    promise = pack("huainan-2021").commitments[0]
    assert (promise.code, promise.public, len(promise.guarantees)) == ("duty-performance", True, 6)
    assert promise.signed_by == ("principal", "actual-controller")


def test_huainan_reports_once_a_year_and_rewards_whistle_blowers() -> None:
    plan = pack("huainan-2021")
    assert [(each.every, each.clause) for each in plan.reports] == [("year", "三·三")]
    assert {"whistle-blowing", "publicity-rates"} <= {each.code for each in plan.duties}


def test_the_focus_list_of_yiyuan_is_secret_and_two_fields_weigh_heavier() -> None:
    plan = pack("yiyuan-2021")
    assert not plan.list_rule("focus").public.value
    assert plan.heavier_from_domains is not None
    assert plan.heavier_from_domains.value == 2
    assert [each.code for each in plan.tiers] == ["stricter", "lighter", "normal"]
    assert len(plan.publication.channels) == len(plan.publication.exemptions) == 4
    assert {each.code for each in plan.remedies} >= {"correction", "reconsideration", "suit"}


def test_a_promise_broken_in_fangcheng_becomes_a_record() -> None:
    plan = pack("fangcheng-2020")
    assert {each.breach_item for each in plan.commitments} == {"3.1"}
    persons = plan.list_rule("joint-sanction").persons
    assert persons is not None
    assert persons.roles == ("legal-representative", "principal", "actual-controller")


def test_lixia_starts_pushes_answers_and_removes() -> None:
    steps = [each.code for each in pack("lixia-2020").procedure]
    assert steps == ["publish", "push", "respond", "feedback", "remove"]
    assert Procedure.of(steps).steps == ("evidence", "review", "notice", "decide", "publish")


def test_the_districts_measures_and_incentives_are_numbered_as_in_the_plan() -> None:
    plan = pack("district-plan")
    assert [each.code for each in plan.measures] == [f"9.{n}" for n in range(1, 13)] + ["10.1", "10.2"]
    assert [each.code for each in plan.incentives] == [f"6.{n}" for n in range(1, 7)] + [f"7.{n}" for n in range(1, 9)]
    assert [each.code for each in plan.measures if each.roles] == ["9.11", "9.12"]
