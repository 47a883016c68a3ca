"""Webhooks over the API, and what is pushed: what the client would read at that moment, nobody's name in full."""

import datetime as dt
import json

import pytest
import time_machine

from registry import clock
from registry.models import ApiAnswer, Event, Webhook, WebhookDelivery, WebhookEvent
from registry.rules.webhooks import KINDS
from registry.services import webhook_sending
from registry.services.merging import subjects_merge
from registry.services.webhook_events import webhook_events_number
from registry.services.webhook_http import Outcome
from registry.services.webhook_sending import deliveries_send
from registry.signals import record_changed
from sanctions.services.entries import entry_end, entry_pause, entry_resume
from sanctions.services.orders import orders_dispatch
from tests.api.clients import caller, make_client
from tests.factories import make_account, make_department, make_record, make_subject
from tests.sanctions.listing import make_entry, run_policy

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 3, 2)
TODAY = dt.date(2026, 3, 10)
HOOKS = "/api/v1/webhooks"
URL = "https://shenpi.example.gov.cn/credit-events"


@pytest.fixture(autouse=True)
def _on_the_day():
    with time_machine.travel(dt.datetime(2026, 3, 10, 10, tzinfo=dt.timezone(dt.timedelta(hours=8))), tick=True):
        yield


@pytest.fixture
def pushed(monkeypatch):
    """The bodies that would have been sent, in order of their numbers."""
    bodies = []

    def post(url, *, body, headers):
        bodies.append(json.loads(body))
        return Outcome()

    monkeypatch.setattr(webhook_sending, "webhook_post", post)

    def send():
        webhook_events_number(at=clock.now())
        while any(deliveries_send(now=clock.now).values()):
            pass
        return sorted(bodies, key=lambda body: body["number"])

    return send


def opened(calling, *kinds, url=URL, key="1"):
    return calling.post(
        HOOKS, {"url": url, "kinds": kinds or ["entry.listed", "entry.changed", "entry.ended"]},
        content_type="application/json", headers={"Idempotency-Key": key},
    )  # fmt: skip


def step(calling, webhook, name, body=None, key="step"):
    return calling.post(
        f"{HOOKS}/{webhook['id']}/{name}", body or {}, content_type="application/json",
        headers={"Idempotency-Key": key},
    )  # fmt: skip


def test_a_client_subscribes_and_gets_the_secret_once():
    calling = caller()
    first = opened(calling)
    assert first.status_code == 201
    assert first.json()["secret"].startswith("whsec_")
    again = opened(calling)
    assert (again.status_code, again["Idempotency-Replayed"]) == (201, "true")
    assert again.json() == first.json() | {"secret": None}
    assert first.json()["secret"] not in json.dumps(ApiAnswer.objects.get().body)
    assert first.json()["secret"] not in json.dumps(list(Event.objects.values_list("payload", flat=True)))
    (row,) = calling.get(HOOKS).json()["items"]
    assert "secret" not in row
    assert row["id"] == first.json()["id"]


def test_a_client_sees_and_moves_its_own_webhooks_alone():
    webhook = opened(caller()).json()
    other = caller()
    assert other.get(HOOKS).json()["items"] == []
    assert other.get(f"{HOOKS}/{webhook['id']}").status_code == 404
    assert other.delete(f"{HOOKS}/{webhook['id']}").status_code == 404
    assert step(other, webhook, "pause").status_code == 404


@pytest.mark.parametrize(
    ("url", "kinds", "code"),
    [
        ("http://shenpi.example.gov.cn/", ["entry.listed"], "webhook-url-unfit"),
        ("https://name:secret@shenpi.example.gov.cn/", ["entry.listed"], "webhook-url-unfit"),
        ("ftp://shenpi.example.gov.cn/", ["entry.listed"], "webhook-url-unfit"),
        ("https:///path", ["entry.listed"], "webhook-url-unfit"),
        ("https://10.0.0.8/", ["entry.listed"], "webhook-url-unfit"),
        ("https://[fd00::8]:8443/", ["entry.listed"], "webhook-url-unfit"),
        (URL, ["order.dispatched"], "webhook-kind-unfit"),
        (URL, ["entry.unknown"], "invalid-input"),
    ],
)
def test_an_unfit_address_and_a_kind_without_its_scope_are_refused(url, kinds, code, settings):
    settings.WEBHOOK_HTTP = False
    got = opened(caller(make_client("webhooks", "lists.read")), *kinds, url=url)
    assert (got.status_code, got.json()["code"]) == (400, code)


