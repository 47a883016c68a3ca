"""The migrations that make an app's tables from nothing (docs/decisions/0018-squashed-migrations.md)."""

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import ProjectState


class NewTables(migrations.Migration):
    """Makes whole tables, every model being put together once.

    Django puts a table's model and all that are related to it together anew after each operation: with some two hundred
    tables, nearly all of which know the accounts, tens of thousands of times, for minutes. Here each operation is told how
    things are after the last: so only `CreateModel`, and operations that look at no model, belong in such a migration.
    """

    def apply(
        self, project_state: ProjectState, schema_editor: BaseDatabaseSchemaEditor, collect_sql: bool = False
    ) -> ProjectState:
        """Make the tables; `sqlmigrate` tells operation by operation, as Django does."""
        if collect_sql:
            return super().apply(project_state, schema_editor, collect_sql)
        known = set(project_state.models)
        apps = project_state.__dict__.pop("apps", None)  # while they are away, nothing is put together
        state = self.mutate_state(project_state, preserve=False)
        if apps is not None:
            apps.render_multiple([model for name, model in state.models.items() if name not in known])
            state.__dict__["apps"] = apps
        for operation in self.operations:
            operation.database_forwards(self.app_label, schema_editor, state, state)
        return state
