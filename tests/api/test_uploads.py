"""What a department's system reports becomes records by the rules of the file import: its own decisions alone, each once."""

import datetime as dt

import pytest
import time_machine
from django.utils import timezone

from registry.models import Event, ImportBatch, Record, Subject
from registry.rules.publicity import COLUMNS, Kind
from registry.services.imports.running import import_run, import_start
from registry.services.outbox import outbox_drain
from registry.services.records import record_void
from registry.services.subjects import person_create
from tests.api.clients import caller, make_client
from tests.factories import make_account, make_department
from tests.registry.rules.publicity.sheets import BUREAU, ENTERPRISE, IDENTITY, cells

NOW = dt.datetime(2026, 3, 10, 10, tzinfo=dt.timezone(dt.timedelta(hours=8)))
PENALTIES, UPLOADS = "/api/v1/publicity/penalties", "/api/v1/publicity/uploads"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _on_the_day():
    with time_machine.travel(NOW, tick=True):
        yield


@pytest.fixture
def bureau():
    department = make_department("emergency", name="河湾县应急管理局")
    department.uscc = BUREAU
    return department.save_by(None, reason="test")


@pytest.fixture
def calling(bureau):
    return caller(make_client(department=bureau))


def row(kind: Kind = Kind.PENALTY, **changes):
    """A good row as JSON: what is empty is left out."""
    values = zip(COLUMNS[kind], cells(kind, **changes), strict=True)
    return {column.code: value for column, value in values if value is not None}


def credit(**changes):
    return {
        "name": "河湾县兴达化工有限公司", "code": ENTERPRISE, "kind": "misconduct", "number": "河应急认〔2026〕1号",
        "title": "提供虚假材料", "facts": "2026年3月2日查明。", "decided_on": "2026-03-05",
    } | changes  # fmt: skip


def post(calling, address: str, body, key: str = "k1"):
    return calling.post(address, body, content_type="application/json", headers={"Idempotency-Key": key})


def drained(answer, calling):
    """Let the relay take the rows in, and return the upload as its status address tells it."""
    assert answer.status_code == 202, answer.json()
    outbox_drain(now=timezone.now)
    return calling.get(answer.json()["status_url"]).json()


def failed(upload, calling, **asked):
    return calling.get(upload["rows_url"], asked).json()["items"]


def test_a_penalty_becomes_a_confirmed_record_of_the_department(calling, bureau):
    answer = post(calling, PENALTIES, row())
    assert (answer.status_code, answer.json()["state"]) == (201, "imported")
    record = Record.objects.get(public_id=answer.json()["record"])
    assert (record.kind, record.state, record.department) == ("penalty", "confirmed", bureau)
    # 0.2万元 in the sheet is 2,000 yuan.
    assert (record.number, record.decided_on, record.penalty.fine) == (
        "（河）应急罚〔2026〕12号", dt.date(2026, 3, 2), 2000,
    )  # fmt: skip
    assert record.subject.uscc == ENTERPRISE
    assert record.recorded_by.api_client.department == bureau
    assert Event.objects.filter(name="record.confirmed", actor=record.recorded_by).count() == 1


def test_a_permit_becomes_a_record(calling, bureau):
    answer = post(calling, "/api/v1/publicity/permits", row(Kind.LICENCE))
    record = Record.objects.get(public_id=answer.json()["record"])
    assert (answer.status_code, record.kind, record.permit.valid_until) == (201, "permit", dt.date(2029, 3, 2))


def test_the_same_decision_again_changes_nothing_and_says_so(calling):
    first = post(calling, PENALTIES, row()).json()
    again = post(calling, PENALTIES, row(CF_WSH="(河)应急罚[2026]12号"), key="k2")
    assert (again.status_code, again.json()["state"], again.json()["record"]) == (200, "same", first["record"])
    assert Record.objects.count() == 1


def test_the_same_document_with_other_content_is_refused_and_named(calling):
    first = post(calling, PENALTIES, row()).json()
    other = post(calling, PENALTIES, row(CF_NR_FK="0.3"), key="k2")
    problem = other.json()
    assert (other.status_code, problem["code"], problem["field"]) == (409, "import-known", "CF_WSH")
    assert (problem["params"]["record"], problem["clash"]) == (first["record"], row()["CF_WSH"])
    assert "罚款金额" in problem["detail"]


