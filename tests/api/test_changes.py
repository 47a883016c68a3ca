"""Following the public lists: all that stand, and what changed since, in the order in which it became visible."""

import datetime as dt

import pytest
import time_machine
from django.db import connection
from django.test.utils import CaptureQueriesContext

from sanctions.models import ChangeFeed, EntryChange
from sanctions.services.changes import changes_number, entry_change_note
from sanctions.services.endings import endings_dispatch
from sanctions.services.entries import entry_end, entry_pause, entry_resume
from tests.api.clients import caller
from tests.factories import make_subject
from tests.sanctions.listing import make_entry, run_policy

DAY = dt.date(2026, 3, 2)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _on_the_day():
    with time_machine.travel(dt.datetime(2026, 3, 10, 10, tzinfo=dt.timezone(dt.timedelta(hours=8))), tick=True):
        yield


@pytest.fixture
def lists():
    run_policy("mem-2023-11", on=DAY)


def listed(**fields):
    return make_entry("mem-2023-11", "blacklist", on=DAY, **fields)


def follow(calling, cursor: str = "", limit: int = 100) -> tuple[list[dict], str]:
    """Read on until nothing more comes."""
    items = []
    while True:
        page = calling.get("/api/v1/entries/changes", {"changed_since": cursor, "limit": limit}).json()
        items += page["items"]
        cursor = page["cursor"]
        if not page["has_more"]:
            return items, cursor


def test_every_change_comes_once_in_order_and_a_second_look_brings_only_what_is_new(lists):
    entry, calling = listed(), caller()
    entry_pause(entry=entry, reason="复议", actor=None, on=DAY)
    first, cursor = follow(calling, limit=1)
    assert [(each["kind"], each["entry_id"]) for each in first] == [
        ("opened", str(entry.public_id)), ("paused", str(entry.public_id)),
    ]  # fmt: skip
    assert [each["number"] for each in first] == [1, 2]
    assert follow(calling, cursor) == ([], cursor)
    entry_resume(entry=entry, note="恢复", actor=None, on=dt.date(2026, 3, 9))
    assert [each["kind"] for each in follow(calling, cursor)[0]] == ["resumed"]


def test_an_entry_that_ended_is_a_tombstone(lists):
    entry, calling = listed(), caller()
    _, cursor = follow(calling)
    entry_end(entry=entry, reason="repaired", ends_on=dt.date(2026, 3, 10), note="决定书", actor=None,
              on=dt.date(2026, 3, 10))  # fmt: skip
    items, _ = follow(calling, cursor)
    assert {each["kind"] for each in items} == {"ended", "over"}
    assert all(each["tombstone"] and each["entry_id"] == str(entry.public_id) for each in items)
    assert [each["entry"] for each in items] == [None, None]


def test_an_entry_whose_term_ran_out_is_a_tombstone_once_it_is_announced(lists):
    listed()
    calling = caller()
    _, cursor = follow(calling)
    with time_machine.travel(dt.datetime(2029, 3, 3, 3, tzinfo=dt.UTC)):
        endings_dispatch(on=dt.date(2029, 3, 3))
        calling = caller()
        items, _ = follow(calling, cursor)
    assert [(each["kind"], each["tombstone"]) for each in items] == [("over", True)]


def test_an_internal_entry_is_on_no_public_list_and_in_no_change(lists):
    run_policy("nanning-urban", on=DAY, mode="internal")
    make_entry("nanning-urban", "blacklist", on=DAY, mode="internal")
    calling = caller()
    assert follow(calling)[0] == []
    assert calling.get("/api/v1/entries").json()["items"] == []


def test_the_whole_list_comes_in_pages_and_the_changes_go_on_from_where_it_began(lists):
    entries = [listed() for _ in range(3)]
    calling = caller()
    first = calling.get("/api/v1/entries", {"limit": 2}).json()
    late = listed()
    second = calling.get("/api/v1/entries", {"limit": 2, "cursor": first["next_cursor"]}).json()
    seen = [each["id"] for each in first["items"] + second["items"]]
    assert seen == [str(each.public_id) for each in [*entries, late]]
    assert second["next_cursor"] is None
    items, _ = follow(calling, first["changes_cursor"])
    assert [each["entry"]["id"] for each in items] == [str(late.public_id)]


def test_a_person_on_a_public_list_is_told_masked(lists):
    number = "370323198001010018"
    make_entry(
        "mem-2023-11", "blacklist", on=DAY,
        subject=make_subject("张演示", kind="person", uscc=None, document_masked="370***********0018",
                             born_on=dt.date(1980, 1, 1)),
    )  # fmt: skip
    text = caller().get("/api/v1/entries").content.decode()
    assert "张*" in text
    assert "张演示" not in text
    assert number not in text


@pytest.mark.parametrize("cursor", ["x", "WyJlbnRyaWVzIiwgMV0", "WyJjaGFuZ2VzIiwgLTFd", "WyJjaGFuZ2VzIiwgdHJ1ZV0", "é"])
def test_a_cursor_of_another_order_or_of_none_is_refused(cursor):
    got = caller().get("/api/v1/entries/changes", {"changed_since": cursor})
    assert (got.status_code, got.json()["code"], got.json()["field"]) == (400, "cursor-unknown", "changed_since")


@pytest.mark.parametrize("limit", ["0", "501", "-1", "x", "１"])
def test_a_limit_out_of_range_is_refused(limit):
    got = caller().get("/api/v1/entries", {"limit": limit})
    assert (got.status_code, got.json()["code"]) == (400, "limit-out-of-range")


def test_numbers_follow_one_another_without_gaps_and_are_given_once(lists):
    entry = listed()
    for _ in range(450):
        entry_change_note(entry=entry, kind="subject", at=dt.datetime.now(dt.UTC))
    assert (changes_number(), changes_number()) == (451, 0)
    positions = EntryChange.objects.order_by("pk").values_list("position", flat=True)
    assert list(positions) == list(range(1, 452))
    assert ChangeFeed.objects.get().last == 451


def test_the_lists_take_as_many_queries_for_many_as_for_few(lists):
    calling = caller()
    for _ in range(6):
        listed()

    def asked(address: str, limit: int) -> int:
        with CaptureQueriesContext(connection) as queries:
            assert len(calling.get(address, {"limit": limit}).json()["items"]) == limit
        return len(queries)

    for address in ("/api/v1/entries", "/api/v1/entries/changes"):
        asked(address, 2)
        assert asked(address, 2) == asked(address, 6)
