"""Pages of records: entering by kind, steps with their consequences, classification, evidence, downloads."""

import datetime as dt
from urllib.parse import quote

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from registry import clock
from registry.models import AttachmentDownload, Finding, PolicyVersion, Record, RecordItem
from registry.rules.policy.loader import PackLibrary, load_packs
from registry.services.evidence import record_evidence_add
from registry.services.names import name_grams_rebuild
from registry.services.policies import packs_load, policy_activate
from registry.services.records import record_draft_create
from tests.factories import make_account, make_department, make_record, make_subject
from tests.registry.record_values import ACCIDENT, PENALTY

pytestmark = pytest.mark.django_db
PDF = b"%PDF-1.4\nsynthetic\n%%EOF\n"
PENALTY_POST = {
    "title": "未按规定配备安全生产管理人员",
    "number": "演应急罚[2026]12号",
    "occurred_on": "2026-04-01",
    "decided_on": "2026-05-20",
    "facts": "未配备专职安全生产管理人员。",
    "violation_type": "未按规定配备安全生产管理人员",
    "basis": "《中华人民共和国安全生产法》第九十七条",
    "procedure": "ordinary",
    "kinds": ["警告", "罚款"],
    "content_text": "警告，罚款贰万元",
    "fine": "20000",
}


@pytest.fixture
def department(db):
    return make_department(name="演示县应急管理局")


@pytest.fixture
def handler(db):
    return make_account("handler")


@pytest.fixture
def officer(client, handler):
    client.force_login(handler)
    return client


@pytest.fixture
def active_packs(db):
    wanted = ("mem-2023-11", "mohurd-urban-2018")
    packs_load(at=clock.now(), library=PackLibrary({name: load_packs()[name] for name in wanted}))
    for pack_id in wanted:
        version = PolicyVersion.objects.get(pack_id=pack_id)
        policy_activate(version=version, mode="internal", actor=None, on=clock.today())


def url(name, thing, *more):
    return reverse(f"registry:{name}", args=[thing.public_id, *more])


def entered(handler, department, content=PENALTY):
    return record_draft_create(
        subject_id=make_subject().pk, department_id=department.pk, content=content, actor=handler, on=clock.today()
    )


# --- lists --------------------------------------------------------------------------------------------------------
def listed(client, **query):
    return [record.title for record in client.get(reverse("registry:record-list"), query).context["records"]]


def test_list_can_be_narrowed_to_what_is_objected_to(officer):
    make_record(make_subject(), title="无异议")
    make_record(make_subject(), title="有异议", disputed_on=clock.today())
    assert listed(officer, disputed="on") == ["有异议"]


def test_list_is_found_by_subject_number_and_title(officer):
    subject = make_subject("演示石门有限公司")
    name_grams_rebuild(subject.names.get())
    make_record(subject, title="甲事由", number="演罚〔2026〕1号")
    make_record(make_subject("演示别家有限公司"), title="乙事由", number="演罚〔2026〕2号")
    assert (
        listed(officer, text="石门")
        == listed(officer, text="演罚(2026)1号")
        == listed(officer, text="甲事")
        == ["甲事由"]
    )


def test_list_is_bounded_by_decision_days_inclusive(officer):
    for day in (1, 2, 3):
        make_record(make_subject(), title=f"{day}日", decided_on=dt.date(2026, 5, day))
    assert listed(officer, decided_from="2026-05-02", decided_until="2026-05-03") == ["3日", "2日"]


def test_unclassified_are_the_facts_that_may_fall_under_a_clause(officer):
    make_record(make_subject(), title="待归类")
    make_record(make_subject(), title="已归类", is_classified=True)
    make_record(make_subject(), title="草稿", state="draft")
    make_record(make_subject(), title="许可", kind="permit")
    assert listed(officer, unclassified="on") == ["待归类"]


def test_list_takes_the_same_queries_however_long(officer):
    counts = []
    for more in (1, 0, 15):
        for _ in range(more):
            make_record(make_subject())
        with CaptureQueriesContext(connection) as captured:
            officer.get(reverse("registry:record-list"))
        counts.append(len(captured))
    assert counts[1] == counts[2]


