"""Many rows at once are written as one by one, whatever stands in them."""

import datetime as dt
from decimal import Decimal

import pytest
from django.apps import apps

from registry.base.bulk import row_new, rows_add, rows_change, tracked_add
from registry.models import ImportRow, PenaltyDetail, Record, SubjectName
from tests.factories import make_account, make_department, make_record, make_subject
from tests.registry.imports.files import previewed_batch

pytestmark = pytest.mark.django_db
OUR_APPS = {"registry", "sanctions", "incentives", "repair", "disclosure"}
# What COPY's text format would take for something else.
AWKWARD = ["\\N", "\\.", "a\\tb", "甲\t乙\n丙\r丁", "''\"", "", "\\", "line\x0b\x7f"]


def detail(record, text):
    return PenaltyDetail(
        record=record, violation_type=text, basis="依据", kinds=["罚款", text], content=text, fine=Decimal("20000.50"),
        valid_until=dt.date(2027, 3, 2), authority="机关",
    )  # fmt: skip


def test_awkward_texts_are_kept_and_the_first_version_says_who_and_why():
    actor, subject = make_account("handler"), make_subject()
    rows = [detail(make_record(subject), text) for text in AWKWARD]
    tracked_add(rows, actor=actor, reason="record.detail")
    single = detail(make_record(subject), AWKWARD[3]).save_by(actor, reason="record.detail")
    found = PenaltyDetail.objects.in_bulk([row.pk for row in rows])
    assert [found[row.pk].violation_type for row in rows] == AWKWARD
    assert [found[row.pk].kinds[1] for row in rows] == AWKWARD
    many, one = (
        PenaltyDetail.history.values(
            "version",
            "content",
            "kinds",
            "fine",
            "valid_until",
            "history_type",
            "history_change_reason",
            "history_user",
        ).get(id=pk)
        for pk in (rows[3].pk, single.pk)
    )
    assert many == one
    assert (many["version"], many["history_type"], many["history_user"]) == (1, "+", actor.pk)


def test_rows_written_at_once_can_be_saved_again():
    record = make_record(make_subject())
    rows = [detail(record, "甲")]
    tracked_add(rows, actor=None, reason="record.detail")
    rows[0].content = "乙"
    rows[0].save_by(None, reason="record.update")
    assert list(PenaltyDetail.history.order_by("history_id").values_list("content", "version")) == [
        ("甲", 1),
        ("乙", 2),
    ]


def test_each_row_is_changed_to_values_of_its_own():
    batch = previewed_batch(make_department(), make_account("handler"))
    rows = list(batch.rows.order_by("number"))
    rows[0].state, rows[0].warnings = ImportRow.State.SAME, ["甲\\N", "乙"]
    rows[1].errors = [{"column": "CF_SY"}]
    rows_change(rows, ["state", "errors", "warnings"])
    again = list(batch.rows.order_by("number"))
    assert [(row.state, row.errors, row.warnings) for row in again] == [
        ("same", [], ["甲\\N", "乙"]), ("refused", [{"column": "CF_SY"}], []),
    ]  # fmt: skip


def test_nothing_to_write_is_nothing():
    rows_add([])
    rows_change([], ["state"])
    tracked_add([], actor=None, reason="nothing")
    assert SubjectName.objects.count() == 0


def test_a_row_made_fast_is_the_row_made_by_its_model():
    record = make_record(make_subject())
    fast = row_new(PenaltyDetail, record_id=record.pk, violation_type="甲", content="乙")
    slow = PenaltyDetail(record_id=record.pk, violation_type="甲", content="乙")
    assert {**vars(fast), "_state": None} == {**vars(slow), "_state": None}
    with pytest.raises(TypeError, match="no_such"):
        row_new(Record, no_such=1)


def test_no_column_has_a_default_of_the_database_own():
    """COPY leaves out a column that is NULL in every row: with such a default it would hold something else."""
    ours = [model for model in apps.get_models() if model._meta.app_label in OUR_APPS]
    columns = [field for model in ours for field in model._meta.concrete_fields]
    assert [str(field) for field in columns if field.has_db_default() or field.generated] == []
    assert len(columns) > 500
