"""Departments' systems on the administrator's pages: opened, changed, rotated, shut; webhooks and what did not arrive."""

import datetime as dt
import re

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from registry.models import ApiClient, Event, Webhook, WebhookDelivery, WebhookHealth
from registry.services.webhook_events import webhook_event_note, webhook_events_number
from registry.services.webhooks import webhook_open
from tests.api.clients import caller, make_client
from tests.api.test_clients import token_request
from tests.factories import make_account, make_department, make_subject

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 3, 10)
URL = "https://shenpi.example.gov.cn/credit-events"


@pytest.fixture
def administrator(client):
    client.force_login(make_account("administrator", department=make_department()))
    return client


def address(name, *args, **query):
    return reverse(f"registry:{name}", args=args, query=query)


def shown_secret(answer, name):
    found = re.search(rf"<dt>{name}</dt>\s*<dd>\s*<code>([^<]+)</code>", answer.content.decode())
    return found.group(1) if found else ""


def webhook_of(client=None):
    return webhook_open(client=client or make_client(), url=URL, kinds=["entry.changed"], actor=None, on=DAY).webhook


def dead_deliveries(webhook, count=1):
    subject = make_subject()
    for _ in range(count):
        webhook_event_note(kind="entry.changed", subject_id=subject.pk, object_id=1, at=timezone.now())
    webhook_events_number(at=timezone.now())
    first = WebhookDelivery.objects.filter(webhook=webhook).first()
    WebhookDelivery.objects.filter(pk=first.pk).update(
        state="dead", attempts=36, settled_at=timezone.now(), last_error="接收方答复500"
    )
    return first


def test_a_client_is_opened_its_secret_is_shown_once_and_works(administrator):
    department = make_department()
    data = {"name": "市监审批系统", "department": department.pk, "scopes": ["check", "orders"], "requests_a_minute": ""}
    answer = administrator.post(address("client-new"), data)
    client = ApiClient.objects.get()
    secret = shown_secret(answer, "client_secret")
    assert "no-store" in answer["Cache-Control"]
    assert set(token_request(client.application.client_id, secret).json()["scope"].split()) == {"check", "orders"}
    for page in (address("client-list"), address("client-detail", client.public_id)):
        text = administrator.get(page).content.decode()
        assert "市监审批系统" in text
        assert secret not in text
    assert Event.objects.get(name="client.opened").actor == ApiClient.history.get().history_user


def test_a_refused_client_keeps_what_was_typed(administrator):
    make_client(name="市监审批系统")
    data = {"name": "市监审批系统", "department": make_department().pk, "scopes": ["check"]}
    answer = administrator.post(address("client-new"), data)
    assert "已有名为" in answer.content.decode()
    assert ApiClient.objects.count() == 1


def test_scopes_and_limit_are_changed_at_once_and_a_stale_form_is_refused(administrator):
    client = make_client("check", "catalogue.read")
    calling = caller(client)
    assert calling.get("/api/v1/departments").status_code == 200
    data = {"scopes": ["check"], "requests_a_minute": "5", "version": client.version}
    assert administrator.post(address("client-change", client.public_id), data).status_code == 302
    assert calling.get("/api/v1/departments").json()["code"] == "scope-missing"
    assert "已被他人修改" in administrator.post(address("client-change", client.public_id), data).content.decode()
    client.refresh_from_db()
    assert (client.scopes, client.requests_a_minute) == (["check"], 5)


def test_a_rotated_secret_ends_the_old_one_and_its_tokens(administrator):
    client = make_client("catalogue.read")
    calling = caller(client)
    answer = administrator.post(address("client-rotate", client.public_id), {"version": client.version})
    secret = shown_secret(answer, "client_secret")
    assert calling.get("/api/v1/departments").status_code == 401
    assert token_request(client.application.client_id, secret).status_code == 200
    again = administrator.post(address("client-rotate", client.public_id), {"version": client.version})
    assert shown_secret(again, "client_secret") == ""


def test_a_shut_client_loses_tokens_and_webhooks(administrator):
    client = make_client()
    webhook = webhook_of(client)
    calling = caller(client)
    administrator.post(address("client-close", client.public_id), {"reason": "系统下线"})
    assert calling.get("/api/v1/departments").status_code == 401
    webhook.refresh_from_db()
    assert webhook.closed_on is not None
    page = administrator.get(address("client-detail", client.public_id)).content.decode()
    assert "已停用" in page
    assert "代为订阅" not in page


def test_when_a_client_last_called_is_shown_and_written_once_in_a_while(administrator, django_assert_num_queries):
    client = make_client("catalogue.read")
    assert "从未" in administrator.get(address("client-list")).content.decode()
    calling = caller(client)
    calling.get("/api/v1/departments")
    with django_assert_num_queries(2):  # whose token; the departments
        calling.get("/api/v1/departments")
    assert "从未" not in administrator.get(address("client-list")).content.decode()


