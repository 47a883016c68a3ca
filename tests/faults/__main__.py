"""`make faults`: run the county, break it, count. Exit status 1 when anything was lost, doubled, stale or slow.

`FAULTS='--kills 10 --seed 3 --write'`: fewer kills, another chance, the table into docs/performance.md; `--keep` leaves the
folder with all logs.
"""

import argparse
import datetime as dt
import os
import shutil
import sys
import tempfile
import time
from pathlib import Path

from tests.faults.fleet import ROOT, Fleet
from tests.faults.servers import Postgres, Redis, free_port

ONE_DAY = dt.timedelta(days=1)


def environment(folder: Path, postgres: Postgres, redis: Redis) -> dict[str, str]:
    """Return the environment of every process: production's shape, the run's own servers, nothing else of the machine's."""
    kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG") if name in os.environ}
    return kept | {
        "DJANGO_SETTINGS_MODULE": "credit_site.settings", "PYTHONPATH": str(ROOT), "VAR_DIR": str(folder / "var"),
        "DATABASE_URL": postgres.address("credit"), "REDIS_URL": redis.address(0), "SECRET_KEY": "fault-run-only",
        "FIELD_KEYS": "YmVuY2htYXJrLW9ubHktYmVuY2htYXJrLW9ubHktISE=", "FIELD_HASH_KEY": "fault-run-only",
        "DEMONSTRATION": "true", "SECURE_SSL": "false", "WEBHOOK_NETWORKS": "127.0.0.0/8", "WEBHOOK_HTTP": "true",
        "API_REQUESTS_A_MINUTE": "100000", "SEARCHES_A_MINUTE": "100000", "API_TOKENS_A_MINUTE": "100000",
        "IMPORT_CHUNK_ROWS": "5", "LOG_LEVEL": "ERROR", "HOST": "127.0.0.1", "PORT": str(free_port()),
        "PLAIN_DATABASE": postgres.address("credit"), "PLAIN_REDIS": redis.address(1), "FAULTS_FOLDER": str(folder),
    }  # fmt: skip


def main() -> int:
    parser = argparse.ArgumentParser(prog="make faults")
    parser.add_argument("--kills", type=int, default=50)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--write", action="store_true", help="write the table to docs/performance.md")
    parser.add_argument("--keep", action="store_true", help="keep the folder with databases and logs")
    options = parser.parse_args()
    folder = Path(tempfile.mkdtemp(prefix="faults-"))
    postgres = redis = None
    began = time.monotonic()
    try:
        postgres, redis = Postgres(folder), Redis(folder)
        postgres.database_make("credit")
        env = environment(folder, postgres, redis)
        os.environ.clear()
        os.environ.update(env)
        import django

        django.setup()
        from tests.faults.run import Run

        fleet = Fleet(folder, env)
        try:
            return Run(folder, env, postgres, redis, fleet, options, began).carry_out()
        finally:
            fleet.stop()
    finally:
        if redis is not None:
            redis.stop()
        if postgres is not None:
            postgres.stop()
        if options.keep:
            sys.stdout.write(f"{folder}\n")
        else:
            shutil.rmtree(folder, ignore_errors=True)


if __name__ == "__main__":
    sys.exit(main())
