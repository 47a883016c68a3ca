"""Before a repair is taken back the subject is told and heard; nothing changes until then."""

import datetime as dt

import pytest
from django.urls import reverse

from disclosure.services.records import record_publish
from registry.base.errors import InvalidInput, NotAllowed, RuleRefused, TransitionRefused
from registry.models import Deadline, Document, Notice
from repair.services.repair_undoing import repair_undo
from repair.services.repairs import Paper
from repair.services.undo_hearing import undo_drop, undo_notice, undo_state
from tests.factories import make_account
from tests.repair.people import make_people
from tests.repair.scenes import browser, granted_repair, penalty, told_of_undoing, undone_repair
from tests.sanctions.case_world import a_file
from tests.sanctions.listing import run_policy

pytestmark = pytest.mark.django_db
Day = dt.date
# Tuesday; five working days (assumed) after it end on Tuesday 2026-09-08: 2, 3, 4, 7, 8 September
TOLD, LAST, AFTER = Day(2026, 9, 1), Day(2026, 9, 8), Day(2026, 9, 9)


@pytest.fixture
def people():
    run_policy("ndrc-2025-36", on=Day(2026, 4, 1))
    return make_people()


@pytest.fixture
def granted(people):
    record = penalty(
        people, "没收违法所得", decided_on=Day(2026, 4, 10), corrected_on=Day(2026, 5, 1), fulfilled_on=Day(2026, 5, 1)
    )
    record_publish(record_id=record.pk, actor=None, on=Day(2026, 4, 13), until=Day(2027, 4, 10))
    return granted_repair(people, Day(2026, 7, 13), "commitment", record_id=record.pk)


def undo(people, application, on, actor=None):
    return repair_undo(application_id=application.pk, reason="伪造", actor=actor or people.approver, on=on)


def state(people, application, on, statement="照片属实", *, is_waived=False, **more):
    return undo_state(
        application_id=application.pk, statement=statement, is_waived=is_waived, actor=people.own, on=on, **more
    )


def test_nobodys_repair_is_taken_back_untold(people, granted):
    with pytest.raises(RuleRefused, match="须先告知") as refusal:
        undo(people, granted, TOLD)
    assert refusal.value.code == "undo-not-heard"
    granted.record.refresh_from_db()
    assert granted.record.state == "repaired"


def test_the_notice_tells_facts_basis_and_day_and_ends_nothing(people, granted):
    told = told_of_undoing(people, granted, TOLD)
    assert (told.undo_until, told.undone_on, told.record.state) == (LAST, None, "repaired")
    body = Notice.objects.get(kind="repair.undo-notice").body
    for part in ("整改照片系伪造", "《", "2026-09-08", "陈述申辩"):
        assert part in body
    assert Document.objects.get(kind="repair-undo-notice").title == "拟撤销信用修复告知书"
    assert Deadline.objects.get(code="undo-statement").cancelled_on is None


def test_the_time_is_waited_for_through_its_last_day(people, granted):
    told_of_undoing(people, granted, TOLD)
    with pytest.raises(RuleRefused, match="2026-09-08（含）"):
        undo(people, granted, LAST)
    assert undo(people, granted, AFTER).undone_on == AFTER
    assert "没有陈述申辩" not in Notice.objects.get(kind="repair.undone").body


@pytest.mark.parametrize("given", [{}, {"statement": "", "is_waived": True}])
def test_a_statement_or_an_express_waiver_lets_it_go_on(people, granted, given):
    told_of_undoing(people, granted, TOLD)
    state(people, granted, TOLD, **given)
    assert undo(people, granted, Day(2026, 9, 2)).undone_on == Day(2026, 9, 2)


def test_a_statement_takes_a_waiver_back_and_not_the_other_way(people, granted):
    told_of_undoing(people, granted, TOLD)
    state(people, granted, TOLD, "", is_waived=True)
    said = state(people, granted, TOLD, papers=[Paper("other", a_file())])
    assert (said.undo_waived_on, said.undo_stated_on) == (None, TOLD)
    assert said.files.filter(kind="other").exists()
    with pytest.raises(InvalidInput, match="不能再登记放弃"):
        state(people, granted, TOLD, "", is_waived=True)


