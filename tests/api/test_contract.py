"""The committed OpenAPI document is the program's, says what it must, and what the program answers fits it."""

import datetime as dt
import re
from collections.abc import Iterator
from functools import cache
from io import StringIO
from typing import Any

import pytest
import time_machine
import yaml
from django.conf import settings
from django.core.management import call_command
from django.urls import reverse
from jsonschema import Draft202012Validator, FormatChecker

from registry.rules.identifiers import is_valid_uscc
from registry.rules.scopes import SCOPE_LABELS
from sanctions.models import MeasureOrder
from tests.access_table import API
from tests.api.clients import caller, make_client
from tests.factories import make_department
from tests.sanctions.listing import make_entry, run_policy

DAY = dt.date(2026, 3, 2)
PURPOSE = "某某项目供应商资格审查"


@cache
def document() -> dict[str, Any]:
    return yaml.safe_load((settings.BASE_DIR / "docs" / "api" / "openapi.yaml").read_text())


def operations() -> dict[str, dict[str, Any]]:
    """Every operation by its id, with path and method."""
    return {
        each["operationId"]: each | {"path": path, "method": method}
        for path, methods in document()["paths"].items()
        for method, each in methods.items()
    }


def misfits(schema: dict[str, Any], value: Any) -> list[str]:
    whole = schema | {"components": document()["components"]}
    return [error.message for error in Draft202012Validator(whole, format_checker=FormatChecker()).iter_errors(value)]


def test_the_committed_document_is_not_stale():
    call_command("api_schema", "--check", stdout=StringIO())


def test_every_route_of_the_api_is_described():
    assert document()["openapi"].startswith("3.1")
    assert len(document()["paths"]) == len(API)


@pytest.mark.parametrize("name", sorted(operations()))
def test_an_operation_says_what_it_does_who_may_and_how_it_refuses(name):
    operation = operations()[name]
    assert operation["summary"]
    assert operation["description"]
    ((scope,),) = [each["oauth2"] for each in operation["security"]]
    assert scope in SCOPE_LABELS
    assert {"401", "403", "429"} <= set(operation["responses"])
    assert all(parameter.get("description") for parameter in operation.get("parameters", []))
    for status, response in operation["responses"].items():
        names = set(response["headers"])
        assert "X-Request-Id" in names
        assert ("RateLimit-Remaining" in names) == (status != "401")
        assert ("Retry-After" in names) == (status == "429")
        assert all(
            each["$ref"].rpartition("/")[2] in document()["components"]["headers"]
            for each in response["headers"].values()
        )


def test_the_document_says_how_a_token_is_got():
    (scheme,) = document()["components"]["securitySchemes"].items()
    assert (scheme[0], scheme[1]["type"]) == ("oauth2", "oauth2")
    (flow,) = scheme[1]["flows"].items()
    assert flow == ("clientCredentials", {"tokenUrl": reverse("api:token"), "scopes": SCOPE_LABELS})


@pytest.mark.parametrize("name", sorted(operations()))
def test_the_examples_of_an_operation_fit_its_schemas(name):
    operation = operations()[name]
    bodies = [each["content"] for status, each in operation["responses"].items() if status != "304"]
    if "requestBody" in operation:
        bodies.append(operation["requestBody"]["content"])
    for body in bodies:
        for media in body.values():
            assert media["examples"]
            for example in media["examples"].values():
                assert misfits(media["schema"], example["value"]) == []


def fits(name: str, answer: Any) -> None:
    """Hold an answer against the document: its status is described; its headers, content type and body are as described."""
    described = operations()[name]["responses"][str(answer.status_code)]
    if answer.status_code != 404:  # an address that no operation has is counted for nobody
        assert set(described["headers"]) - set(answer.headers) <= {"Idempotency-Replayed"}
    if answer.status_code == 304:
        assert answer.content == b""
        return
    ((media_type, content),) = described["content"].items()
    assert answer["Content-Type"] == media_type
    assert misfits(content["schema"], answer.json()) == []


@pytest.fixture
def world(db):
    with time_machine.travel(dt.datetime(2026, 3, 10, 10, tzinfo=dt.timezone(dt.timedelta(hours=8))), tick=True):
        bureau = make_department("emergency")
        run_policy("mem-2023-11", on=DAY)
        run_policy("memo-2016-1001", on=DAY)
        entry = make_entry("mem-2023-11", "blacklist", on=DAY)
        yield caller(make_client(department=bureau)), entry


