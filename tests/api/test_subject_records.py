"""A department reads its own records about a subject, as they stood on any day, and nobody else's."""

import datetime as dt

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from sanctions.models import CheckLog
from tests.api.clients import caller, make_client
from tests.factories import make_department, make_record, make_subject

PURPOSE = "某某项目供应商资格审查"
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _on_the_day():
    with time_machine.travel(dt.datetime(2026, 3, 10, 10, tzinfo=dt.timezone(dt.timedelta(hours=8))), tick=True):
        yield


@pytest.fixture
def market():
    return make_department("market")


@pytest.fixture
def calling(market):
    return caller(make_client("check", department=market))


def page(calling, subject, **asked) -> dict:
    answer = calling.get(f"/api/v1/subjects/{subject.uscc}/records", {"purpose": PURPOSE, **asked})
    assert answer.status_code == 200, answer.json()
    return answer.json()


def test_a_record_is_told_as_it_stood_on_the_day(calling, market):
    subject = make_subject()
    record = make_record(
        subject, department=market, decided_on=dt.date(2026, 1, 5), corrected_on=dt.date(2026, 1, 20),
        repaired_on=dt.date(2026, 3, 2), state="repaired",
    )  # fmt: skip
    (now,) = page(calling, subject)["items"]
    (before,) = page(calling, subject, on="2026-03-01")["items"]
    assert (now["id"], now["state"], now["repaired_on"]) == (str(record.public_id), "repaired", "2026-03-02")
    assert (before["state"], before["repaired_on"], before["corrected_on"]) == ("confirmed", None, "2026-01-20")
    assert page(calling, subject, on="2026-01-04")["items"] == []


def test_drafts_secrets_and_other_departments_records_are_not_told(calling, market):
    subject, day = make_subject(), dt.date(2026, 1, 5)
    make_record(subject, department=market, decided_on=day, state="draft")
    make_record(subject, department=market, decided_on=day, is_secret=True)
    make_record(subject, department=make_department(), decided_on=day)
    make_record(make_subject(), department=market, decided_on=day)
    assert page(calling, subject)["items"] == []


def test_pages_follow_one_another_without_gap_and_each_is_noted(calling, market):
    subject = make_subject()
    made = [make_record(subject, department=market, decided_on=dt.date(2026, 1, day)) for day in (9, 5, 7)]
    seen, cursor = [], ""
    while cursor is not None:
        got = page(calling, subject, limit=2, cursor=cursor)
        seen += [each["id"] for each in got["items"]]
        cursor = got["next_cursor"]
    assert seen == [str(each.public_id) for each in made]
    assert list(CheckLog.objects.values_list("purpose", "subjects")) == [(PURPOSE, [subject.pk])] * 2


def test_a_page_needs_a_purpose_a_subject_and_its_own_cursor(calling):
    subject = make_subject()
    address = f"/api/v1/subjects/{subject.uscc}/records"
    assert calling.get(address).json()["code"] == "purpose-missing"
    assert calling.get(address, {"purpose": "x", "cursor": "x"}).json()["code"] == "cursor-unknown"
    assert calling.get("/api/v1/subjects/x/records", {"purpose": "x"}).status_code == 404
    assert not CheckLog.objects.exists()


def test_a_page_takes_as_many_queries_for_many_as_for_one(calling, market):
    subject = make_subject()

    def cost() -> int:
        make_record(subject, department=market, decided_on=dt.date(2026, 1, 5))
        with CaptureQueriesContext(connection) as queries:
            page(calling, subject)
        return len(queries)

    cost()
    assert len({cost() for _ in range(3)}) == 1
