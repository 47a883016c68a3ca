"""What a refusal tells the one who has to correct it: where, which value, what it clashes with."""

import io
import json
import secrets
import subprocess
import sys

import pytest
from django.core.cache import caches
from django.test import RequestFactory

from registry.api.parsing import ApiJSONParser, BodyTooLarge
from sanctions.models import MeasureOrder
from tests.api.clients import caller, make_client
from tests.api.test_contract import world  # noqa: F401  (a county with one entry, and a client)
from tests.factories import make_department

pytestmark = pytest.mark.django_db
CHECK = "/api/v1/check"


def posted(calling, address: str, body: object):
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    return calling.post(
        address, content, content_type="application/json", headers={"Idempotency-Key": secrets.token_hex(4)}
    )


@pytest.mark.parametrize(
    ("body", "where"),
    [
        (b'{"matter": "x",\n "purpose": }', "第2行第13个字符处不是合法的 JSON"),
        ('{"purpose": "核查'.encode() + b"\xff", "第20个字节不是 UTF-8 编码"),
    ],
)
def test_a_body_that_cannot_be_read_is_told_where(body, where):
    got = posted(caller(), CHECK, body)
    assert (got.status_code, got.json()["code"]) == (400, "request-malformed")
    assert where in got.json()["detail"]


def test_what_is_no_json_but_python_s_reads_is_refused():
    assert posted(caller(), CHECK, b'{"matter": NaN}').json()["code"] == "request-malformed"


def test_an_upload_may_weigh_as_much_as_an_imported_file_and_other_bodies_as_a_form(settings):
    """10 MiB for a body, 50 for an upload (docs/api/README.md), here a thousandth of it."""
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE, settings.IMPORT_MAX_BYTES = 10_000, 50_000
    calling = caller(make_client(department=make_department("market")))
    long = {"rows": [{"title": "x" * 20_000}]}
    assert posted(calling, "/api/v1/records/uploads", long).status_code == 202
    assert posted(calling, "/api/v1/records", {"title": "x" * 20_000}).status_code == 413
    assert posted(calling, "/api/v1/records/uploads", {"rows": [{"title": "x" * 60_000}]}).status_code == 413


def test_a_body_beyond_the_limit_is_read_to_its_end_before_it_is_refused(settings):
    """A client that is still sending sees the answer only if what it sends is taken."""
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10_000
    body = io.BytesIO(b"x" * 200_000)
    request = RequestFactory().post(CHECK, b"x" * 200_000, content_type="application/json")
    with pytest.raises(BodyTooLarge):
        ApiJSONParser().parse(body, "application/json", {"request": request})
    assert body.read() == b""


def test_a_form_where_none_is_taken_is_told_what_is(world):  # noqa: F811
    calling, _ = world
    order = MeasureOrder.objects.filter(department__code="emergency").first()
    for address, taken in (
        (CHECK, "请求体须为 application/json。"),
        (f"/api/v1/orders/{order.public_id}/carry-out", "请求体须为 application/json 或者 multipart/form-data。"),
    ):
        got = calling.post(address, "a=b", content_type="text/plain", headers={"Idempotency-Key": "1"})
        assert (got.status_code, got.json()["detail"].startswith(taken)) == (415, True)


@pytest.mark.parametrize(
    ("subject", "field", "value"),
    [({"code": 91370323}, "subjects.1.code", "91370323"), ({"name": ["x"]}, "subjects.1.name", None)],
)
def test_a_subject_that_is_no_text_is_named_by_its_place(subject, field, value):
    body = {"matter": "licensing", "purpose": "核查", "subjects": [{"name": "甲"}, subject]}
    told = posted(caller(), CHECK, body).json()
    assert (told["code"], told["field"], told.get("value")) == ("text-malformed", field, value)


def test_a_refused_field_comes_with_the_value_that_was_sent(world):  # noqa: F811
    calling, _ = world
    order = MeasureOrder.objects.filter(department__code="emergency").first()
    address = f"/api/v1/orders/{order.public_id}"
    posted(calling, f"{address}/receive", {})
    late = posted(calling, f"{address}/carry-out", {"text": "x", "done_on": "2027-01-01"}).json()
    assert (late["code"], late["field"], late["value"]) == ("done-in-future", "done_on", "2027-01-01")
    wrong = posted(calling, f"{address}/carry-out", {"text": "x", "done_on": "1.4.2026", "amount": "-5"}).json()
    assert (wrong["field"], wrong["value"]) == ("done_on", "1.4.2026")
    assert {each["field"]: each["value"] for each in wrong["errors"]} == {"done_on": "1.4.2026", "amount": "-5"}


def test_a_stale_version_is_told_with_the_one_that_holds(world):  # noqa: F811
    calling, _ = world
    order = MeasureOrder.objects.filter(department__code="emergency").first()
    told = posted(calling, f"/api/v1/orders/{order.public_id}/receive", {"version": 99}).json()
    assert (told["status"], told["code"]) == (409, "stale-version")
    assert (told["field"], told["value"], told["clash"]) == ("version", "99", str(order.version))
    assert "页面" not in told["detail"]


def test_a_report_s_faults_come_each_with_its_value_and_never_with_a_person_s_number():
    calling = caller(make_client(department=make_department("market")))
    number = "110105194912310021"  # its check digit is wrong: 19491231-002 has X
    body = {"name": "张三", "document_type": "身份证", "document_number": number, "kind": "nope", "number": "1", "title": "x",
            "decided_on": "2026-01-01"}  # fmt: skip
    got = posted(calling, "/api/v1/records", body)
    values = {each["field"]: each.get("value") for each in got.json()["errors"]}
    assert values["kind"] == "nope"
    assert number not in got.content.decode()


_COUNT = """
import sys
from django.conf import settings
settings.configure(CACHES={"default": {"BACKEND": "registry.base.shared_cache.SharedFileCache", "LOCATION": sys.argv[1]}})
from django.core.cache import cache
for _ in range(200):
    cache.add("used", 0, timeout=60)
    cache.incr("used")
"""


def test_the_processes_of_an_installation_without_redis_count_together(settings, tmp_path):
    """Two processes that count 200 each have counted 400: a client's minute is one, whichever process answers it."""
    folder = str(tmp_path / "cache")
    running = [subprocess.Popen([sys.executable, "-c", _COUNT, folder], cwd=settings.BASE_DIR) for _ in range(2)]
    assert [each.wait(timeout=60) for each in running] == [0, 0]
    settings.CACHES = {"default": {"BACKEND": "registry.base.shared_cache.SharedFileCache", "LOCATION": folder}}
    assert caches["default"].get("used") == 400
