"""Random inspections as services: who may do what when, the draw, its repetition, and what may change of it."""

import datetime as dt
import hashlib
import re
import uuid

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from incentives.models import Inspection, InspectionPlan, InspectionTeam, InspectionYear, TierAssessment
from incentives.rules.draw import commitment_of
from incentives.selectors.inspection_population import cap_state, population_of
from incentives.selectors.inspection_redraw import population_content, redraw
from incentives.selectors.inspection_years import workdays_of
from incentives.selectors.inspections import is_revealed, plans_visible_to, visits_public
from incentives.services.inspection_draws import inspector_withdraw, visit_replace
from incentives.services.inspection_plans import plan_approve, plan_cancel, plan_update
from incentives.services.inspection_registers import conflict_add, conflict_end, inspector_end, matter_end
from incentives.services.inspection_results import (
    Outcome,
    other_note,
    visit_correct,
    visit_publish,
    visit_record,
    visits_publish,
)
from incentives.services.inspection_years import YearFigures, year_approve, year_reopen, year_set
from registry.base.errors import Conflict, InvalidInput, NotAllowed, RuleRefused, TransitionRefused
from registry.base.personal_data import text_seal
from registry.models import Deadline, Event, Notice, PolicyVersion, Record
from registry.rules.synthetic import make_uscc
from registry.services.merging import subjects_merge
from registry.services.records import record_confirm, record_void
from tests.factories import make_account, make_department, make_subject
from tests.incentives.inspecting import FIRST, LAST, LATER, MONDAY, TUESDAY, Bureau, subjects
from tests.sanctions.case_world import activate

pytestmark = pytest.mark.django_db


def refused(error: type[Exception], code: str):
    return pytest.raises(error, check=lambda raised: raised.code == code)


# --- the year


def test_the_year_is_approved_by_another_officer_and_then_stands():
    bureau = Bureau()
    row = bureau.year(approved=False)
    both = make_account("handler", "approver", department=bureau.department)
    InspectionYear.objects.get(pk=row.pk)
    with refused(NotAllowed, "role-missing"):
        year_approve(year_id=row.pk, actor=bureau.officer("handler"), on=MONDAY)
    year_approve(year_id=row.pk, actor=both, on=MONDAY)
    with refused(TransitionRefused, "year-approved"):
        year_set(year=2026, figures=YearFigures(5, 0, 0), actor=bureau.officer("handler"), on=MONDAY)
    with refused(RuleRefused, "reason-missing"):
        year_reopen(year_id=row.pk, reason=" ", actor=both, on=MONDAY)
    year_reopen(year_id=row.pk, reason="人员调整", actor=both, on=MONDAY)
    year_set(year=2026, figures=YearFigures(5, 0, 0), actor=bureau.officer("handler"), on=MONDAY)


def test_who_made_the_year_does_not_approve_it():
    bureau = Bureau()
    both = make_account("handler", "approver", department=bureau.department)
    row = year_set(year=2026, figures=YearFigures(4, 0, 0), actor=both, on=MONDAY)
    with refused(NotAllowed, "same-as-maker"):
        year_approve(year_id=row.pk, actor=both, on=MONDAY)


def test_more_other_work_than_there_are_days_is_refused():
    # 248 working days of 2026 × 1 person = 248 person-days
    with refused(InvalidInput, "workdays-negative"):
        year_set(year=2026, figures=YearFigures(1, 200, 49), actor=Bureau().officer("handler"), on=MONDAY)


def test_another_department_approves_nothing_here():
    bureau, other = Bureau(), make_account("approver", department=make_department())
    with refused(NotAllowed, "other-department"):
        year_approve(year_id=bureau.year(approved=False).pk, actor=other, on=MONDAY)


# --- the plan


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"title": " "}, "title-missing"),
        ({"matters": []}, "matters-missing"),
        ({"starts_on": LAST, "ends_on": FIRST}, "ends_on-before-start"),
        ({"ends_on": dt.date(2027, 1, 4)}, "starts_on-other-year"),
        ({"reveal_on": dt.date(2026, 7, 1)}, "reveal_on-outside"),
        ({"shares": {"ungraded": 0}}, "total-no-share"),
        ({"shares": {"ungraded": 101}}, "total-share-wrong"),
        ({"total": 0}, "total-none"),
        ({"each": 1}, "each-too-few"),
        ({"most": 0}, "most-none"),
    ],
)
def test_what_cannot_be_planned_is_refused_with_its_field(changes, code):
    with refused(InvalidInput, code):
        Bureau().plan(**changes)


