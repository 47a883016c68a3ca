"""Pages of entries, orders and policies: what officers and departments see and do there."""

import datetime as dt

import pytest
from django.contrib.messages import get_messages
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from registry import clock
from registry.models import AttachmentDownload, Deadline
from registry.services.deadlines import deadline_pause
from sanctions.models import ListEntry, MeasureOrder
from sanctions.selectors.orders import in_queue
from sanctions.services.orders import order_carry_out, order_receive
from tests.factories import make_account, make_department, make_subject
from tests.sanctions.listing import load_policy, make_entry, make_order, run_policy

pytestmark = pytest.mark.django_db

ONE_DAY = dt.timedelta(days=1)
PDF = b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\n%%EOF\n"


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
    client.force_login(make_account("handler"))
    return client


def said(response) -> str:
    return "".join(str(message) for message in get_messages(response.wsgi_request))


# --- a department's orders -----------------------------------------------------------------------------------------


def test_a_department_lands_on_what_waits_to_be_received(at_department, order):
    assert order.measure_label in at_department.get(reverse("sanctions:order-list")).content.decode()


def test_a_department_does_not_find_another_ones_order(at_department, entry):
    other = MeasureOrder.objects.exclude(department__code="market").first()
    assert at_department.get(reverse("sanctions:order-detail", args=[other.public_id])).status_code == 404


def test_receiving_reporting_and_lifting_by_the_pages(at_department, order, today):
    args = [order.public_id]
    at_department.post(reverse("sanctions:order-receive", args=args), {"version": order.version})
    at_department.post(
        reverse("sanctions:order-carry-out", args=args),
        {
            "text": "已限制登记",
            "done_on": today.isoformat(),
            "document_number": "演市监函〔2026〕3号",
            "version": order.version + 1,
        },
    )
    order.refresh_from_db()
    assert (order.state, order.feedback.count()) == ("carried-out", 2)


def test_a_report_may_carry_its_document(at_department, order, officer, today):
    order_receive(order=order, actor=officer, on=today)
    upload = SimpleUploadedFile(
        "letter.pdf", b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\n%%EOF\n", content_type="application/pdf"
    )
    at_department.post(
        reverse("sanctions:order-carry-out", args=[order.public_id]),
        {"text": "已限制登记", "done_on": today.isoformat(), "file": upload},
    )
    assert order.feedback.get(kind="carried-out").attachment.name == "letter.pdf"


@pytest.fixture
def report(order, officer, today):
    """The department's report, with a file."""
    order_receive(order=order, actor=officer, on=today)
    upload = SimpleUploadedFile("letter.pdf", PDF)
    order_carry_out(
        order=order, text="已限制登记", done_on=today, document_number="", upload=upload, actor=officer, on=today
    )
    return order.feedback.get(kind="carried-out")


def file_page(report, order=None):
    return reverse("sanctions:order-file", args=[(order or report.order).public_id, report.attachment.public_id])


def test_a_department_fetches_what_it_attached_to_its_own_report(at_department, report):
    answer = at_department.get(file_page(report))
    assert (b"".join(answer.streaming_content), "attachment" in answer["Content-Disposition"]) == (PDF, True)


def test_the_order_page_leads_a_department_to_its_file(at_department, report):
    page = at_department.get(reverse("sanctions:order-detail", args=[report.order.public_id]))
    assert file_page(report) in page.content.decode()


def test_another_department_does_not_find_the_file(client, report):
    client.force_login(make_account("department", department=make_department()))
    assert client.get(file_page(report)).status_code == 404


def test_a_department_does_not_reach_another_ones_file_through_its_own_order(client, report, entry):
    other = MeasureOrder.objects.exclude(department=report.order.department).first()
    client.force_login(make_account("department", department=other.department))
    assert client.get(file_page(report, order=other)).status_code == 404


