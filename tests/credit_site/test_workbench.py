"""The workbench: whose turn a case is, what lies in which queue, what each role is shown.

Days by the State Council's 2026 notice: the first half of June has no day off beside its weekends.
"""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from credit_site.selectors.queues import desk_of, queue_counts, queue_rows, sources_of
from credit_site.selectors.work import work_items
from disclosure.rules.publicity import DEADLINE_CODE
from registry.models import Deadline, JobRun, Notice
from registry.rules.jobs import VERIFY
from registry.services.deadlines import Basis, deadline_pause, deadline_set
from registry.services.notices import notice_queue
from registry.services.records import record_void
from sanctions.services import cases
from sanctions.services.entries import entry_end
from tests.factories import make_account, make_department, make_record, make_subject
from tests.sanctions.case_world import DEFENCE_UNTIL, HEARD, OPENED, SERVED, CaseWorld, add_penalty
from tests.sanctions.listing import make_entry, make_order

pytestmark = pytest.mark.django_db

NOON = dt.datetime(2026, 6, 1, 4, tzinfo=dt.UTC)


@pytest.fixture
def world():
    return CaseWorld()


@pytest.fixture
def publisher():
    return make_account("publisher")


def rows(account, on=HEARD, queue="mine", *, is_whole=False):
    desk = desk_of(account, on, is_whole=is_whole)
    return work_items(queue_rows(desk, sources_of(desk), queue), desk)


def steps(account, on=HEARD, queue="mine", **scope):
    return [item.step for item in rows(account, on, queue, **scope)]


def subjects(account, on=HEARD, queue="mine", **scope):
    return [item.subject for item in rows(account, on, queue, **scope)]


def counts(account, on=HEARD):
    desk = desk_of(account, on)
    return queue_counts(desk, sources_of(desk))


def to_publish(*, decided_on=OPENED):
    """A penalty that must be public 7 working days after its decision: from Monday 1 June by Wednesday the 10th."""
    record = make_record(make_subject(), decided_on=decided_on)
    return deadline_set(
        DEADLINE_CODE, "双公示", obj=record, subject=record.subject, department=record.department,
        starts_on=decided_on, basis=Basis(7, "working", clause="第二条"), actor=None, role="publisher",
    )  # fmt: skip


# --- whose turn a case is ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "role", "step"),
    [
        ("collecting", "handler", "确认证据齐备"),
        ("collected", "reviewer", "初审"),
        ("reviewed", "handler", "作出告知书"),
        ("noticed", "handler", "登记送达"),
        ("deliberated", "approver", "认定"),
        ("decided", "publisher", "公布"),
    ],
)
def test_a_case_lies_with_the_role_whose_step_comes_next(world, state, role, step):
    world.case(state)
    assert steps(world.account(role)) == [step]


@pytest.mark.parametrize("state", ["collecting", "reviewed", "noticed"])
def test_a_case_is_not_another_handlers(world, state):
    world.case(state)
    assert rows(make_account("handler")) == []


@pytest.mark.parametrize("state", ["collected", "deliberated"])
def test_a_handler_has_nothing_to_do_while_another_role_has(world, state):
    world.case(state)
    assert rows(world.handler) == []


def test_nobody_reviews_a_case_of_their_own(world):
    world.__dict__["handler"] = make_account("handler", "reviewer", department=world.office)
    world.case("collected")
    assert rows(world.handler) == []


def test_who_reviewed_a_case_does_not_decide_it(world):
    world.__dict__["reviewer"] = make_account("reviewer", "approver", department=world.office)
    world.case("deliberated")
    assert rows(world.reviewer) == []


@pytest.mark.parametrize(("on", "found"), [(DEFENCE_UNTIL, []), (HEARD, ["集体审议"])])
def test_the_case_waits_until_the_defence_period_has_run_out(world, on, found):
    world.serve(world.case("noticed"))
    assert steps(world.handler, on) == found


def test_a_waiting_case_says_until_when(world):
    world.serve(world.case("noticed"))
    assert steps(world.handler, SERVED, "all", is_whole=True) == ["等待陈述申辩期满（2026-06-10）"]


def test_a_defence_lies_with_the_reviewer(world):
    case = world.case("noticed")
    world.serve(case)
    world.defend(case)
    assert (steps(world.reviewer, SERVED), steps(world.handler, SERVED)) == (["审查陈述申辩"], [])


@pytest.mark.parametrize("role", ["handler", "reviewer", "approver", "publisher"])
def test_an_ended_case_is_nobodys_turn(world, role):
    world.case("published")
    assert rows(world.account(role), queue="all", is_whole=True) == []


