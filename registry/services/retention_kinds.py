"""The registry's kinds of things that are kept for a while: which are over, and how they go."""

from collections.abc import Callable, Sequence
from datetime import date, datetime, time
from typing import Any, Final

from axes.models import AccessAttempt
from django.contrib.sessions.models import Session
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from registry import clock
from registry.models import (
    Account,
    Attachment,
    Claim,
    ClaimCode,
    Deadline,
    ExportFile,
    ImportBatch,
    ImportRow,
    InboxReceipt,
    JobRun,
    Mandate,
    Notice,
    OrganizationRole,
    OutboxMessage,
    Record,
    RecordEvidence,
    Subject,
    SubjectName,
)
from registry.rules import retention as rules
from registry.selectors.retention import Kind, register_kind
from registry.services import job_requests, notices
from registry.services.outbox import outbox_put
from registry.services.retention import history_delete, history_redact

TOPIC: Final = "attachment.remove"
SENT_ONCE: Final = (notices.TOPIC, job_requests.TOPIC)
"""Topics whose keys never come again. Reminders are known by their messages, which therefore stay."""

Obstacle = Callable[[date], QuerySet[Any]]
_obstacles: list[Obstacle] = []


def register_person_obstacle(obstacle: Obstacle) -> None:
    """Name what keeps a person's data: `obstacle(last)` returns ids of subjects (one column) about whom something is open
    or was over later than the day `last`."""
    _obstacles.append(obstacle)


def attachments_remove(ids: Sequence[int | None]) -> None:
    """Take stored files away for good: nobody can open them from now on, and their bytes are owed to be removed. Name,
    digest and log stay. What is evidence of a record stays whole."""
    evidence = RecordEvidence.objects.filter(attachment=OuterRef("pk"))
    found = Attachment.objects.filter(~Exists(evidence), pk__in=[pk for pk in ids if pk])
    for attachment in found.exclude(scan=Attachment.Scan.REMOVED):
        attachment.scan = Attachment.Scan.REMOVED
        attachment.save(update_fields=["scan"])
        outbox_put(TOPIC, key=str(attachment.pk), payload={"attachment": attachment.pk}, at=clock.now())


def attachment_bytes_remove(payload: dict[str, Any], now: datetime) -> None:
    """Outbox handler (`once=False`): remove the bytes of a file that was taken away. Again is harmless."""
    attachment = Attachment.objects.get(pk=payload["attachment"])
    if attachment.scan == Attachment.Scan.REMOVED and attachment.file.name:
        attachment.file.storage.delete(attachment.file.name)


def _end_of(last: date) -> datetime:
    return timezone.make_aware(datetime.combine(last, time.max))


# --- imports ------------------------------------------------------------------------------------------------------
def imports_due(last: date) -> QuerySet[ImportBatch]:
    """Batches over by `last` that still hold cells or their file. A file that serves elsewhere too stays there."""
    over = ImportBatch.objects.filter(
        state__in=[ImportBatch.State.DONE, ImportBatch.State.CANCELLED], finished_at__lte=_end_of(last)
    )
    cells = ImportRow.objects.filter(batch=OuterRef("pk")).exclude(cells_sealed="")
    return over.filter(Exists(cells) | ~Q(attachment__scan=Attachment.Scan.REMOVED))


def imports_clear(ids: Sequence[int], on: date) -> int:
    """Empty the cells of the batches' rows and remove their files; which row became which record stays."""
    ImportRow.objects.filter(batch__in=ids).update(cells_sealed="", errors=[], warnings=[])
    attachments_remove(list(ImportBatch.objects.filter(pk__in=ids).values_list("attachment", flat=True)))
    return len(ids)


# --- exports ------------------------------------------------------------------------------------------------------
def exports_due(last: date) -> QuerySet[ExportFile]:
    """Exports made by a job and settled by `last`, of which something is still there."""
    return ExportFile.objects.filter(settled_on__lte=last).exclude(given_sealed="")


