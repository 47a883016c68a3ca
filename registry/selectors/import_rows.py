"""Reading the rows of an import: cells opened, faults as text, and the few columns a page shows of a row."""

import json
from collections.abc import Sequence
from dataclasses import dataclass

from registry.base.personal_data import text_open
from registry.models import ImportBatch, ImportRow, Record
from registry.rules import reporting
from registry.rules.masking import mask_document_number, mask_text
from registry.rules.publicity import Cell, Kind, PartyKind, RowError, SheetLayout, recognize
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
    """Return the cells that `cells_seal` sealed; none where they have outlived their time."""
    if not sealed:
        return []
    cells: list[Cell] = json.loads(text_open(sealed))
    return cells


def layout_of(batch: ImportBatch) -> SheetLayout | None:
    """Return the national sheet that the batch's rows have; None for records of the kinds that have no sheet."""
    return None if batch.kind == ImportBatch.Kind.RECORDS else recognize(batch.header)


def says_person(layout: SheetLayout | None, cells: Sequence[Cell]) -> bool:
    """Tell whether a row as read says that its party is a natural person."""
    if layout is None:
        return reporting.is_about_person(cells)
    position = layout.positions[_PARTY_KIND]
    if position is None or position >= len(cells):
        return False
    return "".join(cell_text(cells[position]).split()) == PartyKind.PERSON.label


def reason_of(faults: Sequence[Fault]) -> str:
    """Return stored faults as one Chinese text, for the column of reasons."""
    return "".join(RowError(**fault).message for fault in faults)


def row_shown(row: ImportRow, layout: SheetLayout | None) -> RowShown:
    """Return what a page shows of a row. `layout`: see `layout_of`."""
    cells = cells_open(row.cells_sealed)
    name, uscc, document, decided_on = _shown_cells(cells, layout)
    return RowShown(
        number=row.number,
        name=mask_text(name),
        uscc=mask_document_number(uscc) if says_person(layout, cells) else mask_text(uscc),
        document=mask_text(document),
        decided_on=mask_text(decided_on),
        state=row.state,
        faults=[RowError(**fault) for fault in row.errors],
        warnings=row.warnings,
        record=getattr(row, "record", None),
    )


def _shown_cells(cells: Sequence[Cell], layout: SheetLayout | None) -> tuple[str, str, str, str]:
    """Return name, unified code, document number and day of decision as they were read."""
    if layout is None:
        given = dict(zip(reporting.CODES, cells or [""] * len(reporting.CODES), strict=True))
        picked = [given[name] for name in ("name", "code", "number", "decided_on")]
    else:
        national, columns = layout.arrange(cells), column_index(layout.kind)
        prefix = "CF" if layout.kind is Kind.PENALTY else "XK"
        places = (_NAME, _USCC, columns[f"{prefix}_WSH"], columns[f"{prefix}_JDRQ"])
        picked = [national[place] for place in places]
    name, uscc, document, decided_on = map(cell_text, picked)
    return name, uscc, document, decided_on
