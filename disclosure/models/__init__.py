"""What the public may see."""

from disclosure.models.notes import PublicNote
from disclosure.models.open_data import ListSnapshot
from disclosure.models.publications import Publication

__all__ = ["ListSnapshot", "PublicNote", "Publication"]
