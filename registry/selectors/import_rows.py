"""Reading the rows of an import: cells opened, faults as text, and the few columns a page shows of a row."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from registry.base.personal_data import text_open
from registry.models import ImportRow, Record
from registry.rules.masking import mask_document_number, mask_text
from registry.rules.publicity import Cell, Kind, PartyKind, RowError, SheetLayout
from registry.rules.publicity.cells import cell_text
from registry.rules.publicity.layout import column_index

Fault = dict[str, str]
_NAME, _PARTY_KIND, _USCC = range(3)  # positions in the national order, the same in both sheets


@dataclass(frozen=True, slots=True)
class RowShown:
    """A row on a page: where it stands, whom and which document it is about, what became of it. No identity number."""

    number: int
    name: str
    uscc: str
    document: str
    decided_on: str
    state: str
    faults: list[RowError]
    warnings: list[str]
    record: Record | None


def cells_open(sealed: str) -> list[Cell]:
    """Return the cells that `cells_seal` sealed."""
    cells: list[Cell] = json.loads(text_open(sealed))
    return cells


def says_person(layout: SheetLayout, cells: Sequence[Cell]) -> bool:
    """Tell whether a row as read says that its party is a natural person."""
    position = layout.positions[_PARTY_KIND]
    if position is None or position >= len(cells):
        return False
    return "".join(cell_text(cells[position]).split()) == PartyKind.PERSON.label


def reason_of(faults: Sequence[Fault]) -> str:
    """Return stored faults as one Chinese text, for the column of reasons."""
    return "".join(RowError(**fault).message for fault in faults)


def row_shown(row: ImportRow, layout: SheetLayout) -> RowShown:
    """Return what a page shows of a row."""
    cells = cells_open(row.cells_sealed)
    national = layout.arrange(cells)
    columns = column_index(layout.kind)
    prefix = "CF" if layout.kind is Kind.PENALTY else "XK"
    uscc = cell_text(national[_USCC])
    return RowShown(
        number=row.number,
        name=mask_text(cell_text(national[_NAME])),
        uscc=mask_document_number(uscc) if says_person(layout, cells) else mask_text(uscc),
        document=cell_text(national[columns[f"{prefix}_WSH"]]),
        decided_on=cell_text(national[columns[f"{prefix}_JDRQ"]]),
        state=row.state,
        faults=[RowError(**fault) for fault in row.errors],
        warnings=row.warnings,
        record=getattr(row, "record", None),
    )
