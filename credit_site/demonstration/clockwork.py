"""Letting the demonstration's past happen in order: acts are planned for days and carried out day by day."""

import datetime as dt
import heapq
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count

from django.conf import settings

from registry.selectors.remembered import answers_remembered

Act = Callable[[dt.date], object]


@contextmanager
def pretended(day: dt.date) -> Iterator[None]:
    """Let `registry.clock` say `day`, so that recorded instants fit the legal days."""
    before = settings.PRETEND_TODAY
    settings.PRETEND_TODAY = day
    try:
        yield
    finally:
        settings.PRETEND_TODAY = before


class Plan:
    """Acts by day. An act may plan later ones; acts of one day run in the order they were planned."""

    def __init__(self) -> None:
        self._acts: list[tuple[dt.date, int, Act]] = []
        self._order = count()

    def add(self, day: dt.date, act: Act) -> None:
        """Plan `act(day)`."""
        heapq.heappush(self._acts, (day, next(self._order), act))

    def carry_out(self, *, until: dt.date, say: Callable[[str], None]) -> int:
        """Carry out everything planned up to and including `until`; return how many acts. Later ones stay undone."""
        done, month = 0, ""
        while self._acts and self._acts[0][0] <= until:
            day, _, act = heapq.heappop(self._acts)
            if f"{day:%Y-%m}" != month:
                month = f"{day:%Y-%m}"
                say(f"  {month} …")
            with pretended(day), answers_remembered():
                act(day)
            done += 1
        return done
