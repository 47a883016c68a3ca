"""One checked row becomes a record, turns out to be one already, or is refused with the reason."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import transaction

from registry.base.errors import Conflict, DomainError, InvalidInput, RuleRefused, TransitionRefused
from registry.models import Account, Department, ImportRow, Record, Subject
from registry.rules.details import RecordInput
from registry.rules.names import comparable_document_number
from registry.rules.publicity import LicenceRow, Party, PartyKind, PenaltyRow, RowError, kind_of
from registry.rules.reported import column_of, differences, record_input, without_identities
from registry.rules.reporting import CreditRow, credit_differences, credit_without_identities, field_of
from registry.selectors.imports import DepartmentsByAuthority, credit_content, record_row
from registry.services.imports.rows import Fault, faults_of, remarks_of
from registry.services.records import record_enter
from registry.services.resolving import subject_resolve
from registry.services.subjects import subject_lock

# What a row can be at fault for. A missing right is not the row's fault and stops the import instead.
_ROW_FAULTS = (InvalidInput, Conflict, RuleRefused, TransitionRefused)
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


def row_take(row: ImportRow, values: Values, taking: Taking) -> Outcome:
    """Record one checked row; all of it or nothing, in a savepoint of the caller's transaction.

    Raises NotAllowed when the actor may not record: then no row can be taken.
    """
    try:
        with transaction.atomic():
            return values_take(row, values, taking)
    except _ROW_FAULTS as refusal:
        return Outcome(ImportRow.State.REFUSED, errors=[_fault(refusal, values)])


def row_take_or_refuse(values: Values, taking: Taking) -> Outcome:
    """Record one checked row that came alone; all of it or nothing.

    Raises what refused it (InvalidInput, Conflict, RuleRefused, TransitionRefused, NotAllowed) with `field` naming the
    reported column.
    """
    try:
        with transaction.atomic():
            return values_take(None, values, taking)
    except _ROW_FAULTS as refusal:
        refusal.field = _column(values, refusal.field)[0] or refusal.field
        raise


def values_take(row: ImportRow | None, reported: Values, taking: Taking) -> Outcome:
    """Find or take in the subject and enter the record, unless it is there already, in the caller's transaction."""
    warnings: list[str] = []
    values = _without_identities(reported)
    if values is not reported:
        warnings.append("文字中的证件号码或手机号码已遮盖后登记；完整内容以决定书为准。")
    department = _department(values, taking, warnings)
    resolved = _resolve(values.party, taking)
    # Locked before looking, so that another import cannot record the same decision in between.
    subject = resolved.subject if resolved.created else subject_lock(resolved.subject.pk)
    warnings += resolved.warnings
    if not resolved.created:
        known = _known(subject, department, values)
        if known is not None:
            return Outcome(ImportRow.State.SAME, warnings=remarks_of([*warnings, _same_text(known)]), record=known)
    record = record_enter(
        subject=subject, department=department, content=_content(values), import_row=row, rights=taking.rights,
        actor=taking.actor, on=taking.on,
    )  # fmt: skip
    if resolved.created:
        warnings.append("主体库中原来没有该主体，已新建。")
    return Outcome(ImportRow.State.IMPORTED, warnings=remarks_of(warnings), record=record)


def _without_identities(values: Values) -> Values:
    return credit_without_identities(values) if isinstance(values, CreditRow) else without_identities(values)


def _content(values: Values) -> RecordInput:
    return values.content if isinstance(values, CreditRow) else record_input(values)


def _department(values: Values, taking: Taking, warnings: list[str]) -> Department:
    """Return the department that decided. Raises InvalidInput where a department reports another one's decision."""
    if isinstance(values, CreditRow):
        return taking.reporting
    department = taking.departments.find(values.authority, values.authority_code)
    if taking.is_own and department != taking.reporting:
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


def _resolve(party: Party, taking: Taking) -> Any:
    fields: dict[str, Any] = {"is_synthetic": taking.is_synthetic}
    if party.kind is not PartyKind.PERSON:
        fields |= {
            "registration_number": party.registration_number, "organization_code": party.organization_code,
            "tax_number": party.tax_number, "institution_number": party.institution_number,
            "social_number": party.social_number,
        }  # fmt: skip
    return subject_resolve(
        name=party.name, uscc=party.uscc, category=_CATEGORIES.get(party.kind, ""),
        document_type=party.identity_type, document_number=party.identity_number,
        right="record.report" if taking.rights == REPORTING else "subject.edit", actor=taking.actor, on=taking.on, **fields,
    )  # fmt: skip


def _known(subject: Subject, department: Department, values: Values) -> Record | None:
    """Return the record that says the same already; None when there is none of this document.

    Raises Conflict when there is one that says something else, is still a draft, or was voided on purpose.
    """
    kind = _content(values).kind
    found = Record.objects.filter(
        subject=subject, department=department, kind=kind,
        number_normalized=comparable_document_number(values.number),
    )  # fmt: skip
    voided = None
    for record in found.select_related("subject", "department", "penalty", "permit", "accident").order_by("-pk"):
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
    return _elsewhere(subject, department, values)


def _elsewhere(subject: Subject, department: Department, values: Values) -> Record | None:
    """Return the same decision where another department's list keeps it: an export goes out under the authority that it
    names, whoever entered it, and must not come back as a second record.
    """
    if isinstance(values, CreditRow):
        return None
    found = Record.objects.filter(
        subject=subject, kind=_content(values).kind, number_normalized=comparable_document_number(values.number),
        state__in=[Record.State.CONFIRMED, Record.State.REPAIRED],
    ).exclude(department=department)  # fmt: skip
    rows = found.select_related("subject", "department", "penalty", "permit", "accident").order_by("pk")
    return next((record for record in rows if not _differences(record, values)), None)


def _differences(record: Record, values: Values) -> tuple[str, ...]:
    if isinstance(values, CreditRow):
        return credit_differences(credit_content(record), values.content)
    return differences(record_row(record), values)


def _conflict(record: Record, text: str) -> Conflict:
    return Conflict(
        "import-known", f"文书{record.number}{text}。", field="number", value=record.number, record=str(record.public_id)
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
