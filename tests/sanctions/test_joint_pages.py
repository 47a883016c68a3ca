"""Pages of joint action: measures in force to the day, statistics, escalations, reports, what the subject's file shows."""

import datetime as dt
import io

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from openpyxl import load_workbook

from registry import clock
from registry.models import Deadline, Event, Notice
from registry.services.outbox import outbox_drain
from sanctions.models import JointReport, ListEntry, MeasureOrder, OrderFeedback
from sanctions.selectors.joint_reports import month_due
from sanctions.selectors.measures_in_force import InForceFilter, in_force_rows, measures_in_force
from sanctions.services import joint_reports
from sanctions.services.entries import entry_pause
from sanctions.services.orders import order_carry_out, order_receive, order_refuse
from tests.factories import make_account, make_department, make_subject
from tests.sanctions.joint import make_escalation, make_report
from tests.sanctions.listing import make_entry, make_order, run_policy
from tests.streaming import loaded_at_once

pytestmark = pytest.mark.django_db

ONE_DAY = dt.timedelta(days=1)


@pytest.fixture
def today():
    return clock.today()


@pytest.fixture
def market():
    return make_department("market", name="演示县市场监督管理局")


@pytest.fixture
def entry(market, today) -> ListEntry:
    make_department("emergency", name="演示县应急管理局")
    run_policy("mem-2023-11", on=today)
    return make_entry("mem-2023-11", "blacklist", on=today, subject=make_subject("演示矿业有限公司"))


@pytest.fixture
def order(entry, market) -> MeasureOrder:
    return MeasureOrder.objects.get(department=market)


@pytest.fixture
def officer(market):
    return make_account("department", department=market)


@pytest.fixture
def at_department(client, officer):
    client.force_login(officer)
    return client


@pytest.fixture
def at_office(client):
    client.force_login(make_account("handler", department=make_department()))
    return client


def in_force(market, on, **wanted):
    return list(measures_in_force(market, on, InForceFilter(**wanted)))


def page(client, name, *args, **query):
    return client.get(reverse(f"sanctions:{name}", args=args), query).content.decode()


# --- measures in force ---------------------------------------------------------------------------------------------


def test_a_measure_is_in_force_to_the_last_day_and_not_the_day_after(market, order, entry):
    days = [entry.starts_on - ONE_DAY, entry.starts_on, entry.ends_on - ONE_DAY, entry.ends_on]
    assert [len(in_force(market, on)) for on in days] == [0, 1, 1, 0]
    row = in_force_rows(in_force(market, entry.ends_on - ONE_DAY), entry.ends_on - ONE_DAY)[0]
    assert (row.since, row.until) == (entry.starts_on, entry.ends_on - ONE_DAY)


def test_what_is_paused_or_refused_is_not_in_force(market, order, entry, officer, today):
    other = make_order(make_entry("mem-2023-11", "blacklist", on=today), market, on=today, measure_code="99")
    order_refuse(order=other, reason="没有相关事项", actor=officer, on=today)
    entry_pause(entry=entry, reason="复议停止执行", actor=make_account("reviewer"), on=today)
    assert order not in in_force(market, today)
    assert other not in in_force(market, today)


def test_the_search_finds_by_name_code_measure_and_progress(market, order, entry, today):
    uscc = entry.subject.uscc
    measure = f"{order.catalogue}|{order.measure_code}"
    for wanted in ({"name": "矿业"}, {"name": uscc.lower()}, {"measure": measure}, {"state": "dispatched"}):
        assert in_force(market, today, **wanted) == [order], wanted
    for wanted in ({"name": "水泥"}, {"name": uscc[:10]}, {"measure": "x|1"}, {"state": "received"}):
        assert in_force(market, today, **wanted) == [], wanted


def test_a_department_sees_its_own_measures_and_nobody_elses(at_department, order, today):
    text = page(at_department, "measures-in-force", department="emergency")
    assert "演示县市场监督管理局今日在执行的措施" in text
    assert order.title in text


def test_the_office_looks_at_any_department(at_office, order):
    assert "演示县应急管理局今日在执行的措施" in page(at_office, "measures-in-force", department="emergency")


def test_the_sheet_holds_what_the_page_shows_and_the_download_is_noted(at_department, order, today):
    with loaded_at_once() as held:
        response = at_department.get(reverse("sanctions:measures-in-force-sheet"))
    assert held[MeasureOrder] == 0, "the rows go from the database into the sheet, none is kept"
    book = load_workbook(io.BytesIO(b"".join(response.streaming_content)))
    cells = [[cell.value for cell in row] for row in book.active.iter_rows()]
    assert (len(cells), cells[1][0], cells[1][4]) == (2, "演示矿业有限公司", order.measure_label)
    assert Event.objects.filter(name="orders.exported").count() == 1


