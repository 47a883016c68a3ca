"""What follows a draw: replacements, results, what the public sees when, what lies before whom."""

import datetime as dt

import pytest

from credit_site.selectors.duties import panels_of
from credit_site.selectors.queues import desk_of
from incentives.models import Inspection
from incentives.selectors.inspection_population import population_of
from incentives.selectors.inspection_redraw import redraw
from incentives.selectors.inspections import (
    InspectionWork,
    inspection_work,
    is_revealed,
    visits_public,
)
from incentives.services.inspection_draws import inspector_withdraw, visit_replace
from incentives.services.inspection_registers import conflict_add
from incentives.services.inspection_results import (
    Outcome,
    other_note,
    visit_correct,
    visit_publish,
    visit_record,
    visits_publish,
)
from registry.base.errors import Conflict, InvalidInput, NotAllowed, RuleRefused, TransitionRefused
from registry.models import Deadline, Event, Notice, Record
from registry.services.merging import subjects_merge
from registry.services.records import record_confirm, record_void
from tests.factories import make_department, make_subject
from tests.incentives.inspecting import LATER, MONDAY, TUESDAY, Bureau, refused, subjects
from tests.sanctions.case_world import activate

pytestmark = pytest.mark.django_db


# --- replacing


def test_a_drawn_subject_is_replaced_by_the_next_in_order_with_a_reason():
    bureau = Bureau()
    subjects(6)
    plan = bureau.drawn()
    visit, reviewer = plan.visits.order_by("place").first(), bureau.officer("reviewer")
    with refused(RuleRefused, "reason-missing"):
        visit_replace(visit_id=visit.pk, reason=" ", actor=reviewer, on=LATER)
    successor = visit_replace(visit_id=visit.pk, reason="已停业并迁出本县", actor=reviewer, on=LATER)
    visit.refresh_from_db()
    assert (visit.state, visit.replaced_on, visit.successor) == ("replaced", LATER, successor)
    assert (successor.place, successor.team.count()) == (4, 2)
    assert redraw(plan).problems == ()
    assert Event.objects.filter(name="inspection.replaced", text__contains="已停业并迁出本县").count() == 1
    with refused(TransitionRefused, "inspection-state"):
        visit_replace(visit_id=visit.pk, reason="再换", actor=reviewer, on=LATER)


def test_a_successor_whose_cap_was_used_meanwhile_is_passed_over():
    activate("county-default", MONDAY)
    bureau = Bureau()
    subjects(4)
    plan = bureau.drawn(total=1)
    drawn = plan.visits.get()
    rest = [each for each in population_of(plan, LATER).subjects.values() if each != drawn.subject_id]
    for pk in rest[:2]:
        other_note(
            subject_id=pk, source="complaint", inspected_on=LATER, summary="", actor=bureau.officer("handler"), on=LATER
        )
    successor = visit_replace(visit_id=drawn.pk, reason="停业", actor=bureau.officer("reviewer"), on=LATER)
    assert successor.subject_id == rest[2]


def test_nobody_left_leaves_the_place_empty_and_says_so():
    bureau = Bureau()
    subjects(1)
    visit = bureau.drawn(shares={"ungraded": 100}).visits.get()
    assert visit_replace(visit_id=visit.pk, reason="停业", actor=bureau.officer("reviewer"), on=LATER) is None
    assert "已无可以递补" in Event.objects.get(name="inspection.replaced").text


def test_an_inspector_withdraws_and_another_of_its_department_stands_in():
    bureau = Bureau(staff=3)
    subjects(1)
    plan = bureau.drawn(shares={"ungraded": 100})
    visit = plan.visits.get()
    leaving = visit.team.first().inspector
    joined = inspector_withdraw(
        visit_id=visit.pk,
        inspector_id=leaving.pk,
        reason="配偶在该单位任职",
        actor=bureau.officer("reviewer"),
        on=LATER,
    )
    assert joined.inspector not in {leaving, visit.team.all()[1].inspector}
    assert visit.team.filter(left_on=None).count() == 2
    assert redraw(plan).problems == ()
    with refused(RuleRefused, "nobody-free"):
        inspector_withdraw(
            visit_id=visit.pk,
            inspector_id=joined.inspector.pk,
            reason="出差",
            actor=bureau.officer("reviewer"),
            on=LATER,
        )


# --- results


