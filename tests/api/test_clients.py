"""Who may call: tokens, scopes, limits, and what a refusal looks like."""

import base64
import datetime as dt
import json

import pytest
from django.test import Client
from django.urls import reverse

from registry.base.errors import Conflict, InvalidInput, NotAllowed, RuleRefused
from registry.models import ApiAnswer, Event
from registry.services.accounts import password_reset, role_grant
from registry.services.api_answers import answer_once, request_digest
from registry.services.clients import client_close, client_open
from tests.api.clients import caller, make_client, token_of
from tests.factories import LONG_AGO, make_account, make_department

pytestmark = pytest.mark.django_db

DAY = dt.date(2026, 4, 1)
DEPARTMENTS = "/api/v1/departments"


def token_request(client_id: str, secret: str, **fields: str):
    basic = base64.b64encode(f"{client_id}:{secret}".encode()).decode()
    return Client(headers={"Authorization": f"Basic {basic}"}).post(
        "/api/v1/token", {"grant_type": "client_credentials", **fields}
    )


def opened(*scopes: str):
    return client_open(name="演示审批系统", department=make_department(), scopes=list(scopes), actor=None, on=LONG_AGO)


def test_a_client_gets_a_token_for_its_scopes_and_reads_with_it():
    keys = opened("catalogue.read", "check")
    answer = token_request(keys.client.application.client_id, keys.secret).json()
    assert (answer["token_type"], answer["expires_in"], set(answer["scope"].split())) == (
        "Bearer", 3600, {"catalogue.read", "check"},
    )  # fmt: skip
    got = Client(headers={"Authorization": f"Bearer {answer['access_token']}"}).get(DEPARTMENTS)
    assert got.status_code == 200
    assert keys.client.department.code in [row["code"] for row in got.json()["items"]]


def test_the_database_keeps_neither_the_secret_nor_the_token():
    keys = opened("check")
    answer = token_request(keys.client.application.client_id, keys.secret).json()
    keys.client.application.refresh_from_db()
    token = keys.client.application.accesstoken_set.get()
    assert keys.secret not in keys.client.application.client_secret
    assert answer["access_token"] not in token.token


def test_a_wrong_secret_and_a_scope_that_was_not_granted_get_no_token():
    keys = opened("check")
    name = keys.client.application.client_id
    wrong = token_request(name, "wrong")
    assert (wrong.status_code, wrong.json()["error"]) == (401, "invalid_client")
    assert "client_secret 有误" in wrong.json()["error_description"]
    assert wrong["WWW-Authenticate"].startswith("Basic ")  # RFC 6749, 5.2: by the scheme that the client used
    more = token_request(name, keys.secret, scope="orders")
    assert (more.status_code, more.json()["error"]) == (400, "invalid_scope")
    assert "没有开通的权限范围" in more.json()["error_description"]


def test_only_client_credentials_are_given_a_token():
    answer = Client().post("/api/v1/token", {"grant_type": "password", "username": "a", "password": "b"})
    assert (answer.status_code, answer.json()["error"]) == (400, "unsupported_grant_type")


def test_a_token_asked_for_in_json_is_told_that_a_form_is_wanted():
    answer = Client().post("/api/v1/token", {"grant_type": "client_credentials"}, content_type="application/json")
    assert (answer.status_code, answer.json()["error"]) == (400, "invalid_request")
    assert "application/x-www-form-urlencoded（收到“application/json”）" in answer.json()["error_description"]


def test_tokens_are_given_only_so_often_to_one_address(settings):
    settings.API_TOKENS_A_MINUTE = 2
    address = {"REMOTE_ADDR": "203.0.113.77"}
    answers = [Client().post("/api/v1/token", {"grant_type": "x"}, **address) for _ in range(3)]
    assert [each.status_code for each in answers] == [400, 400, 429]
    assert 1 <= int(answers[-1]["Retry-After"]) <= 60


def test_a_missing_token_is_told_apart_from_one_that_does_not_hold_and_unknown_is_as_expired():
    client = make_client()
    old = token_of(client, lives=dt.timedelta(seconds=-1))
    told = []
    for given in ("", "Basic x", "Bearer unknown", f"Bearer {old}"):
        got = Client(headers={"Authorization": given} if given else {}).get(DEPARTMENTS)
        assert (got.status_code, got["Content-Type"]) == (401, "application/problem+json")
        told.append((got.json()["code"], got["WWW-Authenticate"]))
    missing, invalid = (
        ("token-missing", 'Bearer realm="api"'),
        ("token-invalid", 'Bearer realm="api", error="invalid_token"'),
    )
    assert told == [missing, missing, invalid, invalid]  # RFC 6750, 3.1


