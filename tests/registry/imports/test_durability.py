"""What asks and writes for many rows changes how the server plans, never how the import's chunk is committed."""

import datetime as dt

import pytest
import time_machine
from django.db import connection, transaction

from registry.models import Record
from registry.services.imports.running import import_chunk_take, import_start
from sanctions.models import Candidate
from tests.factories import make_account, make_department
from tests.registry.imports.files import TODAY, good, preview, xlsx
from tests.registry.imports.test_chunk_equals_single import County, code

pytestmark = [pytest.mark.postgres]


def settings_of_the_connection() -> dict[str, str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, setting FROM pg_settings")
        return dict(cursor.fetchall())


def lsn(function: str) -> int:
    """Return a place in the write-ahead log, in bytes from its beginning."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {function}() - '0/0'::pg_lsn")
        return int(cursor.fetchone()[0])


@pytest.fixture
def started(needs_postgres):
    with time_machine.travel(dt.datetime(2026, 11, 20, 4, tzinfo=dt.UTC), tick=False):
        world = County()
        rows = [good(serial) for serial in range(40, 60)] + [good(22, CF_XDR_SHXYM=code(22))]
        batch = preview(xlsx(rows), department=world.bureau, actor=world.handler)
        import_start(batch_id=batch.pk, actor=world.handler, on=TODAY)
    return batch


@pytest.mark.django_db
def test_a_chunk_leaves_every_setting_of_the_connection_as_it_was(started):
    before = settings_of_the_connection()
    import_chunk_take(batch_id=started.pk, on=TODAY)
    # Still inside the transaction that commits the chunk: what is set for it would be in force at its commit.
    assert connection.in_atomic_block
    assert settings_of_the_connection() == before
    assert before["synchronous_commit"] == "on"
    assert Record.objects.filter(import_row__batch=started).count() == 21
    assert Candidate.objects.filter(subject__uscc=code(22)).exists()  # the packs were asked


@pytest.mark.django_db(transaction=True)
def test_a_committed_chunk_is_on_disk(needs_postgres):
    """No pack is in use here: asking one drops a temporary table, and then the server waits for the disk anyway."""
    bureau = make_department(name="河湾县应急管理局")
    handler = make_account("handler", department=bureau)
    batch = preview(xlsx([good(serial) for serial in range(40, 60)]), department=bureau, actor=handler)
    import_start(batch_id=batch.pk, actor=handler, on=TODAY)
    with transaction.atomic():
        import_chunk_take(batch_id=batch.pk, on=TODAY)
        written = lsn("pg_current_wal_insert_lsn")
    assert lsn("pg_current_wal_flush_lsn") >= written
