"""Penalties of city management with points, so that a trial of other thresholds has something to show."""

import datetime as dt
from functools import partial

from registry.models import Subject
from registry.selectors.calendar import calendar_current
from registry.services.classifying import ItemCode

from .records import Bookkeeper
from .subjects import Population

PACK = "nanning-urban"
WORKING_DAYS_APART = 23
# Violation, basis, fine in yuan, by severity.
_ACTS = {
    "minor": ("占用人行道摆放经营物品", "《城市市容和环境卫生管理条例》第三十四条", 500),
    "moderate": ("未按规定时间清运建筑垃圾", "《城市建筑垃圾管理规定》第二十二条", 5_000),
    "severe": ("将危险废物混入建筑垃圾", "《城市建筑垃圾管理规定》第二十条", 2_000),
}
# What each subject did within the year: 12, 9, 9, 7, 6, 4 and 2 points; a yellow list begins at 10.
_STORIES = (
    ("severe", "severe"), ("severe", "moderate"), ("moderate", "moderate", "moderate"), ("severe", "minor"), ("severe",),
    ("moderate", "minor"), ("minor", "minor"),
)  # fmt: skip


def urban_plan(books: Bookkeeper, population: Population, today: dt.date) -> None:
    """Plan a year of city management's penalties against traders."""
    calendar = calendar_current()
    for place, story in enumerate(_STORIES):
        subject = population.by_industry["批发零售"][place * 3 + 1]
        for nth, code in enumerate(story):
            day = calendar.back(today, 30 + place * 7 + nth * WORKING_DAYS_APART)
            books.plan.add(day, partial(_punish, books, subject, code))


def _punish(books: Bookkeeper, subject: Subject, code: str, on: dt.date) -> None:
    record = books.penalty(
        subject, on, what=_ACTS[code], department=books.office.departments["housing"], items=[ItemCode(PACK, code)]
    )
    books.publish_later(record, on, working_days=4)