# --- what lies in which queue --------------------------------------------------------------------------------------


@pytest.mark.parametrize("role", ["handler", "reviewer", "approver"])
def test_a_case_without_a_handler_waits_to_be_taken(world, role):
    cases.case_open(candidate_id=world.candidate().pk, handler=None, actor=world.handler, on=OPENED)
    assert steps(world.account(role), queue="unassigned") == ["领办或者指派经办人"]


def test_an_open_candidate_waits_to_be_taken(world):
    world.candidate()
    assert subjects(world.handler, queue="unassigned") == [world.subject.name]


def test_a_candidate_is_not_a_reviewers_work(world):
    world.candidate()
    assert rows(world.reviewer, queue="unassigned") == []


@pytest.mark.parametrize(
    ("on", "queue"),
    [
        (dt.date(2026, 6, 8), None),  # a Monday: four working days left
        (dt.date(2026, 6, 9), "soon"),
        (dt.date(2026, 6, 12), "soon"),
        (dt.date(2026, 6, 13), "overdue"),  # a Saturday
    ],
)
def test_work_is_soon_due_from_three_working_days_before_and_overdue_from_the_day_after(publisher, on, queue):
    to_publish(decided_on=dt.date(2026, 6, 3))  # by Friday the 12th
    assert [each for each in ("soon", "overdue") if rows(publisher, on, each)] == ([queue] if queue else [])


def test_overdue_by_a_weekend_alone_is_not_due_today(publisher):
    to_publish(decided_on=dt.date(2026, 6, 3))
    assert rows(publisher, dt.date(2026, 6, 14))[0].due.days_left == -1


def test_the_row_shows_the_nearest_due_day_and_its_basis(world):
    # Published within 20 working days of the decision on Thursday 2026-06-11; the 19th is a holiday.
    world.case("decided")
    row = rows(world.publisher)[0]
    assert (row.due.due_on, row.basis) == (
        dt.date(2026, 7, 10),
        "《安全生产严重失信主体名单管理办法》第十条，自2026-06-11起20个工作日（期限为本机关设定）",
    )


def test_what_is_due_first_stands_first_and_what_has_no_limit_last(world):
    world.__dict__["handler"] = make_account("handler", "publisher", department=world.office)
    world.case("collecting")
    second = to_publish(decided_on=dt.date(2026, 6, 2))
    first = to_publish()
    assert subjects(world.handler) == [first.subject.name, second.subject.name, world.subject.name]


def test_a_department_sees_its_own_orders_alone(world):
    market, housing = make_department("market"), make_department("housing")
    entry = make_entry("mem-2023-11", "blacklist", on=OPENED)
    entry.orders.all().delete()
    make_order(entry, market, on=OPENED, measure_code="1")
    make_order(entry, housing, on=OPENED, measure_code="2")
    officer = make_account("department", department=market)
    assert [item.number[:1] for item in rows(officer)] == ["1"]


def test_the_time_to_answer_an_order_is_over_with_its_entry(world):
    market = make_department("market")
    entry = make_entry("mem-2023-11", "blacklist", on=OPENED, department=market)
    account = make_account("department", department=market)
    assert (rows(account)[0].due is None, {item.due for item in rows(account, entry.ends_on)}) == (False, {None})


def test_a_department_is_never_shown_the_whole_office(world):
    world.case("collecting")
    assert rows(make_account("department", department=make_department()), queue="all", is_whole=True) == []


def test_the_whole_office_shows_another_handlers_case(world):
    world.case("collecting")
    assert subjects(make_account("handler"), queue="all", is_whole=True) == [world.subject.name]


def groundless(world):
    """An entry in force of which the only ground was voided on `HEARD`."""
    entry = world.case("published").entry
    record_void(record_id=world.records[0].pk, reason="复议撤销", version=None, actor=world.approver, on=HEARD)
    return entry


@pytest.mark.parametrize("role", ["reviewer", "approver"])
def test_an_entry_without_its_grounds_is_due_today_with_who_decides_about_it(world, role):
    entry = groundless(world)
    row = rows(world.account(role))[0]
    page = reverse("sanctions:entry-detail", args=[entry.public_id])
    assert (row.step, row.step_url, row.due.due_on, row.due.days_left) == ("撤销或更正", page, HEARD, 0)


def test_an_entry_without_its_grounds_stays_due_today_on_later_days(world):
    groundless(world)
    assert counts(world.approver, dt.date(2026, 9, 1))["today"] == 1


@pytest.mark.parametrize("role", ["handler", "publisher"])
def test_an_entry_without_its_grounds_is_not_other_roles_work(world, role):
    groundless(world)
    assert rows(world.account(role)) == []


