"""One page of a list."""

from collections.abc import Sequence
from functools import cached_property
from typing import Any, Final

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest

PER_PAGE = 50
COUNT_MOST: Final = 1000
_LAST_PAGE: Final = 10_000_000


class CappedPaginator(Paginator):
    """Counts rows only as far as the page asked for needs, at least up to `COUNT_MOST`: every page can be reached, one
    after the other, and none pays for counting a million rows."""

    def __init__(
        self, found: QuerySet[Any] | Sequence[Any], per_page: int, *, asked: int, known: int | None = None
    ) -> None:
        super().__init__(found, per_page)
        self.most, self.known = max(COUNT_MOST, asked * per_page), known

    @cached_property
    def count(self) -> int:
        """How many rows there are; one more than `most` where there are more than that."""
        rows = self.object_list
        if self.known is not None:
            return min(self.known, self.most + 1)
        if not isinstance(rows, QuerySet):
            return len(rows)  # read already, and short
        return rows.order_by()[: self.most + 1].count()

    @property
    def is_capped(self) -> bool:
        """Whether there are more rows than were counted."""
        return self.count > self.most


def page_of(
    request: HttpRequest, found: QuerySet[Any] | Sequence[Any], *, per_page: int = PER_PAGE, known: int | None = None
) -> Page[Any]:  # fmt: skip
    """Return the page that `?page=` asks for; the nearest one when there is no such page. `known`: how many rows there are,
    where that was counted already."""
    asked = request.GET.get("page", "")
    number = min(int(asked), _LAST_PAGE) if asked.isascii() and asked.isdigit() and len(asked) < 10 else 1
    return CappedPaginator(found, per_page, asked=number, known=known).get_page(number)
