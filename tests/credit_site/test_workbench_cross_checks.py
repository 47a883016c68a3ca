"""Cross-checks that nobody has handled: on the workbench, and on the file of whom they are about."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from credit_site.selectors.queues import desk_of, queue_counts, queue_rows, sources_of
from credit_site.selectors.work import work_items
from registry import clock
from sanctions.models import CrossCheck
from sanctions.services.cross_checks import cross_check_handle
from sanctions.services.entries import entry_end
from tests.factories import make_account, make_subject
from tests.sanctions.listing import make_entry

pytestmark = pytest.mark.django_db
EXPLAINED = "仅供经办人员核实"


def flagged(on: dt.date) -> CrossCheck:
    """A subject on the lists of two fields, flagged the day it came on the second."""
    entry = make_entry("mem-2023-11", "blacklist", on=on)
    flag = CrossCheck(
        kind="domains", key=f"domains:{entry.pk}", subject=entry.subject, basis="同时列入两个领域的名单",
        explanation=EXPLAINED, opened_on=on,
    ).save_by(None, reason="test")  # fmt: skip
    flag.entries.add(entry)
    return flag


def rows(account, on, queue="unassigned"):
    desk = desk_of(account, on)
    return [
        each for each in work_items(queue_rows(desk, sources_of(desk), queue), desk) if each.kind == "交叉核查"
    ]  # fmt: skip


def number(account, on):
    desk = desk_of(account, on)
    return queue_counts(desk, sources_of(desk))["unassigned"]


@pytest.fixture
def today():
    return clock.today()


def test_a_flag_waits_for_whoever_may_handle_it(today):
    flag, officer = flagged(today), make_account("handler")
    (row,) = rows(officer, today)
    assert (row.subject, row.due) == (flag.subject.name, None)
    assert row.step_url == reverse("sanctions:cross-check-handle", args=[flag.public_id])
    assert number(officer, today) == 1


def test_it_waits_for_nobody_else(today):
    flagged(today)
    assert [rows(make_account(role), today) for role in ("approver", "publisher")] == [[], []]


def test_a_handled_flag_is_off_the_workbench(today):
    flag, officer = flagged(today), make_account("handler")
    cross_check_handle(flag=flag, outcome="noted", note="已知悉", actor=officer, on=today)
    assert (rows(officer, today), number(officer, today)) == ([], 0)


def test_a_flag_leaves_the_workbench_with_its_entry(today):
    flag = flagged(today - dt.timedelta(days=5))
    entry_end(entry=flag.entries.get(), reason="revoked", ends_on=today, note="复议撤销", actor=None, on=today)
    assert rows(make_account("handler"), today) == []


def test_the_number_of_queries_does_not_grow_with_the_flags(today):
    officer = make_account("handler")

    def asked():
        with CaptureQueriesContext(connection) as found:
            rows(officer, today)
        return len(found)

    flagged(today)
    few = asked()
    for _ in range(3):
        flagged(today)
    assert asked() == few


def page(client, account, subject):
    client.force_login(account)
    return client.get(reverse("registry:subject-detail", args=[subject.public_id])).content.decode()


def test_the_subjects_file_shows_what_stands(client, today):
    flag = flagged(today)
    shown = page(client, make_account("handler"), flag.subject)
    assert reverse("sanctions:cross-check-detail", args=[flag.public_id]) in shown
    assert flag.basis in shown


def test_the_file_of_another_subject_shows_nothing(client, today):
    flagged(today)
    assert "交叉核查</h2>" not in page(client, make_account("handler"), make_subject())


def test_what_is_gone_is_not_shown(client, today):
    flag = flagged(today)
    flag.until = today
    flag.save_by(None, reason="test")
    assert flag.basis not in page(client, make_account("handler"), flag.subject)


def test_a_department_sees_none_of_it(client, today):
    flag = flagged(today)
    assert flag.basis not in page(client, make_account("department"), flag.subject)