def record_result(bureau: Bureau, visit: Inspection, result: str = "clean", summary: str = "", on: dt.date = LATER):
    return visit_record(visit_id=visit.pk, outcome=Outcome(on, result, summary), actor=bureau.officer("handler"), on=on)


def a_visit(bureau: Bureau) -> Inspection:
    subjects(1)
    return bureau.drawn(shares={"ungraded": 100}).visits.get()


def test_a_clean_visit_makes_no_record_and_is_due_to_be_public():
    bureau = Bureau()
    visit = record_result(bureau, a_visit(bureau))
    assert (visit.state, visit.record) == ("recorded", None)
    deadline = Deadline.objects.get(code="inspection-publicity")
    # 20 working days after Friday 2026-03-20, the Qingming holiday (Monday 6 April) left out: Monday 2026-04-20
    assert (deadline.due_on, deadline.is_assumed) == (dt.date(2026, 4, 20), True)


def test_a_finding_becomes_the_draft_of_a_record_and_nothing_more():
    bureau = Bureau()
    visit = record_result(bureau, a_visit(bureau), "pending", "未建立隐患排查台账")
    record = Record.objects.get()
    assert (visit.record, record.state, record.kind) == (record, "draft", "inspection")
    assert (record.occurred_on, record.subject) == (LATER, visit.subject)


@pytest.mark.parametrize(
    ("outcome", "code"),
    [
        (Outcome(LATER, "unheard-of"), "result-unknown"),
        (Outcome(MONDAY, "clean"), "inspected-outside"),
        (Outcome(LATER + dt.timedelta(days=1), "clean"), "inspected-outside"),
        (Outcome(LATER, "corrected", " "), "inspection-summary"),
    ],
)
def test_what_cannot_be_a_result_is_refused(outcome, code):
    bureau = Bureau()
    visit = a_visit(bureau)
    with refused(InvalidInput, code):
        visit_record(visit_id=visit.pk, outcome=outcome, actor=bureau.officer("handler"), on=LATER)


def test_a_conflict_that_turned_up_later_stops_the_result():
    bureau = Bureau()
    visit = a_visit(bureau)
    member = visit.team.first().inspector
    conflict_add(
        inspector_id=member.pk,
        subject_id=visit.subject_id,
        kind="kin",
        note="",
        actor=bureau.officer("handler"),
        on=TUESDAY,
    )
    with refused(RuleRefused, "conflict-in-team"):
        record_result(bureau, visit)


def test_a_result_is_public_from_its_publication_for_a_year():
    bureau = Bureau()
    visit = record_result(bureau, a_visit(bureau))
    assert not Inspection.objects.results_public(LATER).exists()
    (visit,) = visits_publish(visit_ids=[visit.pk], actor=bureau.officer("publisher"), on=LATER)
    assert visit.shown_until == dt.date(2027, 3, 20)
    assert Inspection.objects.results_public(dt.date(2027, 3, 20)).exists()
    assert not Inspection.objects.results_public(dt.date(2027, 3, 21)).exists()
    assert Deadline.objects.get(code="inspection-publicity").met_on == LATER
    assert Notice.objects.filter(kind="inspection.published", subject=visit.subject).count() == 1


def test_who_handles_does_not_publish():
    bureau = Bureau()
    visit = record_result(bureau, a_visit(bureau))
    with refused(NotAllowed, "role-missing"):
        visit_publish(visit_id=visit.pk, actor=bureau.officer("handler"), on=LATER)


def test_a_finding_whose_record_was_withdrawn_is_shown_no_more_without_any_job():
    bureau = Bureau()
    visit = record_result(bureau, a_visit(bureau), "pending", "未建立隐患排查台账")
    record_confirm(record_id=visit.record_id, version=None, actor=bureau.officer("reviewer"), on=LATER)
    visit_publish(visit_id=visit.pk, actor=bureau.officer("publisher"), on=LATER)
    assert Inspection.objects.results_public(LATER).exists()
    record_void(record_id=visit.record_id, reason="认定有误", version=None, actor=bureau.officer("approver"), on=LATER)
    assert not Inspection.objects.results_public(LATER).exists()


def test_a_finding_whose_record_was_voided_cannot_be_published():
    bureau = Bureau()
    visit = record_result(bureau, a_visit(bureau), "pending", "未建立隐患排查台账")
    record_void(record_id=visit.record_id, reason="认定有误", version=None, actor=bureau.officer("handler"), on=LATER)
    with refused(RuleRefused, "record-withdrawn"):
        visit_publish(visit_id=visit.pk, actor=bureau.officer("publisher"), on=LATER)


