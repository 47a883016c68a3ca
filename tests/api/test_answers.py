"""Every operation of the committed OpenAPI document is asked until it has given every answer that the document names.

Only the document is looked at: which statuses an operation has, which content types, which schemas.
"""

import datetime as dt
import json
from dataclasses import dataclass, field, replace
from typing import Any
from urllib.parse import urlencode

import pytest
import time_machine
from django.test import Client

from registry.api import examples
from registry.models import ApiClient
from registry.rules.scopes import SCOPE_LABELS
from sanctions.models import MeasureOrder
from sanctions.services.entries import entry_end, entry_pause, entry_resume
from sanctions.services.order_pauses import order_confirm_pause
from sanctions.services.orders import order_carry_out, order_receive
from tests.api.clients import caller, make_client
from tests.api.test_contract import fits, operations
from tests.factories import make_department
from tests.registry.rules.publicity.sheets import ENTERPRISE
from tests.sanctions.listing import make_entry, run_policy

DAY, STOPPED, TODAY = dt.date(2026, 3, 2), dt.date(2026, 3, 9), dt.date(2026, 3, 25)
NOW = dt.datetime(2026, 3, 25, 10, tzinfo=dt.timezone(dt.timedelta(hours=8)))
NOBODY = "00000000-0000-0000-0000-000000000001"
# What is pushed, and files of the whole, have tests of their own.
ELSEWHERE = ("webhook", "snapshot")
STEPS = ("receive", "carry_out", "refuse", "add_effect", "confirm_end", "confirm_pause", "confirm_resumption")
CACHED = ("departments", "calendar", "policies", "catalogues")
OPERATIONS = {name: each for name, each in operations().items() if not name.startswith(ELSEWHERE)}


@dataclass(frozen=True)
class Asked:
    """One request. `path` fills the address; `body` None: a read."""

    path: dict[str, Any] = field(default_factory=dict)
    query: dict[str, str] = field(default_factory=dict)
    body: Any = None


@dataclass
class World:
    """A client with every scope, and the good request of each operation."""

    client: Client
    good: dict[str, Asked]
    wrong: dict[str, Asked]
    clash: dict[str, Asked]
    used: int = 0

    def ask(self, name: str, asked: Asked, *, client: Client | None = None, key: str = "", **headers: str) -> Any:
        self.used += 1
        operation = OPERATIONS[name]
        address = operation["path"].format(**asked.path) + (f"?{urlencode(asked.query)}" if asked.query else "")
        send = getattr(client or self.client, operation["method"])
        if operation["method"] == "get":
            return send(address, headers=headers)
        headers = {"Idempotency-Key": key or f"key-{self.used}", **headers}
        media = headers.pop("media", "application/json")
        return send(address, json.dumps(asked.body), content_type=media, headers=headers)


@pytest.fixture(scope="module")
def made(make_once):
    return make_once(county)


@pytest.fixture
def world(db, made):
    client, code, order = made
    with time_machine.travel(NOW, tick=True):
        built = World(caller(client), good(code, order), wrong(code), {})
        built.clash = clash(order, built)
        yield built


def county() -> tuple[ApiClient, str, list[MeasureOrder]]:
    """Return a department's system, the code of a listed subject, and the department's orders: each at a point of its own."""
    with time_machine.travel(NOW, tick=True):
        bureau = make_department("market", name="演示县市场监督管理局（演示）")
        run_policy("memo-2016-1001", on=DAY)
        run_policy("mem-2023-11", on=DAY)
        make_department("emergency")
        client = make_client(department=bureau)
        entries = [make_entry("mem-2023-11", "blacklist", on=DAY) for _ in range(8)]
        order = [MeasureOrder.objects.filter(entry=each, department=bureau).first() for each in entries]
        order_receive(order=order[1], actor=client.account, on=TODAY)
        entry_end(entry=entries[3], reason="repaired", ends_on=TODAY, note="决定书", actor=None, on=TODAY)
        for number in (5, 6, 7):
            order_receive(order=order[number], actor=client.account, on=DAY)
            order_carry_out(
                order=order[number],
                text="x",
                done_on=DAY,
                document_number="",
                upload=None,
                actor=client.account,
                on=DAY,
            )
        for number in (6, 7):
            entry_pause(entry=entries[number], reason="复议机关决定停止执行", actor=None, on=STOPPED)
        order_confirm_pause(order=order[7], text="x", actor=client.account, on=STOPPED)
        entry_resume(entry=entries[7], note="复议维持", actor=None, on=TODAY)
        return client, entries[0].subject.uscc, order


