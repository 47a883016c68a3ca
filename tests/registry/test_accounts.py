"""Accounts and roles: three-person rule, temporary passwords, nobody manages himself."""

import datetime as dt

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import TOTP

from registry.base.errors import Conflict, InvalidInput, NotAllowed, RuleRefused
from registry.models import Account, Event, RoleGrant
from registry.services import accounts, authz
from tests.factories import make_account, make_department, make_subject

pytestmark = pytest.mark.django_db
TODAY = dt.date(2026, 11, 22)
TOMORROW = dt.date(2026, 11, 23)
PASSWORD = "linshi-mima-8842"


@pytest.fixture
def administrator():
    return make_account("administrator", department=make_department())


@pytest.fixture
def clerk():
    return make_account(department=make_department())


def open_account(actor, **given):
    given = {
        "username": "li.si", "display_name": "李演示", "password": PASSWORD, "department": None, "subject": None, **given,
    }  # fmt: skip
    return accounts.account_open(actor=actor, on=TODAY, **given)


def grant(actor, account, role, **given):
    return accounts.role_grant(
        account_id=account.pk, role=role, last_on=given.get("last_on"), actor=actor, on=given.get("on", TODAY)
    )


def test_an_account_opens_with_a_temporary_password_and_no_roles(administrator):
    account = open_account(administrator, department=make_department())
    assert account.check_password(PASSWORD)
    assert account.is_password_temporary
    assert authz.roles_on(account, TODAY) == frozenset()


def test_opening_leaves_one_event_without_the_password(administrator):
    open_account(administrator, department=make_department())
    event = Event.objects.get(name="account.opened")
    assert event.actor == administrator
    assert PASSWORD not in event.text + str(event.payload)


@pytest.mark.parametrize("role", ["handler", "reviewer", "approver", "publisher", "department", "auditor"])
def test_only_administrators_open_accounts(role):
    with pytest.raises(NotAllowed):
        open_account(make_account(role), department=make_department())


def test_an_account_without_department_and_subject_is_refused(administrator):
    with pytest.raises(InvalidInput) as refusal:
        open_account(administrator)
    assert refusal.value.code == "account-owner"


def test_an_account_of_both_department_and_subject_is_refused(administrator):
    with pytest.raises(InvalidInput) as refusal:
        open_account(administrator, department=make_department(), subject=make_subject())
    assert refusal.value.code == "account-owner"


def test_a_user_name_taken_in_another_case_is_refused(administrator):
    make_account(username="Li.Si")
    with pytest.raises(InvalidInput) as refusal:
        open_account(administrator, department=make_department())
    assert refusal.value.field == "username"


@pytest.mark.parametrize("weak", ["short-1", "1234567890123", "password123", "zhang.weiguo.1"])
def test_a_weak_password_is_refused_on_its_field(administrator, weak):
    with pytest.raises(InvalidInput) as refusal:
        open_account(administrator, username="zhang.weiguo", department=make_department(), password=weak)
    assert refusal.value.field == "password"


def test_a_role_holds_from_its_first_to_its_last_day(administrator, clerk):
    grant(administrator, clerk, "handler", last_on=TOMORROW)
    held = [day for day in (21, 22, 23, 24) if authz.roles_on(clerk, dt.date(2026, 11, day))]
    assert held == [22, 23]


@pytest.mark.parametrize(
    ("held", "wanted"),
    [
        ("administrator", "handler"), ("handler", "administrator"), ("auditor", "approver"), ("approver", "auditor"),
        ("administrator", "auditor"), ("auditor", "administrator"), ("department", "auditor"),
    ],
)  # fmt: skip
def test_roles_that_one_person_may_not_hold_together_are_refused(administrator, held, wanted):
    account = make_account(held, department=make_department())
    with pytest.raises(RuleRefused) as refusal:
        grant(administrator, account, wanted)
    assert refusal.value.code == "roles-clash"
    assert "三员分立" in refusal.value.message


@pytest.mark.parametrize(
    ("held", "wanted"), [("handler", "reviewer"), ("handler", "approver"), ("department", "handler")]
)
def test_working_roles_may_be_held_together(administrator, held, wanted):
    account = make_account(held, department=make_department())
    grant(administrator, account, wanted)
    assert authz.roles_on(account, TODAY) == {held, wanted}