def exports_clear(ids: Sequence[int], on: date) -> int:
    """Remove the files, and what was asked; who exported what kind of file when stays."""
    found = ExportFile.objects.filter(pk__in=ids)
    attachments_remove(list(found.values_list("attachment", flat=True)))
    return found.update(given_sealed="", faults_sealed="")


# --- accounts -----------------------------------------------------------------------------------------------------
def codes_due(last: date) -> QuerySet[ClaimCode]:
    """One-time codes that were used, cancelled or ran out by `last`."""
    return ClaimCode.objects.filter(Q(used_on__lte=last) | Q(cancelled_on__lte=last) | Q(expires_on__lte=last))


def codes_clear(ids: Sequence[int], on: date) -> int:
    """Delete them and their row versions."""
    ClaimCode.objects.filter(pk__in=ids).delete()
    history_delete(ClaimCode, ids)  # afterwards: deleting writes a last version
    return len(ids)


def claims_due(last: date) -> QuerySet[Claim]:
    """Claims decided by `last` whose contact or letter is still there."""
    found = Claim.objects.filter(decided_on__lte=last)
    return found.filter(~Q(contact_sealed="") | Q(letter__isnull=False) & ~Q(letter__scan=Attachment.Scan.REMOVED))


def claims_clear(ids: Sequence[int], on: date) -> int:
    """Redact how the applicant was reached and what was claimed, in the rows and their versions; remove the letters."""
    gone = {"contact_sealed": "", "document_hash": "", "person_name": ""}
    for claim in Claim.objects.filter(pk__in=ids):
        for name, value in gone.items():
            setattr(claim, name, value)
        claim.save_by(None, reason="retention")
        attachments_remove([claim.letter_id])
    history_redact(Claim, ids, **gone)
    return len(ids)


def sign_ins_due(last: date) -> QuerySet[AccessAttempt]:
    """Failed log-ins of that day or before."""
    return AccessAttempt.objects.filter(attempt_time__lte=_end_of(last))


def sign_ins_clear(ids: Sequence[int], on: date) -> int:
    """Delete them, and with them every session that has run out."""
    Session.objects.filter(expire_date__lt=timezone.make_aware(datetime.combine(on, time.min))).delete()
    return AccessAttempt.objects.filter(pk__in=ids).delete()[0]


# --- messages and runs --------------------------------------------------------------------------------------------
def outbox_due(last: date) -> QuerySet[OutboxMessage]:
    """Effects carried out by `last`, of topics whose keys never come again."""
    return OutboxMessage.objects.filter(topic__in=SENT_ONCE, done_at__lte=_end_of(last))


def outbox_clear(ids: Sequence[int], on: date) -> int:
    """Delete them with their receipts."""
    messages = OutboxMessage.objects.filter(pk__in=ids)
    keys = list(messages.values_list("key", flat=True))
    InboxReceipt.objects.filter(consumer__in=SENT_ONCE, key__in=keys).delete()
    return messages.delete()[0]


def messages_due(last: date) -> QuerySet[Notice]:
    """Messages to departments and accounts delivered by `last`. What was told a subject is evidence of service."""
    return Notice.objects.filter(subject__isnull=True, state=Notice.State.DELIVERED, delivered_at__lte=_end_of(last))


def messages_clear(ids: Sequence[int], on: date) -> int:
    """Delete them."""
    return Notice.objects.filter(pk__in=ids).delete()[0]


def runs_due(last: date) -> QuerySet[JobRun]:
    """Runs ended by `last`, without each job's newest: by it the schedule knows what is due."""
    newer = JobRun.objects.filter(name=OuterRef("name"), pk__gt=OuterRef("pk"))
    return JobRun.objects.filter(Exists(newer), finished_at__lte=_end_of(last))


def runs_clear(ids: Sequence[int], on: date) -> int:
    """Delete them."""
    return JobRun.objects.filter(pk__in=ids).delete()[0]


