"""What the addresses of tests/access_table.py point at: one function a kind of object, called only when needed.

`SAMPLES[url_name]` gives the keyword arguments of an address. Objects are made inside the `World`'s department, so
that row rules (a department sees its own) do not hide them from the roles that may.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP
from django.utils import timezone

from registry.models import Account, Department, Record, Subject
from registry.services.notices import notice_queue
from tests.disclosure import county
from tests.factories import make_account, make_department, make_record, make_subject


@dataclass
class World:
    """The smallest county: one department and subject, one account for each role; further objects on demand."""

    department: Department = field(default_factory=make_department)
    subject: Subject = field(default_factory=make_subject)

    @cached_property
    def accounts(self) -> dict[str, Account]:
        officers = ("handler", "reviewer", "approver", "publisher", "department", "auditor", "administrator")
        accounts = {role: make_account(role, department=self.department) for role in officers}
        return accounts | {"subject": make_account("subject", subject=self.subject)}

    @cached_property
    def record(self) -> Record:
        return make_record(self.subject, department=self.department)


def with_second_factor(world: World) -> dict[str, Any]:
    """Give every account an authenticator and recovery codes, which these pages show or take away."""
    for account in world.accounts.values():
        TOTP.activate(account, "JBSWY3DPEHPK3PXP")
        RecoveryCodes.activate(account)
    return {}


def an_account(world: World) -> dict[str, Any]:
    return {"account_id": world.accounts["handler"].pk}


def a_grant(world: World) -> dict[str, Any]:
    return {"grant_id": world.accounts["handler"].grants.get().pk}


def a_notice(world: World) -> dict[str, Any]:
    notice = notice_queue("test", title="演示通知", body="演示", at=timezone.now(), subject=world.subject)
    return {"notice_id": notice.pk}


def a_publication(world: World) -> dict[str, Any]:
    return {"public_id": county.make_publication(world.record).public_id}


def a_policy(world: World) -> dict[str, Any]:
    county.activate("test-dual")
    return {"pack_id": "test-dual"}


Builder = Callable[[World], dict[str, Any]]

SAMPLES: dict[str, Builder] = {
    # --- registry: administration
    "registry:account-detail": an_account,
    "registry:account-change": an_account,
    "registry:account-close": an_account,
    "registry:account-reopen": an_account,
    "registry:password-reset": an_account,
    "registry:second-factor-remove": an_account,
    "registry:role-revoke": a_grant,
    "registry:department-change": lambda world: {"department_id": world.department.pk},
    "registry:notice-detail": a_notice,
    "registry:notice-resend": a_notice,
    # --- disclosure
    "publications:detail": a_publication,
    "publications:withdraw": a_publication,
    "publications:correct": a_publication,
    "publications:publish-record": lambda world: {"public_id": world.record.public_id},
    "disclosure:subject": lambda world: {"public_id": world.subject.public_id},
    "disclosure:publication": a_publication,
    "disclosure:policy": a_policy,
    # --- the entrance
    "mfa_deactivate_totp": with_second_factor,
    "mfa_view_recovery_codes": with_second_factor,
    "mfa_download_recovery_codes": with_second_factor,
    "account_confirm_email": lambda world: {"key": "x"},
    "account_reset_password_from_key": lambda world: {"uidb36": "1", "key": "x"},
}
