"""A subject stands on one list of one pack at most once at a time: the database refuses overlapping periods.

PostgreSQL: an exclusion constraint (extension btree_gist, which is trusted since PostgreSQL 13, so that the database's
owner may create it). SQLite: triggers that refuse the same. Empty periods (an entry ended on its first day) overlap
nothing. On SQLite a later change of the table by Django rebuilds it without triggers: repeat these operations there.
"""

from django.db import migrations

POSTGRES = [
    "CREATE EXTENSION IF NOT EXISTS btree_gist",
    """
    ALTER TABLE sanctions_listentry ADD CONSTRAINT entries_do_not_overlap
    EXCLUDE USING gist (
        subject_id WITH =, pack_id WITH =, list_code WITH =, daterange(starts_on, ends_on, '[)') WITH &&
    )
    """,
]
POSTGRES_BACK = ["ALTER TABLE sanctions_listentry DROP CONSTRAINT entries_do_not_overlap"]

TRIGGER = """
CREATE TRIGGER entries_do_not_overlap_{moment}
BEFORE {event} ON sanctions_listentry
WHEN NEW.starts_on < NEW.ends_on AND EXISTS (
    SELECT 1 FROM sanctions_listentry AS other
    WHERE other.id IS NOT NEW.id
      AND other.subject_id = NEW.subject_id AND other.pack_id = NEW.pack_id AND other.list_code = NEW.list_code
      AND other.starts_on < other.ends_on
      AND other.starts_on < NEW.ends_on AND NEW.starts_on < other.ends_on
)
BEGIN
    SELECT RAISE(ABORT, 'entries_do_not_overlap');
END
"""
SQLITE = [
    TRIGGER.format(moment="insert", event="INSERT"),
    TRIGGER.format(moment="update", event="UPDATE OF subject_id, pack_id, list_code, starts_on, ends_on"),
]
SQLITE_BACK = [f"DROP TRIGGER IF EXISTS entries_do_not_overlap_{moment}" for moment in ("insert", "update")]


def _run(editor, postgres, sqlite):
    for statement in {"postgresql": postgres, "sqlite": sqlite}[editor.connection.vendor]:
        editor.execute(statement)


def forward(apps, schema_editor):
    _run(schema_editor, POSTGRES, SQLITE)


def back(apps, schema_editor):
    _run(schema_editor, POSTGRES_BACK, SQLITE_BACK)


class Migration(migrations.Migration):
    dependencies = [("sanctions", "0001_initial")]
    operations = [migrations.RunPython(forward, back)]
