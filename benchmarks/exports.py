# ruff: noqa: S101
"""Long files: a national sheet out and in again changing nothing, and the sheets of joint action, with time and memory.

.venv/bin/python benchmarks/exports.py --rows 5000
.venv/bin/python benchmarks/exports.py --rows 100000 --orders credit_bench_orders --write

Each part runs in a process of its own, whose peak memory is told beside that of the process before it began.
"""

import argparse
import datetime as dt
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from itertools import islice
from pathlib import Path
from typing import Any

import bench

DATABASE = os.environ.get("BENCH_DATABASE", "credit_bench_exports")
MEDIA = Path(tempfile.gettempdir()) / "credit-bench-exports"
bench.begin(DATABASE, IMPORT_MAX_ROWS="200000", MEDIA_ROOT=str(MEDIA), REQUIRE_SECOND_FACTOR="false")

import imports_data as data  # noqa: E402
from django.core.files.base import ContentFile  # noqa: E402
from django.db import connection, transaction  # noqa: E402
from django.utils import timezone  # noqa: E402

from registry import clock  # noqa: E402
from registry.models import Account, Department, ExportFile, ImportBatch, PolicyVersion, Record, Subject  # noqa: E402
from registry.rules.publicity import Kind  # noqa: E402
from registry.selectors.imports import counts_of  # noqa: E402
from registry.services import export_files  # noqa: E402
from registry.services.export_files import export_ask  # noqa: E402
from registry.services.imports.export_kinds import NATIONAL, national_given  # noqa: E402
from registry.services.imports.preview import import_preview  # noqa: E402
from registry.services.imports.reading import open_table  # noqa: E402
from registry.services.imports.running import import_start  # noqa: E402
from registry.services.imports.writing import write_cells  # noqa: E402
from registry.services.made_files import scratch  # noqa: E402
from registry.services.outbox import outbox_drain  # noqa: E402
from registry.services.policies import packs_load, policy_activate  # noqa: E402
from sanctions.selectors.joint_statistics import Span  # noqa: E402
from sanctions.services.joint_files import asked_file, reported_file  # noqa: E402

GOAL_MEMORY = 100  # MiB that a file may add, whatever its length


def main() -> None:
    """Measure, print, and write the section where asked."""
    arguments = _arguments()
    if arguments.part:
        print(json.dumps(_PARTS[arguments.part](arguments.rows)))
        return
    MEDIA.mkdir(parents=True, exist_ok=True)
    bench.database_make(DATABASE)
    _county(arguments.rows)
    found = {name: _part(name, arguments.rows) for name in ("take in", "plain", "xlsx", "csv", "back in")}
    if arguments.orders:
        found |= {name: _part(name, arguments.rows, arguments.orders) for name in ("asked", "reported")}
    text = _told(found)
    print(text)
    if arguments.write:
        bench.section_write("exports", "Long files", text)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=5_000)
    parser.add_argument(
        "--orders", default="", help="a database that benchmarks/orders.py made, for joint action's sheets"
    )
    parser.add_argument("--write", action="store_true", help="write the section of docs/performance.md")
    parser.add_argument("--part", choices=list(_PARTS), help=argparse.SUPPRESS)
    return parser.parse_args()


