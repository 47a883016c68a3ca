"""Eight write while one follows: nothing is missed, nothing comes twice, whatever the order of commits."""

import datetime as dt
import threading
import time
from random import Random

import pytest
from django.db import connection, transaction

from sanctions.models import EntryChange
from sanctions.selectors.changes import changes_after
from sanctions.services.changes import changes_number, entry_change_note
from tests.sanctions.listing import make_entry, run_policy

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("needs_postgres")]

DAY = dt.date(2026, 3, 2)
WRITERS, EACH = 8, 250


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