def test_an_entry_without_its_grounds_is_not_another_departments_work(world):
    groundless(world)
    assert rows(make_account("approver", department=make_department())) == []


def test_an_entry_that_was_revoked_asks_for_nothing_more(world):
    entry = groundless(world)
    tomorrow = HEARD + dt.timedelta(days=1)
    entry_end(entry=entry, reason="revoked", ends_on=tomorrow, note="复议撤销", actor=world.approver, on=HEARD)
    assert rows(world.approver) == []


def test_an_entry_that_stands_on_another_ground_asks_for_nothing(world):
    world.records.append(
        add_penalty(world.subject, "B2", department=world.office, decided_on=world.decided, confirmed_on=world.decided)
    )
    groundless(world)
    assert rows(world.approver) == []


def stopped(on=dt.date(2026, 6, 5)):
    """A publicity deadline by 10 June whose clock stands still since Friday 5 June."""
    deadline = to_publish()
    deadline_pause(deadline_id=deadline.pk, reason="中止", actor=None, on=on)
    return deadline


@pytest.mark.parametrize("on", [dt.date(2026, 6, 9), dt.date(2026, 6, 10), HEARD])
def test_work_whose_clock_stands_still_is_neither_due_nor_overdue(publisher, on):
    stopped()
    found = counts(publisher, on)
    assert (found["mine"], found["today"], found["soon"], found["overdue"]) == (1, 0, 0, 0)


def test_work_whose_clock_stands_still_says_so_behind_what_runs(publisher):
    stopped()
    to_publish(decided_on=dt.date(2026, 6, 3))
    assert [item.due.is_paused for item in rows(publisher)] == [False, True]


def test_a_case_whose_clock_stands_still_is_not_overdue(world):
    case = world.case("decided")
    late = dt.date(2026, 12, 1)
    for deadline in Deadline.objects.filter(object_kind="sanctions.case", object_id=case.pk, met_on=None):
        deadline_pause(deadline_id=deadline.pk, reason="中止", actor=None, on=HEARD)
    assert (steps(world.publisher, late), rows(world.publisher, late, "overdue")) == (["公布"], [])


@pytest.mark.parametrize("queue", ["mine", "overdue", "soon", "unassigned"])
def test_the_counter_of_a_queue_is_the_number_of_its_rows(world, queue):
    account = make_account("publisher", "department", department=make_department("market"))
    make_order(make_entry("mem-2023-11", "blacklist", on=OPENED), account.department, on=OPENED)
    world.case("decided")
    to_publish()
    to_publish(decided_on=dt.date(2026, 6, 3))
    assert counts(account)[queue] == len(rows(account, queue=queue))


def test_a_counter_counts_every_kind_of_work(world):
    account = make_account("publisher", "department", department=make_department("market"))
    entry = make_entry("mem-2023-11", "blacklist", on=OPENED)
    entry.orders.exclude(department=account.department).delete()
    world.case("decided")
    to_publish()
    assert counts(account)["mine"] == entry.orders.count() + 2


def test_what_is_due_today_is_counted(publisher):
    to_publish()
    assert counts(publisher, dt.date(2026, 6, 10))["today"] == 1


# --- the page ------------------------------------------------------------------------------------------------------


@pytest.fixture
def page(client, settings):
    """Open the workbench as `account` on the day `on`; the response."""
    settings.PRETEND_TODAY = HEARD

    def opened(account, **query):
        client.force_login(account)
        return client.get(reverse("workbench"), query)

    return opened


def test_the_row_leads_to_the_next_step(world, page):
    case = world.case("collected")
    step = reverse("sanctions:case-step", args=[case.public_id, "review"])
    assert f'href="{step}"' in page(world.reviewer).content.decode()


def test_the_next_step_of_an_order_is_its_own_page(world, page):
    market = make_department("market")
    order = make_order(make_entry("mem-2023-11", "blacklist", on=OPENED), market, on=OPENED, state="received")
    step = reverse("sanctions:order-carry-out", args=[order.public_id])
    assert f'href="{step}"' in page(make_account("department", department=market)).content.decode()


def test_a_step_of_another_role_is_no_link():
    to_publish()
    watcher, publisher = make_account("auditor"), make_account("publisher")
    found = [bool(rows(each, queue="all", is_whole=True)[0].step_url) for each in (watcher, publisher)]
    assert found == [False, True]


def test_an_empty_queue_points_to_what_nobody_has_taken(world, page):
    world.candidate()
    assert "另有1件待认领" in page(world.handler).content.decode()


