"""Promises of missing papers: the last day by hand, handed in and ticked off one by one, missed by date alone."""

import datetime as dt

import pytest
from django.utils import timezone

from incentives.models import Commitment, Obligation
from incentives.selectors.commitments import commitment_row, commitments_due
from incentives.services.commitments import commitment_fulfil
from incentives.services.promises import (
    obligation_accept,
    obligation_hand_in,
    obligation_receive,
    obligation_return,
    promise_record,
)
from incentives.services.reminders import promises_remind
from registry.base.errors import InvalidInput, NotAllowed, RuleRefused, TransitionRefused
from registry.models import Deadline, Notice
from registry.services.outbox import outbox_drain
from tests.factories import make_account, make_department, make_subject
from tests.incentives.promising import MONDAY, PROMISE, make_people, on_paper, promise
from tests.sanctions.case_world import a_file

pytestmark = pytest.mark.django_db
Day = dt.date
DUE = Day(2026, 6, 22)


def hand_in(people, obligation, on):
    return obligation_hand_in(obligation_id=obligation.pk, files=[a_file()], note="", actor=people.own, on=on)


def accept(people, obligation, on):
    return obligation_accept(obligation_id=obligation.pk, actor=people.reviewer, on=on)


# --- the last day


def test_twenty_days_that_end_on_a_holiday_move_to_the_next_working_day():
    """2026-06-01 plus 20 days is Sunday 2026-06-21, in the Dragon Boat holiday; the next working day is the 22nd."""
    commitment = promise(make_people(), "验收报告", "检测报告")
    assert [each.due_on for each in commitment.obligations.all()] == [DUE, DUE]
    assert "（一）补齐验收报告，不迟于2026年6月22日。" in commitment.text
    deadline = Deadline.objects.filter(object_kind="incentives.obligation").first()
    assert (deadline.starts_on, deadline.days, deadline.due_on) == (MONDAY, 20, DUE)
    assert (deadline.clause, deadline.is_assumed, deadline.department) == ("信用承诺", True, commitment.department)


def test_another_pack_gives_fifteen_days():
    people = make_people("county-plan")
    commitment = promise(people, key="county-plan|missing-papers")
    assert commitment.obligations.get().due_on == Day(2026, 6, 16)


def test_the_department_may_write_another_number_of_days():
    assert promise(make_people(), days=5).obligations.get().due_on == Day(2026, 6, 8)  # the 6th is a Saturday


def test_where_the_pack_gives_no_days_the_department_must():
    people = make_people("fangcheng-2020")
    with pytest.raises(InvalidInput, match="没有写明期限") as refusal:
        promise(people, key="fangcheng-2020|missing-papers")
    assert refusal.value.field == "days"
    assert promise(people, key="fangcheng-2020|missing-papers", days=10).obligations.get().due_on == Day(2026, 6, 11)


@pytest.mark.parametrize(
    ("change", "field"),
    [({"matter": " "}, "matter"), ({"missing": [" "]}, "missing"), ({"accepted_on": Day(2026, 6, 2)}, "accepted_on")],
)
def test_a_promise_says_about_what_since_when_and_which_papers(change, field):
    people = make_people()
    given = {
        "subject_id": people.subject.pk, "key": PROMISE, "matter": "许可延期", "missing": ["验收报告"],
        "accepted_on": MONDAY, "actor": people.handler, "on": MONDAY,
    }  # fmt: skip
    with pytest.raises(InvalidInput) as refusal:
        promise_record(**(given | change))
    assert refusal.value.field == field


def test_without_paper_it_waits_for_the_subject():
    people = make_people()
    commitment = promise_record(
        subject_id=people.subject.pk, key=PROMISE, matter="许可延期", missing=["验收报告"], accepted_on=MONDAY,
        actor=people.handler, on=MONDAY,
    )  # fmt: skip
    assert commitment.state == "drafted"


# --- handed in, checked


def test_papers_are_ticked_off_one_by_one_and_the_last_one_fulfils_the_promise():
    people = make_people()
    first, second = promise(people, "验收报告", "检测报告").obligations.all()
    hand_in(people, first, Day(2026, 6, 10))
    accept(people, first, Day(2026, 6, 11))
    commitment = Commitment.objects.get()
    row = commitment_row(commitment, Day(2026, 6, 11))
    assert (commitment.state, row.done, [each.state for each in row.obligations]) == ("signed", 1, ["done", "open"])
    hand_in(people, second, DUE)
    accept(people, second, Day(2026, 6, 24))
    commitment.refresh_from_db()
    assert (commitment.state, commitment.closed_on) == ("fulfilled", Day(2026, 6, 24))
    met = Deadline.objects.filter(object_kind="incentives.obligation").order_by("pk").values_list("met_on", flat=True)
    assert list(met) == [Day(2026, 6, 10), DUE]


def test_a_commitment_with_something_open_is_not_found_fulfilled():
    people = make_people()
    commitment = promise(people)
    with pytest.raises(RuleRefused, match="补齐验收报告"):
        commitment_fulfil(commitment_id=commitment.pk, actor=people.reviewer, on=MONDAY)


def test_what_was_handed_in_on_the_last_day_is_in_time_while_an_officer_looks_at_it():
    people = make_people()
    obligation = promise(people).obligations.get()
    hand_in(people, obligation, DUE)
    assert commitment_row(Commitment.objects.get(), Day(2026, 7, 1)).obligations[0].state == "handed"
    assert not Commitment.objects.missed(Day(2026, 7, 1)).exists()


