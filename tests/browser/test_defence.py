"""A served notice is answered in time, one day late, or expressly not at all; the case waits meanwhile."""

import datetime as dt

import pytest

from sanctions.models import Case
from tests.browser.visits import Visit
from tests.factories import make_account, make_department, make_subject
from tests.sanctions.case_world import DEFENCE_UNTIL, HEARD, OPENED, SERVED, CaseWorld

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.parametrize("page", [False], indirect=True, ids=["no-scripts"]),
]


@pytest.fixture
def world(settings) -> CaseWorld:
    settings.PRETEND_TODAY = OPENED
    office = make_department("office", kind="credit-office", name="演示县应急管理局")
    return CaseWorld(office=office, subject=make_subject("演示青石矿业有限公司"))


@pytest.fixture
def own(world: CaseWorld):
    return make_account("subject", subject=world.subject, display_name="演示经办人")


def office_page(visit: Visit, world: CaseWorld, case: Case, day: dt.date) -> None:
    visit.be_on(day)
    visit.log_in(world.handler)
    visit.go(f"/office/cases/{case.public_id}/")


def refused(visit: Visit) -> bool:
    """Whether the handler's page says that the case cannot go on, and offers no step that would let it."""
    links = visit.page.get_by_role("link", name="集体审议", exact=True)
    return "现在还不能办理" in visit.text and links.count() == 0


def test_a_notice_signed_for_online_and_answered_on_the_last_day(visit: Visit, world: CaseWorld, own) -> None:
    case = world.case("noticed")
    visit.relay()
    sign_for_the_notice(visit, own)
    office_page(visit, world, case, DEFENCE_UNTIL)
    # Five working days after Wednesday the 3rd: 4, 5, 8, 9, 10 June.
    assert "2026年6月10日届满，尚未届满" in visit.text
    assert refused(visit)
    visit.picture("office-period-runs")

    answer(visit, case, own)
    office_page(visit, world, case, HEARD)
    assert "还没有审查结论" in visit.text
    assert refused(visit)
    assert "要求听证或者当面陈述" in visit.text
    assert "设备照片.pdf" in visit.text
    assert "逾期提出" not in visit.text
    visit.picture("office-pending")
    case.refresh_from_db()
    assert case.state == "noticed"

    visit.log_in(world.reviewer)
    visit.go(f"/office/cases/{case.public_id}/")
    # the wish to be heard in person comes first
    assert visit.page.get_by_role("link", name="申辩不成立", exact=True).count() == 0
    visit.picture("office-hearing-owed")
    visit.follow("答复当面陈述的要求")
    visit.page.locator("main [name=outcome][value=held]").check()
    visit.fill(heard_on="2026-06-11", text="主持人、当事人到场，当事人说明设备照片的来历。")
    visit.picture("hearing")
    visit.press("答复当面陈述的要求")
    visit.follow("申辩不成立")
    visit.fill(reason="照片不能证明当日已经停产。")
    visit.picture("reject")
    visit.press("申辩不成立")
    visit.log_in(own)
    visit.go(f"/my/cases/{case.public_id}/")
    assert "照片不能证明当日已经停产。" in visit.fact("审查结论")
    assert visit.fact("听证或当面陈述") == "2026-06-11已当面听取"
    visit.picture("own-outcome")
    office_page(visit, world, case, HEARD)
    visit.follow("集体审议")
    visit.fill(minutes="三人参加，一致同意。")
    visit.press("集体审议")
    case.refresh_from_db()
    assert case.state == "deliberated"


def sign_for_the_notice(visit: Visit, own) -> None:
    visit.be_on(SERVED)
    visit.log_in(own)
    visit.go("/my/consent/")
    visit.tick("is_agreed")
    visit.press("确认同意")
    visit.go("/my/")
    visit.picture("own-to-be-signed")
    visit.page.get_by_role("link", name="签收《").click()
    visit.press("签收并打开")
    visit.picture("notice")
    assert visit.download("列入告知书（信监告〔2026〕0001号）")
    visit.follow("查看案件和可以办理的事项")
    assert "可以在2026年6月10日（含当日）之前提交" in visit.text
    visit.go("/my/")
    assert "2026-06-10止" in visit.row("提交陈述申辩")


