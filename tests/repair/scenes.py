"""Short ways to the scenes that tests of requests start from."""

import datetime as dt

from django.test import Client

from registry.models import Account, PenaltyDetail, Record
from repair.models import Objection, RepairApplication
from repair.services.objections import objection_accept, objection_file
from repair.services.repair_decisions import repair_grant
from repair.services.repair_undoing import repair_undo
from repair.services.repairs import Paper, repair_accept, repair_file
from repair.services.undo_hearing import undo_notice, undo_state
from sanctions.models import ListEntry
from tests.factories import make_record
from tests.repair.people import People
from tests.sanctions.case_world import a_file
from tests.sanctions.listing import make_entry

Day = dt.date


def penalty(people: People, *kinds: str, decided_on: Day, **fields: object) -> Record:
    record = make_record(people.subject, department=people.department, decided_on=decided_on, **fields)
    PenaltyDetail(
        record=record, violation_type="演示", basis="演示依据", kinds=list(kinds), content="演示", authority="演示机关"
    ).save_by(None, reason="test")
    return record


def entry_of(people: People, pack_id: str, list_code: str, on: Day, mode: str = "binding") -> ListEntry:
    return make_entry(pack_id, list_code, on=on, subject=people.subject, department=people.department, mode=mode)


def put_right_by_subject(entry: ListEntry, day: Day) -> None:
    """The subject has put its conduct right and carried out the penalty behind the entry."""
    for ground in entry.grounds.select_related("record"):
        ground.record.corrected_on = ground.record.fulfilled_on = day
        ground.record.save_by(None, reason="test")


def accepted_objection(people: People, on: Day, **target: int) -> Objection:
    objection = objection_file(
        subject_id=people.subject.pk, statement="不是我单位的责任", actor=people.own, on=on, **target
    )
    return objection_accept(objection_id=objection.pk, actor=people.handler, on=on)


def accepted_repair(people: People, on: Day, *papers: str, **target: object) -> RepairApplication:
    application = repair_file(
        subject_id=people.subject.pk, statement="已经整改", actor=people.own, on=on,
        papers=[Paper(kind, a_file()) for kind in papers], **target,
    )  # fmt: skip
    return repair_accept(application_id=application.pk, actor=people.handler, on=on)


def granted_repair(people: People, on: Day, *papers: str, **target: object) -> RepairApplication:
    application = accepted_repair(people, on, *papers, **target)
    return repair_grant(application_id=application.pk, reason="条件具备", actor=people.approver, on=on)


def told_of_undoing(people: People, application: RepairApplication, on: Day) -> RepairApplication:
    """The subject is told that its repair may be taken back."""
    return undo_notice(application_id=application.pk, reason="整改照片系伪造", actor=people.handler, on=on)


def undone_repair(people: People, application: RepairApplication, on: Day) -> RepairApplication:
    """A repair taken back on the day on which the subject was told and waived its statement."""
    told_of_undoing(people, application, on)
    undo_state(application_id=application.pk, statement="", is_waived=True, actor=people.own, on=on)
    return repair_undo(application_id=application.pk, reason="整改照片系伪造", actor=people.approver, on=on)


def browser(account: Account) -> Client:
    client = Client()
    client.force_login(account)
    return client
