# ruff: noqa: E402, S101
"""Check a thousand subjects at once beside one raw query that returns the same rows, and one subject beside a trivial view.

.venv/bin/python benchmarks/checks.py --subjects 1000000 --entries 100000 --write
"""

import argparse
import datetime as dt
import json
import os
import random
import time
from typing import Any

import bench

DATABASE = os.environ.get("BENCH_DATABASE", "credit_bench_checks")
bench.begin(DATABASE, API_REQUESTS_A_MINUTE="100000000")

from django.db import connection
from django.test import Client, override_settings
from django.urls import include, path
from django.utils import timezone
from oauth2_provider.models import AccessToken
from population_data import _COLUMNS, _SUBJECT, Rows, _execute, _uuid, _without_indexes
from rest_framework.request import Request
from rest_framework.response import Response

from registry import clock
from registry.api.views import ApiView
from registry.models import ApiClient, Department, PolicyVersion
from registry.rules.names import comparable_name
from registry.rules.scopes import CHECK
from registry.rules.synthetic import FICTIONAL_DIVISION, make_uscc
from registry.services.clients import client_open
from registry.services.policies import packs_load, policy_activate
from sanctions.rules.checking import Asked
from sanctions.services.checks import subjects_check

LISTS, CATALOGUE, MATTER = "mem-2023-11", "memo-2016-1001", "government-procurement"
TABLES = ("registry_subject", "registry_subjectname", "sanctions_case", "sanctions_listentry")
BATCH, SEED = 1_000, 20261122
GOAL_BATCH, GOAL_ONE = 3.0, 2.0
TOKEN = "benchmark-only"  # noqa: S105
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
    """Build where asked, measure, print, and write the section of docs/performance.md where asked."""
    arguments = _arguments()
    if not arguments.keep:
        bench.database_make(DATABASE)
        begin = time.perf_counter()
        _build(arguments.subjects, arguments.entries)
        print(f"built in {time.perf_counter() - begin:.0f} s", flush=True)
    with override_settings(ROOT_URLCONF="checks", ALLOWED_HOSTS=["*"]):
        text = _measured(arguments)
    print(text)
    if arguments.write:
        bench.section_write("checks", "Checking before an approval", text)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--subjects", type=int, default=100_000)
    parser.add_argument("--entries", type=int, default=10_000)
    parser.add_argument("--runs", type=int, default=30, help="batches; of single checks ten times as many")
    parser.add_argument("--keep", action="store_true", help="measure the county that is there already")
    parser.add_argument("--write", action="store_true", help="write the section of docs/performance.md")
    return parser.parse_args()


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
        answers: list[Any] = []
        taken = {
            "sql": bench.timed(lambda: rows.extend(_baseline(codes, caller))),  # noqa: B023
            "service": bench.timed(lambda: answers.append(_service(codes, caller))),  # noqa: B023
            "http": bench.timed(lambda: answers.append(_post(client, "check", _question(codes)))),  # noqa: B023
        }
        _same_rows(rows, *answers)
        if run >= 2:
            for name, seconds in taken.items():
                times[name].append(seconds)
    for run in range(arguments.runs * 10 + 20):
        question = _question([_code(chance.randrange(1, arguments.subjects + 1))])
        pair = {name: bench.timed(lambda: _post(client, place, question)) for name, place in  # noqa: B023
                (("trivial", "trivial"), ("one", "check"))}  # fmt: skip
        if run >= 20:
            for name, seconds in pair.items():
                times[name].append(seconds)
    return _table(times, arguments)


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


def _table(times: dict[str, list[float]], arguments: argparse.Namespace) -> str:
    middle = {name: bench.median(values) * 1000 for name, values in times.items()}
    late = {name: bench.p95(values) * 1000 for name, values in times.items()}
    batch, one = middle["service"] / middle["sql"], late["one"] / late["trivial"]
    whole = middle["http"] / middle["sql"]
    lines = [
        f"Written by `benchmarks/checks.py`: {arguments.subjects:,} subjects, {arguments.entries:,} public list entries, all "
        f"synthetic; {arguments.runs} batches of {BATCH:,} codes and {arguments.runs * 10} single checks in one session, each "
        f"beside its baseline. {bench.machine()}\n",
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
        f"- Batch against the raw query: **{batch:.2f} times** (goal {GOAL_BATCH:.0f}: {_met(batch, GOAL_BATCH)}); with HTTP "
        f"and JSON {whole:.2f} times.",
        f"- One check against the trivial view, p95: **{one:.2f} times** (goal {GOAL_ONE:.0f}: {_met(one, GOAL_ONE)}).",
        "- What each batch said was compared with the rows of the raw query.",
    ]
    return "\n".join(lines) + "\n"


def _met(ratio: float, goal: float) -> str:
    return "met" if ratio <= goal else "not met"


if __name__ == "__main__":
    main()
