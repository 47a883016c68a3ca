"""Dual publicity: due seven working days after the decision, exempt with a reason, published singly or in a batch."""

import datetime as dt
import json

import pytest

from disclosure.models import Publication
from disclosure.services.records import record_publish, records_publish
from registry.base.errors import Conflict, InvalidInput, NotAllowed, RuleRefused, TransitionRefused
from registry.models import Deadline, Event, Notice
from registry.signals import record_changed, record_confirmed
from tests.disclosure import county
from tests.factories import make_account, make_department, make_record, make_subject

pytestmark = pytest.mark.django_db

DECIDED = dt.date(2026, 2, 11)
ON = dt.date(2026, 2, 12)
UNTIL = dt.date(2027, 2, 11)


@pytest.fixture
def dual():
    return county.activate("test-dual")["test-dual"]


@pytest.fixture
def subject():
    return make_subject("演示矿业有限公司")


@pytest.fixture
def publisher():
    return make_account("publisher")


def confirm(record, on=ON):
    record_confirmed.send(sender=type(record), record=record, actor=None, on=on)


def deadlines():
    return Deadline.objects.filter(code="dual-publicity")


@pytest.mark.usefixtures("dual")
@pytest.mark.parametrize("make", [county.make_penalty, county.make_permit])
def test_confirmed_penalty_and_permit_are_due_in_seven_working_days_over_the_spring_festival(subject, make):
    confirm(make(subject, decided_on=DECIDED))
    assert deadlines().get().due_on == dt.date(2026, 2, 27)


def test_deadline_belongs_to_the_deciding_department_and_names_its_basis(dual, subject):
    department = make_department()
    confirm(county.make_penalty(subject, decided_on=DECIDED, department=department))
    deadline = deadlines().get()
    assert deadline.department == department
    assert (deadline.pack_id, deadline.policy_hash, deadline.clause) == ("test-dual", dual.content_hash, "第二条")


@pytest.mark.usefixtures("dual")
def test_other_kinds_of_record_have_no_publicity_deadline(subject):
    confirm(make_record(subject, kind="accident", decided_on=DECIDED))
    assert not deadlines().exists()


@pytest.mark.usefixtures("dual")
@pytest.mark.parametrize(
    ("fields", "code"), [({"procedure": "summary"}, "summary-procedure"), ({"is_secret": True}, "secret")]
)
def test_exempt_record_has_no_deadline_but_an_event_with_the_reason(subject, fields, code):
    confirm(county.make_penalty(subject, decided_on=DECIDED, **fields))
    assert not deadlines().exists()
    assert Event.objects.get(name="publication.exempt").payload == {"code": code}


@pytest.mark.usefixtures("dual")
def test_minors_record_is_exempt():
    minor = make_subject("赵小明", kind="person", born_on=dt.date(2009, 6, 1))
    confirm(county.make_penalty(minor, decided_on=DECIDED))
    assert Event.objects.get(name="publication.exempt").payload == {"code": "minor-person"}


def test_without_an_active_policy_nothing_is_due(subject):
    confirm(county.make_penalty(subject, decided_on=DECIDED))
    assert not deadlines().exists()


@pytest.mark.usefixtures("dual")
def test_publishing_meets_the_deadline(subject, publisher):
    record = county.make_penalty(subject, decided_on=DECIDED)
    confirm(record)
    record_publish(record_id=record.pk, actor=publisher, on=dt.date(2026, 2, 26), until=UNTIL)
    assert deadlines().get().met_on == dt.date(2026, 2, 26)


@pytest.mark.usefixtures("dual")
def test_last_day_given_is_the_last_day_public(subject, publisher):
    record = county.make_penalty(subject, decided_on=DECIDED)
    record_publish(record_id=record.pk, actor=publisher, on=ON, until=UNTIL)
    assert Publication.objects.visible(UNTIL).exists()
    assert not Publication.objects.visible(UNTIL + dt.timedelta(days=1)).exists()


