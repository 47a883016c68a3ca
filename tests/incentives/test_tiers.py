"""Tiers: graded by the county's pack, recomputed when a fact, a day or a pack changes and only then, with reasons."""

import datetime as dt

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from incentives.models import TierAssessment, TierMark, TierRun
from incentives.selectors.tiers import tier_counts, tier_page, tiers_of
from incentives.services.tiers import tier_answer, tier_mark, tier_object, tiers_recompute
from registry.base.errors import Conflict, NotAllowed, RuleRefused
from registry.models import Department, Event, PolicyActivation, Record, Subject
from registry.services.subjects import subject_update
from tests.factories import make_account, make_department, make_subject
from tests.incentives.honouring import Jury
from tests.incentives.test_honour_endings import confirm
from tests.sanctions.case_world import CaseWorld, activate, add_penalty

pytestmark = pytest.mark.django_db
Day = dt.date
COUNTY = "county-default"
# A penalty of 2026-03-02 counts through 2027-03-02 (one year) and 2029-03-02 (three years).
DECIDED, MONDAY = Day(2026, 3, 2), Day(2026, 6, 1)


@pytest.fixture(autouse=True)
def _pack(db):
    activate(COUNTY, Day(2026, 1, 1))


def good(**fields) -> Subject:
    return make_subject(risk="low", standardisation=1, **fields)


def history(subject):
    rows = TierAssessment.objects.filter(subject=subject).order_by("starts_on")
    return [(each.tier_code, each.starts_on, each.ends_on) for each in rows]


def recompute(day) -> tuple[int, int]:
    """Settle the day; return how many were looked at and how many changed. Asking everybody must never find anything."""
    counts = tiers_recompute(on=day)
    assert counts["corrected"] == 0
    return counts["graded"], counts["changed"]


def test_newcomers_are_graded_once_and_nobody_is_looked_at_again_without_a_change():
    subjects = [good() for _ in range(3)]
    assert recompute(MONDAY) == (3, 3)
    assert recompute(MONDAY) == (0, 0)
    assert recompute(Day(2026, 6, 2)) == (0, 0)
    assert set(tiers_of([each.pk for each in subjects], MONDAY).values()) == {"A"}


def test_what_is_missing_is_named_and_the_tier_waits():
    subject = make_subject(standardisation=1)
    tiers_recompute(on=MONDAY)
    held = TierAssessment.objects.get(subject=subject)
    assert (held.tier_code, held.is_newcomer, held.missing) == ("pending", True, ["risk"])
    assert tier_page(subject, MONDAY).missing == ("安全风险等级",)


def test_time_alone_moves_the_tier_on_its_very_day_however_late_the_job():
    subject = good()
    add_penalty(subject, decided_on=DECIDED, confirmed_on=DECIDED)
    tiers_recompute(on=MONDAY)
    assert TierAssessment.objects.get().next_change_on == Day(2027, 3, 3)
    assert tiers_recompute(on=Day(2029, 6, 1))["changed"] == 2
    assert history(subject) == [
        ("C", MONDAY, Day(2027, 3, 3)),
        ("B", Day(2027, 3, 3), Day(2029, 3, 3)),
        ("A", Day(2029, 3, 3), None),
    ]


def test_what_happens_to_a_record_after_it_has_left_every_window_is_not_awaited():
    subject = good()
    # It leaves the three years on 2029-03-03; what is dated beyond that touches no tier.
    add_penalty(subject, decided_on=DECIDED, confirmed_on=DECIDED, repaired_on=Day(2029, 3, 10))
    add_penalty(subject, decided_on=Day(2026, 5, 1), confirmed_on=Day(2026, 5, 1))
    for day in (Day(2029, 2, 27), Day(2029, 3, 3), Day(2029, 3, 6)):
        tiers_recompute(on=day)
        assert TierAssessment.objects.get().next_change_on == Day(2029, 5, 2)
    assert (tiers_recompute(on=Day(2029, 3, 20))["written"], TierRun.objects.get().asked_on) == (0, Day(2029, 3, 20))


def test_late_or_in_time_the_same_rows_come_of_it():
    late, punctual = good(), good()
    for subject in (late, punctual):
        add_penalty(subject, decided_on=DECIDED, confirmed_on=DECIDED)
    tiers_recompute(on=MONDAY)
    for day in (Day(2027, 3, 3), Day(2027, 3, 4), Day(2029, 3, 3)):
        tiers_recompute(on=day)
    assert history(late) == history(punctual)


