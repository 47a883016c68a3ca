"""Guards that die with their holder: whatever kills a process frees them at once, and nothing is left to clean up.

On PostgreSQL an advisory lock of the session; with SQLite, which means one machine, a lock on a file (decision 0004).
"""

import fcntl
import os
import uuid
import zlib
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

from django.conf import settings
from django.db import DatabaseError, InterfaceError, connection

JOB: Final = "job"
LEASE: Final = "lease"
# Keeps these advisory locks apart from any other use of them, and the kinds from one another.
_CLASSES: Final = {JOB: 0x6A6F62, LEASE: 0x6C656173}


@contextmanager
def guard_try(kind: str, name: str) -> Iterator[bool]:
    """Yield whether this process alone holds the guard; without waiting."""
    guard = _advisory_lock if connection.vendor == "postgresql" else _file_lock
    with guard(kind, name) as is_alone:
        yield is_alone


def guards_held(kind: str, names: Collection[str]) -> set[str]:
    """Return those of `names` that some process, this one included, holds now."""
    if not names:
        return set()
    if connection.vendor != "postgresql":
        return {name for name in names if _file_is_locked(kind, name)}
    with connection.cursor() as cursor:
        # objsubid 2: a lock of two keys.
        cursor.execute(
            "SELECT objid::bigint FROM pg_locks WHERE locktype = 'advisory' AND objsubid = 2 AND granted"
            " AND classid::bigint = %s AND database = (SELECT oid FROM pg_database WHERE datname = current_database())",
            [_CLASSES[kind]],
        )
        held = {row[0] for row in cursor.fetchall()}
    return {name for name in names if _key(name) % 2**32 in held}


def leases_dead(tokens: Iterable[uuid.UUID | None]) -> list[uuid.UUID]:
    """Return those of the leases' tokens whose holder is dead. Read the tokens first: a holder shows its token only after
    it took its guard."""
    names = {str(token): token for token in tokens if token is not None}
    held = guards_held(LEASE, list(names))
    return [token for name, token in names.items() if name not in held]


def _key(name: str) -> int:
    return zlib.crc32(name.encode()) - 2**31


@contextmanager
def _advisory_lock(kind: str, name: str) -> Iterator[bool]:
    keys = [_CLASSES[kind], _key(name)]
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_lock(%s, %s)", keys)
        is_alone = bool(cursor.fetchone()[0])
    try:
        yield is_alone
    finally:
        if is_alone:
            _unlock(keys)


def _unlock(keys: list[int]) -> None:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_unlock(%s, %s)", keys)
    except (DatabaseError, InterfaceError):
        # The lock was of the session: a broken transaction must not keep it, a lost connection has lost it already.
        connection.close()


@contextmanager
def _file_lock(kind: str, name: str) -> Iterator[bool]:
    path = _path(kind, name)
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            yield False
            return
        try:
            yield True
        finally:
            if kind == LEASE:  # a lease's name is used once; a job's file stays for the next run
                path.unlink(missing_ok=True)


def _file_is_locked(kind: str, name: str) -> bool:
    try:
        descriptor = os.open(_path(kind, name), os.O_RDONLY)
    except FileNotFoundError:
        return False
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return True
    finally:
        os.close(descriptor)
    return False


def _path(kind: str, name: str) -> Path:
    folder = Path(settings.VAR_DIR) / "locks"
    return folder / (name if kind == JOB else f"{kind}-{name}")
