"""The main job in a browser: from a penalty file to the public page, and off it again on the day.

Each person logs in and clicks; nothing is done behind the pages but the worker's tick and the passing of days.
"""

import datetime as dt
from io import BytesIO
from pathlib import Path

import pytest

from credit_site.demonstration.cases import paper
from credit_site.demonstration.office import PASSWORD, Office, office_open, policies_open
from registry import clock
from registry.models import Account, ImportBatch, Record, Subject
from registry.rules.periods import add_years
from registry.services.imports.reading import open_table
from registry.services.imports.samples import sample_write
from registry.services.outbox import outbox_drain
from sanctions.models import Case, ListEntry, MeasureOrder
from sanctions.selectors.orders import orders_in_force
from tests.browser.visits import Visit

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

TODAY = dt.date(2026, 11, 16)  # a Monday
FORMER = "云溪县青鸾矿业有限公司"


class Journey(Visit):
    """A visit of the demonstration's officers, who take a case step by step."""

    def log_in(self, who: Account | str, password: str = PASSWORD) -> None:
        super().log_in(who, password)

    def step(self, case: Case, step: str, label: str, **fields: str) -> None:
        """Open a step of the case from its page, fill it in and confirm it."""
        self.go(f"/office/cases/{case.public_id}/")
        self.follow(label)
        for name, value in fields.items():
            self.page.locator(f"[name={name}]").fill(value)
        self.press(label)
        assert f"/steps/{step}/" not in self.page.url, self.text


@pytest.fixture
def office(settings) -> Office:
    settings.PRETEND_TODAY = dt.date(2026, 10, 9)
    made = office_open(dt.date(2026, 1, 5))
    policies_open(made, dt.date(2026, 10, 9))
    return made


@pytest.fixture
def journey(page, live_server, settings, pictures, office, request) -> Journey:
    kind = "plain" if "no-scripts" in request.node.name else "scripts"
    made = Journey(page, live_server.url, settings, pictures, kind)
    made.be_on(TODAY)
    return made


def test_from_a_penalty_file_to_the_public_page_and_off_it_on_the_day(journey: Journey, office: Office, tmp_path):
    subject = import_the_file(journey, office, tmp_path)
    case = open_the_case(journey, subject)
    take_it_through(journey, case, tmp_path)
    entry = ListEntry.objects.get(case=case)
    find_it_in_public(journey, subject)
    answer_an_order(journey, entry, office)
    see_it_gone(journey, subject, entry)


def import_the_file(journey: Journey, office: Office, folder: Path) -> Subject:
    """30 rows, 6 of them bad in different ways: 24 in, 6 back with reasons."""
    path = folder / "penalties.xlsx"
    with path.open("wb") as file:
        assert sample_write(file, department=office.bureau, on=TODAY) == 30
    journey.log_in("jingban")
    journey.go("/office/imports/new/")
    journey.page.locator("[name=file]").set_input_files(path)
    journey.page.locator("[name=department]").select_option(label=office.bureau.name)
    journey.page.locator("form[enctype] [type=submit]").click()
    journey.page.wait_for_load_state()
    journey.picture("preview")
    journey.press("开始导入24行")
    outbox_drain(now=clock.now)
    batch = ImportBatch.objects.get()
    journey.go(f"/office/imports/{batch.public_id}/")
    journey.picture("imported")
    assert Record.objects.filter(state="confirmed").count() == 24
    assert batch.rows.filter(state="refused").count() == 6
    with journey.page.expect_download() as returned:
        journey.page.get_by_role("link", name="下载未通过的行").click()
    back = open_table(BytesIO(Path(returned.value.path()).read_bytes()).getvalue(), "failed.xlsx")
    reasons = [cells[-1] for _, cells in back.rows]
    assert len(reasons) == 6
    assert len(set(reasons)) == 6
    return Subject.objects.filter(kind="organization", category="enterprise", records__isnull=False).order_by("pk")[0]


def open_the_case(journey: Journey, subject: Subject) -> Case:
    """The handler adds a former name, says which clause the conduct meets, and sees what is due, and why."""
    journey.go(f"/office/subjects/{subject.public_id}/former-names/")
    journey.page.locator("[name=name]").fill(FORMER)
    journey.page.locator("[name=ends_on]").fill("2024-03-01")
    journey.page.locator("main form [type=submit]").first.click()
    journey.page.wait_for_load_state()
    record = subject.records.order_by("pk")[0]
    journey.go(f"/office/records/{record.public_id}/classify/")
    journey.page.locator("[name=items][value='mem-2023-11|B1']").check()
    journey.picture("classify")
    journey.press("保存归类")
    journey.go("/office/")
    journey.picture("workbench")
    journey.go("/office/candidates/")
    journey.follow(subject.name)
    journey.picture("candidate")
    assert "第七条" in journey.text
    assert record.number in journey.text
    journey.press("立案")
    case = Case.objects.get(subject=subject)
    assert journey.page.url.endswith(f"/office/cases/{case.public_id}/")
    return case


