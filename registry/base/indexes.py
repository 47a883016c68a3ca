"""Indexes on tables that have long been filled: made and taken away while others go on writing."""

from typing import Any

from django.db.migrations.operations import AddIndex, RemoveIndex


class AddIndexAside(AddIndex):
    """`AddIndex` that locks nobody out on PostgreSQL, for a migration with `atomic = False`; run again, it begins anew: an
    index whose making was cut short is there, but of no use. On SQLite, where writers wait anyway, plain `AddIndex`."""

    atomic = False

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Make the index."""
        if schema_editor.connection.vendor != "postgresql":
            return super().database_forwards(app_label, schema_editor, from_state, to_state)
        model = to_state.apps.get_model(app_label, self.model_name)
        if self.allow_migrate_model(schema_editor.connection.alias, model):
            schema_editor.remove_index(model, self.index, concurrently=True)  # where it exists
            schema_editor.add_index(model, self.index, concurrently=True)
        return None

    def database_backwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Take the index away."""
        _remove(self, self.index, app_label, schema_editor, from_state)


class RemoveIndexAside(RemoveIndex):
    """`RemoveIndex` that locks nobody out on PostgreSQL; as `AddIndexAside`."""

    atomic = False

    def database_forwards(self, app_label: str, schema_editor: Any, from_state: Any, to_state: Any) -> None:
        """Take the index away."""
        index = from_state.models[app_label, self.model_name_lower].get_index_by_name(self.name)
        _remove(self, index, app_label, schema_editor, from_state)


def _remove(operation: AddIndex | RemoveIndex, index: Any, app_label: str, schema_editor: Any, state: Any) -> None:
    model = state.apps.get_model(app_label, operation.model_name)
    if operation.allow_migrate_model(schema_editor.connection.alias, model):
        aside = {"concurrently": True} if schema_editor.connection.vendor == "postgresql" else {}
        schema_editor.remove_index(model, index, **aside)
