"""A subject's own file, as its own accounts read it: records, entries with reasons and measures, documents, messages.

Nothing here is asked without the subject; an object of another subject is found as little as one that does not exist.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Final
from uuid import UUID

from django.db.models import Q, QuerySet

from disclosure.models import Publication
from registry.models import Attachment, Document, Notice, Record, Subject
from registry.rules.policy.wording import clause_text
from registry.selectors.mandates import consent_of
from registry.selectors.policies import pack_of
from registry.selectors.remembered import answers_remembered
from repair.selectors.governing import record_class, repair_governing
from sanctions.models import ListEntry, MeasureOrder
from sanctions.selectors.entries import EntryState, entry_state, is_paused_on
from sanctions.selectors.orders import orders_in_force
from sanctions.selectors.plain import case_plain, case_ways

CLASS_LABELS: Final = {"minor": "轻微", "ordinary": "一般", "serious": "严重", "specially-serious": "特定严重"}
# What is addressed to the subject. Every other document about it is the office's own paper.
ADDRESSED_KINDS: Final = ("case-notice", "case-decision", "case-dropping", "credit-report")
ADDRESSED_BEGINNINGS: Final = ("request-", "objection-", "complaint-", "repair-", "removal-", "commitment-")
REPORT_KIND: Final = "credit-report"
_RECORD_KIND = Record._meta.label_lower
_ENTRY_KIND = ListEntry._meta.label_lower


@dataclass(frozen=True)
class RecordRow:
    """A record as its subject sees it. `class_label`: empty where no rule classes it; `publication`: None where the
    public never saw it; `is_public`: whether it does on the day."""

    record: Record
    class_label: str
    publication: Publication | None
    is_public: bool


@dataclass(frozen=True)
class DepartmentMeasures:
    """The measures in force that one department applies."""

    department: str
    contact: str
    measures: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class EntryRow:
    """An entry as its subject sees it on a day."""

    entry: ListEntry
    state: EntryState
    measures: list[DepartmentMeasures]

    @property
    def measure_count(self) -> int:
        """How many measures are in force."""
        return sum(len(each.measures) for each in self.measures)


def own_records(subject: Subject) -> QuerySet[Record]:
    """Return the subject's records, the newest first; drafts are not facts yet."""
    return (
        Record.objects.filter(subject=subject)
        .exclude(state=Record.State.DRAFT)
        .select_related("subject", "department", "penalty", "permit", "accident")
        .prefetch_related("items", "findings")
        .order_by("-decided_on", "-pk")
    )


def own_record(subject: Subject, public_id: UUID) -> Record | None:
    """Return one of the subject's records, None for any other."""
    return own_records(subject).filter(public_id=public_id).first()


def record_rows(records: Iterable[Record], on: date) -> list[RecordRow]:
    """Return records as shown, with class and publication."""
    rows = list(records)
    shown = {
        each.object_id: each
        for each in Publication.objects.filter(object_kind=_RECORD_KIND, object_id__in=[each.pk for each in rows])
    }
    with answers_remembered():
        return [_record_row(each, shown.get(each.pk), on) for each in rows]


def _record_row(record: Record, publication: Publication | None, on: date) -> RecordRow:
    return RecordRow(
        record, class_label(record, on), publication, publication is not None and publication.is_visible(on)
    )


def class_label(record: Record, on: date) -> str:
    """Return how serious the rule that governs its repair takes the record to be; empty where none says."""
    kind = "person" if record.subject.is_person else "organization"
    ground = repair_governing(record=record, entry=None, kind=kind, on=on)  # type: ignore[arg-type]
    if ground is None:
        return ""
    return CLASS_LABELS.get(record_class(record, ground.governing.pack, on) or "", "")


def own_entries(subject: Subject, on: date) -> QuerySet[ListEntry]:
    """Return the subject's list entries, those in force first."""
    return (
        ListEntry.objects.filter(subject=subject)
        .select_related("department", "policy", "case__parent__subject", "case__policy", "case__subject", "subject")
        .annotate(paused_now=is_paused_on(on))
        .order_by("-ends_on", "-pk")
    )


def own_entry(subject: Subject, public_id: UUID, on: date) -> ListEntry | None:
    """Return one of the subject's entries, None for any other."""
    return own_entries(subject, on).filter(public_id=public_id).first()


