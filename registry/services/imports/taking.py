"""One checked row becomes a record, turns out to be one already, or is refused with the reason."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from django.db import transaction

from registry.base.errors import Conflict, DomainError, InvalidInput, RuleRefused, TransitionRefused
from registry.models import Account, Department, ImportRow, Record, Subject
from registry.rules.details import RecordInput
from registry.rules.names import comparable_document_number
from registry.rules.publicity import LicenceRow, Party, PartyKind, PenaltyRow, RowError, kind_of
from registry.rules.reported import RECORD_KINDS, column_of, differences, record_input, without_identities
from registry.rules.reporting import CreditRow, credit_differences, credit_without_identities, field_of
from registry.selectors.imports import DepartmentsByAuthority, credit_content, record_row
from registry.services.imports.rows import Fault, faults_of, remarks_of
from registry.services.records import record_enter
from registry.services.resolving import Directory, Hand, LiveDirectory, Means, Resolved, party_find
from registry.services.subjects import OrganizationFields, subject_lock

# What a row can be at fault for. A missing right is not the row's fault and stops the import instead.
ROW_FAULTS = (InvalidInput, Conflict, RuleRefused, TransitionRefused)
TOLD = ("subject", "department", "penalty", "permit", "accident")  # what a record is compared by
Values = PenaltyRow | LicenceRow | CreditRow

IMPORTING = ("record.create", "record.confirm")
REPORTING = ("record.report",)
_CATEGORIES = {PartyKind.PERSON: Subject.Category.PERSON, PartyKind.SOLE_TRADER: Subject.Category.SOLE_TRADER}


@dataclass(slots=True)
class Outcome:
    """What became of a row; `record`: the one entered, or the one that said the same already."""

    state: str
    errors: list[Fault] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)
    record: Record | None = None


class Desk(Protocol):
    """Where a row's subject and record are looked up and written: the database one by one, or a chunk in memory."""

    @property
    def directory(self) -> Directory:
        """Where the row's party is found."""

    def lock(self, subject: Subject) -> Subject:
        """Lock a known subject, so that another import cannot record the same decision meanwhile."""

    def numbered(self, subject: Subject, kind: str, key: str) -> list[Record]:
        """Return the subject's records of this kind and comparable document number, of all departments and in any
        state, the newest first, with subject, department and details.
        """

    def enter(
        self, subject: Subject, department: Department, content: RecordInput, row: ImportRow | None, taking: "Taking"
    ) -> Record:
        """Take a record in as a fact."""


class LiveDesk:
    """The database itself."""

    def __init__(self) -> None:
        self.directory: Directory = LiveDirectory()

    def lock(self, subject: Subject) -> Subject:
        return subject_lock(subject.pk)

    def numbered(self, subject: Subject, kind: str, key: str) -> list[Record]:
        found = Record.objects.filter(subject=subject, kind=kind, number_normalized=key)
        return list(found.select_related(*TOLD).order_by("-pk"))

    def enter(
        self, subject: Subject, department: Department, content: RecordInput, row: ImportRow | None, taking: "Taking"
    ) -> Record:
        return record_enter(
            subject=subject, department=department, content=content, import_row=row, rights=taking.rights,
            actor=taking.actor, on=taking.on,
        )  # fmt: skip


@dataclass(frozen=True, slots=True)
class Taking:
    """What is the same for all rows of a chunk.

    `rights`: what the actor must hold to record; who reports may by that right name a subject nobody knows yet.
    `is_own`: a department's system sent the rows; it may report what its own department decided and nothing else.
    """

    reporting: Department
    departments: DepartmentsByAuthority
    actor: Account | None
    on: date
    is_synthetic: bool
    rights: Sequence[str] = IMPORTING
    is_own: bool = False
    desk: Desk = field(default_factory=LiveDesk)


def row_take(row: ImportRow, values: Values, taking: Taking) -> Outcome:
    """Record one checked row; all of it or nothing, in a savepoint of the caller's transaction.

    Raises NotAllowed when the actor may not record: then no row can be taken.
    """
    try:
        with transaction.atomic():
            return values_take(row, values, taking)
    except ROW_FAULTS as refusal:
        return refused(refusal, values)


def row_take_or_refuse(values: Values, taking: Taking) -> Outcome:
    """Record one checked row that came alone; all of it or nothing.

    Raises what refused it (InvalidInput, Conflict, RuleRefused, TransitionRefused, NotAllowed) with `field` naming the
    reported column.
    """
    try:
        with transaction.atomic():
            return values_take(None, values, taking)
    except ROW_FAULTS as refusal:
        refusal.field = _column(values, refusal.field)[0] or refusal.field
        raise


def refused(refusal: DomainError, values: Values) -> Outcome:
    """Return what becomes of a row that was refused."""
    return Outcome(ImportRow.State.REFUSED, errors=[_fault(refusal, values)])


def values_take(row: ImportRow | None, reported: Values, taking: Taking) -> Outcome:
    """Find or take in the subject and enter the record, unless it is there already, in the caller's transaction."""
    warnings: list[str] = []
    values = _without_identities(reported)
    if values is not reported:
        warnings.append("文字中的证件号码或手机号码已遮盖后登记；完整内容以决定书为准。")
    department = _department(values, taking, warnings)
    resolved = _resolve(values.party, taking)
    # Locked before looking, so that another import cannot record the same decision in between.
    subject = resolved.subject if resolved.created else taking.desk.lock(resolved.subject)
    warnings += resolved.warnings
    if not resolved.created:
        known = _known(taking.desk.numbered(subject, *document_of(values)), department, values)
        if known is not None:
            return Outcome(ImportRow.State.SAME, warnings=remarks_of([*warnings, _same_text(known)]), record=known)
    record = taking.desk.enter(subject, department, _content(values), row, taking)
    if resolved.created:
        warnings.append("主体库中原来没有该主体，已新建。")
    return Outcome(ImportRow.State.IMPORTED, warnings=remarks_of(warnings), record=record)


