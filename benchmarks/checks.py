# ruff: noqa: S101, S105, S106
"""Check a thousand subjects at once beside one raw query that returns the same rows, and one subject beside a trivial view.

.venv/bin/python benchmarks/checks.py --subjects 1000000 --entries 100000 --write
"""

import argparse
import datetime as dt
import json
import os
import platform
import random
import statistics
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
SERVER = os.environ.get("BENCH_SERVER", "postgres://postgres@127.0.0.1:5432")
DATABASE = os.environ.get("BENCH_DATABASE", "credit_bench_checks")
os.environ.update(
    DATABASE_URL=f"{SERVER}/{DATABASE}", DJANGO_SETTINGS_MODULE="credit_site.settings", DEMONSTRATION="false",
    SECRET_KEY="benchmark-only", FIELD_KEYS="YmVuY2htYXJrLW9ubHktYmVuY2htYXJrLW9ubHktISE=",
    FIELD_HASH_KEY="benchmark-only", LOG_LEVEL="ERROR", API_REQUESTS_A_MINUTE="100000000", SECURE_SSL="false",
)  # fmt: skip
sys.path[:0] = [str(ROOT), str(ROOT / "benchmarks")]

import django  # noqa: E402
import psycopg2  # noqa: E402

django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client, override_settings  # noqa: E402
from django.urls import include, path  # noqa: E402
from django.utils import timezone  # noqa: E402
from oauth2_provider.models import AccessToken  # noqa: E402
from population_data import _COLUMNS, _SUBJECT, Rows, _execute, _uuid, _without_indexes  # noqa: E402
from rest_framework.request import Request  # noqa: E402
from rest_framework.response import Response  # noqa: E402

from registry import clock  # noqa: E402
from registry.api.views import ApiView  # noqa: E402
from registry.models import ApiClient, Department, PolicyVersion  # noqa: E402
from registry.rules.names import comparable_name  # noqa: E402
from registry.rules.scopes import CHECK  # noqa: E402
from registry.rules.synthetic import FICTIONAL_DIVISION, make_uscc  # noqa: E402
from registry.services.clients import client_open  # noqa: E402
from registry.services.policies import packs_load, policy_activate  # noqa: E402
from sanctions.rules.checking import Asked  # noqa: E402
from sanctions.services.checks import subjects_check  # noqa: E402

LISTS, CATALOGUE, MATTER = "mem-2023-11", "memo-2016-1001", "government-procurement"
TABLES = ("registry_subject", "registry_subjectname", "sanctions_case", "sanctions_listentry")
BATCH, SEED = 1_000, 20261122
GOAL_BATCH, GOAL_ONE = 3.0, 2.0
TOKEN = "benchmark-only"
# What a careful person would write by hand for the same rows: who it is, on which lists, and whether they stand still.
BASELINE = """
    SELECT s.uscc, s.public_id, s.kind, s.name, s.merged_into_id, e.public_id, e.pack_id, e.list_code, e.list_label,
        e.domain, e.clause, e.starts_on, e.ends_on, e.disputed_on, d.name, p.title, c.mode,
        EXISTS (SELECT 1 FROM sanctions_entrypause q WHERE q.entry_id = e.id AND q.starts_on <= %(on)s
            AND (q.ends_on IS NULL OR q.ends_on > %(on)s))
    FROM registry_subject s
    LEFT JOIN (
        sanctions_listentry e JOIN registry_department d ON d.id = e.department_id
        JOIN registry_policyversion p ON p.id = e.policy_id JOIN sanctions_case c ON c.id = e.case_id
    ) ON e.subject_id = s.id AND e.starts_on <= %(on)s AND e.ends_on > %(on)s AND (e.is_public OR EXISTS (
        SELECT 1 FROM sanctions_measureorder o WHERE o.entry_id = e.id AND o.department_id = %(department)s))
    WHERE s.uscc = ANY(%(codes)s)"""


class Trivial(ApiView):
    """What nothing but token, scope and limit costs."""

    scope = CHECK

    def post(self, request: Request) -> Response:
        """Answer with what was asked."""
        return Response({"asked": len(request.data)})


urlpatterns = [path("api/v1/trivial", Trivial.as_view()), path("", include("credit_site.urls"))]