def test_a_shut_client_gets_in_no_more():
    keys = opened("catalogue.read")
    calling = caller(keys.client)
    assert calling.get(DEPARTMENTS).status_code == 200
    client_close(client=keys.client, reason="系统下线", actor=None, on=DAY, at=dt.datetime(2026, 4, 1, tzinfo=dt.UTC))
    assert calling.get(DEPARTMENTS).status_code == 401
    answer = token_request(keys.client.application.client_id, keys.secret)
    assert answer.json()["error"] == "invalid_client"


def test_a_client_whose_department_is_no_longer_in_use_gets_in_no_more():
    client = make_client()
    calling = caller(client)
    client.department.is_active = False
    client.department.save_by(None, reason="test")
    assert calling.get(DEPARTMENTS).status_code == 401


def test_a_scope_must_be_the_token_s_and_still_the_client_s():
    client = make_client("check", "catalogue.read")
    assert caller(client, "check").get(DEPARTMENTS).json()["code"] == "scope-missing"
    calling = caller(client, "catalogue.read")
    client.scopes = ["check"]
    client.save_by(None, reason="test")
    got = calling.get(DEPARTMENTS)
    assert (got.status_code, got.json()["code"], got.json()["value"]) == (403, "scope-missing", "catalogue.read")
    assert got["WWW-Authenticate"] == 'Bearer realm="api", error="insufficient_scope", scope="catalogue.read"'
    assert int(got["RateLimit-Remaining"]) < int(got["RateLimit-Limit"])  # counted as any other request


def test_a_person_s_session_is_nobody_on_the_api():
    browser = Client()
    browser.force_login(make_account("administrator"))
    assert browser.get(DEPARTMENTS).status_code == 401


def test_a_client_is_opened_by_an_administrator_alone_and_noted():
    department = make_department()
    with pytest.raises(NotAllowed):
        client_open(name="x", department=department, scopes=["check"], actor=make_account("approver"), on=DAY)
    keys = client_open(name="x", department=department, scopes=["check"], actor=make_account("administrator"), on=DAY)
    event = Event.objects.get(name="client.opened")
    assert event.object_id == keys.client.pk
    assert keys.secret not in str(event.payload)


@pytest.mark.parametrize("scopes", [[], ["check", "everything"]])
def test_a_client_needs_scopes_that_exist(scopes):
    with pytest.raises(InvalidInput):
        client_open(name="x", department=make_department(), scopes=scopes, actor=None, on=DAY)


def test_nobody_logs_in_with_a_service_account():
    account = make_client().account
    assert not account.has_usable_password()
    administrator = make_account("administrator")
    with pytest.raises(RuleRefused):
        password_reset(account_id=account.pk, password="demonstration-9", actor=administrator, on=DAY)
    with pytest.raises(RuleRefused):
        role_grant(account_id=account.pk, role="approver", last_on=None, actor=administrator, on=DAY)


def test_a_client_s_minute_is_told_in_headers_and_ends():
    calling = caller(make_client(requests_a_minute=2))
    answers = [calling.get(DEPARTMENTS) for _ in range(3)]
    assert [each.status_code for each in answers] == [200, 200, 429]
    assert [each["RateLimit-Remaining"] for each in answers] == ["1", "0", "0"]
    assert answers[0]["RateLimit-Limit"] == "2"
    assert answers[2].json()["code"] == "too-many-requests"
    assert 1 <= int(answers[2]["Retry-After"]) <= 61


def test_one_client_does_not_use_up_another_s_minute():
    first, second = (caller(make_client(requests_a_minute=1)) for _ in range(2))
    assert (first.get(DEPARTMENTS).status_code, second.get(DEPARTMENTS).status_code) == (200, 200)


def test_an_answer_carries_the_client_s_request_id_or_one_of_ours():
    calling = caller()
    assert calling.get(DEPARTMENTS, headers={"X-Request-Id": "spxt-2026-0001"})["X-Request-Id"] == "spxt-2026-0001"
    got = calling.get("/api/v1/nothing", headers={"X-Request-Id": "<script>"})
    assert len(got["X-Request-Id"]) == 32
    assert got.json()["request_id"] == got["X-Request-Id"]