def test_a_clash_with_a_role_that_begins_later_is_seen(administrator, clerk):
    RoleGrant(account=clerk, role="auditor", starts_on=TOMORROW).save_by(None, reason="test")
    with pytest.raises(RuleRefused):
        grant(administrator, clerk, "handler")


def test_a_role_held_already_is_not_granted_twice(administrator, clerk):
    grant(administrator, clerk, "handler")
    with pytest.raises(Conflict) as refusal:
        grant(administrator, clerk, "handler")
    assert refusal.value.code == "role-held"


def test_a_grant_that_ends_in_the_past_is_refused(administrator, clerk):
    with pytest.raises(InvalidInput) as refusal:
        grant(administrator, clerk, "handler", last_on=dt.date(2026, 11, 21))
    assert refusal.value.field == "last_on"


def test_an_unknown_role_is_refused(administrator, clerk):
    with pytest.raises(InvalidInput):
        grant(administrator, clerk, "root")


def test_a_subject_account_takes_no_officers_role(administrator):
    with pytest.raises(RuleRefused) as refusal:
        grant(administrator, make_account(subject=make_subject()), "handler")
    assert refusal.value.code == "role-owner"


def test_a_department_account_takes_no_subjects_role(administrator, clerk):
    with pytest.raises(RuleRefused) as refusal:
        grant(administrator, clerk, "subject")
    assert refusal.value.code == "role-owner"


def test_nobody_grants_himself_a_role(administrator):
    with pytest.raises(RuleRefused) as refusal:
        grant(administrator, administrator, "auditor")
    assert refusal.value.code == "own-account"


def test_a_revoked_role_is_gone_the_same_day(administrator, clerk):
    held = grant(administrator, clerk, "handler")
    accounts.role_revoke(grant_id=held.pk, actor=administrator, on=TODAY)
    assert authz.roles_on(clerk, TODAY) == frozenset()


def test_a_revoked_role_may_be_granted_again(administrator, clerk):
    held = grant(administrator, clerk, "handler")
    accounts.role_revoke(grant_id=held.pk, actor=administrator, on=TODAY)
    grant(administrator, clerk, "handler")
    assert authz.roles_on(clerk, TODAY) == {"handler"}


def test_a_role_is_not_revoked_twice(administrator, clerk):
    held = grant(administrator, clerk, "handler")
    accounts.role_revoke(grant_id=held.pk, actor=administrator, on=TODAY)
    with pytest.raises(Conflict):
        accounts.role_revoke(grant_id=held.pk, actor=administrator, on=TODAY)


def test_the_history_of_a_grant_names_who_revoked_it(administrator, clerk):
    held = grant(administrator, clerk, "handler")
    accounts.role_revoke(grant_id=held.pk, actor=administrator, on=TODAY)
    assert held.history.first().history_user == administrator


def test_the_last_administrator_is_not_shut(administrator):
    with pytest.raises(RuleRefused) as refusal:
        accounts.account_close(account_id=administrator.pk, reason="调离", actor=None, on=TODAY)
    assert refusal.value.code == "last-administrator"


def test_one_of_two_administrators_may_be_shut(administrator):
    other = make_account("administrator", department=make_department())
    accounts.account_close(account_id=other.pk, reason="调离", actor=administrator, on=TODAY)
    other.refresh_from_db()
    assert not other.is_active


def test_the_last_administrators_role_is_not_revoked(administrator):
    with pytest.raises(RuleRefused) as refusal:
        accounts.role_revoke(grant_id=administrator.grants.get().pk, actor=None, on=TODAY)
    assert refusal.value.code == "last-administrator"


def test_a_shut_account_holds_no_role_and_its_session_ends(administrator, clerk, client):
    grant(administrator, clerk, "handler")
    client.force_login(clerk)
    accounts.account_close(account_id=clerk.pk, reason="调离", actor=administrator, on=TODAY)
    assert client.get("/office/").status_code == 302
    assert authz.roles_on(Account.objects.get(pk=clerk.pk), TODAY) == frozenset()


