"""Indexes: none twice, and of row versions only what is asked by (decision 0019)."""

from collections.abc import Iterator
from importlib import import_module

import pytest
from django.apps import apps
from django.db import connection, models
from django.db.migrations.state import ProjectState

from registry.base.indexes import AddIndexAside, RemoveIndexAside
from registry.base.tracked import Tracked
from registry.models import Notice, OutboxMessage, Record, Subject
from sanctions.models import ListEntry, MeasureOrder

OWN = {"registry", "sanctions", "incentives", "repair", "disclosure"}


def _models() -> list[type[models.Model]]:
    return [each for each in apps.get_models() if each._meta.app_label in OWN]


def _first_columns(model: type[models.Model]) -> Iterator[tuple[str, str]]:
    """Yield the first field and the name of each index over all rows that the model's Meta declares."""
    for index in model._meta.indexes:
        if index.condition is None and index.fields:
            yield index.fields[0].lstrip("-"), index.name
    for constraint in model._meta.constraints:
        if isinstance(constraint, models.UniqueConstraint) and constraint.condition is None and constraint.fields:
            yield constraint.fields[0], str(constraint.name)


def _inherited(model: type[models.Model], name: str) -> bool:
    bases = [each._meta for each in model.__mro__[1:] if hasattr(each, "_meta")]
    return any(name in {field.name for field in base.local_fields} for base in bases if base.abstract)


@pytest.mark.parametrize("model", _models(), ids=lambda each: each._meta.label)
def test_no_relation_has_an_index_that_another_one_begins_with(model):
    begun = dict(_first_columns(model))
    doubled = [
        f"{field.name}: {begun[field.name]}"
        for field in model._meta.local_fields
        if isinstance(field, models.ForeignKey) and field.db_index and not field.unique and field.name in begun
        and not _inherited(model, field.name)  # of a base, for all that share it
    ]  # fmt: skip
    assert doubled == []


@pytest.mark.parametrize(
    ("model", "asked_by"),
    [
        (Record, {"id", "subject", "history_date"}),
        (ListEntry, {"id", "subject", "history_date"}),
        (MeasureOrder, {"id", "entry", "history_date"}),
        (Subject, {"id", "history_date"}),
    ],
)
def test_versions_are_indexed_by_what_is_asked_of_them(model, asked_by):
    fields = model.history.model._meta.local_fields
    assert {field.name for field in fields if field.db_index and not field.primary_key} == asked_by


def test_every_tracked_model_names_relations_that_it_has():
    wrong = [
        (model._meta.label, name)
        for model in _models()
        if issubclass(model, Tracked)
        for name in model.versions_asked_by
        if name not in {field.name for field in model._meta.local_fields}
    ]
    assert wrong == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("model", "columns"),
    [
        (Subject, ["uscc"]),
        (Subject, ["document_hash"]),
        (OutboxMessage, ["key"]),
        (Notice, ["department_id", "id"]),
        (Record, ["number_normalized"]),
    ],
)
def test_what_is_looked_up_has_its_index(model, columns):
    with connection.cursor() as cursor:
        made = connection.introspection.get_constraints(cursor, model._meta.db_table)
    assert [each for each in made.values() if each["columns"] == columns and (each["index"] or each["unique"])]


def _found(model: type[models.Model]) -> set[str]:
    with connection.cursor() as cursor:
        return set(connection.introspection.get_constraints(cursor, model._meta.db_table))


@pytest.mark.django_db(transaction=True)
def test_a_database_of_before_loses_the_doubles_and_nothing_else():
    migration = import_module("registry.migrations.0003_fewer_indexes")
    tables = (Record, Record.history.model, MeasureOrder, OutboxMessage)
    before = [_found(each) for each in tables]
    with connection.cursor() as cursor:
        cursor.execute("CREATE INDEX of_a_relation ON registry_record (subject_id)")
        cursor.execute("CREATE INDEX of_versions ON registry_historicalrecord (department_id)")
        cursor.execute("CREATE INDEX sanctions_m_departm_7de198_idx ON sanctions_measureorder (department_id, state)")
        cursor.execute("DROP INDEX record_number")
    with connection.schema_editor() as editor:
        migration.forward(apps, editor)
    assert [_found(each) for each in tables] == before


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("is_there", [False, True])
def test_an_index_is_made_aside_though_one_was_left_half_made_and_taken_away_again(is_there):
    index = models.Index(fields=["attempts"], name="of_attempts")
    before, after = ProjectState.from_apps(apps), ProjectState.from_apps(apps)
    made = AddIndexAside("outboxmessage", index)
    made.state_forwards("registry", after)
    with connection.cursor() as cursor:
        if is_there and connection.vendor == "postgresql":  # SQLite has none half made
            cursor.execute("CREATE INDEX of_attempts ON registry_outboxmessage (attempts)")
    gone = RemoveIndexAside("outboxmessage", name="of_attempts")
    steps = [
        (made.database_forwards, before, after, True),
        (gone.database_forwards, after, before, False),
        (gone.database_backwards, before, after, True),
        (made.database_backwards, after, before, False),
    ]
    for step, old, new, is_made in steps:
        with connection.schema_editor(atomic=False) as editor:
            step("registry", editor, old, new)
        assert ("of_attempts" in _found(OutboxMessage)) == is_made
