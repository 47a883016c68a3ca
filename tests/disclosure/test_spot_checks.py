"""Spot checks: what a list found elsewhere names and nobody reported; columns found by name; no party kept."""

import datetime as dt
import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from credit_site.demonstration.spot_checks import spot_check_show
from disclosure.models import MissingDecision, SpotCheck
from disclosure.rules.spot_lists import ListRefused, decisions_of
from disclosure.services.spot_checks import missing_settle, spot_check_make
from registry import clock
from registry.base.errors import Conflict, InvalidInput, NotAllowed
from registry.models import Event, Notice
from registry.services.workbooks import Sheet, write_workbook
from tests.disclosure import county
from tests.disclosure.publicity_samples import make_missing, make_spot_check
from tests.factories import make_account, make_department, make_subject

TODAY = dt.date(2026, 11, 20)
AT = dt.datetime(2026, 11, 20, 2, tzinfo=dt.UTC)
NUMBER, DAY = "演应急罚〔2026〕71号", "2026-11-03"
db = pytest.mark.django_db


def read(header, *rows):
    return decisions_of(header, enumerate(rows, start=2), on=TODAY)


@pytest.mark.parametrize(
    "header",
    [["文书号", "决定日期"], ["行政处罚决定书文号*", "处罚决定日期*"], ["CF_WSH", "CF_JDRQ"], ["XK_WSH", "XK_JDRQ"]],
)
def test_columns_are_known_by_their_plain_names_and_the_national_ones(header):
    (found,) = read(header, [NUMBER, DAY])
    assert (found.number, found.decided_on) == (NUMBER, dt.date(2026, 11, 3))


def test_a_number_twice_is_one_decision_however_its_brackets_are():
    assert len(read(["文书号", "决定日期"], [NUMBER, DAY], ["演应急罚[2026]71号", DAY])) == 1


def test_the_note_under_a_national_sheet_is_no_decision():
    assert len(read(["文书号", "决定日期"], [NUMBER, DAY], ["表格说明：必填", ""], ["", ""])) == 1


