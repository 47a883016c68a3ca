"""Deadlines and their reminders. Days by the State Council's 2026 notice: National Day off 1–7 October, working
Sunday 20 September and Saturday 10 October; 2027 is not announced."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from registry.base.errors import InvalidInput, TransitionRefused
from registry.models import CalendarDay, CalendarYear, Deadline, DeadlinePause, Notice, OutboxMessage
from registry.services import deadlines, reminders
from registry.services.deadlines import Basis
from registry.services.outbox import outbox_drain
from registry.services.reminders import deadlines_remind
from tests.factories import make_department, make_subject

pytestmark = pytest.mark.django_db
D = dt.date
NOON = dt.datetime(2026, 11, 2, 4, tzinfo=dt.UTC)


@pytest.fixture
def subject():
    return make_subject()


@pytest.fixture
def department():
    return make_department()


@pytest.fixture
def deadline(subject, department):
    """Seven working days from Monday 2 November 2026: due on Wednesday the 11th."""
    return set_deadline(subject, department, D(2026, 11, 2), 7)


def set_deadline(subject, department, starts_on, days, unit="working", code="case.review"):
    return deadlines.deadline_set(
        code, "初审", obj=subject, subject=subject, department=department, starts_on=starts_on,
        basis=Basis(days, unit, pack_id="mem-2023-11", clause="第八条"), actor=None,
    )  # fmt: skip


@pytest.mark.parametrize(
    ("starts_on", "days", "unit", "due_on"),
    [
        # 29, 30 September; 8, 9, 10 (a working Saturday), 12, 13 October
        (D(2026, 9, 28), 7, "working", D(2026, 10, 13)),
        (D(2026, 11, 2), 7, "working", D(2026, 11, 11)),
        # the 15th day is 6 October, in the holiday: the 8th is the first working day
        (D(2026, 9, 21), 15, "calendar", D(2026, 10, 8)),
        # the 10th day is Saturday 14 November: Monday
        (D(2026, 11, 4), 10, "calendar", D(2026, 11, 16)),
        # the 6th day is Saturday 10 October, a working day by the notice
        (D(2026, 10, 4), 6, "calendar", D(2026, 10, 10)),
    ],
)
def test_the_due_day_follows_the_official_calendar(subject, department, starts_on, days, unit, due_on):
    assert set_deadline(subject, department, starts_on, days, unit).due_on == due_on


def test_a_due_day_in_an_announced_year_is_certain(deadline):
    assert not deadline.is_provisional


def test_a_due_day_past_the_announced_years_is_provisional(subject, department):
    # 28–31 December, then 4–8 and 11 January
    found = set_deadline(subject, department, D(2026, 12, 25), 10)
    assert (found.due_on, found.is_provisional) == (D(2027, 1, 11), True)


def test_a_deadline_keeps_its_basis(deadline):
    assert (deadline.days, deadline.unit, deadline.pack_id, deadline.clause) == (7, "working", "mem-2023-11", "第八条")


def test_setting_the_same_deadline_again_replaces_it(deadline, subject, department):
    again = set_deadline(subject, department, D(2026, 11, 3), 7)
    deadline.refresh_from_db()
    assert (deadline.is_open, again.is_open) == (False, True)


def test_deadlines_of_other_matters_stay_open(deadline, department):
    other = make_subject()
    set_deadline(other, department, D(2026, 11, 3), 7)
    deadline.refresh_from_db()
    assert deadline.is_open


def test_meeting_closes_it_on_the_day(deadline, subject):
    deadlines.deadline_meet(subject, "case.review", actor=None, on=D(2026, 11, 5))
    deadline.refresh_from_db()
    assert deadline.met_on == D(2026, 11, 5)


def test_meeting_twice_keeps_the_first_day(deadline, subject):
    deadlines.deadline_meet(subject, "case.review", actor=None, on=D(2026, 11, 5))
    deadlines.deadline_meet(subject, "case.review", actor=None, on=D(2026, 11, 6))
    deadline.refresh_from_db()
    assert deadline.met_on == D(2026, 11, 5)


def test_cancelling_closes_every_open_deadline_of_the_matter(deadline, subject, department):
    set_deadline(subject, department, D(2026, 11, 2), 3, code="case.defence")
    deadlines.deadlines_cancel(subject, actor=None, on=D(2026, 11, 3))
    assert Deadline.objects.filter(cancelled_on=D(2026, 11, 3)).count() == 2


def pause(deadline, starts_on, ends_on):
    deadlines.deadline_pause(deadline_id=deadline.pk, reason="补正材料", actor=None, on=starts_on)
    return deadlines.deadline_resume(deadline_id=deadline.pk, actor=None, on=ends_on)


def test_a_pause_moves_the_due_day_by_the_working_days_it_stood(deadline):
    # Thursday 5 and Friday 6 November stood; the weekend counts for nothing
    assert pause(deadline, D(2026, 11, 5), D(2026, 11, 9)).due_on == D(2026, 11, 13)


def test_a_pause_over_a_weekend_only_moves_nothing(deadline):
    assert pause(deadline, D(2026, 11, 7), D(2026, 11, 9)).due_on == D(2026, 11, 11)


def test_two_pauses_add_up(deadline):
    pause(deadline, D(2026, 11, 5), D(2026, 11, 9))
    assert pause(deadline, D(2026, 11, 10), D(2026, 11, 11)).due_on == D(2026, 11, 16)


def test_plain_days_paused_move_off_the_rest_day_once(subject, department):
    """10 days from the 4th end on Saturday 14 November; 5 more on Thursday the 19th, a working day."""
    found = set_deadline(subject, department, D(2026, 11, 4), 10, "calendar")
    assert pause(found, D(2026, 11, 9), D(2026, 11, 14)).due_on == D(2026, 11, 19)


def test_pausing_what_is_paused_changes_nothing(deadline):
    deadlines.deadline_pause(deadline_id=deadline.pk, reason="补正", actor=None, on=D(2026, 11, 4))
    deadlines.deadline_pause(deadline_id=deadline.pk, reason="补正", actor=None, on=D(2026, 11, 5))
    assert DeadlinePause.objects.get().starts_on == D(2026, 11, 4)


def test_a_pause_inside_an_earlier_one_is_refused(deadline):
    pause(deadline, D(2026, 11, 4), D(2026, 11, 9))
    with pytest.raises(InvalidInput, match="早于2026-11-09"):
        deadlines.deadline_pause(deadline_id=deadline.pk, reason="补正", actor=None, on=D(2026, 11, 6))


def test_a_pause_before_the_period_is_refused(deadline):
    with pytest.raises(InvalidInput, match="早于2026-11-02"):
        deadlines.deadline_pause(deadline_id=deadline.pk, reason="补正", actor=None, on=D(2026, 11, 1))


def test_resuming_before_the_pause_is_refused(deadline):
    deadlines.deadline_pause(deadline_id=deadline.pk, reason="补正", actor=None, on=D(2026, 11, 5))
    with pytest.raises(InvalidInput, match="早于中止日期2026-11-05"):
        deadlines.deadline_resume(deadline_id=deadline.pk, actor=None, on=D(2026, 11, 4))


def test_a_closed_deadline_is_not_paused(deadline, subject):
    deadlines.deadline_meet(subject, "case.review", actor=None, on=D(2026, 11, 5))
    with pytest.raises(TransitionRefused, match="已经办结或撤销"):
        deadlines.deadline_pause(deadline_id=deadline.pk, reason="补正", actor=None, on=D(2026, 11, 5))


@pytest.fixture
def year_2027():
    """A notice of 2027 that makes Saturday 9 January a working day."""
    CalendarYear(year=2027, source="演示通知").save_by(None, reason="test")
    CalendarDay(day=D(2027, 1, 9), is_working=True, note="调休").save_by(None, reason="test")


def test_loading_a_year_makes_open_deadlines_certain(subject, department, request):
    found = set_deadline(subject, department, D(2026, 12, 25), 10)
    request.getfixturevalue("year_2027")
    assert deadlines.deadlines_reckon(actor=None) == 1
    found.refresh_from_db()
    assert (found.due_on, found.is_provisional) == (D(2027, 1, 9), False)


def test_reckoning_again_changes_nothing(subject, department, request):
    set_deadline(subject, department, D(2026, 12, 25), 10)
    request.getfixturevalue("year_2027")
    deadlines.deadlines_reckon(actor=None)
    assert deadlines.deadlines_reckon(actor=None) == 0


def test_reckoning_leaves_met_deadlines_as_they_were(subject, department, request):
    found = set_deadline(subject, department, D(2026, 12, 25), 10)
    deadlines.deadline_meet(subject, "case.review", actor=None, on=D(2026, 12, 28))
    request.getfixturevalue("year_2027")
    assert deadlines.deadlines_reckon(actor=None) == 0
    found.refresh_from_db()
    assert found.due_on == D(2027, 1, 11)


def test_reckoning_keeps_what_pauses_added(deadline):
    pause(deadline, D(2026, 11, 5), D(2026, 11, 9))
    assert deadlines.deadlines_reckon(actor=None) == 0


def remind(on):
    return deadlines_remind(on=on, at=NOON)["reminded"]


def deliver():
    outbox_drain(now=lambda: NOON)


@pytest.mark.parametrize(
    ("on", "title"),
    [
        (D(2026, 11, 6), None),  # three working days left
        (D(2026, 11, 8), None),  # Sunday: Monday, Tuesday, Wednesday are left
        (D(2026, 11, 9), "即将到期：初审"),
        (D(2026, 11, 10), "即将到期：初审"),
        (D(2026, 11, 11), "今日到期：初审"),
        (D(2026, 11, 12), "已逾期：初审"),
        (D(2026, 12, 24), "已逾期：初审"),
    ],
)
def test_a_department_is_reminded_before_on_and_after_the_due_day(deadline, on, title):
    remind(on)
    deliver()
    assert list(Notice.objects.values_list("title", "department")) == (
        [] if title is None else [(title, deadline.department_id)]
    )


def test_each_stage_reminds_once(deadline):
    days = [D(2026, 11, day) for day in range(6, 21)]
    assert sum(remind(on) for on in days for _ in range(2)) == 3


def test_a_late_run_reminds_only_of_what_holds_then(deadline):
    assert remind(D(2026, 11, 30)) == 1


def test_a_met_deadline_reminds_nobody(deadline, subject):
    deadlines.deadline_meet(subject, "case.review", actor=None, on=D(2026, 11, 5))
    assert remind(D(2026, 11, 12)) == 0


def test_a_standing_clock_reminds_nobody(deadline):
    deadlines.deadline_pause(deadline_id=deadline.pk, reason="补正", actor=None, on=D(2026, 11, 5))
    assert remind(D(2026, 11, 12)) == 0


def test_a_clock_that_runs_again_reminds_by_its_new_due_day(deadline):
    pause(deadline, D(2026, 11, 5), D(2026, 11, 9))
    assert [remind(D(2026, 11, 10)), remind(D(2026, 11, 11))] == [0, 1]


def test_a_moved_due_day_reminds_anew(deadline):
    remind(D(2026, 11, 10))
    pause(deadline, D(2026, 11, 10), D(2026, 11, 12))
    assert remind(D(2026, 11, 12)) == 1


def test_a_pause_that_moves_nothing_reminds_of_no_stage_twice(deadline):
    remind(D(2026, 11, 9))
    pause(deadline, D(2026, 11, 10), D(2026, 11, 10))
    assert remind(D(2026, 11, 10)) == 0


def test_many_reminders_are_delivered_each_to_its_department_by_one_message(subject, department):
    for number in range(1, 4):
        set_deadline(subject, make_department(f"bureau-{number}"), D(2026, 11, 2), 7, code=f"case.review-{number}")
    assert remind(D(2026, 11, 11)) == 3
    deliver()
    told = Notice.objects.values_list("department__code", "state").order_by("department__code")
    assert list(told) == [(f"bureau-{number}", "delivered") for number in range(1, 4)]
    assert OutboxMessage.objects.filter(topic="notice.deliver_batch").count() == 1


def test_the_number_of_statements_does_not_grow_with_the_reminders(subject, department):
    def statements(day):
        with CaptureQueriesContext(connection) as caught:
            remind(day)
        return len(caught)

    set_deadline(subject, department, D(2026, 11, 2), 7, code="one")
    alone = statements(D(2026, 11, 11))
    for number in range(20):
        set_deadline(subject, department, D(2026, 11, 3), 7, code=f"many-{number}")
    assert statements(D(2026, 11, 12)) == alone  # twenty due that day, and one that is late now


def test_a_provisional_day_is_said_to_be_one(subject, department):
    set_deadline(subject, department, D(2026, 12, 25), 10)
    remind(D(2027, 1, 11))
    deliver()
    assert "暂定" in Notice.objects.get().body


def due_days(subject, department):
    """Five open deadlines, two of them due on the same day: 11, 11, 12, 13 and 16 November, set in another order."""
    for number, starts_on in enumerate(
        (D(2026, 11, 4), D(2026, 11, 2), D(2026, 11, 5), D(2026, 11, 2), D(2026, 11, 3))
    ):
        set_deadline(subject, department, starts_on, 7, code=f"case.review-{number}")


def test_all_are_reminded_however_few_go_together(subject, department, monkeypatch):
    monkeypatch.setattr(reminders, "CHUNK", 1)
    due_days(subject, department)
    assert remind(D(2026, 11, 16)) == 5
    assert remind(D(2026, 11, 16)) == 0
    assert Notice.objects.count() == 5


def test_who_moved_while_being_waited_for_keeps_nobody_from_being_found(subject, department, monkeypatch):
    """The row that was locked last had its day moved behind those that nobody has looked at yet."""
    monkeypatch.setattr(reminders, "CHUNK", 2)
    due_days(subject, department)
    rows = list(Deadline.objects.order_by("due_on", "pk"))
    moved = [rows[4], rows[0]]  # read as the first two, the one now due last
    assert list(reminders._behind(moved, Deadline.objects.order_by("due_on", "pk"))) == rows
    assert list(reminders._behind(rows[:2], Deadline.objects.order_by("due_on", "pk"))) == rows[2:]
