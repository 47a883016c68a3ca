"""A file made for somebody: written row by row to a stream that leaves memory once it grows."""

import tempfile
from dataclasses import dataclass
from typing import BinaryIO, cast

_IN_MEMORY = 2 * 1024 * 1024


@dataclass(frozen=True, slots=True)
class MadeFile:
    """A file ready to be sent: an open stream at its beginning, its name and content type, its number of rows, and how
    many records were left out because they would be refused.
    """

    stream: BinaryIO
    name: str
    content_type: str
    rows: int
    left_out: int = 0


def scratch() -> BinaryIO:
    """Open a file that lives on disk once it grows, and goes when it is closed, which the response does."""
    return cast(BinaryIO, tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY))
