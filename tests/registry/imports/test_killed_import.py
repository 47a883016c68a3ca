"""Killing the worker in the middle of an import loses nothing and doubles nothing."""

import signal
import time

from tests.credit_site.test_worker import migrated_file, run, site, start  # noqa: F401 - fixtures

PROCESS = "tests/registry/imports/import_process.py"


def test_an_import_killed_in_the_middle_goes_on_without_loss_or_double(site):  # noqa: F811
    site["IMPORT_CHUNK_ROWS"] = "5"
    run(site, PROCESS, "prepare")
    killed = start(site, PROCESS, "hang")
    assert killed.stdout.readline() == "inside\n"
    killed.send_signal(signal.SIGKILL)
    killed.wait()
    assert run(site, PROCESS, "report") == "records=10 numbers=10 linked=10 subjects=10 waiting=14"
    limit = time.monotonic() + 60
    while run(site, PROCESS, "run") == "0":  # the dead relay's lease runs out after two seconds
        assert time.monotonic() < limit
    assert run(site, PROCESS, "report") == "records=24 numbers=24 linked=24 subjects=24 waiting=0"