def test_a_voided_decision_does_not_come_back(calling):
    record = Record.objects.get(public_id=post(calling, PENALTIES, row()).json()["record"])
    record_void(
        record_id=record.pk, reason="撤销", version=None, actor=make_account("approver"), on=dt.date(2026, 3, 10)
    )
    again = post(calling, PENALTIES, row(), key="k2")
    assert (again.status_code, again.json()["code"]) == (409, "import-known")


def test_a_row_at_fault_names_every_field_value_and_way_out(calling):
    answer = post(calling, PENALTIES, row(CF_JDRQ="2026-12-01", CF_CFLB="罚金"))
    problem = answer.json()
    assert (answer.status_code, problem["code"]) == (400, "row-refused")
    assert {each["field"]: each["value"] for each in problem["errors"]} == {"CF_JDRQ": "2026-12-01", "CF_CFLB": "罚金"}
    assert "请按决定书核对日期" in problem["detail"]
    assert not Record.objects.exists()
    assert not Subject.objects.exists()


@pytest.mark.parametrize(
    "changes",
    [
        {"CF_CFJG": "河湾县市场监督管理局", "CF_CFJGDM": ENTERPRISE},
        {"CF_CFJG": "外县某局", "CF_CFJGDM": ENTERPRISE},
        {"CF_CFJG": "河湾县市场监督管理局", "CF_CFJGDM": BUREAU},  # the own code beside another one's name
    ],
)
def test_a_department_reports_its_own_decisions_alone(calling, changes):
    make_department("market", name="河湾县市场监督管理局")
    answer = post(calling, PENALTIES, row(**changes))
    assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (400, "another-department", "CF_CFJG")
    assert not Record.objects.exists()
    assert not Subject.objects.exists()


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        ([], "body-malformed", None),
        ({"CF_NONE": "x"}, "member-unknown", "CF_NONE"),
        ({"CF_WSH": ["x"]}, "value-malformed", "CF_WSH"),
        ({"CF_WSH": "a\0"}, "text-malformed", "CF_WSH"),
        ({"CF_WSH": "\ud800"}, "text-malformed", "CF_WSH"),
        ({}, "row-refused", "CF_XDR_MC"),
    ],
)
def test_a_body_that_is_no_row_is_refused(calling, body, code, field):
    answer = post(calling, PENALTIES, body)
    assert (answer.status_code, answer.json()["code"], answer.json().get("field")) == (400, code, field)


def test_a_wrong_name_for_an_identity_number_tells_nobody_the_right_one(calling):
    person_create(name="李演示", document_number=IDENTITY, actor=make_account("handler"), on=dt.date(2026, 3, 1))
    person = {
        "CF_XDR_MC": "张三", "CF_XDR_LB": "自然人", "CF_XDR_SHXYM": None, "CF_FRDB": None, "CF_XDR_ZJLX": "身份证",
        "CF_XDR_ZJHM": IDENTITY,
    }  # fmt: skip
    answer = post(calling, PENALTIES, row(**person))
    assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (
        400, "person-name-mismatch", "CF_XDR_MC",
    )  # fmt: skip
    assert "李" not in answer.content.decode()
    assert IDENTITY not in answer.content.decode()


def test_a_repeated_report_acts_once(calling):
    first, again = post(calling, PENALTIES, row()), post(calling, PENALTIES, row())
    assert (again.status_code, again.json(), again["Idempotency-Replayed"]) == (201, first.json(), "true")
    assert Record.objects.count() == 1


def test_another_credit_record_is_reported_and_known_again(calling, bureau):
    answer = post(calling, "/api/v1/records", credit())
    record = Record.objects.get(public_id=answer.json()["record"])
    assert (answer.status_code, record.kind, record.state, record.department) == (
        201,
        "misconduct",
        "confirmed",
        bureau,
    )
    assert post(calling, "/api/v1/records", credit(), key="k2").json()["state"] == "same"
    other = post(calling, "/api/v1/records", credit(title="另一事由"), key="k3")
    assert (other.status_code, other.json()["field"]) == (409, "number")
    assert "事由" in other.json()["detail"]


