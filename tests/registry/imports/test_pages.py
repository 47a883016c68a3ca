"""The pages of an import: upload, preview, progress, result, and the files to download."""

import datetime as dt
import html
import io
import re

import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.core.management import call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from registry.models import ImportBatch, Record
from registry.rules.publicity import Kind, check_rows, is_header, recognize
from registry.services import outbox
from registry.services.imports.reading import open_table
from registry.services.imports.running import TOPIC, import_chunk_take, import_give_up, import_start
from tests.factories import make_account, make_department
from tests.registry.imports.files import PERSON_NUMBER, TODAY, good, preview, previewed_batch, thirty_rows, xlsx

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _noon():
    with time_machine.travel(dt.datetime(2026, 11, 20, 4, tzinfo=dt.UTC), tick=False):
        yield


@pytest.fixture
def bureau():
    return make_department(name="河湾县应急管理局")


@pytest.fixture
def handler(bureau):
    return make_account("handler", department=bureau)


@pytest.fixture
def officer(client, handler):
    client.force_login(handler)
    return client


def upload(officer, bureau, content, name="处罚.xlsx", **fields):
    file = SimpleUploadedFile(name, content)
    data = {"file": file, "department": bureau.pk, "kind": "", **fields}
    return officer.post(reverse("registry:import-new"), data, follow=True)


def page(officer, batch, **query):
    return officer.get(reverse("registry:import-detail", args=[batch.public_id]), query).content.decode()


def test_the_journey_of_thirty_rows(officer, bureau):
    shown = upload(officer, bureau, xlsx(thirty_rows())).content.decode()
    assert "开始导入24行" in shown
    assert "未通过的6行" in shown
    batch = ImportBatch.objects.get()
    officer.post(reverse("registry:import-start", args=[batch.public_id]))
    assert 'http-equiv="refresh"' in page(officer, batch)
    outbox.outbox_drain(now=lambda: dt.datetime(2026, 11, 20, 5, tzinfo=dt.UTC))
    done = page(officer, batch)
    assert "导入24行，已存在未改动0行，未通过6行" in done
    assert 'http-equiv="refresh"' not in done
    assert Record.objects.count() == 24


def test_a_refused_file_keeps_the_form_with_the_reason_on_the_field(officer, bureau):
    response = upload(officer, bureau, "甲,乙,丙\n1,2,3\n".encode(), "别的.csv")
    assert "表头不是国家“双公示”模板" in response.context["form"].errors["file"][0]
    assert response.context["form"]["department"].value() == str(bureau.pk)


def test_an_empty_file_is_refused_on_the_field(officer, bureau):
    response = upload(officer, bureau, b"")
    assert response.context["form"].errors["file"]


def test_progress_says_how_many_of_how_many(officer, bureau, handler, settings):
    settings.IMPORT_CHUNK_ROWS = 10
    batch = preview(xlsx(thirty_rows()), department=bureau, actor=handler)
    import_start(batch_id=batch.pk, actor=handler, on=TODAY)
    import_chunk_take(batch_id=batch.pk, on=TODAY)
    assert "已处理 16 行，共 30 行" in page(officer, batch)  # 10 taken in, 6 refused beforehand


def test_the_same_bytes_are_told_to_the_officer(officer, bureau, handler):
    content = xlsx([good(1)])
    preview(content, department=bureau, actor=handler)
    assert "内容完全相同的文件曾于" in upload(officer, bureau, content).content.decode()


def test_a_row_that_was_there_already_leads_to_the_record_that_says_so(officer, bureau, handler):
    for _ in range(2):
        batch = preview(xlsx([good(1)]), department=bureau, actor=handler)
        import_start(batch_id=batch.pk, actor=handler, on=TODAY)
        import_chunk_take(batch_id=batch.pk, on=TODAY)
    record = Record.objects.get()
    [link] = set(re.findall(r'href="(/office/records/\?text=[^"]+)"', page(officer, batch, tab="same")))
    found = officer.get(html.unescape(link)).content.decode()
    assert reverse("registry:record-detail", args=[record.public_id]) in found


@pytest.mark.parametrize("tab", ["imported", "refused", "same", "waiting"])
def test_no_page_shows_an_identity_number(tab, officer, bureau, handler):
    batch = preview(xlsx(thirty_rows()), department=bureau, actor=handler)
    before = page(officer, batch)
    import_start(batch_id=batch.pk, actor=handler, on=TODAY)
    import_chunk_take(batch_id=batch.pk, on=TODAY)
    assert PERSON_NUMBER not in before + page(officer, batch, tab=tab)


