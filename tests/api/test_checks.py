"""Checks before an approval: every kind of question answered plainly, noted, and in few queries."""

import datetime as dt

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from registry.models import Department
from registry.rules.synthetic import make_uscc
from registry.services.merging import subjects_merge
from registry.services.subjects import person_create, subject_rename
from sanctions.models import CheckLog, ListEntry
from sanctions.services.entries import entry_pause
from tests.api.clients import caller, make_client
from tests.factories import make_account, make_department, make_record, make_subject
from tests.sanctions.listing import make_entry, make_order, run_policy

DAY = dt.date(2026, 3, 2)
PROCUREMENT = "government-procurement"
PURPOSE = "某某项目供应商资格审查"

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _on_the_day():
    with time_machine.travel(dt.datetime(2026, 3, 10, 10, tzinfo=dt.timezone(dt.timedelta(hours=8))), tick=True):
        yield


def check(*subjects: dict[str, str], client=None, **changes):
    body = {"matter": PROCUREMENT, "purpose": PURPOSE, "subjects": list(subjects)} | changes
    return caller(client).post("/api/v1/check", body, content_type="application/json")


def only(answer) -> dict:
    (item,) = answer.json()["items"]
    return item


@pytest.fixture
def listed() -> ListEntry:
    run_policy("mem-2023-11", on=DAY)
    run_policy("memo-2016-1001", on=DAY)
    return make_entry("mem-2023-11", "blacklist", on=DAY)


@pytest.fixture
def matter():
    run_policy("memo-2016-1001", on=DAY)


def test_a_listed_subject_is_told_with_its_entry_and_what_attaches_to_the_matter(listed):
    item = only(check({"code": listed.subject.uscc}))
    (entry,) = item["entries"]
    assert (item["outcome"], item["is_listed"]) == ("found", True)
    # mem-2023-11: three years from publication on 2 March 2026, which is not counted (民法典第二百零一、二百零二条).
    assert (entry["id"], entry["since"], entry["until"]) == (str(listed.public_id), "2026-03-02", "2029-03-02")
    assert (entry["is_disputed"], entry["is_paused"]) == (False, False)
    # 发改财金〔2016〕1001号, measure 18: the Government Procurement Law, article 22, orders it.
    by_catalogue = [each for each in entry["measures"] if each["catalogue"] == "memo-2016-1001"]
    assert [(each["code"], each["force"]) for each in by_catalogue] == [("18", "mandatory")]
    assert any("政府采购法" in basis for basis in by_catalogue[0]["legal_basis"])
    assert listed.subject.name in item["sentence"]
    assert "2029-03-02" in item["sentence"]


def test_a_measure_is_told_in_its_own_matter_alone(listed):
    entry = only(check({"code": listed.subject.uscc}, matter="insurance"))["entries"][0]
    assert "18" not in [each["code"] for each in entry["measures"] if each["catalogue"] == "memo-2016-1001"]


def test_a_paused_entry_is_told_without_measures(listed):
    entry_pause(entry=listed, reason="复议机关决定停止执行", actor=None, on=dt.date(2026, 3, 9))
    item = only(check({"code": listed.subject.uscc}))
    assert (item["entries"][0]["is_paused"], item["entries"][0]["measures"]) == (True, [])
    assert "暂停" in item["sentence"]


def test_a_disputed_entry_is_told_as_such(listed):
    listed.disputed_on = dt.date(2026, 3, 5)
    listed.save_by(None, reason="test")
    item = only(check({"code": listed.subject.uscc}))
    assert item["entries"][0]["is_disputed"] is True
    assert "异议" in item["sentence"]


def test_a_subject_that_is_on_no_list_is_told_plainly(matter):
    subject = make_subject()
    item = only(check({"code": subject.uscc}))
    assert (item["outcome"], item["is_listed"], item["entries"]) == ("found", False, [])
    assert item["subject"]["id"] == str(subject.public_id)


