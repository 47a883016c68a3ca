"""Long lists of orders: counted only as far as needed, every page reachable; nothing owed falls out of its queue."""

import datetime as dt

import pytest
from django.test import RequestFactory

from registry.models import Deadline
from registry.views import paging
from sanctions.models import MeasureOrder
from sanctions.selectors.orders import in_queue
from sanctions.services.entries import entry_end
from sanctions.services.orders import order_carry_out, order_refuse
from tests.factories import make_account, make_department
from tests.sanctions.listing import make_entry, make_order

pytestmark = pytest.mark.django_db

DAY = dt.date(2026, 3, 2)
LATER = dt.date(2026, 3, 20)


def page(number, rows):
    request = RequestFactory().get("/", {"page": number})
    return paging.page_of(request, rows, per_page=2)


@pytest.fixture
def seven(monkeypatch):
    monkeypatch.setattr(paging, "COUNT_MOST", 4)
    for _ in range(7):
        make_department()
    return make_department().__class__.objects.order_by("pk")


def test_rows_beyond_the_most_are_not_counted(seven):
    assert (page("1", seven).paginator.is_capped, page("1", seven).paginator.count) == (True, 5)


def test_every_row_is_reached_page_after_page(seven):
    seen, number = [], 1
    while True:
        shown = page(str(number), seven)
        seen += list(shown)
        if not shown.has_next():
            break
        number += 1
    assert seen == list(seven)


@pytest.mark.parametrize("asked", ["", "x", "0", "-1", "²", "9" * 30])
def test_a_page_that_does_not_exist_is_the_nearest(seven, asked):
    assert len(page(asked, seven)) > 0


def test_what_was_refused_and_is_reported_after_the_end_is_still_to_be_lifted():
    market = make_department("market")
    officer = make_account("department", department=market)
    order = make_order(make_entry("mem-2023-11", "blacklist", on=DAY), market, on=DAY)
    order_refuse(order=order, reason="没有相关事项", actor=officer, on=DAY)
    entry_end(
        entry=order.entry, reason="revoked", ends_on=dt.date(2026, 3, 10), note="复议撤销",
        actor=make_account("approver", department=order.entry.department), on=dt.date(2026, 3, 10),
    )  # fmt: skip
    order_carry_out(
        order=order,
        text="已限制",
        done_on=dt.date(2026, 3, 5),
        document_number="",
        upload=None,
        actor=officer,
        on=LATER,
    )
    assert in_queue(MeasureOrder.objects.all(), "ending", LATER).count() == 1
    assert Deadline.objects.get(object_id=order.pk, code="order-ending", met_on=None).starts_on == LATER