def test_an_account_without_any_measure_meets_an_empty_page(client):
    client.force_login(make_account("department", department=make_department()))
    assert "今日没有符合条件的措施" in page(client, "measures-in-force")


@pytest.mark.parametrize(
    "name", ["measures-in-force", "joint-asked", "joint-reported", "order-list", "escalation-list"]
)
def test_the_number_of_queries_does_not_grow_with_the_rows(at_office, entry, market, today, name):
    officer = make_account("department", department=market)

    def more(number):
        for _ in range(number):
            made = make_entry("mem-2023-11", "blacklist", on=today)
            order = MeasureOrder.objects.filter(entry=made, department=market).first()
            order_receive(order=order, actor=officer, on=today)
            order_carry_out(order=order, text="已限制", done_on=today, document_number="", upload=None, actor=officer,
                            on=today)  # fmt: skip
            make_escalation(make_order(made, market, on=today, measure_code="99"), on=today)

    more(1)
    page(at_office, name)
    with CaptureQueriesContext(connection) as few:
        page(at_office, name)
    more(4)
    with CaptureQueriesContext(connection) as many:
        page(at_office, name)
    assert len(many) == len(few)


# --- steps ---------------------------------------------------------------------------------------------------------


def test_a_pause_is_confirmed_and_an_effect_added_by_the_pages(at_department, order, entry, officer, today):
    order_receive(order=order, actor=officer, on=today)
    given = {"text": "已限制", "done_on": today.isoformat(), "amount": "1200.50", "cases": "2"}
    at_department.post(reverse("sanctions:order-carry-out", args=[order.public_id]), given)
    told = order.feedback.get(kind="carried-out")
    assert (str(told.amount), told.cases) == ("1200.50", 2)
    at_department.post(reverse("sanctions:order-add-effect", args=[order.public_id]), given | {"text": "又一件"})
    assert order.feedback.filter(kind="effect").count() == 1
    entry_pause(entry=entry, reason="复议停止执行", actor=make_account("reviewer"), on=today)
    assert "确认暂停" in page(at_department, "order-detail", order.public_id)
    at_department.post(reverse("sanctions:order-confirm-pause", args=[order.public_id]), {"text": "已停止"})
    assert order.pauses.get().stopped_on == today
    assert "1,200.50元" in page(at_department, "order-detail", order.public_id)


def test_an_effect_without_any_number_keeps_what_was_typed(at_department, order, officer, today):
    order_receive(order=order, actor=officer, on=today)
    order_carry_out(order=order, text="已限制", done_on=today, document_number="", upload=None, actor=officer, on=today)
    response = at_department.post(
        reverse("sanctions:order-add-effect", args=[order.public_id]),
        {"text": "没有写数", "done_on": today.isoformat()},
    )
    assert "请至少填写涉及金额或者涉及事项数中的一项" in response.content.decode()
    assert "没有写数" in response.content.decode()


# --- escalations ---------------------------------------------------------------------------------------------------


@pytest.fixture
def supervisor(client):
    account = make_account("department", department=make_department("joint", kind="joint-conference"))
    client.force_login(account)
    return client


def test_the_joint_conference_office_urges_and_closes(supervisor, order, today):
    escalation = make_escalation(order, on=today)
    assert order.title in page(supervisor, "escalation-list")
    detail = page(supervisor, "escalation-detail", escalation.public_id)
    assert "督办</a>" in detail
    for step, text in (("urge", "请限期办理"), ("close", "已约谈")):
        at = reverse(f"sanctions:escalation-{step}", args=[escalation.public_id])
        supervisor.post(at, {"text": text})
    escalation.refresh_from_db()
    assert (escalation.state, escalation.steps.count()) == ("closed", 3)
    assert order.title in page(supervisor, "escalation-list", tab="closed")


def test_the_department_explains_and_another_finds_nothing(at_department, order, today):
    escalation = make_escalation(order, on=today)
    at = reverse("sanctions:escalation-explain", args=[escalation.public_id])
    at_department.post(at, {"text": "系统升级，下周办结"})
    escalation.refresh_from_db()
    assert escalation.state == "explained"
    at_department.force_login(make_account("department", department=make_department()))
    assert at_department.get(at).status_code == 404


# --- statistics and reports ----------------------------------------------------------------------------------------


def test_the_statistics_lead_to_every_row(at_office, order):
    text = page(at_office, "joint-statistics")
    assert f"department={order.department.code}" in text
    assert order.title in page(at_office, "joint-asked", department="market", outcome="waiting")
    assert "没有符合条件的任务" in page(at_office, "joint-asked", department="market", outcome="overdue")


@pytest.mark.parametrize("query", [{"first": "x"}, {"first": "2026-05-02", "last": "2026-05-01"}, {"outcome": "x"},
                                   {"ask": "x"}, {"department": "nobody"}, {"measure": "no-bar"}])  # fmt: skip
