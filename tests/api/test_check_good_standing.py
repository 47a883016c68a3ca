"""A check tells what good standing brings in the matter: incentives, the green channel, what the tier means."""

import datetime as dt
import io

import openpyxl
import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from incentives.models import TierAssessment, TierMark
from incentives.services.tiers import tiers_recompute
from registry.models import Subject
from sanctions.rules.checking import Asked
from sanctions.selectors.check_sheets import sheet_lines, sheet_lines_on
from sanctions.services.check_files import sheet_pdf, sheet_xlsx
from sanctions.services.check_sheets import check_sheet_make
from tests.api.clients import caller, make_client
from tests.factories import make_account, make_department, make_subject
from tests.incentives.honouring import make_jury
from tests.incentives.test_grants import AFTER, honoured
from tests.sanctions.case_world import activate, add_penalty
from tests.sanctions.listing import make_entry, run_policy

DAY = dt.date(2026, 6, 1)
pytestmark = pytest.mark.django_db


def at(day: dt.date) -> time_machine.travel:
    return time_machine.travel(dt.datetime.combine(day, dt.time(10), dt.timezone(dt.timedelta(hours=8))), tick=True)


@pytest.fixture
def county():
    activate("county-default", dt.date(2026, 1, 1))
    with at(DAY):
        yield


def check(*subjects: Subject, matter: str = "licensing", client=None) -> list[dict]:
    body = {"matter": matter, "purpose": "许可办理（演示）", "subjects": [{"code": each.uscc} for each in subjects]}
    answer = caller(client).post("/api/v1/check", body, content_type="application/json")
    assert answer.status_code == 200, answer.json()
    return answer.json()["items"]


def graded(**fields: object) -> Subject:
    subject = make_subject(risk="low", standardisation=1, **fields)
    tiers_recompute(on=DAY)
    return subject


def test_three_clean_years_open_the_green_channel_with_missing_papers(county):
    clean, fined = make_subject(), make_subject()
    add_penalty(fined, decided_on=dt.date(2026, 5, 20), confirmed_on=dt.date(2026, 5, 20))
    first, second = check(clean, fined)
    assert (first["green_channel"], first["missing_papers"]) == (True, True)
    (found,) = first["enjoys"]
    assert (found["kind"], found["until"], "3年" in found["why"]) == ("green-channel", None, True)
    assert (second["green_channel"], second["missing_papers"], second["enjoys"]) == (False, False, [])


def test_an_honour_brings_its_incentives_in_their_matters_with_the_last_day(db):
    jury = make_jury()
    honour = honoured(jury)
    with at(AFTER):
        (item,) = check(jury.subject, matter="inspection")
        codes = {each["code"]: each for each in item["enjoys"]}
        assert codes["6.5"]["until"] == honour.last_day.isoformat()
        assert "6.2" not in codes
    with at(honour.last_day + dt.timedelta(days=1)):
        assert check(jury.subject, matter="inspection")[0]["enjoys"] == []


def test_who_is_listed_enjoys_nothing(county):
    run_policy("mem-2023-11", on=DAY)
    entry = make_entry("mem-2023-11", "blacklist", on=DAY)
    (item,) = check(entry.subject)
    assert (item["is_listed"], item["green_channel"], item["enjoys"]) == (True, False, [])


def test_the_tier_is_told_with_what_follows_from_it(county):
    tier = check(graded())[0]["tier"]
    # county-default, A: at most 5 of a hundred drawn, at most one inspection a year.
    assert (tier["code"], tier["since"], tier["is_pending"]) == ("A", "2026-06-01", False)
    assert tier["effect"].startswith("抽查比例不超过5%；每年检查不超过1次")
    assert "分级监管" in tier["basis"]


def test_a_tier_that_waits_for_facts_has_no_effect(county):
    subject = make_subject(standardisation=1)
    tiers_recompute(on=DAY)
    tier = check(subject)[0]["tier"]
    assert (tier["code"], tier["is_pending"], tier["effect"]) == ("pending", True, "")


