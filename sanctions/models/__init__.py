"""Negative lists: candidates, cases, entries, measure orders."""

from sanctions.models.candidates import Candidate, CandidateGround, Standing
from sanctions.models.cases import Case, CaseDocument, CaseEvidence, CaseGround, Defence, DefenceFile
from sanctions.models.changes import ChangeFeed, EntryChange
from sanctions.models.checks import CheckLog, CheckSheet
from sanctions.models.cross_checks import CrossCheck
from sanctions.models.decisions import DecisionBasis
from sanctions.models.entries import EntryGround, EntryPause, ListEntry
from sanctions.models.joint import Escalation, EscalationStep, JointReport
from sanctions.models.orders import MeasureOrder, OrderFeedback, OrderPause
from sanctions.models.population import PopulationRun
from sanctions.models.tips import Tip, TipFile, TipIdentity, TipIdentityOpening, TipMessage
from sanctions.models.trials import Trial, TrialGround, TrialRow

__all__ = [
    "Candidate", "CandidateGround", "Case", "CaseDocument", "CaseEvidence", "CaseGround", "ChangeFeed",
    "CheckLog", "CheckSheet", "CrossCheck", "DecisionBasis", "Defence", "DefenceFile", "EntryChange", "EntryGround",
    "EntryPause", "Escalation", "EscalationStep", "JointReport", "ListEntry", "MeasureOrder", "OrderFeedback", "OrderPause",
    "PopulationRun", "Standing", "Tip", "TipFile", "TipIdentity", "TipIdentityOpening", "TipMessage", "Trial",
    "TrialGround", "TrialRow",
]  # fmt: skip
