"""Entries in force whose grounds change, and acts before the policy was in force."""

import datetime as dt
from decimal import Decimal

import pytest
from django.urls import reverse

from disclosure.models import Publication
from disclosure.services.publications import publication_correct
from registry import clock
from registry.base.errors import NotAllowed, RuleRefused
from registry.models import Deadline, Event, Notice, OrganizationRole, RoleGrant
from registry.rules.details import PenaltyInput, RecordInput
from registry.services.classifying import ItemCode, record_classify
from registry.services.records import record_correct, record_void
from sanctions.models import Candidate, Case
from sanctions.selectors.basis import entry_basis, groundless_entries
from sanctions.selectors.cases import case_facts
from sanctions.selectors.history import evaluate_subject
from sanctions.services import cases, defences
from sanctions.services.candidates import candidates_evaluate
from sanctions.services.case_evidence import case_evidence_add
from sanctions.services.entries import entry_end
from tests.factories import make_account, make_subject
from tests.sanctions.case_world import HEARD, MEM, OPENED, CaseWorld, a_file, add_penalty

pytestmark = pytest.mark.django_db

AFTER = dt.date(2026, 9, 1)
FIRST = dt.date(2023, 10, 1)  # mem-2023-11 is in force from this day (应急管理部令第11号 第二十三条)


@pytest.fixture
def world():
    return CaseWorld()


def void(record, world, on=AFTER):
    return record_void(record_id=record.pk, reason="复议撤销", version=None, actor=world.approver, on=on)


def make_principal(world, born_on=dt.date(1980, 1, 1)):
    person = make_subject("张三", kind="person", born_on=born_on)
    OrganizationRole(organization=world.subject, person=person, role="principal").save_by(None, reason="test")
    return person


# --- a ground goes while the entry runs


def test_voiding_the_only_ground_tells_the_department_at_once(world):
    entry = world.case("published").entry
    void(world.records[0], world)
    notice = Notice.objects.get(kind="entry.grounds-changed")
    assert (notice.department, notice.object_id) == (entry.department, entry.pk)
    assert "不再具备" in notice.body


def test_voiding_the_only_ground_takes_the_entry_off_the_public_pages(world):
    world.case("published")
    assert Publication.objects.visible(AFTER).filter(kind="entry").exists()
    void(world.records[0], world)
    assert not Publication.objects.visible(AFTER).filter(kind="entry").exists()


def test_a_publication_without_its_grounds_is_not_put_back_up(world):
    world.case("published")
    void(world.records[0], world)
    publication = Publication.objects.get(kind="entry")
    with pytest.raises(RuleRefused) as refusal:
        publication_correct(publication_id=publication.pk, reason="误撤", actor=world.publisher, on=AFTER)
    assert refusal.value.code == "grounds-lost"


def test_where_another_ground_carries_the_entry_it_stays_public_without_the_voided_one():
    world = CaseWorld(codes=("B1", "B2"))
    entry = world.case("published").entry
    void(world.records[0], world)
    assert entry_basis(entry, AFTER).stands
    publication = Publication.objects.get(kind="entry")
    assert publication.is_visible(AFTER)
    assert [each["number"] for each in publication.snapshot["grounds"]] == [world.records[1].number]
    assert Notice.objects.filter(kind="entry.grounds-changed").count() == 1


def test_reclassifying_the_ground_tells_the_department(world):
    entry = world.case("published").entry
    record_classify(record_id=world.records[0].pk, items=[], version=None, actor=world.reviewer, on=AFTER)
    assert Event.objects.filter(name="entry.grounds-changed", object_id=entry.pk).count() == 1


def test_classifying_that_leaves_the_entry_standing_tells_nobody(world):
    world.case("published")
    items = [ItemCode(MEM, "B1"), ItemCode(MEM, "B2")]
    record_classify(record_id=world.records[0].pk, items=items, version=None, actor=world.reviewer, on=AFTER)
    assert not Notice.objects.filter(kind="entry.grounds-changed").exists()


def test_who_was_told_that_the_conditions_are_gone_is_told_when_they_are_met_again(world):
    entry = world.case("published").entry
    for items in ([], [ItemCode(MEM, "B1")], [ItemCode(MEM, "B1"), ItemCode(MEM, "B2")]):
        record_classify(record_id=world.records[0].pk, items=items, version=None, actor=world.reviewer, on=AFTER)
    told = Event.objects.filter(name="entry.grounds-changed", object_id=entry.pk).order_by("pk")
    assert [event.payload["stands"] for event in told] == [False, True]