def take_it_through(journey: Journey, case: Case, folder: Path) -> None:
    """Three officers, three persons; the defence period is waited for."""
    evidence = folder / "现场检查记录.docx"
    evidence.write_bytes(paper("现场检查记录").read())
    if summary := journey.page.get_by_text("补充材料", exact=True):
        summary.first.click()
    journey.page.locator("[name=file]").set_input_files(evidence)
    journey.page.locator("[name=label]").fill("现场检查记录")
    journey.press("上传")
    journey.step(case, "evidence", "确认证据齐备")
    journey.log_in("shenhe")
    journey.step(case, "review", "初审", opinion="事实清楚，证据充分。")
    journey.log_in("jingban")
    journey.step(case, "notice", "作出告知书")
    journey.be_on(TODAY + dt.timedelta(days=1))
    journey.step(case, "serve", "登记送达", served_on="2026-11-17", receipt="直接送达，法定代表人签收")
    journey.picture("case-defence-running")
    assert "现在还不能办理" in journey.text
    # Served on Tuesday the 17th: five working days end on Tuesday the 24th; the 25th is the first day after.
    journey.be_on(dt.date(2026, 11, 25))
    journey.step(case, "deliberate", "集体审议", minutes="局务会审议，一致同意列入。")
    journey.log_in("shenpi")
    journey.step(case, "decide", "认定", opinion="同意。")
    journey.picture("case-decided")
    journey.log_in("gongshi")
    journey.step(case, "publish", "公布")
    journey.picture("case-published")


def find_it_in_public(journey: Journey, subject: Subject) -> None:
    """Anybody finds the enterprise by two characters of its former name; the first sentence tells."""
    journey.page.context.clear_cookies()
    journey.go("/")
    journey.picture("public-home")
    journey.page.locator("[name=q]").fill("青鸾")
    journey.press("查询")
    journey.picture("public-search")
    assert subject.name in journey.text
    assert FORMER in journey.text
    assert "列入" in journey.text
    assert "2026年11月25日" in journey.text
    assert "2029年11月25日" in journey.text
    journey.page.locator(".verdict a").first.click()
    journey.page.wait_for_load_state()
    journey.picture("public-subject")
    assert "异议" in journey.text
    assert office_name(subject) in journey.text


def office_name(subject: Subject) -> str:
    return subject.entries.get().department.name


def answer_an_order(journey: Journey, entry: ListEntry, office: Office) -> None:
    """A department takes an order and reports what it did."""
    order = MeasureOrder.objects.filter(entry=entry, department=office.departments["market"]).order_by("pk")[0]
    journey.log_in("shijian")
    journey.go("/office/orders/")
    journey.picture("orders")
    journey.go(f"/office/orders/{order.public_id}/")
    journey.press("签收")
    journey.follow("反馈落实情况")
    journey.page.locator("[name=text]").fill("已在登记系统标注，办理登记时从严审查。")
    journey.page.locator("[name=done_on]").fill("2026-11-25")
    journey.page.locator("[name=document_number]").fill("演市监函〔2026〕8号")
    journey.page.locator("main form [type=submit]").first.click()
    journey.page.wait_for_load_state()
    order.refresh_from_db()
    journey.picture("order-reported")
    assert order.state == MeasureOrder.State.CARRIED_OUT


def see_it_gone(journey: Journey, subject: Subject, entry: ListEntry) -> None:
    """Shown and enforced on the last day, neither on the day after, with no job run."""
    last_day = add_years(dt.date(2026, 11, 25), 3)
    orders = MeasureOrder.objects.filter(entry=entry)
    journey.page.context.clear_cookies()
    journey.be_on(last_day)
    journey.go("/search/?q=青鸾")
    assert "2029年11月25日" in journey.text
    assert orders_in_force(orders, last_day).exists()
    journey.be_on(last_day + dt.timedelta(days=1))
    journey.go("/search/?q=青鸾")
    journey.picture("public-after")
    assert "2029年11月25日" not in journey.text
    assert "未被列入" in journey.text
    assert not orders_in_force(orders, last_day + dt.timedelta(days=1)).exists()
