"""The subject's statement and waiver, and what follows from their examination."""

import datetime as dt

import pytest
from docx import Document as Docx

from registry.base.errors import Conflict, InvalidInput, NotAllowed, RuleRefused, TransitionRefused
from registry.models import Deadline, Event, Notice
from sanctions.models import Candidate, Case
from sanctions.selectors.cases import case_list
from sanctions.services import cases, defences
from sanctions.services.candidates import candidates_evaluate
from tests.factories import make_account
from tests.sanctions.case_world import DEFENCE_UNTIL, HEARD, SERVED, CaseWorld, a_file, add_penalty

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return CaseWorld()


@pytest.fixture
def served(world):
    return world.serve(world.case("noticed"))


def test_a_statement_before_service_is_refused(world):
    case = world.case("noticed")
    with pytest.raises(RuleRefused) as refusal:
        world.defend(case)
    assert refusal.value.code == "not-served"


def test_a_statement_needs_words(world, served):
    with pytest.raises(InvalidInput) as refusal:
        world.defend(served, " ")
    assert refusal.value.field == "statement"


@pytest.mark.parametrize("received_on", [SERVED - dt.timedelta(days=1), HEARD + dt.timedelta(days=1)])
def test_a_statement_is_received_between_service_and_today(world, served, received_on):
    with pytest.raises(InvalidInput) as refusal:
        defences.defence_receive(
            case_id=served.pk, statement="不符", received_on=received_on, actor=world.handler, on=HEARD
        )
    assert refusal.value.field == "received_on"


def test_a_statement_meets_the_defence_deadline(world, served):
    world.defend(served)
    assert Deadline.objects.get(code="defence", object_id=served.pk).met_on == SERVED


def test_a_statement_is_recorded_once(world, served):
    world.defend(served)
    with pytest.raises(Conflict) as refusal:
        world.defend(served, "再次陈述")
    assert refusal.value.code == "defence-doubled"


def test_a_waiver_may_still_be_turned_into_a_statement(world, served):
    defences.defence_waive(case_id=served.pk, received_on=SERVED, actor=world.handler, on=SERVED)
    world.defend(served)
    served.refresh_from_db()
    assert served.defence.is_waived is False


def test_a_late_statement_is_heard_and_marked_late(world, served):
    defences.defence_receive(case_id=served.pk, statement="不符", received_on=HEARD, actor=world.handler, on=HEARD)
    assert Event.objects.get(name="case.defend").payload["is_late"] is True


def test_the_original_is_kept(world, served):
    defence = defences.defence_receive(
        case_id=served.pk, statement="不符", received_on=SERVED, actor=world.handler, on=SERVED, upload=a_file()
    )
    assert defence.attachment.name == "笔录.pdf"


def test_a_waiver_ends_the_waiting(world, served):
    defences.defence_waive(case_id=served.pk, received_on=SERVED, actor=world.handler, on=SERVED)
    case = cases.case_deliberate(case_id=served.pk, minutes="同意", actor=world.handler, on=SERVED)
    assert case.state == "deliberated"


def test_an_unexamined_statement_stops_the_case_even_after_the_period(world, served):
    world.defend(served)
    with pytest.raises(RuleRefused) as refusal:
        cases.case_deliberate(case_id=served.pk, minutes="同意", actor=world.handler, on=HEARD)
    assert refusal.value.code == "defence-undecided"


def test_the_handler_does_not_examine_the_statement(world):
    both = make_account("handler", "reviewer", department=world.office)
    world.handler = both
    case = world.serve(world.case("noticed"))
    world.defend(case)
    with pytest.raises(NotAllowed) as refusal:
        defences.defence_decide(case_id=case.pk, is_upheld=False, reason="不成立", actor=both, on=SERVED)
    assert refusal.value.code == "same-as-handler"


def test_examination_without_a_statement_is_refused(world, served):
    with pytest.raises(Conflict) as refusal:
        defences.defence_decide(case_id=served.pk, is_upheld=True, reason="成立", actor=world.reviewer, on=SERVED)
    assert refusal.value.code == "no-pending-defence"


def test_examination_needs_a_reason(world, served):
    world.defend(served)
    with pytest.raises(RuleRefused) as refusal:
        defences.defence_decide(case_id=served.pk, is_upheld=False, reason="", actor=world.reviewer, on=SERVED)
    assert refusal.value.code == "reason-missing"


def test_a_rejected_statement_lets_the_case_go_on_within_the_period(world, served):
    world.defend(served)
    defences.defence_decide(case_id=served.pk, is_upheld=False, reason="有书证", actor=world.reviewer, on=SERVED)
    case = cases.case_deliberate(case_id=served.pk, minutes="同意", actor=world.handler, on=DEFENCE_UNTIL)
    assert case.state == "deliberated"


def test_a_rejected_statement_is_answered_with_a_document(world, served):
    world.defend(served)
    case = defences.defence_decide(case_id=served.pk, is_upheld=False, reason="有书证", actor=world.reviewer, on=SERVED)
    assert case.documents.get(step="defence").document.title == "陈述申辩审查意见书"