def test_an_unknown_code_and_a_wrong_check_digit_are_told_apart(matter):
    good = make_uscc("9", "1", "370323", 777_777)
    bad = good[:17] + ("0" if good[17] != "0" else "1")
    items = check({"code": good}, {"code": bad}).json()["items"]
    assert [each["outcome"] for each in items] == ["unknown", "code-malformed"]
    assert "校验码" in items[1]["sentence"]
    assert [each["subject"] for each in items] == [None, None]
    assert [each["asked"]["code"] for each in items] == [good, bad]


def test_a_former_name_leads_to_the_subject_and_its_name_now(matter):
    subject = make_subject("演示旧名有限公司")
    handler = make_account("handler", department=make_department())
    subject_rename(subject_id=subject.pk, name="演示新名有限公司", changed_on=DAY, version=None, actor=handler, on=DAY)
    item = only(check({"name": "演示旧名有限公司"}))
    assert (item["outcome"], item["subject"]["name"]) == ("former-name", "演示新名有限公司")
    assert "曾用名" in item["sentence"]
    assert only(check({"code": subject.uscc, "name": "演示旧名有限公司"}))["outcome"] == "former-name"


def test_a_merged_subject_is_answered_as_the_one_that_stands_now(matter):
    loser, winner = make_subject(uscc=None, registration_number="370323200001234"), make_subject()
    subjects_merge(
        loser_id=loser.pk, winner_id=winner.pk, reason="重复登记", version=None, actor=make_account("approver"), on=DAY
    )
    item = only(check({"code": "370323200001234"}))
    assert (item["outcome"], item["subject"]["id"]) == ("merged", str(winner.public_id))
    assert "合并" in item["sentence"]


def test_a_name_that_two_bear_asks_for_a_code(matter):
    make_subject("演示同名有限公司"), make_subject("演示同名有限公司")
    item = only(check({"name": "演示同名有限公司"}))
    assert (item["outcome"], item["subject"]) == ("ambiguous", None)


def test_a_code_of_another_name_is_answered_by_the_code_with_a_warning(matter):
    subject = make_subject()
    item = only(check({"code": subject.uscc, "name": "别的公司"}))
    assert (item["outcome"], item["subject"]["id"]) == ("name-differs", str(subject.public_id))


def test_a_person_needs_name_and_number_and_a_wrong_name_is_answered_as_nobody(matter):
    number = "370323198001010018"
    handler = make_account("handler", department=make_department())
    person = person_create(name="张演示", document_number=number, actor=handler, on=DAY)
    right, wrong, bare, other = check(
        {"code": number, "name": "张演示"}, {"code": number, "name": "李演示"}, {"code": number},
        {"code": "370323198001010034", "name": "李演示"},
    ).json()["items"]  # fmt: skip
    assert (right["outcome"], right["subject"]["id"]) == ("found", str(person.public_id))
    assert bare["outcome"] == "name-needed"
    assert {key: wrong[key] for key in ("outcome", "sentence", "subject")} == {
        key: other[key] for key in ("outcome", "sentence", "subject")
    }
    assert wrong["outcome"] == "unknown"


@pytest.mark.parametrize("typed", ["370323198001010018", " 370323 19800101 0018", "370323198001010019"])
def test_no_identity_number_comes_back_or_is_kept(matter, typed):
    number = typed.replace(" ", "")
    answer = check({"code": typed, "name": "张演示"})
    assert answer.status_code == 200
    assert typed.strip() not in answer.content.decode()
    assert number not in answer.content.decode()
    assert number not in str(CheckLog.objects.values().get())


def test_an_internal_entry_is_told_only_to_a_department_that_holds_an_order(matter):
    run_policy("nanning-urban", on=DAY, mode="internal")
    entry = make_entry("nanning-urban", "blacklist", on=DAY, mode="internal")
    assert entry.is_public is False
    market = make_department("market")
    client = make_client(department=market)
    assert only(check({"code": entry.subject.uscc}, client=client))["is_listed"] is False
    make_order(entry, market, on=DAY)
    assert only(check({"code": entry.subject.uscc}, client=client))["is_listed"] is True


