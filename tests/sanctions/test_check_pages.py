"""The check page: asked by pasting or by file, answered line by line, stamped, verified, and true for its day alone."""

import datetime as dt
import io

import openpyxl
import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from registry import clock
from registry.models import AttachmentDownload, Event
from registry.rules.synthetic import FICTIONAL_DIVISION, make_identity, make_uscc
from registry.services.outbox import outbox_drain
from registry.services.subjects import person_create, subject_rename
from sanctions.models import CheckLog, CheckSheet
from sanctions.selectors.check_sheets import sheet_lines
from sanctions.services.entries import entry_end, entry_pause
from tests.factories import make_account, make_department, make_subject
from tests.sanctions.listing import make_entry, run_policy

DAY = dt.date(2026, 3, 2)
TODAY = dt.date(2026, 3, 10)
PROCUREMENT = "government-procurement"
PERSON = make_identity(FICTIONAL_DIVISION, dt.date(1988, 7, 9), 17)
CHINA = dt.timezone(dt.timedelta(hours=8))

pytestmark = pytest.mark.django_db


def on_day(day: dt.date) -> time_machine.travel:
    return time_machine.travel(dt.datetime.combine(day, dt.time(10), tzinfo=CHINA), tick=True)


@pytest.fixture(autouse=True)
def _on_the_day():
    with on_day(TODAY):
        yield


@pytest.fixture
def bureau():
    make_department(kind="credit-office", name="演示县信用监管办公室")
    return make_department(name="演示县财政局")


@pytest.fixture
def officer(bureau):
    return make_account("department", department=bureau)


@pytest.fixture
def listed():
    run_policy("mem-2023-11", on=DAY)
    run_policy("memo-2016-1001", on=DAY)
    return make_entry("mem-2023-11", "blacklist", on=DAY)


def browser(account) -> Client:
    client = Client()
    client.force_login(account)
    return client


def ask(account, lines="", *, file=None, matter=PROCUREMENT, purpose="某某项目投标资格审查"):
    given = {"matter": matter, "purpose": purpose, "lines": lines} | ({"file": file} if file else {})
    return browser(account).post(reverse("sanctions:check-new"), given)


def asked(account, lines, **fields) -> CheckSheet:
    response = ask(account, lines, **fields)
    assert response.status_code == 302, response.content.decode()
    return CheckSheet.objects.latest("pk")


def drain():
    outbox_drain(now=clock.now)


def page(account, sheet: CheckSheet, query: str = "") -> str:
    response = browser(account).get(reverse("sanctions:check-detail", args=[sheet.public_id]) + query)
    assert response.status_code == 200
    return response.content.decode()


def test_a_pasted_list_is_answered_line_by_line_in_its_order(officer, listed):
    clear = make_subject()
    renamed = make_subject("演示旧名有限公司")
    handler = make_account("handler", department=make_department())
    subject_rename(subject_id=renamed.pk, name="演示新名有限公司", changed_on=DAY, version=None, actor=handler, on=DAY)
    unknown = make_uscc("9", "1", "370323", 777_777)
    bad = unknown[:17] + ("0" if unknown[17] != "0" else "1")
    twins = [make_subject("演示同名有限公司"), make_subject("演示同名有限公司")]
    lines = [listed.subject.uscc, clear.name, "演示旧名有限公司", unknown, bad, "演示同名有限公司"]
    sheet = asked(officer, "\n".join(lines))
    answers = sheet_lines(sheet)
    assert [each.outcome for each in answers] == [
        "found", "found", "former-name", "unknown", "code-malformed", "ambiguous",
    ]  # fmt: skip
    assert [len(each.entries) for each in answers] == [1, 0, 0, 0, 0, 0]
    assert twins[0].uscc in answers[5].sentence
    assert "校验码" in answers[4].sentence
    # 发改财金〔2016〕1001号, measure 18: mandatory, by the Government Procurement Law.
    measures = answers[0].entries[0]["measures"]
    assert any(each["mandatory"] and "政府采购法" in "".join(each["basis"]) for each in measures)
    text = page(officer, sheet)
    assert "2029-03-02" in text  # three years from publication, the day itself not counted
    assert "强制性" in text


def test_the_question_is_noted_with_who_why_and_when(officer, listed):
    sheet = asked(officer, listed.subject.uscc)
    log = CheckLog.objects.get()
    assert (log.account, log.purpose, log.on, log.asked, log.listed) == (officer, "某某项目投标资格审查", TODAY, 1, 1)
    assert log.subjects == [listed.subject_id]
    assert Event.objects.get(name="check.asked").payload["receipt"] == sheet.log.receipt


