"""What is kept of a file's row: its cells sealed, its faults without anybody's identity number."""

import json
from collections.abc import Sequence

from registry.base.personal_data import text_seal
from registry.rules.publicity import Cell, RowError
from registry.rules.publicity.masked import masked_error, masked_remark

Fault = dict[str, str]
_WRITTEN = json.JSONEncoder(ensure_ascii=False, separators=(",", ":")).encode  # made once, not for each row


def cells_seal(cells: Sequence[Cell]) -> str:
    """Return a row's cells as one sealed text; `registry.selectors.import_rows.cells_open` opens it."""
    return text_seal(_WRITTEN(list(cells)))


def faults_of(errors: Sequence[RowError], *, is_person: bool) -> list[Fault]:
    """Return faults as they are stored."""
    return [masked_error(error, is_person=is_person)._asdict() for error in errors]


def remarks_of(warnings: Sequence[str]) -> list[str]:
    """Return remarks as they are stored."""
    return [masked_remark(text) for text in warnings]