def test_an_entry_whose_conditions_are_met_again_is_not_among_the_groundless(world):
    entry = world.case("published").entry
    seen = []
    for items in ([], [ItemCode(MEM, "B1")]):
        record_classify(record_id=world.records[0].pk, items=items, version=None, actor=world.reviewer, on=AFTER)
        seen.append(entry in groundless_entries(AFTER))
    assert seen == [True, False]


def correct(record, world, on=AFTER):
    penalty = PenaltyInput(
        violation_type="无证生产", basis="演示依据", kinds=("罚款",), content="罚款二万元", fine=Decimal(20000)
    )
    content = RecordInput(
        kind="penalty", title="更正后的处罚", number=record.number, occurred_on=record.occurred_on,
        decided_on=record.decided_on, detail=penalty,
    )  # fmt: skip
    return record_correct(
        record_id=record.pk, department_id=record.department_id, content=content, reason="金额有误", version=None,
        actor=world.approver, on=on,
    )  # fmt: skip


def test_a_corrected_record_takes_the_place_of_the_old_one_and_is_told(world):
    entry = world.case("published").entry
    new = correct(world.records[0], world)
    assert set(entry.grounds.values_list("record_id", flat=True)) == {world.records[0].pk, new.pk}
    assert entry_basis(entry, AFTER).voided == ()
    assert entry_basis(entry, AFTER).stands
    assert Notice.objects.filter(kind="entry.grounds-changed").count() == 1


def test_a_corrected_record_lists_nobody_a_second_time(world):
    entry = world.case("published").entry
    correct(world.records[0], world)
    candidates_evaluate(subject=world.subject, actor=None, on=entry.ends_on)
    assert not Candidate.objects.filter(state="open").exists()


def test_a_person_found_to_have_been_under_age_is_told_of():
    world = CaseWorld()
    person = make_principal(world)
    case = world.case("published")
    carried = world.advance(Case.objects.get(parent=case), "published")
    person.born_on = dt.date(2008, 5, 21)  # 18 on the day after the act
    person.save_by(None, reason="test")
    candidates_evaluate(subject=person, actor=None, on=AFTER)
    assert not entry_basis(carried.entry, AFTER).stands


def test_revoking_the_organisations_entry_ends_the_persons(world):
    make_principal(world)
    case = world.case("published")
    carried = world.advance(Case.objects.get(parent=case), "published")
    entry_end(
        entry=case.entry,
        reason="revoked",
        ends_on=case.entry.starts_on,
        note="判决撤销",
        actor=world.approver,
        on=AFTER,
    )
    carried.entry.refresh_from_db()
    assert (carried.entry.end_reason, carried.entry.ends_on) == ("revoked", carried.entry.starts_on)
    assert not Publication.objects.visible(AFTER).filter(kind="entry").exists()


def test_a_wrong_entry_ends_before_the_end_decided_for_it(world):
    entry = world.case("published").entry
    later = dt.date(2026, 12, 1)
    entry_end(entry=entry, reason="repaired", ends_on=later, note="准予修复", actor=world.approver, on=AFTER)
    entry_end(entry=entry, reason="revoked", ends_on=AFTER, note="判决撤销", actor=world.approver, on=AFTER)
    assert not Publication.objects.visible(AFTER).filter(kind="entry").exists()


# --- what the subject was not heard about


def test_a_record_outside_the_case_does_not_stand_in_for_a_voided_ground(world):
    spare = add_penalty(world.subject, department=world.office, decided_on=world.decided, confirmed_on=world.decided)
    case = world.case("deliberated")
    record_classify(record_id=spare.pk, items=[ItemCode(MEM, "B2")], version=None, actor=world.reviewer, on=HEARD)
    void(world.records[0], world, on=HEARD)
    with pytest.raises(RuleRefused) as refusal:
        cases.case_decide(case_id=case.pk, actor=world.approver, on=HEARD)
    assert refusal.value.code == "no-longer-due"


def test_a_statement_after_a_waiver_is_heard_before_the_decision(world):
    case = world.case("noticed")
    world.serve(case)
    day = dt.date(2026, 6, 4)
    defences.defence_waive(case_id=case.pk, received_on=day, actor=world.handler, on=day)
    cases.case_deliberate(case_id=case.pk, minutes="一致同意", actor=world.handler, on=day)
    defences.defence_receive(case_id=case.pk, statement="事实不符", received_on=day, actor=world.handler, on=day)
    with pytest.raises(RuleRefused) as refusal:
        cases.case_decide(case_id=case.pk, actor=world.approver, on=day)
    assert refusal.value.code == "defence-undecided"


