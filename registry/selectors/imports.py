"""Reading imports: batches with their counts, rows, and records as rows of the national sheets."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date

from django.db.models import Count, Prefetch, QuerySet

from registry.base.personal_data import text_open
from registry.models import (
    Account,
    ApiClient,
    Department,
    ImportBatch,
    ImportRow,
    OrganizationRole,
    PenaltyDetail,
    PermitDetail,
    Record,
    Subject,
)
from registry.rules import access
from registry.rules.details import AccidentInput, RecordInput
from registry.rules.names import comparable_name
from registry.rules.publicity import NO_END, Kind, LicenceRow, Party, PartyKind, PenaltyRow
from registry.rules.reported import RECORD_KINDS
from registry.selectors.rights import roles_on

_ITERATE = 500


@dataclass(frozen=True, slots=True)
class Counts:
    """How many rows of a batch are in which state."""

    waiting: int = 0
    imported: int = 0
    same: int = 0
    refused: int = 0

    @property
    def total(self) -> int:
        return self.waiting + self.imported + self.same + self.refused

    @property
    def finished(self) -> int:
        return self.imported + self.same + self.refused


def batches_visible_to(account: Account, on: date) -> QuerySet[ImportBatch]:
    """Return the batches that the account may open: officers and auditors all, everybody else none."""
    if roles_on(account, on) & access.WATCHERS:
        return ImportBatch.objects.all()
    return ImportBatch.objects.none()


def uploads_of(client: ApiClient, kinds: Iterable[str]) -> QuerySet[ImportBatch]:
    """Return what the systems of the client's department have uploaded of these kinds."""
    return ImportBatch.objects.filter(client__department=client.department_id, kind__in=list(kinds))


def import_list(
    *,
    account: Account,
    on: date,
    kind: str = "",
    state: str = "",
    department: Department | None = None,
    uploaded_from: date | None = None,
    uploaded_until: date | None = None,
) -> QuerySet[ImportBatch]:
    """Return the visible batches that fit, newest first; both days included."""
    found = batches_visible_to(account, on)
    wanted = {
        "kind": kind, "state": state, "department": department, "uploaded_on__gte": uploaded_from,
        "uploaded_on__lte": uploaded_until,
    }  # fmt: skip
    found = found.filter(**{name: value for name, value in wanted.items() if value})
    return found.select_related("attachment", "department", "uploaded_by").order_by("-id")


def counts_of(batch_ids: Iterable[int]) -> dict[int, Counts]:
    """Return the counts of each batch, in one query."""
    counts = {batch_id: Counts() for batch_id in batch_ids}
    states = ImportRow.objects.filter(batch__in=list(counts)).order_by().values_list("batch", "state")
    for batch_id, state, number in states.annotate(number=Count("pk")):
        counts[batch_id] = replace(counts[batch_id], **{state: number})
    return counts


def same_file_before(batch: ImportBatch) -> ImportBatch | None:
    """Return the latest earlier batch of the very same bytes that was not cancelled, or None."""
    return (
        ImportBatch.objects.filter(attachment__sha256=batch.attachment.sha256, pk__lt=batch.pk)
        .exclude(state=ImportBatch.State.CANCELLED)
        .select_related("uploaded_by")
        .order_by("-id")
        .first()
    )


def import_rows(batch: ImportBatch, *states: str) -> QuerySet[ImportRow]:
    """Return the batch's rows in these states, in the order of the file, with what became of them."""
    return batch.rows.filter(state__in=states).select_related("record__subject").order_by("number")


class DepartmentsByAuthority:
    """Finds the department that decided: by its code, then by its name. Loaded once for many rows."""

    def __init__(self, reporting: Department) -> None:
        self._reporting = reporting
        departments = [reporting, *Department.objects.filter(is_active=True).exclude(pk=reporting.pk)]
        # The first wins: where two share a code, the reporting department.
        self._by_code = {each.uscc: each for each in reversed(departments) if each.uscc}
        self._by_name = {comparable_name(each.name): each for each in reversed(departments)}

    def find(self, authority: str, code: str) -> Department | None:
        """Return the department of this name or code, None when it is not among the county's."""
        return self._by_code.get(code) or self.named(authority)

    def named(self, authority: str) -> Department | None:
        """Return the department of this name, None when there is none in use."""
        return self._by_name.get(comparable_name(authority))


def records_reported(
    *, kind: Kind, department: Department | None, decided_from: date, decided_until: date
) -> QuerySet[Record]:
    """Return the records that belong into a national sheet of a period (both days included), oldest decision first.

    Secret records and penalties by summary procedure are not part of dual publicity; drafts and void ones are no facts.
    """
    found = Record.objects.filter(
        kind=RECORD_KINDS[kind],
        state__in=[Record.State.CONFIRMED, Record.State.REPAIRED],
        is_secret=False,
        decided_on__range=(decided_from, decided_until),
    ).exclude(penalty__procedure="summary")
    if department is not None:
        found = found.filter(department=department)
    return with_row_parts(found, kind).order_by("decided_on", "pk")