@pytest.mark.usefixtures("dual")
def test_last_day_in_the_decision_itself_is_used(subject, publisher):
    record = county.make_penalty(subject, decided_on=DECIDED, until=dt.date(2026, 8, 11))
    publication = record_publish(record_id=record.pk, actor=publisher, on=ON)
    assert publication.last_day == dt.date(2026, 8, 11)


def test_longest_term_of_the_active_policy_is_the_default(subject, publisher):
    county.activate("test-dual", "test-terms")
    record = county.make_penalty(subject, decided_on=DECIDED)
    assert record_publish(record_id=record.pk, actor=publisher, on=ON).last_day == dt.date(2027, 2, 11)


def test_decision_may_not_stretch_the_longest_term(subject, publisher):
    county.activate("test-dual", "test-terms")
    record = county.make_penalty(subject, decided_on=DECIDED, until=dt.date(2030, 1, 1))
    assert record_publish(record_id=record.pk, actor=publisher, on=ON).last_day == dt.date(2027, 2, 11)


@pytest.mark.parametrize(
    ("until", "code"),
    [
        (dt.date(2026, 2, 11), "until-past"),
        (dt.date(2026, 5, 10), "until-too-early"),
        (dt.date(2027, 2, 12), "until-too-late"),
    ],
)
def test_last_day_outside_the_policy_is_refused_by_field(subject, publisher, until, code):
    county.activate("test-dual", "test-terms")
    record = county.make_penalty(subject, decided_on=DECIDED)
    with pytest.raises(InvalidInput) as refusal:
        record_publish(record_id=record.pk, actor=publisher, on=ON, until=until)
    assert (refusal.value.code, refusal.value.field) == (code, "until")


@pytest.mark.parametrize("until", [dt.date(2026, 5, 11), dt.date(2027, 2, 11)])
def test_shortest_and_longest_last_days_are_accepted(subject, publisher, until):
    county.activate("test-dual", "test-terms")
    record = county.make_penalty(subject, decided_on=DECIDED)
    assert record_publish(record_id=record.pk, actor=publisher, on=ON, until=until).last_day == until


@pytest.mark.usefixtures("dual")
def test_penalty_without_any_last_day_is_refused_and_says_the_way_out(subject, publisher):
    record = county.make_penalty(subject, decided_on=DECIDED)
    with pytest.raises(InvalidInput, match="请填写公示截止期"):
        record_publish(record_id=record.pk, actor=publisher, on=ON)


@pytest.mark.usefixtures("dual")
def test_permit_without_end_stays_public(subject, publisher):
    record = county.make_permit(subject, decided_on=DECIDED)
    publication = record_publish(record_id=record.pk, actor=publisher, on=ON)
    assert publication.last_day is None
    assert Publication.objects.visible(dt.date(2099, 1, 1)).exists()


@pytest.mark.usefixtures("dual")
def test_permit_is_gone_the_day_after_its_validity(subject, publisher):
    record = county.make_permit(subject, decided_on=DECIDED, valid_until=dt.date(2029, 2, 10))
    record_publish(record_id=record.pk, actor=publisher, on=ON)
    assert Publication.objects.visible(dt.date(2029, 2, 10)).exists()
    assert not Publication.objects.visible(dt.date(2029, 2, 11)).exists()


@pytest.mark.usefixtures("dual")
@pytest.mark.parametrize("role", ["handler", "reviewer", "approver", "auditor", "department", "administrator"])
def test_only_the_publisher_publishes(subject, role):
    record = county.make_penalty(subject, decided_on=DECIDED)
    with pytest.raises(NotAllowed):
        record_publish(record_id=record.pk, actor=make_account(role), on=ON, until=UNTIL)


@pytest.mark.usefixtures("dual")
def test_draft_is_refused(subject, publisher):
    record = county.make_penalty(subject, decided_on=DECIDED, state="draft")
    with pytest.raises(TransitionRefused):
        record_publish(record_id=record.pk, actor=publisher, on=ON, until=UNTIL)


