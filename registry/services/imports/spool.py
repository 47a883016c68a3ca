"""Checked rows between reading a file and writing them: out of memory, whatever their number."""

from collections.abc import Iterator
from tempfile import SpooledTemporaryFile
from types import TracebackType
from typing import Final, NamedTuple, Self

import orjson

from registry.models import ImportRow
from registry.services.imports.rows import Fault

_IN_MEMORY: Final = 4 * 1024 * 1024  # bytes; about 4,000 rows


class KeptRow(NamedTuple):
    """What is kept of a line, by the columns of `ImportRow`: its cells are sealed, its faults and remarks masked."""

    number: int
    cells_sealed: str
    state: str
    errors: list[Fault]
    warnings: list[str]


class RowSpool:
    """Rows in their order, to be put in once and then read; those of a large file lie in a temporary file without a name,
    gone with the process. A hundred thousand in memory are a fifth of what an upload may take.
    """

    def __init__(self) -> None:
        self.total = self.refused = 0
        self._file = SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115  (closed by __exit__)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:  # fmt: skip
        self._file.close()

    def add(self, row: KeptRow) -> None:
        """Put one more row in."""
        self.total += 1
        self.refused += row.state == ImportRow.State.REFUSED
        self._file.write(orjson.dumps(tuple(row)))
        self._file.write(b"\n")

    def __iter__(self) -> Iterator[KeptRow]:
        self._file.seek(0)
        for line in self._file:
            yield KeptRow(*orjson.loads(line))
