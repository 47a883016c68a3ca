"""The sweep of a day: 1,000 deadlines to remind of and 1,000 entries that end, beside an indexed SELECT of the same rows.

    BENCH_DATABASE=credit_bench_city_1000000 .venv/bin/python benchmarks/sweep.py

Each run plants rows due on its day, for nothing of the city is; afterwards they are settled. The baselines read the same
rows with what their notices name, by index: as plain rows of a cursor, and as objects of the ORM. Left to itself the server
reads whole tables for them, because it expects a quarter of all entries to be due.
"""

import json
import os
import sys
import time
from collections.abc import Callable
from typing import Any

import bench

DATABASE = os.environ.get("BENCH_DATABASE", "credit_bench_city")
bench.begin(DATABASE)

from city import ON  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.db.models import QuerySet  # noqa: E402
from django.utils import timezone  # noqa: E402
from population_data import MINISTRY  # noqa: E402

from registry.models import Deadline, Department, PolicyVersion, Subject  # noqa: E402
from registry.services.reminders import deadlines_remind  # noqa: E402
from sanctions.models import ListEntry  # noqa: E402
from sanctions.services.endings import endings_dispatch  # noqa: E402

DUE, RUNS, GOAL = 1_000, 5, 10.0
_DEADLINES = """
    INSERT INTO registry_deadline (version, code, label, object_kind, object_id, role, starts_on, days, unit, due_on,
        is_provisional, pack_id, policy_hash, clause, is_assumed, department_id, subject_id)
    SELECT 1, 'repair', '信用修复决定', 'bench.due', %(run)s::bigint * 100000 + n, '', %(on)s::date - 20, 14, 'working', %(on)s,
        FALSE, '', '', '', TRUE, (SELECT min(id) FROM registry_department) + n %% 10, 1 + (n * 7919) %% %(subjects)s
    FROM generate_series(1, %(due)s) AS n"""
# What earlier runs have planted is settled: the city stays as large as it was.
_SETTLE = """
    UPDATE registry_deadline SET met_on = due_on WHERE object_kind = 'bench.due' AND met_on IS NULL;
    UPDATE registry_deadline l SET met_on = l.due_on FROM sanctions_measureorder o
        JOIN sanctions_listentry e ON e.id = o.entry_id
    WHERE l.object_kind = 'sanctions.measureorder' AND l.object_id = o.id AND l.met_on IS NULL AND l.cancelled_on IS NULL
        AND e.list_code LIKE 'due-%%';
    UPDATE sanctions_measureorder o SET ending = 'confirmed', ending_confirmed_on = ending_dispatched_on
    FROM sanctions_listentry e
    WHERE e.id = o.entry_id AND o.ending = 'dispatched' AND e.list_code LIKE 'due-%%'"""
_CASES = """
    INSERT INTO sanctions_case (version, public_id, number, mode, pack_id, list_code, list_label, state, reasons, sentences,
        opened_on, decided_on, person_role, minutes, confirmation_number, decision_number, drop_reason, department_id,
        policy_id, subject_id)
    SELECT 1, gen_random_uuid(), '测' || %(run)s || '-' || n, 'internal', %(pack)s, 'due-' || %(run)s, '黑名单', 'published', '{}',
        '[]', %(on)s::date - 1096, %(on)s::date - 1096, '', '', '', '', '', (SELECT min(id) FROM registry_department) + n %% 10,
        %(policy)s, 1 + (n * 7919) %% %(subjects)s
    FROM generate_series(1, %(due)s) AS n"""
_ENTRIES = """
    INSERT INTO sanctions_listentry (version, public_id, pack_id, list_code, list_label, domain, is_public, clause,
        decided_on, published_on, starts_on, term_ends_on, ends_on, end_reason, end_note, time, case_id, department_id,
        policy_id, subject_id)
    SELECT 1, gen_random_uuid(), c.pack_id, c.list_code, c.list_label, '', TRUE, '1', c.decided_on, c.decided_on,
        c.decided_on, %(on)s, %(on)s, 'term', '', 1, c.id, c.department_id, c.policy_id, c.subject_id
    FROM sanctions_case c WHERE c.number LIKE '测' || %(run)s || '-%%'"""
_ORDERS = """
    INSERT INTO sanctions_measureorder (version, public_id, catalogue, catalogue_hash, measure_code, measure_label,
        is_mandatory, legal_basis, state, dispatched_on, received_on, answered_on, ending, department_id, entry_id)
    SELECT 1, gen_random_uuid(), e.pack_id, '', '1.' || n, '依法从严审查', TRUE, '[]', 'carried-out', e.starts_on, e.starts_on,
        e.starts_on, '', (SELECT min(id) FROM registry_department) + n, e.id
    FROM sanctions_listentry e JOIN sanctions_case c ON c.id = e.case_id, generate_series(1, 2) AS n
    WHERE c.number LIKE '测' || %(run)s || '-%%'"""