@pytest.mark.parametrize(
    ("header", "row", "word"),
    [
        (["名称", "决定日期"], ["甲", DAY], "没有找到"),
        (["文书号", "决定日期"], [NUMBER, ""], "第2行没有决定日期"),
        (["文书号", "决定日期"], [NUMBER, "下周"], "第2行的决定日期"),
        (["文书号", "决定日期"], [NUMBER, "2026-11-21"], "晚于今天"),
        (["文书号", "决定日期"], ["字" * 129, DAY], "超过128字"),
        (["文书号", "决定日期"], ["", DAY], "没有文书号"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_row(header, row, word):
    with pytest.raises(ListRefused, match=word):
        read(header, row)


# --- the check -----------------------------------------------------------------------------------------------------


def upload(*rows, header=("文书号", "决定日期", "行政相对人名称")):
    stream = io.BytesIO()
    write_workbook(stream, [Sheet("清单", header, rows)])
    return SimpleUploadedFile("清单.xlsx", stream.getvalue())


@pytest.fixture
def department():
    return make_department()


@pytest.fixture
def handler():
    return make_account("handler")


def checked(department, actor, *rows, kind="penalty"):
    return spot_check_make(
        kind=kind, department=department, source="门户网站", upload=upload(*rows), actor=actor, on=TODAY, at=AT
    )


@db
def test_what_was_reported_is_found_in_any_spelling_and_the_rest_is_missing(department, handler):
    county.make_penalty(make_subject(), department=department, number=NUMBER)
    check = checked(
        department, handler, ["演应急罚 (2026) 71号", DAY, "甲公司"], ["演应急罚〔2026〕72号", DAY, "乙公司"]
    )
    assert (check.total, check.absent) == (2, 1)
    assert MissingDecision.objects.get().number == "演应急罚〔2026〕72号"


@db
@pytest.mark.parametrize("fields", [{"state": "voided", "voided_on": TODAY}, {"department": None}])
def test_a_void_record_and_another_departments_are_no_report(department, handler, fields):
    county.make_penalty(make_subject(), **{"department": department, "number": NUMBER} | fields)
    assert checked(department, handler, [NUMBER, DAY, ""]).absent == 1


@db
def test_a_penalty_is_no_permit(department, handler):
    county.make_penalty(make_subject(), department=department, number=NUMBER)
    assert checked(department, handler, [NUMBER, DAY, ""], kind="permit").absent == 1


@db
def test_the_department_is_told_and_no_party_is_kept(department, handler):
    checked(department, handler, [NUMBER, DAY, "演示自然人"])
    notice = Notice.objects.get(kind="publicity.missing")
    assert notice.department == department
    assert NUMBER in notice.body
    kept = [
        *MissingDecision.objects.values().get().values(),
        notice.body,
        Event.objects.get(name="publicity.checked").payload,
    ]
    assert not any("演示自然人" in str(each) for each in kept)


@db
def test_a_second_check_counts_again_and_keeps_once(department, handler):
    checked(department, handler, [NUMBER, DAY, ""])
    assert checked(department, handler, [NUMBER, DAY, ""]).absent == 1
    assert MissingDecision.objects.count() == 1
    assert Notice.objects.filter(kind="publicity.missing").count() == 1


@db
def test_a_publisher_may_not_check(department):
    with pytest.raises(NotAllowed):
        checked(department, make_account("publisher"), [NUMBER, DAY, ""])


@db
def test_a_file_that_is_no_table_is_refused(department, handler):
    with pytest.raises(InvalidInput):
        spot_check_make(
            kind="penalty", department=department, source="x", upload=SimpleUploadedFile("a.pdf", b"%PDF-1.7 text"),
            actor=handler, on=TODAY, at=AT,
        )  # fmt: skip


# --- settling ------------------------------------------------------------------------------------------------------


@pytest.fixture
def missing(department, handler):
    return make_missing(make_spot_check(department, handler))


def settled(missing, actor, **given):
    given = {"verdict": "concealed", "why": "漏录，已要求补报", "version": missing.version} | given
    return missing_settle(missing_id=missing.pk, actor=actor, on=TODAY, **given)


@db
def test_a_finding_is_kept_with_its_reason_and_who_made_it(missing, handler):
    found = settled(missing, handler)
    assert (found.verdict, found.why, found.settled_by, found.settled_on) == (
        "concealed", "漏录，已要求补报", handler, TODAY,
    )  # fmt: skip


@db
@pytest.mark.parametrize(
    ("given", "error"),
    [({"verdict": ""}, InvalidInput), ({"why": " "}, InvalidInput), ({"version": 0}, Conflict)],
)
def test_a_finding_needs_a_verdict_a_reason_and_the_present_version(missing, handler, given, error):
    with pytest.raises(error):
        settled(missing, handler, **given)


# --- pages ---------------------------------------------------------------------------------------------------------


@db
def test_from_the_list_to_the_finding_on_pages(client, monkeypatch, department, handler):
    monkeypatch.setattr(clock, "today", lambda: TODAY)
    client.force_login(handler)
    given = {"kind": "penalty", "department": department.code, "source": "门户网站", "file": upload([NUMBER, DAY, ""])}
    html = client.post(reverse("publications:spot-list"), given, follow=True).content.decode()
    missing = MissingDecision.objects.get()
    url = reverse("publications:missing-settle", args=[missing.pk])
    assert url in html
    assert "未上报" in html
    given = {"verdict": "not-due", "why": "适用简易程序", "version": missing.version}
    assert "适用简易程序" in client.post(url, given, follow=True).content.decode()
    html = client.get(reverse("publications:spot-list")).content.decode()
    assert reverse("publications:spot-detail", args=[SpotCheck.objects.get().public_id]) in html


@db
def test_a_refused_list_keeps_the_page_and_says_why(client, department, handler):
    client.force_login(handler)
    given = {"kind": "penalty", "department": department.code, "source": "x",
             "file": upload(["甲"], header=["名称"])}  # fmt: skip
    response = client.post(reverse("publications:spot-list"), given)
    assert response.status_code == 422
    assert "没有找到“文书号”" in response.content.decode()


@db
def test_the_demonstrations_check_finds_two_and_settles_one(department, handler):
    for number in range(3):
        county.make_penalty(make_subject(), department=department, number=f"演应急罚〔2026〕{number}号")
    check = spot_check_show(department=department, actor=handler, today=TODAY)
    assert (check.total, check.absent) == (5, 2)
    assert [each.verdict for each in check.missing.order_by("number")] == ["concealed", ""]
