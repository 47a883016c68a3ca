"""What the public may see."""

from disclosure.models.notes import PublicNote
from disclosure.models.publications import Publication

__all__ = ["PublicNote", "Publication"]
