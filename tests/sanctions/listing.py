"""Builders for list entries: a stored policy, a decided case, an entry in force. Each names only what a test is about."""

import datetime as dt
from itertools import count

from django.utils import timezone

from registry.models import Department, PolicyActivation, PolicyVersion, Subject
from registry.rules.policy.loader import PackLibrary, load_packs
from registry.services.policies import packs_load, policy_activate
from sanctions.models import Case, CaseGround, ListEntry, MeasureOrder
from sanctions.services.entries import entry_open
from tests.factories import make_department, make_record, make_subject

_serial = count(1)


def load_policy(pack_id: str) -> PolicyVersion:
    """Store this pack alone, as in tests.sanctions.case_world: storing all takes longer than most tests."""
    packs_load(at=timezone.now(), library=PackLibrary({pack_id: load_packs()[pack_id]}))
    return PolicyVersion.objects.get(pack_id=pack_id)


def run_policy(pack_id: str, *, on: dt.date, mode: str = "binding") -> PolicyActivation:
    """Let the office run a pack of the project from the day `on`."""
    return policy_activate(version=load_policy(pack_id), mode=mode, actor=None, on=on)


def make_decided_case(
    pack_id: str,
    list_code: str,
    *,
    decided_on: dt.date,
    subject: Subject | None = None,
    department: Department | None = None,
    mode: str = "binding",
    **fields: object,
) -> Case:
    subject = subject or make_subject()
    department = department or make_department()
    case = Case(
        number=f"演信监立〔2026〕{next(_serial):04d}号",
        subject=subject,
        policy=load_policy(pack_id),
        mode=mode,
        pack_id=pack_id,
        list_code=list_code,
        list_label={"blacklist": "黑名单", "yellow": "黄名单", "warning-red": "红名单"}.get(list_code, list_code),
        department=department,
        state=Case.State.DECIDED,
        opened_on=decided_on,
        decided_on=decided_on,
        **fields,
    ).save_by(None, reason="test")
    record = make_record(subject, department=department, decided_on=decided_on)
    CaseGround.objects.create(case=case, record=record, clauses=["7.1"])
    return case


def make_entry(
    pack_id: str,
    list_code: str,
    *,
    on: dt.date,
    subject: Subject | None = None,
    department: Department | None = None,
    mode: str = "binding",
) -> ListEntry:
    """An entry of which decision, publication and taking force are all on the day `on`. Runs nothing but itself."""
    case = make_decided_case(pack_id, list_code, decided_on=on, subject=subject, department=department, mode=mode)
    entry = entry_open(case=case, actor=None, on=on)
    close_case(case)
    return entry


def close_case(case: Case) -> None:
    """Leave the case as its publication leaves it."""
    case.state, case.published_on = Case.State.PUBLISHED, case.decided_on
    case.save_by(None, reason="test")


def make_order(entry: ListEntry, department: Department, *, on: dt.date, **fields: object) -> MeasureOrder:
    """An order as dispatched, without deadline and notice: for pages that show one."""
    return MeasureOrder(
        entry=entry,
        department=department,
        catalogue=fields.pop("catalogue", "memo-2016-1001"),
        catalogue_hash="0" * 64,
        measure_code=fields.pop("measure_code", "18"),
        measure_label=fields.pop("measure_label", "依法限制参与政府采购活动"),
        is_mandatory=True,
        legal_basis=["《中华人民共和国政府采购法》第二十二条"],
        dispatched_on=on,
        **fields,
    ).save_by(None, reason="test")