def test_without_the_scope_nobody_subscribes():
    got = opened(caller(make_client("lists.read")))
    assert (got.status_code, got.json()["code"]) == (403, "scope-missing")


def test_the_same_address_twice_is_refused():
    calling = caller()
    first = opened(calling).json()
    told = opened(calling, key="2").json()
    assert (told["code"], told["value"], told["clash"]) == ("webhook-url-taken", first["url"], first["id"])


def test_pausing_resuming_rotating_and_ending():
    calling = caller()
    webhook = opened(calling).json()
    assert step(calling, webhook, "pause", key="a").json()["is_paused"] is True
    assert step(calling, webhook, "pause", key="b").json()["code"] == "webhook-state"
    assert step(calling, webhook, "resume", {"version": 0}, key="c").json()["code"] == "stale-version"
    assert step(calling, webhook, "resume", key="d").json()["is_paused"] is False
    rotated = step(calling, webhook, "secret", key="e").json()
    assert rotated["secret"] not in (None, webhook["secret"])
    assert step(calling, webhook, "secret", key="e").json()["secret"] is None
    assert calling.delete(f"{HOOKS}/{webhook['id']}").status_code == 200
    assert calling.delete(f"{HOOKS}/{webhook['id']}").status_code == 404
    assert Webhook.objects.get().closed_on == TODAY
    names = Event.objects.filter(name__startswith="webhook.").order_by("pk").values_list("name", flat=True)
    assert list(names) == [f"webhook.{each}" for each in ("opened", "paused", "resumed", "rotated", "closed")]


def test_a_replay_begins_at_a_number_that_there_is():
    calling = caller()
    webhook = opened(calling).json()
    got = step(calling, webhook, "replay", {"from_number": 7})
    assert (got.status_code, got.json()["code"], got.json()["value"]) == (400, "replay-from-unknown", "7")


# --- what is pushed -----------------------------------------------------------------------------------------------
def test_an_entry_is_pushed_as_the_list_tells_it_and_once_over_as_nothing_but_which_one(pushed):
    run_policy("mem-2023-11", on=DAY)
    calling = caller()
    opened(calling)
    entry = make_entry("mem-2023-11", "blacklist", on=DAY)
    (listed,) = pushed()
    assert (listed["kind"], listed["change"], listed["data"]["tombstone"]) == ("entry.listed", "opened", False)
    assert listed["data"]["entry"] == calling.get("/api/v1/entries").json()["items"][0]
    entry_pause(entry=entry, reason="复议", actor=None, on=DAY)
    entry_resume(entry=entry, note="恢复", actor=None, on=TODAY)
    entry_end(entry=entry, reason="repaired", ends_on=TODAY, note="决定书", actor=None, on=TODAY)
    told = pushed()
    assert [each["change"] for each in told] == ["opened", "paused", "resumed", "ended", "over"]
    assert told[-1]["kind"] == "entry.ended"
    # The pause is told late, when the entry is over: it is told as over.
    assert all(
        each["data"] == {"tombstone": True, "entry_id": str(entry.public_id), "entry": None} for each in told[1:]
    )


def test_a_listed_person_is_pushed_masked(pushed):
    run_policy("mem-2023-11", on=DAY)
    opened(caller())
    person = make_subject("张演示", kind="person", uscc=None, document_masked="370***********0018",
                          born_on=dt.date(1980, 1, 1))  # fmt: skip
    make_entry("mem-2023-11", "blacklist", on=DAY, subject=person)
    text = json.dumps(pushed(), ensure_ascii=False)
    assert "张*" in text
    assert "张演示" not in text
    assert "0018" not in text


