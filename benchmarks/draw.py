"""Draw inspections from a million subjects with exact quotas, beside the same draw in one SQL statement.

.venv/bin/python benchmarks/draw.py --members 1000000 --drawn 50000

Members lie in a temporary table of PostgreSQL. Measured, medians of `--runs`: reading them; drawing them; both; the SQL.
Both draws must give the same list in the same order, every time, else this fails. Inspectors are assigned once.
"""

import argparse
import json
import random
import resource
import sys
import time
from collections.abc import Callable
from typing import Any

import bench

sys.path[:0] = [str(bench.ROOT)]

import psycopg2  # noqa: E402
from psycopg2.extras import execute_values  # noqa: E402

from incentives.rules import draw  # noqa: E402
from incentives.rules.inspections import quotas_of  # noqa: E402

SEED = "benchmark-seed"
# Strata with their part of the population and their share, after a county agriculture bureau's tiers.
STRATA = {"A": (30, 3), "B": (45, 10), "C": (20, 30), "D": (5, 80)}
GOAL = 10.0

# What a careful person would write by hand: PostgreSQL's own SHA-256, ordered within each stratum, cut at its quota.
SQL = """
    SELECT key, stratum, place FROM (
        SELECT key, stratum, row_number() OVER (
            PARTITION BY stratum
            ORDER BY sha256(convert_to(concat_ws(chr(10), %(version)s, %(seed)s, stratum, key), 'UTF8')), key
        ) AS place
        FROM member WHERE room IS NULL OR room > 0
    ) AS placed JOIN quota USING (stratum)
    WHERE place <= number ORDER BY stratum, place"""


def main() -> None:
    """Fill the table, measure, compare, print."""
    arguments = _arguments()
    connection = psycopg2.connect(f"{bench.SERVER}/postgres")
    with connection, connection.cursor() as cursor:
        _fill(cursor, arguments.members)
        cursor.execute("SELECT stratum, count(*) FROM member GROUP BY stratum")
        sizes = dict(cursor.fetchall())
        quotas = quotas_of(sizes, {code: share for code, (_, share) in STRATA.items()}, arguments.drawn)
        cursor.execute("CREATE TEMP TABLE quota (stratum text PRIMARY KEY, number integer)")
        cursor.executemany("INSERT INTO quota VALUES (%s, %s)", list(quotas.items()))
        times, outcome = _measure(cursor, quotas, arguments.runs)
    connection.close()
    begin = time.perf_counter()
    assigned = draw.assign(outcome.drawn, _staff(arguments.inspectors, arguments.drawn), SEED)
    assigning = time.perf_counter() - begin
    if arguments.json:
        medians = {name: bench.median(each) for name, each in times.items()}
        drawn = len(outcome.drawn)
        json.dump({"members": arguments.members, "drawn": drawn, "runs": arguments.runs, **medians}, sys.stdout)
        return
    _print(arguments, times, outcome, assigned, assigning)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--members", type=int, default=100_000)
    parser.add_argument("--drawn", type=int, default=5_000)
    parser.add_argument("--inspectors", type=int, default=50)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--json", action="store_true", help="print the medians alone, for scale.py")
    return parser.parse_args()


def _fill(cursor: Any, members: int) -> None:
    """Fill the table by rule; the same numbers give the same members."""
    chance = random.Random(20261122)
    strata = list(STRATA)
    weights = [part for part, _ in STRATA.values()]
    cursor.execute("CREATE TEMP TABLE member (key text PRIMARY KEY, stratum text NOT NULL, room integer)")
    rows = (
        (f"91370323{number:09d}X", chance.choices(strata, weights)[0], chance.choice([None, 0, 1, 1, 2, 4]))
        for number in range(members)
    )
    execute_values(cursor, "INSERT INTO member VALUES %s", rows, page_size=10_000)
    cursor.execute("ANALYZE member")


def _measure(
    cursor: Any, quotas: dict[str, int], runs: int
) -> tuple[dict[str, list[float]], draw.Outcome]:  # fmt: skip
    times: dict[str, list[float]] = {"read": [], "draw": [], "sql": [], "cpu": []}
    outcomes = []
    for _ in range(runs):
        begin = time.process_time()
        members = _timed(times["read"], lambda: _read(cursor))
        outcome = _timed(times["draw"], lambda members=members: draw.draw(members, quotas, SEED))
        times["cpu"].append(time.process_time() - begin)
        found = _timed(times["sql"], lambda: _sql(cursor))
        if found != [(each.key, each.stratum, each.place) for each in outcome.drawn]:
            raise SystemExit("the two draws differ")
        outcomes.append(outcome)
    if any(each != outcomes[0] for each in outcomes):
        raise SystemExit("the draw is not reproducible")
    if any(outcomes[0].short.values()):
        print("short strata:", outcomes[0].short)
    return times, outcomes[0]


def _read(cursor: Any) -> list[draw.Member]:
    cursor.execute("SELECT key, stratum, room FROM member")
    return [draw.Member(*row) for row in cursor.fetchall()]


def _sql(cursor: Any) -> list[tuple[str, str, int]]:
    cursor.execute(SQL, {"version": draw.VERSION, "seed": SEED})
    return list(cursor.fetchall())


def _timed(times: list[float], act: Callable[[], Any]) -> Any:
    begin = time.perf_counter()
    result = act()
    times.append(time.perf_counter() - begin)
    return result


def _staff(number: int, drawn: int) -> list[draw.Inspector]:
    most = 2 * drawn // number + 2
    return [draw.Inspector(f"inspector-{place}", most) for place in range(number)]


def _print(
    arguments: argparse.Namespace, times: dict[str, list[float]], outcome: draw.Outcome, assigned: Any, assigning: float
) -> None:
    median = {name: bench.median(each) for name, each in times.items()}
    whole = median["read"] + median["draw"]
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"{arguments.members:,} members, {len(outcome.drawn):,} drawn, quotas {dict(outcome.quotas)}")
    print("| work | seconds | ratio to SQL |\n|---|---|---|")
    for label, value in (
        ("read", median["read"]),
        ("draw", median["draw"]),
        ("read and draw", whole),
        ("SQL", median["sql"]),
    ):
        print(f"| {label} | {value:.2f} | {value / median['sql']:.2f} |")
    print(f"| read and draw, processor time | {median['cpu']:.2f} | – |")
    lacking = sum(1 for each in assigned if each.missing)
    print(f"| inspectors: {arguments.inspectors} for {len(assigned):,}, {lacking} incomplete | {assigning:.2f} | – |")
    print(f"population {outcome.population_hash}; peak {memory:.0f} MB; same list {arguments.runs} times and in SQL")
    print(f"goal {GOAL:.0f} s: {'met' if whole <= GOAL else 'MISSED'}")


if __name__ == "__main__":
    main()