# --- entering -----------------------------------------------------------------------------------------------------
def post_new(client, subject, office, kind="penalty", **changes):
    data = {**PENALTY_POST, "department": office.pk, **changes}
    return client.post(url("record-new", subject, kind), data)


def test_penalty_form_makes_a_draft_with_every_column(officer, department):
    response = post_new(officer, make_subject(), department, valid_until="2027-05-20", remark="演示")
    record = Record.objects.get()
    assert response.url == url("record-detail", record)
    assert (record.state, record.number, record.penalty.fine) == ("draft", "演应急罚〔2026〕12号", 20000)
    assert (record.penalty.valid_until, record.penalty.remark) == (dt.date(2027, 5, 20), "演示")


@pytest.mark.parametrize(
    ("field", "value", "words"),
    [
        ("kinds", [], "必填"),
        ("fine", "", "罚款金额"),
        ("fine", "两万", "数字"),
        ("decided_on", "2026年5月20日", "2026-03-02"),
        ("decided_on", "2026-03-01", "早于发生日期"),
        ("decided_on", "2099-01-01", "晚于今天"),
        ("department", "", "必填"),
    ],
)
def test_bad_input_comes_back_on_its_field_with_what_was_typed(officer, department, field, value, words):
    response = post_new(officer, make_subject(), department, **{field: value})
    assert words in "".join(response.context["form"].errors[field]).replace("这个字段是必填项", "必填")
    assert "未配备专职安全生产管理人员。" in response.content.decode()
    assert not Record.objects.exists()


def test_doubled_number_comes_back_on_its_field(officer, department):
    subject = make_subject()
    post_new(officer, subject, department)
    response = post_new(officer, subject, department, number="演应急罚（2026）12号")
    assert "不能重复登记" in response.context["form"].errors["number"][0]


def test_permit_form_makes_a_permit(officer, department):
    subject = make_subject()
    data = {"title": "经营许可", "department": department.pk, "document_name": "许可证", "permit_kind": "普通"}
    officer.post(url("record-new", subject, "permit"), {**data, "content_text": "经营汽油"})
    assert Record.objects.get().permit.content == "经营汽油"


def test_accident_form_makes_an_accident_and_its_page_shows_the_grade(officer, department):
    subject = make_subject()
    data = {"title": "顶板事故", "department": department.pk, "occurred_on": "2026-03-03"}
    officer.post(url("record-new", subject, "accident"), {**data, "deaths": 3, "injured": 0, "loss": 0})
    assert "较大事故" in officer.get(url("record-detail", Record.objects.get())).content.decode()


def test_other_kinds_need_no_columns(officer, department):
    data = {"title": "检查合格", "department": department.pk}
    officer.post(url("record-new", make_subject(), "inspection"), data)
    assert Record.objects.get().kind == "inspection"


def test_unknown_kind_is_not_found(officer):
    assert officer.get(url("record-new", make_subject(), "gossip")).status_code == 404


def test_draft_form_begins_with_what_was_entered_and_changes_it(officer, handler, department):
    record = entered(handler, department)
    form = officer.get(url("record-edit", record)).context["form"]
    assert (form["content_text"].value(), form["kinds"].value()) == (PENALTY.detail.content, ["警告", "罚款"])
    data = {**PENALTY_POST, "department": department.pk, "title": "改过的事由", "version": record.version}
    officer.post(url("record-edit", record), data)
    record.refresh_from_db()
    assert record.title == "改过的事由"


# --- steps --------------------------------------------------------------------------------------------------------
def test_confirm_page_names_the_consequence_and_confirms(officer, handler, department):
    record = entered(handler, department)
    assert "7个工作日" in officer.get(url("record-confirm", record)).content.decode()
    officer.post(url("record-confirm", record), {"version": record.version})
    record.refresh_from_db()
    assert record.state == "confirmed"