def answer(visit: Visit, case: Case, own) -> None:
    visit.log_in(own)
    visit.go("/my/")
    visit.page.get_by_role("link", name="就拟列入").click()
    assert "可以在2026年6月10日（含当日）之前提交" in visit.text
    visit.fill(statement="当日已经停产，处罚认定的时间不对。")
    visit.upload("papers", "设备照片", "停产通知")
    visit.tick("wants_hearing")
    visit.picture("own-defence")
    visit.press("提交")
    assert "已收到陈述申辩意见" in visit.text
    assert visit.fact("收到日期") == "2026-06-10"
    assert visit.fact("听证或当面陈述") == "已要求，答复之前不会认定您的意见不成立"
    visit.picture("own-defended")


def test_one_day_late_is_heard_and_marked_and_after_the_decision_not_at_all(
    visit: Visit, world: CaseWorld, own
) -> None:
    case = world.serve(world.case("noticed"))
    visit.be_on(HEARD)
    visit.log_in(own)
    visit.go("/my/")
    assert "已过期" in visit.row("提交陈述申辩")
    visit.picture("own-file-late")
    visit.go(f"/my/cases/{case.public_id}/defence/")
    assert "期限已于2026年6月10日届满" in visit.text
    visit.press("提交")
    assert "请填写陈述申辩意见的内容" in visit.text
    visit.fill(statement="负责人住院，未能及时提交。")
    visit.picture("own-defence-late")
    visit.press("提交")
    assert "逾期提出" in visit.fact("收到日期")
    visit.picture("own-defended-late")
    office_page(visit, world, case, HEARD)
    assert "逾期提出" in visit.text
    assert refused(visit)
    visit.picture("office-late")

    visit.log_in(world.reviewer)
    visit.go(f"/office/cases/{case.public_id}/")
    visit.follow("申辩不成立")
    visit.fill(reason="住院不影响委托他人提交，意见也没有新的事实。")
    visit.press("申辩不成立")
    world.advance(case, "decided")
    visit.log_in(own)
    visit.go(f"/my/cases/{case.public_id}/")
    visit.picture("own-decided")
    assert visit.page.get_by_role("link", name="提交陈述申辩").count() == 0
    visit.go(f"/my/cases/{case.public_id}/defence/")
    visit.picture("own-closed")
    assert "行政复议" in visit.text
    assert visit.page.get_by_role("button", name="提交", exact=True).count() == 0


def test_an_express_waiver_lets_the_case_go_on_and_nothing_else_does(visit: Visit, world: CaseWorld, own) -> None:
    case = world.serve(world.case("noticed"))
    office_page(visit, world, case, SERVED)
    assert refused(visit)
    visit.log_in(own)
    visit.go(f"/my/cases/{case.public_id}/")
    visit.follow("放弃陈述申辩")
    visit.press("明确放弃")
    assert "请勾选确认" in visit.text
    visit.picture("not-ticked")
    office_page(visit, world, case, SERVED)
    assert refused(visit)

    visit.log_in(own)
    visit.go(f"/my/cases/{case.public_id}/waive/")
    visit.tick("is_confirmed")
    visit.press("明确放弃")
    assert "2026年6月3日明确放弃陈述申辩" in visit.text
    visit.picture("own-waived")
    office_page(visit, world, case, SERVED)
    assert "明确放弃陈述申辩" in visit.text
    visit.follow("集体审议")
    visit.fill(minutes="三人参加，一致同意。")
    visit.press("集体审议")
    case.refresh_from_db()
    assert case.state == "deliberated"