def with_row_parts(found: QuerySet[Record], kind: Kind) -> QuerySet[Record]:
    """Return the records with what `record_row` reads of them, in two statements."""
    representatives = OrganizationRole.objects.filter(
        role=OrganizationRole.Role.LEGAL_REPRESENTATIVE, ends_on__isnull=True
    ).select_related("person")
    return found.select_related(
        "subject", "department", "penalty" if kind is Kind.PENALTY else "permit"
    ).prefetch_related(Prefetch("subject__people", queryset=representatives, to_attr="representatives"))


def rows_reported(
    records: QuerySet[Record], *, with_identities: bool
) -> Iterator[tuple[Record, PenaltyRow | LicenceRow]]:
    """Yield records, each with its row of the national sheet, a few hundred in memory at a time."""
    for record in records.iterator(chunk_size=_ITERATE):
        yield record, record_row(record, with_identity=with_identities)


def record_row(record: Record, *, with_identity: bool = False) -> PenaltyRow | LicenceRow:
    """Return a penalty or a permit as a row of its national sheet, under the subject's present name.

    `with_identity` opens a person's sealed document number; without it that column stays empty.
    """
    party = _party(record, with_identity=with_identity)
    return _penalty_row(record, party) if record.kind == Record.Kind.PENALTY else _licence_row(record, party)


def credit_content(record: Record) -> RecordInput:
    """Return a record of a kind without a national sheet as it is entered."""
    detail = getattr(record, "accident", None)
    return RecordInput(
        kind=record.kind, title=record.title, number=record.number, facts=record.facts,
        occurred_on=record.occurred_on, decided_on=record.decided_on,
        detail=AccidentInput(deaths=detail.deaths, injured=detail.injured, loss=detail.loss, is_liable=detail.is_liable)
        if detail is not None else None,
    )  # fmt: skip


def _party(record: Record, *, with_identity: bool) -> Party:
    subject = record.subject
    if subject.is_person:
        number = text_open(subject.document_sealed) if with_identity else ""
        return Party(
            PartyKind.PERSON, subject.name, identity_type=subject.document_type, identity_number=number
        )  # fmt: skip
    detail = record.penalty if record.kind == Record.Kind.PENALTY else record.permit
    known = [role.person.name for role in getattr(subject, "representatives", [])]
    return Party(
        kind=_party_kind(subject),
        name=subject.name,
        uscc=subject.uscc or "",
        registration_number=subject.registration_number,
        organization_code=subject.organization_code,
        tax_number=subject.tax_number,
        institution_number=subject.institution_number,
        social_number=subject.social_number,
        representative=detail.representative or next(iter(known), ""),
    )


def _party_kind(subject: Subject) -> PartyKind:
    if subject.category == Subject.Category.SOLE_TRADER:
        return PartyKind.SOLE_TRADER
    return PartyKind.ORGANIZATION


def _penalty_row(record: Record, party: Party) -> PenaltyRow:
    detail = record.penalty
    return PenaltyRow(
        party=party, number=record.number, violation_type=detail.violation_type, facts=record.facts,
        basis=detail.basis, kinds=tuple(detail.kinds), content=detail.content, fine=detail.fine,
        confiscated=detail.confiscated, licence=detail.licence, decided_on=record.decided_on,
        valid_until=detail.valid_until, published_until=detail.published_until, remark=detail.remark,
        **_whence(record, detail),
    )  # fmt: skip


def _licence_row(record: Record, party: Party) -> LicenceRow:
    detail = record.permit
    return LicenceRow(
        party=party, document_name=detail.document_name, number=record.number, licence_kind=detail.permit_kind,
        certificate_name=detail.certificate_name, certificate_number=detail.certificate_number,
        content=detail.content, decided_on=record.decided_on, valid_from=detail.valid_from,
        valid_until=detail.valid_until or NO_END, status=detail.status, remark=detail.remark, **_whence(record, detail),
    )  # fmt: skip


def _whence(record: Record, detail: PenaltyDetail | PermitDetail) -> dict[str, str]:
    """Return who decided and who reports. What a record entered by hand leaves open is the department's own: it decided,
    where it bears the authority's name, and what it keeps it reports (谁产生、谁负责).
    """
    department = record.department
    is_own = comparable_name(detail.authority) == comparable_name(department.name)
    source = detail.source or department.name
    is_source = comparable_name(source) == comparable_name(department.name)
    return {
        "authority": detail.authority,
        "authority_code": detail.authority_code or (department.uscc if is_own else ""),
        "source": source,
        "source_code": detail.source_code or (department.uscc if is_source else ""),
    }