def _without_identities(values: Values) -> Values:
    return credit_without_identities(values) if isinstance(values, CreditRow) else without_identities(values)


def document_of(values: Values) -> tuple[str, str]:
    """Return kind and comparable document number of the record that a row is."""
    kind = values.content.kind if isinstance(values, CreditRow) else RECORD_KINDS[kind_of(values)]
    return kind, comparable_document_number(values.number)


def _content(values: Values) -> RecordInput:
    return values.content if isinstance(values, CreditRow) else record_input(values)


def _department(values: Values, taking: Taking, warnings: list[str]) -> Department:
    """Return the department that decided. Raises InvalidInput where a department reports another one's decision."""
    if isinstance(values, CreditRow):
        return taking.reporting
    department = taking.departments.find(values.authority, values.authority_code)
    named = taking.departments.named(values.authority)
    if taking.is_own and (department != taking.reporting or named not in (None, department)):
        raise InvalidInput(
            "another-department",
            f"作出决定的是“{values.authority}”，本客户端属于“{taking.reporting}”，只能报送本部门作出的决定。"
            "确为本部门决定的，请核对机关名称和统一社会信用代码；部门信息有变化的，请联系信用监管办公室的系统管理员更正。",
            field="authority", value=values.authority[:60],
        )  # fmt: skip
    if department is None:
        warnings.append(f"“{values.authority}”不在部门库中，记录归入报送部门“{taking.reporting}”。")
        return taking.reporting
    if department != taking.reporting:
        warnings.append(f"作出决定的是“{department}”，记录归入该部门。")
    return department


def _resolve(party: Party, taking: Taking) -> Resolved:
    fields: OrganizationFields = {"is_synthetic": taking.is_synthetic}
    if party.kind is not PartyKind.PERSON:
        fields |= {
            "registration_number": party.registration_number, "organization_code": party.organization_code,
            "tax_number": party.tax_number, "institution_number": party.institution_number,
            "social_number": party.social_number,
        }  # fmt: skip
    means = Means(
        party.name, party.uscc, _CATEGORIES.get(party.kind, ""), party.identity_type, party.identity_number, fields
    )
    right = "record.report" if taking.rights == REPORTING else "subject.edit"
    return party_find(means, taking.desk.directory, Hand(right, taking.actor, taking.on))


def _known(found: Sequence[Record], department: Department, values: Values) -> Record | None:
    """Return the record that says the same already; None when there is none of this document. `found`: the subject's
    records of its kind and number, the newest first.

    Raises Conflict when there is one that says something else, is still a draft, or was voided on purpose.
    """
    voided = None
    for record in found:
        if record.department_id != department.pk:
            continue
        differing = _differences(record, values)
        if record.state == Record.State.VOIDED:
            voided = voided or (None if differing else record)
            continue
        if record.state == Record.State.DRAFT:
            raise _conflict(record, "已登记为草稿，尚未确认。请先到该记录办理确认或作废，再重新导入本行")
        if differing:
            raise _conflict(
                record,
                (
                    f"已有记录，但内容不同：{'、'.join(differing)}。本行没有改动原记录；原记录有误的，请到该记录办理“更正”，"
                    "本行有误的，请更正后重报"
                ),
            )
        return record
    if voided is not None:
        raise _conflict(
            voided,
            (
                f"曾有相同内容的记录，已于{voided.voided_on}作废（{voided.void_reason}），导入不会使它恢复。"
                "确需恢复的，请在系统中另行登记"
            ),
        )
    return _elsewhere(found, department, values)


def _elsewhere(found: Sequence[Record], department: Department, values: Values) -> Record | None:
    """Return the same decision where another department's list keeps it: an export goes out under the authority that it
    names, whoever entered it, and must not come back as a second record.
    """
    if isinstance(values, CreditRow):
        return None
    facts = (Record.State.CONFIRMED, Record.State.REPAIRED)
    others = [each for each in found if each.department_id != department.pk and each.state in facts]
    return next((record for record in reversed(others) if not _differences(record, values)), None)


def _differences(record: Record, values: Values) -> tuple[str, ...]:
    if isinstance(values, CreditRow):
        return credit_differences(credit_content(record), values.content)
    return differences(record_row(record), values)


def _conflict(record: Record, text: str) -> Conflict:
    return Conflict(
        "import-known", f"文书{record.number}{text}。", field="number", value=record.number, number=record.number,
        record=str(record.public_id),
    )  # fmt: skip


def _same_text(record: Record) -> str:
    return f"文书{record.number}已于{record.confirmed_on or record.decided_on}登记，内容相同，没有改动。"


def _column(values: Values, name: str) -> tuple[str, str]:
    return field_of(name) if isinstance(values, CreditRow) else column_of(kind_of(values), name)


def _fault(refusal: DomainError, values: Values) -> Fault:
    column, label = _column(values, refusal.field)
    # The services' messages are whole sentences with the way out in them.
    error = RowError(column, label or "整行", "", refusal.message.rstrip("。"), "请处理后重新导入本行")
    return faults_of([error], is_person=values.party.kind is PartyKind.PERSON)[0]
