"""A tip without an account: its code shown once, followed to the end, and never a word to the reported subject."""

import datetime as dt
import re

import pytest

from sanctions.models import Tip
from tests.browser.visits import Visit
from tests.factories import make_account, make_department, make_subject
from tests.sanctions.reports import ADDRESS, NAME, PHONE, TRACES, Desk

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.parametrize("page", [False], indirect=True, ids=["no-scripts"]),
]
MONDAY, LATER = dt.date(2026, 9, 28), dt.date(2026, 10, 12)
MARK, ANSWER = "夜间停用瓦斯监测四小时", "夜班停用监测属实，已责令改正。"
QUESTION = "是哪一个班？"
OWN_PAGES = (
    "/my/", "/my/records/", "/my/mail/", "/my/people/", "/my/report/", "/my/requests/", "/my/requests/repair/",
    "/my/cases/", "/my/commitments/",
)  # fmt: skip


@pytest.fixture
def desk() -> Desk:
    return Desk(make_department(kind="credit-office", name="演示县信用监管办公室"))


def test_a_tip_is_followed_by_its_code_and_never_shown_to_whom_it_is_about(visit: Visit, desk: Desk) -> None:
    subject = make_subject("演示玄石矿业有限公司")
    own = make_account("subject", subject=subject)
    visit.be_on(MONDAY)
    code = report(visit, subject.name)
    tip = Tip.objects.get()
    assert "已收到，等待受理" in progress(visit, code)
    visit.relay()
    accept_and_ask(visit, desk, tip, subject.name)
    answer_the_question(visit, code)
    visit.be_on(LATER)
    look_into_it(visit, desk, tip)
    assert ANSWER not in progress(visit, code)  # concluded, not told
    tell(visit, desk, tip)
    told = progress(visit, code)
    assert ANSWER in told
    assert "查证属实" in told
    visit.picture("told")
    assert [word for word in (desk.handler.display_name, tip.number, *TRACES) if word in told] == []
    visit.relay()
    nothing_for_the_subject(visit, own, tip, str(subject.public_id))


def report(visit: Visit, about: str) -> str:
    visit.go("/")
    visit.page.get_by_role("link", name="举报失信行为").click()
    visit.fill(about=about, what=MARK, happened_when="9月中旬，夜间", place="二号井")
    visit.fill(name=NAME, phone=PHONE, address=ADDRESS)
    visit.upload("uploads", "监测曲线", "现场")
    visit.picture("form")
    visit.press("提交举报")
    visit.picture("receipt")
    code = visit.page.locator(".receipt__code").inner_text().strip()
    assert re.fullmatch(r"[0-9A-Z]{4}(-[0-9A-Z]{4}){4}", code)
    return code


def progress(visit: Visit, code: str) -> str:
    """What the page of progress tells whoever has the code."""
    visit.leave()
    visit.go("/report/progress/")
    visit.fill(code=code)
    visit.press("查询")
    return visit.text


def step(visit: Visit, tip: Tip, label: str, **fields: str) -> None:
    visit.go(f"/office/tips/{tip.public_id}/")
    visit.follow(label)
    visit.fill(**fields)
    visit.press(label)
    assert "/steps/" not in visit.page.url, visit.text


def accept_and_ask(visit: Visit, desk: Desk, tip: Tip, name: str) -> None:
    visit.log_in(desk.handler)
    visit.go("/office/tips/")
    assert tip.number in visit.text
    visit.picture("office-list")
    step(visit, tip, "受理")
    step(visit, tip, "匹配主体", subject=name)
    step(visit, tip, "向举报人追问", question=QUESTION)
    visit.picture("office-tip")
    assert [trace for trace in TRACES if trace in visit.text] == []


def answer_the_question(visit: Visit, code: str) -> None:
    assert QUESTION in progress(visit, code)
    visit.fill(answer="夜班。")
    visit.picture("asked")
    visit.press("提交回答")
    assert "您的回答已收到" in visit.text


def look_into_it(visit: Visit, desk: Desk, tip: Tip) -> None:
    visit.log_in(desk.handler)
    step(visit, tip, "登记核查情况", findings="调取监测曲线，停测4小时。")
    visit.log_in(desk.approver)
    visit.go(f"/office/tips/{tip.public_id}/")
    visit.follow("作出结论")
    visit.page.locator("[name=outcome][value=verified]").check()
    visit.fill(answer=ANSWER)
    visit.picture("conclude")
    visit.press("作出结论")
    assert "查证属实" in visit.text


def tell(visit: Visit, desk: Desk, tip: Tip) -> None:
    visit.log_in(desk.handler)
    step(visit, tip, "反馈举报人")
    visit.picture("office-told")


def nothing_for_the_subject(visit: Visit, own, tip: Tip, subject_id: str) -> None:
    """Neither its own pages nor the public ones know of it; the office's are shut to it."""
    marks = (MARK, ANSWER, QUESTION, "停测4小时", "举报人", tip.number, str(tip.public_id), *TRACES)
    visit.log_in(own)
    for address in (*OWN_PAGES, f"/subjects/{subject_id}/", "/notes/", "/search/?q=演示玄石"):
        visit.go(address)
        shown = visit.text
        assert [mark for mark in marks if mark in shown] == [], address
    visit.go("/my/")
    visit.picture("own-file")
    assert visit.status(f"/office/tips/{tip.public_id}/") == 403
