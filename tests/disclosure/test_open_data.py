"""Open data: what the page of the lists shows on the day, signed; nothing of it a moment longer than on the page."""

import base64
import csv
import datetime as dt
import hashlib
import io
import json
import shutil
import subprocess

import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from django.urls import reverse

from disclosure.models import ListSnapshot, Publication
from disclosure.services.open_data import files_folder, snapshot_make, snapshot_refresh
from disclosure.services.publications import publication_withdraw
from disclosure.tasks import open_data_task
from registry import clock
from registry.models import JobRun
from tests.disclosure import county
from tests.factories import make_subject

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 11, 22)
NOON = dt.datetime(2026, 11, 22, 4, tzinfo=dt.UTC)
LISTS = "安全生产严重失信主体名单"


@pytest.fixture(autouse=True)
def today(monkeypatch):
    day = {"on": TODAY}
    monkeypatch.setattr(clock, "today", lambda: day["on"])
    return day


@pytest.fixture
def version():
    return county.activate("test-dual", "test-lists")["test-lists"]


def listed(version, subject=None, *, starts_on=dt.date(2026, 3, 2), ends_on=dt.date(2029, 3, 3), **fields):
    entry = county.make_entry(
        subject or make_subject(), version=version, starts_on=starts_on, ends_on=ends_on, **fields
    )
    county.open_entry(entry, on=starts_on)
    return entry


def publication(entry):
    return Publication.objects.get(object_kind="sanctions.listentry", object_id=entry.pk)


def fetch(client, name):
    answer = client.get(reverse("disclosure:open-data-file", args=[name]))
    content = b"".join(answer.streaming_content) if answer.streaming else answer.content
    return answer, content


def rows(client):
    return [json.loads(line) for line in fetch(client, "entries.ndjson")[1].splitlines()]


def make(on=TODAY):
    return snapshot_make(on=on, at=NOON)


def test_a_snapshot_holds_the_entries_on_public_lists_today_and_no_others(client, version):
    shown = listed(version, make_subject("演示矿业有限公司"))
    listed(version, ends_on=TODAY)  # its last day was yesterday
    listed(version, is_public=False)
    gone = listed(version)
    publication_withdraw(publication_id=publication(gone).pk, reason="更正", actor=None, on=TODAY)
    county.make_publication(county.make_penalty(make_subject()))  # a penalty is no list
    make()
    assert rows(client) == [{
        "on": "2026-11-22", "id": str(publication(shown).public_id), "name": "演示矿业有限公司", "kind": "organization",
        "uscc": shown.subject.uscc, "list": LISTS, "number": shown.case.decision_number,
        "department": shown.department.name, "policy": "演示严重失信名单管理办法", "clause": "第六条",
        "since": "2026-03-02", "until": "2029-03-02", "is_disputed": False,
    }]  # fmt: skip


def test_a_person_stands_masked_and_without_number(client, version):
    person = make_subject("王建国", kind="person", uscc=None, born_on=dt.date(1990, 3, 7), document_masked="139***4530")
    listed(version, person)
    make()
    for name in ("entries.ndjson", "entries.csv"):
        text = fetch(client, name)[1].decode()
        assert "王*" in text
        assert "王建国" not in text
        assert "4530" not in text


def test_csv_tells_the_same_rows_and_runs_no_formula(client, version):
    listed(version, make_subject("=HYPERLINK(1)公司"))
    listed(version, make_subject("演示矿业有限公司"))
    make()
    table = list(csv.DictReader(io.StringIO(fetch(client, "entries.csv")[1].decode("utf-8-sig"))))
    assert [row["当事人"] for row in table] == ["'=HYPERLINK(1)公司", "演示矿业有限公司"]
    assert [row["公示编号"] for row in table] == [row["id"] for row in rows(client)]
    assert {row["基准日"] for row in table} == {"2026-11-22"}
    assert {row["类别"] for row in table} == {"组织"}


def test_the_manifest_names_day_counts_and_digests_and_is_signed(client, version):
    listed(version)
    listed(version)
    make()
    _, manifest = fetch(client, "manifest.json")
    told = json.loads(manifest)
    assert (told["on"], told["valid_through"], told["rows"], told["lists"]) == (
        "2026-11-22",
        "2026-11-22",
        2,
        {LISTS: 2},
    )
    for each in told["files"]:
        _, content = fetch(client, each["name"])
        assert (hashlib.sha256(content).hexdigest(), len(content)) == (each["sha256"], each["bytes"])
    key = load_pem_public_key(fetch(client, "key.pem")[1])
    signature = fetch(client, "manifest.sig")[1]
    key.verify(signature, manifest)
    with pytest.raises(InvalidSignature):
        key.verify(signature, manifest.replace(b'"rows":2', b'"rows":3'))


@pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl on this machine")
def test_the_commands_on_the_page_verify_it(client, version, tmp_path):
    listed(version)
    make()
    for name in ("manifest.json", "manifest.sig", "key.pem"):
        (tmp_path / name).write_bytes(fetch(client, name)[1])
    page = client.get(reverse("disclosure:open-data")).content.decode()
    command = "openssl pkeyutl -verify -pubin -inkey key.pem -rawin -in manifest.json -sigfile manifest.sig"
    assert command in page
    done = subprocess.run(command.split(), cwd=tmp_path, capture_output=True, text=True)
    assert (done.returncode, "Signature Verified Successfully" in done.stdout) == (0, True)


def test_a_key_of_the_office_s_own_signs(client, version, settings):
    settings.OPEN_DATA_KEY = base64.urlsafe_b64encode(b"k" * 32).decode()
    make()
    derived = ListSnapshot.objects.get().key_id
    load_pem_public_key(fetch(client, "key.pem")[1]).verify(
        fetch(client, "manifest.sig")[1], fetch(client, "manifest.json")[1]
    )
    settings.OPEN_DATA_KEY = base64.urlsafe_b64encode(b"l" * 32).decode()
    assert fetch(client, "manifest.json")[0].status_code == 503  # signed with a key that is no longer told
    make()
    assert ListSnapshot.objects.first().key_id != derived


# --- not a moment longer ------------------------------------------------------------------------------------------
@pytest.mark.parametrize("name", ["entries.ndjson", "entries.csv", "manifest.json", "manifest.sig"])
def test_the_day_after_nothing_of_it_can_be_fetched(client, version, today, name):
    listed(version, ends_on=dt.date(2026, 11, 23))
    make()
    assert fetch(client, name)[0].status_code == 200
    today["on"] = dt.date(2026, 11, 23)
    answer, _ = fetch(client, name)
    assert (answer.status_code, answer["Retry-After"]) == (503, "300")
    assert "快照正在制作" in client.get(reverse("disclosure:open-data")).content.decode()


def test_what_changes_on_the_lists_within_the_day_stops_the_download_until_it_is_made_anew(client, version):
    entry = listed(version)
    make()

    def stops():
        assert fetch(client, "entries.csv")[0].status_code == 503
        assert snapshot_refresh(on=TODAY, at=NOON)["made"] == 1
        assert fetch(client, "entries.csv")[0].status_code == 200

    listed(version)
    stops()
    shown = publication(entry)
    shown.disputed_on = TODAY
    shown.save_by(None, reason="test")
    stops()
    assert [row["is_disputed"] for row in rows(client)] == [True, False]
    county.end_entry(entry, ends_on=TODAY, on=TODAY)
    stops()
    assert len(rows(client)) == 1
    assert snapshot_refresh(on=TODAY, at=NOON) == {}


def test_only_the_newest_keeps_its_files(version):
    first, second = make(), make()
    assert not files_folder(first).exists()
    assert sorted(path.name for path in files_folder(second).iterdir()) == ["entries.csv", "entries.ndjson"]
    assert ListSnapshot.objects.count() == 2


def test_a_snapshot_that_fails_leaves_the_one_before_as_it_is(client, version, monkeypatch):
    make()
    before = files_folder(ListSnapshot.objects.get())

    def broken(**kwargs):
        raise OSError("no space left on device")

    monkeypatch.setattr("disclosure.services.open_data.manifest_text", broken)
    with pytest.raises(OSError, match="no space"):
        make()
    assert [path.name for path in before.parent.iterdir()] == [before.name]
    assert fetch(client, "entries.csv")[0].status_code == 200


def test_the_job_makes_it_once_and_leaves_no_row_for_looking(version):
    listed(version)
    for _ in range(3):
        open_data_task()
    assert ListSnapshot.objects.count() == 1
    assert JobRun.objects.get(name="disclosure.open_data").counts == {"made": 1, "listed": 1}


def test_before_the_first_one_the_page_says_so(client):
    page = client.get(reverse("disclosure:open-data"))
    assert page.status_code == 200
    assert "快照正在制作" in page.content.decode()
    assert client.get(reverse("disclosure:open-data-file", args=["secrets.txt"])).status_code == 404


def test_empty_lists_make_a_snapshot_too(client, version):
    make()
    assert rows(client) == []
    assert "0条" in client.get(reverse("disclosure:open-data")).content.decode()


def test_it_is_not_for_caches_and_search_engines(client, version):
    make()
    answer, _ = fetch(client, "entries.csv")
    assert answer["Cache-Control"] == "no-cache"
    assert answer["X-Robots-Tag"] == "noindex, noarchive"
    assert 'filename="entries-2026-11-22.csv"' in answer["Content-Disposition"]


def test_many_entries_cost_no_more_queries(version, django_assert_num_queries):
    make()  # folders, first rows
    for _ in range(3):
        listed(version)
    with django_assert_num_queries(7):
        make()
    for _ in range(9):
        listed(version)
    with django_assert_num_queries(7):
        make()
