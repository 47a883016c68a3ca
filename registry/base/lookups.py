"""A look-up for many values at once: one array instead of a parameter each, which a batch feels."""

import json
from typing import Any

from django.db.models import Field, Lookup

from registry.base.prepared import NUMBERS, Slot, array_sent


@Field.register_lookup
class AnyOf(Lookup):
    """`field__any_of=values`: the field is one of `values` (texts or whole numbers, None not among them); finds what
    `__in` finds."""

    lookup_name = "any_of"
    prepare_rhs = False

    def as_sql(self, compiler: Any, connection: Any) -> Any:
        """Return the condition and its parameters: PostgreSQL takes the values as an array, SQLite as JSON."""
        left, params = self.process_lhs(compiler, connection)
        is_array = connection.vendor == "postgresql"
        kind = self.lhs.output_field.db_type(connection)
        values: Any = self.rhs
        if not isinstance(values, Slot):  # a prepared query gets its values when it runs
            values = array_sent(values, kind) if is_array else json.dumps(list(values))
        if is_array:
            # Numbers would come as the shortest type that holds them, and be searched one by one for a longer column.
            return f"{left} = ANY(%s{f'::{kind}[]' if kind in NUMBERS else ''})", [*params, values]
        return f"{left} IN (SELECT value FROM json_each(%s))", [*params, values]  # noqa: S608 - a column
