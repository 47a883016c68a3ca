"""A long file is made by a job and fetched from its own page by who asked for it alone; what the job meets is told."""

import datetime as dt

import pytest
import time_machine
from django.urls import reverse

from registry import clock
from registry.base.errors import NotAllowed, RuleRefused, TransitionRefused
from registry.models import Attachment, AttachmentDownload, Event, ExportFile, Notice, OutboxMessage, Record, RoleGrant
from registry.rules.publicity import Kind
from registry.selectors.export_files import given_of
from registry.services import export_files, progress
from registry.services.export_files import MOST_AT_ONCE, export_ask, export_take
from registry.services.imports import returning
from registry.services.imports.export_kinds import NATIONAL, national_given
from registry.services.imports.reading import open_table
from registry.services.outbox import MAX_ATTEMPTS, outbox_drain
from registry.services.retention import retention_run
from tests.factories import make_account, make_department
from tests.registry.imports.files import PERSON_NUMBER, TODAY, good, thirty_rows, xlsx
from tests.registry.imports.test_export import bureau, handler, take  # noqa: F401 - fixtures

pytestmark = pytest.mark.django_db
FORM = {
    "kind": "penalty", "department": "", "decided_from": "2026-01-01", "decided_until": "2026-12-31",
    "table_format": "csv", "purpose": "报送市级平台",
}  # fmt: skip
MAKING, READY, FAILED = ExportFile.State


@pytest.fixture(autouse=True)
def noon():
    with time_machine.travel(dt.datetime(2026, 11, 20, 4, tzinfo=dt.UTC), tick=False) as traveller:
        yield traveller


@pytest.fixture(autouse=True)
def ten_are_long(monkeypatch):
    monkeypatch.setattr(export_files, "LONG_ROWS", 10)


@pytest.fixture
def at_office(client, handler):  # noqa: F811
    client.force_login(handler)
    return client


@pytest.fixture
def taken_in(bureau, handler):  # noqa: F811
    take(xlsx(thirty_rows()), bureau, handler)


def wish(**changes):
    given = {
        "kind": Kind.PENALTY, "department": None, "decided_from": dt.date(2026, 1, 1),
        "decided_until": dt.date(2026, 12, 31), "table_format": "csv", "with_identities": True, "is_partial": False,
        "purpose": "报送市级平台",
    }  # fmt: skip
    return national_given(**{**given, **changes})


def ask(actor, **changes):
    return export_ask(code=NATIONAL, given=wish(**changes), actor=actor, on=TODAY)


def made(actor, **changes):
    export = ask(actor, **changes)
    outbox_drain(now=clock.now)
    export.refresh_from_db()
    return export


def take_file(export, actor, on=TODAY):
    return export_take(export=export, address=None, actor=actor, on=on)


def becomes(account, role):
    grant = RoleGrant.objects.get(account=account)
    grant.role = role
    grant.save_by(None, reason="test")


# --- short and long ------------------------------------------------------------------------------------------------
def test_a_file_of_no_more_rows_is_sent_at_once(bureau, handler, at_office):  # noqa: F811
    take(xlsx([good(serial) for serial in range(1, 11)]), bureau, handler)
    response = at_office.post(reverse("registry:export"), FORM)
    assert response["Content-Disposition"].startswith("attachment")
    assert ExportFile.objects.count() == 0


def test_a_longer_one_is_made_by_a_job_and_holds_the_same(taken_in, handler, at_office, monkeypatch):  # noqa: F811
    with monkeypatch.context() as patched:
        patched.setattr(export_files, "LONG_ROWS", 24)
        at_once = b"".join(at_office.post(reverse("registry:export"), FORM).streaming_content)
    response = at_office.post(reverse("registry:export"), FORM)
    export = ExportFile.objects.get()
    assert response.url == reverse("registry:export-file", args=[export.public_id])
    page = at_office.get(response.url).content.decode()
    assert ("正在后台生成" in page, 'http-equiv="refresh"' in page, "下载</a>" in page) == (True, True, False)
    outbox_drain(now=clock.now)
    page = at_office.get(response.url).content.decode()
    assert ("24行" in page, 'http-equiv="refresh"' in page, "2026-11-27" in page) == (True, False, True)
    fetched = at_office.get(reverse("registry:export-fetch", args=[export.public_id]))
    assert b"".join(fetched.streaming_content) == at_once
    assert len(list(open_table(at_once, "x.csv").rows)) == 24
    assert fetched["Cache-Control"] == "private, no-store"