def test_a_matter_off_the_list_cannot_be_planned():
    bureau = Bureau()
    bureau.year()
    matter_end(matter_id=bureau.matter.pk, actor=bureau.officer("handler"), on=MONDAY)
    with refused(InvalidInput, "matters-missing"):
        bureau.plan()


def test_a_plan_needs_an_approved_year():
    bureau = Bureau()
    subjects(4)
    bureau.year(approved=False)
    with refused(RuleRefused, "year-not-approved"):
        bureau.approved()


def test_a_plan_that_draws_nobody_is_not_approved():
    with refused(RuleRefused, "nobody-to-draw"):
        Bureau().approved()


def test_a_plan_takes_no_more_days_than_the_year_has_left():
    # 248 × 1 − 200 − 46 = 2 person-days; two visits by two inspectors of one day each take 4
    bureau = Bureau()
    subjects(4)
    bureau.year(people=1, other=200, idle=46)
    with refused(RuleRefused, "workdays-exceeded"):
        bureau.approved()


def test_approved_plans_are_counted_in_the_year():
    bureau = Bureau()
    subjects(4)
    plan = bureau.approved()
    # half of four subjects, two inspectors each, one day: 4 person-days
    assert (plan.expected, workdays_of(plan.year).planned) == (2, 4)


def test_a_plan_needs_inspectors_for_its_visits():
    bureau = Bureau(staff=2)
    subjects(4)
    with refused(RuleRefused, "inspectors-too-few"):
        bureau.approved(most=1)


def test_who_drafted_does_not_approve_and_who_approved_does_not_draw():
    bureau = Bureau()
    subjects(4)
    both = make_account("handler", "approver", department=bureau.department)
    plan = bureau.plan()
    InspectionPlan.objects.get(pk=plan.pk)
    plan_approve(plan_id=plan.pk, actor=both, on=MONDAY)
    bureau.accounts["handler"] = both
    with refused(NotAllowed, "same-as-approver"):
        bureau.draw(plan)


def test_an_approved_plan_is_changed_no_more():
    bureau = Bureau()
    subjects(4)
    plan = bureau.approved()
    with refused(TransitionRefused, "inspection-state"):
        plan_update(plan_id=plan.pk, content=bureau.content(most=9), actor=bureau.officer("handler"), on=MONDAY)


def test_the_digest_is_public_at_approval_and_the_seed_is_sealed_until_the_draw():
    bureau = Bureau()
    subjects(4)
    plan = bureau.approved()
    assert (plan.state, plan.seed) == ("approved", "")
    assert re.fullmatch("[0-9a-f]{64}", plan.seed_hash)
    plan = bureau.draw(plan)
    assert plan.seed not in plan.seed_sealed
    assert commitment_of(plan.seed) == plan.seed_hash
    told = Event.objects.filter(name__startswith="inspection-plan")
    assert not any(plan.seed in f"{event.text}{event.payload}" for event in told)


def test_a_cancelled_plan_stays_with_its_reason_and_its_seed_is_never_opened():
    bureau = Bureau()
    subjects(4)
    plan = plan_cancel(plan_id=bureau.approved().pk, reason="并入专项检查", actor=bureau.officer("approver"), on=MONDAY)
    assert (plan.state, plan.seed, plan.cancel_reason) == ("cancelled", "", "并入专项检查")
    with refused(TransitionRefused, "inspection-state"):
        bureau.draw(plan)


# --- the draw


def test_the_draw_waits_until_the_digest_was_public_for_a_day():
    bureau = Bureau()
    subjects(4)
    plan = bureau.approved()
    with refused(RuleRefused, "draw-too-early"):
        bureau.draw(plan, MONDAY)
    assert bureau.draw(plan, TUESDAY).state == "drawn"


def test_no_draw_after_the_plans_last_day():
    bureau = Bureau()
    subjects(4)
    plan = bureau.approved()
    with refused(RuleRefused, "draw-too-late"):
        bureau.draw(plan, LAST + dt.timedelta(days=1))


