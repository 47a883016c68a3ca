"""Supervision tiers: by conditions, with nothing guessed, and the very day on which time changes them."""

import datetime as dt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from registry.rules.policy import AccidentFact, History, PenaltyFact, RecordFact, SubjectFacts, load_packs, parse_pack
from registry.rules.policy.strict_yaml import read_yaml
from registry.rules.policy.tier_causes import tier_outcomes
from registry.rules.policy.tiering import tier_on, tier_verdict, undecided

Day = dt.date
COUNTY = load_packs()["county-default"].pack
GOOD = SubjectFacts(risk="low", standardisation="1")


def _penalty(decided_on: Day, *kinds: str) -> History:
    return History((RecordFact("p", penalty=PenaltyFact(kinds or ("警告",)), decided_on=decided_on),))


def _code(subject: SubjectFacts, history: History, on: Day) -> str | None:
    tier = tier_verdict(COUNTY, subject, history, on).tier
    return tier.code if tier is not None else None


def test_who_is_clean_safe_and_of_low_risk_is_in_the_first_tier() -> None:
    assert _code(GOOD, History(), Day(2026, 6, 1)) == "A"


def test_a_penalty_lowers_the_tier_and_time_lifts_it_again() -> None:
    history = _penalty(Day(2024, 2, 29))
    # within one year of the decision, through 2025-02-28 (no 29 February in 2025)
    assert _code(GOOD, history, Day(2025, 2, 28)) == "C"
    assert _code(GOOD, history, Day(2025, 3, 1)) == "B"
    # three years end on 2027-02-28
    assert _code(GOOD, history, Day(2027, 2, 28)) == "B"
    assert _code(GOOD, history, Day(2027, 3, 1)) == "A"


def test_the_day_of_the_next_change_is_told() -> None:
    history = _penalty(Day(2024, 2, 29))
    assert tier_verdict(COUNTY, GOOD, history, Day(2024, 6, 1)).next_change_on == Day(2025, 3, 1)
    assert tier_verdict(COUNTY, GOOD, history, Day(2025, 3, 1)).next_change_on == Day(2027, 3, 1)
    assert tier_verdict(COUNTY, GOOD, history, Day(2027, 3, 1)).next_change_on is None


def test_a_missing_risk_level_is_named_and_not_guessed() -> None:
    verdict = tier_verdict(COUNTY, SubjectFacts(standardisation="1"), History(), Day(2026, 6, 1))
    assert verdict.tier is not None
    assert (verdict.tier.newcomer, verdict.missing) == (True, ("risk",))


def _outcomes(subject: SubjectFacts) -> list[tuple[str, tuple[str, ...], str]]:
    on = Day(2026, 6, 1)
    found = tier_outcomes(COUNTY, subject, History(), on, tier_verdict(COUNTY, subject, History(), on))
    return [(each.fact, each.values, each.tier.code) for each in found]


def test_what_each_value_of_a_missing_fact_would_lead_to_is_told() -> None:
    """A asks for low or ordinary risk, B for none but major; who is left is C."""
    assert _outcomes(GOOD) == []
    assert _outcomes(SubjectFacts(standardisation="1")) == [
        ("risk", ("low", "ordinary"), "A"), ("risk", ("larger",), "B"), ("risk", ("major",), "C"),
    ]  # fmt: skip
    # The grade tells only between A and B, and only at a low risk.
    assert _outcomes(SubjectFacts()) == [
        ("risk", ("low", "ordinary"), "pending"), ("risk", ("larger",), "B"), ("risk", ("major",), "C"),
        ("standardisation", ("1", "2", "3", "none"), "pending"),
    ]  # fmt: skip


def test_a_tier_that_a_missing_fact_would_decide_is_open() -> None:
    on = Day(2026, 6, 1)
    # A asks for the grade and the risk, B that the risk is not major; D by risk needs a bad record of a year besides.
    assert undecided(COUNTY, GOOD, History(), on) == frozenset()
    assert undecided(COUNTY, SubjectFacts(risk="low"), History(), on) == {"A"}
    assert undecided(COUNTY, SubjectFacts(standardisation="1"), History(), on) == {"A", "B"}
    assert undecided(COUNTY, SubjectFacts(standardisation="1"), _penalty(Day(2026, 5, 1)), on) == {"C", "D"}


def test_conduct_that_decides_by_itself_needs_no_other_fact() -> None:
    grave = History((RecordFact("a", accident=AccidentFact(deaths=3), occurred_on=Day(2026, 1, 5)),))
    verdict = tier_verdict(COUNTY, SubjectFacts(), grave, Day(2026, 6, 1))
    assert verdict.tier is not None
    assert (verdict.tier.code, verdict.missing) == ("D", ())


@pytest.mark.parametrize("kind", ["责令停产停业", "责令关闭"])
def test_a_grave_penalty_is_the_last_tier_for_a_year(kind: str) -> None:
    history = _penalty(Day(2025, 5, 10), kind)
    assert _code(GOOD, history, Day(2026, 5, 10)) == "D"
    assert _code(GOOD, history, Day(2026, 5, 11)) == "B"


def test_a_pack_without_tiers_grades_nobody() -> None:
    pack = parse_pack(
        read_yaml(
            "head: {id: none, title: 无, issuer: 某县, authority: {level: local-document}, domain: trial, region: 某县}"
        ),
        source="none",
    ).pack
    assert tier_verdict(pack, GOOD, History(), Day(2026, 6, 1)).tier is None


@settings(max_examples=25, deadline=None)
@given(
    st.lists(st.dates(Day(2022, 1, 1), Day(2024, 12, 31)), max_size=4),
    st.dates(Day(2022, 1, 1), Day(2025, 12, 31)),
    st.sampled_from([None, "low", "major"]),
    st.sampled_from([None, "1", "none"]),
)
def test_the_next_change_is_the_first_day_that_differs(days, on, risk, grade) -> None:
    subject = SubjectFacts(risk=risk, standardisation=grade)
    records = tuple(
        RecordFact(f"r{number}", penalty=PenaltyFact(("罚款",)), decided_on=day) for number, day in enumerate(days)
    )
    history = History(records)
    verdict = tier_verdict(COUNTY, subject, history, on)
    known = history.known_on(on)
    later = (on + dt.timedelta(days=number) for number in range(1, 1900))
    codes = ((day, _code_alone(subject, known, day)) for day in later)
    now = verdict.tier.code if verdict.tier else None
    assert verdict.next_change_on == next((day for day, code in codes if code != now), None)


def _code_alone(subject: SubjectFacts, known: History, day: Day) -> str | None:
    tier, _ = tier_on(COUNTY, subject, known, day)
    return tier.code if tier is not None else None