@pytest.fixture
def upheld(world, served):
    world.defend(served)
    return defences.defence_decide(
        case_id=served.pk, is_upheld=True, reason="处罚对象有误", actor=world.reviewer, on=SERVED
    )


def test_an_upheld_statement_ends_the_case(upheld):
    assert (upheld.state, upheld.dropped_on) == ("dropped", SERVED)
    assert "处罚对象有误" in upheld.drop_reason


def test_after_an_upheld_statement_no_step_is_left(world, upheld):
    with pytest.raises(TransitionRefused):
        cases.case_decide(case_id=upheld.pk, actor=world.approver, on=HEARD)


def test_an_upheld_statement_is_told_to_the_subject(world, upheld):
    notice = Notice.objects.get(kind="case.dropped")
    assert notice.subject == world.subject
    assert "处罚对象有误" in notice.body


def test_an_upheld_statement_closes_the_candidate_for_good_on_these_grounds(world, upheld):
    candidates_evaluate(subject=world.subject, actor=None, on=HEARD)
    assert not Candidate.objects.filter(state="open").exists()


def test_new_grounds_after_an_upheld_statement_raise_a_candidate(world, upheld):
    add_penalty(world.subject, "B2", department=world.office, decided_on=SERVED)
    candidates_evaluate(subject=world.subject, actor=None, on=HEARD)
    assert Candidate.objects.get(state="open").list_code == "blacklist"


def test_a_new_ground_found_while_the_case_ran_raises_a_candidate_when_it_ends(world, served):
    add_penalty(world.subject, "B2", department=world.office, decided_on=SERVED)
    candidates_evaluate(subject=world.subject, actor=None, on=SERVED)
    assert not Candidate.objects.filter(state="open").exists()
    cases.case_drop(case_id=served.pk, reason="证据不足", actor=world.approver, on=HEARD)
    assert Candidate.objects.filter(state="open").count() == 1
    assert Case.objects.count() == 1


def test_the_subjects_own_period_is_no_overdue_work_of_the_office(served):
    # Not the 10th, when the subject's period ends, but the deliberation's: 10 working days later, without the 19th.
    assert case_list(query=served.number).get().next_due_on == dt.date(2026, 6, 25)


# --- the wish to be heard in person


@pytest.fixture
def asking(world):
    """A served case whose subject asks to be heard in person."""
    case = world.serve(world.case("noticed"))
    defences.defence_receive(
        case_id=case.pk, statement="事实不符", received_on=SERVED, wants_hearing=True, actor=world.handler, on=SERVED
    )
    return case


def test_an_unanswered_wish_to_be_heard_keeps_a_statement_from_being_found_groundless(world, asking):
    with pytest.raises(RuleRefused, match="还没有答复") as refusal:
        defences.defence_decide(case_id=asking.pk, is_upheld=False, reason="不成立", actor=world.reviewer, on=HEARD)
    assert refusal.value.code == "hearing-unanswered"


def test_a_statement_may_be_found_right_without_a_hearing(world, asking):
    case = defences.defence_decide(case_id=asking.pk, is_upheld=True, reason="有书证", actor=world.reviewer, on=HEARD)
    assert case.state == "dropped"


def test_a_hearing_is_held_by_somebody_else_than_the_handler_and_stands_in_the_documents(world, asking):
    held = {"case_id": asking.pk, "is_held": True, "heard_on": dt.date(2026, 6, 8), "text": "主持人、当事人到场"}
    with pytest.raises(NotAllowed):
        defences.hearing_answer(**held, actor=world.handler, on=HEARD)
    defences.hearing_answer(**held, actor=world.reviewer, on=HEARD)
    defences.defence_decide(case_id=asking.pk, is_upheld=False, reason="不成立", actor=world.reviewer, on=HEARD)
    decided = world.advance(asking, "decided")
    texts = {}
    for item in decided.documents.select_related("document__attachment"):
        with item.document.attachment.file.open() as file:
            texts[item.step] = "".join(paragraph.text for paragraph in Docx(file).paragraphs)
    assert "主持人、当事人到场" in texts["defence"]
    assert "于2026年6月8日当面听取了你（单位）的意见" in texts["decide"]


def test_a_refused_hearing_is_told_with_its_reason(world, asking):
    defences.hearing_answer(
        case_id=asking.pk, is_held=False, heard_on=None, text="不属于听证范围", actor=world.reviewer, on=HEARD
    )
    told = Notice.objects.get(kind="case.heard", subject=asking.subject)
    assert "不举行听证（当面陈述）：不属于听证范围" in told.body
    with pytest.raises(Conflict):
        defences.hearing_answer(
            case_id=asking.pk, is_held=False, heard_on=None, text="再次答复", actor=world.reviewer, on=HEARD
        )


@pytest.mark.parametrize("day", [None, dt.date(2026, 6, 2), dt.date(2026, 6, 12)])
def test_a_hearing_is_held_between_the_statement_and_today(world, asking, day):
    with pytest.raises(InvalidInput) as refusal:
        defences.hearing_answer(
            case_id=asking.pk, is_held=True, heard_on=day, text="笔录", actor=world.reviewer, on=HEARD
        )
    assert refusal.value.field == "heard_on"
