"""Breaches: told, heard, dropped or found; a breach found is a record and lists nobody; wrong ones are put right."""

import datetime as dt

import pytest
from django.urls import reverse

from incentives.models import Commitment
from incentives.rules.texts import BREACH_AFTER
from incentives.services.breaches import breach_drop, breach_find, breach_hear, breach_notice, breach_state
from registry.base.errors import InvalidInput, NotAllowed, RuleRefused
from registry.models import Document, Notice, PolicyActivation, Record
from registry.services.records import record_void
from repair.selectors.verdicts import repair_standing
from sanctions.models import Case, ListEntry
from tests.factories import make_account, make_department, make_subject
from tests.incentives.promising import make_people, promise, sign

pytestmark = pytest.mark.django_db
Day = dt.date
MISSED, UNTIL, FIRST = Day(2026, 6, 23), Day(2026, 6, 30), Day(2026, 7, 1)


def noticed(people, commitment=None, on=MISSED, until=UNTIL):
    commitment = commitment or promise(people)
    return breach_notice(
        commitment_id=commitment.pk, reason="验收报告逾期未补齐", until=until, actor=people.handler, on=on
    )


def find(people, commitment, on=FIRST, actor=None):
    return breach_find(commitment_id=commitment.pk, reason="验收报告逾期未补齐", actor=actor or people.approver, on=on)


def test_a_missed_promise_becomes_a_record_of_the_department_under_the_packs_item():
    people = make_people()
    commitment = find(people, noticed(people))
    record = commitment.breach_record
    assert (record.kind, record.state, record.department) == ("commitment-broken", "confirmed", people.department)
    assert record.number == commitment.breach_document.number
    # Missed on the day after the last day, found on the day of the finding.
    assert (record.occurred_on, record.decided_on) == (Day(2026, 6, 23), FIRST)
    assert [(each.pack_id, each.code) for each in record.items.all()] == [("county-default", "missing-papers-overdue")]
    assert record.evidence.get().label == "违诺认定书"
    assert (commitment.state, commitment.closed_on) == ("broken", FIRST)


def test_other_commitments_fall_under_the_other_item():
    people = make_people()
    record = find(people, noticed(people, sign(people))).breach_record
    assert [each.code for each in record.items.all()] == ["commitment-broken"]


def test_a_breach_lists_nobody():
    people = make_people()
    find(people, noticed(people))
    assert not ListEntry.objects.exists()
    assert not Case.objects.exists()


def test_the_subject_is_told_with_paper_before_and_after():
    people = make_people()
    find(people, noticed(people))
    assert list(Document.objects.order_by("pk").values_list("title", flat=True)) == ["拟认定违诺告知书", "违诺认定书"]
    told = Notice.objects.filter(subject=people.subject, kind__in=["commitment.notice", "commitment.break"])
    assert "2026-06-30" in told.get(kind="commitment.notice").body
    assert "行政复议" in told.get(kind="commitment.break").body


def test_papers_and_pages_say_the_same_of_what_follows_a_breach(client):
    people = make_people()
    commitment = find(people, noticed(people))
    told = Notice.objects.get(kind="commitment.break").body
    standing = repair_standing(people.subject, record=commitment.breach_record, on=FIRST)
    client.force_login(people.own)
    own = client.get(reverse("my-commitments:detail", args=[commitment.public_id])).content.decode()
    record = client.get(reverse("portal:record", args=[commitment.breach_record.public_id])).content.decode()
    assert standing.verdict is None
    assert standing.sentences == (BREACH_AFTER,)
    for said in (told, own, record):
        assert "没有规定违诺记录如何修复" in said
        assert "可以申请信用修复" not in said


def test_the_notice_names_its_basis():
    people = make_people()
    noticed(people)
    assert "依据：《" in Notice.objects.get(kind="commitment.notice").body


# Tuesday 2026-06-23 is the day of the notice: 24, 25 and 26 June are the three working days (assumed).
def test_there_are_at_least_three_working_days_for_a_statement():
    people = make_people()
    commitment = promise(people)
    with pytest.raises(InvalidInput, match="最早填2026-06-26"):
        noticed(people, commitment, until=Day(2026, 6, 25))
    assert noticed(people, commitment, until=Day(2026, 6, 26)).statement_until == Day(2026, 6, 26)


def test_a_breach_is_not_found_before_the_time_for_a_statement_is_over():
    people = make_people()
    commitment = noticed(people)
    with pytest.raises(RuleRefused, match="2026-06-30（含）"):
        find(people, commitment, on=UNTIL)
    breach_state(commitment_id=commitment.pk, statement="正在补办", is_waived=False, actor=people.own, on=MISSED)
    with pytest.raises(RuleRefused):
        find(people, commitment, on=UNTIL)
    assert not Record.objects.exists()


