"""Two publishers at once: one publication, one clear refusal (PostgreSQL, real threads)."""

import datetime as dt
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connection

from disclosure.models import Publication
from disclosure.services.records import record_publish
from registry.base.errors import Conflict
from tests.disclosure import county
from tests.factories import make_account, make_subject

ON = dt.date(2026, 2, 12)


@pytest.mark.postgres
@pytest.mark.usefixtures("needs_postgres")
@pytest.mark.django_db(transaction=True)
def test_two_publishers_at_once_give_one_publication_and_one_refusal():
    county.activate("test-dual")
    record = county.make_penalty(make_subject(), decided_on=dt.date(2026, 2, 11))
    actors, barrier = [make_account("publisher"), make_account("publisher")], Barrier(2)

    def publish(actor):
        try:
            barrier.wait(timeout=10)
            record_publish(record_id=record.pk, actor=actor, on=ON, until=dt.date(2027, 2, 11))
        except Conflict as refusal:
            return refusal.code
        finally:
            connection.close()
        return "published"

    with ThreadPoolExecutor(2) as pool:
        outcomes = sorted(pool.map(publish, actors))
    assert outcomes == ["already-published", "published"]
    assert Publication.objects.count() == 1