def test_every_question_is_noted_with_who_why_and_when(listed):
    client = make_client(department=make_department("market"))
    other = make_subject()
    answer = check({"code": listed.subject.uscc}, {"code": other.uscc}, {"name": "无此公司"}, client=client).json()
    log = CheckLog.objects.get()
    assert (log.receipt, log.client, log.account, log.department) == (
        answer["receipt"], client, client.account, Department.objects.get(code="market"),
    )  # fmt: skip
    assert (log.purpose, log.matter, log.on) == (PURPOSE, PROCUREMENT, dt.date(2026, 3, 10))
    assert (log.asked, log.found, log.listed) == (3, 2, 1)
    assert log.subjects == sorted([listed.subject_id, other.pk])


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"purpose": " "}, "purpose-missing"), ({"purpose": "长" * 201}, "purpose-missing"),
        ({"matter": "no-such-matter"}, "matter-unknown"), ({"matter": 3}, "text-malformed"),
        ({"subjects": []}, "subjects-out-of-range"), ({"subjects": [{"name": "x"}] * 1001}, "subjects-out-of-range"),
        ({"subjects": [{}]}, "subject-empty"), ({"subjects": "x"}, "subjects-malformed"),
        ({"subjects": ["x"]}, "subjects-malformed"), ({"subjects": [{"name": "a\0"}]}, "text-malformed"),
    ],
)  # fmt: skip
def test_a_question_that_cannot_be_asked_is_refused_and_not_noted(matter, changes, code):
    answer = check({"name": "某某公司"}, **changes)
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert not CheckLog.objects.exists()


def test_the_answers_stand_in_the_order_asked_and_a_thousand_are_allowed(matter):
    subjects = [make_subject() for _ in range(3)]
    asked = [{"code": subjects[number % 3].uscc} for number in range(1000)]
    items = check(*asked).json()["items"]
    assert [each["subject"]["code"] for each in items] == [each["code"] for each in asked]


def test_the_number_of_queries_does_not_grow_with_the_subjects(listed):
    def asked(number: int) -> list[dict[str, str]]:
        rows = []
        for place in range(number):
            entry = make_entry("mem-2023-11", "blacklist", on=DAY)
            rows += [{"code": entry.subject.uscc, "name": entry.subject.name}, {"name": make_subject().name},
                     {"code": f"3703232{place:08d}"}]  # fmt: skip
        return rows

    client = make_client()
    calling, few, many = caller(client), asked(1), asked(12)
    counts = []
    for rows in (few, few, many):
        body = {"matter": PROCUREMENT, "purpose": PURPOSE, "subjects": rows}
        with CaptureQueriesContext(connection) as queries:
            assert calling.post("/api/v1/check", body, content_type="application/json").status_code == 200
        counts.append(len(queries))
    assert counts[1] == counts[2]


def test_a_client_without_the_scope_does_not_check(matter):
    answer = check({"name": "x"}, client=make_client("lists.read"))
    assert (answer.status_code, answer.json()["code"]) == (403, "scope-missing")


def test_where_a_subject_stood_is_told_for_any_day_and_noted(listed):
    calling = caller()
    address = f"/api/v1/subjects/{listed.subject.uscc}/standing"
    before = calling.get(address, {"on": "2026-03-01", "purpose": PURPOSE}).json()
    on_it = calling.get(address, {"on": "2026-03-02", "purpose": PURPOSE}).json()
    after = calling.get(address, {"on": "2029-03-03", "purpose": PURPOSE}).json()
    assert [len(each["entries"]) for each in (before, on_it, after)] == [0, 1, 0]
    assert on_it["on"] == "2026-03-02"
    assert CheckLog.objects.count() == 3