# --- persons ------------------------------------------------------------------------------------------------------
def persons_due(last: date) -> QuerySet[Subject]:
    """Persons about whom nothing is open and everything was over by `last`, and who are not redacted yet.

    Over: no record decided or fulfilled later or unfinished, no place in an organisation, no account or mandate, no open
    deadline; higher apps add what they keep by `register_person_obstacle`.
    """
    persons = Subject.objects.filter(kind=Subject.Kind.PERSON, merged_into__isnull=True)
    persons = persons.exclude(name=rules.REDACTED_NAME)
    # Known only since: nothing about the person has been kept for so long yet.
    first = Subject.history.model._base_manager.filter(id=OuterRef("pk"), history_date__lte=_end_of(last))
    found = persons.filter(Exists(first))
    for obstacle in (_records, _places, _mandates, _accounts, _limits, *_obstacles):
        found = found.exclude(pk__in=obstacle(last))
    return found


def _records(last: date) -> QuerySet[Any]:
    later = Q(decided_on__gt=last) | Q(decided_on__isnull=True) | Q(fulfilled_on__gt=last) | Q(state=Record.State.DRAFT)
    return Record.objects.filter(later, subject__kind=Subject.Kind.PERSON).values("subject_id")


def _places(last: date) -> QuerySet[Any]:
    return OrganizationRole.objects.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=last)).values("person_id")


def _mandates(last: date) -> QuerySet[Any]:
    return Mandate.objects.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=last)).values("subject_id")


def _accounts(last: date) -> QuerySet[Any]:
    return Account.objects.filter(is_active=True, subject__isnull=False).values("subject_id")


def _limits(last: date) -> QuerySet[Any]:
    return Deadline.objects.filter(met_on__isnull=True, cancelled_on__isnull=True).values("subject_id")


def persons_clear(ids: Sequence[int], on: date) -> int:
    """Redact who the persons were, in the rows, their names and every row version. Their records stay as facts."""
    gone: dict[str, Any] = {
        "name": rules.REDACTED_NAME, "address": "", "born_on": None, "document_sealed": "", "document_hash": None,
        "document_masked": "",
    }  # fmt: skip
    for person in Subject.objects.filter(pk__in=ids):
        for name, value in gone.items():
            setattr(person, name, value)
        person.save_by(None, reason="retention")
    history_redact(Subject, ids, **gone)
    names = list(SubjectName.objects.filter(subject__in=ids))
    for each in names:
        each.name = each.normalized = rules.REDACTED_NAME
        each.save_by(None, reason="retention")
    named = {"name": rules.REDACTED_NAME, "normalized": rules.REDACTED_NAME}
    history_redact(SubjectName, [each.pk for each in names], **named)
    return len(ids)


for _kind in (
    Kind(rules.IMPORT_CELLS, "导入文件和逐行内容", "删除源文件，清空各行单元格；记录不变", imports_due, imports_clear, True),
    Kind(rules.EXPORT_FILES, "后台生成的导出文件", "删除文件和导出条件；导出记录不变", exports_due, exports_clear),
    Kind(rules.CLAIM_CODES, "一次性代码", "删除，连同修改历史", codes_due, codes_clear, subject="subject"),
    Kind(rules.CLAIMS, "账号认领材料", "隐去联系方式和证件摘要，删除授权材料", claims_due, claims_clear, True, "subject"),
    Kind(rules.OUTBOX, "已办理的待办事务", "删除", outbox_due, outbox_clear),
    Kind(rules.MESSAGES, "发给部门和账号的消息", "删除", messages_due, messages_clear, True),
    Kind(rules.JOB_RUNS, "任务运行记录", "删除，每项任务的最近一次除外", runs_due, runs_clear),
    Kind(rules.SIGN_INS, "登录失败记录和过期会话", "删除", sign_ins_due, sign_ins_clear),
    Kind(rules.PERSONS, "自然人身份信息", "隐去姓名、证件号码、出生日期和住所，连同修改历史；记录作为事实保留",
         persons_due, persons_clear, True, "pk"),
):  # fmt: skip
    register_kind(_kind)
