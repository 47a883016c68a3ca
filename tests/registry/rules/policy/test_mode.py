"""Lawful by construction: modes, their reasons, single measures."""

import datetime as dt

import pytest

from registry.rules.policy import activation_check, load_packs, measure_check

Day = dt.date
TODAY = Day(2026, 11, 22)


@pytest.mark.parametrize(
    ("policy", "on", "mode"),
    [
        ("nanning-urban", Day(2020, 12, 6), "binding"),
        ("nanning-urban", Day(2020, 12, 7), "internal"),
        ("mohurd-urban-2018", TODAY, "internal"),
        ("city-plan", TODAY, "internal"),
        ("saws-2017-49", Day(2017, 5, 8), "internal"),
        ("saws-2017-49", Day(2017, 5, 9), "binding"),
        ("saws-2017-49", Day(2021, 1, 1), "binding"),
        ("saws-2017-49", Day(2023, 10, 1), "internal"),
        ("mem-2023-11", Day(2023, 9, 30), "internal"),
        ("mem-2023-11", TODAY, "binding"),
        ("memo-2016-1001", Day(2018, 1, 1), "binding"),
        ("ndrc-2018-424", Day(2018, 7, 24), "internal"),
        ("ndrc-2018-424", TODAY, "binding"),
        ("ndrc-2025-36", Day(2026, 3, 31), "internal"),
        ("ndrc-2025-36", Day(2026, 4, 1), "binding"),
    ],
)
def test_mode_follows_authority_and_validity(policy: str, on: Day, mode: str) -> None:
    assert activation_check(load_packs()[policy].pack, on).mode == mode


def test_the_refusal_names_the_rule_and_what_it_stops() -> None:
    verdict = activation_check(load_packs()["nanning-urban"].pack, TODAY)
    assert "国办发〔2020〕49号" in verdict.reasons[0]
    assert "不得公开名单，不得实施减损权益的措施" in verdict.reasons[0]


def test_internal_means_neither_public_nor_rights_reducing() -> None:
    verdict = activation_check(load_packs()["nanning-urban"].pack, TODAY)
    assert (verdict.may_publish, verdict.rights_reducing_measures_allowed) == (False, False)


def test_the_refusal_of_a_superseded_pack_names_its_successor() -> None:
    verdict = activation_check(load_packs()["saws-2017-49"].pack, TODAY)
    assert "mem-2023-11" in verdict.reasons[0]


@pytest.mark.parametrize(
    ("code", "on", "allowed"),
    [
        ("18", TODAY, True),  # 政府采购法 art. 22
        ("22", TODAY, False),  # only a customs standard
        ("22", Day(2018, 1, 1), True),  # before the notice of 2020
        ("8", TODAY, True),  # publication that a regulation orders reduces no right
    ],
)
def test_a_measure_needs_a_basis_of_its_own(code: str, on: Day, allowed: bool) -> None:
    pack = load_packs()["memo-2016-1001"].pack
    measure = next(measure for measure in pack.measures if measure.code == code)
    assert measure_check(pack, measure, on).allowed is allowed
