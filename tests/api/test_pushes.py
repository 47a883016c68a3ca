"""What is pushed is what the OpenAPI document says of it, kind by kind."""

import pytest
import time_machine

from registry.rules.webhooks import KINDS
from registry.signals import record_changed
from sanctions.models import MeasureOrder
from sanctions.services.entries import entry_end, entry_pause, entry_resume
from sanctions.services.orders import order_carry_out, order_receive
from tests.api.clients import caller, make_client
from tests.api.test_contract import document, misfits
from tests.api.test_webhooks import DAY, TODAY, opened
from tests.api.test_webhooks import pushed as pushed
from tests.factories import make_account, make_department, make_record
from tests.sanctions.listing import make_entry, run_policy

pytestmark = pytest.mark.django_db


def body_of(kind: str) -> dict:
    (content,) = document()["webhooks"][kind]["post"]["requestBody"]["content"].values()
    return content


def test_every_kind_is_described_with_an_example_that_fits():
    assert set(document()["webhooks"]) == set(KINDS)
    for kind, rule in KINDS.items():
        operation = document()["webhooks"][kind]["post"]
        assert rule.scope in operation["description"]
        (example,) = body_of(kind)["examples"].values()
        assert example["value"]["kind"] == kind
        assert misfits(body_of(kind)["schema"], example["value"]) == []


def test_what_is_sent_fits(pushed):
    with time_machine.travel(f"{TODAY} 10:00+08:00", tick=True):
        bureau = make_department("market")
        actor = make_account("department", department=bureau)
        run_policy("mem-2023-11", on=DAY)
        run_policy("memo-2016-1001", on=DAY)
        opened(caller(make_client(department=bureau)), *KINDS)
        entry = make_entry("mem-2023-11", "blacklist", on=DAY)
        order = MeasureOrder.objects.filter(entry=entry, department=bureau).first()
        order_receive(order=order, actor=actor, on=DAY)
        order_carry_out(
            order=order, text="x", done_on=DAY, document_number="", upload=None, actor=actor, on=DAY
        )  # fmt: skip
        bodies = pushed()
        entry_pause(entry=entry, reason="复议机关决定停止执行", actor=None, on=TODAY)
        bodies = pushed()
        entry_resume(entry=entry, note="复议维持", actor=None, on=TODAY)
        bodies = pushed()
        entry_end(entry=entry, reason="repaired", ends_on=TODAY, note="决定书", actor=None, on=TODAY)
        record = make_record(entry.subject, department=bureau, decided_on=DAY)
        for change in ("disputed", "voided"):
            record_changed.send(type(record), record=record, change=change, actor=None, on=TODAY)
        bodies = pushed()
    assert {each["kind"] for each in bodies} == set(KINDS)
    assert [(each["kind"], misfits(body_of(each["kind"])["schema"], each)) for each in bodies] == [
        (each["kind"], []) for each in bodies
    ]
