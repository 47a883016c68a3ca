# ruff: noqa: E402, S101
"""Joint action at full size: the office's pages of orders and the statistics of a period, beside plain SQL.

.venv/bin/python benchmarks/orders.py --orders 1000000 --write
"""

import argparse
import datetime as dt
import os
import random
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import bench

DATABASE = os.environ.get("BENCH_DATABASE", "credit_bench_orders")
bench.begin(DATABASE, REQUIRE_SECOND_FACTOR="false")

from django.conf import settings
from django.contrib.staticfiles.storage import StaticFilesStorage
from django.db import connection
from django.test import Client, override_settings
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone
from population_data import _COLUMNS, _SUBJECT, Rows, _execute, _uuid, _without_indexes

from registry import clock
from registry.models import Account, Department, PolicyVersion, RoleGrant
from registry.rules.synthetic import FICTIONAL_DIVISION, make_uscc
from registry.services.policies import packs_load
from sanctions.selectors.joint_statistics import Span, joint_figures
from sanctions.selectors.order_counts import department_standings, numbers_by_department, queue_counts
from sanctions.selectors.orders import QUEUES, in_queue
from sanctions.selectors.orders import MeasureOrder as Order

SEED, DEPARTMENTS, MEASURES, ORDERS_AN_ENTRY, DAYS = 20261129, 30, 40, 10, 1_000
GOAL_STATISTICS, GOAL_PAGE = 3.0, 100.0
ORDER = "sanctions.measureorder"
TABLES = (
    "registry_subject", "sanctions_case", "sanctions_listentry", "sanctions_measureorder", "sanctions_orderfeedback",
    "registry_deadline", "registry_deadlinepause", "sanctions_entrypause", "sanctions_orderpause",
)  # fmt: skip
COLUMNS = {
    "sanctions_listentry": (*_COLUMNS["sanctions_listentry"], "expiry_announced_on"),
    "sanctions_measureorder": (
        "id", "version", "public_id", "catalogue", "catalogue_hash", "measure_code", "measure_label", "is_mandatory",
        "legal_basis", "state", "dispatched_on", "received_on", "answered_on", "ending", "ending_dispatched_on",
        "ending_confirmed_on", "department_id", "entry_id",
    ),
    "sanctions_orderfeedback": ("id", "kind", "text", "document_number", "amount", "cases", "account_id", '"on"', "order_id"),
    "registry_deadline": (
        "id", "version", "code", "label", "object_kind", "object_id", "role", "starts_on", "days", "unit", "due_on",
        "is_provisional", "pack_id", "policy_hash", "clause", "is_assumed", "met_on", "cancelled_on", "department_id",
        "subject_id",
    ),
    "registry_deadlinepause": ("id", "version", "starts_on", "ends_on", "reason", "deadline_id"),
    "sanctions_entrypause": ("id", "version", "starts_on", "ends_on", "reason", "entry_id"),
    "sanctions_orderpause": ("id", "version", "stop_asked_on", "stopped_on", "order_id", "pause_id"),
}  # fmt: skip
# What a careful person would write for the answers alone: no days used, no pauses, no endings of entries.
BY_HAND = """
    SELECT o.department_id, o.catalogue, o.measure_code, d.code, count(*),
        count(*) FILTER (WHERE d.met_on <= d.due_on), count(*) FILTER (WHERE d.met_on > d.due_on),
        count(*) FILTER (WHERE d.met_on IS NULL AND d.due_on < %(on)s)
    FROM registry_deadline d JOIN sanctions_measureorder o ON o.id = d.object_id
    WHERE d.object_kind = 'sanctions.measureorder' AND d.starts_on BETWEEN %(first)s AND %(on)s
    GROUP BY 1, 2, 3, 4"""
COUNT = "SELECT count(*) FROM (SELECT 1 FROM sanctions_measureorder ORDER BY id LIMIT 1001) few"
STANDINGS_BY_HAND = "SELECT department_id, state, count(*) FROM sanctions_measureorder GROUP BY 1, 2"


