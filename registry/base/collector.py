"""The garbage collector during bulk work."""

import gc
import threading
from collections.abc import Iterator
from contextlib import contextmanager

_resting = 0  # how many threads of this process have asked the collector to rest
_lock = threading.Lock()


@contextmanager
def old_objects_spared() -> Iterator[None]:
    """Within, the collector looks only at what was made since.

    It searches everything again whenever enough is new, and what a process has loaded (models, packs) takes longer to
    search than a thousand subjects take to evaluate. Around a whole run, not around each part of it: what one part
    leaves behind would be spared in the next. Another thread that leaves it earlier takes the gain away, nothing else.
    """
    gc.freeze()
    try:
        yield
    finally:
        gc.unfreeze()


@contextmanager
def collector_resting() -> Iterator[None]:
    """Within, the collector does not look at all; around one bounded piece of bulk work: a chunk of rows, a
    file while it is checked.

    Tens of thousands of objects that all stay until the piece is written would be searched again and again, which takes a
    sixth of the time of an import. What the piece leaves behind is found afterwards, by the collector's own measure. While
    several threads are within, the last one out wakes it.
    """
    global _resting
    with _lock:
        _resting += 1
        gc.disable()
    try:
        yield
    finally:
        with _lock:
            _resting -= 1
            if not _resting:
                gc.enable()
