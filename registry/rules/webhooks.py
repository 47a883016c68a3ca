"""What is pushed to departments' systems: kinds of events, where they may be sent, how they are signed, when again."""

import hashlib
import hmac
import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final
from urllib.parse import urlsplit

from registry.rules.scopes import LISTS_READ, ORDERS, RECORDS_WRITE

ENTRY_LISTED: Final = "entry.listed"
ENTRY_CHANGED: Final = "entry.changed"
ENTRY_ENDED: Final = "entry.ended"
ORDER_DISPATCHED: Final = "order.dispatched"
ORDER_ENDING: Final = "order.ending"
ORDER_PAUSED: Final = "order.paused"
ORDER_RESUMED: Final = "order.resumed"
RECORD_VOIDED: Final = "record.voided"
RECORD_CHANGED: Final = "record.changed"


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of event. `scope`: what a client must also be allowed to read for it to be pushed there."""

    label: str
    scope: str


KINDS: Final = {
    ENTRY_LISTED: Kind("公开条目列入", LISTS_READ),
    ENTRY_CHANGED: Kind("公开条目变化", LISTS_READ),
    ENTRY_ENDED: Kind("公开条目移出", LISTS_READ),
    ORDER_DISPATCHED: Kind("派发本部门任务", ORDERS),
    ORDER_ENDING: Kind("派发本部门任务的解除", ORDERS),
    ORDER_PAUSED: Kind("本部门任务暂停", ORDERS),
    ORDER_RESUMED: Kind("本部门任务恢复", ORDERS),
    RECORD_VOIDED: Kind("本部门记录作废或者被更正", RECORDS_WRITE),
    RECORD_CHANGED: Kind("本部门记录的异议、修复、履行变化", RECORDS_WRITE),
}

URL_MOST: Final = 500
INTERNAL: Final = "接收地址指向内部网络。确需推送到那里的，请运行维护人员在 WEBHOOK_NETWORKS 中列明该网段。"
ATTEMPTS_MOST: Final = 36
OLD_SECRET_HOURS: Final = 24
_FIRST_SECONDS, _LONGEST_SECONDS = 5, 3 * 60 * 60
_LONGEST_PROBE_SECONDS: Final = 300

Network = ipaddress.IPv4Network | ipaddress.IPv6Network


class UnfitAddress(ValueError):
    """An address that nothing may be sent to; the text is Chinese and says why."""


@dataclass(frozen=True, slots=True)
class Target:
    """Where a delivery goes. `path` holds the query, too."""

    is_secure: bool
    host: str
    port: int
    path: str

    @property
    def authority(self) -> str:
        """The Host header."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.is_secure else 80) else f"{host}:{self.port}"


def target_of(url: str, *, may_be_plain: bool) -> Target:
    """Take a receiver's address apart. `may_be_plain`: http is allowed. Raises UnfitAddress."""
    if len(url) > URL_MOST or not url.isascii() or not url.isprintable() or " " in url or "\\" in url:
        raise UnfitAddress(f"接收地址须为不含空格和中文的网址，最长{URL_MOST}个字符。")
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise UnfitAddress("接收地址不是完整的网址，请写成 https://主机名/路径 的形式。") from error
    if parts.scheme not in ("https", "http") or not host or port == 0:
        raise UnfitAddress("接收地址不是完整的网址，请写成 https://主机名/路径 的形式。")
    if parts.scheme == "http" and not may_be_plain:
        raise UnfitAddress("接收地址必须使用 https，内容才不会在途中被读取。")
    if parts.username is not None or parts.password is not None or parts.fragment:
        raise UnfitAddress("接收地址中不能带用户名、密码或者 # 片段。签名足以证明来源。")
    is_secure = parts.scheme == "https"
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return Target(is_secure, host, port or (443 if is_secure else 80), path)


def is_address(host: str) -> bool:
    """Whether a host is an IP address and not a name."""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return False
    return True


def may_reach(address: str, allowed: Sequence[Network]) -> bool:
    """Whether a resolved IP address may be connected to: a public one, or one of the networks `allowed`.

    An IPv6 address that carries an IPv4 one is judged by that; the other tunnels (6to4, Teredo, NAT64) are refused.
    """
    try:
        ip = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(ip, ipaddress.IPv6Address):
        if ip.ipv4_mapped is not None:
            ip = ip.ipv4_mapped
        elif ip.sixtofour is not None or ip.teredo is not None or ip in _NAT64:
            return False
    if any(ip.version == network.version and ip in network for network in allowed):
        return True
    return ip.is_global and not ip.is_multicast and not ip.is_reserved


_NAT64: Final = ipaddress.IPv6Network("64:ff9b::/96")


def signature(secret: str, *, timestamp: int, body: bytes) -> str:
    """Return the hex HMAC-SHA256 over `<timestamp>.<body>`; `timestamp`: seconds since 1970 (UTC)."""
    return hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()


def wait_after(attempts: int) -> timedelta:
    """Return how long a delivery waits after its `attempts`-th failure: 5, 10, 20 … seconds, three hours at most.

    With `ATTEMPTS_MOST` that makes about three days, so that a weekend without a receiver loses nothing.
    """
    return timedelta(seconds=min(_FIRST_SECONDS * 2 ** min(attempts - 1, 30), _LONGEST_SECONDS))


def wait_unreachable(failures: int) -> timedelta:
    """Return how long a receiver that cannot be reached is left alone: 5, 10 … seconds, five minutes at most."""
    return timedelta(seconds=min(_FIRST_SECONDS * 2 ** min(failures - 1, 30), _LONGEST_PROBE_SECONDS))


def kinds_unfit(kinds: Sequence[str], scopes: Sequence[str]) -> list[str]:
    """Return those of `kinds` that do not exist or need a scope that is not among `scopes`, in order."""
    return [kind for kind in kinds if kind not in KINDS or KINDS[kind].scope not in scopes]
