"""Answers that a department's developer understands without asking: dates with what they are counted from, what is owed,
why nothing came."""

import datetime as dt

import pytest
import time_machine
from django.urls import reverse

from registry.models import WebhookDelivery
from registry.services.webhook_events import webhook_events_number
from registry.services.webhooks import webhook_open
from sanctions.models import CheckLog, ListEntry, MeasureOrder
from sanctions.services.entries import entry_end, entry_pause
from sanctions.services.orders import order_carry_out, order_receive
from tests.api.clients import caller, make_client
from tests.factories import make_account, make_department
from tests.repair.scenes import browser
from tests.sanctions.listing import make_entry, run_policy

SHANGHAI = dt.timezone(dt.timedelta(hours=8))
DAY, TODAY = dt.date(2026, 3, 2), dt.date(2026, 3, 10)
PURPOSE = "某某项目供应商资格审查"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _on_the_day():
    with time_machine.travel(dt.datetime(2026, 3, 10, 10, tzinfo=SHANGHAI), tick=True):
        yield


@pytest.fixture
def bureau():
    return make_department("market")


@pytest.fixture
def listed(bureau) -> ListEntry:
    run_policy("mem-2023-11", on=DAY)
    run_policy("memo-2016-1001", on=DAY)
    return make_entry("mem-2023-11", "blacklist", on=DAY)


@pytest.fixture
def calling(bureau):
    return caller(make_client(department=bureau))


def checked(calling, **subject: str) -> dict:
    body = {"matter": "government-procurement", "purpose": PURPOSE, "subjects": [subject]}
    return calling.post("/api/v1/check", body, content_type="application/json").json()


def standing(calling, code: str, **asked: str):
    return calling.get(f"/api/v1/subjects/{code}/standing", {"purpose": PURPOSE, **asked})


def test_a_receipt_s_number_begins_with_the_day_of_the_office(listed, bureau):
    """At half past midnight in Shanghai it is still the day before in UTC."""
    with time_machine.travel(dt.datetime(2026, 3, 11, 0, 30, tzinfo=SHANGHAI)):
        calling = caller(make_client(department=bureau))
        assert checked(calling, code=listed.subject.uscc)["receipt"].startswith("HC20260311-")


@pytest.mark.parametrize(
    ("subject", "said", "code"),
    [
        ({"code": "91370323"}, "代码“91370323”在本平台没有登记", "91370323"),
        # a code of digits only is an organisation's where its check digits say so, and told again as it is
        ({"code": "911399991000000086"}, "代码“911399991000000086”在本平台没有登记", "911399991000000086"),
        # fifteen digits may be an old identity number
        ({"code": "370323900101123"}, "代码“370********1123”在本平台没有登记", "370********1123"),
        ({"name": "无此公司"}, "“无此公司”在本平台没有登记", None),
    ],
)
def test_who_is_unknown_is_named_as_asked(listed, calling, subject, said, code):
    (item,) = checked(calling, **subject)["items"]
    assert item["outcome"] == "unknown"
    assert item["sentence"].startswith(said)
    assert item["asked"].get("code") == code


def test_the_last_day_on_a_list_comes_with_the_day_that_its_term_is_counted_from(listed, calling):
    code = listed.subject.uscc
    (item,) = checked(calling, code=code)["items"]
    for entry in (item["entries"][0], standing(calling, code).json()["entries"][0]):
        assert (entry["until"], entry["until_basis_on"]) == ("2029-03-02", "2026-03-02")
    entry_end(entry=listed, reason="repaired", ends_on=dt.date(2026, 3, 20), note="决定书", actor=None, on=TODAY)
    (item,) = checked(calling, code=code)["items"]
    assert (item["entries"][0]["until"], item["entries"][0]["until_basis_on"]) == ("2026-03-19", None)


def test_the_sentence_of_a_standing_says_since_when_until_when_and_what_stands_still(listed, calling):
    code, name = listed.subject.uscc, listed.subject.name
    entry_pause(entry=listed, reason="复议机关决定停止执行", actor=None, on=TODAY)
    said = standing(calling, code).json()
    assert said["sentence"] == (
        f"{name}在2026-03-10的状况：自2026-03-02起在列{listed.list_label}，至2029-03-02止，措施暂停。"
    )
    assert said["is_expected"] is False
    before = standing(calling, code, on="2026-03-01").json()
    assert before["sentence"] == f"{name}在2026-03-01不在本部门可以查询的失信名单上。"
    coming = standing(calling, code, on="2029-03-03").json()
    assert coming["sentence"] == f"{name}在2029-03-03（没有新情况时的推算）不在本部门可以查询的失信名单上。"
    assert coming["is_expected"] is True