def test_a_department_does_not_fetch_its_file_where_officers_do(at_department, report):
    address = reverse("registry:attachment-download", args=[report.attachment.public_id])
    assert at_department.get(address).status_code == 403


def test_fetching_a_report_s_file_is_logged(at_department, officer, report):
    at_department.get(file_page(report))
    assert AttachmentDownload.objects.get(attachment=report.attachment).account == officer


def test_a_refused_report_keeps_what_was_typed(at_department, order, officer, today):
    order_receive(order=order, actor=officer, on=today)
    response = at_department.post(
        reverse("sanctions:order-carry-out", args=[order.public_id]),
        {"text": "写了很久的情况", "done_on": (today - ONE_DAY).isoformat()},
    )
    page = response.content.decode()
    assert ("写了很久的情况" in page, "不在该主体在列期间" in page) == (True, True)


def test_a_stale_page_receives_nothing(at_department, order):
    at_department.post(reverse("sanctions:order-receive", args=[order.public_id]), {"version": order.version + 1})
    order.refresh_from_db()
    assert order.state == "dispatched"


@pytest.mark.parametrize("nonsense", ["²", "9" * 5000, "x", ""])
def test_a_tick_that_is_no_number_is_passed_over(at_department, nonsense):
    response = at_department.post(reverse("sanctions:order-receive-many"), {"order": [nonsense]})
    assert "没有选中任务" in said(response)


def test_many_are_received_each_by_itself_and_each_refusal_is_told(at_department, order, officer, market, today):
    second = make_order(order.entry, market, on=today)
    order_receive(order=second, actor=officer, on=today)
    response = at_department.post(reverse("sanctions:order-receive-many"), {"order": [order.pk, second.pk]})
    order.refresh_from_db()
    assert (order.state, "已签收1项" in said(response), "18" in said(response)) == ("received", True, True)


def test_receiving_nothing_says_so(at_department, order):
    assert "没有选中" in said(at_department.post(reverse("sanctions:order-receive-many"), {}))


def test_another_departments_order_is_not_received_by_ticking_it(at_department, entry):
    other = MeasureOrder.objects.exclude(department__code="market").first()
    at_department.post(reverse("sanctions:order-receive-many"), {"order": [other.pk]})
    other.refresh_from_db()
    assert other.state == "dispatched"


def test_the_page_of_an_order_offers_only_what_can_be_done_now(at_department, order):
    page = at_department.get(reverse("sanctions:order-detail", args=[order.public_id])).content.decode()
    assert ("签收</button>" in page, "确认解除</a>" in page, "反馈落实情况</a>" in page) == (True, False, False)


# --- the office ----------------------------------------------------------------------------------------------------


def test_the_office_sees_every_department_and_who_stands_for_nobody(at_office, entry, today):
    run_policy("memo-2016-1001", on=today)
    page = at_office.get(reverse("sanctions:order-list")).content.decode()
    assert ("演示县市场监督管理局" in page, "海关总署" in page) == (True, True)


def test_an_officer_who_is_no_department_user_gets_no_buttons(at_office, order):
    page = at_office.get(reverse("sanctions:order-detail", args=[order.public_id])).content.decode()
    assert "签收</button>" not in page


def queries_of(client, name: str) -> int:
    with CaptureQueriesContext(connection) as caught:
        client.get(reverse(name))
    return len(caught)


@pytest.mark.parametrize("name", ["sanctions:order-list", "sanctions:entry-list"])
def test_lists_take_the_same_queries_for_few_and_for_many(at_office, order, market, today, name):
    few = queries_of(at_office, name)
    for number in range(5):
        other = make_entry("mem-2023-11", "blacklist", on=today)
        make_order(other, market, on=today, measure_code=str(100 + number))
    assert queries_of(at_office, name) == few


def test_a_filter_that_does_not_exist_is_not_an_error(at_office, order):
    assert at_office.get(reverse("sanctions:order-list"), {"queue": "nonsense"}).status_code == 200


