"""Figures of joint action by hand: outcomes, rates, working days, and what later facts make of a kept report."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.rules.calendar import official_calendar
from sanctions.rules.joint_figures import OUTCOMES, Asked, Difference, Figures, Response, Row, differences

CALENDAR = official_calendar()
MON = dt.date(2026, 3, 2)
DUE = dt.date(2026, 3, 16)


def march(day):
    return dt.date(2026, 3, day)


def asked(met=None, cancelled=None, over=None, stood=()):
    return Asked(MON, DUE, met, cancelled, over, stood)


@pytest.mark.parametrize(
    ("each", "as_of", "outcome"),
    [
        (asked(met=march(16)), march(31), "in-time"),
        (asked(met=march(17)), march(31), "late"),
        (asked(met=march(17)), march(16), "waiting"),  # not answered yet on the day told
        (asked(met=march(20)), march(17), "overdue"),
        (asked(), march(16), "waiting"),  # the last day is in time to its end
        (asked(), march(17), "overdue"),
        (asked(cancelled=march(10)), march(31), "lapsed"),
        (asked(cancelled=march(20)), march(18), "overdue"),
        (asked(over=march(10)), march(31), "lapsed"),  # the entry is over, whether or not a job said so
        (asked(stood=((march(10), None),)), march(31), "waiting"),  # the clock stands
        (asked(stood=((march(20), None),)), march(31), "overdue"),  # it was late before the clock stood
        (asked(met=march(20), stood=((march(10), None),)), march(31), "in-time"),
        (asked(met=march(20), stood=((march(18), None),)), march(31), "late"),
    ],
)
def test_outcomes(each, as_of, outcome):
    assert each.outcome(as_of) == outcome


@pytest.mark.parametrize(
    ("each", "days"),
    [
        (asked(met=MON), 0),
        (asked(met=march(3)), 1),
        (asked(met=march(9)), 5),  # over a weekend
        (asked(met=march(9), stood=((march(4), march(6)),)), 3),  # Wednesday and Thursday do not count
        (asked(met=march(9), stood=((march(4), None),)), 1),
        (asked(met=march(9), stood=((march(10), None),)), 5),  # stood only after the answer
    ],
)
def test_working_days_of_an_answer_without_those_the_clock_stood(each, days):
    assert each.days_used(CALENDAR) == days


def test_rates_leave_out_what_lapsed_and_what_is_not_due_yet():
    told = Response(asked=12, in_time=5, late=2, waiting=1, overdue=2, lapsed=2, days=32)
    # answered 7 of 12 − 2; in time 5 of 7 + 2; 32 days over 7 answers
    assert (told.rate, told.punctual_rate, told.mean_days) == (Decimal("70.0"), Decimal("55.6"), Decimal("4.6"))


def test_no_rate_where_nothing_was_owed():
    told = Response(asked=1, lapsed=1)
    assert (told.rate, told.punctual_rate, told.mean_days) == (None, None, None)


DAYS = st.dates(dt.date(2026, 1, 5), dt.date(2026, 12, 20))


@given(starts=DAYS, length=st.integers(0, 30), met=st.none() | DAYS, gone=st.none() | DAYS, as_of=DAYS)
def test_everything_asked_has_exactly_one_outcome(starts, length, met, gone, as_of):
    each = Asked(starts, starts + dt.timedelta(days=length), met and max(met, starts), gone)
    told = Response()
    told.add(each, 3, as_of, CALENDAR)
    assert told.asked == 3 == told.in_time + told.late + told.waiting + told.overdue + told.lapsed
    assert each.outcome(as_of) in OUTCOMES


@given(starts=DAYS, length=st.integers(0, 30), met=DAYS)
def test_what_was_answered_by_a_day_stays_answered(starts, length, met):
    each = Asked(starts, starts + dt.timedelta(days=length), max(met, starts), None)
    first = each.outcome(max(met, starts))
    assert first in ("in-time", "late")
    assert each.outcome(max(met, starts) + dt.timedelta(days=400)) == first


def figures(**counts):
    row = Row("market", "市场监管局")
    row.asks["answer"] = Response(**counts)
    total = Row("", "合计")
    total.asks["answer"] = Response(**counts)
    return Figures(march(1), march(31), march(31), total, [row], [])


def test_figures_come_back_from_plain_data():
    kept = figures(asked=3, in_time=2, waiting=1, days=7)
    kept.total.effect.amount = Decimal("1200.50")
    assert Figures.from_dict(kept.to_dict()) == kept


def test_differences_name_what_later_facts_change_and_nothing_else():
    kept, now = figures(asked=3, in_time=2, waiting=1), figures(asked=3, in_time=3)
    assert differences(kept, kept) == []
    assert Difference("市场监管局", "反馈落实：按期办理", "2", "3") in differences(kept, now)
    assert len(differences(kept, now)) == 4  # two figures, of the department and in all


def test_a_department_that_appears_or_goes_is_a_difference():
    kept, now = figures(asked=1, waiting=1), figures(asked=1, waiting=1)
    now.departments = []
    assert {each.now for each in differences(kept, now)} == {"0"}
