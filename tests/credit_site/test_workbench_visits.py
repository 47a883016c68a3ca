"""Drawn inspections and repairs to be taken back lie with whose step comes next, until their day."""

import datetime as dt

import pytest
from django.urls import reverse

from credit_site.selectors.queues import desk_of, queue_counts, queue_rows, sources_of
from credit_site.selectors.work import work_items
from disclosure.services.records import record_publish
from incentives.services.inspection_draws import visit_replace
from incentives.services.inspection_results import Outcome, visit_publish, visit_record
from registry.models import Deadline, Notice
from registry.services.outbox import outbox_drain
from registry.services.reminders import deadlines_remind
from tests.factories import make_account
from tests.incentives.inspecting import LATER, MONDAY, Bureau, at, subjects
from tests.repair.people import make_people
from tests.repair.scenes import granted_repair, penalty, told_of_undoing
from tests.sanctions.listing import run_policy

pytestmark = pytest.mark.django_db
Day = dt.date
# The plan ends on Tuesday 2026-06-30; five working days after it end on Tuesday 2026-07-07.
DUE = Day(2026, 7, 7)


@pytest.fixture
def bureau():
    subjects(4)
    return Bureau()


def rows(account, on, kind):
    desk = desk_of(account, on)
    sources = sources_of(desk)
    found = [item for item in work_items(queue_rows(desk, sources, "mine"), desk) if item.kind == kind]
    assert queue_counts(desk, sources)["mine"] >= len(found)
    return found


def results():
    return Deadline.objects.filter(code="inspection-result", met_on__isnull=True, cancelled_on__isnull=True)


def test_each_drawn_visit_has_the_day_by_which_its_result_is_due(bureau):
    plan = bureau.drawn()
    assert set(results().values_list("object_id", flat=True)) == set(plan.visits.values_list("pk", flat=True))
    assert {(each.due_on, each.department_id, each.is_assumed) for each in results()} == {
        (DUE, bureau.department.pk, True)
    }


def test_the_handler_registers_and_the_publisher_publishes_and_nobody_else_sees_it_as_theirs(bureau):
    plan = bureau.drawn()
    handler, publisher = bureau.officer("handler"), bureau.officer("publisher")
    first, _ = rows(handler, LATER, "随机抽查")
    assert (first.step, first.due.deadline.due_on, first.holder) == ("登记检查结果", DUE, bureau.department.short_name)
    assert rows(publisher, LATER, "随机抽查") == rows(Bureau().officer("handler"), LATER, "随机抽查") == []
    visit = plan.visits.first()
    visit_record(visit_id=visit.pk, outcome=Outcome(LATER, "clean"), actor=handler, on=LATER)
    assert len(rows(handler, LATER, "随机抽查")) == 1
    assert [each.step for each in rows(publisher, LATER, "随机抽查")] == ["公开结果"]
    visit_publish(visit_id=visit.pk, actor=publisher, on=LATER)
    assert rows(publisher, LATER, "随机抽查") == []


def test_who_stands_in_for_a_replaced_one_takes_over_the_day(bureau):
    plan = bureau.drawn()
    visit = plan.visits.first()
    successor = visit_replace(visit_id=visit.pk, reason="停业", actor=bureau.officer("reviewer"), on=LATER)
    assert not results().filter(object_id=visit.pk).exists()
    assert results().get(object_id=successor.pk).due_on == DUE


def test_a_late_result_is_reminded_of_once_a_stage(bureau):
    bureau.drawn()
    for on in (Day(2026, 7, 3), DUE, Day(2026, 7, 8), Day(2026, 7, 8), Day(2026, 7, 9)):
        deadlines_remind(on=on, at=at(on))
        outbox_drain(now=lambda on=on: at(on))
    titles = list(Notice.objects.filter(kind="deadline.reminder").values_list("title", flat=True))
    assert sorted(titles) == sorted([f"{stage}：登记抽查结果" for stage in ("即将到期", "今日到期", "已逾期")] * 2)


def test_a_subject_reads_its_own_inspections_and_none_that_is_still_to_come(bureau, client, settings):
    settings.PRETEND_TODAY = LATER
    plan = bureau.drawn()
    visit, other = plan.visits.all()
    client.force_login(make_account("subject", subject=visit.subject))
    page = client.get(reverse("my-standing:inspections")).content.decode()
    assert "还没有检查" in page
    assert "接受检查0次" in page
    visit_record(visit_id=visit.pk, outcome=Outcome(LATER, "clean"), actor=bureau.officer("handler"), on=LATER)
    page = client.get(reverse("my-standing:inspections")).content.decode()
    for told in (LATER.isoformat(), bureau.department.name, "检查人员", visit.summary or "未公开", "接受检查1次"):
        assert told in page
    client.force_login(make_account("subject", subject=other.subject))
    assert "还没有检查" in client.get(reverse("my-standing:inspections")).content.decode()
    assert MONDAY.isoformat() not in page


# --- repairs that may be taken back -------------------------------------------------------------------------------
TOLD, LAST, AFTER = Day(2026, 9, 1), Day(2026, 9, 8), Day(2026, 9, 9)


def test_the_silent_end_of_the_time_to_be_heard_lies_with_who_decides_and_did_not_tell():
    run_policy("ndrc-2025-36", on=Day(2026, 4, 1))
    people = make_people()
    record = penalty(
        people, "没收违法所得", decided_on=Day(2026, 4, 10), corrected_on=Day(2026, 5, 1), fulfilled_on=Day(2026, 5, 1)
    )
    record_publish(record_id=record.pk, actor=None, on=Day(2026, 4, 13), until=Day(2027, 4, 10))
    told_of_undoing(people, granted_repair(people, Day(2026, 7, 13), "commitment", record_id=record.pk), TOLD)
    assert rows(people.approver, LAST, "拟撤销修复") == []
    (row,) = rows(people.approver, AFTER, "拟撤销修复")
    assert row.detail == "陈述期限至2026-09-08已满，当事人没有陈述"
    assert rows(people.handler, AFTER, "拟撤销修复") == []
