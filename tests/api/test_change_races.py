"""Eight write while others follow: nothing is missed, nothing comes twice, whatever the order of commits.

`CHANGES` sets how many changes are written at least (1,200 unless given; 10,000 take some minutes).
"""

import datetime as dt
import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor, wait
from random import Random

import pytest
import time_machine
from django.db import connection, transaction
from django.test import Client

from sanctions.models import EntryChange, ListEntry
from sanctions.selectors.changes import changes_after
from sanctions.services.changes import changes_number, entry_change_note
from sanctions.services.entries import entry_end
from sanctions.services.restoring import entry_dispute_clear, entry_dispute_note
from tests.api.clients import caller, make_client
from tests.sanctions.listing import make_entry, run_policy

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("needs_postgres")]

DAY = dt.date(2026, 3, 2)
TODAY = dt.date(2026, 3, 10)
WRITERS = 8
CHANGES = int(os.environ.get("CHANGES", "1200"))


@pytest.fixture(autouse=True)
def _on_the_day():
    with time_machine.travel(dt.datetime(2026, 3, 10, 10, tzinfo=dt.timezone(dt.timedelta(hours=8))), tick=True):
        yield


# --- the whole way: services write, systems follow over the API ------------------------------------------------------
class Follower:
    """A department's system that keeps a copy: it applies what comes and counts what comes twice."""

    def __init__(self, calling: Client, pause: float) -> None:
        self.calling, self.pause = calling, pause
        self.copy: dict[str, dict] = {}
        self.numbers: list[int] = []

    def begin(self) -> "Follower":
        """Take the whole list page by page; the first page's cursor says from where to follow."""
        page = self.calling.get("/api/v1/entries", {"limit": 5}).json()
        self.cursor = page["changes_cursor"]
        while True:
            self.copy |= {row["id"]: row for row in page["items"]}
            if page["next_cursor"] is None:
                return self
            page = self.calling.get("/api/v1/entries", {"limit": 5, "cursor": page["next_cursor"]}).json()

    def follow(self, stop: threading.Event) -> None:
        while True:
            was_over = stop.is_set()
            page = self.calling.get("/api/v1/entries/changes", {"changed_since": self.cursor, "limit": 50}).json()
            for each in page["items"]:
                self.numbers.append(each["number"])
                if each["tombstone"]:
                    self.copy.pop(each["entry_id"], None)
                else:
                    self.copy[each["entry_id"]] = each["entry"]
            self.cursor = page["cursor"]
            if was_over and not page["items"]:
                connection.close()
                return
            time.sleep(self.pause)


def work(seed: int, share: int) -> None:
    """List somebody, then dispute and clear, and now and then end the entry and list the next, as officers do."""
    chance, written = Random(seed), 0
    try:
        entry = make_entry("mem-2023-11", "blacklist", on=DAY)
        while written < share:
            with transaction.atomic():
                entry_dispute_note(entry=entry, disputed_on=TODAY, actor=None, on=TODAY)
                time.sleep(chance.choice([0, 0, 0.001, 0.01]))
            with transaction.atomic():
                entry_dispute_clear(entry=entry, reason="不成立", actor=None, on=TODAY)
                time.sleep(chance.choice([0, 0, 0.001, 0.01]))
            written += 2
            if chance.random() < 0.03:
                entry_end(entry=entry, reason="repaired", ends_on=TODAY, note="决定书", actor=None, on=TODAY)
                entry = make_entry("mem-2023-11", "blacklist", on=DAY)
                written += 3
    finally:
        connection.close()


def test_systems_that_poll_miss_no_change_get_none_twice_and_end_with_the_same_list():
    run_policy("mem-2023-11", on=DAY)
    for _ in range(12):
        make_entry("mem-2023-11", "blacklist", on=DAY)
    client = make_client("lists.read", requests_a_minute=1_000_000)
    stop = threading.Event()
    with ThreadPoolExecutor(WRITERS) as office, ThreadPoolExecutor(2) as systems:
        writing = [office.submit(work, seed, CHANGES // WRITERS) for seed in range(WRITERS)]
        followers = [Follower(caller(client), pause).begin() for pause in (0, 0.05)]
        begun = EntryChange.objects.count()
        following = [systems.submit(follower.follow, stop) for follower in followers]
        wait(writing)
        stop.set()
    for each in [*writing, *following]:
        each.result()
    total = EntryChange.objects.count()
    assert total >= CHANGES > begun
    listed = {str(each) for each in ListEntry.objects.in_force(TODAY).values_list("public_id", flat=True)}
    for follower in followers:
        # Every number from where it began to the last, each once, in order.
        assert follower.numbers == list(range(follower.numbers[0], total + 1))
        assert set(follower.copy) == listed
        assert {row["is_disputed"] for row in follower.copy.values()} == {False}
    numbers = EntryChange.objects.order_by("position").values_list("position", flat=True)
    assert list(numbers) == list(range(1, total + 1))


# --- the numbers alone: commits that overtake their ids ---------------------------------------------------------------
EACH = 100


def write(entry, seed: int) -> None:
    """Write in transactions that stay open for a while after their row got its id, so that commits overtake ids."""
    chance = Random(seed)
    for _ in range(EACH):
        with transaction.atomic():
            entry_change_note(entry=entry, kind="subject", at=dt.datetime.now(dt.UTC))
            time.sleep(chance.choice([0, 0, 0.001, 0.01]))
    connection.close()


def test_a_follower_misses_no_change_and_gets_none_twice_while_eight_write():
    run_policy("mem-2023-11", on=DAY)
    entries = [make_entry("mem-2023-11", "blacklist", on=DAY) for _ in range(WRITERS)]
    before = EntryChange.objects.count()
    writers = [threading.Thread(target=write, args=(entry, seed)) for seed, entry in enumerate(entries)]
    for writer in writers:
        writer.start()
    seen, position, ids_backwards = [], 0, 0
    while True:
        was_over = not any(writer.is_alive() for writer in writers)
        changes_number()
        page = changes_after(position, limit=100, on=DAY)
        for row in page.rows:
            ids_backwards += bool(seen) and row.pk < seen[-1]
            seen.append(row.pk)
        position = page.last
        if was_over and not page.rows:
            break
    for writer in writers:
        writer.join()
    assert len(seen) == before + WRITERS * EACH
    assert sorted(seen) == list(EntryChange.objects.order_by("pk").values_list("pk", flat=True))
    # Had ids told the order, this follower would have lost exactly these.
    assert ids_backwards > 0


def test_two_followers_number_at_once_and_agree():
    run_policy("mem-2023-11", on=DAY)
    entry = make_entry("mem-2023-11", "blacklist", on=DAY)
    for _ in range(300):
        entry_change_note(entry=entry, kind="subject", at=dt.datetime.now(dt.UTC))

    def number() -> None:
        changes_number()
        connection.close()

    followers = [threading.Thread(target=number) for _ in range(4)]
    for follower in followers:
        follower.start()
    for follower in followers:
        follower.join()
    positions = list(EntryChange.objects.order_by("position").values_list("position", flat=True))
    assert positions == list(range(1, len(positions) + 1))
