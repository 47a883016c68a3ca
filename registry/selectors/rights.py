"""Which roles an account holds on a day, and what it may do."""

from datetime import date

from django.conf import settings
from django.db.models import BigIntegerField, DateField, Q

from registry.base.prepared import Prepared, Slot
from registry.models import Account, Department, RoleGrant
from registry.rules import access
from registry.selectors.remembered import remembered

_ON = Slot("on", DateField())
_GRANTS = Prepared(
    lambda: RoleGrant.objects.filter(
        Q(ends_on__isnull=True) | Q(ends_on__gt=_ON), starts_on__lte=_ON, account=Slot("account", BigIntegerField())
    ).order_by(),
    ("role",),
)


def roles_on(account: Account, on: date) -> frozenset[str]:
    """Return the roles that `account` holds on the day `on` (grants are half-open periods)."""
    if not account.is_authenticated or not account.is_active:
        return frozenset()
    return remembered(
        ("roles", account.pk, on), lambda: frozenset(row.role for row in _GRANTS.rows(account=account.pk, on=on))
    )


def may(account: Account, permission: str, on: date) -> bool:
    """Whether `account` carries `permission` on the day `on`: by a role and, where only the credit office has it, by its
    department. Raises KeyError for a permission that does not exist."""
    return access.may(roles_on(account, on), permission) and not is_withheld(account, permission)


def is_withheld(account: Account, permission: str) -> bool:
    """Whether the department of `account` keeps it from a permission that its roles carry."""
    if permission not in access.OFFICE_ONLY:
        return False
    department = account.department
    return department is None or not (
        department.kind == Department.Kind.CREDIT_OFFICE or department.code in settings.CLAIM_DEPARTMENTS
    )
