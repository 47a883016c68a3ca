"""A visitor, an officer and a department's system that keep asking pages and posting all the while, over HTTP."""

import base64
import collections
import datetime as dt
import http.client
import http.cookiejar
import json
import random
import re
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from typing import Any

from credit_site.demonstration.office import PASSWORD
from registry.models import Department
from tests.faults.county import CLIENT_ID, SECRET, reported

PUBLIC = ("/", "/search/?q=化工", "/healthz", "/records/", "/lists/", "/honours/", "/policies/")
OFFICE = ("/office/", "/office/jobs/", "/office/notices/", "/office/subjects/", "/office/records/")
TRIES = 40
_TOKEN = re.compile(r'name="csrfmiddlewaretoken" value="([^"]+)"')


class Visitor(threading.Thread):
    """Asks one page after another until stopped; `answers` counts statuses, 0 for a connection that broke. Nobody asks
    while `away` is set: the run itself is starting the web process anew."""

    away = threading.Event()

    def __init__(self, site: str, seed: int) -> None:
        super().__init__(daemon=True)
        self.site, self.chance = site, random.Random(seed)
        self.answers: collections.Counter[int] = collections.Counter()
        self.faults: list[str] = []
        self.slowest = (0.0, "")
        self.stopped = threading.Event()
        jar = urllib.request.HTTPCookieProcessor(http.cookiejar.CookieJar())
        self.opener = urllib.request.build_opener(jar)

    def ask(self, path: str, data: bytes | None = None, **headers: str) -> tuple[int, bytes]:
        """Ask once; return status and body."""
        while self.away.is_set() and not self.stopped.is_set():
            time.sleep(0.1)
        began = time.monotonic()
        request = urllib.request.Request(  # noqa: S310 - our own address
            f"{self.site}{urllib.parse.quote(path, safe='/?=&')}", data, headers
        )
        try:
            with self.opener.open(request, timeout=30) as answer:
                status, body = answer.status, answer.read()
        except urllib.error.HTTPError as refusal:
            status, body = refusal.code, refusal.read()
        except (OSError, http.client.HTTPException):
            status, body = 0, b""
        self.slowest = max(self.slowest, (time.monotonic() - began, f"{path} {status}"))
        self.answers[status] += 1
        if status == 500:
            self.faults.append(f"{'POST' if data else 'GET'} {path}")
        return status, body

    def run(self) -> None:
        while not self.stopped.is_set():
            self.turn()

    def turn(self) -> None:
        self.ask(self.chance.choice(PUBLIC))
        self.stopped.wait(self.chance.uniform(0.05, 0.25))


class Officer(Visitor):
    """Logs in and looks at the office's pages."""

    def login(self) -> None:
        for _ in range(TRIES):
            _, page = self.ask("/accounts/login/")
            found = _TOKEN.search(page.decode())
            if found is not None:
                fields = {"login": "admin", "password": PASSWORD, "csrfmiddlewaretoken": found[1]}
                _, page = self.ask("/accounts/login/", urllib.parse.urlencode(fields).encode(), Referer=self.site)
                if "后台任务" in page.decode():  # the office's navigation
                    return
            self.stopped.wait(0.5)
        raise RuntimeError("the officer could not log in")

    def run(self) -> None:
        self.login()
        super().run()

    def turn(self) -> None:
        self.ask(self.chance.choice(OFFICE))
        self.stopped.wait(self.chance.uniform(0.1, 0.4))


class Reporter(Visitor):
    """Reports penalties one by one, each under its Idempotency-Key until it is acknowledged, and batches of them."""

    def __init__(self, site: str, seed: int, bureau: Department, batches: int, batch_rows: int) -> None:
        super().__init__(site, seed)
        self.bureau, self.today = bureau, dt.date.today()  # noqa: DTZ011 - the days before a clock step
        self.acknowledged: list[int] = []
        self.uploaded: list[int] = []
        self.batches, self.batch_rows = batches, batch_rows
        self.serial, self.token = 0, ""

    def post(self, path: str, body: Any, key: str) -> int:
        """Post until somebody says yes or no; return that status."""
        for _ in range(TRIES):
            if not self.token:
                self.token = self._token()
            status, _ = self.ask(
                path, json.dumps(body).encode(), Authorization=f"Bearer {self.token}",
                **{"Content-Type": "application/json", "Idempotency-Key": key},
            )  # fmt: skip
            if status == 401:
                self.token = ""
            elif status not in (0, 500, 503):
                return status
            time.sleep(0.5)
        return 0

    def _token(self) -> str:
        basic = base64.b64encode(f"{CLIENT_ID}:{SECRET}".encode()).decode()
        status, body = self.ask("/api/v1/token", b"grant_type=client_credentials", Authorization=f"Basic {basic}")
        return str(json.loads(body)["access_token"]) if status == 200 else ""

    def turn(self) -> None:
        if self.batches and self.serial % 12 == 2:
            self.batches -= 1
            serials = [self._next() for _ in range(self.batch_rows)]
            rows = [reported(each, self.bureau, self.today) for each in serials]
            body = {"kind": "penalties", "rows": rows}
            if self.post("/api/v1/publicity/uploads", body, f"batch-{serials[0]}") == 202:
                self.uploaded += serials
        serial = self._next()
        if self.post("/api/v1/publicity/penalties", reported(serial, self.bureau, self.today), f"one-{serial}") == 201:
            self.acknowledged.append(serial)
        self.stopped.wait(self.chance.uniform(0.3, 0.9))

    def _next(self) -> int:
        self.serial += 1
        return self.serial
