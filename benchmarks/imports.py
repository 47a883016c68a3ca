"""Take a national penalty sheet of 100,000 rows in by our whole way, beside django-import-export.

.venv/bin/pip install --target var/peer --no-deps -r requirements-bench.lock
PYTHONPATH=var/peer .venv/bin/python benchmarks/imports.py --rows 100000 --write

Each part runs in a process of its own, whose peak memory is told.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import bench

DATABASE = os.environ.get("BENCH_DATABASE", "credit_bench_imports")
COUNTY = f"{DATABASE}_county"  # as it was before any import
MEDIA = Path(tempfile.gettempdir()) / "credit-bench-imports"
bench.begin(DATABASE, MEDIA_ROOT=str(MEDIA))

import imports_data as data  # noqa: E402
from django.conf import settings  # noqa: E402
from django.core.files.base import ContentFile  # noqa: E402
from django.db import connection  # noqa: E402
from django.utils import timezone  # noqa: E402

from registry import clock  # noqa: E402
from registry.models import Account, Department, Event, ImportBatch, PolicyVersion, Record, Subject  # noqa: E402
from registry.selectors.imports import counts_of  # noqa: E402
from registry.services.imports.preview import import_preview  # noqa: E402
from registry.services.imports.running import import_start  # noqa: E402
from registry.services.outbox import outbox_drain  # noqa: E402
from registry.services.policies import packs_load, policy_activate  # noqa: E402

PACKS = (
    ("mem-2023-11", "internal"), ("nanning-urban", "internal"), ("ndrc-2018-424", "binding"),
    ("county-plan", "internal"),
)  # fmt: skip
GOAL_ADMIN, GOAL_BULK, GOAL_MEMORY = 20, 2, 500


def main() -> None:
    """Measure, print, and write the section where asked."""
    arguments = _arguments()
    if arguments.part:
        print(json.dumps(_PARTS[arguments.part](Path(arguments.file))))
        return
    MEDIA.mkdir(parents=True, exist_ok=True)
    if not arguments.keep:
        bench.database_make(DATABASE)
        _county(arguments.known)
        connection.close()
        bench.database_copy(COUNTY, DATABASE)
    else:
        bench.database_copy(DATABASE, COUNTY)
    sheet, clean = _sheet(arguments, arguments.rows), _sheet(arguments, arguments.rows, planted=False)
    sample = _sheet(arguments, min(arguments.sample, arguments.rows), planted=False)
    print(
        f"{sheet.rows:,} rows, {sheet.path.stat().st_size / 2**20:.1f} MiB, {sum(sheet.defects.values()):,} defects",
        flush=True,
    )
    ours = _part("ours", sheet.path)
    again = _part("ours", sheet.path)
    files = {} if arguments.alone else {"bulk": clean.path, "versions": clean.path, "admin": sample.path}
    peers = {name: _part(name, path) for name, path in files.items()}
    text = _told(arguments, sheet, ours, again, peers)
    print(text)
    if arguments.write:
        bench.section_write("imports", "Taking in a national penalty sheet", text)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=100_000)
    parser.add_argument("--parties", type=int, default=40_000, help="enterprises that the decisions are about")
    parser.add_argument("--known", type=int, default=30_000, help="of them known to the register before")
    parser.add_argument("--sample", type=int, default=5_000, help="rows for the peer's admin flow")
    parser.add_argument(
        "--keep", action="store_true", help="start from the county and the sheets that an earlier run made"
    )
    parser.add_argument("--alone", action="store_true", help="without the peer")
    parser.add_argument("--write", action="store_true", help="write the section of docs/performance.md")
    parser.add_argument("--part", choices=["ours", "bulk", "versions", "admin"], help=argparse.SUPPRESS)
    parser.add_argument("--file", help=argparse.SUPPRESS)
    return parser.parse_args()


def _sheet(arguments: argparse.Namespace, rows: int, *, planted: bool = True) -> data.Sheet:
    """Write a sheet, or tell what is in the one that an earlier run wrote."""
    path = MEDIA / f"{'penalties' if planted else 'clean'}-{rows}-{arguments.parties}.xlsx"
    write = data.sheet_told if arguments.keep and path.exists() else data.sheet_write
    return write(path, rows=rows, parties=arguments.parties, planted=planted)


def _county(known: int) -> None:
    packs_load(at=timezone.now())
    for pack_id, mode in PACKS:
        version = PolicyVersion.objects.filter(pack_id=pack_id).latest("pk")
        policy_activate(version=version, mode=mode, actor=None, on=clock.today())
    data.bureau_and_handler()
    data.subjects_make(known)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")


def _part(name: str, file: Path) -> dict[str, Any]:
    command = [sys.executable, __file__, "--part", name, "--file", str(file)]
    ended = subprocess.run(command, stdout=subprocess.PIPE, check=True, text=True)  # noqa: S603
    found: dict[str, Any] = json.loads(ended.stdout.splitlines()[-1])
    print(name, found, flush=True)
    return found


def _memory() -> float:
    """Peak memory of this process in MiB; getrusage would tell the starting process's, which a new one inherits."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(re.search(r"VmHWM:\s+(\d+)", status).group(1)) / 1024  # type: ignore[union-attr]