def main() -> None:
    """Build where asked, measure, print, and write the section of docs/performance.md where asked."""
    arguments = _arguments()
    if not arguments.keep:
        bench.database_make(DATABASE)
        begin = time.perf_counter()
        County(arguments.orders, clock.today()).build()
        print(f"built in {time.perf_counter() - begin:.0f} s", flush=True)
    # Nothing is collected for a measurement: static addresses without their digests.
    storages = {**settings.STORAGES, "staticfiles": {"BACKEND": StaticFilesStorage.__module__ + ".StaticFilesStorage"}}
    with override_settings(ALLOWED_HOSTS=["*"], STORAGES=storages):
        text = _measured(arguments)
    print(text)
    if arguments.write:
        bench.section_write("orders", "Orders and statistics of joint action", text)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--orders", type=int, default=200_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--keep", action="store_true", help="measure the county that is there already")
    parser.add_argument("--write", action="store_true", help="write the section of docs/performance.md")
    return parser.parse_args()


class County:
    """Entries of the last thousand days with ten orders each; nineteen of twenty are answered, most in time."""

    def __init__(self, orders: int, today: dt.date) -> None:
        self.orders, self.today, self.chance = orders, today, random.Random(SEED)
        self.rows = {name: Rows(name, columns) for name, columns in COLUMNS.items()}
        self.rows["sanctions_case"] = Rows("sanctions_case", _COLUMNS["sanctions_case"])
        self.rows["registry_subject"] = Rows("registry_subject", _SUBJECT)
        self.made = dict.fromkeys(TABLES, 0)

    def build(self) -> None:
        """Fill an empty, migrated database."""
        packs_load(at=timezone.now())
        self.policy = PolicyVersion.objects.filter(pack_id="mem-2023-11").latest("pk").pk
        for number in range(DEPARTMENTS):
            Department.objects.create(
                code=f"bench-{number}", name=f"演示部门{number}", short_name=f"演示{number}", kind="bureau"
            )
        self.departments = list(Department.objects.filter(code__startswith="bench-").values_list("pk", flat=True))
        office = Department.objects.create(code="office", name="演示信用办", short_name="信用办", kind="credit-office")
        officer = Account.objects.create_user(username="bench", password=None, department=office)
        RoleGrant(account=officer, role="handler", starts_on=self.day(DAYS)).save_by(None, reason="benchmark")
        self.officer = officer.pk
        statements = _without_indexes(TABLES)
        for number in range(1, self.orders // ORDERS_AN_ENTRY + 1):
            self._entry(number)
        for rows in self.rows.values():
            rows.send()
        for statement in statements:
            _execute(statement)
        for table in TABLES:
            _execute(
                f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT COALESCE(MAX(id), 1) FROM {table}))"
            )
            _execute(f"ANALYZE {table}")
        _execute("VACUUM")
        _execute("CHECKPOINT")

    def day(self, back: int) -> dt.date:
        """Return the day `back` days before today."""
        return self.today - dt.timedelta(days=back)

    def put(self, table: str, *values: Any) -> int:
        """Add a row with the next id and the version; return the id."""
        self.made[table] += 1
        head = (self.made[table],) if table == "sanctions_orderfeedback" else (self.made[table], 1)
        self.rows[table].add(*head, *values)
        return self.made[table]

    def _entry(self, number: int) -> None:
        chance, begun = self.chance, self.chance.randrange(1, DAYS)
        start, lasts = self.day(begun), 365 if chance.random() < 0.3 else 3 * 365
        end = start + dt.timedelta(days=lasts)
        subject = self.put(
            "registry_subject", _uuid(chance), "organization", "enterprise", f"演示主体{number}", "[]", "active", None, "t",
            *[""] * 12, make_uscc("9", "1", FICTIONAL_DIVISION, number),
        )  # fmt: skip
        department, label = self.departments[number % DEPARTMENTS], "安全生产严重失信主体名单"
        case = self.put(
            "sanctions_case", _uuid(chance), f"演{number}", "binding", "mem-2023-11", "blacklist", label, "published",
            "{}", "[]", start, start, "", "", "", "", "", department, self.policy, subject,
        )  # fmt: skip
        entry = self.put(
            "sanctions_listentry", _uuid(chance), "mem-2023-11", "blacklist", label, "", "t", "第六条", start, start,
            start, end, end, "term", "", 1, case, department, self.policy, subject,
            end if end <= self.today else None,
        )  # fmt: skip
        paused = self.day(min(begun - 1, 5)) if end > self.today and chance.random() < 0.01 else None
        pause = self.put("sanctions_entrypause", paused, None, "演示", entry) if paused else None
        first = chance.randrange(MEASURES)
        for place in range(ORDERS_AN_ENTRY):
            self._order(entry, subject, start, end, (first + place) % MEASURES, pause)

    def _order(
        self, entry: int, subject: int, start: dt.date, end: dt.date, measure: int, pause: int | None
    ) -> None:  # fmt: skip
        chance, over = self.chance, end <= self.today
        department = self.departments[chance.randrange(DEPARTMENTS)]
        due = start + dt.timedelta(days=14)
        answered: dt.date | None = start + dt.timedelta(days=chance.randrange(1, 17))
        if answered > self.today or chance.random() < 0.05:  # type: ignore[operator]
            answered = None
        state = "dispatched" if answered is None else "refused" if chance.random() < 0.02 else "carried-out"
        lifted = end + dt.timedelta(days=chance.randrange(1, 9)) if over and chance.random() < 0.97 else None
        ending = ("confirmed" if lifted else "dispatched") if over and state != "refused" else ""
        order = self.put(
            "sanctions_measureorder", _uuid(chance), "memo-2016-1001", "0" * 64, str(measure), f"演示措施{measure}", "t",
            "[]", state, start, answered, answered, ending, end if ending else None, lifted if ending else None,
            department, entry,
        )  # fmt: skip
        if answered is not None:
            kind = "refused" if state == "refused" else "carried-out"
            amount = chance.randrange(100) * 1000 if chance.random() < 0.2 else None
            self.put("sanctions_orderfeedback", kind, "已办", "", amount, None, self.officer, answered, order)
        deadline = self._deadline("order-answer", order, department, subject, start, due, answered,
                                  end if over and answered is None else None)  # fmt: skip
        if ending:
            self._deadline("order-ending", order, department, subject, end, end + dt.timedelta(days=7), lifted, None)
        if pause is not None and state == "carried-out":
            self.put("sanctions_orderpause", self.day(5), None if chance.random() < 0.5 else self.day(3), order, pause)
        elif pause is not None and answered is None:
            self.put("registry_deadlinepause", self.day(5), None, "演示", deadline)

    def _deadline(
        self, code: str, order: int, department: int, subject: int, start: dt.date, due: dt.date,
        met: dt.date | None, cancelled: dt.date | None,
    ) -> int:  # fmt: skip
        return self.put(
            "registry_deadline", code, "演示", ORDER, order, "department", start, 10, "working", due, "f", "", "", "", "f",
            met, cancelled, department, subject,
        )  # fmt: skip


