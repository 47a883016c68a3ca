"""Making the snapshot of the public lists: files, manifest, signature. The newest one alone keeps its files."""

import base64
import hashlib
import json
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any, BinaryIO, Final

from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings
from django.db import transaction

from disclosure.models import ListSnapshot
from disclosure.rules.open_data import COLUMNS, CSV, NDJSON, FileFacts, csv_cells, manifest_text
from disclosure.selectors.open_data import fingerprint, rows_public, snapshot_current
from registry.services.events import event_record
from registry.services.imports.writing import write_cells

_TRIES: Final = 3
_BLOCK: Final = 1024 * 1024


def signing_key() -> Ed25519PrivateKey:
    """Return the office's signing key: `OPEN_DATA_KEY` (32 bytes, URL-safe base64), or one derived from `SECRET_KEY`."""
    if settings.OPEN_DATA_KEY:
        return Ed25519PrivateKey.from_private_bytes(base64.urlsafe_b64decode(settings.OPEN_DATA_KEY))
    derive = HKDF(algorithm=hashes.SHA256(), length=32, salt=None, info=b"open-data")
    return Ed25519PrivateKey.from_private_bytes(derive.derive(settings.SECRET_KEY.encode()))


def public_pem() -> bytes:
    """Return the public key by which anybody verifies a manifest (SubjectPublicKeyInfo, PEM)."""
    return (
        signing_key()
        .public_key()
        .public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)
    )


def signing_key_id() -> str:
    """Return the first 16 hex digits of the SHA-256 over the public key (DER): names the key in a manifest."""
    der = (
        signing_key()
        .public_key()
        .public_bytes(serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo)
    )
    return hashlib.sha256(der).hexdigest()[:16]


def files_folder(snapshot: ListSnapshot) -> Path:
    """Return where a snapshot's files lie. Not sealed: everything in them is public."""
    return _root() / str(snapshot.public_id)


def _root() -> Path:
    return Path(settings.MEDIA_ROOT) / "open-data"


def snapshot_refresh(*, on: date, at: datetime) -> dict[str, int]:
    """Make a snapshot unless the newest still tells what the public may see; return counts: `made`, `listed`."""
    if snapshot_current(on=on, key_id=signing_key_id()) is not None:
        return {}
    return {"made": 1, "listed": snapshot_make(on=on, at=at).rows}


def snapshot_make(*, on: date, at: datetime) -> ListSnapshot:
    """Write, sign and note a snapshot of the day `on`, then remove the files of those before it.

    What changes while it is written makes it begin anew; what changes afterwards is seen by `snapshot_current`.
    """
    snapshot = ListSnapshot(on=on, made_at=at, key_id=signing_key_id())
    folder = files_folder(snapshot)
    folder.mkdir(parents=True)
    try:
        for _ in range(_TRIES):
            snapshot.fingerprint = fingerprint(on=on)
            files, lists = _write(folder, on)
            if snapshot.fingerprint == fingerprint(on=on):
                break
        snapshot.rows = sum(lists.values())
        snapshot.manifest = manifest_text(
            on=on, made_at=at, files=files, lists=lists, key_id=snapshot.key_id,
            is_demonstration=settings.DEMONSTRATION,
        )  # fmt: skip
        snapshot.signature = signing_key().sign(snapshot.manifest.encode()).hex()
        _keep(snapshot, on)
    except BaseException:
        shutil.rmtree(folder, ignore_errors=True)
        raise
    _remove_others(snapshot)
    return snapshot


@transaction.atomic
def _keep(snapshot: ListSnapshot, on: date) -> None:
    snapshot.save()
    event_record(
        "open_data.made", f"制作公开名单快照，{snapshot.rows}条", obj=snapshot, actor=None, on=on,
        payload={"manifest_sha256": hashlib.sha256(snapshot.manifest.encode()).hexdigest(), "key_id": snapshot.key_id},
    )  # fmt: skip


def _write(folder: Path, on: date) -> tuple[list[FileFacts], Counter[str]]:
    """Write both files in one pass over the rows: they cannot differ."""
    lists: Counter[str] = Counter()
    with (folder / NDJSON).open("wb") as ndjson, (folder / CSV).open("wb") as table:
        cells = (csv_cells(row) for row in _tee(rows_public(on=on), ndjson, lists))
        write_cells(table, header=list(COLUMNS.values()), rows=cells, sheet="公开名单", table_format="csv")
    return [_facts(folder / name, sum(lists.values())) for name in (NDJSON, CSV)], lists


def _tee(rows: Iterable[Mapping[str, Any]], ndjson: BinaryIO, lists: Counter[str]) -> Iterator[Mapping[str, Any]]:
    for row in rows:
        ndjson.write(json.dumps(row, ensure_ascii=False, separators=(",", ":")).encode() + b"\n")
        lists[row["list"]] += 1
        yield row


def _facts(path: Path, rows: int) -> FileFacts:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(_BLOCK):
            digest.update(block)
    return FileFacts(path.name, digest.hexdigest(), path.stat().st_size, rows)


def _remove_others(snapshot: ListSnapshot) -> None:
    for folder in _root().iterdir():
        if folder.name != str(snapshot.public_id):
            shutil.rmtree(folder, ignore_errors=True)
