"""Two at once, on PostgreSQL: no plan is drawn twice, and two plans never use one subject's room together."""

import pytest

from incentives.models import Inspection
from incentives.services.inspection_draws import visit_replace
from incentives.services.inspection_results import Outcome, visit_record
from registry.base.errors import RuleRefused, TransitionRefused
from registry.models import Record
from tests.factories import make_subject
from tests.incentives.inspecting import LATER, MONDAY, Bureau, subjects
from tests.sanctions.case_world import activate
from tests.sanctions.test_case_races import at_once, split

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("needs_postgres")]


def test_a_plan_drawn_by_two_at_once_is_drawn_once():
    bureau = Bureau()
    subjects(4)
    plan = bureau.approved()
    done, refused = split(at_once(*[lambda: bureau.draw(plan)] * 2))
    assert (len(done), [type(each) for each in refused]) == (1, [TransitionRefused])
    assert Inspection.objects.count() == 2


def test_two_departments_at_once_never_inspect_one_subject_beyond_its_cap():
    activate("county-default", MONDAY)  # one inspection a year
    make_subject()
    bureaus = [Bureau(), Bureau()]
    plans = [each.approved(shares={"ungraded": 100}) for each in bureaus]
    acts = [lambda bureau=bureau, plan=plan: bureau.draw(plan) for bureau, plan in zip(bureaus, plans, strict=True)]
    done, refused = split(at_once(*acts))
    assert (len(done), [type(each) for each in refused]) == (1, [RuleRefused])
    assert Inspection.objects.count() == 1


def test_two_replacements_at_once_take_two_different_subjects():
    bureau = Bureau()
    subjects(6)
    plan = bureau.drawn()
    first, second = plan.visits.order_by("place")[:2]
    reviewer = bureau.officer("reviewer")
    acts = [
        lambda visit=visit: visit_replace(visit_id=visit.pk, reason="停业", actor=reviewer, on=LATER)
        for visit in (first, second)
    ]
    done, _ = split(at_once(*acts))
    assert len({each.key for each in done}) == 2


def test_a_result_recorded_by_two_at_once_makes_one_draft():
    bureau = Bureau()
    subjects(1)
    visit = bureau.drawn(shares={"ungraded": 100}).visits.get()
    outcome = Outcome(LATER, "pending", "台账缺失")
    act = lambda: visit_record(visit_id=visit.pk, outcome=outcome, actor=bureau.officer("handler"), on=LATER)  # noqa: E731
    done, refused = split(at_once(act, act))
    assert (len(done), [type(each) for each in refused], Record.objects.count()) == (1, [TransitionRefused], 1)
