"""Working days: the State Council's notices, provisional years, the office's own days."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.rules.calendar import Due, WorkingCalendar, official_calendar

CALENDAR = official_calendar()
ANY_DAY = st.dates(date(1998, 1, 1), date(2070, 12, 31))
ANNOUNCED_DAY = st.dates(date(2004, 1, 1), date(2026, 10, 31))


@pytest.mark.parametrize(
    ("start", "n", "due"),
    [
        (date(2026, 2, 11), 7, date(2026, 2, 27)),  # Spring Festival 15–23 February, make-up 14 and 28 February
        (date(2022, 9, 1), 20, date(2022, 9, 30)),  # Mid-Autumn 12 September off, no make-up day in between
        (date(2024, 9, 27), 2, date(2024, 9, 30)),  # Sunday 29 September 2024 worked
        (date(2024, 9, 30), 1, date(2024, 10, 8)),
        (date(2025, 1, 24), 1, date(2025, 1, 26)),  # Friday to the working Sunday
        (date(2026, 11, 20), 7, date(2026, 12, 1)),
    ],
)
def test_nth_working_day_follows_the_official_notices(start: date, n: int, due: date) -> None:
    assert CALENDAR.add(start, n) == Due(due, False)


def test_make_up_weekend_is_a_working_day() -> None:
    assert CALENDAR.is_working(date(2024, 9, 29))


def test_weekday_inside_a_holiday_is_not_a_working_day() -> None:
    assert not CALENDAR.is_working(date(2024, 10, 7))


def test_due_date_reaching_into_an_unannounced_year_is_provisional() -> None:
    assert CALENDAR.add(date(2026, 12, 31), 1).provisional


def test_start_on_the_last_announced_day_does_not_itself_make_a_date_provisional() -> None:
    assert not CALENDAR.add(date(2026, 12, 30), 1).provisional


def test_start_in_an_unannounced_year_is_provisional_only_by_the_days_after_it() -> None:
    assert not CALENDAR.add(date(2003, 12, 31), 1).provisional


def test_statutory_holiday_of_an_unannounced_year_is_off() -> None:
    assert not CALENDAR.is_working(date(2027, 10, 1))


def test_spring_festival_of_an_unannounced_year_is_off() -> None:
    assert not CALENDAR.is_working(date(2027, 2, 8))


@pytest.mark.parametrize("day", [date(1990, 5, 9), date(2100, 6, 2)])
def test_day_outside_the_table_is_answered_by_its_weekday(day: date) -> None:
    assert CALENDAR.is_working(day)


def test_working_days_run_on_across_the_start_of_the_table() -> None:
    # 2004-01-01 is New Year's Day (Thursday), off; 2004-01-02 a Friday.
    assert CALENDAR.add(date(2003, 12, 30), 2) == Due(date(2004, 1, 2), True)


def test_working_days_run_on_past_the_end_of_the_table() -> None:
    # 2060-12-31 is a Friday, 2061-01-01 a Saturday.
    assert CALENDAR.add(date(2060, 12, 30), 2) == Due(date(2061, 1, 3), True)


def test_zero_working_days_is_the_day_itself() -> None:
    assert CALENDAR.add(date(2027, 1, 1), 0) == Due(date(2027, 1, 1), False)


def test_negative_number_of_days_is_refused() -> None:
    with pytest.raises(ValueError, match="-1"):
        CALENDAR.add(date(2026, 1, 5), -1)


def test_thirty_working_days_that_end_on_a_working_day() -> None:
    # 22 weekdays in June 2026 less Dragon Boat day, Friday the 19th, make 21; the other 9 are 19–29 May.
    assert CALENDAR.back(date(2026, 6, 30), 30) == date(2026, 5, 19)


def test_one_working_day_ending_on_a_rest_day_is_the_working_day_before() -> None:
    assert CALENDAR.back(date(2026, 6, 20), 1) == date(2026, 6, 18)


def test_deadline_on_a_rest_day_moves_to_the_next_working_day() -> None:
    assert CALENDAR.move_to_working(date(2026, 10, 3)) == Due(date(2026, 10, 8), False)


def test_deadline_on_a_working_day_stays() -> None:
    assert CALENDAR.move_to_working(date(2026, 10, 10)) == Due(date(2026, 10, 10), False)


def test_deadline_moved_into_an_unannounced_year_is_provisional() -> None:
    calendar = CALENDAR.with_overrides({date(2026, 12, 31): False})
    assert calendar.move_to_working(date(2026, 12, 31)) == Due(date(2027, 1, 4), True)


def test_override_of_one_day_leaves_the_rest_of_its_year() -> None:
    calendar = CALENDAR.with_overrides({date(2026, 11, 23): False})
    assert calendar.add(date(2026, 11, 20), 1) == Due(date(2026, 11, 24), False)


def test_override_does_not_change_the_calendar_it_came_from() -> None:
    CALENDAR.with_overrides({date(2026, 11, 23): False})
    assert CALENDAR.is_working(date(2026, 11, 23))


def test_newly_announced_year_is_no_longer_provisional() -> None:
    calendar = CALENDAR.with_overrides({date(2027, 1, 1): False}, {2027})
    assert calendar.add(date(2026, 12, 31), 1) == Due(date(2027, 1, 4), False)


def test_newly_announced_year_keeps_the_holidays_that_no_override_names() -> None:
    calendar = CALENDAR.with_overrides({date(2027, 2, 11): False}, {2027})
    assert not calendar.is_working(date(2027, 10, 1))


NOTICE = CALENDAR.notice_days(
    2027,
    days_off=[date(2027, 1, 1), date(2027, 1, 2), date(2027, 10, 1), date(2027, 10, 8)],
    make_up_days=[date(2027, 10, 9)],
)


@pytest.mark.parametrize(
    ("day", "working"),
    [
        (date(2027, 10, 8), False),
        (date(2027, 10, 9), True),
        (date(2027, 1, 2), False),
        (date(2027, 1, 1), False),
        (date(2027, 5, 3), True),  # guessed off, not in the notice
    ],
)
def test_year_loaded_from_a_notice_is_exactly_the_notice(day: date, working: bool) -> None:
    assert CALENDAR.with_overrides(NOTICE, {2027}).is_working(day) is working


def test_notice_days_leave_out_what_the_calendar_knows_already() -> None:
    assert date(2027, 10, 1) not in NOTICE


def test_notice_may_reach_into_the_december_before() -> None:
    days = CALENDAR.notice_days(2027, days_off=[date(2026, 12, 31)], make_up_days=[])
    assert days[date(2026, 12, 31)] is False


@pytest.mark.parametrize(
    ("days_off", "make_up_days", "word"),
    [
        ([date(2028, 1, 1)], [], "年份"),
        ([], [date(2027, 10, 8)], "周六"),
        ([date(2027, 10, 9)], [date(2027, 10, 9)], "同时"),
    ],
)
def test_notice_that_contradicts_itself_is_refused(days_off: list[date], make_up_days: list[date], word: str) -> None:
    with pytest.raises(ValueError, match=word):
        CALENDAR.notice_days(2027, days_off=days_off, make_up_days=make_up_days)


def test_override_outside_the_table_widens_it() -> None:
    calendar = CALENDAR.with_overrides({date(2065, 5, 1): True})
    assert calendar.is_working(date(2065, 5, 1))


def test_exception_outside_the_years_covered_is_refused() -> None:
    with pytest.raises(ValueError, match="2025"):
        WorkingCalendar(first_year=2026, last_year=2026, exceptions={date(2025, 1, 1): False}, announced_years=[2026])


@given(ANY_DAY, st.integers(0, 400))
def test_between_undoes_add(start: date, n: int) -> None:
    assert CALENDAR.between(start, CALENDAR.add(start, n).on) == n


@given(ANY_DAY, st.integers(0, 200), st.integers(0, 200))
def test_adding_in_two_steps_is_adding_once(start: date, a: int, b: int) -> None:
    assert CALENDAR.add(CALENDAR.add(start, a).on, b).on == CALENDAR.add(start, a + b).on


@given(ANY_DAY, st.integers(1, 400))
def test_result_of_add_is_a_working_day(start: date, n: int) -> None:
    assert CALENDAR.is_working(CALENDAR.add(start, n).on)


@given(ANY_DAY, st.integers(1, 60))
def test_add_agrees_with_counting_day_by_day(start: date, n: int) -> None:
    day, left = start, n
    while left:
        day += timedelta(days=1)
        left -= CALENDAR.is_working(day)
    assert CALENDAR.add(start, n).on == day


@given(ANY_DAY, st.integers(1, 60))
def test_back_gives_the_first_of_n_working_days_ending_on_the_last_day(last: date, n: int) -> None:
    first = CALENDAR.back(last, n)
    assert CALENDAR.between(first - timedelta(days=1), last) == n


@given(ANY_DAY, st.integers(1, 60))
def test_back_gives_a_working_day(last: date, n: int) -> None:
    assert CALENDAR.is_working(CALENDAR.back(last, n))


@given(ANY_DAY, ANY_DAY)
def test_between_changes_sign_when_turned_round(a: date, b: date) -> None:
    assert CALENDAR.between(a, b) == -CALENDAR.between(b, a)


@given(ANY_DAY)
def test_moved_deadline_is_the_first_working_day_not_earlier(day: date) -> None:
    moved = CALENDAR.move_to_working(day).on
    assert moved >= day
    assert CALENDAR.between(day - timedelta(days=1), moved) == 1


@given(ANNOUNCED_DAY, st.integers(0, 20))
def test_due_date_inside_announced_years_is_final(start: date, n: int) -> None:
    assert not CALENDAR.add(start, n).provisional