def test_a_webhook_is_opened_for_a_client_with_the_kinds_that_fit(administrator):
    client = make_client("webhooks", "lists.read")
    page = administrator.get(address("webhook-new", client.public_id)).content.decode()
    assert "entry.listed" in page
    assert "order.dispatched" not in page
    answer = administrator.post(
        address("webhook-new", client.public_id), {"url": URL, "kinds": ["entry.listed", "entry.ended"]}
    )
    assert shown_secret(answer, "签名密钥").startswith("whsec_")
    webhook = Webhook.objects.get()
    assert webhook.kinds == ["entry.listed", "entry.ended"]
    assert (
        "公开条目列入、公开条目移出" in administrator.get(address("webhook-detail", webhook.public_id)).content.decode()
    )


def test_a_webhook_is_paused_resumed_rotated_and_ended(administrator):
    webhook = webhook_of()

    def do(step, **data):
        page = address("webhook-step", webhook.public_id, step)
        assert administrator.get(page).status_code == 200
        webhook.refresh_from_db()
        return administrator.post(page, {"version": webhook.version, **data})

    assert do("pause").status_code == 302
    assert "已暂停" in administrator.get(address("webhook-detail", webhook.public_id)).content.decode()
    assert do("resume").status_code == 302
    assert shown_secret(do("secret"), "签名密钥").startswith("whsec_")
    assert do("close", reason="").status_code == 200
    assert do("close", reason="系统下线").status_code == 302
    assert "已取消" in administrator.get(address("webhook-detail", webhook.public_id)).content.decode()
    assert administrator.get(address("webhook-step", webhook.public_id, "dance")).status_code == 404


def test_what_did_not_arrive_is_listed_with_what_waits_behind_it_and_is_sent_again(administrator):
    webhook = webhook_of()
    delivery = dead_deliveries(webhook, 3)
    text = administrator.get(address("webhook-dead")).content.decode()
    assert "接收方答复500" in text
    assert re.search(r'<td class="numeric">\s*2\s*</td>', text)
    shown = administrator.get(address("webhook-detail", webhook.public_id)).content.decode()
    assert shown.count(f"在第{delivery.number}号之后") == 2
    step = address("webhook-step", webhook.public_id, "resend", number=delivery.number)
    assert f"第{delivery.number}号事件" in administrator.get(step).content.decode()
    administrator.post(step, {"number": delivery.number})
    delivery.refresh_from_db()
    assert (delivery.state, delivery.attempts) == ("waiting", 0)
    assert "没有待处理的推送" in administrator.get(address("webhook-dead")).content.decode()


def test_a_webhook_that_something_failed_of_is_not_shown_as_well(administrator):
    webhook = webhook_of()
    pages = [address("webhook-detail", webhook.public_id), address("client-detail", webhook.client.public_id)]

    def shown() -> list[str]:
        states = ("正常", "接收方出错，正在重试", "有推送待处理")
        return [each for page in pages for each in states if f">{each}<" in administrator.get(page).content.decode()]

    assert shown() == ["正常"] * 2
    delivery = dead_deliveries(webhook)
    assert shown() == ["有推送待处理"] * 2
    assert URL in administrator.get(address("webhook-dead")).content.decode()
    WebhookDelivery.objects.filter(pk=delivery.pk).update(state="waiting", attempts=3)
    assert shown() == ["接收方出错，正在重试"] * 2


def test_giving_a_delivery_up_needs_a_reason(administrator):
    webhook = webhook_of()
    delivery = dead_deliveries(webhook)
    step = address("webhook-step", webhook.public_id, "drop", number=delivery.number)
    assert administrator.post(step, {"number": delivery.number, "reason": ""}).status_code == 200
    assert administrator.post(step, {"number": delivery.number, "reason": "已线下核对"}).status_code == 302
    delivery.refresh_from_db()
    assert delivery.state == "dropped"


def test_a_replay_from_a_number_that_there_is_not_is_refused_on_its_field(administrator):
    webhook = webhook_of()
    answer = administrator.post(address("webhook-step", webhook.public_id, "replay"), {"from_number": "9"})
    assert "起始次序号9不存在" in str(answer.context["form"].errors["from_number"])


def test_the_list_of_what_did_not_arrive_needs_no_more_queries_for_more_rows(
    administrator, django_assert_max_num_queries
):
    for place in range(6):
        dead_deliveries(webhook_of(make_client(name=f"演示系统{place}")), 2)
    with django_assert_max_num_queries(16):
        administrator.get(address("webhook-dead"))
    with django_assert_max_num_queries(16):
        administrator.get(address("client-list"))


def test_pages_of_clients_are_no_place_for_officers():
    officer = Client()
    officer.force_login(make_account("handler", department=make_department()))
    assert officer.get(address("client-list")).status_code == 403


def test_what_did_not_arrive_and_who_is_away_stand_on_the_administrator_s_workbench(administrator):
    dead_deliveries(webhook_of())
    WebhookHealth.objects.update(unreachable_since=timezone.now())
    panels = administrator.get(reverse("workbench")).context["panels"]
    values = {each.label: each.value for panel in panels for each in panel.duties}
    assert (values["多次失败、待处理的推送"], values["无法到达的推送接收方"]) == ("1", "1")
