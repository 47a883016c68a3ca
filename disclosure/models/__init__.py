"""What the public may see."""

from disclosure.models.channels import (
    Acknowledgement,
    Channel,
    ChannelFile,
    ChannelHealth,
    Submission,
    SubmissionStep,
)
from disclosure.models.monthly import MonthlyFile
from disclosure.models.notes import PublicNote
from disclosure.models.open_data import ListSnapshot
from disclosure.models.publications import Publication
from disclosure.models.publicity import MissingDecision, PublicityBackfill, PublicityExemption, SpotCheck

__all__ = [
    "Acknowledgement",
    "Channel",
    "ChannelFile",
    "ChannelHealth",
    "ListSnapshot",
    "MissingDecision",
    "MonthlyFile",
    "PublicNote",
    "Publication",
    "PublicityBackfill",
    "PublicityExemption",
    "SpotCheck",
    "Submission",
    "SubmissionStep",
]