def test_confirming_an_incomplete_draft_says_what_is_missing(officer, handler, department):
    record = entered(handler, department)
    record.number = ""
    record.save_by(None, reason="test")
    response = officer.post(url("record-confirm", record), {"version": record.version})
    assert "没有文书号" in response.context["form"].non_field_errors()[0]


def test_stale_confirm_is_refused(officer, handler, department):
    record = entered(handler, department)
    response = officer.post(url("record-confirm", record), {"version": record.version - 1})
    assert "刷新" in response.context["form"].non_field_errors()[0]


def test_void_asks_the_right_of_the_state(officer):
    record = make_record(make_subject())
    response = officer.post(url("record-void", record), {"reason": "重复", "version": record.version})
    assert "审批" in response.context["form"].non_field_errors()[0]


def test_correct_form_makes_the_new_record(client, handler, department):
    record = entered(handler, department)
    client.force_login(handler)
    client.post(url("record-confirm", record), {"version": record.version})
    client.force_login(make_account("approver"))
    record.refresh_from_db()
    data = {**PENALTY_POST, "department": department.pk, "decided_on": "2026-05-21", "version": record.version}
    response = client.post(url("record-correct", record), {**data, "reason": "日期录错"})
    new = Record.objects.get(corrects=record)
    assert (response.status_code, new.decided_on) == (302, dt.date(2026, 5, 21))
    assert "日期录错" in client.get(url("record-detail", new)).content.decode()


@pytest.mark.parametrize(
    ("mark", "field"), [("corrected", "corrected_on"), ("fulfilled", "fulfilled_on"), ("disputed", "disputed_on")]
)
def test_marks_are_set_by_the_form(officer, mark, field):
    record = make_record(make_subject())
    officer.post(url("record-mark", record), {"mark": mark, "day": "2026-06-01", "version": record.version})
    record.refresh_from_db()
    assert getattr(record, field) == dt.date(2026, 6, 1)


def test_dispute_is_shown_and_ended(officer):
    record = make_record(make_subject(), disputed_on=dt.date(2026, 6, 1))
    assert "有异议" in officer.get(url("record-detail", record)).content.decode()
    officer.post(url("dispute-end", record), {"reason": "不成立", "version": record.version})
    record.refresh_from_db()
    assert record.disputed_on is None


# --- classification -----------------------------------------------------------------------------------------------
def test_classify_page_offers_clauses_in_words_and_suggests(officer, active_packs):
    record = make_record(make_subject(), title="瞒报生产安全事故")
    response = officer.get(url("record-classify", record))
    pack = next(pack for pack in response.context["packs"] if pack.pack_id == "mem-2023-11")
    first = pack.items[0]
    assert (first.code, first.is_suggested, first.clause) == ("A4", True, "第六条第（四）项")


def test_classify_form_replaces_the_clauses(officer, active_packs):
    record = make_record(make_subject())
    RecordItem(record=record, pack_id="mem-2023-11", code="B1").save_by(None, reason="test")
    data = {"items": ["mem-2023-11|A4", "mohurd-urban-2018|G1"], "version": record.version}
    officer.post(url("record-classify", record), data)
    codes = sorted(record.items.values_list("code", flat=True))
    assert codes == ["A4", "G1"]


def test_forged_clause_is_refused(officer, active_packs):
    record = make_record(make_subject())
    response = officer.post(url("record-classify", record), {"items": ["mem-2023-11|Z9"], "version": record.version})
    assert "不是可选的条款" in response.context["form"].errors["items"][0]


def test_clause_of_a_pack_no_longer_active_may_stay(officer, active_packs):
    record = make_record(make_subject())
    RecordItem(record=record, pack_id="saws-2017-49", code="2.1").save_by(None, reason="test")
    assert "saws-2017-49|2.1" in officer.get(url("record-classify", record)).content.decode()
    officer.post(url("record-classify", record), {"items": ["saws-2017-49|2.1"], "version": record.version})
    assert record.items.count() == 1


