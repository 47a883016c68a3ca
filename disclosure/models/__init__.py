"""What the public may see."""

from disclosure.models.notes import PublicNote
from disclosure.models.open_data import ListSnapshot
from disclosure.models.publications import Publication
from disclosure.models.publicity import MissingDecision, PublicityExemption, SpotCheck

__all__ = ["ListSnapshot", "MissingDecision", "PublicNote", "Publication", "PublicityExemption", "SpotCheck"]
