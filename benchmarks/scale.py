"""The sections of docs/performance.md on scale: cities of several sizes, each work beside its baseline in the same run.

    .venv/bin/python benchmarks/scale.py --subjects 100000            # sizes 10,000 and 100,000
    .venv/bin/python benchmarks/scale.py --subjects 1000000 --write   # 10,000, 100,000 and 1,000,000
    .venv/bin/python benchmarks/scale.py --keep --only sweep night --write

Builds one database a size (credit_bench_city_SIZE), runs every part in a process of its own, prints what it found and,
with --write, puts it into docs/performance.md: a section a part, so that parts that are not run keep theirs. --keep
measures the cities that are there, and leaves out sizes that nobody has built.
"""

import argparse
import json
import os
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import bench
import scale_text as text

HERE = Path(__file__).resolve().parent
SIZES = (10_000, 100_000, 1_000_000)
PREFIX = os.environ.get("BENCH_DATABASE", "credit_bench_city")
# Part → whether it is measured on every size. What changes the city comes last.
PARTS = {"workdays": False, "pages": False, "search": False, "draw": False, "sweep": True, "night": True}
# Sizes are compared with each other: measured by turns, for the machine is not equally busy all the time.
ROUNDS = {"sweep": 3}


def main() -> None:
    """Build, measure, print, write."""
    arguments = _arguments()
    sizes = [size for size in SIZES if size < arguments.subjects] + [arguments.subjects]
    if not arguments.keep:
        _build(sizes)
    else:
        sizes = [size for size in sizes if bench.database_exists(_database(size))]
    for part in arguments.only or PARTS:
        found = _measure(part, sizes if PARTS[part] else sizes[-1:])
        written = text.section(part, found, bench.machine_of(_database(sizes[-1])))
        print("## {1}\n\n{2}\n".format(*written), flush=True)
        if arguments.write:
            bench.section_write(*written)


def _measure(part: str, sizes: list[int]) -> list[Any]:
    """Return what a part found on each size: of several rounds the medians of its numbers."""
    rounds: dict[int, list[Any]] = {size: [] for size in sizes}
    for _ in range(ROUNDS.get(part, 1) if len(sizes) > 1 else 1):
        for size in sizes:
            _say(f"{part} on {size:,} subjects")
            rounds[size].append(_part(part, size))
    return [
        each[0] if len(each) == 1 else {name: bench.median([one[name] for one in each]) for name in each[0]}
        for each in rounds.values()
    ]


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--subjects", type=int, default=100_000, help="the largest size; smaller ones are measured too")
    parser.add_argument("--keep", action="store_true", help="measure the cities that are there")
    parser.add_argument("--only", nargs="+", choices=PARTS, help="these parts alone")
    parser.add_argument("--write", action="store_true", help="write docs/performance.md")
    return parser.parse_args()


def _build(sizes: list[int]) -> None:
    """Migrate an empty database once, and build every city on a copy of it."""
    empty = f"{PREFIX}_empty"
    _say("migrating an empty database")
    _python("-c", f"import bench; bench.begin({empty!r}); bench.database_make({empty!r})", database=empty)
    for size in sizes:
        _say(f"building a city of {size:,} subjects")
        _python("city.py", "--subjects", str(size), "--copy", empty, database=_database(size))


def _part(part: str, size: int) -> Any:
    if part == "draw":
        done = _python(
            "draw.py", "--members", str(size), "--drawn", str(size // 20), "--json", database=_database(size)
        )
    else:
        done = _python(f"{part}.py", database=_database(size))
    return json.loads(done)


def _python(*command: str, database: str) -> str:
    """Run a part in a process of its own, whose memory and connections are its own; return what it printed."""
    environment = {**os.environ, "BENCH_DATABASE": database, "PYTHONPATH": str(HERE)}
    begin = time.perf_counter()
    done = subprocess.run(  # noqa: S603
        [sys.executable, *command], cwd=HERE, env=environment, stdout=subprocess.PIPE, text=True, check=True
    )
    _say(f"  took {time.perf_counter() - begin:.0f} s")
    return done.stdout


def _database(size: int) -> str:
    return f"{PREFIX}_{size}"


def _say(words: str) -> None:
    print(f"{time.strftime('%H:%M:%S')}  {words}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