def test_failed_rows_are_downloaded_and_the_download_is_on_the_timeline(officer, bureau, handler):
    batch = previewed_batch(bureau, handler)
    response = officer.get(reverse("registry:import-failed", args=[batch.public_id]))
    assert "no-store" in response["Cache-Control"]
    assert len(list(open_table(b"".join(response.streaming_content), "退回.xlsx").rows)) == 1


def test_a_cancelled_import_says_so(officer, bureau, handler):
    batch = previewed_batch(bureau, handler)
    officer.post(reverse("registry:import-cancel", args=[batch.public_id]))
    assert "已取消，没有导入任何行" in page(officer, batch)


def test_a_stopped_import_can_be_continued(officer, bureau, handler):
    batch = previewed_batch(bureau, handler)
    import_start(batch_id=batch.pk, actor=handler, on=TODAY)
    import_give_up({"batch": batch.pk}, dt.datetime(2026, 11, 20, 5, tzinfo=dt.UTC))
    assert "继续导入其余1行" in page(officer, batch)
    officer.post(reverse("registry:import-start", args=[batch.public_id]))
    outbox.outbox_drain(now=lambda: dt.datetime(2026, 11, 20, 6, tzinfo=dt.UTC))
    assert Record.objects.count() == 1


def test_the_import_is_carried_out_by_the_relay():
    assert TOPIC in outbox._handlers


def test_the_log_is_filtered(officer, bureau, handler):
    previewed_batch(bureau, handler)
    found = officer.get(reverse("registry:import-list"), {"state": "done"})
    assert list(found.context["page"]) == []
    assert len(officer.get(reverse("registry:import-list"), {"department": bureau.pk}).context["page"]) == 1


def log_queries(officer):
    with CaptureQueriesContext(connection) as queries:
        officer.get(reverse("registry:import-list"))
    return len(queries)


def test_the_log_costs_the_same_for_one_import_and_for_three(officer, bureau, handler):
    previewed_batch(bureau, handler)
    one = log_queries(officer)
    previewed_batch(bureau, handler)
    previewed_batch(bureau, handler)
    assert log_queries(officer) == one


@pytest.mark.parametrize(
    ("name", "kind", "width"),
    [
        ("registry:import-template-penalty", Kind.PENALTY, 30),
        ("registry:import-template-licence", Kind.LICENCE, 28),
    ],
)
def test_the_template_is_the_national_layout(name, kind, width, officer):
    content = b"".join(officer.get(reverse(name)).streaming_content)
    header = open_table(content, "模板.xlsx").header
    assert (recognize(header).kind, len(header)) == (kind, width)


def sample_results(content):
    table = open_table(content, "示例.xlsx", is_header=is_header)
    return [row.result for row in check_rows(recognize(table.header), table.rows, TODAY)]


def test_the_sample_has_24_good_rows_and_6_bad_for_6_reasons(officer):
    results = sample_results(b"".join(officer.get(reverse("registry:import-sample")).streaming_content))
    reasons = [result.errors[0].column + result.errors[0].reason[-8:] for result in results if not result.is_good]
    assert (len(results), len(reasons), len(set(reasons))) == (30, 6, 6)


def test_the_sample_goes_in_whatever_the_day(officer, bureau):
    content = b"".join(officer.get(reverse("registry:import-sample")).streaming_content)
    assert "开始导入24行" in upload(officer, bureau, content).content.decode()


def test_the_command_writes_the_sample(tmp_path):
    out = io.StringIO()
    call_command("demonstration_import_file", tmp_path / "示例.xlsx", stdout=out)
    assert len(sample_results((tmp_path / "示例.xlsx").read_bytes())) == 30


def test_export_is_sent_as_a_file(officer, bureau):
    data = {
        "kind": "penalty",
        "department": bureau.pk,
        "decided_from": "2026-01-01",
        "decided_until": "2026-11-20",
        "table_format": "csv",
        "purpose": "报送市级平台",
    }
    response = officer.post(reverse("registry:export"), data)
    assert response["Content-Type"] == "text/csv"


def test_export_refused_keeps_what_was_typed(officer):
    data = {
        "kind": "penalty",
        "decided_from": "2026-11-20",
        "decided_until": "2026-01-01",
        "table_format": "csv",
        "purpose": "报送市级平台",
    }
    response = officer.post(reverse("registry:export"), data)
    assert "早于起始日期" in response.context["form"].errors["decided_until"][0]


def test_who_may_not_see_numbers_is_not_offered_them(client):
    client.force_login(make_account("publisher"))
    assert "with_identities" not in client.get(reverse("registry:export")).context["form"].fields
