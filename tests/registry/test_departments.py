"""Departments are kept by administrators."""

import datetime as dt
from dataclasses import replace

import pytest

from registry.base.errors import Conflict, InvalidInput, NotAllowed, RuleRefused
from registry.models import Event
from registry.rules.synthetic import make_uscc
from registry.services.departments import DepartmentFacts, department_change, department_open
from tests.factories import make_account, make_department

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 11, 22)
FACTS = DepartmentFacts(name="演示县水利局", short_name="水利局", kind="bureau", uscc="", contact="演示路1号")


@pytest.fixture
def administrator():
    return make_account("administrator", department=make_department())


def change(department, facts, actor, version=None):
    return department_change(department_id=department.pk, facts=facts, version=version, actor=actor, on=TODAY)


def test_a_department_is_entered_with_an_event(administrator):
    department = department_open(code="water", facts=FACTS, actor=administrator, on=TODAY)
    assert Event.objects.get(name="department.opened").object_id == department.pk


@pytest.mark.parametrize(
    ("code", "facts", "field"),
    [
        ("taken", FACTS, "code"),
        ("free", replace(FACTS, name="演示县住建局"), "name"),
        ("free", replace(FACTS, uscc=make_uscc("1", "1", "370323", 7)[:-1] + "I"), "uscc"),
    ],
)
def test_a_refused_department_names_the_field(administrator, code, facts, field):
    make_department("taken", name="演示县住建局")
    with pytest.raises(InvalidInput) as refusal:
        department_open(code=code, facts=facts, actor=administrator, on=TODAY)
    assert refusal.value.field == field


def test_a_department_may_keep_its_own_name(administrator):
    department = make_department(name=FACTS.name)
    assert change(department, FACTS, administrator).contact == "演示路1号"


def test_a_stale_form_changes_nothing(administrator):
    department = make_department()
    change(department, FACTS, administrator, version=department.version)
    with pytest.raises(Conflict):
        change(department, replace(FACTS, short_name="水务"), administrator, version=department.version)


def test_a_department_with_accounts_in_use_is_not_shut(administrator):
    department = make_department()
    make_account(department=department)
    with pytest.raises(RuleRefused) as refusal:
        change(department, replace(FACTS, is_active=False), administrator)
    assert refusal.value.code == "department-in-use"


def test_a_department_without_accounts_is_shut(administrator):
    assert not change(make_department(), replace(FACTS, is_active=False), administrator).is_active


def test_who_does_not_administer_enters_no_department():
    with pytest.raises(NotAllowed):
        department_open(code="water", facts=FACTS, actor=make_account("handler"), on=TODAY)


def test_who_does_not_administer_changes_no_department():
    with pytest.raises(NotAllowed):
        change(make_department(), FACTS, make_account("handler"))