@pytest.mark.parametrize("kind", ["xlsx", "csv", "txt", "gbk"])
def test_a_file_is_read_whatever_its_kind(officer, listed, kind):
    rows = [("单位名称", "统一社会信用代码"), (listed.subject.name, listed.subject.uscc)]
    if kind == "xlsx":
        book = openpyxl.Workbook()
        for row in rows:
            book.active.append(row)
        target = io.BytesIO()
        book.save(target)
        content = target.getvalue()
    elif kind == "txt":
        content = f"{listed.subject.uscc}\n".encode()
    else:
        text = "\n".join(",".join(row) for row in rows)
        content = text.encode("gb18030" if kind == "gbk" else "utf-8-sig")
    name = f"名单.{'csv' if kind == 'gbk' else kind}"
    sheet = asked(officer, "", file=SimpleUploadedFile(name, content))
    (line,) = sheet_lines(sheet)
    assert (line.uscc, len(line.entries)) == (listed.subject.uscc, 1)


@pytest.mark.parametrize(
    ("lines", "said"),
    [
        ("", "请粘贴要查询的名称或者代码"),
        ("\n".join(f"演示第{number}有限公司" for number in range(1001)), "一次可以核查1至1000个主体"),
        ("甲公司 91370323MA0000000X 91370323MA0000000X", "第1行有两个代码"),
    ],
)
def test_what_cannot_be_asked_is_refused_with_the_way_out_and_what_was_typed(officer, listed, lines, said):
    response = ask(officer, lines)
    text = response.content.decode()
    assert response.status_code in (200, 422)
    assert said in text
    assert not CheckLog.objects.exists()


def test_a_file_that_is_no_table_is_refused(officer, listed):
    response = ask(officer, "", file=SimpleUploadedFile("名单.xlsx", b"%PDF-1.4 demonstration"))
    assert "不是表格" in response.content.decode()


def test_a_question_without_purpose_is_not_asked(officer, listed):
    assert ask(officer, listed.subject.uscc, purpose="  ").status_code == 422
    assert not CheckLog.objects.exists()


def test_a_persons_number_is_masked_on_page_and_kept_nowhere_in_the_open(officer, listed):
    person_create(name="张三", document_number=PERSON, actor=None, on=DAY, is_synthetic=True)
    sheet = asked(officer, f"张三 {PERSON}\n{PERSON}")
    assert [each.outcome for each in sheet_lines(sheet)] == ["found", "name-needed"]
    text = page(officer, sheet)
    assert PERSON not in text
    assert PERSON[:3] in text
    assert PERSON not in str(CheckSheet.objects.values().get()) + str(CheckLog.objects.values().get())
    assert "张三" not in sheet.lines_sealed


def test_the_files_are_stamped_by_the_relay_and_checked_by_anybody(officer, listed):
    sheet = asked(officer, f"{listed.subject.uscc}\n{make_subject().name}")
    assert 'http-equiv="refresh"' in page(officer, sheet)
    drain()
    sheet.refresh_from_db()
    assert sheet.state == "made"
    text = page(officer, sheet)
    assert 'http-equiv="refresh"' not in text
    assert "自动生成" in text
    pdf = browser(officer).get(reverse("sanctions:check-pdf", args=[sheet.public_id]))
    assert b"".join(pdf.streaming_content).startswith(b"%PDF")
    content = b"".join(browser(officer).get(reverse("sanctions:check-xlsx", args=[sheet.public_id])).streaming_content)
    cells = [str(cell.value) for row in openpyxl.load_workbook(io.BytesIO(content)).active.iter_rows() for cell in row]
    assert any(sheet.log.receipt in cell and "自动生成" in cell for cell in cells)
    assert listed.subject.uscc in cells
    assert AttachmentDownload.objects.filter(account=officer).count() == 2
    public = Client().get(reverse("report-verify", args=[sheet.code])).content.decode()
    assert sheet.log.receipt in public
    assert sheet.pdf.sha256 in public
    assert listed.subject.name not in public
    assert Client().get(reverse("report-verify", args=[sheet.public_id])).status_code == 404


def test_a_second_relay_makes_no_second_files(officer, listed):
    from sanctions.services.check_sheets import check_files_make

    sheet = asked(officer, listed.subject.uscc)
    drain()
    sheet.refresh_from_db()
    check_files_make({"sheet": sheet.pk}, clock.now())
    again = CheckSheet.objects.get()
    assert (again.pdf_id, again.xlsx_id) == (sheet.pdf_id, sheet.xlsx_id)


