"""The same file taken in by two workers at the same moment: each decision becomes one record."""

import threading

import pytest
from django.db import connection

from registry.models import Record, Subject
from registry.selectors.imports import counts_of
from registry.services.imports.running import import_chunk_take, import_start
from tests.factories import make_account, make_department
from tests.registry.imports.files import TODAY, preview, thirty_rows, xlsx


def together(*works):
    barrier, errors = threading.Barrier(len(works)), []

    def run(work):
        try:
            barrier.wait()
            while work():
                pass
        except Exception as error:  # noqa: BLE001 - what a thread met is judged by the test
            errors.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return errors


@pytest.fixture
def batches():
    department = make_department(name="河湾县应急管理局")
    handler = make_account("handler", department=department)
    content = xlsx(thirty_rows())
    found = [preview(content, department=department, actor=handler) for _ in range(2)]
    for batch in found:
        import_start(batch_id=batch.pk, actor=handler, on=TODAY)
    return found


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_imports_of_one_file_at_once_record_each_decision_once(needs_postgres, batches, settings):
    settings.IMPORT_CHUNK_ROWS = 5
    errors = together(*[lambda pk=batch.pk: import_chunk_take(batch_id=pk, on=TODAY) for batch in batches])
    counts = counts_of(batch.pk for batch in batches).values()
    assert errors == []
    assert (Record.objects.count(), Subject.objects.count()) == (24, 24)
    assert sorted(each.imported + each.same for each in counts) == [24, 24]


@pytest.mark.postgres
@pytest.mark.django_db(transaction=True)
def test_two_workers_on_one_import_share_it_without_doubling(needs_postgres, batches, settings):
    settings.IMPORT_CHUNK_ROWS = 5
    batch = batches[0]
    errors = together(*[lambda: import_chunk_take(batch_id=batch.pk, on=TODAY)] * 2)
    assert errors == []
    assert (Record.objects.count(), counts_of([batch.pk])[batch.pk].imported) == (24, 24)
