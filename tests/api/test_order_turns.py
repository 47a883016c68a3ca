"""A department's system confirms stops and resumptions, and reports what its measures brought about."""

import datetime as dt
from decimal import Decimal

import pytest
import time_machine

from sanctions.models import MeasureOrder, OrderFeedback, OrderPause
from sanctions.services.entries import entry_pause, entry_resume
from tests.api.clients import caller, make_client
from tests.factories import make_department
from tests.sanctions.listing import make_entry, run_policy

DAY, TODAY = dt.date(2026, 3, 2), dt.date(2026, 3, 10)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _on_the_day():
    with time_machine.travel(dt.datetime(2026, 3, 10, 10, tzinfo=dt.timezone(dt.timedelta(hours=8))), tick=True):
        yield


@pytest.fixture
def bureau():
    return make_department("market")


@pytest.fixture
def order(bureau):
    run_policy("mem-2023-11", on=DAY)
    make_entry("mem-2023-11", "blacklist", on=DAY)
    return MeasureOrder.objects.get(department=bureau)


@pytest.fixture
def client_of(bureau):
    return make_client("orders", department=bureau)


@pytest.fixture
def calling(client_of):
    return caller(client_of)


def step(calling, order, name: str, key: str = "", **body):
    return calling.post(
        f"/api/v1/orders/{order.public_id}/{name}", body, content_type="application/json",
        headers={"Idempotency-Key": key or f"{name}-1"},
    )  # fmt: skip


def queued(calling, queue: str) -> list[str]:
    return [each["id"] for each in calling.get("/api/v1/orders", {"queue": queue}).json()["items"]]


@pytest.fixture
def done(calling, order):
    """The order, carried out and told with its first effect."""
    step(calling, order, "receive")
    answer = step(calling, order, "carry-out", text="已限制登记", done_on="2026-03-09", amount="1000.50", cases=2)
    assert answer.status_code == 200, answer.json()
    return order


def test_a_report_carries_its_amount_and_cases(done):
    feedback = OrderFeedback.objects.get(kind="carried-out")
    assert (feedback.amount, feedback.cases) == (Decimal("1000.50"), 2)


def test_an_effect_since_is_added_once_a_key(calling, done):
    body = {"text": "驳回登记申请", "done_on": "2026-03-10", "cases": 3}
    first, again = (step(calling, done, "effects", **body) for _ in range(2))
    assert (first.status_code, again.json(), again["Idempotency-Replayed"]) == (200, first.json(), "true")
    effect = OrderFeedback.objects.get(kind="effect")
    assert (effect.amount, effect.cases, effect.done_on) == (None, 3, TODAY)


@pytest.mark.parametrize(
    ("body", "code", "field"),
    [
        ({}, "effect-missing", "amount"),
        ({"cases": -1}, "invalid-input", "cases"),
        ({"amount": "12.345"}, "invalid-input", "amount"),
        ({"cases": 1, "done_on": "2026-03-11"}, "done-in-future", "done_on"),
    ],
)
def test_an_effect_that_says_nothing_or_cannot_be_is_refused(calling, done, body, code, field):
    got = step(calling, done, "effects", **({"text": "x", "done_on": "2026-03-10"} | body))
    assert (got.status_code, got.json()["code"], got.json()["field"]) == (400, code, field)


def test_an_effect_of_a_measure_not_carried_out_is_refused(calling, order):
    got = step(calling, order, "effects", text="x", done_on="2026-03-10", cases=1)
    assert (got.status_code, got.json()["code"]) == (409, "order-not-effect")


def test_a_stop_and_a_resumption_are_found_by_queue_and_confirmed(calling, client_of, done):
    early = step(calling, done, "confirm-pause")
    assert (early.status_code, early.json()["code"]) == (409, "pause-not-open")
    entry_pause(entry=done.entry, reason="复议机关决定停止执行", actor=None, on=TODAY)
    assert queued(calling, "stopping") == [str(done.public_id)]
    stopped = step(calling, done, "confirm-pause", key="stop", text="已停止")
    assert (stopped.status_code, stopped.json()["state"], queued(calling, "stopping")) == (200, "paused", [])
    assert OrderPause.objects.get().stopped_on == TODAY

    with time_machine.travel(dt.datetime(2026, 3, 16, 10, tzinfo=dt.timezone(dt.timedelta(hours=8)))):
        calling = caller(client_of)  # the first token has run out
        done.entry.refresh_from_db()
        entry_resume(entry=done.entry, note="复议维持", actor=None, on=dt.date(2026, 3, 16))
        assert queued(calling, "resuming") == [str(done.public_id)]
        resumed = step(calling, done, "confirm-resumption", text="已恢复")
        assert (resumed.status_code, resumed.json()["state"], queued(calling, "resuming")) == (200, "carried-out", [])
        assert OrderPause.objects.get().resumed_on == dt.date(2026, 3, 16)


def test_a_resumption_that_nobody_asked_for_is_refused(calling, done):
    got = step(calling, done, "confirm-resumption")
    assert (got.status_code, got.json()["code"]) == (409, "resumption-not-open")


@pytest.mark.parametrize("name", ["effects", "confirm-pause", "confirm-resumption"])
def test_the_order_of_another_department_does_not_exist(done, name):
    stranger = caller(make_client("orders", department=make_department("emergency")))
    body = {"text": "x", "done_on": "2026-03-10", "cases": 1} if name == "effects" else {}
    got = step(stranger, done, name, **body)
    assert (got.status_code, got.json()["code"]) == (404, "not-found")
