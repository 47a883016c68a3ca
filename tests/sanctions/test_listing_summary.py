"""The monthly summary of listings: who belongs to a month by date alone, and the file as it goes up."""

import csv
import datetime as dt
import io

import openpyxl
import pytest
import time_machine
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from registry.base.errors import InvalidInput, NotAllowed
from registry.models import Event, OrganizationRole
from sanctions.models import ListEntry
from sanctions.rules.listing_summary import PROPOSED, REMOVED, TAKEN, listing_summary, month_before, month_end, month_of
from sanctions.selectors.listing_summary import reports_due, summary_lines, summary_rows
from sanctions.services.entries import entry_end
from sanctions.services.listing_summary import summary_file
from tests.factories import make_account, make_department, make_subject
from tests.sanctions.listing import make_decided_case, make_entry, run_policy
from tests.streaming import loaded_at_once

Day = dt.date
OCTOBER = Day(2026, 10, 1)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _in_november():
    with time_machine.travel(dt.datetime(2026, 11, 20, 4, tzinfo=dt.UTC), tick=True):
        yield


def listed(on: Day, **fields) -> ListEntry:
    return make_entry("mem-2023-11", "blacklist", on=on, **fields)


def entries(part: str, month: Day = OCTOBER, department=None) -> list[ListEntry]:
    return list(summary_rows(part, month, department))


def test_a_month_takes_its_first_and_last_day_and_no_other():
    days = [Day(2026, 9, 30), Day(2026, 10, 1), Day(2026, 10, 31), Day(2026, 11, 1)]
    made = [listed(day) for day in days]
    assert entries(TAKEN) == made[1:3]


def test_who_is_not_listed_any_more_from_a_day_of_the_month_on_is_removed_in_it():
    # mem-2023-11: three years from publication, which is not counted; the first day without it follows the last day.
    last_in_september = listed(Day(2023, 9, 30))
    last_in_october = listed(Day(2023, 10, 30))
    listed(Day(2023, 10, 31))
    assert [entry.ends_on for entry in (last_in_september, last_in_october)] == [Day(2026, 10, 1), Day(2026, 10, 31)]
    assert entries(REMOVED) == [last_in_september, last_in_october]


def test_what_was_corrected_or_revoked_was_never_listed_and_is_in_no_part():
    entry = listed(Day(2026, 10, 9))
    entry_end(entry=entry, reason="revoked", ends_on=Day(2026, 10, 9), note="复议撤销", actor=None, on=Day(2026, 11, 3))
    assert entries(TAKEN) == entries(REMOVED) == []


def test_an_early_end_is_removed_in_its_month_with_its_reason():
    entry = listed(Day(2025, 3, 3))
    entry_end(entry=entry, reason="repaired", ends_on=Day(2026, 10, 12), note="修复", actor=None, on=Day(2026, 10, 12))
    (cells,) = summary_lines(REMOVED, OCTOBER, None)
    assert "信用修复" in cells[-1]
    assert "2026-10-11" in cells  # the last day in force


def test_grading_inside_the_office_does_not_go_up():
    make_entry("yiyuan-2021", "focus", on=Day(2026, 10, 9), mode="internal")
    assert entries(TAKEN) == []


def test_cases_before_their_decision_are_proposed_and_dropped_ones_are_not():
    case = make_decided_case("mem-2023-11", "blacklist", decided_on=Day(2026, 11, 5), deliberated_on=Day(2026, 10, 28))
    dropped = make_decided_case(
        "mem-2023-11", "blacklist", decided_on=Day(2026, 11, 5), deliberated_on=Day(2026, 10, 28)
    )
    dropped.state, dropped.dropped_on = "dropped", Day(2026, 11, 6)
    dropped.save_by(None, reason="test")
    assert list(summary_rows(PROPOSED, OCTOBER, None)) == [case]