def test_a_standing_needs_a_purpose_a_day_and_a_subject(listed):
    calling, address = caller(), f"/api/v1/subjects/{listed.subject.uscc}/standing"
    assert calling.get(address).json()["code"] == "purpose-missing"
    assert calling.get(address, {"purpose": "x", "on": "2026-02-30"}).json()["code"] == "day-malformed"
    nobody = calling.get("/api/v1/subjects/91370323MA0000000X/standing", {"purpose": "x"})
    assert (nobody.status_code, nobody.json()["code"]) == (404, "subject-unknown")


def days(calling, subject, **asked) -> list[dict]:
    answer = calling.get(f"/api/v1/subjects/{subject.uscc}/timeline", {"purpose": PURPOSE, **asked})
    assert answer.status_code == 200, answer.json()
    return answer.json()["items"]


def test_the_days_of_a_subject_are_told_as_of_any_day_with_what_they_are_counted_from(listed):
    calling = caller()
    told = days(calling, listed.subject)
    assert [(each["on"], each["kind"], each["is_expected"]) for each in told] == [("2026-03-02", "entry-opened", False)]
    assert (told[0]["policy"], told[0]["clause"], told[0]["entry"]) == (
        "mem-2023-11", listed.clause, str(listed.public_id),
    )  # fmt: skip
    assert days(calling, listed.subject, on="2026-03-01") == []
    # On the last day of its three years it still stands; who is off the list the day after is not told again.
    assert [each["kind"] for each in days(calling, listed.subject, on="2029-03-02")] == ["entry-opened"]
    assert days(calling, listed.subject, on="2029-03-03") == []
    assert CheckLog.objects.count() == 4


def test_a_department_that_held_an_order_is_told_the_end_too_and_of_its_own_work(listed):
    market = make_department("market")
    order = make_order(listed, market, on=dt.date(2026, 3, 3))
    record = make_record(listed.subject, department=market, decided_on=dt.date(2026, 1, 5), title="演示事由")
    make_record(listed.subject, department=make_department(), decided_on=dt.date(2026, 1, 6))
    told = days(caller(make_client(department=market)), listed.subject, on="2029-03-03")
    assert [(each["on"], each["kind"]) for each in told] == [
        ("2029-03-03", "entry-ended"), ("2026-03-03", "order-dispatched"), ("2026-03-02", "entry-opened"),
        ("2026-01-05", "record-decided"),
    ]  # fmt: skip
    assert (told[0]["basis_on"], told[0]["is_expected"]) == ("2026-03-02", True)
    assert (told[1]["order"], told[3]["record"]) == (str(order.public_id), str(record.public_id))


def test_pauses_and_disputes_stand_among_the_days(listed):
    entry_pause(entry=listed, reason="复议机关决定停止执行", actor=None, on=dt.date(2026, 3, 9))
    listed.refresh_from_db()
    listed.disputed_on = dt.date(2026, 3, 5)
    listed.save_by(None, reason="test")
    told = days(caller(), listed.subject)
    assert [each["kind"] for each in told] == ["entry-paused", "entry-disputed", "entry-opened"]
    assert "复议" not in str(told)


def test_the_days_need_a_purpose_and_a_subject(listed):
    calling, address = caller(), f"/api/v1/subjects/{listed.subject.uscc}/timeline"
    assert calling.get(address).json()["code"] == "purpose-missing"
    assert calling.get("/api/v1/subjects/x/timeline", {"purpose": "x"}).status_code == 404


def test_days_take_as_many_queries_whatever_there_is_to_tell(listed):
    market = make_department("market")
    calling = caller(make_client(department=market))

    def asked() -> int:
        with CaptureQueriesContext(connection) as queries:
            days(calling, listed.subject)
        return len(queries)

    asked()
    few = asked()
    for number in range(3):
        make_order(listed, market, on=dt.date(2026, 3, 3), measure_code=f"x{number}")
        make_record(listed.subject, department=market, decided_on=dt.date(2026, 1, 5))
    assert asked() == few