def _measured(arguments: argparse.Namespace) -> str:
    today = clock.today()
    _check(today)
    times = {name: _middle(work, arguments.runs) for name, work in _works(today)}
    ratio = times["statistics of eleven months"][2] / times["eleven months by hand: one GROUP BY of the answers"][2]
    entrance = times["the office's entrance page"][2]
    slowest = max((spent[2], name) for name, spent in times.items() if name.startswith("the office's page of"))
    return "\n".join(
        [
            f"Written by `benchmarks/orders.py`: {arguments.orders:,} orders on {arguments.orders // ORDERS_AN_ENTRY:,} "
            f"entries, {DEPARTMENTS} departments, {MEASURES} measures, all synthetic; medians of {arguments.runs} after one "
            f"to warm up. {bench.machine()}\n",
            "| what | median ms | of it waiting for the database | the database computes, ms |",
            "|---|---:|---:|---:|",
            *(f"| {name} | {told[0]:,.1f} | {told[1]:,.1f} | {told[2]:,.0f} |" for name, told in times.items()),
            "",
            "- The last column is the server's own computing for one run, in one process: other work on the machine does not draw "
            "it out, and the goals are held against it.",
            f"- Statistics of eleven months against one GROUP BY: **{ratio:.2f} times** (goal {GOAL_STATISTICS:.0f}: "
            f"{_met(ratio <= GOAL_STATISTICS)}). They count deadlines and answers, by department and by measure; the GROUP BY "
            "the deadlines alone.",
            f"- The office's entrance page: **{entrance:,.0f} ms of the database** (goal {GOAL_PAGE:.0f}: "
            f"{_met(entrance < GOAL_PAGE)}); the slowest queue, {slowest[1].rpartition(' ')[2]}: {slowest[0]:,.0f} ms "
            f"({_met(slowest[0] < GOAL_PAGE)}).",
            "- The numbers by department are compared with the orders in each queue before anything is measured.",
        ]
    )


