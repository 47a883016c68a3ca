"""Facts: subjects, records, evidence, policies, calendar, deadlines, events, notices."""

from registry.models.attachments import Attachment, AttachmentDownload, Document, NumberSequence
from registry.models.calendar import CalendarDay, CalendarYear, Deadline, DeadlinePause
from registry.models.clients import ApiAnswer, ApiClient, ApiClientUse
from registry.models.departments import Account, Department, RoleGrant
from registry.models.events import Event, InboxReceipt, JobRun, Notice, OutboxMessage, Seal, WorkerBeat
from registry.models.exports import ExportFile
from registry.models.imports import ImportBatch, ImportRow
from registry.models.mandates import Claim, ClaimCode, ClaimSecret, Mandate, ServiceConsent
from registry.models.policies import (
    PolicyActivation,
    PolicyAnnouncement,
    PolicyDraft,
    PolicyProposal,
    PolicyVersion,
)
from registry.models.records import (
    AccidentDetail,
    Finding,
    PenaltyDetail,
    PermitDetail,
    Record,
    RecordEvidence,
    RecordItem,
)
from registry.models.retention import RetentionHold, RetentionMark, RetentionTally
from registry.models.subjects import NameGram, OrganizationRole, Subject, SubjectName
from registry.models.webhooks import Webhook, WebhookDelivery, WebhookEvent, WebhookFeed, WebhookHealth

__all__ = [
    "AccidentDetail", "Account", "ApiAnswer", "ApiClient", "ApiClientUse", "Attachment", "AttachmentDownload", "CalendarDay",
    "CalendarYear", "Claim",
    "ClaimCode", "ClaimSecret", "Deadline", "DeadlinePause", "Department", "Document", "Event", "ExportFile", "Finding",
    "ImportBatch", "ImportRow", "InboxReceipt", "JobRun", "Mandate", "NameGram", "Notice", "NumberSequence",
    "OrganizationRole", "OutboxMessage", "PenaltyDetail", "PermitDetail", "PolicyActivation", "PolicyAnnouncement",
    "PolicyDraft", "PolicyProposal", "PolicyVersion", "Record", "RecordEvidence", "RecordItem", "RetentionHold",
    "RetentionMark", "RetentionTally", "RoleGrant", "Seal",
    "ServiceConsent", "Subject", "SubjectName", "Webhook", "WebhookDelivery", "WebhookEvent", "WebhookFeed",
    "WebhookHealth", "WorkerBeat",
]  # fmt: skip
