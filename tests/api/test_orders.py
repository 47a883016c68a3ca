"""A department's system answers its orders by the rules that hold for its people, and once a key."""

import datetime as dt
import hashlib

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext

from registry.models import Attachment, Event
from sanctions.models import MeasureOrder, OrderFeedback
from sanctions.services.entries import entry_end
from tests.api.clients import caller, make_client
from tests.factories import make_department
from tests.sanctions.listing import make_entry, run_policy

DAY = dt.date(2026, 3, 2)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _on_the_day():
    with time_machine.travel(dt.datetime(2026, 3, 10, 10, tzinfo=dt.timezone(dt.timedelta(hours=8))), tick=True):
        yield


@pytest.fixture
def bureau():
    return make_department("emergency")


@pytest.fixture
def orders(bureau):
    make_department("market")
    run_policy("mem-2023-11", on=DAY)
    make_entry("mem-2023-11", "blacklist", on=DAY)
    return list(MeasureOrder.objects.filter(department=bureau).order_by("pk"))


@pytest.fixture
def calling(bureau):
    return caller(make_client("orders", department=bureau))


def step(calling, order, name: str, key: str = "k1", **body):
    headers = {"Idempotency-Key": key} if key else {}
    return calling.post(
        f"/api/v1/orders/{order.public_id}/{name}", body, content_type="application/json", headers=headers
    )


def test_a_department_reads_its_own_orders_alone_in_pages(calling, orders):
    assert 1 < len(orders) < MeasureOrder.objects.count()
    seen, cursor = [], ""
    while cursor is not None:
        page = calling.get("/api/v1/orders", {"limit": 1, "cursor": cursor}).json()
        seen += [each["id"] for each in page["items"]]
        cursor = page["next_cursor"]
    assert seen == [str(each.public_id) for each in orders]


def test_an_order_of_another_department_does_not_exist(calling, orders, bureau):
    other = MeasureOrder.objects.exclude(department=bureau).first()
    assert calling.get(f"/api/v1/orders/{other.public_id}").status_code == 404
    got = step(calling, other, "receive")
    assert (got.status_code, got.json()["code"]) == (404, "not-found")
    other.refresh_from_db()
    assert other.state == "dispatched"


def test_an_order_is_received_and_reported_with_events_by_the_service_account(calling, orders, bureau):
    order = orders[0]
    assert step(calling, order, "receive").json()["state"] == "received"
    done = step(calling, order, "carry-out", key="k2", text="已列入重点监管对象", done_on="2026-03-09",
                document_number="演市监〔2026〕1号")  # fmt: skip
    assert (done.status_code, done.json()["state"], done.json()["answered_on"]) == (200, "carried-out", "2026-03-10")
    feedback = OrderFeedback.objects.get(kind="carried-out")
    assert (feedback.done_on, feedback.document_number) == (dt.date(2026, 3, 9), "演市监〔2026〕1号")
    assert feedback.account.api_client.department == bureau
    assert Event.objects.filter(name="order.carried_out", actor=feedback.account).count() == 1


def test_an_order_is_refused_with_a_reason_alone(calling, orders):
    missing = step(calling, orders[0], "refuse", reason="  ")
    assert (missing.status_code, missing.json()["field"]) == (400, "reason")
    assert step(calling, orders[0], "refuse", key="k2", reason="不属于本部门职责").json()["state"] == "refused"


def test_an_end_is_confirmed_once_the_entry_is_over(calling, orders):
    order = orders[0]
    early = step(calling, order, "confirm-end")
    assert (early.status_code, early.json()["code"]) == (409, "ending-not-open")
    entry_end(entry=order.entry, reason="repaired", ends_on=dt.date(2026, 3, 10), note="决定书", actor=None,
              on=dt.date(2026, 3, 10))  # fmt: skip
    assert [each["id"] for each in calling.get("/api/v1/orders", {"queue": "ending"}).json()["items"]] == [
        str(each.public_id) for each in orders
    ]
    ended = step(calling, order, "confirm-end", text="已恢复")
    assert (ended.status_code, ended.json()["state"], ended.json()["ended_on"]) == (200, "closed", "2026-03-10")


def test_a_repeated_request_acts_once_and_gets_the_first_answer(calling, orders):
    first = step(calling, orders[0], "receive")
    again = step(calling, orders[0], "receive")
    assert (again.status_code, again.json()) == (200, first.json())
    assert again["Idempotency-Replayed"] == "true"
    assert not first.has_header("Idempotency-Replayed")
    assert OrderFeedback.objects.count() == 1


def test_a_key_for_another_body_or_another_order_is_refused(calling, orders):
    step(calling, orders[0], "refuse", reason="甲")
    for got in (step(calling, orders[0], "refuse", reason="乙"), step(calling, orders[1], "refuse", reason="甲")):
        assert (got.status_code, got.json()["code"]) == (409, "idempotency-key-reused")
    assert OrderFeedback.objects.count() == 1