def main() -> None:
    """Build where asked, measure, print, and write docs/performance-checks.md where asked."""
    arguments = _arguments()
    if not arguments.keep:
        _database()
        call_command("migrate", verbosity=0)
        begin = time.perf_counter()
        _build(arguments.subjects, arguments.entries)
        print(f"built in {time.perf_counter() - begin:.0f} s", flush=True)
    with override_settings(ROOT_URLCONF="checks", ALLOWED_HOSTS=["*"]):
        text = _measured(arguments)
    print(text)
    if arguments.write:
        (ROOT / "docs" / "performance-checks.md").write_text(text, encoding="utf-8")


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--subjects", type=int, default=100_000)
    parser.add_argument("--entries", type=int, default=10_000)
    parser.add_argument("--runs", type=int, default=30, help="batches; of single checks ten times as many")
    parser.add_argument("--keep", action="store_true", help="measure the county that is there already")
    parser.add_argument("--write", action="store_true", help="write docs/performance-checks.md")
    return parser.parse_args()


def _database() -> None:
    server = psycopg2.connect(f"{SERVER}/postgres")
    server.autocommit = True
    with server.cursor() as cursor:
        cursor.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
        cursor.execute(f"CREATE DATABASE {DATABASE} ENCODING 'UTF8' TEMPLATE template0")
    server.close()


def _build(subjects: int, entries: int) -> None:
    today = clock.today()
    packs_load(at=timezone.now())
    for pack_id in (LISTS, CATALOGUE):
        policy_activate(
            version=PolicyVersion.objects.filter(pack_id=pack_id).latest("pk"), mode="binding", actor=None,
            on=today - dt.timedelta(days=1),
        )  # fmt: skip
    department = Department.objects.create(code="bench", name="演示部门", short_name="演示", kind="bureau")
    client = client_open(name="演示系统", department=department, scopes=[CHECK], actor=None, on=today).client
    AccessToken.objects.create(
        token=TOKEN, application=client.application, scope=CHECK, expires=timezone.now() + dt.timedelta(days=365)
    )
    chance = random.Random(SEED)
    built = _without_indexes(TABLES)
    _subjects(subjects, chance)
    _entries(entries, subjects, department.pk, chance, today)
    for statement in built:
        _execute(statement)
    for table in TABLES:
        _execute(f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT COALESCE(MAX(id), 1) FROM {table}))")
        _execute(f"ANALYZE {table}")
    _execute("CHECKPOINT")


def _subjects(number: int, chance: random.Random) -> None:
    rows = Rows("registry_subject", _SUBJECT)
    names = Rows("registry_subjectname", ("id", "version", "subject_id", "name", "normalized"))
    for each in range(1, number + 1):
        name = f"演示主体{each}"
        rows.add(
            each,
            1,
            _uuid(chance),
            "organization",
            "enterprise",
            name,
            "[]",
            "active",
            None,
            "t",
            *[""] * 12,
            _code(each),
        )
        names.add(each, 1, each, name, comparable_name(name))
    rows.send()
    names.send()


def _code(number: int) -> str:
    return make_uscc("9", "1", FICTIONAL_DIVISION, number)


def _entries(number: int, subjects: int, department: int, chance: random.Random, today: dt.date) -> None:
    cases, rows = (Rows(name, _COLUMNS[name]) for name in ("sanctions_case", "sanctions_listentry"))
    policy = PolicyVersion.objects.filter(pack_id=LISTS).latest("pk").pk
    label = "安全生产严重失信主体名单"
    for each, subject in enumerate(chance.sample(range(1, subjects + 1), number), start=1):
        start = today - dt.timedelta(days=chance.randrange(1, 3 * 365 - 30))
        term = start + dt.timedelta(days=3 * 365)
        cases.add(
            each, 1, _uuid(chance), f"演{each}", "binding", LISTS, "blacklist", label, "published", "{}", "[]", start, start,
            "", "", "", "", "", department, policy, subject,
        )  # fmt: skip
        rows.add(
            each, 1, _uuid(chance), LISTS, "blacklist", label, "", "t", "第六条", start, start, start, term, term, "term", "",
            1, each, department, policy, subject,
        )  # fmt: skip
    cases.send()
    rows.send()


