"""A department's system in Python, from the token to the report; needs nothing but Python itself.

Runs against the demonstration county of `make run`; another place: HOST=… CLIENT=… SECRET=… python3 walk.py
"""

import base64
import json
import os
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from typing import Any

HOST = os.environ.get("HOST", "http://127.0.0.1:8000")
CLIENT = os.environ.get("CLIENT", "demonstration-market")
SECRET = os.environ.get("SECRET", "demonstration-secret-2026")
AGAIN = (429, 500, 502, 503, 504)


class Refused(Exception):
    """A problem document (RFC 9457): `code` is for programs, `detail` for people."""

    def __init__(self, status: int, problem: dict[str, Any]) -> None:
        super().__init__(f"{status} {problem.get('code')}: {problem.get('detail')}")
        self.status, self.problem, self.code = status, problem, problem.get("code")


class Api:
    """The API with a token of an hour, renewed when it has run out."""

    def __init__(self) -> None:
        self.token, self.until = "", 0.0

    def get(self, path: str, **asked: str) -> dict[str, Any]:
        """Read."""
        return self._send("GET", path + (f"?{urllib.parse.urlencode(asked)}" if asked else ""), None, {})

    def post(self, path: str, body: dict[str, Any], *, key: str = "") -> dict[str, Any]:
        """Ask or write. A write has a key of its own, the same one when it is sent again."""
        headers = {"Content-Type": "application/json"} | ({"Idempotency-Key": key} if key else {})
        return self._send("POST", path, json.dumps(body).encode(), headers)

    def pages(self, path: str, **asked: str) -> list[dict[str, Any]]:
        """Read a list to its end, page by page."""
        found, cursor = [], ""
        while cursor is not None:
            page = self.get(path, **asked, cursor=cursor)
            found += page["items"]
            cursor = page["next_cursor"]
        return found

    def _send(self, method: str, path: str, body: bytes | None, headers: dict[str, str]) -> dict[str, Any]:
        for attempt in range(5):
            request = urllib.request.Request(f"{HOST}{path}", data=body, method=method, headers=headers)
            request.add_header("Authorization", f"Bearer {self._bearer()}")
            try:
                with urllib.request.urlopen(request, timeout=30) as answer:
                    return json.load(answer)
            except urllib.error.HTTPError as error:
                if error.code not in AGAIN or attempt == 4:
                    raise Refused(error.code, json.load(error)) from error
                time.sleep(float(error.headers.get("Retry-After", 2**attempt)))
        raise AssertionError("not reached")

    def _bearer(self) -> str:
        if time.time() > self.until:
            basic = base64.b64encode(f"{CLIENT}:{SECRET}".encode()).decode()
            request = urllib.request.Request(
                f"{HOST}/api/v1/token",
                data=b"grant_type=client_credentials",
                headers={"Authorization": f"Basic {basic}"},
            )
            with urllib.request.urlopen(request, timeout=30) as answer:
                given = json.load(answer)
            self.token, self.until = given["access_token"], time.time() + given["expires_in"] - 60
        return self.token


def follow(api: Api) -> dict[str, Any]:
    """Keep a copy of the public lists: all that stand, then what changed since. Return the first page."""
    first = api.get("/api/v1/entries", limit="100")
    copy = {each["id"]: each for each in api.pages("/api/v1/entries")}
    changes = api.get("/api/v1/entries/changes", changed_since=first["changes_cursor"])
    for change in changes["items"]:
        if change["tombstone"]:
            copy.pop(change["entry_id"], None)
        else:
            copy[change["entry_id"]] = change["entry"]
    print(f"on the public lists: {len(copy)}")
    return first


def check(api: Api, code: str) -> None:
    """Check before an approval: one subject and one code that cannot be."""
    matter = api.get("/api/v1/catalogues/matters")["items"][0]["code"]
    subjects = [{"code": code}, {"code": "1"}]
    question = {"matter": matter, "purpose": "某某项目供应商资格审查", "subjects": subjects}
    answer = api.post("/api/v1/check", question)
    print(answer["receipt"], *(each["sentence"] for each in answer["items"]), sep="\n")


def report(api: Api, record: dict[str, Any], run: str) -> None:
    """Report a decision of one's own; sent again under its key it acts once, under another the record is there already."""
    reported = api.post("/api/v1/records", record, key=f"record-{run}")
    assert api.post("/api/v1/records", record, key=f"record-{run}") == reported
    assert api.post("/api/v1/records", record, key=f"again-{run}")["state"] == "same"
    print("reported:", reported["state"])


def upload(api: Api, record: dict[str, Any], run: str) -> None:
    """Report many at once, behind a status address; what failed names field, value and way out."""
    rows = [record | {"number": f"{record['number']}-{number}"} for number in range(3)]
    rows.append(record | {"number": f"{record['number']}-9", "decided_on": "2098-01-01"})
    sent = api.post("/api/v1/records/uploads", {"rows": rows}, key=f"rows-{run}")
    while sent["state"] == "running":
        time.sleep(0.5)
        sent = api.get(sent["status_url"])
    print("upload:", sent["state"], sent["imported"], sent["refused"])
    for row in api.pages(sent["rows_url"], state="refused"):
        for fault in row["errors"]:
            print(row["number"], fault["label"], fault["value"], fault["reason"], fault["way_out"])


def answer_order(api: Api, today: str, run: str) -> None:
    """Receive an order of the department and report it; `version` refuses what somebody else has changed meanwhile."""
    waiting = api.pages("/api/v1/orders", queue="waiting")
    # While an entry's measures are paused nothing is owed.
    for order in [each for each in waiting if each["owed"] == "receive"][:1]:
        taken = api.post(f"/api/v1/orders/{order['id']}/receive", {"version": order["version"]}, key=f"receive-{run}")
        done = {"text": "已取消其投标资格", "done_on": today, "version": taken["version"]}
        print(api.post(f"/api/v1/orders/{order['id']}/carry-out", done, key=f"done-{run}")["state_label"])


def main() -> None:
    """Walk through what a department's system does in a day."""
    api, run = Api(), uuid.uuid4().hex[:8]
    first = follow(api)
    subject = first["items"][0]["subject"]
    check(api, subject["code"])
    record = {
        "name": subject["name"], "code": subject["code"], "kind": "inspection", "number": f"演市监检〔2026〕{run}号",
        "title": "双随机检查：未发现问题", "decided_on": first["on"],
    }  # fmt: skip
    report(api, record, run)
    upload(api, record, run)
    answer_order(api, first["on"], run)
    try:
        api.get("/api/v1/orders", queue="none")
    except Refused as refused:  # a refusal has a stable code
        print(refused.status, refused.code)


if __name__ == "__main__":
    main()