def test_a_year_loaded_later_never_shortens_the_defence_that_was_told(world):
    case = world.serve(world.case("noticed"))
    deadline = Deadline.objects.get(code="defence")
    deadline.due_on -= dt.timedelta(days=2)
    deadline.save_by(None, reason="test")
    assert case_facts(case, HEARD, None).defence_until == case.defence_until


# --- four eyes


def test_who_handled_the_case_before_may_not_review_it(world):
    both = make_account("reviewer", "handler", department=world.office)
    case = cases.case_open(candidate_id=world.candidate().pk, handler=both, actor=both, on=OPENED)
    case_evidence_add(case_id=case.pk, upload=a_file(), label="笔录", actor=both, on=OPENED)
    cases.case_evidence_complete(case_id=case.pk, actor=both, on=OPENED)
    cases.case_assign(case_id=case.pk, handler=world.handler, actor=world.approver, on=OPENED)
    with pytest.raises(NotAllowed) as refusal:
        cases.case_review(case_id=case.pk, actor=both, on=OPENED)
    assert refusal.value.code == "same-as-handler"


def test_who_examined_the_defence_may_not_decide(world):
    case = world.case("noticed")
    world.serve(case)
    world.defend(case)
    examiner = make_account("reviewer", "approver", department=world.office)
    defences.defence_decide(case_id=case.pk, is_upheld=False, reason="证据确凿", actor=examiner, on=HEARD)
    case = world.advance(case, "deliberated")
    with pytest.raises(NotAllowed) as refusal:
        cases.case_decide(case_id=case.pk, actor=examiner, on=HEARD)
    assert refusal.value.code == "same-as-reviewer"


def test_who_reviewed_the_organisation_may_not_decide_on_its_person(world):
    make_principal(world)
    case = world.case("decided")
    carried = world.advance(Case.objects.get(parent=case), "collected")
    reviewer = make_account("reviewer", department=world.office)
    cases.case_review(case_id=carried.pk, actor=reviewer, on=OPENED)
    carried = world.advance(carried, "deliberated")
    RoleGrant(account=world.reviewer, role="approver", starts_on=OPENED).save_by(None, reason="test")
    with pytest.raises(NotAllowed):
        cases.case_decide(case_id=carried.pk, actor=world.reviewer, on=HEARD)


def test_a_person_is_not_published_before_the_organisation(world):
    make_principal(world)
    case = world.case("decided")
    carried = world.advance(Case.objects.get(parent=case), "decided")
    with pytest.raises(RuleRefused) as refusal:
        cases.case_publish(case_id=carried.pk, actor=world.publisher, on=HEARD)
    assert refusal.value.code == "parent-undecided"


# --- the day of the conduct


def acted(world, day):
    record = world.records[0]
    record.occurred_on = day
    record.save_by(None, reason="test")
    return evaluate_subject(world.subject, world.policy, OPENED)


def test_conduct_on_the_policys_first_day_counts(world):
    assert "blacklist" in acted(world, FIRST).entry


def test_conduct_before_the_policys_first_day_lists_nobody_though_decided_later(world):
    assert acted(world, FIRST - dt.timedelta(days=1)).entry == {}


def test_the_reasons_name_the_record_and_the_day_that_lie_before_the_policy(world):
    notes = "".join(acted(world, FIRST - dt.timedelta(days=1)).notes)
    assert str(world.records[0]) in notes
    assert "2023-09-30" in notes


def test_without_a_day_of_conduct_the_day_of_the_decision_tells():
    world = CaseWorld(decided=FIRST - dt.timedelta(days=1))
    record = world.records[0]
    record.occurred_on = None
    record.save_by(None, reason="test")
    assert evaluate_subject(world.subject, world.policy, OPENED).entry == {}


def test_the_entrys_page_says_that_its_ground_is_void(world, client):
    on = clock.today()
    entry = world.case("published").entry
    void(world.records[0], world, on=on)
    client.force_login(world.approver)
    page = client.get(reverse("sanctions:entry-detail", args=[entry.public_id])).content.decode()
    assert "列入条件现在不再具备" in page
