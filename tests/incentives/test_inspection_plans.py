"""Plans of random inspections: the year they stand in, what cannot be planned, approval, and the draw."""

import datetime as dt
import re

import pytest

from incentives.models import Inspection, InspectionPlan, InspectionTeam, InspectionYear, TierAssessment
from incentives.rules.draw import commitment_of
from incentives.selectors.inspection_population import cap_state, population_of
from incentives.selectors.inspection_years import workdays_of
from incentives.selectors.inspections import (
    plans_visible_to,
)
from incentives.services.inspection_plans import plan_approve, plan_cancel, plan_update
from incentives.services.inspection_registers import conflict_add, conflict_end, matter_end
from incentives.services.inspection_results import (
    other_note,
)
from incentives.services.inspection_years import YearFigures, year_approve, year_reopen, year_set
from registry.base.errors import InvalidInput, NotAllowed, RuleRefused, TransitionRefused
from registry.models import Event, PolicyVersion
from tests.factories import make_account, make_department, make_subject
from tests.incentives.inspecting import FIRST, LAST, LATER, MONDAY, TUESDAY, Bureau, refused, subjects
from tests.sanctions.case_world import activate

pytestmark = pytest.mark.django_db


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
