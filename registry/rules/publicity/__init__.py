"""The national 双公示 sheets: recognise a header, check rows, write rows back.

layout = recognize(header)                    # LayoutError: old, unknown, incomplete
for row in check_rows(layout, rows, on): ...  # row.number, row.cells, row.result
"""

from registry.rules.publicity.cells import Cell
from registry.rules.publicity.draft import RowError
from registry.rules.publicity.export import export_faults, kind_of, ten_thousands, to_cells
from registry.rules.publicity.header import (
    REASON_LABEL,
    LayoutError,
    SheetLayout,
    is_header,
    national_header,
    recognize,
)
from registry.rules.publicity.layout import COLUMNS, Column, Form, Kind, Required
from registry.rules.publicity.rows import RowResult, check_row
from registry.rules.publicity.sheet import (
    EMPTY_SHEET,
    CheckedRow,
    RepeatFinder,
    SheetRow,
    check_rows,
    data_rows,
)
from registry.rules.publicity.values import (
    LICENCE_KINDS,
    NO_END,
    PENALTY_KINDS,
    LicenceRow,
    Party,
    PartyKind,
    PenaltyRow,
)

__all__ = [
    "COLUMNS",
    "EMPTY_SHEET",
    "LICENCE_KINDS",
    "NO_END",
    "PENALTY_KINDS",
    "REASON_LABEL",
    "Cell",
    "CheckedRow",
    "Column",
    "Form",
    "Kind",
    "LayoutError",
    "LicenceRow",
    "Party",
    "PartyKind",
    "PenaltyRow",
    "RepeatFinder",
    "Required",
    "RowError",
    "RowResult",
    "SheetLayout",
    "SheetRow",
    "check_row",
    "check_rows",
    "data_rows",
    "export_faults",
    "is_header",
    "kind_of",
    "national_header",
    "recognize",
    "ten_thousands",
    "to_cells",
]
