"""A promise of missing papers (容缺受理): signed online, kept in part, missed, heard, and found to be a record."""

import datetime as dt

import pytest

from incentives.models import Commitment
from registry.models import Record
from sanctions.models import Candidate, ListEntry
from tests.browser.visits import PASSWORD, Visit
from tests.incentives.promising import MONDAY, People, make_people

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.parametrize("page", [False], indirect=True, ids=["no-scripts"]),
]
# Twenty days from 2026-06-01 end on Sunday the 21st, the last of 端午: the last day is Monday the 22nd.
LAST, MISSED = dt.date(2026, 6, 22), dt.date(2026, 6, 23)
UNTIL, FIRST = dt.date(2026, 6, 30), dt.date(2026, 7, 1)


@pytest.fixture
def people() -> People:
    return make_people()


def test_a_missed_promise_becomes_a_record_and_lists_nobody(visit: Visit, people: People) -> None:
    commitment = accept_with_papers_missing(visit, people)
    sign_online(visit, people, commitment)
    hand_in_one_of_two(visit, people, commitment)
    see_it_missed(visit, people, commitment)
    tell_of_the_breach(visit, people, commitment)
    find_the_breach(visit, people, commitment)
    read_the_record(visit, people, commitment)


def accept_with_papers_missing(visit: Visit, people: People) -> Commitment:
    visit.be_on(MONDAY)
    visit.log_in(people.handler)
    visit.go(f"/office/commitments/promises/new/{people.subject.public_id}/")
    visit.fill(matter="安全生产许可证延期", accepted_on="2026-06-01", missing="验收报告\n检测报告")
    visit.picture("register")
    visit.press("登记")
    commitment = Commitment.objects.get()
    assert "2026-06-22" in visit.row("补齐验收报告")
    visit.picture("registered")
    return commitment


def sign_online(visit: Visit, people: People, commitment: Commitment) -> None:
    """The text is read first; who signs proves who it is and types the principal's full name."""
    visit.log_in(people.own)
    visit.go("/my/commitments/")
    visit.follow(commitment.label)
    visit.follow("核对并签署")
    assert "补齐检测报告" in visit.text
    visit.picture("read")
    visit.follow("确认身份")
    assert "忘记密码" not in visit.text  # a reset by mail is shut
    visit.picture("who")
    visit.page.locator("main [name=password]").fill(PASSWORD)
    visit.page.locator("main form [type=submit]").first.click()
    visit.page.wait_for_load_state()
    visit.fill(name=people.principal.name)
    visit.tick("agreed")
    visit.picture("sign")
    visit.press("签署")
    commitment.refresh_from_db()
    assert commitment.state == "signed"
    assert visit.fact("内容校验（SHA-256）") == commitment.signature.sha256
    visit.picture("signed")


def hand_in_one_of_two(visit: Visit, people: People, commitment: Commitment) -> None:
    visit.be_on(LAST)
    visit.log_in(people.own)
    visit.go("/my/")
    assert "2026-06-22止" in visit.row("补齐验收报告")
    visit.go(f"/my/commitments/{commitment.public_id}/")
    visit.page.locator("main tr", has_text="补齐验收报告").get_by_role("link").click()
    visit.upload("file", "验收报告")
    visit.press("提交")
    assert "已提交，待核对" in visit.row("补齐验收报告")
    assert "待履行" in visit.row("补齐检测报告")  # the last day is still in time
    visit.picture("handed-in")


def see_it_missed(visit: Visit, people: People, commitment: Commitment) -> None:
    visit.be_on(MISSED)
    visit.log_in(people.own)
    visit.go(f"/my/commitments/{commitment.public_id}/")
    assert "逾期未履行" in visit.row("补齐检测报告")
    assert "已提交，待核对" in visit.row("补齐验收报告")
    visit.picture("own-missed")
    visit.log_in(people.handler)
    visit.go("/office/commitments/?state=missed")
    assert commitment.number in visit.text
    visit.picture("office-missed")


def tell_of_the_breach(visit: Visit, people: People, commitment: Commitment) -> None:
    visit.go(f"/office/commitments/{commitment.public_id}/")
    visit.follow("告知拟认定违诺")
    visit.fill(reason="检测报告至2026年6月22日没有补齐。", until=UNTIL.isoformat())
    visit.picture("notice")
    visit.press("告知拟认定违诺")
    visit.log_in(people.own)
    visit.go(f"/my/commitments/{commitment.public_id}/")
    assert "可以在2026年6月30日（含当日）之前陈述" in visit.text
    visit.follow("陈述")
    visit.fill(statement="检测机构排队，尚未出具。")
    visit.picture("statement")
    visit.press("提交")
    assert "检测机构排队，尚未出具。" in visit.fact("陈述")


def find_the_breach(visit: Visit, people: People, commitment: Commitment) -> None:
    visit.be_on(UNTIL)
    visit.log_in(people.approver)
    visit.go(f"/office/commitments/{commitment.public_id}/")
    visit.follow("认定违诺")
    assert "2026-06-30（含）之前陈述，届满之前不能认定违诺" in visit.text
    assert visit.page.get_by_role("button", name="认定违诺").count() == 0
    assert not Record.objects.exists()
    visit.picture("too-soon")
    visit.be_on(FIRST)
    visit.log_in(people.approver)
    visit.go(f"/office/commitments/{commitment.public_id}/")
    visit.follow("认定违诺")
    visit.fill(reason="检测报告逾期未补齐，陈述的理由不能免除承诺。")
    visit.press("认定违诺")
    assert "已认定违诺" in visit.text
    visit.picture("found")


def read_the_record(visit: Visit, people: People, commitment: Commitment) -> None:
    record = Record.objects.get()
    assert (record.kind, record.occurred_on, record.decided_on) == ("commitment-broken", MISSED, FIRST)
    visit.follow("查看违诺记录")
    assert record.number in visit.text
    visit.picture("office-record")
    visit.log_in(people.own)
    visit.go("/my/records/")
    assert "2026-07-01" in visit.row(record.number)
    visit.go(f"/my/commitments/{commitment.public_id}/")
    visit.picture("own-broken")
    visit.follow("查看违诺记录")
    assert visit.fact("决定日期") == "2026-07-01"
    visit.picture("own-record")
    visit.go("/my/")
    assert "现在没有被列入任何名单" in visit.text
    assert not ListEntry.objects.exists()
    assert not Candidate.objects.exists()