def _processor() -> tuple[float, float]:
    """Seconds that this process with those it started, and the server's process for it, have computed so far."""
    own, pid = os.times(), 0
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_backend_pid()")
        pid = cursor.fetchone()[0]
    used = own.user + own.system + own.children_user + own.children_system
    try:
        served = Path(f"/proc/{pid}/stat").read_text(encoding="ascii").rpartition(")")[2].split()
    except OSError:  # the server is on another machine
        return used, 0.0
    return used, (int(served[11]) + int(served[12])) / os.sysconf("SC_CLK_TCK")


def _computed(since: tuple[float, float]) -> dict[str, float]:
    return {name: now - then for name, now, then in zip(("program", "server"), _processor(), since, strict=True)}


def _ours(file: Path) -> dict[str, Any]:
    """Upload, start, drain: what an officer and the worker do."""
    handler, bureau = Account.objects.get(username="handler"), Department.objects.get(code="safety")
    before, since = _rows_kept(), _processor()
    begin = time.perf_counter()
    batch = import_preview(
        upload=ContentFile(file.read_bytes(), name=file.name), department=bureau, actor=handler, on=clock.today()
    )
    uploaded = time.perf_counter()
    import_start(batch_id=batch.pk, actor=handler, on=clock.today())
    started = time.perf_counter()
    while ImportBatch.objects.get(pk=batch.pk).state == ImportBatch.State.RUNNING:
        outbox_drain(now=clock.now)
    done = time.perf_counter()
    counts = counts_of([batch.pk])[batch.pk]
    return {
        "upload": uploaded - begin, "taking": done - started, "seconds": done - begin, "memory": _memory(),
        **_computed(since), "rows": counts.total, "imported": counts.imported,
        "same": counts.same, "refused": counts.refused,
        "written": {name: count - before[name] for name, count in _rows_kept().items()},
    }  # fmt: skip


def _rows_kept() -> dict[str, int]:
    return {
        "records": Record.objects.count(), "record versions": Record.history.count(),
        "subjects": Subject.objects.count(), "events": Event.objects.count(),
    }  # fmt: skip


def _dataset(file: Path) -> Any:
    import tablib

    found = tablib.Dataset()
    found.load(file.read_bytes(), format="xlsx")
    found.headers = [column.code for column in data.COLUMNS[data.Kind.PENALTY]]
    return found


def _peer() -> Any:
    """Make the peer's table in the same database; return the module of its ways."""
    import django
    from django.apps import apps

    settings.INSTALLED_APPS = [*settings.INSTALLED_APPS, "import_export", "peer_imports"]
    apps.app_configs.clear()
    apps.apps_ready = apps.models_ready = apps.loading = apps.ready = False
    apps.clear_cache()
    django.setup()
    from peer_imports import resources
    from peer_imports.models import PeerPenalty

    tables = connection.introspection.table_names()
    with connection.schema_editor() as editor:
        for model in (PeerPenalty.history.model, PeerPenalty):
            if model._meta.db_table in tables:
                editor.delete_model(model)
        editor.create_model(PeerPenalty)
        editor.create_model(PeerPenalty.history.model)
    return resources


def _bulk(file: Path, way: str = "BulkResource") -> dict[str, Any]:
    """One pass with use_bulk and skip_diff."""
    resource_ = getattr(_peer(), way)()
    since, begin = _processor(), time.perf_counter()
    dataset = _dataset(file)
    result = resource_.import_data(dataset, dry_run=False, raise_errors=False)
    return _peer_found(since, begin, dataset, result)


def _versions(file: Path) -> dict[str, Any]:
    """The same with row versions."""
    return _bulk(file, "VersionsResource")


