"""Two administrators at once: the rules on roles hold whoever is first."""

import datetime as dt
from threading import Barrier, Thread

import pytest
from django.db import OperationalError, connection

from registry.base.errors import DomainError
from registry.models import RoleGrant
from registry.services import accounts, authz
from tests.factories import make_account, make_department

pytestmark = [pytest.mark.postgres, pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("needs_postgres")]
TODAY = dt.date(2026, 11, 22)


def at_once(*acts):
    """Start all acts together; return the code of each refusal, "" for what went through."""
    barrier, outcomes = Barrier(len(acts)), [""] * len(acts)

    def run(index, act):
        try:
            barrier.wait(timeout=10)
            act()
        except DomainError as refusal:
            outcomes[index] = refusal.code
        except OperationalError as fault:
            outcomes[index] = f"fault: {fault}"
        finally:
            connection.close()

    threads = [Thread(target=run, args=item) for item in enumerate(acts)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=30)
    return sorted(outcomes)


def test_two_administrators_who_shut_each_other_leave_one():
    first, second = (make_account("administrator", department=make_department()) for _ in range(2))
    outcomes = at_once(
        lambda: accounts.account_close(account_id=second.pk, reason="甲", actor=first, on=TODAY),
        lambda: accounts.account_close(account_id=first.pk, reason="乙", actor=second, on=TODAY),
    )
    assert outcomes[0] == ""
    assert outcomes[1] in ("last-administrator", "not-allowed")
    left = RoleGrant.objects.filter(role="administrator", ends_on__isnull=True, account__is_active=True)
    assert left.count() == 1


def test_two_clashing_roles_granted_at_once_give_one_and_one_refusal():
    first, second = (make_account("administrator", department=make_department()) for _ in range(2))
    clerk = make_account(department=make_department())

    def grant(role, actor):
        return lambda: accounts.role_grant(account_id=clerk.pk, role=role, last_on=None, actor=actor, on=TODAY)

    assert at_once(grant("auditor", first), grant("handler", second)) == ["", "roles-clash"]
    assert len(authz.roles_on(clerk, TODAY)) == 1
