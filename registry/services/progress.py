"""How far a long file has come: whoever writes rows counts them, whoever had the file made hears of it."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Final, TypeVar

EVERY: Final = 2_000  # rows

Row = TypeVar("Row")
Tell = Callable[[int], None]


class _Listener:
    """Who hears of rows, and how many there were so far in all tables of the file."""

    def __init__(self, tell: Tell) -> None:
        self.tell, self.rows = tell, 0


_listening: ContextVar[_Listener | None] = ContextVar("rows_listening", default=None)


@contextmanager
def rows_told(tell: Tell) -> Iterator[None]:
    """Within, `tell(rows)` is called each time `EVERY` rows more were written. What it raises stops the writing."""
    token = _listening.set(_Listener(tell))
    try:
        yield
    finally:
        _listening.reset(token)


def rows_counted(rows: Iterable[Row]) -> Iterator[Row]:
    """Pass rows on, telling of them where somebody listens."""
    listener = _listening.get()
    if listener is None:
        yield from rows
        return
    for row in rows:
        listener.rows += 1
        if listener.rows % EVERY == 0:
            listener.tell(listener.rows)
        yield row
