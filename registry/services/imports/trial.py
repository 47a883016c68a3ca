"""Is a workbook safe to open in this process? A throw-away process finds out."""

import subprocess
import sys
from pathlib import Path
from typing import Final

_PROGRAM: Final = Path(__file__).with_name("trial_process.py")
_MEMORY_BYTES: Final = 1024 * 1024 * 1024
_CPU_SECONDS: Final = 20
_PATIENCE_SECONDS: Final = 40  # below the web server's own patience with a request


def survives_opening(data: bytes) -> bool:
    """Open the workbook in a process with 1 GiB of memory and 20 seconds of computing; False when it ends badly.

    True also for a file that the reader refuses in good order: the caller gets the same refusal.
    """
    command = [sys.executable, "-I", str(_PROGRAM), str(_MEMORY_BYTES), str(_CPU_SECONDS)]
    try:
        ended = subprocess.run(  # noqa: S603  (our own program, our own arguments; the file goes in as data)
            command, input=data, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, check=False,
            timeout=_PATIENCE_SECONDS,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return False
    return ended.returncode == 0