@pytest.mark.parametrize(("days", "found"), [(0, False), (60, True)])
def test_the_orders_that_a_department_is_late_to_answer_can_be_listed(
    at_department, order, today, settings, days, found
):
    settings.PRETEND_TODAY = today + days * ONE_DAY
    page = at_department.get(reverse("sanctions:order-list"), {"queue": "late"})
    assert (order in [row.order for row in page.context["rows"]]) is found


def test_an_order_whose_clock_stands_still_is_not_late(order, today):
    deadline = Deadline.objects.get(object_kind=order._meta.label_lower, object_id=order.pk)
    deadline_pause(deadline_id=deadline.pk, reason="中止", actor=None, on=today)
    assert not in_queue(MeasureOrder.objects.all(), "late", today + 60 * ONE_DAY).filter(pk=order.pk).exists()


# --- entries -------------------------------------------------------------------------------------------------------


def test_the_list_of_entries_shows_the_last_day(at_office, entry):
    page = at_office.get(reverse("sanctions:entry-list")).content.decode()
    assert (entry.ends_on - ONE_DAY).isoformat() in page


def test_the_page_of_an_entry_shows_its_orders_and_grounds(at_office, entry):
    page = at_office.get(reverse("sanctions:entry-detail", args=[entry.public_id])).content.decode()
    assert ("依法实施行业或者职业禁入" in page, entry.grounds.get().record.number in page) == (True, True)


def test_an_approver_ends_an_entry_by_the_page(client, entry, today):
    client.force_login(make_account("approver"))
    client.post(
        reverse("sanctions:entry-end", args=[entry.public_id]),
        {"reason": "repaired", "ends_on": (today + ONE_DAY).isoformat(), "note": "准予修复", "version": entry.version},
    )
    entry.refresh_from_db()
    assert entry.ends_on == today + ONE_DAY


def test_a_refused_end_says_why_beside_the_field(client, entry, today):
    client.force_login(make_account("approver"))
    response = client.post(
        reverse("sanctions:entry-end", args=[entry.public_id]),
        {"reason": "repaired", "ends_on": (today - ONE_DAY).isoformat(), "note": "准予修复"},
    )
    assert "不可用" in response.content.decode()


def test_pausing_and_resuming_by_the_pages(client, entry):
    client.force_login(make_account("reviewer"))
    client.post(reverse("sanctions:entry-pause", args=[entry.public_id]), {"reason": "复议停止执行"})
    client.post(reverse("sanctions:entry-resume", args=[entry.public_id]), {"note": "复议维持"})
    assert entry.pauses.get().ends_on is not None


def test_the_subjects_file_shows_its_entries(at_office, entry):
    page = at_office.get(reverse("registry:subject-detail", args=[entry.subject.public_id])).content.decode()
    assert "名单与联合惩戒" in page


# --- policies ------------------------------------------------------------------------------------------------------


def test_the_list_of_policies_shows_what_runs(at_office, entry):
    page = at_office.get(reverse("registry:policy-list")).content.decode()
    assert "安全生产严重失信主体名单管理办法" in page


@pytest.mark.parametrize(
    "pack_id", ["saws-2017-49", "mem-2023-11", "nanning-urban", "memo-2016-1001", "ndrc-2018-424", "ndrc-2025-36",
                "city-plan", "mohurd-urban-2018"],
)  # fmt: skip
def test_every_pack_can_be_read_as_a_page(at_office, pack_id):
    response = at_office.get(reverse("registry:policy-detail", args=[load_policy(pack_id).pk]))
    assert "今日审查结论" in response.content.decode()


def test_deactivating_by_the_page(client, today):
    activation = run_policy("mem-2023-11", on=today - ONE_DAY)
    client.force_login(make_account("approver"))
    client.post(
        reverse("registry:policy-deactivate", args=[activation.pk]),
        {"note": "改用新文件", "version": activation.version},
    )
    activation.refresh_from_db()
    assert activation.ends_on == today