@pytest.mark.parametrize(("statement", "is_waived"), [("", False), ("有话说", True)])
def test_either_a_statement_or_a_waiver(people, granted, statement, is_waived):
    told_of_undoing(people, granted, TOLD)
    with pytest.raises(InvalidInput, match="只选其一"):
        state(people, granted, TOLD, statement, is_waived=is_waived)


def test_who_told_the_subject_does_not_decide(people, granted):
    both = make_account("handler", "approver", department=people.department)
    undo_notice(application_id=granted.pk, reason="伪造", actor=both, on=TOLD)
    with pytest.raises(NotAllowed, match="另一名审批人员"):
        undo(people, granted, AFTER, actor=both)


def test_a_false_alarm_is_taken_back_and_the_repair_stands(people, granted):
    told_of_undoing(people, granted, TOLD)
    undo_drop(application_id=granted.pk, reason="照片经核对属实", actor=people.handler, on=Day(2026, 9, 3))
    assert "修复继续有效" in Notice.objects.get(kind="repair.undo-drop").body
    assert Deadline.objects.get(code="undo-statement").cancelled_on == Day(2026, 9, 3)
    with pytest.raises(RuleRefused, match="须先告知"):
        undo(people, granted, AFTER)


def test_it_is_told_once_and_never_after_it_was_taken_back(people, granted):
    told_of_undoing(people, granted, TOLD)
    with pytest.raises(TransitionRefused, match="不必重复"):
        told_of_undoing(people, granted, TOLD)
    state(people, granted, TOLD)
    undo(people, granted, TOLD)
    for act in (told_of_undoing, state):
        with pytest.raises(TransitionRefused, match="已于2026-09-01撤销"):
            act(people, granted, AFTER)


def test_another_subject_states_nothing(people, granted):
    told_of_undoing(people, granted, TOLD)
    other = make_people()
    with pytest.raises(NotAllowed):
        undo_state(application_id=granted.pk, statement="x", is_waived=False, actor=other.own, on=TOLD)
    address = reverse("my-requests:undo-statement", args=[granted.public_id])
    assert browser(other.own).get(address).status_code == 404


def test_the_subject_states_its_case_on_its_page_and_the_office_reads_it(people, granted, settings):
    settings.PRETEND_TODAY = TOLD
    told_of_undoing(people, granted, TOLD)
    own, office = browser(people.own), browser(people.approver)
    address = reverse("my-requests:undo-statement", args=[granted.public_id])
    assert address in own.get(reverse("my-requests:detail", args=["repairs", granted.public_id])).content.decode()
    assert "拟撤销" in own.get(reverse("portal:home")).content.decode()
    assert "整改照片系伪造" in own.get(address).content.decode()
    assert own.post(address, {"statement": "照片属实，附原图。"}).status_code == 302
    page = office.get(reverse("requests:detail", args=["repairs", granted.public_id])).content.decode()
    assert "照片属实，附原图。" in page
    assert "撤销修复</a>" in page
    assert "告知拟撤销修复</a>" not in page


def test_an_officer_tells_and_registers_what_came_on_paper(people, granted, settings):
    settings.PRETEND_TODAY = TOLD
    office = browser(people.handler)

    def step(name, **data):
        return office.post(reverse("requests:step", args=["repairs", granted.public_id, name]), data)

    assert step("undo-notice", reason="发票查无此号").status_code == 302
    assert step("undo-state", statement="书面陈述").status_code == 302
    granted.refresh_from_db()
    assert (granted.undo_notice, granted.undo_stated_on) == ("发票查无此号", TOLD)


def test_the_decision_says_how_the_subject_was_heard(people, granted):
    assert undone_repair(people, granted, TOLD).undo_waived_on == TOLD