def test_a_plan_is_drawn_once():
    bureau = Bureau()
    subjects(4)
    plan = bureau.drawn()
    with refused(TransitionRefused, "inspection-state"):
        bureau.draw(plan, LATER)


def test_the_draw_meets_its_share_and_gives_each_two_inspectors():
    bureau = Bureau()
    subjects(9)
    plan = bureau.drawn()
    # 50 % of 9 is 4.5 and rounds up
    assert plan.quotas == {"ungraded": 5}
    assert [visit.team.count() for visit in plan.visits.all()] == [2] * 5
    assert set(plan.visits.values_list("state", "version")) == {("assigned", 1)}
    assert Inspection.history.count() == 5
    assert InspectionTeam.history.count() == 10


def test_persons_the_dissolved_and_the_merged_are_not_drawn():
    bureau = Bureau()
    wanted = subjects(2)
    make_subject(kind="person")
    make_subject(status="cancelled")
    make_subject(merged_into=wanted[0], status="merged")
    assert {visit.subject for visit in bureau.drawn(shares={"ungraded": 100}).visits.all()} == set(wanted)


def test_the_population_is_narrowed_by_each_filter():
    bureau = Bureau()
    wanted = make_subject(category="enterprise", sectors=["machinery"], risk="larger", industry="机械制造")
    for other in ({"category": "cooperative"}, {"sectors": ["commerce"]}, {"risk": "low"}, {"industry": "餐饮"}):
        make_subject(
            **({"category": "enterprise", "sectors": ["machinery"], "risk": "larger", "industry": "机械制造"} | other)
        )
    plan = bureau.plan(categories=["enterprise"], sectors=["machinery"], risks=["larger"], industry="机械")
    assert list(population_of(plan, MONDAY).subjects.values()) == [wanted.pk]


def test_nobody_is_drawn_beyond_the_yearly_cap_over_all_sources():
    # county-default: without a registered grade the smallest cap of other sectors, 1 a year
    activate("county-default", MONDAY)
    bureau = Bureau()
    full, free = subjects(2)
    handler = bureau.officer("handler")
    other_note(subject_id=full.pk, source="complaint", inspected_on=MONDAY, summary="", actor=handler, on=MONDAY)
    plan = bureau.drawn(shares={"ungraded": 100})
    assert [visit.subject for visit in plan.visits.all()] == [free]
    assert plan.short == {"ungraded": 1}
    # the planned visit counts for the next plan too
    with refused(RuleRefused, "nobody-to-draw"):
        bureau.draw(bureau.approved(shares={"ungraded": 100}))


def test_what_was_ordered_from_above_does_not_count_nor_does_another_year():
    activate("county-default", MONDAY)
    bureau, subject = Bureau(), make_subject()
    handler = bureau.officer("handler")
    for source, day in (("ordered-from-above", MONDAY), ("key", dt.date(2025, 12, 31))):
        other_note(subject_id=subject.pk, source=source, inspected_on=day, summary="", actor=handler, on=MONDAY)
    assert cap_state(subject, 2026, MONDAY).used == 0
    assert bureau.drawn(shares={"ungraded": 100}).visits.count() == 1


def test_what_happened_beyond_the_cap_is_noted_and_says_so():
    activate("county-default", MONDAY)
    bureau, subject = Bureau(), make_subject()
    for _ in range(2):
        other_note(
            subject_id=subject.pk, source="complaint", inspected_on=MONDAY, summary="", actor=bureau.officer("handler"),
            on=MONDAY,
        )  # fmt: skip
    assert cap_state(subject, 2026, MONDAY).is_beyond
    assert "超过上限1次" in Event.objects.filter(name="inspection.noted").latest("id").text


def test_no_conflicted_pair_is_drawn_and_ended_conflicts_do_not_count():
    bureau = Bureau()
    made = subjects(6)
    handler = bureau.officer("handler")
    first, second = bureau.inspectors[:2]
    for subject in made:
        conflict_add(inspector_id=first.pk, subject_id=subject.pk, kind="former", note="", actor=handler, on=MONDAY)
    row = conflict_add(inspector_id=second.pk, subject_id=made[0].pk, kind="kin", note="", actor=handler, on=MONDAY)
    conflict_end(conflict_id=row.pk, actor=handler, on=MONDAY)
    bureau.drawn(shares={"ungraded": 100})
    assert not InspectionTeam.objects.filter(inspector=first).exists()
    assert InspectionTeam.objects.filter(inspector=second).exists()


