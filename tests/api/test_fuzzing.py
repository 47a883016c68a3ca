"""Schemathesis knows the committed OpenAPI document and the running server, and finds nothing wrong between the two.

Here it asks a few questions an operation, the same ones each time; `make fuzz` asks all that it can think of.
"""

import datetime as dt
import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings as plain_settings

from tests.api.clients import make_client, token_of
from tests.factories import make_department
from tests.sanctions.listing import make_entry, run_policy

DOCUMENT = Path(plain_settings.BASE_DIR) / "docs" / "api" / "openapi.yaml"
DAY = dt.date(2026, 3, 2)
PHASES, EXAMPLES = os.environ.get("FUZZ_PHASES", "examples,fuzzing"), os.environ.get("FUZZ_EXAMPLES", "5")
# Rules beyond the schema (an unknown matter, a decision of another department) refuse what the schema allows.
LEFT_OUT = "positive_data_acceptance"


@pytest.mark.django_db(transaction=True)
def test_what_schemathesis_asks_is_answered_as_the_document_says(live_server, settings, tmp_path):
    settings.API_REQUESTS_A_MINUTE = 1_000_000
    bureau = make_department("emergency")
    run_policy("mem-2023-11", on=DAY)
    make_entry("mem-2023-11", "blacklist", on=DAY)
    token = token_of(make_client(department=bureau))
    found = subprocess.run(
        [
            str(Path(sys.executable).with_name("schemathesis")), "run", str(DOCUMENT), "--url", live_server.url,
            "--header", f"Authorization: Bearer {token}", "--exclude-checks", LEFT_OUT, "--max-examples", EXAMPLES, "--phases", PHASES,
            "--generation-deterministic", "--no-color", "--warnings", "off",
        ],
        cwd=tmp_path, capture_output=True, text=True, check=False,
    )  # fmt: skip
    assert found.returncode == 0, found.stdout[-20_000:]
