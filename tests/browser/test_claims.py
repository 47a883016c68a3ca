"""An enterprise claims its account, by letter or by code, and reads its own file, signs for papers, takes its report."""

import datetime as dt
import re

import pytest

from registry.models import Claim
from sanctions.models import MeasureOrder
from tests.browser.visits import Visit
from tests.factories import make_account, make_department, make_record, make_subject
from tests.sanctions.case_world import HEARD, CaseWorld
from tests.sanctions.listing import run_policy

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.parametrize("page", [False], indirect=True, ids=["no-scripts"]),
]
TODAY = dt.date(2026, 6, 15)  # a Monday
OWN_PASSWORD = "chengxin-2026-xinmima"


@pytest.fixture
def world(settings) -> CaseWorld:
    """A subject on the list since 2026-06-11, with orders to two departments."""
    settings.PRETEND_TODAY = HEARD
    make_department("market", name="演示县市场监督管理局")
    make_department("finance", name="演示县财政局")
    office = make_department("office", kind="credit-office", name="演示县信用监管办公室")
    made = CaseWorld(office=office, subject=make_subject("演示云岭矿业有限公司"))
    run_policy("memo-2016-1001", on=dt.date(2026, 5, 2))
    made.case("published")
    return made


def claim(visit: Visit, world: CaseWorld, name: str, username: str, code: str = "") -> None:
    """Ask for the account of the subject, as anybody may."""
    visit.leave()
    visit.go("/")
    visit.follow("认领账号")
    visit.fill(uscc=world.subject.uscc or "", applicant=name, contact="000-0000000", code=code)
    if not code:
        visit.upload("letter", "授权委托书")
    visit.fill(username=username, password=OWN_PASSWORD, password_again=OWN_PASSWORD)
    visit.picture("claim")
    visit.press("提交申请")
    visit.picture("claimed")


def test_an_enterprise_claims_its_code_by_letter_and_reads_its_file(visit: Visit, world: CaseWorld) -> None:
    visit.be_on(TODAY)
    claim(visit, world, "演示经办人", "yunling")
    receipt = visit.page.locator(".verdict strong").inner_text()
    assert "等待工作人员核实" in visit.text
    visit.relay()
    visit.log_in(world.handler)
    visit.go("/office/claims/")
    visit.picture("office-claims")
    visit.follow("演示经办人")
    assert world.subject.name in visit.text
    visit.picture("office-claim")
    visit.press("确认并开立账号")
    assert "已确认，账号已开立。" in visit.text
    visit.leave()
    visit.go("/claim/progress/")
    visit.fill(receipt=receipt)
    visit.press("查看结果")
    assert visit.fact("用户名") == "yunling"
    visit.picture("progress")

    visit.relay()
    visit.log_in("yunling", OWN_PASSWORD)
    read_the_file(visit, world)
    sign_for_the_decision(visit, world)
    take_the_report(visit, world)
    meet_closed_doors(visit)


def read_the_file(visit: Visit, world: CaseWorld) -> None:
    """Which list, why, by whom, until when, which measures of whom, and what can be done from which day."""
    entry, record = world.subject.entries.get(), world.records[0]
    visit.go("/my/")
    visit.picture("own-file")
    # Three years from publication on 2026-06-11, which is not counted: the last day is 2029-06-11.
    assert "2029-06-11" in visit.row("在列")
    # Twelve months from publication are full with 2027-06-11.
    assert "2027-06-12起" in visit.text
    assert record.number in visit.text
    visit.follow(entry.list_label)
    visit.picture("own-entry")
    assert "第七条" in visit.fact("依据")
    assert visit.fact("最后一天") == "2029-06-11"
    assert record.number in visit.text
    ordered = MeasureOrder.objects.filter(entry=entry)
    assert {order.department.code for order in ordered} == {"market", "finance"}
    for order in ordered:
        assert order.department.name in visit.text
        assert order.measure_label in visit.text
    visit.page.locator("aside").get_by_role("link", name="提出异议").click()
    assert "由演示县信用监管办公室办理" in visit.text
    visit.go(f"/my/records/{record.public_id}/")
    visit.picture("own-record")
    assert visit.page.locator("aside").get_by_role("link", name="提出异议").count() == 1


def sign_for_the_decision(visit: Visit, world: CaseWorld) -> None:
    """Papers count as served here only after consent; signing is the day from which the remedies run."""
    visit.go("/my/mail/")
    visit.picture("mailbox-on-paper")
    assert "直接送达" in visit.text
    visit.follow("了解并确认电子送达")
    visit.tick("is_agreed")
    visit.picture("consent")
    visit.press("确认同意")
    visit.follow("待签收")
    visit.picture("to-be-signed")
    visit.press("签收并打开")
    assert "已签收，今天是送达之日。" in visit.text
    visit.picture("signed")
    visit.go("/my/")
    # 60 days after 2026-06-15 end on 2026-08-14, six months on 2026-12-15.
    assert "2026-08-14止" in visit.row("行政复议")
    assert "2026-12-15止" in visit.row("行政诉讼")
    visit.picture("own-file-after-signing")
    visit.go("/my/mail/")
    visit.picture("mailbox")
    assert "2026-06-15，电子送达，演示经办人登录本平台签收" in visit.row("电子送达")


def take_the_report(visit: Visit, world: CaseWorld) -> None:
    visit.go("/my/report/")
    visit.press("生成今天的报告")
    visit.picture("reports")
    link = visit.page.get_by_role("link", name="下载 PDF").get_attribute("href") or ""
    assert visit.download("下载 PDF").startswith(b"%PDF-")
    code = re.findall(r"[0-9a-f-]{36}", link)[0]
    visit.go(f"/verify/{code}/")
    assert world.subject.name in visit.text
    visit.picture("verify")


def meet_closed_doors(visit: Visit) -> None:
    """What belongs to another subject is not there, and the office's pages are not for subjects."""
    other = make_subject("演示别家有限公司")
    record = make_record(other)
    assert visit.status(f"/my/records/{record.public_id}/") == 404
    assert visit.status(f"/my/requests/object/record/{record.public_id}/") == 404
    assert visit.status(f"/office/subjects/{other.public_id}/") == 403


def test_a_code_that_came_by_post_opens_the_account_at_once(visit: Visit, world: CaseWorld) -> None:
    visit.be_on(TODAY)
    make_account("subject", subject=world.subject)
    visit.log_in(world.handler)
    visit.go(f"/office/subjects/{world.subject.public_id}/mandates/")
    visit.press("签发一次性代码")
    code = visit.fact("一次性代码")
    visit.picture("code")
    visit.go(f"/office/subjects/{world.subject.public_id}/mandates/")
    assert code not in visit.text

    claim(visit, world, "演示另一经办人", "yunling2", code="ABCD-EFGH-JK")
    assert "一次性代码与所填主体不符" in visit.text
    assert not Claim.objects.exists()
    claim(visit, world, "演示另一经办人", "yunling2", code=code)
    assert "账号已经开通" in visit.text
    visit.log_in("yunling2", OWN_PASSWORD)
    visit.go("/my/")
    assert world.subject.name in visit.text
    visit.go("/my/people/")
    assert "管理人" in visit.row("演示另一经办人")
    visit.picture("people")

    claim(visit, world, "演示第三人", "yunling3", code=code)
    assert "已经使用" in visit.text
    assert Claim.objects.count() == 1