@pytest.mark.parametrize("query", [{"queue": "nonsense"}, {"queue": "all"}, {"scope": "nonsense"}, {"page": "x"}])
def test_an_address_that_means_nothing_shows_the_first_queue(world, page, query):
    assert page(world.handler, **query).context["queue"] == "mine"


def test_a_long_queue_is_cut_into_pages(publisher, page):
    for _ in range(21):
        to_publish()
    assert len(page(publisher, page="2").context["items"]) == 1


@pytest.mark.parametrize(
    ("role", "title"),
    [
        ("handler", "经办"),
        ("reviewer", "审核"),
        ("approver", "审批"),
        ("publisher", "公示"),
        ("department", "本部门的联合惩戒任务"),
        ("auditor", "留痕与运行"),
        ("administrator", "系统运行"),
    ],
)
def test_each_role_is_shown_what_it_answers_for(page, role, title):
    response = page(make_account(role, department=make_department()))
    assert response.context["panels"][0].title == title


def duty(response, label):
    return next(each.value for panel in response.context["panels"] for each in panel.duties if each.label == label)


@pytest.mark.parametrize(
    ("role", "state", "label"),
    [
        ("handler", "collecting", "我经办的在办案件"),
        ("reviewer", "collected", "待初审"),
        ("approver", "deliberated", "待认定"),
        ("publisher", "decided", "待公布的名单"),
    ],
)
def test_each_officer_is_told_how_much_waits(world, page, role, state, label):
    world.case(state)
    assert duty(page(world.account(role)), label) == "1"


def test_a_record_to_be_classified_is_counted(page):
    make_record(make_subject())
    assert duty(page(make_account("handler")), "待归类的记录") == "1"


def test_a_publisher_is_told_what_is_late(page):
    to_publish()  # due the day before
    assert duty(page(make_account("publisher")), "双公示已逾期") == "1"


def test_an_auditor_is_told_of_a_broken_timeline(page):
    JobRun.objects.create(name=VERIFY, started_at=NOON, finished_at=NOON, error="第3条不符")
    assert duty(page(make_account("auditor")), "时间线核对").startswith("有不符")


def test_an_administrator_has_no_queue_of_cases(world, page):
    world.case("collecting")
    assert "items" not in page(make_account("administrator")).context


@pytest.mark.parametrize("role", ["handler", "administrator", "auditor"])
def test_a_notice_that_failed_is_counted(page, role):
    notice = notice_queue("test", title="演示", body="演示", at=NOON, department=make_department())
    Notice.objects.filter(pk=notice.pk).update(state=Notice.State.FAILED)
    assert duty(page(make_account(role)), "发送失败的通知") == "1"


def test_an_administrator_is_told_that_next_years_holidays_are_missing(page):
    assert duty(page(make_account("administrator")), "2027年放假安排") == "尚未载入"


def queries(page, account):
    with CaptureQueriesContext(connection) as caught:
        page(account, scope="whole")
    return len(caught)


def test_a_longer_queue_takes_no_more_queries(world, page):
    account, market = make_account("handler", "publisher"), make_department("market")

    def more():
        world.subject = make_subject()
        add_penalty(world.subject, "B1", department=world.office, decided_on=world.decided, confirmed_on=world.decided)
        world.case("collected")
        to_publish()
        entry = make_entry("mem-2023-11", "blacklist", on=OPENED)
        make_order(entry, market, on=OPENED)

    more()
    queries(page, account)  # what is kept between requests is read now
    few = queries(page, account)
    more()
    more()
    assert queries(page, account) == few


def test_more_entries_without_grounds_take_no_more_queries(world, page):
    def more():
        world.subject = make_subject()
        fields = {"department": world.office, "decided_on": world.decided, "confirmed_on": world.decided}
        world.records = [add_penalty(world.subject, "B1", **fields)]
        groundless(world)

    more()
    queries(page, world.approver)  # what is kept between requests is read now
    few = queries(page, world.approver)
    more()
    more()
    assert queries(page, world.approver) == few


@pytest.mark.parametrize(
    ("role", "label", "query"),
    [
        ("department", "逾期未答复", "queue=late"),
        ("handler", "部门逾期未答复的任务", "queue=late"),
        ("approver", "有异议的记录", "disputed=on"),
        ("approver", "30日内期满的条目", "state=expiring"),
    ],
)
def test_a_number_leads_to_the_list_of_what_it_counts(page, role, label, query):
    response = page(make_account(role, department=make_department()))
    url = next(each.url for panel in response.context["panels"] for each in panel.duties if each.label == label)
    assert url.endswith(f"?{query}")


def test_a_desk_with_no_kind_of_work_has_an_empty_queue():
    assert (rows(make_account()), set(counts(make_account()).values())) == ([], {0})
