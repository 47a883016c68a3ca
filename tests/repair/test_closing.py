"""Applications about what turned out to be wrong: closed with the reason, not refused, and the subject is told."""

import datetime as dt

import pytest
from django.urls import reverse

from registry.base.errors import TransitionRefused
from registry.models import Deadline, Document, Event, Notice
from registry.rules.details import PenaltyInput, RecordInput
from registry.services.records import record_correct, record_void
from repair.services.objection_decisions import objection_uphold
from repair.services.repair_decisions import repair_grant
from repair.services.repairs import repair_file, repair_withdraw
from sanctions.models import ListEntry
from sanctions.services.entries import entry_end
from tests.repair.people import make_people
from tests.repair.scenes import accepted_objection, accepted_repair, browser, entry_of, penalty
from tests.sanctions.listing import load_policy

pytestmark = pytest.mark.django_db
Day = dt.date
MAY, JUNE = Day(2026, 5, 1), Day(2026, 6, 1)


@pytest.fixture
def people():
    load_policy("ndrc-2025-36")
    return make_people()


def test_a_voided_record_closes_what_is_asked_about_it_at_once(people):
    record = penalty(people, "警告", decided_on=MAY)
    application = accepted_repair(people, JUNE, "commitment", record_id=record.pk)
    record_void(record_id=record.pk, reason="原处罚被撤销", version=None, actor=people.approver, on=Day(2026, 6, 3))
    application.refresh_from_db()
    assert (application.state, application.decided_on, application.decided_by) == ("closed", Day(2026, 6, 3), None)
    assert "作废" in application.outcome_reason
    told = Notice.objects.get(kind="repair.closed", subject=people.subject).body
    assert "不是不予支持" in told
    assert Document.objects.get(object_id=application.pk, kind="repair-close").title == "终止办理告知书"
    assert Event.objects.filter(name="repair.close").count() == 1
    assert not Deadline.objects.filter(
        object_kind="repair.repairapplication", object_id=application.pk, met_on__isnull=True, cancelled_on__isnull=True
    ).exists()


def test_nothing_more_is_done_about_a_closed_application(people):
    record = penalty(people, "警告", decided_on=MAY)
    application = accepted_repair(people, JUNE, "commitment", record_id=record.pk)
    record_void(record_id=record.pk, reason="x", version=None, actor=people.approver, on=JUNE)
    with pytest.raises(TransitionRefused, match="终止办理"):
        repair_grant(application_id=application.pk, reason="x", actor=people.approver, on=JUNE)
    with pytest.raises(TransitionRefused):
        repair_withdraw(application_id=application.pk, actor=people.own, on=JUNE)


def test_a_corrected_record_leaves_a_new_one_to_apply_about(people):
    record = penalty(people, "警告", decided_on=MAY)
    application = accepted_repair(people, JUNE, "commitment", record_id=record.pk)
    content = RecordInput(
        kind="penalty", title="更正", number="演更〔2026〕1号", decided_on=MAY,
        detail=PenaltyInput(violation_type="演示", basis="演示依据", kinds=("警告",), content="警告"),
    )  # fmt: skip
    new = record_correct(
        record_id=record.pk, department_id=people.department.pk, content=content, reason="文号有误", version=None,
        actor=people.approver, on=JUNE,
    )  # fmt: skip
    application.refresh_from_db()
    assert application.state == "closed"
    assert "另行申请" in application.outcome_reason
    assert repair_file(subject_id=people.subject.pk, statement="", actor=people.own, on=JUNE, record_id=new.pk).is_open


def test_whoever_accepted_the_application_may_uphold_the_objection(people):
    """The one who decides on the objection takes no decision on the application."""
    record = penalty(people, "警告", decided_on=MAY)
    application = accepted_repair(people, JUNE, "commitment", record_id=record.pk)
    objection = accepted_objection(people, JUNE, record_id=record.pk)
    application.accepted_by = people.approver
    application.save_by(None, reason="test")
    objection_uphold(objection_id=objection.pk, remedy="void", reason="有误", actor=people.approver, on=JUNE)
    application.refresh_from_db()
    objection.refresh_from_db()
    assert (application.state, objection.state) == ("closed", "granted")


@pytest.mark.parametrize(
    ("reason", "state"), [("revoked", "closed"), ("corrected", "closed"), ("repaired", "accepted")]
)
def test_an_entry_that_was_wrong_closes_them_and_no_other_end_does(reason, state):
    people = make_people()
    entry = entry_of(people, "mem-2023-11", "blacklist", Day(2024, 3, 1))
    application = accepted_repair(people, Day(2025, 3, 3), entry_id=entry.pk)
    ends_on = entry.starts_on if state == "closed" else Day(2025, 3, 4)
    entry_end(
        entry=ListEntry.objects.get(pk=entry.pk), reason=reason, ends_on=ends_on, note="演示", actor=people.approver,
        on=Day(2025, 3, 4),
    )  # fmt: skip
    application.refresh_from_db()
    assert application.state == state


def test_both_pages_say_why(people, settings):
    settings.PRETEND_TODAY = JUNE
    record = penalty(people, "警告", decided_on=MAY)
    application = accepted_repair(people, JUNE, "commitment", record_id=record.pk)
    record_void(record_id=record.pk, reason="x", version=None, actor=people.approver, on=JUNE)
    own = browser(people.own).get(reverse("my-requests:detail", args=["repairs", application.public_id]))
    office = browser(people.handler).get(reverse("requests:detail", args=["repairs", application.public_id]))
    for page in (own, office):
        assert "终止办理" in page.content.decode()
        assert "不再公示和使用" in page.content.decode()
