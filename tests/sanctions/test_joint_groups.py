"""Figures counted by the database are those that the rules count one by one, whatever the days."""

import datetime as dt
import random

import pytest

from registry.models import Deadline, DeadlinePause
from registry.selectors.calendar import calendar_current
from sanctions.models import MeasureOrder
from sanctions.rules.joint_figures import ASKS, Asked, Response
from sanctions.selectors.joint_statistics import CODES, Span, joint_figures
from tests.factories import make_department
from tests.sanctions.listing import make_entry, make_order

pytestmark = pytest.mark.django_db
FIRST, LAST = dt.date(2026, 1, 12), dt.date(2026, 3, 31)
DAYS = 110  # from a week before the first day asked


def on(day):
    return FIRST + dt.timedelta(days=day - 7)


@pytest.fixture(scope="module")
def made(make_once):
    make_once(asked_of_departments)


@pytest.fixture
def deadlines(made, db):
    return list(Deadline.objects.prefetch_related("pauses"))


def asked_of_departments():
    """Three hundred and twenty things asked of two departments about five measures, days drawn at random; of a fifth the
    clock stood."""
    chance = random.Random(20261129)
    departments = [make_department("market"), make_department("finance")]
    entries = [make_entry("mem-2023-11", "blacklist", on=on(0)) for _ in range(4)]
    for entry in entries[:3]:
        entry.ends_on = on(chance.randrange(40, DAYS))
        entry.save_by(None, reason="test")
    rows = []
    for place in range(80):
        order = make_order(
            entries[place % 4], departments[place // 4 % 2], on=on(0), measure_code=str(place // 8 % 5 + 1),
            catalogue=f"演示清单{place // 40}", measure_label=f"措施{place // 8 % 5 + 1}",
        )  # fmt: skip
        for code in CODES.values():
            rows.append(asked_at_random(order, code, chance))
    Deadline.objects.bulk_create(rows)
    for deadline in Deadline.objects.order_by("pk"):
        if chance.random() < 0.2:
            begun = chance.randrange(DAYS)
            until = on(begun + chance.randrange(1, 20)) if chance.random() < 0.6 else None
            DeadlinePause(deadline=deadline, starts_on=on(begun), ends_on=until, reason="演示").save_by(
                None, reason="test"
            )


def asked_at_random(order, code, chance):
    begun = chance.randrange(DAYS - 20)
    fate = chance.choice(["met", "met", "met", "cancelled", "open"])
    ended = on(begun + chance.randrange(0, 25))
    return Deadline(
        code=code, label="演示", subject=order.entry.subject, department=order.department, starts_on=on(begun), days=10,
        object_kind=MeasureOrder._meta.label_lower, object_id=order.pk, due_on=on(begun + chance.randrange(1, 18)),
        met_on=ended if fate == "met" else None, cancelled_on=ended if fate == "cancelled" else None,
    )  # fmt: skip


def by_hand(deadlines, span):
    """Count one by one, by the rule's own words."""
    calendar = calendar_current()
    asks = {code: ask for ask, code in CODES.items()}
    orders = MeasureOrder.objects.select_related("entry").in_bulk([each.object_id for each in deadlines])
    found: dict[tuple[str, str], dict[str, Response]] = {}
    for each in deadlines:
        order = orders[each.object_id]
        measure = (order.catalogue, order.measure_code)
        if not span.first <= each.starts_on <= min(span.last, span.as_of):
            continue
        if span.department not in (None, each.department_id) or span.measure not in (None, measure):
            continue
        over_on = None if asks[each.code] == "ending" else order.entry.ends_on
        stood = tuple((pause.starts_on, pause.ends_on) for pause in each.pauses.all())
        asked = Asked(each.starts_on, each.due_on, each.met_on, each.cancelled_on, over_on, stood)
        for key in (("", ""), ("department", each.department.code), ("measure", "|".join(measure))):
            counted = found.setdefault(key, {ask: Response() for ask in ASKS})
            counted[asks[each.code]].add(asked, 1, span.as_of, calendar)
    return found


@pytest.mark.parametrize("as_of", [FIRST, on(30), on(60), LAST, on(DAYS + 60)])
@pytest.mark.parametrize("narrowed", [{}, {"department": "market"}, {"measure": ("演示清单1", "2")}])
def test_the_database_counts_what_the_rules_count(deadlines, as_of, narrowed):
    if "department" in narrowed:
        narrowed = {"department": next(each.department_id for each in deadlines if each.department.code == "market")}
    span = Span(FIRST, LAST, as_of, **narrowed)
    figures = joint_figures(span)
    told = {("", ""): figures.total.asks}
    told |= {("department", row.code): row.asks for row in figures.departments}
    told |= {("measure", row.code): row.asks for row in figures.measures}
    assert {key: asks for key, asks in told.items() if any(each.asked for each in asks.values())} == by_hand(
        deadlines, span
    )