def _works(today: dt.date) -> list[tuple[str, Callable[[], Any]]]:
    """Return what is measured, each under its name."""
    first = (today.replace(day=1) - dt.timedelta(days=320)).replace(day=1)
    client = Client()
    client.force_login(Account.objects.get(username="bench"), backend="django.contrib.auth.backends.ModelBackend")
    everything = Order.objects.order_by()
    return [
        ("eleven months by hand: one GROUP BY of the answers", lambda: _sql(BY_HAND, {"first": first, "on": today})),
        ("statistics of eleven months", lambda: joint_figures(Span(first, today, today))),
        ("statistics of one month", lambda: joint_figures(Span(today.replace(day=1), today, today))),
        ("by hand: departments and states, one GROUP BY", lambda: _sql(STANDINGS_BY_HAND, {})),
        ("how the departments stand", lambda: department_standings(numbers_by_department(today))),
        ("by hand: 1,001 orders counted from an index", lambda: _sql(COUNT, {})),
        ("numbers of all queues", lambda: queue_counts(everything, today, numbers_by_department(today))),
        ("the office's entrance page", lambda: _get(client, reverse("sanctions:order-list"))),
        *((f"the office's page of {label}", lambda code=code: _get(client, f"{reverse('sanctions:order-list')}?queue={code}"))  # type: ignore[misc]
          for code, label in QUEUES.items()),
        ("the statistics page of eleven months",
         lambda: _get(client, f"{reverse('sanctions:joint-statistics')}?first={first}&last={today}")),
    ]  # fmt: skip


def _met(is_met: bool) -> str:
    return "met" if is_met else "not met"


def _check(today: dt.date) -> None:
    """Fail where the numbers by department are not those of the orders in each queue."""
    told = {queue: numbers.total() for queue, numbers in numbers_by_department(today).items()}
    found = {queue: in_queue(Order.objects.order_by(), queue, today).count() for queue in told}
    assert told == found, (told, found)


def _middle(work: Callable[[], Any], runs: int) -> tuple[float, float, float]:
    """Return the median of the runs, what of that run the database took, and how long the server computed for one run in one
    process, which no other load on the machine draws out; in milliseconds."""
    work()
    spent = []
    for _ in range(runs):
        with CaptureQueriesContext(connection) as queries:
            seconds = bench.timed(work)
        spent.append((seconds * 1000, sum(float(query["time"]) for query in queries) * 1000))
    return *sorted(spent)[len(spent) // 2], _computed(work, runs)


def _computed(work: Callable[[], Any], runs: int) -> float:
    with connection.cursor() as cursor:
        cursor.execute("SET max_parallel_workers_per_gather = 0")
        cursor.execute("SELECT pg_backend_pid()")
        server = Path(f"/proc/{cursor.fetchone()[0]}/stat")
        work()
        before = _ticks(server)
        for _ in range(runs):
            work()
        ticks = _ticks(server) - before
        cursor.execute("RESET max_parallel_workers_per_gather")
    return ticks / os.sysconf("SC_CLK_TCK") * 1000 / runs


def _ticks(server: Path) -> int:
    fields = server.read_text(encoding="ascii").rpartition(")")[2].split()
    return int(fields[11]) + int(fields[12])


def _sql(text: str, params: dict[str, Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(text, params)
        return cursor.fetchall()


def _get(client: Client, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 200, (address, answer.status_code)


if __name__ == "__main__":
    main()
