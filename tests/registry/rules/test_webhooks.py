"""Where events may be pushed, how they are signed, when they are tried again."""

import datetime as dt
from ipaddress import IPv4Address, IPv6Address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from registry.rules.scopes import SCOPE_LABELS
from registry.rules.webhooks import (
    ATTEMPTS_MOST,
    KINDS,
    UnfitAddress,
    kinds_unfit,
    may_reach,
    signature,
    target_of,
    wait_after,
    wait_unreachable,
)


# IANA special-purpose address registries (RFC 6890 and its updates): what never leads to somebody else's public server.
@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "127.255.255.254", "0.0.0.0", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1",  # noqa: S104
        "169.254.169.254", "100.64.0.1", "192.0.2.1", "198.18.0.1", "198.51.100.7", "203.0.113.9", "224.0.0.1",
        "240.0.0.1", "255.255.255.255", "::1", "::", "fe80::1", "fe80::1%eth0", "fc00::1", "fd12:3456::1", "ff02::1",
        "2001:db8::1", "::ffff:127.0.0.1", "::ffff:10.0.0.1", "2002:7f00:1::", "64:ff9b::7f00:1", "2001::1",
        "localhost", "", "1.2.3", "0x7f000001",
    ],
)  # fmt: skip
def test_an_address_that_is_not_a_public_one_is_not_reached(address):
    assert not may_reach(address, [])


@pytest.mark.parametrize("address", ["8.8.8.8", "114.114.114.114", "2400:3200::1", "::ffff:8.8.8.8"])
def test_a_public_address_is_reached(address):
    assert may_reach(address, [])


def test_a_network_that_is_named_is_reached_and_no_other():
    named = [ip_network("10.20.0.0/16"), ip_network("fd00:1::/32")]
    assert may_reach("10.20.3.4", named)
    assert may_reach("::ffff:10.20.3.4", named)
    assert may_reach("fd00:1::5", named)
    assert not may_reach("10.21.0.1", named)
    assert not may_reach("127.0.0.1", named)


@given(st.ip_addresses())
def test_whatever_the_address_only_global_ones_are_reached(address: IPv4Address | IPv6Address):
    if may_reach(str(address), []):
        mapped = getattr(address, "ipv4_mapped", None)
        assert (mapped or address).is_global


@given(st.text(max_size=80))
def test_no_text_is_taken_apart_into_anything_but_a_whole_address(text):
    try:
        target = target_of(text, may_be_plain=True)
    except UnfitAddress:
        return
    assert target.host
    assert 0 < target.port < 65536
    assert target.path.startswith(("/", "?"))
    assert not set(target.path + target.authority) & set("\r\n \t")


@pytest.mark.parametrize(
    ("url", "authority", "path"),
    [
        ("https://a.example/x?y=1", "a.example", "/x?y=1"),
        ("https://a.example:8443", "a.example:8443", "/"),
        ("http://a.example/", "a.example", "/"),
        ("https://[2400:3200::1]:443/h", "[2400:3200::1]", "/h"),
    ],
)
def test_an_address_is_taken_apart(url, authority, path):
    target = target_of(url, may_be_plain=True)
    assert (target.authority, target.path) == (authority, path)


@pytest.mark.parametrize(
    "url",
    [
        "http://a.example/", "https://u:p@a.example/", "https://u@a.example/", "https://a.example/#x", "//a.example/",
        "a.example", "https://", "https://a.example:0/", "https://a.example:99999/", "https://a.example/a b",
        "https://a.example/\r\nHost: b", "https://例子.example/", "https://a.example\\@b.example/", "file:///etc/passwd",
        "https://a.example/" + "x" * 500,
    ],
)  # fmt: skip
def test_an_unfit_address_is_refused(url):
    with pytest.raises(UnfitAddress):
        target_of(url, may_be_plain=False)


def test_the_signature_is_hmac_sha256_over_time_and_body():
    # By hand: printf '1775008200.{"a":1}' | openssl dgst -sha256 -hmac whsec_x
    assert signature("whsec_x", timestamp=1775008200, body=b'{"a":1}') == (
        "fbe3947693df3e267dc93296a61b6796237bbc944662b24ab4ce186bd35e653d"
    )


def test_waits_grow_to_three_hours_and_make_about_three_days():
    waits = [wait_after(attempt) for attempt in range(1, ATTEMPTS_MOST)]
    assert waits[:4] == [dt.timedelta(seconds=each) for each in (5, 10, 20, 40)]
    assert waits == sorted(waits)
    assert waits[-1] == dt.timedelta(hours=3)
    assert dt.timedelta(days=3) <= sum(waits, dt.timedelta()) <= dt.timedelta(days=3.5)


def test_who_cannot_be_reached_is_asked_every_five_minutes_at_least():
    assert wait_unreachable(1) == dt.timedelta(seconds=5)
    assert wait_unreachable(10_000) == dt.timedelta(minutes=5)


def test_every_kind_needs_a_scope_that_there_is():
    assert {rule.scope for rule in KINDS.values()} <= set(SCOPE_LABELS)
    assert kinds_unfit(["entry.listed", "order.ending", "x"], ["lists.read"]) == ["order.ending", "x"]
