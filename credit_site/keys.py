"""Where secrets come from: the environment, or, in the embedded default, a file made once."""

import base64
import contextlib
import os
import secrets
from pathlib import Path


def key_from(given: str, path: Path, *, required: bool) -> str:
    """Return the key given, or the one kept in `path`, making it on first use.

    Raises RuntimeError when `required` and none was given. Keys are 32 random bytes, URL-safe base64 (Fernet's form).
    """
    if given:
        return given
    if required:
        raise RuntimeError(f"environment: {path.name.upper()} is not set (see README, 'Production')")
    if not path.exists():
        draft = path.with_name(f"{path.name}.{os.getpid()}")
        draft.touch(mode=0o600)
        draft.write_text(base64.urlsafe_b64encode(secrets.token_bytes(32)).decode())
        # link() fails when another process was first; its key is then the one that counts.
        with contextlib.suppress(FileExistsError):
            path.hardlink_to(draft)
        draft.unlink()
    return path.read_text().strip()
