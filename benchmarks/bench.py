# ruff: noqa: S106
"""What every benchmark shares: production's settings, a database of its own, timing, its section of docs/performance.md.

import bench
bench.begin("credit_bench")          # before anything of Django's is imported
...
bench.section_write("draw", "Drawing inspections", text)
"""

import os
import platform
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
REPORT = ROOT / "docs" / "performance.md"
SERVER = os.environ.get("BENCH_SERVER", "postgres://postgres@127.0.0.1:5432")


def begin(database: str, **settings: str) -> None:
    """Set production's settings for a database on `SERVER` and start Django; `settings`: more of the environment."""
    os.environ.update(
        DATABASE_URL=f"{SERVER}/{database}", DJANGO_SETTINGS_MODULE="credit_site.settings", DEMONSTRATION="false",
        SECRET_KEY="benchmark-only", FIELD_KEYS="YmVuY2htYXJrLW9ubHktYmVuY2htYXJrLW9ubHktISE=",
        FIELD_HASH_KEY="benchmark-only", LOG_LEVEL="ERROR", SECURE_SSL="false", **settings,
    )  # fmt: skip
    sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]
    import django

    django.setup()


def begin_pages(database: str, **settings: str) -> None:
    """As `begin`, for asking pages through the test client: static files collected, no limit on searching."""
    folder = tempfile.mkdtemp(prefix="bench-")
    begin(database, ALLOWED_HOSTS="testserver", SEARCHES_A_MINUTE="1000000000", REQUIRE_SECOND_FACTOR="false",
          STATIC_ROOT=folder, VAR_DIR=folder, **settings)  # fmt: skip
    from django.core.management import call_command

    call_command("collectstatic", verbosity=0, interactive=False)


def database_make(database: str) -> None:
    """Make an empty database in place of the one that is there, and migrate it."""
    import psycopg2
    from django.core.management import call_command

    server = psycopg2.connect(f"{SERVER}/postgres")
    server.autocommit = True
    with server.cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')
        cursor.execute(f"CREATE DATABASE \"{database}\" ENCODING 'UTF8' TEMPLATE template0")
    server.close()
    call_command("migrate", verbosity=0)


def database_copy(database: str, source: str) -> None:
    """Make a database as a copy of another one of the server, to which nobody may be connected."""
    import psycopg2

    server = psycopg2.connect(f"{SERVER}/postgres")
    server.autocommit = True
    with server.cursor() as cursor:
        cursor.execute(f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')
        cursor.execute(f'CREATE DATABASE "{database}" TEMPLATE "{source}"')
    server.close()


def timed(work: Callable[[], Any]) -> float:
    """Seconds that `work` takes."""
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def median(values: Sequence[float]) -> float:
    """The middle of the values."""
    return statistics.median(values)


def p95(values: Sequence[float]) -> float:
    """The value that 95 of 100 do not exceed."""
    return sorted(values)[int(len(values) * 0.95)]


def machine() -> str:
    """What was measured on, and how busy it was: a sentence for the section."""
    from django.db import connection

    with connection.cursor() as cursor:
        return _machine(_settings(cursor))


def machine_of(database: str) -> str:
    """The same, where Django is not started."""
    import psycopg2

    server = psycopg2.connect(f"{SERVER}/{database}")
    with server.cursor() as cursor:
        settings = _settings(cursor)
    server.close()
    return _machine(settings)


def _settings(cursor: Any) -> tuple[str, str]:
    """The server's version, and how much memory it keeps tables and indexes in."""
    cursor.execute("SELECT current_setting('server_version'), current_setting('shared_buffers')")
    version, buffers = cursor.fetchone()
    return version.split()[0], buffers


def _machine(settings: tuple[str, str]) -> str:
    version, buffers = settings
    load = " / ".join(f"{each:.1f}" for each in os.getloadavg())
    return (
        f"{os.cpu_count()} cores, {platform.machine()}, PostgreSQL {version} on the same machine with "
        f"shared_buffers of {buffers}, Python {platform.python_version()}; load averages at the end {load}."
    )


def warm() -> None:
    """Read every table and index into the server's own memory, as after a day of work; what does not fit pushes out what was
    there before."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_prewarm")
        cursor.execute(
            "SELECT pg_prewarm(oid) FROM pg_class WHERE relkind IN ('r', 'i') AND relnamespace = 'public'::regnamespace"
        )


def database_exists(database: str) -> bool:
    """Whether the server has a database of that name."""
    import psycopg2

    server = psycopg2.connect(f"{SERVER}/postgres")
    with server.cursor() as cursor:
        cursor.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database])
        found = cursor.fetchone() is not None
    server.close()
    return found


def section_write(name: str, title: str, text: str) -> None:
    """Put a section in place of the one of that name in docs/performance.md, or at its end."""
    section = f"<!-- {name} -->\n\n## {title}\n\n{text.strip()}\n\n<!-- /{name} -->"
    report = REPORT.read_text(encoding="utf-8") if REPORT.exists() else ""
    found = re.compile(rf"\n*<!-- {name} -->.*?<!-- /{name} -->\n*", re.DOTALL)
    before, after = ([*found.split(report, maxsplit=1), ""])[:2]
    report = f"{before.rstrip()}\n\n{section}\n\n{after.lstrip()}".rstrip() + "\n"
    REPORT.write_text(report, encoding="utf-8")