def test_an_express_waiver_shortens_the_time():
    people = make_people()
    commitment = noticed(people)
    breach_state(commitment_id=commitment.pk, statement="", is_waived=True, actor=people.own, on=MISSED)
    assert find(people, commitment, on=Day(2026, 6, 24)).state == "broken"


def test_a_statement_after_a_waiver_takes_it_back():
    people = make_people()
    commitment = noticed(people)
    for statement, waived in (("", True), ("还是要说明", False)):
        breach_state(commitment_id=commitment.pk, statement=statement, is_waived=waived, actor=people.own, on=MISSED)
    with pytest.raises(RuleRefused):
        find(people, commitment, on=UNTIL)


def test_a_statement_is_in_time_through_the_last_day():
    people = make_people()
    commitment = noticed(people)
    with pytest.raises(RuleRefused, match="已于2026-06-30届满"):
        breach_state(commitment_id=commitment.pk, statement="迟了", is_waived=False, actor=people.own, on=FIRST)
    heard = breach_hear(
        commitment_id=commitment.pk, statement="书面说明", is_waived=False, received_on=UNTIL, actor=people.handler,
        on=FIRST,
    )  # fmt: skip
    assert (heard.stated_on, heard.statement) == (UNTIL, "（2026-06-30）书面说明")


@pytest.mark.parametrize(("statement", "waived"), [("", False), ("说明", True)])
def test_either_a_statement_or_a_waiver(statement, waived):
    people = make_people()
    commitment = noticed(people)
    with pytest.raises(InvalidInput, match="只选其一"):
        breach_state(commitment_id=commitment.pk, statement=statement, is_waived=waived, actor=people.own, on=MISSED)


def test_a_notice_leaves_time():
    people = make_people()
    with pytest.raises(InvalidInput, match="至少留出3个工作日"):
        noticed(people, until=MISSED)


def test_a_false_alarm_is_taken_back_with_its_reason():
    people = make_people()
    commitment = noticed(people)
    with pytest.raises(RuleRefused, match="理由"):
        breach_drop(commitment_id=commitment.pk, reason="", actor=people.reviewer, on=MISSED)
    breach_drop(commitment_id=commitment.pk, reason="材料已于期限内寄达", actor=people.reviewer, on=MISSED)
    commitment.refresh_from_db()
    assert commitment.state == "signed"
    assert not Record.objects.exists()
    assert "寄达" in Notice.objects.get(subject=people.subject, kind="commitment.drop").body


def test_who_told_the_subject_does_not_find_the_breach_and_handlers_never_do():
    people = make_people()
    both = make_account("handler", "approver", department=people.department)
    commitment = breach_notice(commitment_id=promise(people).pk, reason="逾期", until=UNTIL, actor=both, on=MISSED)
    with pytest.raises(NotAllowed, match="另一名审批人员"):
        find(people, commitment, actor=both)
    with pytest.raises(NotAllowed, match="审批"):
        find(people, commitment, actor=people.handler)
    with pytest.raises(NotAllowed, match="其他部门"):
        find(people, commitment, actor=make_account("approver", department=make_department()))


def test_nobody_makes_a_statement_for_another():
    people = make_people()
    stranger = make_account("subject", subject=make_subject())
    with pytest.raises(NotAllowed, match="本单位"):
        breach_state(commitment_id=noticed(people).pk, statement="x", is_waived=False, actor=stranger, on=MISSED)


def test_a_broken_commitment_is_public_no_more_from_that_day():
    people = make_people()
    commitment = sign(people)
    find(people, noticed(people, commitment))
    assert Commitment.objects.public(UNTIL).exists()
    assert not Commitment.objects.public(FIRST).exists()


def test_when_the_record_is_voided_the_commitment_runs_again():
    people = make_people()
    commitment = find(people, noticed(people, sign(people)))
    record_void(record_id=commitment.breach_record_id, reason="认定有误", version=None, actor=people.approver, on=FIRST)
    commitment.refresh_from_db()
    assert (commitment.state, commitment.breach_record, commitment.closed_on) == ("signed", None, None)
    assert Commitment.objects.public(FIRST).get() == commitment


def test_when_the_record_is_voided_after_a_new_one_was_signed_the_old_one_stays_over():
    people = make_people()
    broken = find(people, noticed(people, sign(people)))
    new = sign(people, on=FIRST)
    record_void(record_id=broken.breach_record_id, reason="认定有误", version=None, actor=people.approver, on=FIRST)
    broken.refresh_from_db()
    assert broken.state == "ended"
    assert Commitment.objects.get(state="signed") == new


def test_a_breach_of_a_pack_that_runs_no_more_waits_for_an_officers_classification():
    people = make_people()
    commitment = noticed(people)
    activation = PolicyActivation.objects.get()
    activation.ends_on = UNTIL
    activation.save_by(None, reason="test")
    record = find(people, commitment).breach_record
    assert (record.items.count(), record.is_classified) == (0, False)
