"""Cases that reach beyond one subject and one office: the level above, the persons carried along."""

import datetime as dt

import pytest

from registry.base.errors import InvalidInput, RuleRefused, TransitionRefused
from registry.models import Event, Notice, OrganizationRole
from sanctions.models import Case
from sanctions.services import cases
from tests.factories import make_subject
from tests.sanctions.case_world import HEARD, OPENED, CaseWorld

pytestmark = pytest.mark.django_db


@pytest.fixture
def world():
    return CaseWorld()


# --- a pack with the level above


def test_a_pack_with_the_level_above_submits_and_waits_for_its_confirmation():
    opened = dt.date(2018, 6, 1)
    world = CaseWorld(pack_id="saws-2017-49", codes=("2.2",), opened=opened, decided=dt.date(2018, 5, 2))
    case = world.case("submitted", "joint-sanction")
    with pytest.raises(TransitionRefused, match="已报上级"):
        cases.case_decide(case_id=case.pk, actor=world.approver, on=opened + (HEARD - OPENED))
    case = world.advance(case, "published")
    assert case.confirmation_number == "演上确〔2026〕1号"


def test_confirmation_before_submission_is_refused():
    opened = dt.date(2018, 6, 1)
    world = CaseWorld(pack_id="saws-2017-49", codes=("2.2",), opened=opened, decided=dt.date(2018, 5, 2))
    case = world.case("submitted", "joint-sanction")
    with pytest.raises(InvalidInput) as refusal:
        cases.case_confirm_upper(
            case_id=case.pk, number="1号", confirmed_on=opened, actor=world.handler, on=opened + (HEARD - OPENED)
        )
    assert refusal.value.field == "confirmed_on"


# --- persons carried along


def make_role(world, role, *, born_on=dt.date(1980, 1, 1), **period):
    person = make_subject("张三", kind="person", born_on=born_on)
    OrganizationRole(organization=world.subject, person=person, role=role, **period).save_by(None, reason="test")
    return person


def test_the_persons_that_the_pack_names_get_cases_of_their_own(world):
    person = make_role(world, "principal")
    case = world.case()
    carried = Case.objects.get(parent=case)
    assert (carried.subject, carried.person_role, carried.number) == (person, "主要负责人", "信监立〔2026〕0002号")
    assert [ground.record for ground in carried.grounds.all()] == world.records


def test_roles_that_the_pack_does_not_name_are_not_carried(world):
    make_role(world, "legal-representative")
    assert world.case().carried.count() == 0


def test_who_left_before_the_conduct_is_not_carried(world):
    make_role(world, "principal", starts_on=dt.date(2020, 1, 1), ends_on=world.decided)
    assert world.case().carried.count() == 0


def test_who_left_after_the_conduct_is_carried(world):
    make_role(world, "principal", ends_on=world.decided + dt.timedelta(days=1))
    assert world.case().carried.count() == 1


def test_a_minor_is_never_carried_and_the_event_says_why(world):
    person = make_role(world, "principal", born_on=world.decided.replace(year=world.decided.year - 17))
    case = world.case()
    assert case.carried.count() == 0
    event = Event.objects.get(name="case.person-left-out", subject=person)
    assert "未满18周岁" in event.text


def test_a_carried_person_gets_an_own_notice(world):
    person = make_role(world, "principal")
    case = world.case("noticed")
    world.advance(Case.objects.get(parent=case), "noticed")
    assert Notice.objects.filter(kind="case.notice", subject=person).count() == 1


def test_a_person_is_not_decided_before_the_organisation(world):
    make_role(world, "principal")
    case = world.case("deliberated")
    carried = world.advance(Case.objects.get(parent=case), "deliberated")
    with pytest.raises(RuleRefused) as refusal:
        cases.case_decide(case_id=carried.pk, actor=world.approver, on=HEARD)
    assert refusal.value.code == "parent-undecided"
    assert case.number in refusal.value.message


def test_a_carried_person_is_listed_after_the_organisation(world):
    make_role(world, "principal")
    case = world.case("published")
    carried = world.advance(Case.objects.get(parent=case), "published")
    assert carried.entry.subject.is_person


def test_dropping_the_organisations_case_drops_the_persons(world):
    make_role(world, "principal")
    case = world.case("collected")
    cases.case_drop(case_id=case.pk, reason="证据不足", actor=world.approver, on=OPENED)
    assert case.carried.get().state == "dropped"