def test_a_draw_that_leaves_somebody_without_inspectors_is_refused_whole():
    bureau, subject = Bureau(staff=2), make_subject()
    plan = bureau.approved(shares={"ungraded": 100})
    conflict_add(
        inspector_id=bureau.inspectors[0].pk, subject_id=subject.pk, kind="kin", note="", actor=bureau.officer("handler"),
        on=MONDAY,
    )  # fmt: skip
    with refused(RuleRefused, "inspectors-too-few"):
        bureau.draw(plan)
    assert not Inspection.objects.exists()


def test_only_certified_and_qualified_inspectors_are_drawn():
    bureau = Bureau(staff=0)
    subjects(4)
    able = {bureau.add_inspector(qualifications=["machinery"]).pk for _ in range(2)}
    bureau.add_inspector(qualifications=["commerce"])
    bureau.add_inspector(qualifications=["machinery"], ends_on=LAST)
    bureau.drawn(qualification="machinery")
    assert set(InspectionTeam.objects.values_list("inspector", flat=True)) == able


def test_a_joint_inspection_has_two_inspectors_of_each_department():
    bureau, other = Bureau(), Bureau()
    subjects(3)
    plan = bureau.drawn(shares={"ungraded": 100}, matters=[bureau.matter.pk, other.matter.pk])
    for visit in plan.visits.all():
        departments = list(visit.team.values_list("inspector__department", flat=True))
        assert sorted(departments) == sorted([bureau.department.pk] * 2 + [other.department.pk] * 2)
    taking_part = make_account("department", department=other.department)
    stranger = make_account("department", department=make_department())
    assert list(plans_visible_to(taking_part, MONDAY)) == [plan]
    assert not plans_visible_to(stranger, MONDAY).exists()


def test_strata_are_the_tiers_found_and_their_caps_hold_too():
    # county-default: C 2 a year; not graded in grade 3 other sectors 4 a year. Grade 1: 1 a year whatever the tier.
    activate("county-default", MONDAY)
    bureau = Bureau()
    c_third, c_first, ungraded = make_subject(standardisation=3), make_subject(standardisation=1), make_subject()
    version = PolicyVersion.objects.filter(pack_id="county-default").latest("pk")
    for subject in (c_third, c_first):
        TierAssessment.objects.create(
            subject=subject, policy=version, pack_id="county-default", tier_code="C", tier_label="C级", cause="演示",
            starts_on=MONDAY, assessed_on=MONDAY,
        )  # fmt: skip
    plan = bureau.plan()
    rooms = {each.key: (each.stratum, each.room) for each in population_of(plan, MONDAY).members}
    assert rooms == {c_third.uscc: ("C", 2), c_first.uscc: ("C", 1), ungraded.uscc: ("ungraded", 1)}
    handler = bureau.officer("handler")
    note = {"source": "key", "inspected_on": MONDAY, "summary": "", "actor": handler, "on": MONDAY}
    for subject in (c_third, c_first):
        other_note(subject_id=subject.pk, **note)
    plan = bureau.drawn(shares={"C": 100})
    assert [visit.subject for visit in plan.visits.all()] == [c_third]
    assert (plan.sizes, plan.quotas, plan.short) == ({"C": 2, "ungraded": 1}, {"C": 2}, {"C": 1})
    assert plan.shares == [["C", "C级（有失信记录或者风险较高）", 100]]


# --- again


def test_a_draw_is_repeated_from_what_was_kept(capsys):
    bureau = Bureau()
    subjects(12)
    plan = bureau.drawn()
    make_subject()  # the county goes on
    inspector_end(inspector_id=bureau.inspectors[0].pk, actor=bureau.officer("handler"), on=LATER)
    again = redraw(plan)
    assert again.problems == ()
    assert [each.key for each in again.drawn] == list(plan.visits.order_by("place").values_list("key", flat=True))
    content = population_content(plan)
    assert hashlib.sha256(content).hexdigest() == plan.population_hash == plan.population.sha256
    call_command("redraw", plan.number)
    told = capsys.readouterr().out
    assert all(each.key in told for each in again.drawn)
    assert "完全一致" in told


