"""The same objected to again after it was refused: measures run on, unless the office accepts what is new as such."""

import datetime as dt

import pytest
from django.urls import reverse

from registry.base.errors import RuleRefused
from registry.models import Notice
from repair.services.objection_decisions import objection_decline, objection_refuse
from repair.services.objections import complaint_file, objection_accept, objection_file, objection_withdraw
from tests.factories import make_department
from tests.repair.people import make_people
from tests.repair.scenes import accepted_objection, browser, entry_of

pytestmark = pytest.mark.django_db
Day = dt.date
FIRST, AGAIN, LATER = Day(2020, 2, 3), Day(2020, 3, 2), Day(2020, 3, 9)


@pytest.fixture
def people():
    return make_people()


@pytest.fixture
def entry(people):
    """Under a pack that has measures stand still while an objection is examined, and adds the time."""
    return entry_of(people, "city-plan", "blacklist", Day(2020, 1, 10))


def refused(people, entry, on=FIRST):
    objection = accepted_objection(people, on, entry_id=entry.pk)
    return objection_refuse(objection_id=objection.pk, reason="事实清楚", actor=people.approver, on=on)


def again(people, entry, new_facts=""):
    return objection_file(
        subject_id=people.subject.pk, statement="仍然不服", new_facts=new_facts, actor=people.own, on=AGAIN,
        entry_id=entry.pk,
    )  # fmt: skip


def accept(people, objection, answer=None, on=LATER):
    return objection_accept(objection_id=objection.pk, has_new_facts=answer, actor=people.handler, on=on)


def is_paused(entry):
    return entry.pauses.filter(ends_on__isnull=True).exists()


def test_the_first_holds_and_the_second_does_not(people, entry):
    first = accepted_objection(people, FIRST, entry_id=entry.pk)
    assert is_paused(entry)
    objection_refuse(objection_id=first.pk, reason="事实清楚", actor=people.approver, on=FIRST)
    second = again(people, entry)
    entry.refresh_from_db()
    assert (second.repeats, is_paused(entry)) == (first, False)
    # It is disputed all the same, and examined.
    assert entry.disputed_on == AGAIN
    told = Notice.objects.filter(kind="objection.filed", subject=people.subject).order_by("-pk")[0].body
    assert f"（{first.number}）不成立，本次核查期间不再暂停" in told
    accept(people, second)
    assert not is_paused(entry)


def test_new_facts_hold_from_the_day_on_which_they_are_accepted_as_such(people, entry):
    refused(people, entry)
    second = again(people, entry, "新取得事故鉴定意见")
    assert not is_paused(entry)
    assert accept(people, second, True).new_facts_on == LATER
    assert entry.pauses.get(ends_on__isnull=True).starts_on == LATER
    objection_refuse(objection_id=second.pk, reason="x", actor=people.approver, on=Day(2020, 3, 12))
    assert not is_paused(entry)


def test_new_facts_that_are_none_hold_nothing(people, entry):
    refused(people, entry)
    second = accept(people, again(people, entry, "还是原来的理由"), False)
    assert (second.new_facts_on, is_paused(entry)) == (None, False)
    assert "没有认可新的事实" in Notice.objects.get(kind="objection.accepted", object_id=second.pk).body


def test_the_office_says_so_expressly_and_only_where_new_facts_are_stated(people, entry):
    refused(people, entry)
    with pytest.raises(RuleRefused, match="请逐件打开"):
        accept(people, again(people, entry, "新鉴定"))
    bare = people.subject.objections.get(state="filed")
    bare.new_facts = ""
    bare.save_by(None, reason="test")
    with pytest.raises(RuleRefused, match="没有写明新的事实"):
        accept(people, bare, True)


@pytest.mark.parametrize("end", ["withdrawn", "declined"])
def test_only_a_refusal_on_the_merits_counts(people, entry, end):
    first = objection_file(subject_id=people.subject.pk, statement="x", actor=people.own, on=FIRST, entry_id=entry.pk)
    if end == "withdrawn":
        objection_withdraw(objection_id=first.pk, actor=people.own, on=FIRST)
    else:
        objection_decline(objection_id=first.pk, reason="x", actor=people.approver, on=FIRST)
    assert again(people, entry).repeats is None
    assert is_paused(entry)


def test_a_complaint_is_the_second_level_and_no_repetition(people, entry):
    make_department(kind="joint-conference")
    first = refused(people, entry)
    complaint = complaint_file(objection_id=first.pk, statement="不服", actor=people.own, on=AGAIN)
    assert (complaint.repeats, is_paused(entry)) == (None, True)


def test_both_pages_say_it(people, entry, settings):
    settings.PRETEND_TODAY = AGAIN
    first = refused(people, entry)
    own, office = browser(people.own), browser(people.handler)
    address = reverse("my-requests:object", args=["entry", entry.public_id])
    page = own.get(address).content.decode()
    assert first.number in page
    assert "这是本县的设定" in page
    assert own.post(address, {"statement": "仍然不服", "new_facts": "新鉴定意见"}).status_code == 302
    second = people.subject.objections.get(state="filed")
    step = reverse("requests:step", args=["objections", second.public_id, "accept"])
    assert "是否属于新的事实" in office.get(step).content.decode()
    assert office.post(step, {"version": second.version}).status_code == 422
    assert office.post(step, {"version": second.version, "has_new_facts": "yes"}).status_code == 302
    assert is_paused(entry)
    assert (
        "认可为新的事实"
        in office.get(reverse("requests:detail", args=["objections", second.public_id])).content.decode()
    )