def test_a_row_says_who_why_by_whom_and_until_when():
    subject = make_subject("演示化工有限公司", address="演示县演示路1号")
    person = make_subject("张三", kind="person")
    OrganizationRole(organization=subject, person=person, role="legal-representative").save_by(None, reason="test")
    department = make_department(name="演示县应急管理局")
    entry = listed(Day(2026, 10, 9), subject=subject, department=department)
    record = entry.grounds.get().record
    (cells,) = summary_lines(TAKEN, OCTOBER, department)
    row = dict(zip([column.label for column in listing_summary().columns], cells, strict=True))
    assert row["单位（人员）名称"] == "演示化工有限公司"
    assert row["注册地址"] == "演示县演示路1号"
    assert row["法定代表人（主要负责人）"] == "张三"
    assert record.number in row["失信行为简况"]
    assert (row["信息报送机关"], row["公布日期"], row["管理期限至"]) == (
        "演示县应急管理局", "2026-10-09", "2029-10-09",
    )  # fmt: skip
    assert list(summary_lines(TAKEN, OCTOBER, make_department())) == []


@pytest.mark.parametrize("table_format", ["xlsx", "csv"])
def test_the_file_holds_every_row_and_its_export_is_on_the_timeline(table_format):
    for day in range(1, 31):
        listed(Day(2026, 10, day))
    actor = make_account("publisher")
    with loaded_at_once() as held:
        made = summary_file(
            part=TAKEN, month=OCTOBER, department=None, table_format=table_format, actor=actor, on=Day(2026, 11, 20)
        )
    assert held[ListEntry] == 0, "the rows go from the database into the file, none is kept"
    content = made.stream.read()
    if table_format == "xlsx":
        rows = [[cell.value for cell in row] for row in openpyxl.load_workbook(io.BytesIO(content)).active.iter_rows()]
    else:
        rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    assert (made.rows, len(rows)) == (30, 31)
    assert rows[0][:3] == ["单位（人员）名称", "注册地址", "统一社会信用代码"]
    assert Event.objects.get(name="listing-summary.exported").payload["rows"] == 30


def test_a_file_needs_the_right_and_a_month_that_has_begun():
    given = {"part": TAKEN, "department": None, "table_format": "xlsx", "on": Day(2026, 11, 20)}
    with pytest.raises(NotAllowed):
        summary_file(month=OCTOBER, actor=make_account("reviewer"), **given)
    with pytest.raises(InvalidInput):
        summary_file(month=Day(2026, 12, 1), actor=make_account("handler"), **given)


def test_the_number_of_queries_does_not_grow_with_the_rows():
    def asked() -> int:
        with CaptureQueriesContext(connection) as captured:
            list(summary_lines(TAKEN, OCTOBER, None))
        return len(captured)

    listed(Day(2026, 10, 9))
    one = asked()
    for _ in range(6):
        listed(Day(2026, 10, 10))
    assert asked() == one


def test_the_reports_that_policies_ask_for_are_shown_with_their_day():
    run_policy("county-default", on=Day(2026, 1, 1), mode="internal")
    due = {each.due_on for each in reports_due(OCTOBER, Day(2026, 11, 20))}
    # 每月3日前、10日前 (county-default, assumed after the city's and the ministry's rules).
    assert {Day(2026, 11, 3), Day(2026, 11, 10)} <= due


def test_the_page_shows_the_month_before_and_sends_the_file():
    entry = listed(Day(2026, 10, 9))
    client = Client()
    client.force_login(make_account("handler"))
    text = client.get(reverse("sanctions:listing-summary")).content.decode()
    assert "2026年10月" in text
    assert entry.subject.name in text
    assert "暂定" in text
    response = client.get(reverse("sanctions:listing-summary-file", args=["xlsx"]) + "?month=2026-10&part=taken")
    assert response.status_code == 200
    assert response.streaming
    for wrong in ("?month=2026-13", "?month=2026-10&part=other", "?month="):
        assert client.get(reverse("sanctions:listing-summary") + wrong).status_code == 200
        assert client.get(reverse("sanctions:listing-summary-file", args=["xlsx"]) + wrong).status_code == 302


@pytest.mark.parametrize(
    ("first", "last"), [(Day(2026, 2, 1), Day(2026, 2, 28)), (Day(2028, 2, 1), Day(2028, 2, 29)),
                        (Day(2026, 12, 1), Day(2026, 12, 31))],
)  # fmt: skip
def test_months_end_where_the_calendar_says(first, last):
    assert month_end(first) == last
    assert month_before(last + dt.timedelta(days=1)) == first
    assert month_of(f"{first:%Y-%m}") == first


@pytest.mark.parametrize("text", ["", "2026", "2026-13", "十月", "2026-10-01"])
def test_what_is_no_month_is_none(text):
    assert month_of(text) is None