def good(code: str, order: list[MeasureOrder]) -> dict[str, Asked]:
    def step(number: int, **body: str) -> Asked:
        return Asked({"public_id": order[number].public_id}, body=body)

    purpose = {"purpose": "核查"}
    penalty, permit, credit = (dict(each) for each in (examples.PENALTY, examples.PERMIT, examples.CREDIT))
    penalty["CF_XDR_SHXYM"] = permit["XK_XDR_SHXYM"] = credit["code"] = ENTERPRISE
    penalty["CF_CFJGDM"] = penalty["CF_SJLYDM"] = permit["XK_XKJGDM"] = permit["XK_LYDWDM"] = ENTERPRISE
    return {
        "departments_list": Asked(), "calendar_year": Asked({"year": 2026}), "policies_list": Asked(),
        "policies_read": Asked({"pack_id": "mem-2023-11"}), "catalogue_lists": Asked(), "catalogue_measures": Asked(),
        "catalogue_matters": Asked(), "entries_list": Asked(), "entries_changes": Asked(), "orders_list": Asked(),
        "orders_read": step(0), "orders_receive": step(0), "orders_carry_out": step(1, text="x", done_on="2026-03-20"),
        "orders_refuse": step(2, reason="x"), "orders_confirm_end": step(3),
        "orders_add_effect": step(5, text="x", done_on="2026-03-20", cases="1"), "orders_confirm_pause": step(6, text="x"),
        "orders_confirm_resumption": step(7, text="x"),
        "check": Asked(body={"matter": "government-procurement", "subjects": [{"code": code}]} | purpose),
        "subject_standing": Asked({"code": code}, purpose), "subject_timeline": Asked({"code": code}, purpose),
        "subject_records": Asked({"code": code}, purpose),
        "publicity_penalty": Asked(body=penalty), "publicity_permit": Asked(body=permit),
        "records_report": Asked(body=credit), "publicity_upload": Asked(body={"kind": "permits", "rows": [permit, {}]}),
        "records_upload": Asked(body={"rows": [credit, {}]}),
    }  # fmt: skip


def wrong(code: str) -> dict[str, Asked]:
    """Requests that the operation itself refuses with 400."""
    nobody = {"public_id": NOBODY}
    lists = ("entries_list", "orders_list")
    writes = ("check", "publicity_penalty", "publicity_permit", "records_report", "publicity_upload", "records_upload")
    steps = [f"orders_{step}" for step in STEPS]
    return {
        "calendar_year": Asked({"year": 1900}), "entries_changes": Asked(query={"changed_since": "x"}),
        **{f"subject_{name}": Asked({"code": code}) for name in ("standing", "timeline", "records")},
        "publicity_upload_rows": Asked(query={"state": "x"}), "records_upload_rows": Asked(query={"limit": "0"}),
        **{name: Asked(query={"cursor": "x"}) for name in lists}, **{name: Asked(body=[]) for name in writes},
        **{name: Asked(nobody, body=[]) for name in steps},
    }  # fmt: skip


def clash(order: list[MeasureOrder], world: World) -> dict[str, Asked]:
    """Requests that the state of things refuses with 409, once the good one has been done."""

    def other(name: str, column: str) -> Asked:
        return replace(world.good[name], body=world.good[name].body | {column: "另一内容"})

    last = {"public_id": order[4].public_id}
    return {
        "orders_receive": replace(world.good["orders_receive"], body={}),
        "orders_carry_out": Asked(last, body={"text": "x", "done_on": "2026-03-20"}),
        "orders_refuse": Asked({"public_id": order[3].public_id}, body={"reason": "x"}),
        "orders_confirm_end": Asked(last, body={}), "orders_confirm_pause": Asked(last, body={}),
        "orders_confirm_resumption": Asked(last, body={}),
        "orders_add_effect": Asked(last, body={"text": "x", "done_on": "2026-03-20", "cases": 1}),
        "publicity_penalty": other("publicity_penalty", "CF_SY"),
        "publicity_permit": other("publicity_permit", "XK_NR"), "records_report": other("records_report", "title"),
    }  # fmt: skip


def uploaded(world: World) -> None:
    """Read the uploads that the good requests made: their operations need an id."""
    for name in ("publicity_upload", "records_upload"):
        made = world.ask(name, world.good[name], key=name).json()
        for reading in (f"{name}_read", f"{name}_rows"):
            world.good[reading] = Asked({"public_id": made["id"]})