_READ_DEADLINES = """
    SELECT l.*, s.name, d.name FROM registry_deadline l JOIN registry_subject s ON s.id = l.subject_id
        JOIN registry_department d ON d.id = l.department_id
    WHERE l.due_on = %(on)s AND l.met_on IS NULL AND l.cancelled_on IS NULL"""
_READ_ENTRIES = """
    SELECT e.*, s.name, d.name, o.* FROM sanctions_listentry e JOIN registry_subject s ON s.id = e.subject_id
        JOIN registry_department d ON d.id = e.department_id JOIN sanctions_measureorder o ON o.entry_id = e.id
    WHERE e.ends_on <= %(on)s AND e.expiry_announced_on IS NULL"""

_BY_INDEX = "SET LOCAL enable_seqscan = off; SET LOCAL enable_hashjoin = off; SET LOCAL enable_mergejoin = off"


def measure(say: Callable[[str], None]) -> dict[str, Any]:
    """Return medians in seconds: of each sweep, and of reading its rows as a cursor's and as the ORM's."""
    times: dict[str, list[float]] = {}
    deadlines_remind(on=ON, at=timezone.now())  # what the city itself owes
    endings_dispatch(on=ON)
    begin = int(time.time())  # what an earlier run of this planted stays apart
    for run in range(RUNS + 1):  # the first warms up
        _plant(begin + run)
        _tidy()
        one = _run(run)
        say(f"run {run}: " + ", ".join(f"{name} {each * 1e3:.0f} ms" for name, each in one.items()))
        for name, each in one.items():
            times.setdefault(name, []).extend([each] if run else [])
    return {
        "subjects": Subject.objects.count(),
        "due": DUE,
        **{name: bench.median(each) for name, each in times.items()},
    }


def _run(run: int) -> dict[str, float]:
    with_names = Deadline.objects.select_related("subject", "department").filter(
        due_on=ON, met_on__isnull=True, cancelled_on__isnull=True
    )
    over = ListEntry.objects.select_related("subject", "department").prefetch_related("orders")
    over = over.filter(ends_on__lte=ON, expiry_announced_on__isnull=True)
    seconds = {
        "read_deadlines": bench.timed(lambda: _rows(_READ_DEADLINES)),
        "objects_deadlines": bench.timed(lambda: _objects(with_names)),
        "read_entries": bench.timed(lambda: _rows(_READ_ENTRIES)),
        "objects_entries": bench.timed(lambda: _objects(over)),
    }
    reminded: dict[str, int] = {}
    seconds["remind"] = bench.timed(lambda: reminded.update(deadlines_remind(on=ON, at=timezone.now())))
    seconds["end"] = bench.timed(lambda: reminded.update(endings_dispatch(on=ON)))
    if reminded != {"reminded": DUE, "ended": DUE, "orders": 2 * DUE}:
        raise SystemExit(f"run {run} did not do what was due: {reminded}")
    _execute(_SETTLE, {})
    return seconds


@transaction.atomic
def _plant(run: int) -> None:
    values = {
        "run": run, "on": ON, "due": DUE, "subjects": Subject.objects.count(), "pack": MINISTRY,
        "policy": PolicyVersion.objects.filter(pack_id=MINISTRY).latest("pk").pk,
    }  # fmt: skip
    if Department.objects.count() < 13:
        raise SystemExit(f"{DATABASE} is no city: build one with benchmarks/city.py")
    _execute(_SETTLE, {})
    for statement in (_DEADLINES, _CASES, _ENTRIES, _ORDERS):
        _execute(statement, values)


def _tidy() -> None:
    """What a server does of itself, unless it is told not to as on a test machine: it looks at tables that have changed."""
    for table in ("registry_deadline", "sanctions_case", "sanctions_listentry", "sanctions_measureorder"):
        _execute(f"VACUUM (ANALYZE) {table}", {})


def _execute(statement: str, values: dict[str, Any]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)


@transaction.atomic
def _rows(statement: str) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(_BY_INDEX)
        cursor.execute(statement, {"on": ON})
        return cursor.fetchall()


@transaction.atomic
def _objects(found: QuerySet[Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(_BY_INDEX)
    return list(found)


if __name__ == "__main__":
    json.dump(measure(lambda text: print(text, file=sys.stderr, flush=True)), sys.stdout)
