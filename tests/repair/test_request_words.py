"""What pages of requests call things: outcomes in the words of their kind, days where there are days."""

import datetime as dt

import pytest
from django.urls import reverse

from registry import clock
from repair.models import RepairApplication
from repair.rules import lifecycle
from repair.services.objections import objection_file, objection_supplement
from repair.services.repairs import repair_file
from tests.factories import make_record
from tests.repair.people import make_people
from tests.repair.scenes import accepted_objection, accepted_repair, browser, entry_of, penalty
from tests.sanctions.listing import load_policy

pytestmark = pytest.mark.django_db
Day = dt.date
TODAY = Day(2026, 6, 1)


@pytest.fixture(autouse=True)
def _today(monkeypatch):
    monkeypatch.setattr(clock, "today", lambda: TODAY)


@pytest.fixture
def people():
    load_policy("ndrc-2025-36")
    return make_people()


def page(account, name: str, *args: object) -> str:
    return browser(account).get(reverse(name, args=args)).content.decode()


@pytest.mark.parametrize("kind", ["objection", "complaint", "repair", "removal"])
def test_every_kind_has_its_own_words_for_both_outcomes(kind: str) -> None:
    words = [lifecycle.outcome_label(code, kind) for code in ("grant", "granted", "refuse", "refused")]
    assert words[0] == words[1]
    assert words[2] == words[3]
    assert words[2].count("不") == words[0].count("不") + 1
    assert lifecycle.outcome_label("accept", kind) == "受理"
    assert lifecycle.outcome_label("declined", kind) == "不予受理"


def test_a_repair_is_granted_and_an_objection_upheld(people) -> None:
    record = penalty(people, "警告", decided_on=Day(2026, 5, 1))
    application = accepted_repair(people, TODAY, record_id=record.pk)
    shown = page(people.approver, "requests:detail", "repairs", application.public_id)
    assert "准予修复" in shown
    assert "不予修复" in shown
    assert "支持" not in shown
    objection = accepted_objection(people, TODAY, record_id=record.pk)
    shown = page(people.approver, "requests:detail", "objections", objection.public_id)
    assert "异议成立" in shown
    assert "异议不成立" in shown


def test_putting_off_is_offered_only_where_the_rule_allows_it_and_once(people) -> None:
    record = penalty(people, "警告", decided_on=Day(2026, 5, 1))
    application = accepted_repair(people, TODAY, record_id=record.pk)
    step = reverse("requests:step", args=["repairs", application.public_id, "extend"])
    assert step in page(people.approver, "requests:detail", "repairs", application.public_id)
    officer = browser(people.approver)
    assert officer.post(step, {"reason": "需要现场核查", "version": application.version}).status_code == 302
    application = RepairApplication.objects.get()
    assert application.promised_on == Day(2026, 6, 30)
    assert step not in page(people.approver, "requests:detail", "repairs", application.public_id)
    assert "延长一次：需要现场核查" in page(people.own, "my-requests:detail", "repairs", application.public_id)
    objection = accepted_objection(people, TODAY, record_id=record.pk)
    assert "steps/extend/" not in page(people.approver, "requests:detail", "objections", objection.public_id)


def test_the_subject_reads_until_when_to_hand_in(people) -> None:
    record = make_record(people.subject, department=people.department)
    objection = objection_file(
        subject_id=people.subject.pk, statement="有误", actor=people.own, on=TODAY, record_id=record.pk
    )
    objection_supplement(objection_id=objection.pk, wanted="鉴定意见", actor=people.handler, on=TODAY)
    assert "2026-06-15" in page(people.own, "my-requests:detail", "objections", objection.public_id)


def test_a_day_that_is_counted_from_acceptance_says_so_before(people) -> None:
    entry = entry_of(people, "mem-2023-11", "blacklist", Day(2026, 5, 20))
    application = repair_file(
        subject_id=people.subject.pk, statement="已整改", actor=people.own, on=TODAY, entry_id=entry.pk
    )
    assert "自受理之日起计算" in page(people.own, "my-requests:detail", "repairs", application.public_id)
