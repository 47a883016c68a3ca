"""Objections: marked at once, measures and last days by the pack, upheld gone everywhere, refused with every way open.

The days: published on 2026-01-12, one year, so the last day is 2027-01-12; filed on Monday 2026-03-02 and decided on
Monday 2026-03-23, 21 days later.
"""

import datetime as dt

import pytest

from disclosure.services.records import record_publish
from repair.models import Objection
from sanctions.models import ListEntry
from tests.browser.visits import Visit
from tests.factories import make_account, make_department, make_subject
from tests.repair.people import People, make_people
from tests.repair.scenes import entry_of, penalty
from tests.sanctions.listing import make_order, run_policy

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
    pytest.mark.parametrize("page", [False], indirect=True, ids=["no-scripts"]),
]
LISTED, FILED, DECIDED = dt.date(2026, 1, 12), dt.date(2026, 3, 2), dt.date(2026, 3, 23)
ADDS, PAUSES, RUNS = "city-plan", "province-plan", "nanning-urban"
MEASURES = {ADDS: "甲：不予接纳入会", PAUSES: "乙：从严审核行政许可", RUNS: "丙：增加检查频次"}


@pytest.fixture
def people() -> People:
    subject = make_subject("演示白河建材有限公司")
    return make_people(subject=subject, department=make_department(name="演示县城市管理局"))


@pytest.fixture
def market():
    return make_department("market", name="演示县市场监督管理局")


def test_refused_under_three_packs_the_last_day_moves_only_where_paused_time_is_added(
    visit: Visit, people: People, market
) -> None:
    make_department(kind="joint-conference", name="演示县信用联席会议办公室")
    desk = make_account("department", department=market)
    entries = {
        pack: entry_of(people, pack, code, LISTED, mode)
        for pack, code, mode in (
            (ADDS, "blacklist", "binding"), (PAUSES, "blacklist", "binding"), (RUNS, "yellow", "internal"),
        )
    }  # fmt: skip
    for pack, entry in entries.items():
        make_order(entry, market, on=LISTED, measure_label=MEASURES[pack])
    visit.be_on(FILED)
    visit.log_in(people.own)
    assert last_days(visit, entries) == {ADDS: "2027-01-12", PAUSES: "2027-01-12", RUNS: "2027-01-12"}
    for pack, words in (
        (ADDS, "暂停的时间顺延到期限之后"), (PAUSES, "核查期间暂停惩戒措施"), (RUNS, "核查期间不停止惩戒措施"),
    ):  # fmt: skip
        object_to(visit, entries[pack], words)
        assert is_disputed(visit, entries[pack])
    assert last_days(visit, entries, "objected") == {ADDS: "2027-01-12", PAUSES: "2027-01-12", RUNS: "2027-01-12"}
    assert states(visit, desk) == {ADDS: "暂停执行", PAUSES: "暂停执行", RUNS: "待签收"}
    visit.picture("department-paused")

    accept_all(visit, people)
    refuse_all(visit, people)
    assert states(visit, desk) == {ADDS: "待签收", PAUSES: "待签收", RUNS: "待签收"}
    visit.log_in(people.own)
    # 2 March to 22 March stood still: 21 days. 2027-01-12 and 21 days are 2027-02-02.
    assert not is_disputed(visit, entries[ADDS])
    assert visit.fact("暂停").startswith("2026-03-02起暂停，2026-03-23恢复，暂停的天数顺延")
    assert last_days(visit, entries, "refused") == {ADDS: "2027-02-02", PAUSES: "2027-01-12", RUNS: "2027-01-12"}
    see_every_way(visit, entries[ADDS])


def last_days(visit: Visit, entries: dict[str, ListEntry], of: str = "") -> dict[str, str]:
    """What the subject's own pages say of each entry's last day."""
    found = {}
    for pack, entry in entries.items():
        visit.go(f"/my/lists/{entry.public_id}/")
        found[pack] = visit.fact("最后一天")[:10]
        if of:
            visit.picture(f"own-{pack}-{of}")
    return found


def states(visit: Visit, desk) -> dict[str, str]:
    """Where the department's list says each measure stands."""
    visit.log_in(desk)
    visit.go("/office/orders/?queue=waiting")
    return {
        pack: next(word for word in ("暂停执行", "待签收") if word in visit.row(label))
        for pack, label in MEASURES.items()
    }


def object_to(visit: Visit, entry: ListEntry, words: str) -> None:
    visit.go(f"/my/requests/object/entry/{entry.public_id}/")
    assert words in visit.text
    visit.fill(statement="认定的事实与我单位无关。")
    visit.upload("file_1", "租赁合同")
    visit.press("提出异议")
    assert "已标注“有异议”" in visit.text