def test_its_officer_is_told_and_every_download_is_logged(taken_in, handler):  # noqa: F811
    export = made(handler)
    assert Notice.objects.get(kind="export.ready").account == handler
    assert Event.objects.get(name="export.made").payload["purpose"] == "报送市级平台"
    take_file(export, handler)
    take_file(export, handler)
    assert AttachmentDownload.objects.filter(attachment=export.attachment, account=handler).count() == 2


def test_nothing_is_owed_for_a_wish_that_is_not_complete(taken_in, at_office):
    page = at_office.post(reverse("registry:export"), {**FORM, "purpose": " "}).content.decode()
    assert "用途" in page
    assert ExportFile.objects.count() == 0


def test_asked_again_while_it_is_made_it_is_owed_once(taken_in, handler):  # noqa: F811
    assert ask(handler) == ask(handler)
    assert ask(handler, table_format="xlsx") != ask(handler)
    assert OutboxMessage.objects.filter(topic=export_files.TOPIC).count() == 2


def test_an_account_waits_for_a_few_files_at_most(taken_in, handler):  # noqa: F811
    for serial in range(MOST_AT_ONCE):
        ask(handler, purpose=f"用途{serial}")
    with pytest.raises(RuleRefused, match="正在生成"):
        ask(handler)
    outbox_drain(now=clock.now)
    assert ask(handler).state == MAKING


# --- who may fetch it ----------------------------------------------------------------------------------------------
def test_nobody_else_finds_or_fetches_it(taken_in, bureau, handler, client):  # noqa: F811
    export = made(handler)
    other = make_account("handler", "reviewer", department=bureau)
    client.force_login(other)
    for name, which in (
        ("export-file", export.public_id), ("export-fetch", export.public_id),
        ("attachment-download", export.attachment.public_id),
    ):  # fmt: skip
        assert client.get(reverse(f"registry:{name}", args=[which])).status_code == 404, name
    assert export.attachment.name not in client.get(reverse("registry:export-files")).content.decode()
    with pytest.raises(NotAllowed):
        take_file(export, other)


def test_who_has_moved_to_another_department_fetches_it_no_more(taken_in, handler):  # noqa: F811
    export = made(handler)
    handler.department = make_department()
    handler.save()
    with pytest.raises(NotAllowed, match="原部门"):
        take_file(export, handler)


@pytest.mark.parametrize(("with_identities", "is_refused"), [(True, True), (False, False)])
def test_identity_numbers_are_fetched_only_with_the_right_to_see_them(
    with_identities, is_refused, taken_in, handler  # noqa: F811
):  # fmt: skip
    export = made(handler, with_identities=with_identities)
    assert (PERSON_NUMBER.encode() in export.attachment.file.open("rb").read()) == with_identities
    becomes(handler, "publisher")  # exports, but sees no identity numbers
    if is_refused:
        with pytest.raises(NotAllowed):
            take_file(export, handler)
    else:
        assert take_file(export, handler) == export.attachment


def test_what_was_asked_is_not_readable_in_the_database(taken_in, handler):  # noqa: F811
    export = made(handler)
    assert "报送市级平台" not in export.given_sealed
    assert given_of(export)["purpose"] == "报送市级平台"


