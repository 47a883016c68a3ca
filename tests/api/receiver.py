"""A receiver of webhooks on this machine: a real server in a thread that keeps what it got and answers as told."""

import hashlib
import hmac
import json
import sys
import threading
import time
from collections.abc import Callable
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Got:
    """One request as it came in."""

    path: str
    headers: dict[str, str]
    content: bytes

    @property
    def body(self) -> dict[str, Any]:
        return json.loads(self.content)


@dataclass
class Receiver:
    """`answer(got, n)` returns the status of the n-th request (from 1); it may sleep. 0 hangs up without a word.
    `said(got, n)` is the body of the answer."""

    answer: Callable[[Got, int], int] = lambda got, n: 200
    said: Callable[[Got, int], bytes] = lambda got, n: b"ok"
    got: list[Got] = field(default_factory=list)
    taken: list[Got] = field(default_factory=list)
    port: int = 0

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}/hook?from=credit"

    def numbers(self) -> list[int]:
        """The numbers of the events taken, in the order in which they came."""
        return [each.body["number"] for each in self.taken]


class _Quiet(ThreadingHTTPServer):
    """Says nothing of a sender that hung up, as one that is killed does."""

    def handle_error(self, request, client_address):
        if not isinstance(sys.exc_info()[1], ConnectionError):
            super().handle_error(request, client_address)


@contextmanager
def receiving(receiver: Receiver, port: int = 0):
    lock = threading.Lock()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            got = Got(self.path, dict(self.headers), self.rfile.read(int(self.headers["Content-Length"])))
            with lock:
                receiver.got.append(got)
                place = len(receiver.got)
            status = receiver.answer(got, place)
            if status == 0:
                self.close_connection = True
                return
            if 200 <= status < 300:
                with lock:
                    receiver.taken.append(got)
            self.send_response(status)
            if 300 <= status < 400:
                self.send_header("Location", f"http://127.0.0.1:{receiver.port}/elsewhere")
            said = receiver.said(got, place)
            self.send_header("Content-Length", str(len(said)))
            self.end_headers()
            self.wfile.write(said)

        def log_message(self, *args):
            pass

    server = _Quiet(("127.0.0.1", port), Handler)
    server.daemon_threads = True
    receiver.port = server.server_address[1]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield receiver
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def slowly(seconds: float, status: int = 200) -> Callable[[Got, int], int]:
    def answer(got: Got, n: int) -> int:
        time.sleep(seconds)
        return status

    return answer


def signatures(got: Got) -> list[str]:
    return [part.removeprefix("v1=") for part in got.headers["X-Credit-Signature"].split(",")]


def signature_by_hand(secret: str, got: Got) -> str:
    """As docs/api tells a receiver to check it."""
    message = got.headers["X-Credit-Timestamp"].encode() + b"." + got.content
    return hmac.new(secret.encode(), message, hashlib.sha256).hexdigest()


def in_order(receiver: Receiver) -> bool:
    """Whether each subject's events were taken in order (the same one may come again right away)."""
    last: dict[str, int] = {}
    for each in receiver.taken:
        lane = each.body["data"]["lane"]
        if each.body["number"] < last.get(lane, 0):
            return False
        last[lane] = each.body["number"]
    return True