def test_finding_is_added_and_taken_back(officer, active_packs):
    record = make_record(make_subject())
    data = {"code": "ignored-notice", "reason": "三次通知未到", "version": record.version}
    officer.post(url("finding-new", record), data)
    finding = Finding.objects.get()
    assert "三次通知未到" in officer.get(url("record-detail", record)).content.decode()
    officer.post(reverse("registry:finding-remove", args=[finding.pk]), {"reason": "已到场"})
    assert not Finding.objects.exists()


# --- evidence -----------------------------------------------------------------------------------------------------
def test_evidence_is_uploaded_and_listed(officer):
    record = make_record(make_subject())
    upload = SimpleUploadedFile("决定书.pdf", PDF)
    officer.post(url("evidence-new", record), {"file": upload, "label": "行政处罚决定书"})
    html = officer.get(url("record-detail", record)).content.decode()
    assert "行政处罚决定书" in html
    assert url("attachment-download", record.evidence.get().attachment) in html


def test_disguised_file_comes_back_on_its_field(officer):
    record = make_record(make_subject())
    upload = SimpleUploadedFile("决定书.pdf", b"MZ\x90\x00program", content_type="application/pdf")
    response = officer.post(url("evidence-new", record), {"file": upload, "label": "决定书"})
    assert "内容却不是这种格式" in response.context["form"].errors["file"][0]


@pytest.fixture
def stored(handler):
    record = make_record(make_subject())
    return record_evidence_add(
        record_id=record.pk, upload=SimpleUploadedFile("决定书.pdf", PDF), label="决定书", actor=handler,
        on=clock.today(),
    ).attachment  # fmt: skip


def test_download_is_streamed_as_a_private_attachment_and_logged(officer, handler, stored):
    response = officer.get(url("attachment-download", stored))
    assert b"".join(response.streaming_content) == PDF
    assert response["Content-Disposition"] == f"attachment; filename*=utf-8''{quote('决定书.pdf')}"
    assert (response["X-Content-Type-Options"], response["Cache-Control"]) == ("nosniff", "private, no-store")
    assert AttachmentDownload.objects.get().account == handler


def test_file_awaiting_its_scan_is_refused(officer, stored):
    stored.scan = "waiting"
    stored.save()
    assert officer.get(url("attachment-download", stored)).status_code == 403
    assert not AttachmentDownload.objects.exists()


def test_department_may_not_download(client, stored):
    client.force_login(make_account("department"))
    assert client.get(url("attachment-download", stored)).status_code == 403


# --- one record ---------------------------------------------------------------------------------------------------
def test_page_shows_both_time_lines(officer, handler, department):
    html = officer.get(url("record-detail", entered(handler, department, ACCIDENT))).content.decode()
    assert "2026-03-03" in html
    assert clock.now().astimezone().strftime("%Y-%m-%d") in html


def test_page_takes_the_same_queries_however_much_hangs_on_it(officer, active_packs, handler):
    record = make_record(make_subject())
    counts = []
    for round_number, codes in enumerate((["A1"], [], ["A2", "A3", "A4"])):
        for code in codes:
            RecordItem(record=record, pack_id="mem-2023-11", code=code).save_by(None, reason="test")
            upload = SimpleUploadedFile("a.pdf", PDF + code.encode())
            record_evidence_add(record_id=record.pk, upload=upload, label=code, actor=handler, on=clock.today())
        with CaptureQueriesContext(connection) as captured:
            assert officer.get(url("record-detail", record)).status_code == 200
        counts.append((round_number, len(captured)))
    assert counts[1][1] == counts[2][1]


def test_history_covers_the_details(officer, handler, department):
    record = entered(handler, department)
    data = {**PENALTY_POST, "department": department.pk, "fine": "30000", "version": record.version}
    officer.post(url("record-edit", record), data)
    changes = officer.get(url("record-history", record)).context["changes"]
    fines = [(d.before, d.after) for change in changes for d in change.differences if d.label == "罚款金额（元）"]
    assert fines == [("20000.00", "30000.00"), ("", "20000.00")]