def _measured(arguments: argparse.Namespace) -> str:
    chance, client = random.Random(SEED), Client(headers={"Authorization": f"Bearer {TOKEN}"})
    caller = ApiClient.objects.select_related("account", "department").get()
    times: dict[str, list[float]] = {name: [] for name in ("sql", "service", "http", "trivial", "one")}
    for run in range(arguments.runs + 2):  # the first two warm up
        codes = [_code(each) for each in chance.sample(range(1, arguments.subjects + 1), BATCH)]
        rows: list[Any] = []
        taken = {
            "sql": _timed(lambda: rows.extend(_baseline(codes, caller)), []),  # noqa: B023
            "service": _timed(lambda: _service(codes, caller), answers := []),  # noqa: B023
            "http": _timed(lambda: _post(client, "check", _question(codes)), sent := []),  # noqa: B023
        }
        _same_rows(rows, answers[0], sent[0])
        if run >= 2:
            for name, seconds in taken.items():
                times[name].append(seconds)
    for run in range(arguments.runs * 10 + 20):
        question = _question([_code(chance.randrange(1, arguments.subjects + 1))])
        pair = {name: _timed(lambda: _post(client, place, question), []) for name, place in  # noqa: B023
                (("trivial", "trivial"), ("one", "check"))}  # fmt: skip
        if run >= 20:
            for name, seconds in pair.items():
                times[name].append(seconds)
    return _table(times, arguments)


def _timed(work: Callable[[], Any], kept: list[Any]) -> float:
    begin = time.perf_counter()
    kept.append(work())
    return time.perf_counter() - begin


def _baseline(codes: list[str], caller: ApiClient) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(BASELINE, {"codes": codes, "on": clock.today(), "department": caller.department_id})
        return cursor.fetchall()


def _service(codes: list[str], caller: ApiClient) -> Any:
    asked = [Asked(code, "") for code in codes]
    return subjects_check(
        asked=asked,
        matter=MATTER,
        purpose="演示",
        actor=caller.account,
        client=caller,
        on=clock.today(),
        at=clock.now(),
    )


def _question(codes: list[str]) -> str:
    return json.dumps({"matter": MATTER, "purpose": "演示", "subjects": [{"code": code} for code in codes]})


def _post(client: Client, place: str, body: str) -> Any:
    answer = client.post(f"/api/v1/{place}", body, content_type="application/json")
    assert answer.status_code == 200, answer.content
    return answer


def _same_rows(rows: list[Any], receipt: Any, answer: Any) -> None:
    """The raw query, the service and the API must have said the same, or the comparison is worth nothing."""
    raw = {(str(row[0]), str(row[5] or "")) for row in rows}
    said = {(each.asked.code, str(entry.row.public_id)) for each in receipt.answers for entry in each.entries}
    told = {(each["asked"]["code"], entry["id"]) for each in answer.json()["items"] for entry in each["entries"]}
    assert said == told == {pair for pair in raw if pair[1]}
    assert all(each.outcome == "found" for each in receipt.answers)


def _p95(values: list[float]) -> float:
    return sorted(values)[int(len(values) * 0.95)]


def _table(times: dict[str, list[float]], arguments: argparse.Namespace) -> str:
    middle = {name: statistics.median(values) * 1000 for name, values in times.items()}
    late = {name: _p95(values) * 1000 for name, values in times.items()}
    load = os.getloadavg()
    batch, one = middle["service"] / middle["sql"], late["one"] / late["trivial"]
    whole = middle["http"] / middle["sql"]
    lines = [
        "# Performance of checks\n",
        f"Written by `benchmarks/checks.py`: {arguments.subjects:,} subjects, {arguments.entries:,} public list entries, all "
        f"synthetic. {platform.machine()}, {os.cpu_count()} CPUs, Python {platform.python_version()}, PostgreSQL. "
        f"{arguments.runs} batches of {BATCH:,} codes and {arguments.runs * 10} single checks in one session, each beside its "
        f"baseline; load averages at the end {load[0]:.1f} / {load[1]:.1f} / {load[2]:.1f}, so keep the ratios, not the "
        "milliseconds.\n",
        "| what | median ms | p95 ms |",
        "|---|---:|---:|",
        *(
            f"| {label} | {middle[name]:.1f} | {late[name]:.1f} |"
            for name, label in (
                ("sql", "one raw query that returns the same rows, fetched"),
                ("service", "batch: asked, answered, noted (`subjects_check`)"),
                ("http", "batch over the API, JSON in and out"),
                ("trivial", "trivial view of the API (token, scope, limit)"),
                ("one", "check of one subject over the API"),
            )
        ),
        "",
        f"- Batch against the raw query: **{batch:.2f} times** (goal {GOAL_BATCH:.0f}); with HTTP and JSON {whole:.2f} times.",
        f"- One check against the trivial view, p95: **{one:.2f} times** (goal {GOAL_ONE:.0f}).",
        "- What each batch said was compared with the rows of the raw query.",
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    assert settings.configured
    main()
