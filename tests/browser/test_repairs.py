"""Repair: refused too early with the day named, then granted, and within the minute gone from every list.

No worker runs between the decision and the looks at the lists: dates alone make it so.
"""

import datetime as dt
import time

import pytest

from disclosure.services.records import record_publish
from registry.models import Account
from repair.models import RepairApplication
from sanctions.models import ListEntry, MeasureOrder
from tests.api.clients import make_client, token_of
from tests.browser.visits import Visit
from tests.factories import make_account, make_department, make_subject
from tests.repair.people import People, make_people
from tests.repair.scenes import entry_of, penalty, put_right_by_subject
from tests.sanctions.listing import run_policy

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.parametrize("page", [False], indirect=True, ids=["no-scripts"]),
]
# Published on 2024-03-01: twelve months are full with 2025-03-01, so from the 2nd, a Sunday. Both days are Mondays.
LISTED, EARLY, DAY = dt.date(2024, 3, 1), dt.date(2025, 2, 24), dt.date(2025, 3, 3)
MINUTE = 60


@pytest.fixture
def people() -> People:
    subject = make_subject("演示赤岩矿业有限公司")
    return make_people(subject=subject, department=make_department("office", name="演示县应急管理局"))


@pytest.fixture
def desks() -> list[Account]:
    """Somebody of each department that takes orders."""
    names = {"market": "演示县市场监督管理局", "finance": "演示县财政局"}
    return [make_account("department", department=make_department(code, name=name)) for code, name in names.items()]


@pytest.fixture
def entry(people: People, desks: list[Account]) -> ListEntry:
    run_policy("mem-2023-11", on=dt.date(2024, 2, 1))
    run_policy("memo-2016-1001", on=dt.date(2024, 2, 1))
    made = entry_of(people, "mem-2023-11", "blacklist", LISTED)
    put_right_by_subject(made, dt.date(2024, 4, 1))
    return made


class System:
    """A department's system that asks the API."""

    def __init__(self, visit: Visit) -> None:
        self.visit = visit
        self.headers = {"Authorization": f"Bearer {token_of(make_client())}"}

    def ask(self, path: str) -> dict:
        answer = self.visit.page.request.get(f"{self.visit.address}/api/v1/{path}", headers=self.headers)
        assert answer.ok, answer.text()
        return answer.json()

    def check(self, code: str) -> dict:
        body = {"matter": "government-procurement", "purpose": "供应商资格审查", "subjects": [{"code": code}]}
        answer = self.visit.page.request.post(f"{self.visit.address}/api/v1/check", headers=self.headers, data=body)
        assert answer.ok, answer.text()
        return answer.json()["items"][0]


def test_an_entry_refused_too_early_then_granted_and_within_the_minute_gone_everywhere(
    visit: Visit, people: People, entry: ListEntry, desks: list[Account]
) -> None:
    visit.be_on(EARLY)
    refused_too_early(visit, people, entry)
    visit.be_on(DAY)
    application = apply_again(visit, people, entry)
    system = System(visit)
    stands_everywhere(visit, system, entry, desks)
    cursor = system.ask("entries")["changes_cursor"]

    visit.log_in(people.approver)
    visit.go(f"/office/requests/repairs/{application.public_id}/")
    assert "条件均已具备" in visit.text
    visit.picture("office-decide")
    visit.go(f"/office/requests/repairs/{application.public_id}/steps/grant/?text=met")
    visit.picture("office-grant")
    visit.press("准予修复")
    begun = time.monotonic()
    assert "信用修复决定书" in visit.text
    gone_everywhere(visit, system, entry, desks, cursor)
    assert time.monotonic() - begun < MINUTE
    departments_confirm(visit, entry, desks)
    visit.log_in(people.own)
    visit.go("/my/")
    assert "现在没有被列入任何名单" in visit.text
    visit.picture("own-file")


def refused_too_early(visit: Visit, people: People, entry: ListEntry) -> None:
    """Nothing offers it, and who asks all the same is told the day on every page."""
    visit.log_in(people.own)
    visit.go("/my/requests/repair/")
    assert "2025-03-02" in visit.text
    address = f"/my/requests/repair/entry/{entry.public_id}/repair/"
    assert visit.page.locator(f"a[href='{address}']").count() == 0
    visit.picture("overview-too-early")
    visit.go(address)
    assert "按今日判断还不具备" in visit.text
    visit.picture("apply-too-early")
    visit.press("提交申请")
    application = RepairApplication.objects.get()
    visit.log_in(people.handler)
    visit.go(f"/office/requests/repairs/{application.public_id}/steps/accept/")
    visit.press("受理")
    visit.log_in(people.approver)
    visit.go(f"/office/requests/repairs/{application.public_id}/steps/grant/?text=met")
    visit.press("准予修复")
    assert "2025-03-02" in visit.text
    visit.picture("grant-too-early")
    application.refresh_from_db()
    assert application.state == "accepted"
    visit.go(f"/office/requests/repairs/{application.public_id}/steps/refuse/?text=conditions")
    visit.press("不予修复")
    visit.log_in(people.own)
    visit.go(f"/my/requests/repairs/{application.public_id}/")
    for words in ("不予修复", "2025-03-02", "行政复议", "行政诉讼"):
        assert words in visit.text, words
    visit.picture("own-refused")


