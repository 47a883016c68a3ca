"""The garbage collector during bulk work."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


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
