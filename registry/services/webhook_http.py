"""One POST to a receiver: to a checked address only, without redirects, within a limit of time; of the answer nothing
is read but the status, and as many bytes as the caller asks for."""

import contextlib
import http.client
import socket
import ssl
import threading
from dataclasses import dataclass
from typing import Final

from django.conf import settings
from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.exceptions import HTTPError, NewConnectionError
from urllib3.exceptions import TimeoutError as HTTPTimeoutError
from urllib3.response import HTTPResponse

from registry.rules.webhooks import INTERNAL, Target, UnfitAddress, may_reach, target_of

STEP_SECONDS: Final = 5.0  # to connect, and between two pieces of an answer
TOTAL_SECONDS: Final = 10.0  # for everything after the name was looked up
# What a proxy says when nobody is at work behind it, and what a busy receiver says.
_NOBODY: Final = frozenset({429, 502, 503, 504})


@dataclass(frozen=True, slots=True)
class Outcome:
    """How one attempt went. `error`: Chinese, empty when it was taken. `is_unreachable`: nobody was at work there.
    `answer`: the beginning of what was answered with a success."""

    error: str = ""
    is_unreachable: bool = False
    answer: bytes = b""

    @property
    def is_taken(self) -> bool:
        """Whether the receiver said that it has it."""
        return not self.error


def webhook_post(url: str, *, body: bytes, headers: dict[str, str], answer_most: int = 0) -> Outcome:
    """Send `body` to `url`; return at most `answer_most` bytes of its answer. Never raises for what the other side does.

    The host is looked up once, every one of its addresses must be allowed (`may_reach`), and the connection goes to
    the address that was checked: a name that changes between check and use reaches nothing.
    """
    try:
        target = target_of(url, may_be_plain=settings.WEBHOOK_HTTP)
        connection = _connection(target, _address(target))
    except UnfitAddress as error:
        return Outcome(str(error), is_unreachable=True)
    except OSError as error:
        return Outcome(f"域名无法解析：{error}"[:200], is_unreachable=True)
    watchdog = threading.Timer(TOTAL_SECONDS, _cut, [connection])
    watchdog.daemon = True
    watchdog.start()
    try:
        connection.connect()
        connection.request(
            "POST", target.path, body=body, headers={**headers, "Host": target.authority}, preload_content=False
        )
        return _outcome(connection.getresponse(), answer_most)
    except (OSError, HTTPError, http.client.HTTPException, ValueError) as error:
        return Outcome(_why(error), is_unreachable=True)
    finally:
        watchdog.cancel()
        connection.close()


def _why(error: Exception) -> str:
    """Say in Chinese why nothing was answered; what is none of the usual reasons keeps its technical name."""
    if isinstance(error, ssl.SSLError):
        return (
            f"加密连接没有建立，证书不符或者对方不是 https：{getattr(error, 'reason', None) or type(error).__name__}"[
                :200
            ]
        )
    if isinstance(error, NewConnectionError | ConnectionRefusedError):
        return "连接不上接收地址：对方没有运行，或者网络不通"
    if isinstance(error, TimeoutError | HTTPTimeoutError):
        return f"接收方没有在{STEP_SECONDS:.0f}秒内答复；请先答复2xx，再处理内容"
    return f"没有收到完整的答复，连接中断：{type(error).__name__}"[:200]


def _outcome(response: HTTPResponse, answer_most: int) -> Outcome:
    status = response.status
    if 200 <= status < 300:
        return Outcome(answer=response.read(answer_most, decode_content=False) if answer_most else b"")
    if 300 <= status < 400:
        return Outcome(f"接收方答复{status}，要求转到其他地址；推送不跟随转向，请改订阅地址")
    return Outcome(f"接收方答复{status}", is_unreachable=status in _NOBODY)


def _address(target: Target) -> str:
    found = socket.getaddrinfo(target.host, target.port, type=socket.SOCK_STREAM)
    addresses = [str(each[4][0]) for each in found]
    if not addresses or not all(may_reach(each, settings.WEBHOOK_NETWORKS) for each in addresses):
        raise UnfitAddress(INTERNAL)
    return addresses[0]


def _connection(target: Target, address: str) -> HTTPConnection:
    if not target.is_secure:
        return HTTPConnection(address, target.port, timeout=STEP_SECONDS)
    # The certificate must be the named host's, though the connection goes to a number.
    return HTTPSConnection(
        address, target.port, timeout=STEP_SECONDS, ssl_context=ssl.create_default_context(),
        server_hostname=target.host,
    )  # fmt: skip


def _cut(connection: HTTPConnection) -> None:
    """End a connection that a receiver keeps busy with single bytes; the waiting read then fails."""
    if connection.sock is not None:
        with contextlib.suppress(OSError):
            socket.socket.shutdown(connection.sock, socket.SHUT_RDWR)