def test_a_confirmed_record_marks_and_the_next_run_lowers_the_tier_with_its_cause():
    subject = good()
    tiers_recompute(on=MONDAY)
    office = make_department()
    reviewer = make_account("reviewer", department=office)
    jury = Jury(subject, office, reviewer, reviewer, reviewer)
    record = confirm(jury, on=Day(2026, 8, 3))
    assert TierMark.objects.get().subject == subject
    assert recompute(Day(2026, 8, 3))[1] == 1
    assert history(subject) == [("A", MONDAY, Day(2026, 8, 3)), ("C", Day(2026, 8, 3), None)]
    held = TierAssessment.objects.get(subject=subject, ends_on__isnull=True)
    assert record.number in held.cause
    assert not TierMark.objects.exists()
    assert Event.objects.filter(name="tier.changed", subject=subject).count() == 1


def test_a_day_and_a_fact_that_come_together_are_both_told_as_the_cause():
    subject = good()
    add_penalty(subject, decided_on=DECIDED, confirmed_on=DECIDED)
    tiers_recompute(on=MONDAY)
    tier_mark(subject=subject, cause="等级异议核查", on=Day(2027, 3, 3))
    assert recompute(Day(2027, 3, 3)) == (2, 1), "by the mark and the day at once, and by the week"
    assert history(subject) == [("C", MONDAY, Day(2027, 3, 3)), ("B", Day(2027, 3, 3), None)]
    assert TierAssessment.objects.get(ends_on__isnull=True).cause == "期间届满；等级异议核查"
    assert not TierMark.objects.exists()


def test_a_registered_risk_level_grades_whom_it_was_missing():
    subject = make_subject(standardisation=1)
    tiers_recompute(on=MONDAY)
    subject_update(subject_id=subject.pk, version=None, actor=make_account("handler"), on=Day(2026, 6, 3), risk="low")
    tiers_recompute(on=Day(2026, 6, 3))
    assert history(subject) == [("pending", MONDAY, Day(2026, 6, 3)), ("A", Day(2026, 6, 3), None)]


def test_a_blacklist_of_another_field_lowers_and_its_end_lifts_without_a_new_fact():
    world = CaseWorld()
    subject = world.subject
    subject.risk, subject.standardisation = "low", 1
    subject.save_by(None, reason="test")
    world.case("published")
    entry = subject.entries.get()
    tiers_recompute(on=entry.starts_on)
    held = TierAssessment.objects.get(subject=subject)
    assert held.tier_code == "D"
    tiers_recompute(on=entry.ends_on + dt.timedelta(days=40))
    # The penalty of 2026-05-20 left the three clean years on 2029-05-21, before the entry's three years end.
    assert (entry.starts_on, entry.ends_on) == (Day(2026, 6, 11), Day(2029, 6, 12))
    assert history(subject) == [("D", Day(2026, 6, 11), Day(2029, 6, 12)), ("A", Day(2029, 6, 12), None)]


def test_everybody_is_asked_once_a_week_and_nothing_comes_of_it():
    subject = good()
    assert recompute(MONDAY) == (1, 1)
    assert recompute(Day(2026, 6, 7)) == (0, 0)
    assert recompute(Day(2026, 6, 8)) == (1, 0)
    assert recompute(Day(2026, 6, 9)) == (0, 0)
    assert TierRun.objects.get().asked_on == Day(2026, 6, 8)
    assert history(subject) == [("A", MONDAY, None)]


def test_a_newcomer_is_found_at_once_even_one_that_was_being_taken_in_while_everybody_was_asked():
    """New are those beyond the newest of the question before the last: no taking in lasts a week."""
    for day in (MONDAY, Day(2026, 6, 8)):
        good()
        recompute(day)
    first = Subject.objects.latest("pk")
    assert (TierRun.objects.get().newest_graded, TierRun.objects.get().newest_asked) == (first.pk - 1, first.pk)
    # It got its number before the question and comes into sight after it: as though it had never been graded.
    TierAssessment.objects.filter(subject=first).delete()
    second = good()
    assert recompute(Day(2026, 6, 9)) == (2, 2)
    assert set(tiers_of([first.pk, second.pk], Day(2026, 6, 9)).values()) == {"A"}


def test_what_no_mark_told_is_found_by_the_week_and_counted():
    subject = good()
    recompute(MONDAY)
    TierAssessment.objects.filter(subject=subject).update(tier_code="D")
    assert tiers_recompute(on=Day(2026, 6, 8))["corrected"] == 1
    assert history(subject) == [("D", MONDAY, Day(2026, 6, 8)), ("A", Day(2026, 6, 8), None)]