def test_a_shut_account_takes_no_role(administrator, clerk):
    accounts.account_close(account_id=clerk.pk, reason="调离", actor=administrator, on=TODAY)
    with pytest.raises(RuleRefused):
        grant(administrator, clerk, "handler")


def test_a_reopened_account_comes_back_without_its_roles(administrator, clerk):
    grant(administrator, clerk, "handler")
    accounts.account_close(account_id=clerk.pk, reason="调离", actor=administrator, on=TODAY)
    account = accounts.account_reopen(account_id=clerk.pk, actor=administrator, on=TODAY)
    assert account.is_active
    assert authz.roles_on(account, TODAY) == frozenset()


def test_an_account_in_use_is_not_reopened(administrator, clerk):
    with pytest.raises(Conflict):
        accounts.account_reopen(account_id=clerk.pk, actor=administrator, on=TODAY)


def test_a_shut_account_is_not_shut_again(administrator, clerk):
    accounts.account_close(account_id=clerk.pk, reason="调离", actor=administrator, on=TODAY)
    with pytest.raises(Conflict):
        accounts.account_close(account_id=clerk.pk, reason="调离", actor=administrator, on=TODAY)


def test_a_reset_password_is_temporary(administrator, clerk):
    accounts.password_reset(account_id=clerk.pk, password=PASSWORD, actor=administrator, on=TODAY)
    clerk.refresh_from_db()
    assert clerk.check_password(PASSWORD)
    assert clerk.is_password_temporary


def test_a_reset_ends_open_sessions(administrator, clerk, client):
    client.force_login(clerk)
    accounts.password_reset(account_id=clerk.pk, password=PASSWORD, actor=administrator, on=TODAY)
    assert client.get("/office/").status_code == 302


def test_a_chosen_password_is_no_longer_temporary(administrator, clerk):
    accounts.password_reset(account_id=clerk.pk, password=PASSWORD, actor=administrator, on=TODAY)
    clerk.refresh_from_db()
    accounts.password_change(account=clerk, password="wode-mima-2026", on=TODAY)
    clerk.refresh_from_db()
    assert not clerk.is_password_temporary


def test_a_removed_second_factor_is_gone(administrator, clerk):
    TOTP.activate(clerk, "JBSWY3DPEHPK3PXP")
    accounts.second_factor_remove(account_id=clerk.pk, actor=administrator, on=TODAY)
    assert not Authenticator.objects.filter(user=clerk).exists()


def test_a_changed_account_keeps_its_roles(administrator, clerk):
    grant(administrator, clerk, "handler")
    accounts.account_change(
        account_id=clerk.pk, display_name="王演示", department=make_department(), actor=administrator, on=TODAY
    )
    assert authz.roles_on(clerk, TODAY) == {"handler"}


def test_an_officer_must_keep_a_department(administrator, clerk):
    with pytest.raises(InvalidInput):
        accounts.account_change(
            account_id=clerk.pk, display_name="王演示", department=None, actor=administrator, on=TODAY
        )


@pytest.mark.parametrize(
    "act",
    [
        lambda account, actor: accounts.account_change(
            account_id=account.pk, display_name="甲", department=account.department, actor=actor, on=TODAY
        ),
        lambda account, actor: accounts.account_close(account_id=account.pk, reason="甲", actor=actor, on=TODAY),
        lambda account, actor: accounts.account_reopen(account_id=account.pk, actor=actor, on=TODAY),
        lambda account, actor: accounts.password_reset(account_id=account.pk, password=PASSWORD, actor=actor, on=TODAY),
        lambda account, actor: accounts.second_factor_remove(account_id=account.pk, actor=actor, on=TODAY),
        lambda account, actor: grant(actor, account, "reviewer"),
        lambda account, actor: accounts.role_revoke(grant_id=account.grants.get().pk, actor=actor, on=TODAY),
    ],
)
def test_who_does_not_administer_changes_no_account(act):
    account = make_account("handler", department=make_department())
    with pytest.raises(NotAllowed):
        act(account, make_account("approver"))
