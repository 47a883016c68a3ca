"""Small factory functions. Each makes one thing with sensible values; a test names only what it is about."""

import datetime as dt
from itertools import count
from typing import Any

from django.utils import timezone

from registry.models import Account, Department, Record, RoleGrant, Subject, SubjectName
from registry.rules import names
from registry.rules.synthetic import make_uscc

_serial = count(1)
LONG_AGO = dt.date(2000, 1, 1)


def make_department(code: str = "", *, kind: str = "bureau", name: str = "") -> Department:
    number = next(_serial)
    code = code or f"dept-{number}"
    return Department(code=code, name=name or f"演示部门{number}", short_name=f"部门{number}", kind=kind).save_by(
        None, reason="test"
    )


def make_account(*roles: str, department: Department | None = None, username: str = "", **fields: Any) -> Account:
    number = next(_serial)
    account = Account.objects.create_user(
        username=username or f"user{number}",
        password="demonstration-1",
        display_name=fields.pop("display_name", f"演示人员{number}"),
        department=department,
        **fields,
    )
    for role in roles:
        RoleGrant(account=account, role=role, starts_on=LONG_AGO).save_by(None, reason="test")
    return account


def make_subject(name: str = "", **fields: Any) -> Subject:
    number = next(_serial)
    fields.setdefault("kind", "organization")
    fields.setdefault("category", "enterprise" if fields["kind"] == "organization" else "person")
    if fields["kind"] == "organization":
        fields.setdefault("uscc", make_uscc("9", "1", "370323", number))
    subject = Subject(name=name or f"演示企业{number}有限公司", is_synthetic=True, **fields)
    subject.save_by(None, reason="test")
    SubjectName(subject=subject, name=subject.name, normalized=names.comparable_name(subject.name)).save_by(
        None, reason="test"
    )
    return subject


def make_record(subject: Subject, *, department: Department | None = None, **fields: Any) -> Record:
    number = next(_serial)
    fields.setdefault("kind", "penalty")
    fields.setdefault("state", "confirmed")
    fields.setdefault("decided_on", dt.date(2026, 5, 20))
    fields.setdefault("number", f"演应急罚〔2026〕{number}号")
    fields.setdefault("number_normalized", names.comparable_document_number(fields["number"]))
    return Record(
        subject=subject,
        department=department or make_department(),
        title=fields.pop("title", "演示事由"),
        recorded_at=timezone.now(),
        **fields,
    ).save_by(None, reason="test")