# --- how long ------------------------------------------------------------------------------------------------------
def test_it_is_fetched_for_seven_days_whether_or_not_a_job_has_run(taken_in, handler, client):  # noqa: F811
    export = made(handler)
    assert take_file(export, handler, on=TODAY + dt.timedelta(7)) == export.attachment
    with pytest.raises(TransitionRefused, match="只保存到2026-11-27"):
        take_file(export, handler, on=TODAY + dt.timedelta(8))


def test_then_the_file_and_the_wish_go_and_the_row_stays(taken_in, handler, noon, at_office):  # noqa: F811
    export = made(handler)
    retention_run(on=TODAY + dt.timedelta(7))
    assert Attachment.objects.get(pk=export.attachment_id).scan == Attachment.Scan.CLEAN
    retention_run(on=TODAY + dt.timedelta(8))
    outbox_drain(now=clock.now)
    export.refresh_from_db()
    assert (export.given_sealed, export.attachment.scan, export.rows) == ("", Attachment.Scan.REMOVED, 24)
    assert not export.attachment.file.storage.exists(export.attachment.file.name)
    noon.shift(dt.timedelta(8))
    at_office.force_login(handler)
    assert "已过保存期限" in at_office.get(reverse("registry:export-file", args=[export.public_id])).content.decode()
    with pytest.raises(TransitionRefused):
        take_file(export, handler, on=TODAY + dt.timedelta(8))


# --- what the job meets --------------------------------------------------------------------------------------------
def test_records_that_the_template_refuses_are_named_on_its_page(taken_in, bureau, handler, at_office):  # noqa: F811
    record = Record.objects.order_by("pk").last()
    record.penalty.authority = ""
    record.penalty.save_by(None, reason="test")
    export = made(handler)
    assert (export.state, export.attachment) == (FAILED, None)
    page = at_office.get(reverse("registry:export-file", args=[export.public_id])).content.decode()
    assert (record.number in page, "有1条记录不符合国家模板" in page) == (True, True)
    assert Notice.objects.get(kind="export.failed").account == handler
    assert made(handler, is_partial=True).left_out == 1


def test_who_loses_the_right_meanwhile_gets_no_file(taken_in, handler):  # noqa: F811
    export = ask(handler)
    becomes(handler, "reviewer")
    outbox_drain(now=clock.now)
    export.refresh_from_db()
    assert (export.state, "没有办理这一步的权限" in export.fault) == (FAILED, True)


def test_a_killed_workers_file_is_made_anew_and_kept_once(taken_in, handler, monkeypatch, noon):  # noqa: F811
    export = ask(handler)
    with monkeypatch.context() as patched:
        patched.setattr(export_files, "_keep", lambda *given: 1 / 0)
        outbox_drain(now=clock.now)
    export.refresh_from_db()
    assert export.state == MAKING
    noon.shift(dt.timedelta(minutes=5))
    outbox_drain(now=clock.now)
    export_files.export_run({"export": export.pk}, clock.now())
    export.refresh_from_db()
    assert export.state == READY
    assert Attachment.objects.filter(name=export.attachment.name).count() == 1


def test_what_fails_again_and_again_is_given_up_and_told(taken_in, handler, monkeypatch, noon):  # noqa: F811
    export = ask(handler)
    monkeypatch.setattr(returning, "write_national_table", lambda *given, **more: 1 / 0)
    for _ in range(MAX_ATTEMPTS):
        outbox_drain(now=clock.now)
        noon.shift(dt.timedelta(hours=2))
    export.refresh_from_db()
    assert (export.state, "请重新导出" in export.fault) == (FAILED, True)
    assert Notice.objects.filter(kind="export.failed").count() == 1


def test_its_page_tells_how_many_rows_are_written(taken_in, handler, monkeypatch):  # noqa: F811
    monkeypatch.setattr(progress, "EVERY", 10)
    seen = []
    real = export_files._progress
    monkeypatch.setattr(export_files, "_progress", lambda pk, rows: (seen.append(rows), real(pk, rows)))
    made(handler)
    assert seen == [10, 20]
