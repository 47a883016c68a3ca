"""Facts: subjects, records, evidence, policies, calendar, deadlines, events, notices."""

from registry.models.attachments import Attachment, AttachmentDownload, Document, NumberSequence
from registry.models.calendar import CalendarDay, CalendarYear, Deadline, DeadlinePause
from registry.models.departments import Account, Department, RoleGrant
from registry.models.events import Event, InboxReceipt, JobRun, Notice, OutboxMessage, Seal, WorkerBeat
from registry.models.imports import ImportBatch, ImportRow
from registry.models.policies import PolicyActivation, PolicyVersion
from registry.models.records import (
    AccidentDetail,
    Finding,
    PenaltyDetail,
    PermitDetail,
    Record,
    RecordEvidence,
    RecordItem,
)
from registry.models.subjects import NameGram, OrganizationRole, Subject, SubjectName

__all__ = [
    "AccidentDetail", "Account", "Attachment", "AttachmentDownload", "CalendarDay", "CalendarYear", "Deadline",
    "DeadlinePause", "Department", "Document", "Event", "Finding", "ImportBatch", "ImportRow", "InboxReceipt",
    "JobRun", "NameGram", "Notice", "NumberSequence", "OrganizationRole", "OutboxMessage", "PenaltyDetail",
    "PermitDetail", "PolicyActivation", "PolicyVersion", "Record", "RecordEvidence", "RecordItem", "RoleGrant",
    "Seal", "Subject", "SubjectName", "WorkerBeat",
]  # fmt: skip
