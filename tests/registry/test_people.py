"""Persons' roles in organisations over time."""

import datetime as dt

import pytest

from registry.base.errors import Conflict, InvalidInput, NotAllowed, TransitionRefused
from registry.services.people import representative_learn, role_begin, role_end
from tests.factories import make_account, make_subject

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 6, 1)
REPRESENTATIVE, DEPUTY = "legal-representative", "safety-deputy"


@pytest.fixture
def handler(db):
    return make_account("handler")


def begin(handler, organization, person, role=REPRESENTATIVE, **changes):
    values = {"starts_on": dt.date(2024, 1, 1), "actor": handler, "on": TODAY, **changes}
    return role_begin(organization_id=organization.pk, person_id=person.pk, role=role, **values)


def person(name=""):
    return make_subject(name, kind="person")


def test_role_runs_from_its_day_without_end(handler):
    held = begin(handler, make_subject(), person())
    assert (held.starts_on, held.ends_on) == (dt.date(2024, 1, 1), None)


def test_second_legal_representative_is_refused_naming_the_first(handler):
    organization = make_subject()
    begin(handler, organization, person("演示张三"))
    with pytest.raises(Conflict, match="演示张三"):
        begin(handler, organization, person())


def test_two_persons_may_be_deputies(handler):
    organization = make_subject()
    begin(handler, organization, person(), DEPUTY)
    assert begin(handler, organization, person(), DEPUTY).pk


def test_one_person_is_not_deputy_twice(handler):
    organization, deputy = make_subject(), person()
    begin(handler, organization, deputy, DEPUTY)
    with pytest.raises(Conflict):
        begin(handler, organization, deputy, DEPUTY)


def test_successor_follows_an_ended_role(handler):
    organization = make_subject()
    first = begin(handler, organization, person())
    role_end(role_id=first.pk, ends_on=dt.date(2026, 5, 1), version=first.version, actor=handler, on=TODAY)
    assert begin(handler, organization, person(), starts_on=dt.date(2026, 5, 1)).ends_on is None


@pytest.mark.parametrize("days", [(dt.date(2023, 12, 31), "早于任职"), (dt.date(2026, 6, 2), "晚于今天")])
def test_end_outside_the_role_is_refused(handler, days):
    held = begin(handler, make_subject(), person())
    with pytest.raises(InvalidInput, match=days[1]):
        role_end(role_id=held.pk, ends_on=days[0], version=None, actor=handler, on=TODAY)


def test_end_twice_is_refused(handler):
    held = begin(handler, make_subject(), person())
    role_end(role_id=held.pk, ends_on=TODAY, version=None, actor=handler, on=TODAY)
    with pytest.raises(TransitionRefused):
        role_end(role_id=held.pk, ends_on=TODAY, version=None, actor=handler, on=TODAY)


def test_end_on_a_stale_form_is_refused(handler):
    held = begin(handler, make_subject(), person())
    with pytest.raises(Conflict, match="刷新"):
        role_end(role_id=held.pk, ends_on=TODAY, version=held.version - 1, actor=handler, on=TODAY)


def test_organization_cannot_hold_a_role(handler):
    with pytest.raises(InvalidInput, match="不是可用的自然人"):
        begin(handler, make_subject(), make_subject())


def test_person_has_no_role_holders(handler):
    with pytest.raises(InvalidInput, match="自然人"):
        begin(handler, person(), person())


def test_unknown_role_is_refused_listing_the_known(handler):
    with pytest.raises(InvalidInput, match="法定代表人、主要负责人"):
        begin(handler, make_subject(), person(), "chairman")


def test_only_a_handler_registers_roles():
    with pytest.raises(NotAllowed):
        begin(make_account("reviewer"), make_subject(), person())


def test_representative_of_a_report_is_learned_where_none_is_known(handler):
    organization = make_subject()
    remark = representative_learn(organization=organization, name="演示张三", actor=handler, on=TODAY)
    held = organization.people.get()
    assert (remark, held.person.name, held.role) == ("", "演示张三", REPRESENTATIVE)


def test_other_representative_in_a_report_changes_nothing_and_says_so(handler):
    organization = make_subject()
    begin(handler, organization, person("演示张三"))
    remark = representative_learn(organization=organization, name="演示李四", actor=handler, on=TODAY)
    assert "演示张三" in remark
    assert organization.people.count() == 1