def test_a_list_that_was_tampered_with_is_found_out():
    bureau = Bureau()
    subjects(6)
    plan = bureau.drawn()
    visit = plan.visits.first()
    visit.key = "91370323MA9999999X"
    visit.save_by(None, reason="test")
    assert len(redraw(plan).problems) == 2
    with pytest.raises(CommandError, match="不一致"):
        call_command("redraw", plan.number)


def test_a_plan_that_was_not_drawn_cannot_be_redrawn():
    subjects(4)
    with pytest.raises(CommandError, match="还没有抽取"):
        call_command("redraw", Bureau().approved().number)
    with pytest.raises(CommandError, match="没有编号"):
        call_command("redraw", "演〔2026〕0404号")


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


# --- the same on every database


def test_the_draw_is_that_of_the_published_formula_on_every_database():
    """Keys, order and inspectors follow from SHA-256 alone, worked out here without the program's own draw; the suite
    runs on SQLite and on PostgreSQL, and both must give these lists."""
    bureau = Bureau(staff=3)
    for place, inspector in enumerate(bureau.inspectors):
        inspector.public_id = uuid.UUID(int=place + 1)
        inspector.save_by(None, reason="test")
    keys = [make_uscc("9", "1", "370323", number) for number in range(70_001, 70_011)]
    for key in keys:
        make_subject(uscc=key)
    plan = bureau.approved(total=4)
    plan.seed_sealed, plan.seed_hash = text_seal("2026-03"), commitment_of("2026-03")
    plan.save_by(None, reason="test")
    plan = bureau.draw(plan)

    def digest(*parts: str) -> bytes:
        return hashlib.sha256("\n".join(["draw-1", "2026-03", *parts]).encode()).digest()

    expected = sorted(keys, key=lambda key: digest("ungraded", key))[:4]
    assert list(plan.visits.order_by("place").values_list("key", flat=True)) == expected
    lines = "".join(f"{key}\tungraded\t\n" for key in sorted(keys))
    assert plan.population_hash == hashlib.sha256(lines.encode()).hexdigest()
    load = dict.fromkeys((str(each.public_id) for each in bureau.inspectors), 0)
    for key in expected:
        pair = sorted(load, key=lambda each: (load[each], digest(key, each)))[:2]
        team = plan.visits.get(key=key).team.order_by("pk")
        assert [str(each.inspector.public_id) for each in team] == pair
        for each in pair:
            load[each] += 1
    assert redraw(plan).problems == ()


@settings(
    max_examples=25, deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.data_too_large],
)  # fmt: skip
@given(
    rooms=st.lists(st.integers(0, 2), min_size=1, max_size=7), percent=st.integers(1, 100), banned=st.integers(0, 63),
)  # fmt: skip
def test_whatever_the_county_is_like_share_cap_and_conflicts_hold(rooms, percent, banned):
    """`rooms`: 1 and 2 stand for subjects that were inspected so often already; the cap is 1 a year."""
    with transaction.atomic():
        activate("county-default", MONDAY)
        bureau = Bureau(staff=4)
        handler = bureau.officer("handler")
        made = subjects(len(rooms))
        for subject, times in zip(made, rooms, strict=True):
            for _ in range(times):
                other_note(
                    subject_id=subject.pk, source="complaint", inspected_on=MONDAY, summary="", actor=handler, on=MONDAY
                )
        pairs = {(bureau.inspectors[place % 2].pk, each.pk) for place, each in enumerate(made) if banned >> place & 1}
        for inspector, subject in pairs:
            conflict_add(inspector_id=inspector, subject_id=subject, kind="kin", note="", actor=handler, on=MONDAY)
        free = [subject for subject, times in zip(made, rooms, strict=True) if not times]
        wanted = (2 * len(made) * percent + 100) // 200  # rounded half up
        if not min(wanted, len(free)):
            with refused(RuleRefused, "nobody-to-draw"):
                bureau.drawn(shares={"ungraded": percent})
        else:
            plan = bureau.drawn(shares={"ungraded": percent})
            assert plan.visits.count() == min(wanted, len(free))
            assert {visit.subject for visit in plan.visits.all()} <= set(free)
            assert all(not cap_state(subject, 2026, MONDAY).is_beyond for subject in free)
            teams = set(InspectionTeam.objects.values_list("inspector", "visit__subject"))
            assert not teams & pairs
            assert redraw(plan).problems == ()
        transaction.set_rollback(True)