def test_an_ended_entry_is_shown_no_day_longer_and_its_files_are_handed_out_no_more(officer, listed):
    sheet = asked(officer, listed.subject.uscc)
    drain()
    entry_end(entry=listed, reason="revoked", ends_on=DAY, note="复议撤销", actor=None, on=TODAY)
    text = page(officer, sheet)
    assert "2029-03-02" not in text
    assert "已经终止" in text
    response = browser(officer).get(reverse("sanctions:check-pdf", args=[sheet.public_id]))
    assert response.status_code == 302
    assert "不再反映现在的状况" in Client().get(reverse("report-verify", args=[sheet.code])).content.decode()
    auditor = make_account("auditor")
    assert browser(auditor).get(reverse("sanctions:check-pdf", args=[sheet.public_id])).status_code == 200


def test_measures_that_stand_still_since_are_not_shown_as_applying(officer, listed):
    sheet = asked(officer, listed.subject.uscc)
    entry_pause(entry=listed, reason="复议机关决定停止执行", actor=None, on=TODAY)
    text = page(officer, sheet)
    assert "措施暂停" in text
    assert "强制性" not in text


def test_on_the_last_day_it_is_listed_and_on_the_day_after_it_is_not(officer, listed):
    for day, expected in ((dt.date(2029, 3, 2), 1), (dt.date(2029, 3, 3), 0)):
        with on_day(day):
            (line,) = sheet_lines(asked(officer, listed.subject.uscc))
            assert len(line.entries) == expected


def test_a_result_of_another_day_says_so(officer, listed):
    sheet = asked(officer, listed.subject.uscc)
    with on_day(TODAY + dt.timedelta(days=1)):
        assert "只说明当日的状况" in page(officer, sheet)


def test_colleagues_see_a_check_and_other_departments_do_not(officer, bureau, listed):
    sheet = asked(officer, listed.subject.uscc)
    address = reverse("sanctions:check-detail", args=[sheet.public_id])
    assert browser(make_account("department", department=bureau)).get(address).status_code == 200
    assert browser(make_account("department", department=make_department())).get(address).status_code == 404
    listing = browser(officer).get(reverse("sanctions:check-list")).content.decode()
    assert sheet.log.receipt in listing
    other = browser(make_account("department", department=bureau))
    assert sheet.log.receipt not in other.get(reverse("sanctions:check-list")).content.decode()
    assert sheet.log.receipt in other.get(reverse("sanctions:check-list") + "?scope=all").content.decode()


def test_an_internal_list_is_not_told_to_a_department_that_has_no_order_on_it(officer):
    run_policy("memo-2016-1001", on=DAY)
    run_policy("yiyuan-2021", on=DAY, mode="internal")
    entry = make_entry("yiyuan-2021", "focus", on=DAY, mode="internal")
    (line,) = sheet_lines(asked(officer, entry.subject.uscc))
    assert line.entries == []


def test_tabs_and_pages_keep_to_their_lines(officer, listed):
    lines = [listed.subject.uscc, *(f"演示无登记{number}有限公司" for number in range(60))]
    sheet = asked(officer, "\n".join(lines))
    assert page(officer, sheet, "?tab=listed").count("强制性</span>") >= 1
    assert "第 1 页，共 2 页" in page(officer, sheet, "?tab=unknown")
    assert "这一类没有结果" in page(officer, sheet, "?tab=mend")


def test_failed_files_can_be_made_again(officer, listed):
    from sanctions.services.check_sheets import check_files_give_up

    sheet = asked(officer, listed.subject.uscc)
    check_files_give_up({"sheet": sheet.pk}, clock.now())
    assert "重新生成" in page(officer, sheet)
    browser(officer).post(reverse("sanctions:check-again", args=[sheet.public_id]))
    drain()
    sheet.refresh_from_db()
    assert sheet.state == "made"


def test_a_thousand_lines_need_no_more_queries_than_ten(officer, listed, django_assert_max_num_queries):
    lines = "\n".join(make_uscc("9", "1", "370323", 800_000 + number) for number in range(1000))
    with django_assert_max_num_queries(60):
        asked(officer, lines)


def test_a_mistyped_code_is_shown_to_be_put_right_unless_it_may_be_a_persons_number(officer, listed):
    code = "91370323MA0000000X"
    wrong_number = PERSON[:17] + ("0" if PERSON[17] != "0" else "1")
    sheet = asked(officer, f"{code}\n张三 {wrong_number}\n张三 {PERSON[:16]}")
    assert next(each.code for each in sheet_lines(sheet)) == code
    assert all("*" in each.code for each in sheet_lines(sheet)[1:])
    assert wrong_number not in page(officer, sheet)
