"""The workbench shows what the rights of the listed and of reporters ask for: tips, commitments, claims, late papers.

Days by the State Council's 2026 notice: the first half of June has no day off beside its weekends.
"""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from credit_site.selectors.queues import desk_of, queue_counts, queue_rows, sources_of
from credit_site.selectors.work import work_items
from repair.services.objections import objection_file, objection_supplement
from tests.credit_site.samples import make_claim
from tests.factories import make_account, make_department, make_record, make_subject
from tests.incentives.promising import make_people as make_promisers
from tests.incentives.promising import promise
from tests.repair.people import make_people
from tests.sanctions.reports import NAME, Desk, file_tip

pytestmark = pytest.mark.django_db
MONDAY = dt.date(2026, 6, 1)


def rows(account, on=MONDAY, queue="mine", *, is_whole=False):
    desk = desk_of(account, on, is_whole=is_whole)
    return work_items(queue_rows(desk, sources_of(desk), queue), desk)


def of_kind(kind, account, on=MONDAY, queue="mine", **scope):
    return [each for each in rows(account, on, queue, **scope) if each.kind == kind]


def counts(account, on=MONDAY):
    desk = desk_of(account, on)
    return queue_counts(desk, sources_of(desk))


# --- tips


@pytest.fixture
def desk():
    return Desk(make_department(kind="credit-office"))


def test_a_tip_waits_to_be_taken_in_by_the_day_of_the_pack(desk):
    tip = file_tip(on=MONDAY).tip
    row = of_kind("举报", desk.handler, queue="unassigned")[0]
    # seven working days (assumed) from 1 June: 2 to 5, 8, 9 and 10 June
    assert (row.step, row.due.due_on) == ("受理", dt.date(2026, 6, 10))
    assert row.step_url == reverse("tips:step", args=[tip.public_id, "accept"])
    assert of_kind("举报", desk.handler) == []
    assert counts(desk.handler, dt.date(2026, 6, 11))["overdue"] == 1


def test_a_tip_lies_with_its_own_handler_and_then_with_who_concludes(desk):
    tip = file_tip(on=MONDAY).tip
    desk.accept(tip, MONDAY)
    colleague = make_account("handler", department=desk.department)
    assert [row.step for row in of_kind("举报", desk.handler)] == ["登记核查情况"]
    assert of_kind("举报", colleague) == []
    desk.investigate(tip, MONDAY)
    assert of_kind("举报", desk.handler) == []
    assert [row.step for row in of_kind("举报", desk.approver)] == ["作出结论"]


def test_the_handler_tells_the_reporter(desk):
    desk.verify(file_tip(on=MONDAY).tip, make_subject(), MONDAY)
    assert [row.step for row in of_kind("举报", desk.handler)] == ["反馈举报人"]


def test_no_row_says_who_reported(desk):
    file_tip(on=MONDAY)
    row = of_kind("举报", desk.handler, queue="unassigned")[0]
    assert NAME not in "".join((row.number, row.subject, row.detail, row.holder, row.basis))


def test_a_tip_is_no_work_of_who_may_not_read_it(desk):
    file_tip(on=MONDAY)
    for role in ("publisher", "department"):
        account = make_account(role, department=desk.department)
        assert of_kind("举报", account, queue="all") == []


# --- commitments


def test_a_missed_promise_is_the_departments_to_check():
    people = make_promisers()
    commitment = promise(people, days=10)
    due_on = commitment.obligations.get().due_on
    assert of_kind("信用承诺", people.handler, due_on) == []
    row = of_kind("信用承诺", people.handler, due_on + dt.timedelta(days=1))[0]
    assert (row.number, row.due.due_on) == (commitment.number, due_on)
    assert row.due.days_left < 0
    assert of_kind("信用承诺", make_account("handler", department=make_department()), due_on + dt.timedelta(1)) == []
    assert of_kind("信用承诺", people.approver, due_on + dt.timedelta(days=1)) == []


# --- claims


def test_a_claim_waits_for_whoever_may_confirm_it():
    subject = make_subject()
    claim = make_claim(subject)
    office = make_department(kind="credit-office")
    row = of_kind("账号认领", make_account("handler", department=office), queue="unassigned")[0]
    assert (row.url, row.due) == (reverse("registry:claim-detail", args=[claim.public_id]), None)
    assert of_kind("账号认领", make_account("approver", department=office), queue="unassigned") == []
    assert of_kind("账号认领", make_account("handler", department=make_department()), queue="unassigned") == []


# --- papers that never came


def test_a_request_lies_with_who_decides_once_the_subjects_time_is_over():
    people = make_people()
    record = make_record(people.subject, department=people.department)
    objection = objection_file(
        subject_id=people.subject.pk, statement="有误", actor=people.own, on=MONDAY, record_id=record.pk
    )
    objection_supplement(objection_id=objection.pk, wanted="凭证", actor=people.handler, on=MONDAY)
    # ten working days (assumed) from 1 June end on 15 June
    assert of_kind("异议", people.approver, dt.date(2026, 6, 15)) == []
    row = of_kind("异议", people.approver, dt.date(2026, 6, 16))[0]
    assert row.step == "逾期没有补正，决定是否不予受理"
    assert row.step_url == reverse("requests:step", args=["objections", objection.public_id, "decline"])


# --- cost


def test_more_rows_ask_no_more_queries(desk):
    def asked() -> int:
        with CaptureQueriesContext(
            connection,
        ) as found:
            rows(desk.handler, queue="all", is_whole=True)
        return len(found)

    people = make_promisers()
    on = promise(people, days=1).obligations.get().due_on
    assert on >= MONDAY
    file_tip(on=MONDAY)
    make_claim(make_subject())
    few = asked()
    for _ in range(4):
        file_tip(on=MONDAY)
        make_claim(make_subject())
    assert asked() == few


@pytest.mark.parametrize("role", ["handler", "reviewer", "approver", "publisher", "auditor"])
def test_the_page_opens_for_every_role(client, desk, role):
    file_tip(on=MONDAY)
    make_claim(make_subject())
    client.force_login(make_account(role, department=desk.department))
    for queue in ("mine", "unassigned", "all"):
        assert client.get(reverse("workbench"), {"queue": queue, "scope": "whole"}).status_code == 200