def test_an_accident_is_reported_with_its_figures(calling):
    accident = credit(kind="accident", occurred_on="2026-03-01", deaths=3, injured="2", loss="120.5", is_liable=True)
    record = Record.objects.get(public_id=post(calling, "/api/v1/records", accident).json()["record"])
    detail = record.accident
    # 120.5万元 are 1,205,000 yuan.
    assert (detail.deaths, detail.injured, detail.loss, detail.is_liable) == (3, 2, 1_205_000, True)
    assert post(calling, "/api/v1/records", accident, key="k2").json()["state"] == "same"


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"number": ""}, "number"), ({"kind": "penalty"}, "kind"), ({"kind": "commitment-broken"}, "kind"),
        ({"decided_on": "2026-03-11"}, "decided_on"), ({"code": "1"}, "code"), ({"code": ""}, "code"),
        ({"document_number": IDENTITY}, "code"), ({"deaths": 1}, "deaths"), ({"title": "长" * 201}, "title"),
        ({"kind": "accident"}, "occurred_on"), ({"decided_on": "某日"}, "decided_on"),
    ],
)  # fmt: skip
def test_a_credit_record_that_does_not_fit_names_its_field(calling, changes, field):
    answer = post(calling, "/api/v1/records", credit(**changes))
    assert (answer.status_code, answer.json()["code"], answer.json()["field"]) == (400, "row-refused", field)


def test_a_person_is_reported_by_number_and_no_fault_tells_it(calling):
    person = credit(name="张三", code=None, document_number=IDENTITY, facts=f"当事人身份证{IDENTITY}")
    answer = post(calling, "/api/v1/records", person)
    record = Record.objects.get(public_id=answer.json()["record"])
    assert (record.subject.kind, IDENTITY in record.facts) == ("person", False)
    wrong = IDENTITY[:-1] + "0"
    refused = post(calling, "/api/v1/records", person | {"document_number": wrong}, key="k2")
    assert refused.json()["field"] == "document_number"
    assert wrong not in refused.content.decode()


def test_many_rows_are_taken_in_behind_a_status_address(calling, bureau, settings):
    settings.IMPORT_CHUNK_ROWS = 2
    rows = [row(CF_WSH=f"河应急罚〔2026〕{number}号") for number in range(1, 6)]
    rows += [row(CF_WSH="河应急罚〔2026〕1号"), row(CF_JDRQ="2026-12-01"), row(CF_WSH="河应急罚〔2026〕8号", CF_CFJG="外县某局",
                                                                           CF_CFJGDM=ENTERPRISE)]  # fmt: skip
    answer = post(calling, UPLOADS, {"kind": "penalties", "rows": rows})
    told = answer.json()
    assert (told["state"], told["total"], told["waiting"], told["refused"]) == ("running", 8, 6, 2)
    upload = drained(answer, calling)
    assert {name: upload[name] for name in ("state", "waiting", "imported", "same", "refused")} == {
        "state": "done", "waiting": 0, "imported": 5, "same": 0, "refused": 3,
    }  # fmt: skip
    faults = failed(upload, calling)
    assert [(each["number"], each["errors"][0]["field"]) for each in faults] == [
        (6, "CF_WSH"), (7, "CF_JDRQ"), (8, "CF_CFJG"),
    ]  # fmt: skip
    assert faults[1]["errors"][0] == {
        "field": "CF_JDRQ", "label": "处罚决定日期", "value": "2026-12-01",
        "reason": "决定日期2026-12-01晚于今天（2026-03-10）", "way_out": "请按决定书核对日期",
    }  # fmt: skip
    taken = failed(upload, calling, state="imported")
    assert {each["record"] for each in taken} == {str(each.public_id) for each in Record.objects.all()}
    assert Record.objects.filter(department=bureau, state="confirmed").count() == 5