def with_status(status: int) -> list[str]:
    return [name for name, each in OPERATIONS.items() if str(status) in each["responses"]]


def misfits(world: World, status: int, ask: Any) -> list[str]:
    """Ask every operation that documents `status`; return what did not fit."""
    found = []
    for name in with_status(status):
        answer = ask(name)
        try:
            assert answer.status_code == status, answer.content.decode()[:300]
            fits(name, answer)
        except AssertionError as error:
            found.append(f"{name}: {error}")
    return found


def test_every_operation_succeeds_as_described(world):
    uploaded(world)
    assert set(world.good) == set(OPERATIONS)
    seen = {name: {answered(world, name)} for name in OPERATIONS}
    for name in with_status(201):  # reported before: the answer that changes nothing
        seen[name].add(answered(world, name))
    assert seen == {
        name: {int(status) for status in each["responses"] if status < "300"} for name, each in OPERATIONS.items()
    }


def test_what_has_not_changed_is_not_sent_again(world):
    assert with_status(304) == [name for name, each in OPERATIONS.items() if each["path"].split("/")[3] in CACHED]

    def ask(name: str) -> Any:
        tag = world.ask(name, world.good[name])["ETag"]
        return world.ask(name, world.good[name], **{"If-None-Match": tag})

    assert misfits(world, 304, ask) == []


def answered(world: World, name: str) -> int:
    answer = world.ask(name, world.good[name])
    fits(name, answer)
    return answer.status_code


def test_every_operation_refuses_who_has_no_token_and_who_has_not_the_scope(world):
    uploaded(world)
    stranger = Client()
    assert misfits(world, 401, lambda name: world.ask(name, world.good[name], client=stranger)) == []
    narrow = {scope: caller(make_client(*(set(SCOPE_LABELS) - {scope}))) for scope in SCOPE_LABELS}

    def ask(name: str) -> Any:
        ((scope,),) = [each["oauth2"] for each in OPERATIONS[name]["security"]]
        return world.ask(name, world.good[name], client=narrow[scope])

    assert misfits(world, 403, ask) == []
    assert set(with_status(401)) == set(with_status(403)) == set(OPERATIONS)


def test_every_operation_says_when_a_client_asks_too_often(world, settings):
    uploaded(world)
    settings.API_REQUESTS_A_MINUTE = 0
    assert misfits(world, 429, lambda name: world.ask(name, world.good[name])) == []
    assert set(with_status(429)) == set(OPERATIONS)


def test_every_operation_names_what_is_wrong_in_the_request(world):
    uploaded(world)
    for name in ("publicity_upload", "records_upload"):
        world.wrong[f"{name}_rows"] = replace(world.wrong[f"{name}_rows"], path=world.good[f"{name}_rows"].path)
    assert misfits(world, 400, lambda name: world.ask(name, world.wrong[name])) == []


def test_every_operation_on_one_thing_says_when_there_is_none(world):
    nothing = {"public_id": NOBODY, "code": "x", "pack_id": "none", "year": "x"}

    def ask(name: str) -> Any:
        asked = world.good.get(name, Asked())
        return world.ask(name, replace(asked, path=nothing))

    assert misfits(world, 404, ask) == []


def test_every_write_says_what_it_clashes_with(world):
    for name in ("orders_receive", "publicity_penalty", "publicity_permit", "records_report"):
        assert world.ask(name, world.good[name]).status_code in (200, 201)
    uploads = ("publicity_upload", "records_upload")
    for name in uploads:
        world.ask(name, world.good[name], key=f"{name}-used")

    def ask(name: str) -> Any:
        if name in uploads:
            return world.ask(
                name, replace(world.good[name], body=world.good[name].body | {"more": 1}), key=f"{name}-used"
            )
        return world.ask(name, world.clash[name])

    assert misfits(world, 409, ask) == []


def test_every_operation_with_a_body_refuses_what_is_too_large_and_what_is_no_json(world, settings):
    assert misfits(world, 415, lambda name: world.ask(name, world.good[name], media="text/plain")) == []
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = settings.IMPORT_MAX_BYTES = 1
    assert misfits(world, 413, lambda name: world.ask(name, world.good[name])) == []


def test_no_other_status_is_documented():
    known = {"200", "201", "202", "304", "400", "401", "403", "404", "409", "413", "415", "429"}
    assert {status for each in OPERATIONS.values() for status in each["responses"]} <= known