def test_a_write_without_a_key_is_refused(calling, orders):
    got = step(calling, orders[0], "receive", key="")
    assert (got.status_code, got.json()["code"]) == (400, "idempotency-key-missing")


def test_a_refusal_may_be_tried_again_with_its_key(calling, orders):
    body = {"text": "已采取", "done_on": "2026-03-09"}
    early = step(calling, orders[0], "carry-out", key="k2", **body)
    assert (early.status_code, early.json()["code"]) == (409, "order-not-carried-out")
    step(calling, orders[0], "receive")
    assert step(calling, orders[0], "carry-out", key="k2", **body).status_code == 200


def test_a_stale_version_is_refused(calling, orders):
    got = step(calling, orders[0], "receive", version=orders[0].version - 1)
    assert (got.status_code, got.json()["code"]) == (409, "stale-version")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"text": "x"}, "done_on"),
        ({"text": "x", "done_on": "2026-02-30"}, "done_on"),
        ({"done_on": "2026-03-09"}, "text"),
    ],
)
def test_a_body_that_does_not_fit_names_its_field(calling, orders, body, field):
    got = step(calling, orders[0], "carry-out", **body)
    assert (got.status_code, got.json()["code"], got.json()["field"]) == (400, "invalid-input", field)


def test_a_queue_that_does_not_exist_is_refused(calling):
    assert calling.get("/api/v1/orders", {"queue": "x"}).json()["code"] == "queue-unknown"


def test_a_body_that_is_no_json_is_refused(calling, orders):
    got = calling.post(f"/api/v1/orders/{orders[0].public_id}/receive", "{", content_type="application/json",
                       headers={"Idempotency-Key": "k"})  # fmt: skip
    assert (got.status_code, got.json()["code"]) == (400, "request-malformed")


PDF = b"%PDF-1.4\n%%EOF\n"


def carried_out(calling, order, name: str = "决定书.pdf", content: bytes = PDF, key: str = "k2"):
    step(calling, order, "receive")
    body = {"text": "已列入重点监管对象", "done_on": "2026-03-09", "file": SimpleUploadedFile(name, content)}
    return calling.post(f"/api/v1/orders/{order.public_id}/carry-out", body, headers={"Idempotency-Key": key})


def test_a_report_carries_a_copy_of_its_document(calling, orders):
    answer = carried_out(calling, orders[0])
    assert (answer.status_code, answer.json()["state"]) == (200, "carried-out")
    attachment = OrderFeedback.objects.get(kind="carried-out").attachment
    assert (attachment.name, attachment.media_type, attachment.sha256) == (
        "决定书.pdf", "application/pdf", hashlib.sha256(PDF).hexdigest(),
    )  # fmt: skip


def test_a_document_that_is_not_what_it_says_is_refused_with_the_report(calling, orders, settings):
    settings.EVIDENCE_MAX_BYTES = 100
    for name, content, code in (
        ("决定书.pdf", b"MZ program", "file-type-mismatch"), ("决定书.exe", PDF, "file-type-unknown"),
        ("决定书.pdf", PDF * 20, "file-too-large"), ("决定书.pdf", b"", "invalid-input"),
    ):  # fmt: skip
        answer = carried_out(calling, orders[0], name, content)
        assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (400, code, "file")
    orders[0].refresh_from_db()
    assert orders[0].state == "received"


def test_a_report_waits_for_the_scan_of_its_document(calling, orders, settings):
    settings.CLAMD_ADDRESS = "127.0.0.1:1"
    assert carried_out(calling, orders[0]).status_code == 200
    assert OrderFeedback.objects.get(kind="carried-out").attachment.scan == "waiting"


def test_a_repeated_report_with_the_same_file_acts_once_and_another_file_is_refused(calling, orders):
    first, again = carried_out(calling, orders[0]), carried_out(calling, orders[0])
    assert (again.json(), again["Idempotency-Replayed"]) == (first.json(), "true")
    other = carried_out(calling, orders[0], content=PDF + b"%")
    assert (other.status_code, other.json()["code"]) == (409, "idempotency-key-reused")
    assert Attachment.objects.filter(name="决定书.pdf").count() == 1


def test_a_list_of_orders_takes_as_many_queries_for_many_as_for_few(calling, orders, bureau):
    def asked(limit: int) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert len(calling.get("/api/v1/orders", {"limit": limit}).json()["items"]) == limit
        return len(queries)

    for _ in range(3):
        make_entry("mem-2023-11", "blacklist", on=DAY)
    asked(2)
    assert asked(2) == asked(8)
