"""Add 7 working days to every day of 2004–2026: the product's table beside chinesecalendar, counted day by day.

    .venv/bin/python benchmarks/workdays.py

Fails when one day differs. No database is read.
"""

import datetime as dt
import json
import sys
import time

import bench

bench.begin("unused")

import chinese_calendar  # noqa: E402

from registry.rules.calendar import official_calendar  # noqa: E402

FIRST, LAST = dt.date(2004, 1, 1), dt.date(2026, 12, 20)  # chinesecalendar knows no day after 2026
DAYS, RUNS, GOAL = 7, 5, 2.0
_ONE = dt.timedelta(days=1)


def counted(day: dt.date, days: int) -> dt.date:
    """Return the n-th working day after `day`, asking chinesecalendar about each."""
    while days:
        day += _ONE
        days -= chinese_calendar.is_workday(day)
    return day


def measure() -> dict[str, float]:
    """Return microseconds an addition: of the product and of the baseline, and how many days were compared."""
    calendar = official_calendar()
    days = [FIRST + dt.timedelta(days=number) for number in range((LAST - FIRST).days + 1)]
    times: dict[str, list[float]] = {"product": [], "baseline": []}
    for _ in range(RUNS):
        begin = time.perf_counter()
        ours = [calendar.add(day, DAYS) for day in days]
        middle = time.perf_counter()
        theirs = [counted(day, DAYS) for day in days]
        times["product"].append(middle - begin)
        times["baseline"].append(time.perf_counter() - middle)
        wrong = [day for day, our, their in zip(days, ours, theirs, strict=True) if our.on != their]
        if wrong:
            raise SystemExit(f"{len(wrong)} days differ, the first of them {wrong[0]}")
    result = {name: bench.median(each) / len(days) * 1e6 for name, each in times.items()}
    return {**result, "days": len(days)}


if __name__ == "__main__":
    json.dump(measure(), sys.stdout)