def test_an_address_that_does_not_exist_is_refused_by_a_problem_document():
    got = caller().get("/api/v1/nothing")
    assert (got.status_code, got["Content-Type"], got.json()["code"]) == (404, "application/problem+json", "not-found")


def test_a_null_character_in_the_address_is_refused_by_a_problem_document():
    got = caller().get("/api/v1/departments?x=%00")
    assert (got.status_code, got.json()["code"]) == (400, "null-character")


def test_a_wrong_method_is_refused_by_a_problem_document():
    got = caller().delete(DEPARTMENTS)
    assert (got.status_code, got.json()["code"]) == (405, "method-not-allowed")
    assert "GET" in got["Allow"]


def test_a_refusal_made_of_a_page_names_the_methods_that_are_possible_and_is_kept_nowhere(db):
    got = Client().get("/api/v1/token")
    assert (got.status_code, got.json()["code"]) == (405, "method-not-allowed")
    assert ("POST" in got["Allow"], got["Cache-Control"]) == (True, "no-store")


def test_an_unchanged_answer_is_not_sent_twice_and_a_changed_one_is():
    calling = caller()
    first = calling.get(DEPARTMENTS)
    same = calling.get(DEPARTMENTS, headers={"If-None-Match": first["ETag"]})
    assert (same.status_code, same.content) == (304, b"")
    make_department()
    changed = calling.get(DEPARTMENTS, headers={"If-None-Match": first["ETag"]})
    assert changed.status_code == 200
    assert changed["ETag"] != first["ETag"]


def test_the_calendar_tells_a_holiday_and_a_make_up_day():
    days = {row["day"]: row["kind"] for row in caller().get("/api/v1/calendar/2025").json()["items"]}
    assert len(days) == 365
    # 国办发明电〔2024〕12号: 1 October off, 28 September (a Sunday) worked.
    assert (days["2025-10-01"], days["2025-09-28"], days["2025-09-27"]) == ("holiday", "makeup", "rest")
    assert caller().get("/api/v1/calendar/1900").json()["code"] == "year-out-of-range"


def test_a_write_repeated_with_its_key_acts_once_and_answers_the_same():
    client, acts = make_client(), []

    def act():
        acts.append(1)
        return 201, {"on": DAY, "number": len(acts)}

    digest = request_digest("POST", "/x", {"a": 1})
    first = answer_once(client=client, key="k", digest=digest, act=act, at=dt.datetime.now(dt.UTC))
    again = answer_once(client=client, key="k", digest=digest, act=act, at=dt.datetime.now(dt.UTC))
    assert (first.status, first.body, first.is_repeated) == (201, {"on": "2026-04-01", "number": 1}, False)
    assert (again.status, again.body, again.is_repeated) == (201, first.body, True)
    assert len(acts) == 1


def test_a_key_used_for_another_request_is_refused_and_another_client_s_key_is_its_own():
    first, second = make_client(), make_client()
    given = {"key": "k", "act": lambda: (200, {}), "at": dt.datetime.now(dt.UTC)}
    answer_once(client=first, digest="a", **given)
    with pytest.raises(Conflict) as refused:
        answer_once(client=first, digest="b", **given)
    assert refused.value.code == "idempotency-key-reused"
    assert answer_once(client=second, digest="b", **given).is_repeated is False


def test_a_refused_write_keeps_no_answer():
    def act():
        raise InvalidInput("no", "不行")

    with pytest.raises(InvalidInput):
        answer_once(client=make_client(), key="k", digest="a", act=act, at=dt.datetime.now(dt.UTC))
    assert not ApiAnswer.objects.exists()


def test_the_digest_of_a_request_knows_method_address_and_content_but_not_the_order_of_keys():
    same = request_digest("POST", "/x", {"a": 1, "b": 2})
    assert request_digest("POST", "/x", {"b": 2, "a": 1}) == same
    others = [("PUT", "/x", {"a": 1, "b": 2}), ("POST", "/y", {"a": 1, "b": 2}), ("POST", "/x", {"a": 1, "b": 3})]
    assert all(request_digest(*other) != same for other in others)


def test_problem_documents_keep_chinese_as_it_is():
    got = Client().get(reverse("api:departments"))
    assert "访问令牌" in got.content.decode()
    assert json.loads(got.content)["type"] == "urn:county-credit:problem:token-missing"
