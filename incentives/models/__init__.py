"""What good standing rests on and brings: commitments, honours, random inspections."""

from incentives.models.commitments import Commitment, Obligation, ObligationFile, Signature
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
