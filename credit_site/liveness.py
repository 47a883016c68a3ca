"""Signs of life of the beat process, which runs no task of its own."""

import logging
import time
from typing import Any

from celery.signals import after_task_publish
from django.db import DatabaseError, close_old_connections

from registry import clock
from registry.services.jobs import BEAT, BEAT_EVERY, beat_mark

logger = logging.getLogger(__name__)
_marked_at = -BEAT_EVERY.total_seconds()


def beat_watch() -> None:
    """From now on note a sign of life with what this process sends, at most every `BEAT_EVERY`."""
    after_task_publish.connect(beat_lives, weak=False, dispatch_uid="credit_site.beat_lives")


def beat_lives(**_: Any) -> None:
    """Note the sign of life. A database that does not answer must not stop the beat."""
    global _marked_at
    if time.monotonic() - _marked_at < BEAT_EVERY.total_seconds():
        return
    _marked_at = time.monotonic()
    try:
        close_old_connections()
        beat_mark(BEAT, at=clock.now())
    except DatabaseError:
        logger.warning("the beat's sign of life could not be written")