def test_a_senseless_question_is_answered_with_this_month(at_office, order, query):
    for name in ("joint-statistics", "joint-asked", "joint-reported", "joint-statistics-sheet", "joint-asked-sheet"):
        assert at_office.get(reverse(f"sanctions:{name}"), query).status_code == 200


@pytest.mark.parametrize(
    ("name", "chunked"), [("joint-asked-sheet", Deadline), ("joint-reported-sheet", OrderFeedback)]
)
def test_the_sheets_behind_the_figures_keep_no_rows(at_office, order, officer, today, name, chunked):
    order_receive(order=order, actor=officer, on=today)
    order_carry_out(order=order, text="已限制", done_on=today, document_number="", upload=None, actor=officer, on=today)
    with loaded_at_once() as held:
        sheet = at_office.get(reverse(f"sanctions:{name}"))
    book = load_workbook(io.BytesIO(b"".join(sheet.streaming_content)))
    assert book.active.max_row > 1
    assert held[chunked] == 0


def test_a_department_never_meets_another_ones_rows(at_department, order):
    for name in ("joint-statistics", "joint-asked"):
        assert "演示县应急管理局" not in page(at_department, name, department="emergency")


def test_a_report_is_made_shown_and_fetched(at_office, order, today):
    report = make_report(make_department(), on=today)
    text = page(at_office, "joint-report-detail", report.public_id)
    assert report.number in text
    for kind in ("paper", "sheet"):
        at = reverse("sanctions:joint-report-file", args=[report.public_id, kind])
        assert at_office.get(at).status_code == 200
    at = reverse("sanctions:joint-report-list")
    again = at_office.post(at, {"month": report.month.strftime("%Y-%m"), "reason": "再来"})
    assert (again.status_code, "没有变化" in again.content.decode()) == (422, True)


@pytest.fixture
def asks_for_last_month(at_office, order, today, monkeypatch):
    """The office asks for the report of a month in which more was asked than a page waits for."""
    monkeypatch.setattr(joint_reports, "LONG_ROWS", -1)
    make_department(kind="credit-office")
    month = (today.replace(day=1) - ONE_DAY).strftime("%Y-%m")
    return lambda reason="": at_office.post(reverse("sanctions:joint-report-list"), {"month": month, "reason": reason})


def test_a_report_with_a_long_sheet_is_made_by_the_outbox_and_told(asks_for_last_month):
    assert asks_for_last_month().url == reverse("sanctions:joint-report-list")
    assert JointReport.objects.count() == 0
    outbox_drain(now=clock.now)
    report = JointReport.objects.get()
    assert Notice.objects.get(kind="joint-report.ready").account == report.made_by


def test_what_stands_in_the_way_of_a_report_made_by_the_outbox_is_told(asks_for_last_month):
    asks_for_last_month()
    outbox_drain(now=clock.now)
    assert asks_for_last_month().status_code == 422  # a new edition needs its reason, told on the page
    asks_for_last_month("再来")
    outbox_drain(now=clock.now)
    assert JointReport.objects.count() == 1
    assert "没有变化" in Notice.objects.get(kind="joint-report.refused").body


def test_the_sheet_of_a_report_is_not_for_a_department(at_department, order, today):
    report = make_report(make_department(), on=today)
    answers = [
        at_department.get(reverse("sanctions:joint-report-file", args=[report.public_id, kind])).status_code
        for kind in ("paper", "sheet")
    ]
    assert answers == [200, 403]


# --- the subject's file --------------------------------------------------------------------------------------------


@pytest.fixture
def reported(order, officer, today):
    order_receive(order=order, actor=officer, on=today)
    return order_carry_out(
        order=order, text="已限制新设登记", done_on=today, document_number="演市监函〔2026〕9号", upload=None,
        actor=officer, on=today,
    )  # fmt: skip


def test_what_a_department_did_stands_on_the_officers_file_of_the_subject(at_office, reported, entry):
    text = at_office.get(reverse("registry:subject-detail", args=[entry.subject.public_id])).content.decode()
    assert "已限制新设登记" in text
    assert "演市监函〔2026〕9号" in text


def test_and_on_the_subjects_own_page_but_not_on_anothers(client, reported, entry):
    client.force_login(make_account("subject", subject=entry.subject))
    at = reverse("portal:entry", args=[entry.public_id])
    text = client.get(at).content.decode()
    assert "已限制新设登记" in text
    assert str(reported.public_id) not in text
    client.force_login(make_account("subject", subject=make_subject()))
    assert client.get(at).status_code == 404
    assert OrderFeedback.objects.count() == 2


def test_nothing_is_made_before_the_first_task():
    make_department("credit-office", kind="credit-office")
    assert month_due(timezone.localdate()) is None
    assert MeasureOrder.objects.count() == 0
