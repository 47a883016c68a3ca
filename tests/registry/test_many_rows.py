"""Many rows written at once leave what one at a time would have left: rows, versions, history with actor and reason."""

import datetime as dt

import pytest

from registry.base.bulk import tracked_add
from registry.base.tracked import rows_save_by
from registry.models import Deadline
from tests.factories import make_account, make_department, make_subject

pytestmark = pytest.mark.django_db
DAY = dt.date(2026, 11, 20)
OWN = ("id", "history_id", "history_date", "object_id")


def made(object_id, subject, department):
    return Deadline(
        code="case.review", label="初审", subject=subject, object_kind="bench.matter", object_id=object_id,
        department=department, starts_on=DAY, days=7, due_on=DAY + dt.timedelta(days=11),
    )  # fmt: skip


def history_of(deadline):
    rows = Deadline.history.filter(id=deadline.pk).order_by("history_id").values()
    return [{name: value for name, value in row.items() if name not in OWN} for row in rows]


def test_rows_written_together_have_the_history_of_rows_written_alone():
    subject, department, actor = make_subject(), make_department(), make_account()
    alone = made(1, subject, department).save_by(actor, reason="deadline.set")
    alone.met_on = DAY
    alone.save_by(None, reason="deadline.meet")
    together = [made(number, subject, department) for number in range(2, 5)]
    tracked_add(together, actor=actor, reason="deadline.set")
    for number, row in enumerate(together):
        row.met_on = DAY if number < 2 else DAY + dt.timedelta(days=1)
    rows_save_by(together, None, reason="deadline.meet", fields=["met_on"])

    first = history_of(together[0])
    assert [(row["history_type"], row["version"], row["history_change_reason"]) for row in first] == [
        ("+", 1, "deadline.set"), ("~", 2, "deadline.meet"),
    ]  # fmt: skip
    assert first == history_of(together[1]) == history_of(alone)
    assert [row["met_on"] for row in history_of(together[2])] == [None, DAY + dt.timedelta(days=1)]
    stored = (
        Deadline.objects.filter(pk__in=[row.pk for row in together]).order_by("pk").values_list("version", "met_on")
    )
    assert list(stored) == [(2, row.met_on) for row in together]
    assert {row.version for row in together} == {2}


def test_nothing_to_write_writes_nothing(django_assert_num_queries):
    with django_assert_num_queries(0):
        tracked_add([], actor=None, reason="x")
        rows_save_by([], None, reason="x", fields=["met_on"])
