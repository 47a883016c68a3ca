"""Periods of years and months by 民法典 arts. 200–203."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.rules.periods import Period, add_months, add_years, last_day, within_last

DAYS = st.dates(date(1950, 1, 1), date(2100, 12, 31))


@pytest.mark.parametrize(
    ("start", "kwargs", "expected"),
    [
        (date(2017, 6, 1), {"years": 1}, date(2018, 6, 1)),
        (date(2020, 2, 29), {"years": 1}, date(2021, 2, 28)),
        (date(2020, 2, 29), {"years": 4}, date(2024, 2, 29)),
        (date(2023, 2, 28), {"years": 1}, date(2024, 2, 28)),
        (date(2025, 8, 31), {"months": 6}, date(2026, 2, 28)),
        (date(2023, 11, 30), {"months": 3}, date(2024, 2, 29)),
        (date(2025, 12, 15), {"months": 1}, date(2026, 1, 15)),
        (date(2026, 2, 28), {"days": 10}, date(2026, 3, 10)),
        (date(2024, 1, 31), {"months": 1, "days": 1}, date(2024, 3, 1)),
        (date(2024, 3, 31), {"years": 1, "months": 6}, date(2025, 9, 30)),
    ],
)
def test_last_day_is_the_corresponding_day_or_the_month_end(
    start: date, kwargs: dict[str, int], expected: date
) -> None:
    assert last_day(start, **kwargs) == expected


def test_months_before_a_day_end_at_the_month_end() -> None:
    assert add_months(date(2024, 3, 31), -1) == date(2024, 2, 29)


def test_years_across_the_turn_of_the_year() -> None:
    assert add_years(date(2025, 12, 31), 3) == date(2028, 12, 31)


@pytest.mark.parametrize(
    ("day", "inside"),
    [
        (date(2017, 6, 1), True),
        (date(2018, 6, 1), True),
        (date(2018, 6, 2), False),
        (date(2017, 5, 31), False),
    ],
)
def test_record_is_inside_the_last_year_through_the_corresponding_day(day: date, inside: bool) -> None:
    assert within_last(date(2017, 6, 1), day, years=1) is inside


def test_record_of_29_february_leaves_the_last_year_after_28_february() -> None:
    assert not within_last(date(2020, 2, 29), date(2021, 3, 1), years=1)


def test_period_after_an_event_starts_on_the_next_day() -> None:
    assert Period.after(date(2017, 6, 1), years=1) == Period(date(2017, 6, 2), date(2018, 6, 2))


def test_period_does_not_contain_its_end() -> None:
    assert not Period(date(2017, 6, 2), date(2018, 6, 2)).contains(date(2018, 6, 2))


def test_period_contains_its_last_day() -> None:
    assert Period(date(2017, 6, 2), date(2018, 6, 2)).contains(date(2018, 6, 1))


def test_last_day_of_a_period_is_the_day_before_its_end() -> None:
    assert Period(date(2017, 6, 2), date(2018, 6, 2)).last_day == date(2018, 6, 1)


def test_period_without_end_has_no_last_day() -> None:
    assert Period(date(2017, 6, 2)).last_day is None


def test_period_without_end_contains_every_later_day() -> None:
    assert Period(date(2017, 6, 2)).contains(date(2999, 1, 1))


def test_period_ending_before_its_start_is_refused() -> None:
    with pytest.raises(ValueError, match="早于"):
        Period(date(2020, 1, 2), date(2020, 1, 1))


def test_period_through_the_same_day_lasts_one_day() -> None:
    assert Period.through(date(2020, 1, 2), date(2020, 1, 2)).days == 1


def test_adjoining_periods_do_not_overlap() -> None:
    assert not Period(date(2020, 1, 1), date(2021, 1, 1)).overlaps(Period(date(2021, 1, 1)))


def test_two_endless_periods_overlap() -> None:
    assert Period(date(2020, 1, 1)).overlaps(Period(date(2021, 1, 1)))


@given(DAYS, DAYS, st.integers(0, 5), st.integers(0, 30))
def test_within_last_is_the_period_after_the_event_and_the_day_itself(
    d: date, t: date, years: int, months: int
) -> None:
    expected = t == d or Period.after(d, years=years, months=months).contains(t)
    assert within_last(d, t, years=years, months=months) is expected


@given(DAYS, st.integers(-600, 600))
def test_added_months_land_in_the_right_month(day: date, n: int) -> None:
    moved = add_months(day, n)
    assert (moved.year * 12 + moved.month) - (day.year * 12 + day.month) == n


@given(DAYS, st.integers(0, 600))
def test_only_a_missing_day_moves_to_the_month_end(day: date, n: int) -> None:
    moved = add_months(day, n)
    assert moved.day == day.day or (moved + timedelta(days=1)).day == 1


@given(DAYS, DAYS, DAYS, DAYS)
def test_overlap_is_having_the_later_start_in_common(a: date, b: date, c: date, d: date) -> None:
    one, two = Period(min(a, b), max(a, b)), Period(min(c, d), max(c, d))
    start = max(one.start, two.start)
    assert one.overlaps(two) is (one.contains(start) and two.contains(start))