def test_the_same_upload_again_finds_everything_there(calling):
    rows = [row(CF_WSH=f"河应急罚〔2026〕{number}号") for number in range(1, 4)]
    drained(post(calling, UPLOADS, {"kind": "penalties", "rows": rows}), calling)
    again = drained(post(calling, UPLOADS, {"kind": "penalties", "rows": rows}, key="k2"), calling)
    assert (again["imported"], again["same"], Record.objects.count()) == (0, 3, 3)


def test_credit_records_are_uploaded_too(calling):
    rows = [credit(), credit(number="河应急认〔2026〕2号"), credit(), credit(kind="x")]
    upload = drained(post(calling, "/api/v1/records/uploads", {"rows": rows}), calling)
    assert (upload["kind"], upload["imported"], upload["refused"]) == ("records", 2, 2)
    assert [each["errors"][0]["field"] for each in failed(upload, calling)] == ["number", "kind"]


def test_failed_rows_come_in_pages(calling):
    rows = [row(CF_JDRQ="x", CF_WSH=f"{number}号") for number in range(7)]
    upload = post(calling, UPLOADS, {"kind": "penalties", "rows": rows}).json()
    assert (upload["state"], upload["refused"]) == ("done", 7)
    seen, cursor = [], ""
    while cursor is not None:
        page = calling.get(upload["rows_url"], {"limit": 3, "cursor": cursor}).json()
        seen += [each["number"] for each in page["items"]]
        cursor = page["next_cursor"]
    assert seen == list(range(1, 8))


def test_an_upload_belongs_to_its_department_and_its_scope(calling, bureau):
    upload = post(calling, UPLOADS, {"kind": "penalties", "rows": [row()]}).json()
    stranger = caller(make_client(department=make_department("market")))
    for address in (upload["status_url"], upload["rows_url"]):
        assert stranger.get(address).status_code == 404
        assert calling.get(address.replace("publicity", "records")).status_code == 404
        assert caller(make_client("records.write", department=bureau)).get(address).status_code == 403
        assert caller(make_client("publicity.write", department=bureau)).get(address).status_code == 200


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"kind": "penalties", "rows": []}, "rows-out-of-range"),
        ({"kind": "penalties", "rows": [{}] * 5001}, "rows-out-of-range"),
        ({"kind": "penalties", "rows": [3]}, "rows-malformed"), ({"kind": "penalties"}, "rows-malformed"),
        ({"kind": "records", "rows": [{}]}, "kind-unknown"), ({"kind": [], "rows": [{}]}, "kind-unknown"),
        ({"kind": "permits", "rows": [{"CF_WSH": "x"}]}, "member-unknown"), ([], "body-malformed"),
    ],
)  # fmt: skip
def test_an_upload_that_cannot_be_read_is_refused_whole(calling, body, code):
    answer = post(calling, UPLOADS, body)
    assert (answer.status_code, answer.json()["code"]) == (400, code)
    assert not ImportBatch.objects.exists()


def test_a_body_beyond_the_limit_is_refused(calling, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100
    answer = post(calling, PENALTIES, row())
    assert (answer.status_code, answer.json()["code"]) == (413, "body-too-large")


def test_an_officer_goes_on_with_an_upload_that_stopped(calling, bureau):
    answer = post(calling, UPLOADS, {"kind": "penalties", "rows": [row()]})
    batch = ImportBatch.objects.get(public_id=answer.json()["id"])
    batch.state = ImportBatch.State.STOPPED
    batch.save()
    handler = make_account("handler", department=bureau)
    import_start(batch_id=batch.pk, actor=handler, on=dt.date(2026, 3, 10))
    import_run({"batch": batch.pk}, timezone.now())
    assert calling.get(answer.json()["status_url"]).json()["imported"] == 1
    assert Record.objects.get().recorded_by == handler


def test_officers_see_uploads_among_the_imports(calling, bureau, client):
    rows = [credit(kind="x"), credit()]
    upload = drained(post(calling, "/api/v1/records/uploads", {"rows": rows}), calling)
    client.force_login(make_account("handler", department=bureau))
    page = client.get(f"/office/imports/{upload['id']}/")
    assert page.status_code == 200
    assert "河应急认〔2026〕1号" in page.content.decode()
    returned = client.get(f"/office/imports/{upload['id']}/failed/")
    assert returned.status_code == 200