def test_an_internal_entry_is_not_pushed(pushed):
    run_policy("nanning-urban", on=DAY, mode="internal")
    opened(caller())
    make_entry("nanning-urban", "blacklist", on=DAY, mode="internal")
    assert pushed() == []


def test_orders_are_pushed_to_their_department_as_it_reads_them(pushed):
    finance = make_department("finance")
    run_policy("mem-2023-11", on=DAY)
    run_policy("memo-2016-1001", on=DAY)
    without_orders = make_department(kind="upper")
    ours, theirs = caller(make_client(department=finance)), caller(make_client(department=without_orders))
    kinds = [kind for kind in KINDS if kind.startswith("order.")]
    opened(ours, *kinds)
    opened(theirs, *kinds)
    entry = make_entry("mem-2023-11", "blacklist", on=DAY)
    orders_dispatch(entry=entry, actor=None, on=DAY)
    own = entry.orders.filter(department=finance).count()
    assert own > 0
    told = pushed()
    assert [each["kind"] for each in told] == ["order.dispatched"] * own
    read = {each["id"]: each for each in ours.get("/api/v1/orders").json()["items"]}
    assert all(each["data"]["order"] == read[each["data"]["order"]["id"]] for each in told)
    entry_pause(entry=entry, reason="复议", actor=None, on=TODAY)
    entry_resume(entry=entry, note="恢复", actor=None, on=TODAY)
    entry_end(entry=entry, reason="repaired", ends_on=TODAY, note="决定书", actor=None, on=TODAY)
    later = [each["kind"] for each in pushed()[own:]]
    assert sorted(later) == sorted([*["order.paused"] * own, *["order.resumed"] * own, *["order.ending"] * own])


def test_a_department_is_told_of_its_own_records_and_of_no_secret_one(pushed):
    ours = make_department()
    opened(caller(make_client(department=ours)), "record.voided", "record.changed")
    record = make_record(make_subject("张演示", kind="person", uscc=None), department=ours)
    secret = make_record(make_subject(), department=ours, is_secret=True)
    for each in (record, make_record(make_subject()), secret):
        for change in ("disputed", "classified", "voided"):
            record_changed.send(type(each), record=each, change=change, actor=None, on=TODAY)
    told = pushed()
    assert [(each["kind"], each["change"]) for each in told] == [
        ("record.changed", "disputed"), ("record.voided", "voided"),
    ]  # fmt: skip
    assert {each["data"]["id"] for each in told} == {str(record.public_id)}
    assert told[0]["data"]["subject"]["name"] == "张*"


def test_what_waits_about_merged_subjects_stays_in_order(pushed):
    run_policy("mem-2023-11", on=DAY)
    opened(caller())
    loser = make_subject("演示重复登记有限公司", uscc=None)
    winner = make_subject("演示有限公司")
    entry = make_entry("mem-2023-11", "blacklist", on=DAY, subject=loser)
    entry_end(entry=entry, reason="repaired", ends_on=TODAY, note="决定书", actor=None, on=TODAY)
    webhook_events_number(at=clock.now())
    subjects_merge(loser_id=loser.pk, winner_id=winner.pk, reason="同一企业重复登记", version=None,
                   actor=make_account("approver"), on=TODAY)  # fmt: skip
    assert set(WebhookDelivery.objects.values_list("subject", flat=True)) == {winner.pk}
    assert set(WebhookEvent.objects.values_list("subject", flat=True)) == {winner.pk}
    assert [each["number"] for each in pushed()] == [1, 2, 3]


def test_how_far_a_webhook_has_come_is_told():
    run_policy("mem-2023-11", on=DAY)
    calling = caller()
    webhook = opened(calling).json()
    make_entry("mem-2023-11", "blacklist", on=DAY)
    webhook_events_number(at=clock.now())
    got = calling.get(f"{HOOKS}/{webhook['id']}").json()
    assert (got["waiting"], got["dead"]) == (1, 0)
    assert calling.get(HOOKS).json()["last_number"] == 1