def accept_all(visit: Visit, people: People) -> None:
    visit.log_in(people.handler)
    visit.go("/office/requests/")
    for box in visit.page.locator("[name=chosen]").all():
        box.check()
    visit.picture("office-list")
    visit.press("受理所选")
    # 15 working days after 2026-03-02 end on 03-23 under the two plans, 20 on 03-30 in Nanning.
    assert visit.text.count("2026-03-23前办结") == 2
    assert visit.text.count("2026-03-30前办结") == 1
    visit.picture("office-accepted")


def refuse_all(visit: Visit, people: People) -> None:
    visit.be_on(DECIDED)
    visit.log_in(people.approver)
    first = Objection.objects.order_by("pk")[0]
    visit.go(f"/office/requests/objections/{first.public_id}/")
    assert "要求补正" in visit.text
    visit.picture("office-detail")
    visit.go(f"/office/requests/objections/{first.public_id}/steps/refuse/?text=facts-clear")
    visit.picture("office-refuse")
    for objection in Objection.objects.order_by("pk"):
        address = f"/office/requests/objections/{objection.public_id}/"
        visit.go(f"{address}steps/refuse/?text=facts-clear")
        visit.press("异议不成立")
        assert "已办理。" in visit.text


def see_every_way(visit: Visit, entry: ListEntry) -> None:
    objection = Objection.objects.get(entry=entry)
    visit.go(f"/my/requests/objections/{objection.public_id}/")
    for words in ("异议不成立", "理由：", "行政复议", "行政诉讼", "联席会议办公室投诉", "异议处理决定书"):
        assert words in visit.text, words
    visit.picture("own-refused")
    visit.follow("投诉")
    visit.fill(statement="答复没有回应租赁合同。")
    visit.press("提出投诉")
    assert "投诉已提出" in visit.text
    assert is_disputed(visit, entry)
    visit.picture("own-complained")


def is_disputed(visit: Visit, entry: ListEntry) -> bool:
    """Whether the entry's own page bears the mark."""
    visit.go(f"/my/lists/{entry.public_id}/")
    return visit.page.locator("main .tag", has_text="有异议").count() == 1


def test_upheld_it_is_corrected_in_public_and_gone_from_every_list(visit: Visit, people: People, market) -> None:
    desk = make_account("department", department=market)
    run_policy("ndrc-2025-36", on=dt.date(2026, 4, 1))
    listed, day = dt.date(2026, 5, 11), dt.date(2026, 6, 8)
    record = penalty(people, "没收违法所得", decided_on=dt.date(2026, 4, 10))
    record_publish(record_id=record.pk, actor=None, on=dt.date(2026, 4, 13), until=dt.date(2027, 4, 10))
    entry = entry_of(people, "mem-2023-11", "blacklist", listed)
    entry.grounds.update(record=record)
    make_order(entry, market, on=listed, measure_label=MEASURES[ADDS])

    visit.be_on(day)
    visit.log_in(people.own)
    visit.go("/my/requests/")
    visit.page.locator("main tr", has_text=record.number).get_by_role("link", name="提出异议").click()
    visit.fill(statement="事发时我单位已经停产，处罚对象有误。")
    visit.press("提出异议")
    visit.leave()
    visit.go(f"/subjects/{people.subject.public_id}/")
    assert "列入" in visit.page.locator(".verdict").inner_text()
    assert "有异议" in visit.row(record.number)
    visit.picture("public-disputed")

    uphold(visit, people)
    visit.leave()
    visit.go("/search/?q=演示白河")
    assert people.subject.name not in visit.text
    visit.picture("public-search")
    visit.go(f"/subjects/{people.subject.public_id}/")
    assert visit.page.locator("main tr, main .verdict", has_text=record.number).count() == 0
    visit.picture("public-subject")
    visit.go("/notes/")
    assert "特此更正" in visit.text
    visit.picture("public-notes")
    visit.log_in(desk)
    visit.go("/office/orders/?queue=waiting")
    assert people.subject.name not in visit.text
    visit.go("/office/orders/?queue=ending")
    assert "解除待确认" in visit.row(MEASURES[ADDS])
    visit.picture("department-ending")
    visit.log_in(people.own)
    visit.go("/my/")
    assert "现在没有被列入任何名单" in visit.text
    assert "已作废" in visit.row(record.number)
    assert "有异议" not in visit.row(record.number)
    visit.picture("own-file")


def uphold(visit: Visit, people: People) -> None:
    objection = Objection.objects.get()
    visit.log_in(people.handler)
    visit.go(f"/office/requests/objections/{objection.public_id}/steps/accept/")
    visit.press("受理")
    visit.log_in(people.approver)
    visit.go(f"/office/requests/objections/{objection.public_id}/steps/grant/?text=wrong-subject")
    visit.picture("uphold")
    visit.press("异议成立")
    visit.picture("upheld")
    assert "异议处理决定书" in visit.text
