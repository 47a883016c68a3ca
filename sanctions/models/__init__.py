"""Negative lists: candidates, cases, entries, measure orders."""

from sanctions.models.candidates import Candidate, CandidateGround, Standing
from sanctions.models.cases import Case, CaseDocument, CaseEvidence, CaseGround, Defence
from sanctions.models.entries import EntryGround, EntryPause, ListEntry
from sanctions.models.orders import MeasureOrder, OrderFeedback

__all__ = [
    "Candidate", "CandidateGround", "Case", "CaseDocument", "CaseEvidence", "CaseGround", "Defence", "EntryGround",
    "EntryPause", "ListEntry", "MeasureOrder", "OrderFeedback", "Standing",
]  # fmt: skip