def test_what_is_read_fits_the_document(world):
    calling, entry = world
    code = entry.subject.uscc
    for name, address in {
        "departments_list": "departments", "calendar_year": "calendar/2026", "policies_list": "policies",
        "policies_read": "policies/mem-2023-11", "catalogue_lists": "catalogues/lists",
        "catalogue_measures": "catalogues/measures", "catalogue_matters": "catalogues/matters",
        "entries_list": "entries", "entries_changes": "entries/changes", "orders_list": "orders",
        "subject_standing": f"subjects/{code}/standing?purpose=x",
        "subject_records": f"subjects/{code}/records?purpose=x",
    }.items():  # fmt: skip
        answer = calling.get(f"/api/v1/{address}")
        assert answer.status_code == 200, name
        fits(name, answer)


def test_what_is_refused_fits_the_document(world):
    calling, _ = world
    fits("calendar_year", calling.get("/api/v1/calendar/1900"))
    fits("policies_read", calling.get("/api/v1/policies/no-such"))
    fits("entries_changes", calling.get("/api/v1/entries/changes?changed_since=x"))
    fits("subject_standing", calling.get("/api/v1/subjects/x/standing?purpose=x"))
    fits("check", calling.post("/api/v1/check", {"subjects": []}, content_type="application/json"))
    fits("check", calling.post("/api/v1/check", [], content_type="application/json"))
    fits("orders_list", calling.get("/api/v1/orders?queue=x"))


def test_a_check_fits_the_document(world):
    calling, entry = world
    asked = [{"code": entry.subject.uscc}, {"name": "无此公司"}, {"code": "1"}]
    body = {"matter": "government-procurement", "purpose": PURPOSE, "subjects": asked}
    answer = calling.post("/api/v1/check", body, content_type="application/json")
    assert answer.json()["items"][0]["entries"][0]["measures"]
    fits("check", answer)


@pytest.mark.parametrize("subject", [{"code": "1", "name": ""}, {"code": "", "name": "无此公司"}])
def test_an_empty_code_or_name_beside_the_other_is_as_good_as_none(world, subject):
    """A system fills both members of each row, one of them empty where its form was."""
    calling, _ = world
    body = {"matter": "government-procurement", "purpose": PURPOSE, "subjects": [subject]}
    (content,) = operations()["check"]["requestBody"]["content"].values()
    assert misfits(content["schema"], body) == []
    assert calling.post("/api/v1/check", body, content_type="application/json").status_code == 200


def test_the_steps_of_an_order_fit_the_document(world):
    calling, _ = world
    order = MeasureOrder.objects.filter(department__code="emergency").first()
    address = f"/api/v1/orders/{order.public_id}"
    fits("orders_read", calling.get(address))

    def step(name: str, body: dict[str, str], key: str):
        headers = {"Idempotency-Key": key}
        return calling.post(f"{address}/{name}", body, content_type="application/json", headers=headers)

    fits("orders_receive", step("receive", {}, "1"))
    fits("orders_receive", step("receive", {}, "2"))
    fits("orders_carry_out", step("carry-out", {}, "3"))
    fits("orders_carry_out", step("carry-out", {"text": "x", "done_on": "2026-03-09"}, "4"))
    fits("orders_refuse", step("refuse", {"reason": "x"}, "5"))
    fits("orders_confirm_end", step("confirm-end", {}, "6"))
    fits("orders_add_effect", step("effects", {"text": "x", "done_on": "2026-03-09", "amount": "1.50"}, "7"))
    fits("orders_confirm_pause", step("confirm-pause", {}, "8"))
    fits("orders_confirm_resumption", step("confirm-resumption", {}, "9"))


def codes(value: Any) -> Iterator[str]:
    """Every text in an example that has the length of a unified code and looks like one."""
    if isinstance(value, dict):
        value = list(value.values())
    if isinstance(value, list):
        for each in value:
            yield from codes(each)
    elif isinstance(value, str) and re.fullmatch(r"[159][0-9A-Z]{17}", value):
        yield value


def test_the_codes_in_examples_are_such_as_the_program_takes():
    """An example is sent as it stands first: a wrong check digit in it would be answered "代码有误"."""
    text = (settings.BASE_DIR / "docs" / "api" / "README.md").read_text()
    found = {*codes(document()), *re.findall(r'(?<=code": ")[0-9A-Z]{18}', text)}
    assert len(found) >= 3
    assert {each for each in found if not is_valid_uscc(each)} == set()
