"""The office's calendar: a day adjusted, a year loaded, open deadlines reckoned.

Days by hand from the printed calendars of 2026 and 2027; 2027's notice is not out (2026-11-22), so the notice here is
invented: the New Year holiday 1–3 January (Friday to Sunday), Spring Festival 5–11 February with Saturdays 30 January
and 13 February worked.
"""

import datetime as dt

import pytest

from registry.base.errors import Conflict, InvalidInput, NotAllowed
from registry.models import Deadline, Event
from registry.selectors.calendar import calendar_current
from registry.selectors.calendar_year import calendar_year
from registry.services.calendar import calendar_day_set, calendar_year_load
from registry.services.deadlines import Basis, deadline_set
from tests.factories import make_account, make_department, make_subject

pytestmark = pytest.mark.django_db
D = dt.date
TODAY = D(2026, 11, 22)
DAYS_OFF = [D(2027, 1, day) for day in (1, 2, 3)] + [D(2027, 2, day) for day in range(5, 12)]
MAKE_UP = [D(2027, 1, 30), D(2027, 2, 13)]


@pytest.fixture
def administrator():
    return make_account("administrator", department=make_department())


def load(actor, **given):
    given = {"year": 2027, "days_off": DAYS_OFF, "make_up_days": MAKE_UP, "source": "演示通知", **given}
    return calendar_year_load(actor=actor, on=TODAY, **given)


def set_day(actor, day, is_working):
    return calendar_day_set(day=day, is_working=is_working, note="演示", actor=actor, on=TODAY)


def make_deadline(starts_on, days):
    subject = make_subject()
    return deadline_set(
        "test", "演示期限", obj=subject, subject=subject, department=make_department(), starts_on=starts_on,
        basis=Basis(days=days, unit="working"), actor=None,
    )  # fmt: skip


def test_a_day_off_moves_an_open_deadline(administrator):
    # From Friday 2026-11-20, 2 working days: Monday 23rd, Tuesday 24th. Monday off: Wednesday 25th.
    deadline = make_deadline(D(2026, 11, 20), 2)
    assert deadline.due_on == D(2026, 11, 24)
    assert set_day(administrator, D(2026, 11, 23), False) == 1
    assert Deadline.objects.get(pk=deadline.pk).due_on == D(2026, 11, 25)


def test_a_met_deadline_is_left_alone(administrator):
    deadline = make_deadline(D(2026, 11, 20), 2)
    deadline.met_on = TODAY
    deadline.save_by(None, reason="test")
    assert set_day(administrator, D(2026, 11, 23), False) == 0


def test_an_adjusted_day_can_be_set_back(administrator):
    set_day(administrator, D(2026, 11, 23), False)
    set_day(administrator, D(2026, 11, 23), True)
    assert calendar_current().is_working(D(2026, 11, 23))


def test_a_day_that_is_so_already_is_refused(administrator):
    with pytest.raises(Conflict) as refusal:
        set_day(administrator, D(2026, 11, 21), False)  # a Saturday
    assert refusal.value.field == "day"


def test_a_year_out_of_range_is_refused(administrator):
    with pytest.raises(InvalidInput):
        set_day(administrator, D(1999, 1, 4), False)


def test_before_its_notice_a_year_is_provisional(administrator):
    # From Wednesday 2027-01-27, 3 working days without make-up: Thu 28, Fri 29, Mon 1 February.
    deadline = make_deadline(D(2027, 1, 27), 3)
    assert (deadline.due_on, deadline.is_provisional) == (D(2027, 2, 1), True)


def test_loading_the_notice_reckons_and_makes_certain(administrator):
    # With Saturday 30 January worked: Thu 28, Fri 29, Sat 30.
    deadline = make_deadline(D(2027, 1, 27), 3)
    assert load(administrator).deadlines == 1
    deadline.refresh_from_db()
    assert (deadline.due_on, deadline.is_provisional) == (D(2027, 1, 30), False)


def test_loading_takes_back_a_guessed_holiday_that_the_notice_does_not_name(administrator):
    assert not calendar_current().is_working(D(2027, 10, 1))  # guessed: National Day, a Friday
    load(administrator)
    assert calendar_current().is_working(D(2027, 10, 1))


def test_a_second_loading_replaces_the_first(administrator):
    load(administrator)
    load(administrator, make_up_days=[])
    assert not calendar_current().is_working(D(2027, 1, 30))


def test_loading_twice_changes_no_day(administrator):
    load(administrator)
    assert load(administrator).days == 0


@pytest.mark.parametrize(
    ("given", "field"),
    [
        ({"year": 2026}, "year"),
        ({"year": 1999}, "year"),
        ({"days_off": []}, "days_off"),
        ({"days_off": [D(2029, 1, 1)]}, "days_off"),
        ({"make_up_days": [D(2027, 1, 4)]}, "days_off"),  # a Monday is no make-up weekend
        ({"make_up_days": [D(2027, 1, 2)]}, "days_off"),  # named as off too
    ],
)
def test_a_notice_that_cannot_be_is_refused_whole(administrator, given, field):
    with pytest.raises(InvalidInput) as refusal:
        load(administrator, **given)
    assert refusal.value.field == field
    assert not Event.objects.filter(name="calendar.year-loaded").exists()


@pytest.mark.parametrize("role", ["handler", "approver", "auditor", "department"])
def test_only_administrators_keep_the_calendar(role):
    actor = make_account(role)
    with pytest.raises(NotAllowed):
        set_day(actor, D(2026, 11, 23), False)
    with pytest.raises(NotAllowed):
        load(actor)


def test_the_year_page_shows_rest_holiday_makeup_and_adjusted_days(administrator):
    set_day(administrator, D(2026, 11, 23), False)
    year = calendar_year(2026, today=TODAY)
    days = {view.day: view for month in year.months for week in month.weeks for view in week if view is not None}
    assert len(days) == 365
    # 2026 by the State Council's notice: 1 and 2 January off, Sunday 4 January worked.
    assert days[D(2026, 1, 1)].kind == "holiday"
    assert days[D(2026, 1, 4)].kind == "makeup"
    assert days[D(2026, 11, 22)].kind == "rest"
    assert days[D(2026, 11, 22)].is_today
    assert days[D(2026, 11, 24)].kind == "working"
    assert (days[D(2026, 11, 23)].kind, days[D(2026, 11, 23)].is_adjusted) == ("holiday", True)
    assert year.is_announced


def test_a_year_not_announced_says_so():
    assert not calendar_year(2027, today=TODAY).is_announced