def test_what_is_sent_back_is_owed_again_and_missed_when_its_day_is_over():
    people = make_people()
    obligation = promise(people).obligations.get()
    hand_in(people, obligation, DUE)
    obligation_return(obligation_id=obligation.pk, reason="没有盖章", actor=people.reviewer, on=Day(2026, 6, 23))
    assert commitment_row(Commitment.objects.get(), Day(2026, 6, 23)).state == "missed"
    assert Notice.objects.filter(subject=people.subject, kind="commitment.returned", body__contains="没有盖章").exists()


def test_late_papers_are_taken_and_stay_late():
    people = make_people()
    obligation = promise(people).obligations.get()
    hand_in(people, obligation, Day(2026, 6, 23))
    assert commitment_row(Commitment.objects.get(), Day(2026, 6, 23)).obligations[0].state == "late"
    accept(people, obligation, Day(2026, 6, 24))
    row = commitment_row(Commitment.objects.get(), Day(2026, 6, 24))
    assert (row.state, row.obligations[0].state) == ("fulfilled", "done-late")


def test_papers_brought_to_the_window_count_from_the_day_they_came():
    people = make_people()
    obligation = promise(people).obligations.get()
    taken = {"obligation_id": obligation.pk, "files": [a_file()], "note": "", "actor": people.handler}
    with pytest.raises(InvalidInput, match="提交日期"):
        obligation_receive(handed_on=Day(2026, 6, 25), on=Day(2026, 6, 24), **taken)
    obligation_receive(handed_on=DUE, on=Day(2026, 6, 24), **taken)
    assert commitment_row(Commitment.objects.get(), Day(2026, 6, 24)).obligations[0].state == "handed"


def test_nothing_is_ticked_off_that_was_not_handed_in():
    people = make_people()
    with pytest.raises(RuleRefused, match="还没有提交"):
        accept(people, promise(people).obligations.get(), MONDAY)


def test_what_was_ticked_off_is_not_handed_in_again():
    people = make_people()
    first, _ = promise(people, "甲", "乙").obligations.all()
    hand_in(people, first, MONDAY)
    accept(people, first, MONDAY)
    with pytest.raises(TransitionRefused, match="核对通过"):
        hand_in(people, first, MONDAY)


def test_nobody_hands_in_or_checks_for_others():
    people = make_people()
    obligation = promise(people).obligations.get()
    stranger = make_account("subject", subject=make_subject())
    with pytest.raises(NotAllowed, match="本单位"):
        obligation_hand_in(obligation_id=obligation.pk, files=[a_file()], note="", actor=stranger, on=MONDAY)
    hand_in(people, obligation, MONDAY)
    elsewhere = make_account("reviewer", department=make_department())
    with pytest.raises(NotAllowed, match="其他部门"):
        obligation_accept(obligation_id=obligation.pk, actor=elsewhere, on=MONDAY)


# --- missed


def test_missed_shows_from_the_day_after_by_date_alone():
    commitment = promise(make_people())
    assert commitment_row(commitment, DUE).state == "signed"
    assert not Commitment.objects.missed(DUE).exists()
    day_after = Day(2026, 6, 23)
    assert commitment_row(commitment, day_after).label == "逾期未履行"
    assert Commitment.objects.missed(day_after).get() == commitment


def test_what_an_officer_must_act_on_stands_in_order_of_its_day():
    people = make_people()
    later, sooner = promise(people, days=10), promise(people, days=3)
    assert list(commitments_due(people.department, Day(2026, 6, 4))) == []
    found = commitments_due(people.department, Day(2026, 6, 12))
    assert [(each, each.due) for each in found] == [(sooner, Day(2026, 6, 4)), (later, Day(2026, 6, 11))]
    assert not commitments_due(make_department(), Day(2026, 6, 12)).exists()


def test_what_was_handed_in_waits_for_an_officer():
    people = make_people()
    commitment = promise(people)
    hand_in(people, commitment.obligations.get(), MONDAY)
    assert commitments_due(people.department, MONDAY).get() == commitment


# --- reminders


def remind(on: Day) -> int:
    now = timezone.now()
    owed = promises_remind(on=on, at=now)["reminded"]
    outbox_drain(now=timezone.now)
    return owed


def test_the_subject_is_reminded_before_on_and_after_the_day_once_each():
    """Due Monday 2026-06-22; the two working days before it are Wednesday the 17th to Thursday the 18th (holiday 19–21)."""
    people = make_people()
    promise(people)
    days = [Day(2026, 6, day) for day in (16, 17, 18, 20, 22, 22, 23, 24)]
    assert [remind(day) for day in days] == [0, 1, 0, 0, 1, 0, 1, 0]
    told = Notice.objects.filter(subject=people.subject, kind="commitment.reminder").order_by("pk")
    assert [each.title[:4] for each in told] == ["即将到期", "今日到期", "已逾期："]


def test_who_has_handed_in_is_not_reminded():
    people = make_people()
    hand_in(people, promise(people).obligations.get(), MONDAY)
    assert remind(DUE) == 0


def test_no_text_of_a_promise_is_public_where_the_pack_does_not_say_so():
    promise(make_people())
    assert not Commitment.objects.public(MONDAY).exists()
    assert Obligation.objects.count() == 1


def test_a_paper_signature_needs_its_signer():
    people = make_people()
    paper = on_paper()
    with pytest.raises(InvalidInput, match="签名的人"):
        promise_record(
            subject_id=people.subject.pk, key=PROMISE, matter="延期", missing=["甲"], accepted_on=MONDAY,
            paper=type(paper)("", "", MONDAY, a_file()), actor=people.handler, on=MONDAY,
        )  # fmt: skip
