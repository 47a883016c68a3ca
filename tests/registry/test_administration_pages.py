"""Administration pages: what is shown, what a form keeps, one service a POST."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from registry import clock
from registry.models import Account, CalendarYear, Department, Event, JobRun, Notice, OutboxMessage
from registry.services.events import event_record, events_seal
from registry.services.job_requests import job_carry_out
from registry.services.notices import notice_queue
from registry.tasks import events_verify_task
from tests.factories import make_account, make_department, make_subject

pytestmark = pytest.mark.django_db
PASSWORD = "linshi-mima-8842"


def page(client, name, /, *args, **query):
    return client.get(reverse(f"registry:{name}", args=args), query)


def post(client, name, /, *args, **data):
    return client.post(reverse(f"registry:{name}", args=args), data, follow=True)


@pytest.fixture
def department():
    return make_department(name="演示县信用办")


@pytest.fixture
def administrator(client, department):
    client.force_login(make_account("administrator", department=department, username="guan.li"))
    return client


@pytest.fixture
def auditor(client, department):
    client.force_login(make_account("auditor", department=department))
    return client


@pytest.fixture
def clerk(department):
    return make_account("handler", department=department, username="jing.ban", display_name="经办员甲")


# --- accounts


def new_account(administrator, **given):
    data = {"username": "li.si", "display_name": "李演示", "password": PASSWORD, "department": "", "subject_code": ""}
    return post(administrator, "account-new", **{**data, **given})


def test_a_new_account_is_opened_and_shown(administrator, department):
    answer = new_account(administrator, department=department.pk)
    account = Account.objects.get(username="li.si")
    assert answer.redirect_chain == [(reverse("registry:account-detail", args=[account.pk]), 302)]


def test_a_subjects_account_is_bound_by_its_code(administrator):
    subject = make_subject()
    new_account(administrator, subject_code=f" {subject.uscc.lower()} ")
    assert Account.objects.get(username="li.si").subject == subject


def test_an_unknown_code_is_refused_by_name(administrator):
    answer = new_account(administrator, subject_code="91370323MA3C0A0A0X")
    assert "91370323MA3C0A0A0X" in answer.context["form"].errors["subject_code"][0]


def test_a_service_refusal_stands_on_its_field_and_keeps_what_was_typed(administrator, department):
    answer = new_account(administrator, department=department.pk, password="1234567890123")
    assert answer.context["form"].errors["password"]
    assert 'value="李演示"' in answer.content.decode()


def test_a_password_typed_is_never_sent_back(administrator, department):
    answer = new_account(administrator, department=department.pk, username="BAD NAME")
    assert PASSWORD not in answer.content.decode()


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ({"text": "经办员"}, True), ({"text": "jing"}, True), ({"text": "无此人"}, False), ({"role": "handler"}, True),
        ({"role": "reviewer"}, False), ({"active": "true"}, True), ({"active": "false"}, False),
    ],
)  # fmt: skip
def test_accounts_are_found_by_name_role_and_state(administrator, clerk, query, shown):
    assert (clerk in page(administrator, "account-list", **query).context["page"].object_list) is shown


def queries(act):
    with CaptureQueriesContext(connection) as captured:
        act()
    return len(captured)


def test_the_list_of_accounts_costs_the_same_for_many(administrator, clerk, department):
    few = queries(lambda: page(administrator, "account-list"))
    for _ in range(20):
        make_account("handler", department=department)
    assert queries(lambda: page(administrator, "account-list")) == few


def test_a_role_is_granted_on_the_accounts_page(administrator, clerk):
    post(administrator, "account-detail", clerk.pk, role="reviewer", last_on="")
    assert set(clerk.grants.values_list("role", flat=True)) == {"handler", "reviewer"}


def test_a_clashing_role_is_refused_on_the_page(administrator, clerk):
    answer = post(administrator, "account-detail", clerk.pk, role="auditor", last_on="")
    assert "三员分立" in answer.context["form"].errors["role"][0]


def test_a_subjects_account_is_offered_only_its_role(administrator):
    account = make_account(subject=make_subject())
    form = page(administrator, "account-detail", account.pk).context["form"]
    assert [value for value, _ in form.fields["role"].choices] == ["", "subject"]


def test_on_ones_own_page_there_is_no_form(administrator):
    own = Account.objects.get(username="guan.li")
    assert "授予角色" not in page(administrator, "account-detail", own.pk).content.decode()


def test_revoking_asks_first(administrator, clerk):
    grant = clerk.grants.get()
    page(administrator, "role-revoke", grant.pk)
    assert clerk.grants.get().ends_on is None


def test_revoking_ends_the_role(administrator, clerk):
    grant = clerk.grants.get()
    post(administrator, "role-revoke", grant.pk)
    assert clerk.grants.get().ends_on == clock.today()


def test_shutting_needs_a_reason(administrator, clerk):
    post(administrator, "account-close", clerk.pk, reason="")
    clerk.refresh_from_db()
    assert clerk.is_active


def test_shutting_and_reopening(administrator, clerk):
    post(administrator, "account-close", clerk.pk, reason="调离")
    clerk.refresh_from_db()
    assert not clerk.is_active
    post(administrator, "account-reopen", clerk.pk)
    clerk.refresh_from_db()
    assert clerk.is_active


def test_resetting_a_password(administrator, clerk):
    post(administrator, "password-reset", clerk.pk, password=PASSWORD)
    clerk.refresh_from_db()
    assert clerk.check_password(PASSWORD)


# --- departments


def test_a_department_is_changed_on_the_version_seen(administrator):
    department = make_department()
    data = {
        "name": "演示县水利局",
        "short_name": "水利局",
        "kind": "bureau",
        "uscc": "",
        "contact": "",
        "is_active": "on",
    }
    post(administrator, "department-change", department.pk, version=department.version, **data)
    answer = post(administrator, "department-change", department.pk, version=department.version, **data)
    assert Department.objects.get(pk=department.pk).short_name == "水利局"
    assert "已被他人修改" in answer.content.decode()


def test_a_department_is_entered(administrator):
    post(
        administrator, "department-new", code="water", name="演示县水利局", short_name="水利局", kind="bureau",
        uscc="", contact="", is_active="on",
    )  # fmt: skip
    assert Department.objects.filter(code="water").exists()


# --- calendar


def test_a_notice_is_loaded_from_pasted_lines(administrator):
    post(
        administrator, "calendar-load", year=2027, days_off="1月1日（星期五）至3日（星期日）", make_up_days="1月30日",
        source="演示通知",
    )  # fmt: skip
    assert CalendarYear.objects.get(year=2027).source == "演示通知"


def test_an_unreadable_line_is_named_and_the_text_stays(administrator):
    answer = post(administrator, "calendar-load", year=2027, days_off="1月1日\n元旦", make_up_days="", source="演示")
    assert "第2行“元旦”" in answer.context["form"].errors["days_off"][0]
    assert "元旦</textarea>" in answer.content.decode()


def test_a_year_without_notice_says_so(administrator):
    assert "尚未公布" in page(administrator, "calendar", year=2030).content.decode()


@pytest.mark.parametrize("year", ["x", "1", "99999", "²"])
def test_a_year_that_cannot_be_shows_this_one(administrator, year):
    assert page(administrator, "calendar", year=year).context["calendar"].year == clock.today().year


# --- timeline


def an_event(text, *, name="case.opened", on=dt.date(2026, 11, 20), actor=None):
    department = Department.objects.first()
    return event_record(name, text, obj=department, actor=actor, on=on)


@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ({"text": "演示案件"}, True), ({"text": "别的"}, False), ({"name": "case."}, True), ({"name": "order."}, False),
        ({"first_on": "2026-11-20", "last_on": "2026-11-20"}, True), ({"first_on": "2026-11-21"}, False),
        ({"last_on": "2026-11-19"}, False), ({"actor": "经办员"}, True), ({"actor": "审核员"}, False),
    ],
)  # fmt: skip
def test_events_are_found_by_content_person_kind_and_day(auditor, clerk, query, shown):
    event = an_event("演示案件立案", actor=clerk)
    assert (event in page(auditor, "event-list", **query).context["page"].object_list) is shown


def test_the_timeline_shows_how_far_it_is_sealed(auditor):
    an_event("甲")
    seal = events_seal(at=clock.now())
    an_event("乙")
    answer = page(auditor, "event-list")
    assert answer.context["seal"].waiting == 1
    assert seal.digest in answer.content.decode()


def test_the_timeline_costs_the_same_for_many(auditor, clerk):
    an_event("甲", actor=clerk)
    few = queries(lambda: page(auditor, "event-list"))
    for _ in range(30):
        an_event("甲", actor=clerk)
    assert queries(lambda: page(auditor, "event-list")) == few


# --- jobs


def verify(client):
    post(client, "job-ask", name=events_verify_task.name)
    message = OutboxMessage.objects.get(topic="job.run")
    job_carry_out(message.payload, clock.now())
    return JobRun.objects.get(name=events_verify_task.name)


def test_an_untouched_timeline_verifies(auditor):
    an_event("甲")
    events_seal(at=clock.now())
    assert verify(auditor).error == ""


def test_an_altered_event_shows_on_the_auditors_page(auditor):
    event = an_event("甲")
    events_seal(at=clock.now())
    Event.objects.filter(pk=event.pk).update(text="乙")
    verify(auditor)
    answer = page(auditor, "event-list").content.decode()
    assert "有不符" in answer
    assert str(event.uid) in answer


def test_an_auditor_runs_no_working_job(auditor):
    answer = post(auditor, "job-ask", name="sanctions.endings_dispatch")
    assert "没有办理这一步的权限" in answer.content.decode()
    assert not OutboxMessage.objects.filter(topic="job.run").exists()


def test_an_administrator_asks_for_a_job_once_a_click(administrator):
    post(administrator, "job-ask", name="registry.deadlines_remind")
    post(administrator, "job-ask", name="registry.deadlines_remind")
    assert OutboxMessage.objects.filter(topic="job.run").count() == 2


def test_a_job_that_does_not_exist_is_refused(administrator):
    assert "没有可以手动运行的任务" in post(administrator, "job-ask", name="os.system").content.decode()


def test_asking_leads_back_only_within_the_site(auditor):
    answer = auditor.post(
        reverse("registry:job-ask"), {"name": "registry.events_verify", "next": "https://elsewhere.test/"}
    )
    assert answer.url == reverse("registry:job-list")


def test_a_failed_run_shows_its_error(administrator):
    JobRun.objects.create(name="registry.events_seal", started_at=clock.now(), finished_at=clock.now(), error="坏了")
    assert "坏了" in page(administrator, "job-list", failed_only="on").content.decode()


def test_a_run_says_what_it_did(administrator):
    JobRun.objects.create(
        name="registry.events_seal", started_at=clock.now(), finished_at=clock.now(), counts={"sealed": 7}
    )
    assert "封存7" in page(administrator, "job-list").content.decode()


# --- notices


def a_notice(**to):
    notice = notice_queue("test", title="演示告知书", body="第一行\n第二行", at=clock.now(), **to)
    return Notice.objects.get(pk=notice.pk)


def set_state(notice, state):
    notice.state = state
    notice.save(update_fields=["state"])


@pytest.fixture
def handler(client, clerk):
    client.force_login(clerk)
    return client


@pytest.mark.parametrize(
    ("query", "shown"),
    [({"state": "failed"}, True), ({"state": "served"}, False), ({"text": "告知"}, True), ({"text": "别的"}, False)],
)
def test_notices_are_found_by_state_and_text(handler, query, shown):
    notice = a_notice(subject=make_subject())
    set_state(notice, "failed")
    assert (notice in page(handler, "notice-list", **query).context["page"].object_list) is shown


def test_failed_notices_are_counted(handler):
    set_state(a_notice(subject=make_subject()), "failed")
    assert page(handler, "notice-list").context["counts"] == {"queued": 0, "delivered": 0, "served": 0, "failed": 1}


def test_a_failed_notice_is_sent_again(handler):
    notice = a_notice(subject=make_subject())
    set_state(notice, "failed")
    post(handler, "notice-resend", notice.pk)
    notice.refresh_from_db()
    assert notice.state == "queued"


def test_a_delivered_notice_is_not_sent_again(handler):
    notice = a_notice(subject=make_subject())
    set_state(notice, "delivered")
    assert "只有发送失败的通知" in post(handler, "notice-resend", notice.pk).content.decode()


def test_the_box_holds_ones_own_and_the_departments_notices(handler, clerk, department):
    mine, ours, others = (
        a_notice(account=clerk),
        a_notice(department=department),
        a_notice(department=make_department()),
    )
    for notice in (mine, ours, others):
        set_state(notice, "delivered")
    assert set(page(handler, "inbox").context["page"].object_list) == {mine, ours}


def test_what_is_not_delivered_is_not_in_the_box(handler, clerk):
    a_notice(account=clerk)
    assert list(page(handler, "inbox").context["page"].object_list) == []