def test_a_pack_out_of_use_grades_nobody_from_that_day():
    subject = good()
    tiers_recompute(on=MONDAY)
    activation = PolicyActivation.objects.get()
    activation.ends_on = Day(2026, 7, 1)
    activation.save_by(None, reason="test")
    tiers_recompute(on=Day(2026, 7, 1))
    assert history(subject) == [("A", MONDAY, Day(2026, 7, 1))]
    assert tiers_of([subject.pk], Day(2026, 7, 1)) == {}


def test_persons_and_cancelled_firms_are_not_graded():
    make_subject("演示人员丙", kind="person")
    firm = good()
    tiers_recompute(on=MONDAY)
    assert TierAssessment.objects.count() == 1
    subject_update(
        subject_id=firm.pk, version=None, actor=make_account("handler"), on=Day(2026, 6, 3), status="cancelled"
    )
    tiers_recompute(on=Day(2026, 6, 3))
    assert history(firm) == [("A", MONDAY, Day(2026, 6, 3))]


def test_each_cause_is_shown_with_the_tier_without_it():
    subject = make_subject(risk="major", standardisation=1)
    record = add_penalty(subject, decided_on=DECIDED, confirmed_on=DECIDED)
    page = tier_page(subject, MONDAY)
    # Major risk with a bad record of the last year: D. Without the record C (major risk), with low risk C (the record).
    assert page.tier.code == "D"
    effects = {each.label: each.effect for each in page.causes}
    assert "C级" in effects[f"行政处罚 {record.number}"]
    assert "C级" in effects["安全风险等级"]


def test_a_negated_condition_never_reads_as_something_to_be_reached():
    subject = good()
    record = add_penalty(subject, decided_on=DECIDED, confirmed_on=DECIDED)
    told = {each["code"]: "".join(each["sentences"]) for each in tier_page(subject, MONDAY).reasons}
    assert record.number in told["A"]
    assert "黑名单" not in told["A"]
    assert "还差" not in told["A"] + told["B"] + told["C"]


def test_two_records_of_equal_weight_are_no_single_cause():
    subject = good()
    for _ in range(2):
        add_penalty(subject, decided_on=DECIDED, confirmed_on=DECIDED)
    page = tier_page(subject, MONDAY)
    assert (page.tier.code, page.causes) == ("C", ())
    assert all(each["sentences"] for each in page.reasons)


def test_a_repaired_record_no_longer_lowers_the_tier_by_its_count():
    subject = good()
    add_penalty(
        subject, decided_on=DECIDED, confirmed_on=DECIDED, state=Record.State.REPAIRED, repaired_on=Day(2026, 5, 1)
    )
    assert tier_page(subject, MONDAY).tier.code != "D"


def test_a_chunk_costs_the_same_number_of_reads_for_few_and_many():
    def cost(number) -> int:
        for _ in range(number):
            make_subject(risk="", standardisation=None)
        with CaptureQueriesContext(connection) as queries:
            tiers_recompute(on=MONDAY)
        return sum("INSERT" not in each["sql"] for each in queries)

    cost(1)
    assert cost(2) == cost(8)


def test_counts_follow_the_pack_s_order():
    good()
    make_subject()
    tiers_recompute(on=MONDAY)
    assert [(tier.code, number) for tier, number in tier_counts(MONDAY)] == [
        ("A", 1), ("B", 0), ("C", 0), ("D", 0), ("pending", 1),
    ]  # fmt: skip


# --- objections


def test_a_subject_objects_to_its_tier_and_is_answered():
    office = make_department(kind=Department.Kind.CREDIT_OFFICE)
    subject = good()
    own = make_account("subject", subject=subject)
    with pytest.raises(RuleRefused, match="没有对本单位评定等级"):
        tier_object(subject_id=subject.pk, text="不当。", actor=own, on=MONDAY)
    tiers_recompute(on=MONDAY)
    objection = tier_object(subject_id=subject.pk, text="风险等级登记有误。", actor=own, on=MONDAY)
    assert (objection.department, objection.tier_label[:2]) == (office, "A级")
    with pytest.raises(Conflict):
        tier_object(subject_id=subject.pk, text="再次。", actor=own, on=MONDAY)
    with pytest.raises(NotAllowed):
        tier_object(subject_id=good().pk, text="别人的。", actor=own, on=MONDAY)
    reviewer = make_account("reviewer", department=office)
    done = tier_answer(objection_id=objection.pk, answer="登记无误，维持。", actor=reviewer, on=Day(2026, 6, 3))
    assert done.answered_on == Day(2026, 6, 3)
    assert TierMark.objects.filter(subject=subject).exists()
