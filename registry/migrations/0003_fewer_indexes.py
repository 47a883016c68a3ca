"""Indexes as decision 0019 has them, for databases whose tables the 55 squashed migrations made; new ones have them already.

A model's own state knows nothing of it: the squashed migrations say how the tables are now. What is compared here is the
database with that state, and only indexes are touched. On SQLite a column that was made unique stays so beside its new
index: taking that away means writing the table anew, without its triggers.
"""

from django.db import migrations

APPS = ("registry", "sanctions", "incentives", "repair", "disclosure")
# An index over two columns that nobody asks by any more.
SUPERSEDED = ("sanctions_m_departm_7de198_idx",)


def forward(apps, schema_editor):
    for app in APPS:
        for model in apps.get_app_config(app).get_models(include_auto_created=False):
            _align(model, schema_editor)


def _align(model, schema_editor):
    connection, meta = schema_editor.connection, model._meta
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, meta.db_table)
    columns = {field.column: field for field in meta.local_fields}
    named = {each.name for each in (*meta.indexes, *meta.constraints)}
    for name, each in found.items():
        if name in named or each["primary_key"] or each["check"] or each.get("type") not in (None, "idx", "btree"):
            continue
        field = columns.get(each["columns"][0]) if len(each["columns"]) == 1 else None
        asked_by = field is not None and (field.db_index or field.unique)
        if each["unique"]:
            if field is not None and not asked_by and connection.vendor == "postgresql":
                schema_editor.execute(schema_editor._delete_unique_sql(model, name))
        elif each["index"] and (name in SUPERSEDED or (field is not None and not asked_by)):
            schema_editor.execute(schema_editor._delete_index_sql(model, name))
    for index in meta.indexes:
        if index.name not in found:
            schema_editor.add_index(model, index)
    for constraint in meta.constraints:
        if constraint.name in ("uscc_once", "document_once", "outbox_key_once") and constraint.name not in found:
            schema_editor.execute(_unique(model, constraint, schema_editor))


def _unique(model, constraint, schema_editor):
    if schema_editor.connection.vendor == "postgresql":
        return constraint.create_sql(model, schema_editor)
    quote, [name] = schema_editor.quote_name, constraint.fields
    column, table = quote(model._meta.get_field(name).column), quote(model._meta.db_table)
    return f"CREATE UNIQUE INDEX {quote(constraint.name)} ON {table} ({column})"


class Migration(migrations.Migration):
    dependencies = [
        ("registry", "0002_squashed_0015_import_rows_in_order"),
        ("sanctions", "0001_squashed_0018_orders_not_settled"),
        ("incentives", "0001_squashed_0007_tier_newest"),
        ("repair", "0001_squashed_0004_told_before_undone"),
        ("disclosure", "0001_squashed_0011_publicity_backfill"),
    ]

    operations = [migrations.RunPython(forward, migrations.RunPython.noop)]