def apply_again(visit: Visit, people: People, entry: ListEntry) -> RepairApplication:
    visit.log_in(people.own)
    visit.go(f"/my/lists/{entry.public_id}/")
    visit.picture("own-entry-open")
    visit.follow("申请信用修复")
    visit.page.locator(f"main a[href$='/entry/{entry.public_id}/repair/']").click()
    assert "不收取任何费用" in visit.text
    visit.picture("apply")
    visit.press("提交申请")
    application = RepairApplication.objects.get(state="filed")
    assert application.number in visit.text
    visit.log_in(people.handler)
    visit.go("/office/")
    assert application.number in visit.text
    visit.go(f"/office/requests/repairs/{application.public_id}/steps/accept/")
    visit.press("受理")
    return application


def stands_everywhere(visit: Visit, system: System, entry: ListEntry, desks: list[Account]) -> None:
    visit.leave()
    visit.go(f"/search/?q={entry.subject.name}")
    assert "未被列入" not in visit.text
    visit.picture("search-before")
    assert [each["id"] for each in system.ask("entries")["items"]] == [str(entry.public_id)]
    assert system.check(entry.subject.uscc or "")["is_listed"] is True
    for desk in desks:
        visit.log_in(desk)
        visit.go("/office/orders/?queue=waiting")
        assert entry.subject.name in visit.text
    visit.picture("department-before")


def gone_everywhere(visit: Visit, system: System, entry: ListEntry, desks: list[Account], cursor: str) -> None:
    """First as the approver, who sees the orders of every department; then as the public; then as the departments."""
    for queue in ("waiting", "answering", "in-force"):
        visit.go(f"/office/orders/?queue={queue}")
        assert "没有任务" in visit.text
    visit.leave()
    visit.go(f"/search/?q={entry.subject.name}")
    assert "未被列入" in visit.text
    visit.picture("search-after")
    visit.go("/lists/")
    assert entry.subject.name not in visit.text
    assert system.ask("entries")["items"] == []
    assert system.check(entry.subject.uscc or "")["is_listed"] is False
    changes = system.ask(f"entries/changes?changed_since={cursor}")["items"]
    assert {(each["entry_id"], each["tombstone"]) for each in changes} == {(str(entry.public_id), True)}
    for desk in desks:
        visit.log_in(desk)
        visit.go("/office/orders/?queue=waiting")
        assert entry.subject.name not in visit.text
        visit.go("/office/orders/?queue=ending")
        assert "解除待确认" in visit.text


def departments_confirm(visit: Visit, entry: ListEntry, desks: list[Account]) -> None:
    """Each department says of each of its orders that the measure is lifted; here the first department does."""
    visit.log_in(desks[0])
    visit.go("/office/orders/?queue=ending")
    visit.picture("department-ending")
    order = MeasureOrder.objects.filter(entry=entry, department=desks[0].department).order_by("pk")[0]
    visit.go(f"/office/orders/{order.public_id}/")
    visit.picture("department-order")
    visit.follow("确认解除")
    visit.press("确认解除")
    assert "已解除" in visit.text
    visit.picture("department-lifted")


def test_a_record_is_repaired_with_two_papers_and_gone_from_the_public_page(visit: Visit, people: People) -> None:
    run_policy("ndrc-2025-36", on=dt.date(2026, 4, 1))
    record = penalty(
        people, "没收违法所得", decided_on=dt.date(2026, 4, 10), corrected_on=dt.date(2026, 5, 1),
        fulfilled_on=dt.date(2026, 5, 1),
    )  # fmt: skip
    record_publish(record_id=record.pk, actor=None, on=dt.date(2026, 4, 13), until=dt.date(2027, 4, 10))
    # Three months from 2026-04-10 end on 2026-07-10.
    visit.be_on(dt.date(2026, 6, 8))
    visit.log_in(people.own)
    visit.go("/my/requests/repair/")
    assert "2026-07-11" in visit.text
    assert "本机关已有记录" in visit.text
    visit.picture("overview")
    visit.be_on(dt.date(2026, 7, 13))
    visit.log_in(people.own)
    visit.go(f"/my/records/{record.public_id}/")
    visit.follow("申请信用修复")
    visit.page.locator(f"main a[href$='/record/{record.public_id}/repair/']").click()
    visit.upload("paper_commitment", "信用承诺书")
    visit.picture("apply-record")
    visit.press("提交申请")
    application = RepairApplication.objects.get()
    visit.picture("own-application")
    visit.log_in(people.handler)
    visit.go(f"/office/requests/repairs/{application.public_id}/steps/accept/")
    visit.press("受理")
    visit.log_in(people.approver)
    visit.go(f"/office/requests/repairs/{application.public_id}/steps/grant/?text=met")
    visit.press("准予修复")
    visit.leave()
    visit.go(f"/subjects/{people.subject.public_id}/")
    assert record.number not in visit.text
    visit.go(f"/search/?q={record.number}")
    assert "没收违法所得" not in visit.text
    visit.picture("public-after")