@pytest.mark.usefixtures("dual")
def test_publishing_twice_is_refused(subject, publisher):
    record = county.make_penalty(subject, decided_on=DECIDED)
    record_publish(record_id=record.pk, actor=publisher, on=ON, until=UNTIL)
    with pytest.raises(Conflict):
        record_publish(record_id=record.pk, actor=publisher, on=ON, until=UNTIL)


@pytest.mark.usefixtures("dual")
def test_exempt_record_cannot_be_published(subject, publisher):
    record = county.make_penalty(subject, decided_on=DECIDED, procedure="summary")
    with pytest.raises(RuleRefused, match="简易程序"):
        record_publish(record_id=record.pk, actor=publisher, on=ON, until=UNTIL)


@pytest.mark.usefixtures("dual")
def test_person_of_unknown_birthday_is_refused_and_says_the_way_out(publisher):
    person = make_subject("王建国", kind="person")
    record = county.make_penalty(person, decided_on=DECIDED)
    with pytest.raises(RuleRefused, match="补登出生日期"):
        record_publish(record_id=record.pk, actor=publisher, on=ON, until=UNTIL)


@pytest.mark.usefixtures("dual")
def test_personal_data_never_reaches_the_snapshot(subject, publisher):
    county.add_person(subject, "王建国")
    facts = f"主要负责人王建国（身份证{county.IDENTITY}，电话{county.MOBILE}）组织生产"
    record = county.make_penalty(subject, decided_on=DECIDED, facts=facts)
    publication = record_publish(record_id=record.pk, actor=publisher, on=ON, until=UNTIL)
    text = json.dumps(publication.snapshot, ensure_ascii=False)
    assert [word for word in ("王建国", county.IDENTITY, county.MOBILE) if word in text] == []


@pytest.mark.usefixtures("dual")
def test_subject_is_told_of_the_publication(subject, publisher):
    record = county.make_penalty(subject, decided_on=DECIDED)
    record_publish(record_id=record.pk, actor=publisher, on=ON, until=UNTIL)
    assert Notice.objects.get(kind="publication.opened").subject == subject


@pytest.mark.usefixtures("dual")
def test_voided_record_leaves_the_public_pages_and_the_queue(subject, publisher):
    record = county.make_penalty(subject, decided_on=DECIDED)
    other = county.make_penalty(subject, decided_on=DECIDED)
    confirm(other)
    record_publish(record_id=record.pk, actor=publisher, on=ON, until=UNTIL)
    for each in (record, other):
        each.state, each.voided_on, each.void_reason = "voided", dt.date(2026, 3, 2), "决定被撤销"
        each.save_by(None, reason="test")
        record_changed.send(sender=type(each), record=each, change="voided", actor=None, on=dt.date(2026, 3, 2))
    assert not Publication.objects.visible(dt.date(2026, 3, 2)).exists()
    assert not deadlines().filter(met_on__isnull=True, cancelled_on__isnull=True).exists()


@pytest.mark.usefixtures("dual")
def test_batch_publishes_the_good_and_reports_each_refusal(subject, publisher):
    good = county.make_penalty(subject, decided_on=DECIDED)
    exempt = county.make_penalty(subject, decided_on=DECIDED, procedure="summary")
    result = records_publish(record_ids=[good.pk, exempt.pk, 999_999], actor=publisher, on=ON, until=UNTIL)
    assert [publication.object_id for publication in result.published] == [good.pk]
    assert [refusal.record_id for refusal in result.refused] == [exempt.pk, 999_999]


@pytest.mark.usefixtures("dual")
def test_batch_date_does_not_override_what_a_decision_names(subject, publisher):
    record = county.make_penalty(subject, decided_on=DECIDED, until=dt.date(2026, 8, 11))
    result = records_publish(record_ids=[record.pk], actor=publisher, on=ON, until=UNTIL)
    assert result.published[0].last_day == dt.date(2026, 8, 11)