def _admin(file: Path) -> dict[str, Any]:
    """What the admin does: a dry run with differences shown, then the file read and imported again."""
    resource_ = _peer().AdminResource()
    since, begin = _processor(), time.perf_counter()
    dataset = _dataset(file)
    resource_.import_data(dataset, dry_run=True, raise_errors=False)
    result = resource_.import_data(_dataset(file), dry_run=False, raise_errors=False)
    return _peer_found(since, begin, dataset, result)


def _peer_found(since: tuple[float, float], begin: float, dataset: Any, result: Any) -> dict[str, Any]:
    from peer_imports.models import PeerPenalty

    return {
        "seconds": time.perf_counter() - begin, **_computed(since), "rows": len(dataset), "memory": _memory(),
        "written": PeerPenalty.objects.count(), "versions": PeerPenalty.history.count(),
        "refused": len(result.invalid_rows) + len(result.error_rows),
        "errors": [str(each.error)[:200] for each in result.base_errors],
    }  # fmt: skip


_PARTS = {"ours": _ours, "bulk": _bulk, "versions": _versions, "admin": _admin}


def _told(
    arguments: argparse.Namespace, sheet: data.Sheet, ours: dict[str, Any], again: dict[str, Any], peers: dict[str, Any]
) -> str:
    ways = {"ours, upload to finished": ours, "ours, the same file again": again} | {
        _WAYS[name].format(rows=found["rows"]): found for name, found in peers.items()
    }
    table = [
        f"| {name} | {found['seconds']:.1f} s | {_speed(found):,.0f} | {_speed(ours) / _speed(found):.2f} | "
        f"{_share(found, 'program'):.2f} + {_share(found, 'server'):.2f} ms | "
        f"{_computing(found) / _computing(ours):.2f} | {found['memory']:.0f} MiB |"
        for name, found in ways.items()
    ]
    planted = sum(sheet.defects.values())
    return "\n".join([
        f"Written by `benchmarks/imports.py`: {sheet.rows:,} penalties in the national template on {arguments.parties:,} "
        f"enterprises, {arguments.known:,} of them known before, and some persons; all synthetic. {bench.machine()} One run "
        "of each; every part in a process of its own.", "",
        "| way | time | rows/s | ours ÷ it | computed a row: program + server | it ÷ ours | peak memory |",
        "|---|---:|---:|---:|---:|---:|---:|", *table, "",
        f"- Of our time {ours['upload']:.1f} s are the upload (reading, checking, sealing, keeping the rows) and "
        f"{ours['taking']:.1f} s taking them in. *Computed* is processor time of the program and of the server's process for "
        "it: other work on the machine lengthens it, too, but less than the time.",
        f"- Ours writes for each row the record and its detail with row versions, a sealed event, the deadline of its "
        f"publication, a tier mark, the evaluated candidates, and what became of the line: {ours['written']}.",
        f"- Planted defects: {planted:,} ({dict(sheet.defects)}); rows refused: {ours['refused']:,}. "
        f"The same file again adds {again['written']['records']} records and finds {again['same']:,} the same.",
        "- The peer fills one table from the same sheet without the planted defects, on which it would stop; its bulk mode "
        "writes no row versions and checks no codes; *with versions* is the same with django-simple-history's bulk helper.",
        *_goals(ours, again, peers, planted),
    ])  # fmt: skip


_WAYS = {
    "bulk": "django-import-export, bulk and skip_diff", "versions": "the same with versions",
    "admin": "django-import-export, admin flow ({rows:,} rows)",
}  # fmt: skip


def _share(found: dict[str, Any], part: str) -> float:
    """Milliseconds computed for a row."""
    return float(found[part] / found["rows"] * 1_000)


def _computing(found: dict[str, Any]) -> float:
    return _share(found, "program") + _share(found, "server")


def _speed(found: dict[str, Any]) -> float:
    return float(found["rows"] / found["seconds"])


def _goals(ours: dict[str, Any], again: dict[str, Any], peers: dict[str, Any], planted: int) -> list[str]:
    goals = [
        (f"at most {GOAL_MEMORY} MiB", ours["memory"] <= GOAL_MEMORY),
        ("the same file again adds nothing", again["written"]["records"] == 0),
        ("every planted defect reported", ours["refused"] == planted),
    ]
    for name, times in (("admin", GOAL_ADMIN), ("bulk", GOAL_BULK)):
        if name in peers:
            goals.append((f"{times} times the {name} flow", _speed(ours) >= times * _speed(peers[name])))
    return [f"- Goal, {what}: {'met' if is_met else '**not met**'}." for what, is_met in goals]


if __name__ == "__main__":
    main()
