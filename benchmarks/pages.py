"""The pages that officers and the public open most, on a city: time of the whole answer, statements, full scans.

    BENCH_DATABASE=credit_bench_city_1000000 .venv/bin/python benchmarks/pages.py [--plans]

`--plans` prints every statement that reads a large table from its beginning to its end, with its plan.
"""

import argparse
import json
import os
import re
import sys
from collections.abc import Callable
from typing import Any

import bench

DATABASE = os.environ.get("BENCH_DATABASE", "credit_bench_city")
bench.begin_pages(DATABASE)

from city import OFFICER, ON  # noqa: E402
from django.conf import settings  # noqa: E402
from django.db import connection  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402
from django.urls import reverse  # noqa: E402

from disclosure.models import Publication  # noqa: E402
from registry.models import Account, Record, Subject  # noqa: E402
from sanctions.models import ListEntry  # noqa: E402

RUNS, LARGE = 5, 20_000
_SCAN = re.compile(r"Seq Scan on (\w+)[^\n]*?(?:actual time=[\d.]+)\.\.[\d.]+ rows=(\d+)[^\n]*\n(?:\s+Filter[^\n]*\n"
                   r"\s+Rows Removed by Filter: (\d+))?")  # fmt: skip


def pages() -> dict[str, str]:
    """Return the addresses by what officers call them; about subjects that have much on file."""
    entry = ListEntry.objects.filter(is_public=True).latest("pk")
    record = Record.objects.filter(kind="penalty", state="confirmed").latest("pk")
    publication = Publication.objects.visible(ON).filter(kind="entry").latest("pk")
    company = Subject.objects.filter(kind="organization").latest("pk")
    subjects, records = reverse("registry:subject-list"), reverse("registry:record-list")
    return {
        "公开首页": reverse("disclosure:home"),
        "公开查询（名称片段）": reverse("disclosure:search") + f"?q={company.name[-8:-4]}",
        "公开主体页": reverse("disclosure:subject", args=[entry.subject.public_id]),
        "公开条目页": reverse("disclosure:publication", args=[publication.public_id]),
        "公开名单": reverse("disclosure:lists"),
        "公开处罚": reverse("disclosure:records") + "?kind=penalty",
        "工作台": reverse("workbench"),
        "工作台（公示）": reverse("workbench") + "?queue=publicity&scope=whole",
        "主体列表": subjects,
        "主体列表第20页": subjects + "?page=20",
        "主体查找（片段）": subjects + f"?text={company.name[-8:-4]}",
        "主体查找（常见片段）": subjects + "?text=有限公司",
        "主体查找（代码）": subjects + f"?text={company.uscc}",
        "主体查找（查无）": subjects + "?text=龘龘龘",
        "主体档案": reverse("registry:subject-detail", args=[entry.subject.public_id]),
        "记录列表": records,
        "记录查找（文书号）": records + f"?text={record.number}",
        "记录查找（名称）": records + f"?text={company.name[-8:-4]}",
        "记录页": reverse("registry:record-detail", args=[record.public_id]),
        "名单条目": reverse("sanctions:entry-list"),
        "案件": reverse("sanctions:case-list"),
        "联合惩戒任务": reverse("sanctions:order-list"),
        "待公示": reverse("publications:due"),
        "公示列表": reverse("publications:list"),
        "双公示统计": reverse("publications:figures"),
        "时间线": reverse("registry:event-list"),
        "通知": reverse("registry:notice-list"),
    }


def measure(say: Callable[[str], None], *, with_plans: bool = False) -> dict[str, Any]:
    """Return for each page its median seconds, p95, statements and the large tables it reads through."""
    settings.PRETEND_TODAY = ON
    client = Client()
    client.force_login(Account.objects.get(username=OFFICER))
    rows = []
    for label, url in pages().items():
        with CaptureQueriesContext(connection) as caught:
            answer = client.get(url)
        statements = [query["sql"] for query in caught.captured_queries]  # the next request clears them
        if answer.status_code != 200:
            raise SystemExit(f"{label} {url}: {answer.status_code}")
        times = [bench.timed(lambda url=url: client.get(url)) for _ in range(RUNS)]
        scans = [scan for statement in statements for scan in _scans(statement, say if with_plans else None)]
        rows.append({"page": label, "median": bench.median(times), "most": max(times), "statements": len(statements),
                     "scans": sorted(set(scans))})  # fmt: skip
        say(
            f"{rows[-1]['median'] * 1e3:8.1f} ms  {len(statements):3d} statements  {label}  {' '.join(rows[-1]['scans'])}"
        )
    return {"subjects": Subject.objects.count(), "rows": rows}


def _scans(statement: str, say: Callable[[str], None] | None) -> list[str]:
    """Return the large tables that the statement reads from their beginning on, and on."""
    if not statement.startswith("SELECT"):
        return []
    with connection.cursor() as cursor:
        cursor.execute("EXPLAIN (ANALYZE, BUFFERS) " + statement.replace("%", "%%"), [])
        plan = "\n".join(row[0] for row in cursor.fetchall())
    found = [name for name, kept, lost in _SCAN.findall(plan) if int(kept) + int(lost or 0) >= LARGE]
    if found and say is not None:
        say(f"{statement}\n{plan}\n")
    return found


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--plans", action="store_true")
    result = measure(lambda text: print(text, file=sys.stderr, flush=True), with_plans=parser.parse_args().plans)
    json.dump(result, sys.stdout)
