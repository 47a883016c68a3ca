"""One page of a list."""

from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest

PER_PAGE = 50


def page_of(request: HttpRequest, found: QuerySet[Any], *, per_page: int = PER_PAGE) -> Page[Any]:
    """Return the page that `?page=` asks for; the nearest one when there is no such page."""
    return Paginator(found, per_page).get_page(request.GET.get("page"))