def entry_rows(entries: Iterable[ListEntry], on: date) -> list[EntryRow]:
    """Return entries as shown, with the measures in force by department."""
    return [EntryRow(each, entry_state(each, on), measures_of(each, on)) for each in entries]


def measures_of(entry: ListEntry, on: date) -> list[DepartmentMeasures]:
    """Return who applies which measures because of the entry on the day; none while it is paused or over."""
    orders = MeasureOrder.objects.filter(entry=entry).select_related("department")
    found: dict[int, DepartmentMeasures] = {}
    for order in orders_in_force(orders, on).order_by("department__code", "measure_code"):
        department = order.department
        row = found.setdefault(department.pk, DepartmentMeasures(department.name, department.contact))
        row.measures.append(order.measure_label)
    return list(found.values())


@dataclass(frozen=True)
class EntryReasons:
    """Why an entry stands, in plain words, and by which clauses."""

    sentences: list[str]
    ways: list[str]
    clauses: str
    publication: Publication | None


def entry_reasons(entry: ListEntry, on: date) -> EntryReasons:
    """Return the reasons of an entry in the subject's own words, what it can do, and the publication."""
    pack = pack_of(entry.policy)
    clauses = "、".join(clause_text(pack, clause) for clause in entry.clause.split("、") if clause)
    shown = Publication.objects.filter(object_kind=_ENTRY_KIND, object_id=entry.pk).first()
    return EntryReasons(case_plain(entry.case, on), case_ways(entry.case), clauses, shown)


def own_notices(subject: Subject) -> QuerySet[Notice]:
    """Return the messages and notices to the subject that have arrived, the newest first."""
    return Notice.objects.filter(
        _written_to(subject), state__in=[Notice.State.DELIVERED, Notice.State.SERVED]
    ).order_by("-id")  # fmt: skip


def _written_to(subject: Subject) -> Q:
    """What was written to the subject, also under a second row that was merged into its own and kept its papers."""
    return Q(subject=subject) | Q(subject__merged_into=subject)


def must_sign(notice: Notice, subject: Subject) -> bool:
    """Whether the subject signs for it before it reads on: to be served, not served, electronic service agreed to."""
    is_open = notice.channel == Notice.Channel.PAPER and notice.state != Notice.State.SERVED
    return is_open and consent_of(subject) is not None


@dataclass(frozen=True)
class DocumentRow:
    """A document to the subject, with the notice that brings it: when and how it was served."""

    document: Document
    notice: Notice | None


def own_documents(subject: Subject) -> QuerySet[Document]:
    """Return the documents addressed to the subject, the newest first."""
    addressed = Q(kind__in=ADDRESSED_KINDS)
    for beginning in ADDRESSED_BEGINNINGS:
        addressed |= Q(kind__startswith=beginning)
    return (
        Document.objects.filter(addressed, _written_to(subject))
        .select_related("attachment")
        .order_by("-made_on", "-pk")
    )


def document_rows(subject: Subject) -> list[DocumentRow]:
    """Return the subject's documents with how each was served; its own credit reports stand on their own page."""
    found = list(own_documents(subject).exclude(kind=REPORT_KIND))
    served = Notice.objects.filter(_written_to(subject), channel=Notice.Channel.PAPER).order_by("pk")
    # A notice that brings a document bears the document's title and number.
    by_title = {notice.title: notice for notice in served}
    return [DocumentRow(each, by_title.get(f"{each.title}（{each.number}）"[:200])) for each in found]


def own_file(subject: Subject, attachment_id: UUID) -> Attachment | None:
    """Return a file that the subject may fetch: of a document addressed to it, or handed in by one of its accounts."""
    mine = Q(document__in=own_documents(subject)) | Q(uploaded_by__subject=subject)
    return Attachment.objects.filter(mine, public_id=attachment_id).distinct().first()


def reports_of(subject: Subject) -> QuerySet[Document]:
    """Return the subject's own credit reports, the newest first."""
    return own_documents(subject).filter(kind=REPORT_KIND)


def report_by_code(code: UUID) -> Document | None:
    """Return the credit report that a verification code names, None for any other code."""
    return (
        Document.objects.filter(kind=REPORT_KIND, attachment__public_id=code)
        .select_related("subject", "attachment")
        .first()
    )
