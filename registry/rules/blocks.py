"""The parts of an official document's body, free of any file format."""

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Paragraph:
    """One paragraph; `indent` sets the first line in by two characters, as running text is."""

    text: str
    bold: bool = False
    indent: bool = True


@dataclass(frozen=True, slots=True)
class Facts:
    """Labels with their values, as a two-column table."""

    rows: Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class TableBlock:
    """A table with one header row; every row is as long as the header. `widths`: of the columns to one another, equal
    where none are given."""

    header: Sequence[str]
    rows: Sequence[Sequence[str]]
    widths: tuple[int, ...] = ()

    def __post_init__(self) -> None:
        wrong = [index for index, row in enumerate(self.rows, start=1) if len(row) != len(self.header)]
        if wrong:
            raise ValueError(f"表格第{wrong[0]}行的格数与表头不同，应为{len(self.header)}格。")


Block = Paragraph | Facts | TableBlock
