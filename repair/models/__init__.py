"""What subjects ask for: objections and complaints, credit repair and removal; what courts say; who is drawn."""

from repair.models.experts import Expert, RemovalReminder
from repair.models.objections import Objection, ObjectionFile, ObjectionPause
from repair.models.repairs import RepairApplication, RepairFile
from repair.models.requests import Request
from repair.models.reviews import Review

__all__ = [
    "Expert",
    "Objection",
    "ObjectionFile",
    "ObjectionPause",
    "RemovalReminder",
    "RepairApplication",
    "RepairFile",
    "Request",
    "Review",
]
