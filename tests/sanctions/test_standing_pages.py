"""The day picker on a subject's file, and the same answer as JSON."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from credit_site.demonstration.clockwork import pretended
from tests.factories import make_account, make_department, make_subject
from tests.sanctions.case_world import activate, add_penalty
from tests.sanctions.listing import make_entry, make_order

pytestmark = pytest.mark.django_db

Day = dt.date
MARCH, APRIL, MAY = Day(2026, 3, 10), Day(2026, 4, 1), Day(2026, 5, 20)


@pytest.fixture
def subject():
    """Decided in March, recorded in May, under the ministry's pack."""
    with pretended(Day(2026, 1, 5)):
        activate("mem-2023-11", Day(2026, 1, 1))
        found = make_subject()
    with pretended(MAY):
        add_penalty(found, "B1", decided_on=MARCH, number="演应急罚〔2026〕7号")
    return found


@pytest.fixture
def officer(client):
    account = make_account("handler")
    client.force_login(account)
    return account


def page(client, subject, **asked):
    return client.get(reverse("registry:subject-detail", args=[subject.public_id]), asked)


def answer(client, subject, **asked):
    return client.get(reverse("sanctions:subject-standing", args=[subject.public_id]), asked)


@pytest.mark.usefixtures("officer")
class TestPage:
    def test_the_file_shows_today_when_nothing_is_asked(self, client, subject):
        html = page(client, subject).content.decode()
        assert "任一日的状态" in html
        assert "应列入安全生产严重失信主体名单" in html

    def test_a_day_as_now_known(self, client, subject):
        html = page(client, subject, day="2026-04-01", known="now").content.decode()
        assert "应列入安全生产严重失信主体名单" in html
        assert "是后来补录的" in html

    def test_a_day_as_then_known(self, client, subject):
        html = page(client, subject, day="2026-04-01", known="then").content.decode()
        assert "没有新的应列入名单" in html
        assert "应列入安全生产严重失信主体名单" not in html

    def test_the_reason_tree_stands_in_details_with_clause_and_document(self, client, subject):
        html = page(client, subject, day="2026-06-01").content.decode()
        assert "<details" in html
        assert "依据第七条第（一）项" in html
        assert "演应急罚〔2026〕7号" in html

    def test_the_json_link_asks_the_same_question(self, client, subject):
        html = page(client, subject, day="2026-04-01", known="then").content.decode()
        assert (
            f"{reverse('sanctions:subject-standing', args=[subject.public_id])}?day=2026-04-01&amp;known=then" in html
        )

    def test_a_future_day_says_its_premise(self, client, subject):
        assert "以没有新的事实为前提" in page(client, subject, day="2090-01-01").content.decode()

    def test_a_day_before_the_subject_was_recorded(self, client, subject):
        html = page(client, subject, day="2025-12-01", known="then").content.decode()
        assert "本主体还没有登记" in html

    @pytest.mark.parametrize(
        ("asked", "says"),
        [
            ({"day": "2026-02-30"}, "日期读不出来。请按年-月-日填写"),
            ({"day": "五月"}, "日期读不出来。请按年-月-日填写"),
            ({"day": "9999-12-31"}, "日期9999-12-31超出范围"),
            ({"known": "later"}, "“依据”只能选"),
            ({"edition": "999999"}, "没有这个政策版本"),
            ({"edition": "x"}, "没有这个政策版本"),
        ],
    )
    def test_a_question_that_cannot_be_read_is_told_at_its_field(self, client, subject, asked, says):
        response = page(client, subject, **asked)
        assert response.status_code == 200
        assert says in response.content.decode()
        assert answer(client, subject, **asked).status_code == 400

    def test_an_entry_in_force_shows_its_last_day_and_each_measure_once(self, client, subject):
        with pretended(MAY):
            entry = make_entry("mem-2023-11", "blacklist", on=MAY, subject=subject)
            for _ in range(2):
                make_order(entry, make_department(), on=MAY)
        html = page(client, subject, day="2026-06-01").content.decode()
        # Three years from publication on 2026-05-20.
        assert "2029-05-20" in html
        assert "1项措施，2件任务" in html
        assert "这一日不在任何名单内" in page(client, subject, day="2029-05-21").content.decode()

    def test_the_number_of_queries_does_not_grow(self, client, subject):
        page(client, subject, day="2026-06-01")
        with CaptureQueriesContext(connection) as one:
            page(client, subject, day="2026-06-01")
        with pretended(APRIL):
            for _ in range(4):
                add_penalty(subject, "B1", decided_on=APRIL)
        with CaptureQueriesContext(connection) as many:
            page(client, subject, day="2026-06-01")
        assert len(many) == len(one)


@pytest.mark.usefixtures("officer")
class TestJson:
    def test_it_holds_the_question_the_answer_and_the_tree(self, client, subject):
        response = answer(client, subject, day="2026-04-01")
        data = response.json()
        assert response["Content-Disposition"].startswith("attachment")
        assert (data["subject"], data["on"], data["known_at"]) == (str(subject.public_id), "2026-04-01", None)
        policy = data["policies"][0]
        assert policy["evaluation"]["entry"].keys() == {"blacklist"}
        tree = policy["explanation"]
        assert [each["verdict"] for each in tree["children"] if each["kind"] == "list"] == ["due"]

    def test_as_then_known_the_cut_is_named(self, client, subject):
        data = answer(client, subject, day="2026-04-01", known="then").json()
        assert data["known_at"].startswith("2026-04-02T00:00:00")
        assert data["policies"][0]["evaluation"]["entry"] == {}


def test_a_department_sees_no_reasons(client, subject):
    client.force_login(make_account("department"))
    assert "任一日的状态" not in page(client, subject).content.decode()
    assert answer(client, subject).status_code == 403