@pytest.mark.parametrize("how", ["mark", "day"])
def test_a_tier_that_facts_or_days_have_overtaken_is_told_as_being_found_anew(county, how):
    subject = graded()
    if how == "mark":
        TierMark.objects.update_or_create(subject=subject, defaults={"cause": "演示", "marked_on": DAY})
    else:
        TierAssessment.objects.filter(subject=subject).update(next_change_on=DAY)
    tier = check(subject)[0]["tier"]
    assert (tier["code"], tier["is_pending"], tier["effect"], tier["since"]) == ("", True, "", None)


def test_who_was_never_graded_has_no_tier_and_nobody_nothing(county):
    assert check(make_subject())[0]["tier"] is None
    (item,) = check(Subject(uscc="1"))
    assert (item["subject"], item["enjoys"], item["tier"]) == (None, [], None)


def test_what_good_standing_brings_costs_as_many_queries_for_many_as_for_one(county):
    subjects = [graded() for _ in range(10)]
    client = make_client()
    counts = []
    for asked in (subjects[:1], subjects[:1], subjects):
        with CaptureQueriesContext(connection) as queries:
            assert all(each["green_channel"] and each["tier"] for each in check(*asked, client=client))
        counts.append(len(queries))
    assert counts[1] == counts[2]


def test_the_stamped_files_tell_it_too(county):
    subject, nobody = make_subject(), Subject(uscc="1")
    sheet = check_sheet_make(
        asked=[Asked(code=subject.uscc), Asked(code=nobody.uscc)], matter="licensing", purpose="许可办理（演示）",
        actor=make_account("department", department=make_department()),
        verify_url=lambda code: f"https://credit.example/{code}", on=DAY, at=dt.datetime(2026, 6, 1, 9, tzinfo=dt.UTC),
    )  # fmt: skip
    lines = sheet_lines(sheet)
    book = openpyxl.load_workbook(io.BytesIO(sheet_xlsx(sheet, lines))).active
    rows = [[cell.value or "" for cell in row] for row in book.iter_rows()]
    header = next(row for row in rows if row[0] == "序号")
    first, second = rows[rows.index(header) + 1 :]
    told = dict(zip(header, first, strict=True))
    assert (told["措施性质"], told["措施"], told["名单"]) == ("激励", "绿色通道、容缺受理", "")
    assert "3年" in told["依据"]
    assert (second[0], "激励" in second) == ("2", False)
    assert sheet_pdf(sheet, lines, written_at=dt.datetime(2026, 6, 1, 9, tzinfo=dt.UTC)).startswith(b"%PDF")


def test_the_page_and_the_stamped_files_tell_what_the_tier_means(county, client):
    subject, waiting = graded(), make_subject(standardisation=1)
    tiers_recompute(on=DAY)
    officer = make_account("department", department=make_department())
    sheet = check_sheet_make(
        asked=[Asked(code=subject.uscc), Asked(code=waiting.uscc), Asked(code="1")], matter="licensing", purpose="演示",
        actor=officer, verify_url=lambda code: f"https://credit.example/{code}", on=DAY,
        at=dt.datetime(2026, 6, 1, 9, tzinfo=dt.UTC),
    )  # fmt: skip
    words = [line.tier_words for line in sheet_lines(sheet)]
    assert "（自2026-06-01起）。监督检查：抽查比例不超过5%；每年检查不超过1次" in words[0]
    assert "分级监管" in words[0]
    assert ("监督检查：" in words[1], words[2]) == (False, "")
    assert all("不是限制办理事项的依据" in each for each in words[:2])
    book = openpyxl.load_workbook(io.BytesIO(sheet_xlsx(sheet, sheet_lines(sheet)))).active
    rows = [[cell.value or "" for cell in row] for row in book.iter_rows()]
    place = next(row for row in rows if row[0] == "序号").index("信用等级")
    assert {row[0]: row[place] for row in rows if row[0] in "123" and row[0]} == dict(zip("123", words, strict=True))
    client.force_login(officer)
    page = client.get(reverse("sanctions:check-detail", args=[sheet.public_id])).content.decode()
    assert all(each in page for each in words[:2])
    assert not any(line.tier_words for line in sheet_lines_on(sheet, DAY + dt.timedelta(days=1)))
