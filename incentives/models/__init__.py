"""What good standing rests on and brings: commitments, honours with their incentives, random inspections, tiers."""

from incentives.models.commitments import Commitment, Obligation, ObligationFile, Signature
from incentives.models.grants import IncentiveGrant
from incentives.models.honours import Honour, HonourFile, HonourObjection
from incentives.models.inspections import (
    Inspection,
    InspectionMatter,
    InspectionPlan,
    InspectionTeam,
    InspectionYear,
    Inspector,
    InspectorConflict,
    PlanMatter,
)
from incentives.models.tiers import TierAssessment, TierMark, TierObjection, TierRun, TierUngraded

__all__ = [
    "Commitment",
    "Honour",
    "HonourFile",
    "HonourObjection",
    "IncentiveGrant",
    "Inspection",
    "InspectionMatter",
    "InspectionPlan",
    "InspectionTeam",
    "InspectionYear",
    "Inspector",
    "InspectorConflict",
    "Obligation",
    "ObligationFile",
    "PlanMatter",
    "Signature",
    "TierAssessment",
    "TierMark",
    "TierObjection",
    "TierRun",
    "TierUngraded",
]
