"""A department without a system of its own checks its applicants; an officer works through what does not go together."""

import datetime as dt

import pytest

from registry.models import OrganizationRole
from registry.rules.synthetic import FICTIONAL_DIVISION, make_uscc
from sanctions.models import CheckSheet
from tests.browser.visits import Visit
from tests.factories import make_account, make_department, make_subject
from tests.sanctions.listing import make_entry, run_policy

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.parametrize("page", [False], indirect=True, ids=["no-scripts"]),
]
DAY = dt.date(2026, 3, 10)


def test_a_department_checks_its_applicants_and_takes_the_stamped_result(visit: Visit) -> None:
    visit.be_on(DAY)
    run_policy("mem-2023-11", on=DAY)
    run_policy("memo-2016-1001", on=DAY)
    make_department(kind="credit-office", name="演示县信用监管办公室")
    finance = make_department(name="演示县财政局")
    listed = make_entry("mem-2023-11", "blacklist", on=DAY)
    clear = make_subject("演示清白建材有限公司")
    unknown = make_uscc("9", "1", FICTIONAL_DIVISION, 424_242)
    wrong = unknown[:17] + ("0" if unknown[17] != "0" else "1")
    visit.log_in(make_account("department", department=finance))
    visit.follow("联合奖惩查询")
    visit.picture("form")
    visit.page.locator("main [name=matter]").select_option("government-procurement")
    visit.fill(purpose="演示项目投标资格审查", lines=f"{listed.subject.name} {unknown} {clear.uscc}")
    visit.press("查询")
    assert "第1行有两个代码" in visit.text
    visit.picture("refused")
    visit.fill(lines=f"{listed.subject.name}\n{clear.uscc}\n{unknown}\n{wrong}")
    visit.press("查询")
    assert "2029-03-10" in visit.text  # three years from publication
    assert "强制性" in visit.text
    assert "正在生成 Excel 和 PDF 文件" in visit.text
    visit.picture("answers")
    visit.relay()
    visit.look_again()
    assert visit.download("下载 PDF").startswith(b"%PDF")
    assert visit.download("下载 Excel").startswith(b"PK")
    visit.picture("stamped")
    visit.follow("查询记录")  # the crumb
    visit.picture("past")
    visit.leave()
    visit.go(f"/verify/{CheckSheet.objects.get().code}/")
    assert "这份查询结果由本平台出具" in visit.text
    assert listed.subject.name not in visit.text
    visit.picture("verified")


def test_an_officer_works_through_what_does_not_go_together(visit: Visit) -> None:
    visit.be_on(DAY)
    run_policy("mem-2023-11", on=DAY)
    person, company = make_subject("张某某", kind="person"), make_subject("演示关联有限公司")
    OrganizationRole(organization=company, person=person, role="legal-representative").save_by(None, reason="test")
    make_entry("mem-2023-11", "blacklist", on=DAY, subject=person)
    visit.log_in(make_account("handler", department=make_department()))
    visit.follow("交叉核查")
    visit.picture("flags")
    visit.follow("演示关联有限公司")
    assert "不是对该单位的认定" in visit.text
    visit.picture("flag")
    visit.follow("登记处理情况")
    visit.page.get_by_label("已知悉，不需要处理").check()
    visit.fill(note="已知悉，纳入日常监管参考")
    visit.press("登记")
    assert "已处理" in visit.text
    visit.picture("handled")
    visit.go("/office/entries/summary/?month=2026-03")
    assert "张某某" in visit.text
    visit.picture("summary")
