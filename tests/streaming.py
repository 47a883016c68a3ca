"""Watching what is loaded whole: an export of any size must not hold its rows in memory."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from unittest.mock import patch

from django.db.models import Model, QuerySet


@contextmanager
def loaded_at_once() -> Iterator[Counter[type[Model]]]:
    """Yield a counter that tells, by model, the most rows that one queryset has held at once meanwhile.

    What is read by `iterator()` is held by nobody and does not count, but what is prefetched for each of its chunks does.
    """
    most: Counter[type[Model]] = Counter()
    real = QuerySet._fetch_all

    def fetch_all(queryset: QuerySet[Model]) -> None:
        real(queryset)
        if queryset._fields is None:  # figures by `values()` are not the rows themselves
            most[queryset.model] = max(most[queryset.model], len(queryset._result_cache or ()))

    with patch.object(QuerySet, "_fetch_all", fetch_all):
        yield most