def _county(rows: int) -> None:
    packs_load(at=timezone.now())
    version = PolicyVersion.objects.filter(pack_id="mem-2023-11").latest("pk")
    policy_activate(version=version, mode="internal", actor=None, on=clock.today())
    data.bureau_and_handler()
    data.sheet_write(MEDIA / "penalties.xlsx", rows=rows, parties=max(rows * 2 // 5, 1), planted=False)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _part(name: str, rows: int, database: str = DATABASE) -> dict[str, Any]:
    command = [sys.executable, __file__, "--part", name, "--rows", str(rows)]
    environment = os.environ | {"BENCH_DATABASE": database}
    ended = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True, env=environment)  # noqa: S603
    found: dict[str, Any] = json.loads(ended.stdout.splitlines()[-1])
    print(name, found, flush=True)
    return found


def _memory(what: str) -> float:
    """Memory of this process in MiB: `VmHWM` at most, `VmRSS` now."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(re.search(rf"{what}:\s+(\d+)", status).group(1)) / 1024  # type: ignore[union-attr]


class _Measured:
    """Time, computing time and memory of what is done within."""

    def __enter__(self) -> "_Measured":
        self.memory, self.computing, self.begin = _memory("VmRSS"), time.process_time(), time.perf_counter()
        return self

    def __exit__(self, *given: object) -> None:
        self.seconds = time.perf_counter() - self.begin
        self.computing, self.added = time.process_time() - self.computing, _memory("VmHWM") - self.memory

    def told(self, **more: Any) -> dict[str, Any]:
        return {"seconds": self.seconds, "computing": self.computing, "added": self.added, **more}


def _take_in(rows: int) -> dict[str, Any]:
    return _imported((MEDIA / "penalties.xlsx").read_bytes())


def _imported(content: bytes) -> dict[str, Any]:
    handler, bureau = Account.objects.get(username="handler"), Department.objects.get(code="safety")
    before = (Record.history.count(), Subject.history.count())
    with _Measured() as measured:
        batch = import_preview(
            upload=ContentFile(content, name="处罚.xlsx"), department=bureau, actor=handler, on=clock.today()
        )
        import_start(batch_id=batch.pk, actor=handler, on=clock.today())
        while ImportBatch.objects.get(pk=batch.pk).state == ImportBatch.State.RUNNING:
            outbox_drain(now=clock.now)
    counts = counts_of([batch.pk])[batch.pk]
    changed = Record.history.count() - before[0] + Subject.history.count() - before[1]
    return measured.told(rows=counts.total, imported=counts.imported, same=counts.same, changed=changed)


def _plain(rows: int) -> dict[str, Any]:
    """The same cells, read before, written by XlsxWriter alone: no database, no rules."""
    cells = [row for _, row in open_table((MEDIA / "penalties.xlsx").read_bytes(), "处罚.xlsx").rows]
    with _Measured() as measured:
        count = write_cells(scratch(), header=cells[0], rows=cells, sheet="行政处罚")
    return measured.told(rows=count)


def _exported(table_format: str) -> dict[str, Any]:
    """Ask as a page does, make by the outbox, fetch as a download does."""
    handler = Account.objects.get(username="handler")
    today = clock.today()
    given = national_given(
        kind=Kind.PENALTY, department=None, decided_from=today - dt.timedelta(1000), decided_until=today,
        table_format=table_format, with_identities=True, purpose="演示", is_partial=False,
    )  # fmt: skip
    export_files.LONG_ROWS = -1  # type: ignore[misc]
    with _Measured() as measured:
        export = export_ask(code=NATIONAL, given=given, actor=handler, on=today)
        assert isinstance(export, ExportFile)
        outbox_drain(now=clock.now, limit=100_000)
        export.refresh_from_db()
        assert export.attachment is not None, export.fault
        with export.attachment.file.open("rb") as file, (MEDIA / f"out.{table_format}").open("wb") as target:
            while piece := file.read(65536):
                target.write(piece)
    return measured.told(rows=export.rows, bytes=export.attachment.size)


def _back_in(rows: int) -> dict[str, Any]:
    return _imported((MEDIA / "out.xlsx").read_bytes())


def _joint(name: str, rows: int) -> dict[str, Any]:
    """Write the first rows of a sheet of joint action; nothing of it is kept."""
    import sanctions.services.joint_files as files

    officer, today = Account.objects.get(username="bench"), clock.today()
    cells = f"{name}_cells"
    real = getattr(files, cells)
    setattr(files, cells, lambda *given: islice(real(*given), rows))
    span = Span(today - dt.timedelta(900), today, today)
    common = {"span": span, "department": officer.department, "actor": officer, "on": today}
    with _Measured() as measured, transaction.atomic():
        made = asked_file(ask="answer", outcome="", **common) if name == "asked" else reported_file(**common)
        transaction.set_rollback(True)
    return measured.told(rows=made.rows, bytes=made.stream.seek(0, 2))


_PARTS = {
    "take in": _take_in, "plain": _plain, "xlsx": lambda rows: _exported("xlsx"), "csv": lambda rows: _exported("csv"),
    "back in": _back_in, "asked": lambda rows: _joint("asked", rows), "reported": lambda rows: _joint("reported", rows),
}  # fmt: skip
_NAMES = {
    "take in": "the national sheet taken in", "plain": "*baseline: the same cells by XlsxWriter alone*",
    "xlsx": "the national sheet out, xlsx: asked for, made by the job, kept sealed, fetched",
    "csv": "the same as csv", "back in": "the file that came out, taken in again",
    "asked": "tasks of joint action with their outcomes, xlsx", "reported": "departments' answers, xlsx",
}  # fmt: skip


def _told(found: dict[str, dict[str, Any]]) -> str:
    back = found["back in"]
    files = [each for name, each in found.items() if name in ("xlsx", "csv", "asked", "reported")]
    most = max(each["added"] for each in files)
    return "\n".join(
        [
            f"Written by `benchmarks/exports.py`; all synthetic. {bench.machine()}\n",
            "| what | rows | seconds | of it computing | memory added, MiB | file, MB |",
            "|---|---:|---:|---:|---:|---:|",
            *(
                f"| {_NAMES[name]} | {each['rows']:,} | {each['seconds']:.1f} | {each['computing']:.1f} | {each['added']:.0f} | "
                f"{each['bytes'] / 1e6:.1f} |"
                if "bytes" in each
                else f"| {_NAMES[name]} | {each['rows']:,} | {each['seconds']:.1f} | {each['computing']:.1f} | "
                f"{each['added']:.0f} | |"
                for name, each in found.items()
            ),
            "",
            f"- Out and in again: {back['same']:,} of {back['rows']:,} rows found as they are, {back['imported']} taken in, "
            f"**{back['changed']} records or subjects changed**.",
            f"- A file adds at most **{most:.0f} MiB** to its process (goal {GOAL_MEMORY}: "
            f"{'met' if most <= GOAL_MEMORY else 'not met'}), whatever its length.",
        ]
    )


if __name__ == "__main__":
    main()
