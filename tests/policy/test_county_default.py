"""What the county rules by itself: supervision tiers by conditions, inspection caps, one label for every matter."""

import datetime as dt
from decimal import Decimal

import pytest

from registry.rules.joint_action import load_joint_action
from registry.rules.policy import AccidentFact, PenaltyFact, RecordFact, SubjectFacts, load_packs
from registry.rules.policy.judge import World, judge

Day = dt.date
ON = Day(2026, 6, 1)
LIBRARY = load_packs()
COUNTY = LIBRARY["county-default"].pack
GOOD = SubjectFacts(standardisation="2", risk="low")


def _tier(subject: SubjectFacts, *records: RecordFact, on: Day = ON) -> str:
    """The first tier whose condition is met."""
    world = World(COUNTY, subject, on, records, every_record=records)
    return next(tier.code for tier in COUNTY.tiers if tier.condition and judge(tier.condition, world).met)


def _penalty(on: Day, kind: str = "罚款", name: str = "p") -> RecordFact:
    return RecordFact(id=name, penalty=PenaltyFact(kinds=(kind,), fine_yuan=Decimal(2000)), decided_on=on)


def _accident(on: Day, deaths: int) -> RecordFact:
    return RecordFact(id="a", accident=AccidentFact(deaths=deaths), occurred_on=on, decided_on=on)


@pytest.mark.parametrize(
    ("subject", "records", "tier"),
    [
        (GOOD, (), "A"),
        (SubjectFacts(standardisation="1", risk="ordinary"), (), "A"),
        # neither the grade nor the risk is known: nothing speaks for the best tier
        (SubjectFacts(), (), "B"),
        (SubjectFacts(standardisation="3", risk="low"), (), "B"),
        (SubjectFacts(standardisation="1", risk="larger"), (), "B"),
        (GOOD, (_penalty(Day(2024, 6, 1)),), "B"),
        (GOOD, (_penalty(Day(2025, 12, 1)),), "C"),
        # a major risk alone is watched more, not as the worst
        (SubjectFacts(standardisation="1", risk="major"), (), "C"),
        (SubjectFacts(risk="major"), (_penalty(Day(2025, 12, 1)),), "D"),
        (GOOD, (_penalty(Day(2025, 12, 1), "责令停产停业"),), "D"),
        (GOOD, (_accident(Day(2024, 1, 1), 3),), "D"),
        # a fatal ordinary accident of two years ago spoils three clean years and no more
        (GOOD, (_accident(Day(2024, 1, 1), 2),), "B"),
        (SubjectFacts(domains_blacklisted=frozenset({"tax"})), (), "D"),
    ],
)
def test_tiers_follow_records_risk_and_grade(subject: SubjectFacts, records: tuple[RecordFact, ...], tier: str) -> None:
    assert _tier(subject, *records) == tier


@pytest.mark.parametrize(
    ("on", "tier"),
    [
        (Day(2026, 3, 2), "C"),  # the corresponding day still belongs to the year
        (Day(2026, 3, 3), "B"),
        (Day(2028, 3, 2), "B"),  # and to the three years
        (Day(2028, 3, 3), "A"),
    ],
)
def test_a_penalty_leaves_the_tier_on_the_day_after_the_corresponding_day(on: Day, tier: str) -> None:
    assert _tier(GOOD, _penalty(Day(2025, 3, 2)), on=on) == tier


def test_the_third_penalty_within_a_year_is_the_worst_tier() -> None:
    two = (_penalty(Day(2025, 6, 1), name="p"), _penalty(Day(2025, 9, 1), name="q"))
    third = _penalty(Day(2026, 6, 1), name="r")
    assert (_tier(GOOD, *two), _tier(GOOD, *two, third), _tier(GOOD, *two, third, on=Day(2026, 6, 2))) == (
        "C",
        "D",
        "C",
    )


def test_shares_and_frequencies_are_those_of_the_source() -> None:
    rows = [(tier.code, tier.draw_percent_least, tier.draw_percent) for tier in COUNTY.tiers]
    assert rows == [("A", 0, 5), ("B", 5, 20), ("C", 21, 60), ("D", 61, 100), ("pending", 5, 20)]
    assert [tier.code for tier in COUNTY.tiers if tier.newcomer] == ["pending"]


def test_caps_are_those_of_the_source() -> None:
    caps = {cap.code: [(row.grade, row.most) for row in cap.by_grade] for cap in COUNTY.inspection_caps}
    assert caps == {
        "high-risk": [("1", 2), ("2", 4), ("3", 8), ("none", 12)],
        "others": [("1", 1), ("2", 2), ("3", 4), ("none", 6)],
    }


@pytest.mark.parametrize("pack_id", LIBRARY)
def test_every_matter_of_a_measure_or_incentive_has_its_label_in_the_county(pack_id: str) -> None:
    pack = LIBRARY[pack_id].pack
    used = {code for measure in pack.measures for code in measure.matters}
    used |= {code for incentive in pack.incentives for code in incentive.matters}
    assert used - {matter.code for matter in COUNTY.matters} == set()


def test_departments_of_matters_are_known_to_the_county() -> None:
    known = load_joint_action().by_name
    named = {name for matter in COUNTY.matters for name in matter.departments}
    assert named - known.keys() == set()


def test_a_broken_commitment_becomes_an_item_that_the_pack_has() -> None:
    broken = {each.breach_item for each in COUNTY.commitments}
    assert broken <= COUNTY.items_by_code.keys()
    assert len(COUNTY.commitments) == 6
