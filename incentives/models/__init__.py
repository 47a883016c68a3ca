"""What good standing rests on and brings: commitments, honours with their incentives, random inspections."""

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
]
