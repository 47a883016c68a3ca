"""The sample file for trying the import: made-up decisions on this county's made-up enterprises."""

from datetime import date
from typing import BinaryIO

from registry.models import Department, OrganizationRole, Subject
from registry.rules.publicity import Kind, national_header
from registry.rules.publicity.sample import SampleParty, sample_rows
from registry.services.imports.writing import write_cells

_KNOWN_PARTIES = 3
_AUTHORITY = "演示县应急管理局"


def sample_write(target: BinaryIO, *, department: Department | None, on: date) -> int:
    """Write the sample as xlsx, decided by `department` (None: the first bureau in use); return the rows written.

    Its first parties are synthetic enterprises of this database, if there are any; a real one is never among them.
    """
    bureau = department or Department.objects.filter(is_active=True, kind=Department.Kind.BUREAU).first()
    rows = sample_rows(
        on=on,
        authority=bureau.name if bureau is not None else _AUTHORITY,
        authority_code=bureau.uscc if bureau is not None else "",
        parties=_parties(),
    )
    _, labels = national_header(Kind.PENALTY)
    return write_cells(target, header=labels, rows=rows, sheet=Kind.PENALTY.label)


def _parties() -> list[SampleParty]:
    enterprises = Subject.objects.filter(
        is_synthetic=True, category=Subject.Category.ENTERPRISE, uscc__isnull=False, merged_into__isnull=True
    ).order_by("pk")[:_KNOWN_PARTIES]
    return [SampleParty(each.name, each.uscc or "", _representative(each)) for each in enterprises]


def _representative(subject: Subject) -> str:
    role = subject.people.filter(role=OrganizationRole.Role.LEGAL_REPRESENTATIVE, ends_on__isnull=True).first()
    return role.person.name if role is not None else "演示法定代表人"
