"""One checked row becomes a record, turns out to be one already, or is refused with the reason."""

from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.db import transaction

from registry.base.errors import Conflict, DomainError, InvalidInput, RuleRefused, TransitionRefused
from registry.models import Account, Department, ImportRow, Record, Subject
from registry.rules.names import comparable_document_number
from registry.rules.publicity import LicenceRow, Party, PartyKind, PenaltyRow, RowError, kind_of
from registry.rules.reported import RECORD_KINDS, column_of, differences, record_input, without_identities
from registry.selectors.imports import DepartmentsByAuthority, record_row
from registry.services.imports.rows import Fault, faults_of, remarks_of
from registry.services.records import record_enter
from registry.services.resolving import subject_resolve
from registry.services.subjects import subject_lock

# What a row can be at fault for. A missing right is not the row's fault and stops the import instead.
_ROW_FAULTS = (InvalidInput, Conflict, RuleRefused, TransitionRefused)
_CATEGORIES = {PartyKind.PERSON: Subject.Category.PERSON, PartyKind.SOLE_TRADER: Subject.Category.SOLE_TRADER}


@dataclass(slots=True)
class Outcome:
    """What became of a row."""

    state: str
    errors: list[Fault] = field(default_factory=list)
    warnings: list[str] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class Taking:
    """What is the same for all rows of a chunk."""

    reporting: Department
    departments: DepartmentsByAuthority
    actor: Account | None
    on: date
    is_synthetic: bool


def row_take(row: ImportRow, values: PenaltyRow | LicenceRow, taking: Taking) -> Outcome:
    """Record one checked row; all of it or nothing, in a savepoint of the caller's transaction.

    Raises NotAllowed when the actor may not record: then no row can be taken.
    """
    try:
        with transaction.atomic():
            return _take(row, values, taking)
    except _ROW_FAULTS as refusal:
        return Outcome(ImportRow.State.REFUSED, errors=[_fault(refusal, values)])


def _take(row: ImportRow, reported: PenaltyRow | LicenceRow, taking: Taking) -> Outcome:
    warnings: list[str] = []
    values = without_identities(reported)
    if values is not reported:
        warnings.append("文字中的证件号码或手机号码已遮盖后登记；完整内容以决定书为准。")
    department = taking.departments.find(values.authority, values.authority_code)
    if department is None:
        department = taking.reporting
        warnings.append(f"“{values.authority}”不在部门库中，记录归入报送部门“{department}”。")
    elif department != taking.reporting:
        warnings.append(f"作出决定的是“{department}”，记录归入该部门。")
    resolved = _resolve(values.party, taking)
    # Locked before looking, so that another import cannot record the same decision in between.
    subject = resolved.subject if resolved.created else subject_lock(resolved.subject.pk)
    warnings += resolved.warnings
    if not resolved.created:
        known = _known(subject, department, values)
        if known is not None:
            return Outcome(ImportRow.State.SAME, warnings=remarks_of([*warnings, _same_text(known)]))
    record_enter(
        subject=subject, department=department, content=record_input(values), import_row=row, actor=taking.actor,
        on=taking.on,
    )  # fmt: skip
    if resolved.created:
        warnings.append("主体库中原来没有该主体，已新建。")
    return Outcome(ImportRow.State.IMPORTED, warnings=remarks_of(warnings))


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
        actor=taking.actor, on=taking.on, **fields,
    )  # fmt: skip


def _known(subject: Subject, department: Department, values: PenaltyRow | LicenceRow) -> Record | None:
    """Return the record that says the same already; None when there is none of this document.

    Raises Conflict when there is one that says something else, is still a draft, or was voided on purpose.
    """
    kind = kind_of(values)
    found = Record.objects.filter(
        subject=subject, department=department, kind=RECORD_KINDS[kind],
        number_normalized=comparable_document_number(values.number),
    )  # fmt: skip
    detail = "penalty" if RECORD_KINDS[kind] == Record.Kind.PENALTY else "permit"
    voided = None
    for record in found.select_related("subject", detail).order_by("-pk"):
        differing = differences(record_row(record), values)
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
    return None


def _conflict(record: Record, text: str) -> Conflict:
    return Conflict(
        "import-known", f"文书{record.number}{text}。", field="number", record=str(record.public_id)
    )  # fmt: skip


def _same_text(record: Record) -> str:
    return f"文书{record.number}已于{record.confirmed_on or record.decided_on}登记，内容相同，没有改动。"


def _fault(refusal: DomainError, values: PenaltyRow | LicenceRow) -> Fault:
    column, label = column_of(kind_of(values), refusal.field)
    # The services' messages are whole sentences with the way out in them.
    error = RowError(column, label or "整行", "", refusal.message.rstrip("。"), "请处理后重新导入本行")
    return faults_of([error], is_person=values.party.kind is PartyKind.PERSON)[0]
