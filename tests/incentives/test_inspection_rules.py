"""Random inspections: shares, caps and working days by hand calculation; the steps of plans and visits."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from incentives.rules import inspections as rules
from incentives.rules.inspection_county import county_inspections
from incentives.rules.inspections import Workdays, cap_of, quotas_of, room_of, visit_cost
from registry.rules.calendar import official_calendar
from registry.rules.policy.honours import GradeCap, InspectionCap

STRATA = ("A", "B", "C", "D")


def cap(most: dict[str, int], *sectors: str) -> InspectionCap:
    grades = tuple(GradeCap(grade=grade, most=number) for grade, number in most.items())  # type: ignore[arg-type]
    return InspectionCap(code="c", label="上限", sectors=sectors, by_grade=grades, clause="检查上限")


# A province's caps (2025): hazardous chemicals and smelting 2/4/8/12 a year by grade 1/2/3/none, others 1/2/4/6.
PROVINCE = [
    cap({"1": 2, "2": 4, "3": 8, "none": 12}, "hazardous-chemicals", "metallurgy"),
    cap({"1": 1, "2": 2, "3": 4, "none": 6}),
]


def test_each_stratum_gives_its_percentage_rounded_half_up():
    # 5 % of 130 is 6.5, up to 7; 20 % of 52 is 10.4, down to 10; a stratum without a share gives nobody
    sizes = {"A": 130, "B": 52, "C": 9}
    assert quotas_of(sizes, {"A": 5, "B": 20}, None) == {"A": 7, "B": 10}


def test_a_total_is_split_by_size_times_percentage():
    # weights 100·5 = 500, 50·20 = 1000, 10·50 = 500: of 21 that is 5.25, 10.5, 5.25; the largest remainder rounds up
    assert quotas_of({"A": 100, "B": 50, "C": 10}, {"A": 5, "B": 20, "C": 50}, 21) == {"A": 5, "B": 11, "C": 5}


def test_a_total_without_anybody_to_draw_is_refused():
    with pytest.raises(ValueError, match="positive weight"):
        quotas_of({"A": 0}, {"A": 5}, 3)


@given(
    st.dictionaries(st.sampled_from(STRATA), st.integers(0, 5000), min_size=1),
    st.dictionaries(st.sampled_from(STRATA), st.integers(0, 100), min_size=1),
    st.one_of(st.none(), st.integers(0, 500)),
)
def test_shares_are_met_exactly_within_rounding(sizes, percents, total):
    weight = sum(sizes.get(code, 0) * percent for code, percent in percents.items())
    if total is not None and not weight:
        return
    quotas = quotas_of(sizes, percents, total)
    assert set(quotas) == set(percents)
    if total is None:
        # within half a subject of the exact share, in whole numbers: |200·quota − 2·size·percent| ≤ 100
        assert all(abs(200 * quotas[code] - 2 * sizes.get(code, 0) * percents[code]) <= 100 for code in percents)
    else:
        assert sum(quotas.values()) == total
        assert all(
            abs(quotas[code] * weight - total * sizes.get(code, 0) * percents[code]) < weight for code in percents
        )


@pytest.mark.parametrize(
    ("sectors", "grade", "most"),
    [
        (["hazardous-chemicals"], 1, 2),
        (["hazardous-chemicals", "commerce"], 3, 8),
        (["commerce"], 2, 2),
        ([], 3, 4),
        ([], None, 1),  # not registered: the smallest of all grades, nothing is guessed
        (["metallurgy"], None, 2),
    ],
)
def test_the_yearly_cap_follows_sector_and_grade(sectors, grade, most):
    assert cap_of([PROVINCE], sectors, grade, unregistered_is_least=True) == most


def test_an_office_may_read_an_unregistered_grade_as_none():
    assert cap_of([PROVINCE], [], None, unregistered_is_least=False) == 6


def test_of_several_packs_the_smallest_cap_holds():
    stricter = [cap({"1": 1, "2": 1, "3": 3, "none": 3})]
    assert cap_of([PROVINCE, stricter], ["hazardous-chemicals"], 3, unregistered_is_least=True) == 3
    assert cap_of([], ["hazardous-chemicals"], 3, unregistered_is_least=True) is None


def test_a_cap_that_does_not_name_the_grade_says_nothing():
    assert cap_of([[cap({"1": 1})]], [], 3, unregistered_is_least=True) is None


def test_room_is_what_the_smallest_cap_leaves():
    assert room_of([None, 4, 2], 1) == 1
    assert room_of([2], 3) == 0
    assert room_of([None, None], 5) is None


def test_the_year_divides_as_the_ministry_says():
    # 2026 has 248 statutory working days; five inspectors; 其他执法 620, 非执法 300, plans 120 person-days
    calendar = official_calendar()
    days = calendar.between(dt.date(2025, 12, 31), dt.date(2026, 12, 31))
    assert days == 248
    year = Workdays(days=days, people=5, other=620, idle=300, planned=120)
    assert (year.total, year.supervision, year.left) == (1240, 320, 200)


def test_a_joint_visit_costs_the_inspectors_of_every_department():
    assert visit_cost(10, each=2, departments=3, days=1) == 60


def test_every_step_names_a_right_and_leads_somewhere_known():
    for steps, labels in ((rules.PLAN_STEPS, rules.PLAN_LABELS), (rules.VISIT_STEPS, rules.VISIT_LABELS)):
        for step in steps.values():
            assert step.sources <= labels.keys()
            assert step.target is None or step.target in labels


def test_what_was_drawn_cannot_be_drawn_or_cancelled_again():
    for name in ("approve", "draw", "cancel", "update"):
        assert "已抽取" in rules.refusal_of(rules.PLAN_STEPS, rules.PLAN_LABELS, "drawn", name)
    assert rules.next_steps(rules.PLAN_STEPS, "drawn") == []
    assert rules.refusal_of(rules.PLAN_STEPS, rules.PLAN_LABELS, "approved", "draw") == ""


def test_the_county_says_why_its_values_are_assumed():
    values = county_inspections()
    assert values.team.people == 2
    assert values.publicity.working_days == 20
    assert all(each.reason for each in (values.lead, values.publicity, values.shown, values.unregistered_grade))
