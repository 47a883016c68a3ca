"""Senders, voids and answers at once (PostgreSQL, real threads): nothing lost, nothing in two files, no deadlock."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection, transaction

from disclosure.models import ChannelFile, Submission
from disclosure.services.channels.answering import acknowledgement_read
from disclosure.services.channels.file_drop import files_make
from disclosure.services.channels.moves import When
from registry import clock
from registry.services.records import record_lock
from tests.disclosure import county
from tests.disclosure.channel_samples import make_channel, noon, penalty, returned, voided

pytestmark = [
    pytest.mark.postgres, pytest.mark.usefixtures("needs_postgres"), pytest.mark.django_db(transaction=True),
]  # fmt: skip
DAY = dt.date(2026, 11, 3)


@pytest.fixture
def channel(monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: noon(DAY))
    monkeypatch.setattr(clock, "today", lambda: DAY)
    county.activate("test-dual")
    return make_channel()


def at_once(*works):
    barrier = Barrier(len(works))

    def run(work):
        try:
            barrier.wait(timeout=10)
            return work()
        finally:
            connection.close()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


def void_all(records):
    for record in records:
        with transaction.atomic():
            voided(record_lock(record.pk), on=DAY)


def test_two_makers_put_every_row_into_one_file(channel):
    records = [penalty(on=DAY) for _ in range(30)]
    at_once(*[lambda: files_make(channel, None, lambda: noon(DAY))] * 2)
    assert sum(ChannelFile.objects.values_list("rows", flat=True)) == len(records)
    assert set(Submission.objects.values_list("state", flat=True)) == {"sent"}


def test_what_is_void_while_files_are_made_is_withdrawn_or_never_left(channel):
    records = [penalty(on=DAY) for _ in range(30)]
    at_once(lambda: files_make(channel, None, lambda: noon(DAY)), lambda: void_all(records))
    files_make(channel, None, lambda: noon(DAY))
    for each in Submission.objects.all():
        was_out = each.first_sent_on is not None
        expected = ("withdrawal", "sent") if was_out else ("report", "dropped")
        assert (each.matter, each.state) == expected


def test_an_answer_read_while_its_records_are_void_leaves_no_accepted_row_standing(channel):
    records = [penalty(on=DAY) for _ in range(20)]
    files_make(channel, None, lambda: noon(DAY))
    upload = returned([(record, "成功", "") for record in records])
    when = When(DAY, noon(DAY))
    at_once(
        lambda: acknowledgement_read(channel=channel, file=None, upload=upload, actor=None, when=when),
        lambda: void_all(list(reversed(records))),
    )
    assert set(Submission.objects.values_list("matter", "state")) == {("withdrawal", "owed")}
