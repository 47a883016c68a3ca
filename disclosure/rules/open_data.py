"""The public lists as open data: the columns, and the manifest that is signed."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

# Names of the files' addresses; the day stands in the name under which a file is saved.
NDJSON: Final = "entries.ndjson"
CSV: Final = "entries.csv"
MANIFEST: Final = "manifest.json"
SIGNATURE: Final = "manifest.sig"
KEY: Final = "key.pem"
CONTENT_TYPES: Final = {
    NDJSON: "application/x-ndjson",
    CSV: "text/csv; charset=utf-8",
    MANIFEST: "application/json",
    SIGNATURE: "application/octet-stream",
    KEY: "application/x-pem-file",
}

# By member of a row: the column's label. Every row names its day, so that a saved copy tells how old it is.
COLUMNS: Final = {
    "on": "基准日",
    "id": "公示编号",
    "name": "当事人",
    "kind": "类别",
    "uscc": "统一社会信用代码",
    "list": "名单",
    "number": "决定文书号",
    "department": "认定部门",
    "policy": "依据",
    "clause": "条款",
    "since": "公示自",
    "until": "公示至",
    "is_disputed": "异议核查中",
}
NOTICE: Final = "本快照只说明基准日当日公示中的条目。条目期满、移出或者更正的，次日起即不再公示；基准日之后不得再作为现状使用，请重新下载。"


@dataclass(frozen=True, slots=True)
class FileFacts:
    """A file as written. `size` in bytes; `rows` without its head."""

    name: str
    sha256: str
    size: int
    rows: int


def csv_cells(row: Mapping[str, Any]) -> list[str]:
    """Return a row's cells in the order of `COLUMNS`, in words."""
    kinds = {"organization": "组织", "person": "自然人"}
    told = {**row, "kind": kinds.get(row["kind"], row["kind"]), "is_disputed": "是" if row["is_disputed"] else "否"}
    return [str(told[name] if told[name] is not None else "") for name in COLUMNS]


def saved_name(name: str, on: date) -> str:
    """Return the name under which a file is saved: entries-2026-04-01.csv."""
    stem, _, ending = name.rpartition(".")
    return f"{stem}-{on.isoformat()}.{ending}"


def manifest_text(
    *, on: date, made_at: datetime, files: Sequence[FileFacts], lists: Mapping[str, int], key_id: str,
    is_demonstration: bool,
) -> str:  # fmt: skip
    """Return the manifest: canonical JSON (keys sorted, no spare space), UTF-8 without a last newline."""
    manifest = {
        "title": "公开名单快照",
        "format": 1,
        "on": on.isoformat(),
        "valid_through": on.isoformat(),
        "notice": NOTICE,
        "made_at": made_at.isoformat(),
        "is_demonstration": is_demonstration,
        "rows": sum(lists.values()),
        "lists": dict(lists),
        "columns": COLUMNS,
        "files": [
            {"name": each.name, "saved_as": saved_name(each.name, on), "sha256": each.sha256, "bytes": each.size,
             "rows": each.rows}
            for each in files
        ],
        "algorithm": "Ed25519",
        "key_id": key_id,
    }  # fmt: skip
    return json.dumps(manifest, ensure_ascii=False, sort_keys=True, separators=(",", ":"))
