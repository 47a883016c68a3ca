"""Who takes part in an honour: a clean subject, a pack with a red list, officers of the department that recognises."""

import datetime as dt
from dataclasses import dataclass

from incentives.models import Honour
from incentives.services.honour_decisions import honour_recognise
from incentives.services.honours import Nomination, honour_nominate, honour_publicise
from registry.models import Account, Department, Subject
from tests.factories import make_account, make_department, make_subject
from tests.sanctions.case_world import activate

Day = dt.date
MONDAY = Day(2026, 6, 1)
# Publicity of 5 working days after Monday 2026-06-01 ends on Monday 2026-06-08.
HEARD_UNTIL, AFTER = Day(2026, 6, 8), Day(2026, 6, 9)
DISTRICT, SAFETY = "district-plan", "saws-2017-133"
DEPARTMENTS = "自治区各级行政管理部门和组织、中央驻宁机构"
ASSOCIATION = "县级以上行业协会商会"


@dataclass(frozen=True)
class Jury:
    """A subject and the officers of the department that recognises."""

    subject: Subject
    department: Department
    handler: Account
    reviewer: Account
    approver: Account


def make_jury(*packs: str, on: Day = MONDAY, **subject) -> Jury:
    for pack_id in packs or (DISTRICT,):
        activate(pack_id, on - dt.timedelta(days=30))
    department = make_department()
    accounts = (make_account(role, department=department) for role in ("handler", "reviewer", "approver"))
    return Jury(make_subject(**subject), department, *accounts)


def nominate(jury: Jury, *, key: str = DISTRICT, kind: str = ASSOCIATION, on: Day = MONDAY, actor=None) -> Honour:
    return honour_nominate(
        subject_id=jury.subject.pk, key=key, department_id=jury.department.pk,
        nomination=Nomination("演示行业协会", "连续三年诚信经营（演示）。", kind), actor=actor or jury.handler, on=on,
    )  # fmt: skip


def publicise(jury: Jury, honour: Honour, on: Day = MONDAY) -> Honour:
    return honour_publicise(honour_id=honour.pk, reason="记录和人员已核对。", actor=jury.reviewer, on=on)


def recognise(jury: Jury, honour: Honour, on: Day = AFTER) -> Honour:
    return honour_recognise(honour_id=honour.pk, reason="公示无异议。", actor=jury.approver, on=on)


def honoured(jury: Jury, *, on: Day = MONDAY) -> Honour:
    """Recognised after its publicity of five working days, counted from a Monday without holidays."""
    honour = publicise(jury, nominate(jury, on=on), on)
    return recognise(jury, honour, honour.publicity_until + dt.timedelta(days=1))
