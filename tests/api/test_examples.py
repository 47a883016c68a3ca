"""The examples of docs/api/ run against a server, so that they cannot rot."""

import datetime as dt
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings as plain_settings
from django.utils import timezone

from credit_site.demonstration.office import office_open
from registry.api import uploads
from registry.models import Attachment, Record
from registry.services.outbox import outbox_drain
from sanctions.models import CheckLog, OrderFeedback
from tests.factories import LONG_AGO
from tests.sanctions.listing import make_entry, run_policy

EXAMPLES = Path(plain_settings.BASE_DIR) / "docs" / "api" / "examples"


@pytest.fixture
def place(transactional_db, live_server, monkeypatch, tmp_path):
    """A county with the sandbox client and one entry; whoever asks how far an upload has come finds the relay at work."""
    on = timezone.localdate() - dt.timedelta(days=1)
    office_open(LONG_AGO)
    run_policy("mem-2023-11", on=on)
    run_policy("memo-2016-1001", on=on)
    make_entry("mem-2023-11", "blacklist", on=on)
    told = uploads.upload_told

    def drained(batch, where):
        outbox_drain(now=timezone.now)
        batch.refresh_from_db()
        return told(batch, where)

    monkeypatch.setattr(uploads, "upload_told", drained)
    return {**os.environ, "HOST": live_server.url, "HOME": str(tmp_path), "TMPDIR": str(tmp_path)}


def walked(place: dict[str, str], *command: str) -> str:
    done = subprocess.run(command, env=place, capture_output=True, text=True, check=False, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@pytest.mark.skipif(shutil.which("curl") is None, reason="needs curl")
def test_the_walk_with_curl(place):
    said = walked(place, "bash", str(EXAMPLES / "walk.sh"))
    assert "done: imported 1, refused 1" in said
    assert said.rstrip().endswith("queue-unknown")
    assert CheckLog.objects.count() == 3
    assert set(Record.objects.exclude(recorded_by=None).values_list("kind", flat=True)) == {"inspection", "permit"}
    assert OrderFeedback.objects.get(kind="carried-out").attachment.media_type == "application/pdf"
    assert Attachment.objects.filter(name="决定书.pdf").count() == 1


def test_the_walk_in_python(place):
    said = walked(place, sys.executable, str(EXAMPLES / "walk.py"))
    assert "reported: imported" in said
    assert "upload: done 3 1" in said
    assert OrderFeedback.objects.filter(kind="carried-out").count() == 1
    assert said.rstrip().endswith("400 queue-unknown")
    assert Record.objects.filter(kind="inspection", state="confirmed").count() == 4