def test_a_wrong_result_is_corrected_with_a_reason_and_its_draft_goes():
    bureau = Bureau()
    visit = record_result(bureau, a_visit(bureau), "pending", "未建立隐患排查台账")
    visit_publish(visit_id=visit.pk, actor=bureau.officer("publisher"), on=LATER)
    visit = visit_correct(
        visit_id=visit.pk,
        outcome=Outcome(LATER, "clean"),
        reason="台账在另一处保存",
        actor=bureau.officer("handler"),
        on=LATER,
    )
    assert (visit.state, visit.published_on, visit.record) == ("recorded", None, None)
    assert Record.objects.get().state == "voided"
    assert Notice.objects.filter(kind="inspection.corrected").count() == 1
    assert Deadline.objects.filter(code="inspection-publicity", met_on=None, cancelled_on=None).count() == 1


def test_a_result_whose_record_is_a_fact_is_corrected_in_the_records_first():
    bureau = Bureau()
    visit = record_result(bureau, a_visit(bureau), "pending", "未建立隐患排查台账")
    record_confirm(record_id=visit.record_id, version=None, actor=bureau.officer("reviewer"), on=LATER)
    with refused(RuleRefused, "record-confirmed"):
        visit_correct(
            visit_id=visit.pk, outcome=Outcome(LATER, "clean"), reason="有误", actor=bureau.officer("handler"), on=LATER
        )


def test_a_stale_form_changes_nothing():
    bureau = Bureau()
    visit = a_visit(bureau)
    with refused(Conflict, "stale-version"):
        visit_record(
            visit_id=visit.pk, outcome=Outcome(LATER, "clean"), actor=bureau.officer("handler"), on=LATER, version=99
        )


# --- what the public sees when


def test_names_and_seed_are_public_from_their_day_on_and_not_before_the_draw():
    bureau = Bureau()
    subjects(4)
    plan = bureau.approved(reveal_on=LATER)
    assert not is_revealed(plan, LATER)
    plan = bureau.draw(plan)
    assert not is_revealed(plan, LATER - dt.timedelta(days=1))
    assert not visits_public(plan, LATER - dt.timedelta(days=1)).exists()
    assert is_revealed(plan, LATER)
    assert visits_public(plan, LATER).count() == 2


def test_merging_takes_visits_and_conflicts_along_and_the_draw_can_still_be_repeated():
    bureau = Bureau()
    loser = make_subject(uscc=None)
    plan = bureau.drawn(shares={"ungraded": 100})
    winner = make_subject()
    handler = bureau.officer("handler")
    for subject in (loser, winner):
        conflict_add(
            inspector_id=bureau.inspectors[0].pk, subject_id=subject.pk, kind="former", note="", actor=handler, on=LATER
        )
    subjects_merge(
        loser_id=loser.pk,
        winner_id=winner.pk,
        reason="重复登记",
        version=None,
        actor=bureau.officer("approver"),
        on=LATER,
    )
    assert plan.visits.get().subject == winner
    assert winner.inspector_conflicts.filter(ends_on=None).count() == 1
    assert redraw(plan).problems == ()


# --- what lies before whom


def test_the_workbench_counts_what_each_role_owes():
    bureau = Bureau()
    subjects(4)
    bureau.plan()
    bureau.approved()
    plan = bureau.drawn()
    record_result(bureau, plan.visits.first())
    of = bureau.department.pk
    assert inspection_work(of, LATER) == InspectionWork(1, 1, 1, 0, 1, 0)
    # the plan ends on 30 June, the result was due on 20 April
    assert inspection_work(of, dt.date(2026, 7, 1)) == InspectionWork(1, 1, 1, 1, 1, 1)
    assert inspection_work(None, LATER) == inspection_work(make_department().pk, LATER) == InspectionWork()
    handler, publisher = (desk_of(bureau.officer(role), dt.date(2026, 7, 1)) for role in ("handler", "publisher"))
    told = {duty.label: duty.value for panel in panels_of(handler) for duty in panel.duties}
    assert (told["待抽取的抽查计划"], told["检查期间已过、尚未检查"]) == ("1", "1")
    told = {duty.label: duty.value for panel in panels_of(publisher) for duty in panel.duties}
    assert (told["待公开的抽查结果"], told["抽查结果逾期未公开"]) == ("0", "1")
