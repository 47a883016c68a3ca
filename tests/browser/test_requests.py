"""Objection and repair in a browser: refused too early with the day named, granted later, gone from the public page."""

import datetime as dt
from pathlib import Path

import pytest
from playwright.sync_api import Page

from disclosure.services.records import record_publish
from registry.models import Account, Record
from repair.models import Objection, RepairApplication
from tests.repair.people import make_people
from tests.repair.scenes import penalty
from tests.sanctions.listing import run_policy

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
EARLY, DAY = dt.date(2026, 6, 8), dt.date(2026, 7, 13)  # Mondays; three months from 2026-04-10 end on 2026-07-10


class Visit:
    """A browser on the live server, with the days and the pictures."""

    def __init__(self, page: Page, address: str, settings, pictures: Path) -> None:
        self.page, self.address, self.settings, self.pictures, self.taken = page, address, settings, pictures, 0

    def go(self, path: str) -> None:
        self.page.goto(self.address + path)

    def log_in(self, account: Account) -> None:
        self.page.context.clear_cookies()
        self.go("/accounts/login/")
        self.page.get_by_label("用户名").fill(account.username)
        self.page.get_by_label("密码").fill("demonstration-1")
        self.page.get_by_role("button", name="登录").click()
        self.page.wait_for_url(lambda url: "login" not in url)

    def press(self, name: str) -> None:
        self.page.get_by_role("button", name=name, exact=True).click()
        self.page.wait_for_load_state()

    def picture(self, of: str) -> None:
        self.taken += 1
        self.page.screenshot(path=self.pictures / f"requests-{self.taken:02d}-{of}.png", full_page=True)

    @property
    def text(self) -> str:
        return self.page.inner_text("main")


@pytest.fixture
def visit(page: Page, live_server, settings, pictures: Path) -> Visit:
    settings.DEMONSTRATION = True
    settings.PRETEND_TODAY = EARLY
    return Visit(page, live_server.url, settings, pictures)


def _public_record(people) -> Record:
    run_policy("ndrc-2025-36", on=dt.date(2026, 4, 1))
    record = penalty(
        people, "没收违法所得", decided_on=dt.date(2026, 4, 10), corrected_on=dt.date(2026, 5, 1),
        fulfilled_on=dt.date(2026, 5, 1),
    )  # fmt: skip
    record_publish(record_id=record.pk, actor=None, on=dt.date(2026, 4, 13), until=dt.date(2027, 4, 10))
    return record


def test_repair_refused_too_early_then_granted_and_gone(visit: Visit, tmp_path: Path) -> None:
    people = make_people()
    record = _public_record(people)
    paper = tmp_path / "承诺书.pdf"
    paper.write_bytes(b"%PDF-1.4\n1 0 obj\n<<>>\nendobj\ntrailer\n<<>>\n%%EOF\n")

    visit.log_in(people.own)
    visit.go("/my/requests/repair/")
    assert "2026-07-11" in visit.text
    assert "本机关已有记录" in visit.text
    visit.picture("overview-too-early")

    visit.settings.PRETEND_TODAY = DAY
    visit.log_in(people.own)
    visit.go(f"/my/requests/repair/record/{record.public_id}/repair/")
    visit.page.locator("[name=paper_commitment]").set_input_files(paper)
    visit.picture("apply")
    visit.press("提交申请")
    application = RepairApplication.objects.get()
    assert application.number in visit.text
    visit.picture("own-application")

    visit.log_in(people.handler)
    visit.go("/office/")
    assert application.number in visit.text
    visit.picture("workbench")
    visit.go(f"/office/requests/repairs/{application.public_id}/steps/accept/")
    visit.press("受理")
    visit.log_in(people.approver)
    visit.go(f"/office/requests/repairs/{application.public_id}/")
    assert "条件均已具备" in visit.text
    visit.picture("decide")
    visit.go(f"/office/requests/repairs/{application.public_id}/steps/grant/?text=met")
    visit.picture("grant")
    visit.press("予以支持")
    assert "信用修复决定书" in visit.text
    visit.go(f"/subjects/{people.subject.public_id}/")
    assert record.number not in visit.text
    visit.picture("public-page")


def test_an_objection_upheld_is_corrected_in_public(visit: Visit) -> None:
    people = make_people()
    record = _public_record(people)
    visit.log_in(people.own)
    visit.go(f"/my/requests/object/record/{record.public_id}/")
    visit.page.locator("[name=statement]").fill("事发时我单位已经停产，处罚对象有误。")
    visit.picture("objection")
    visit.press("提出异议")
    objection = Objection.objects.get()
    visit.go(f"/subjects/{people.subject.public_id}/")
    assert "有异议" in visit.text

    visit.log_in(people.handler)
    visit.go("/office/requests/")
    visit.page.locator("[name=chosen]").check()
    visit.picture("office-list")
    visit.press("受理所选")
    assert "已受理" in visit.text
    visit.log_in(people.approver)
    visit.go(f"/office/requests/objections/{objection.public_id}/steps/grant/?text=wrong-subject")
    visit.picture("uphold")
    visit.press("予以支持")
    visit.picture("objection-detail")
    visit.go("/notes/")
    assert "特此更正" in visit.text
    visit.picture("notes")