def test_what_will_be_known_some_day_cannot_be_asked(listed, calling):
    got = standing(calling, listed.subject.uscc, known_at="2026-03-11")
    assert (got.status_code, got.json()["code"], got.json()["value"]) == (400, "known-in-future", "2026-03-11")
    assert standing(calling, listed.subject.uscc, known_at="2026-03-10").status_code == 200


def test_a_code_that_cannot_be_is_told_which_character_is_wrong(calling):
    got = standing(calling, "91137999X000000000")
    assert (got.status_code, got.json()["code"]) == (404, "subject-unknown")
    assert "校验码" in got.json()["detail"]


def test_an_order_says_how_far_it_has_come_what_is_owed_and_what_its_day_is_counted_from(listed, calling):
    order = MeasureOrder.objects.filter(department__code="market", entry=listed).first()
    told = calling.get(f"/api/v1/orders/{order.public_id}").json()
    assert (told["state"], told["answer"], told["owed"], told["owed_label"]) == (
        "dispatched", "dispatched", "receive", "签收",
    )  # fmt: skip
    assert (told["due_basis_on"], told["due_on"] > told["due_basis_on"]) == ("2026-03-02", True)
    assert told["due_basis"]
    actor = make_account("department", department=order.department)
    order_receive(order=order, actor=actor, on=DAY)
    order_carry_out(
        order=order, text="x", done_on=DAY, document_number="", upload=None, actor=actor, on=DAY
    )  # fmt: skip
    entry_pause(entry=listed, reason="复议机关决定停止执行", actor=None, on=TODAY)
    told = calling.get(f"/api/v1/orders/{order.public_id}").json()
    assert (told["state"], told["answer"], told["owed"]) == ("paused", "carried-out", "confirm-pause")


def test_an_order_whose_clock_stands_still_has_no_day_that_could_be_missed(listed, calling):
    entry_pause(entry=listed, reason="复议机关决定停止执行", actor=None, on=TODAY)
    order = MeasureOrder.objects.filter(department__code="market", entry=listed).first()
    told = calling.get(f"/api/v1/orders/{order.public_id}").json()
    assert (told["state"], told["answer"], told["owed"]) == ("paused", "dispatched", "")
    assert (told["due_on"], told["due_is_paused"], told["due_basis_on"]) == (None, True, "2026-03-02")


def test_a_webhook_says_why_nothing_came(listed, bureau):
    client = make_client(department=bureau)
    webhook = webhook_open(
        client=client, url="https://shenpi.example.gov.cn/hook", kinds=["entry.changed"], actor=None, on=DAY
    ).webhook
    entry_pause(entry=listed, reason="复议机关决定停止执行", actor=None, on=TODAY)
    webhook_events_number(at=dt.datetime.now(dt.UTC))
    calling = caller(client)
    assert calling.get(f"/api/v1/webhooks/{webhook.public_id}").json()["last_error"] == ""
    WebhookDelivery.objects.update(last_error="接收方答复500", attempts=1)
    assert calling.get(f"/api/v1/webhooks/{webhook.public_id}").json()["last_error"] == "接收方答复500"


def test_departments_are_told_with_the_code_that_reports_must_bear(bureau, calling):
    bureau.uscc = "11370323004390204U"
    bureau.save_by(None, reason="test")
    told = {each["code"]: each["uscc"] for each in calling.get("/api/v1/departments").json()["items"]}
    assert told["market"] == "11370323004390204U"


def test_a_year_that_is_not_announced_does_not_claim_a_notice(calling):
    """In March 2026 the State Council has announced 2026 and not 2030."""
    told = {year: calling.get(f"/api/v1/calendar/{year}").json() for year in (2026, 2030)}
    assert (told[2026]["is_announced"], told[2030]["is_announced"]) == (True, False)
    assert told[2026]["source"].startswith("国务院办公厅")
    assert "尚未公布" in told[2030]["source"]


def test_the_office_reads_who_asked_over_the_api_for_which_matter_and_why(listed, calling, bureau):
    checked(calling, code=listed.subject.uscc)
    receipt = CheckLog.objects.get().receipt
    address = reverse("sanctions:check-list")
    auditor = browser(make_account("auditor")).get(address).content.decode()  # who cannot ask begins with all
    officer = browser(make_account("department", department=bureau)).get(address, {"scope": "all"}).content.decode()
    for text in (auditor, officer):
        assert receipt in text
        assert "政府采购" in text
        assert "government-procurement" not in text
        assert PURPOSE in text
