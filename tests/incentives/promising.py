"""Who takes part in a commitment: the subject's own account, officers of one department, a pack that offers it."""

import datetime as dt
from dataclasses import dataclass

from incentives.models import Commitment
from incentives.rules.texts import text_digest
from incentives.selectors.offers import offer_of
from incentives.services.commitments import Online, OnPaper, Wanted, commitment_sign_new, preview_text
from incentives.services.promises import promise_record
from registry.models import Account, Department, OrganizationRole, Subject
from tests.factories import make_account, make_department, make_subject
from tests.sanctions.case_world import a_file, activate

Day = dt.date
MONDAY = Day(2026, 6, 1)
COUNTY = "county-default"
VOLUNTARY, SAFETY = f"{COUNTY}|voluntary-publicity", f"{COUNTY}|safety-duty"
PROMISE = f"{COUNTY}|missing-papers"


@dataclass(frozen=True)
class People:
    """A subject with its account and its principal, and officers of the department that accepts."""

    subject: Subject
    own: Account
    principal: Subject
    department: Department
    handler: Account
    reviewer: Account
    approver: Account


def make_people(*packs: str, on: Day = MONDAY) -> People:
    for pack_id in packs or (COUNTY,):
        activate(pack_id, on - dt.timedelta(days=30))
    subject, department = make_subject(), make_department()
    principal = make_subject("演示负责人甲", kind="person")
    OrganizationRole(organization=subject, person=principal, role="principal").save_by(None, reason="test")
    own = make_account("subject", subject=subject)
    handler, reviewer, approver = (
        make_account(role, department=department) for role in ("handler", "reviewer", "approver")
    )
    return People(subject, own, principal, department, handler, reviewer, approver)


def online(people: People, key: str, *, name: str = "", on: Day = MONDAY, matter: str = "") -> Online:
    """The signature of whoever read the text as it is offered."""
    offer = offer_of(key, kind=people.subject.kind, on=on)
    text = preview_text(offer, people.subject, people.department, Wanted(matter))
    return Online(name or people.own.display_name, text_digest(text), "password")


def sign(people: People, key: str = VOLUNTARY, *, on: Day = MONDAY, name: str = "", matter: str = "") -> Commitment:
    return commitment_sign_new(
        subject_id=people.subject.pk, key=key, department_id=people.department.pk, matter=matter,
        signature=online(people, key, name=name, on=on, matter=matter), actor=people.own, on=on,
    )  # fmt: skip


def on_paper(on: Day = MONDAY) -> OnPaper:
    return OnPaper("演示负责人甲", "主要负责人", on, a_file("承诺书.pdf"))


def promise(people: People, *missing: str, on: Day = MONDAY, days: int | None = None, key: str = PROMISE) -> Commitment:
    """A promise accepted and signed on paper on the day."""
    return promise_record(
        subject_id=people.subject.pk, key=key, matter="安全生产许可证延期", missing=missing or ("验收报告",),
        accepted_on=on, days=days, paper=on_paper(on), actor=people.handler, on=on,
    )  # fmt: skip
