"""Rights: which roles an account holds on a day, and the one refusal when they do not suffice."""

from datetime import date

from django.db.models import Q

from registry.base.errors import NotAllowed
from registry.models import Account
from registry.rules import access


def roles_on(account: Account, on: date) -> frozenset[str]:
    """Return the roles that `account` holds on the day `on` (grants are half-open periods)."""
    if not account.is_authenticated or not account.is_active:
        return frozenset()
    grants = account.grants.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=on), starts_on__lte=on)
    return frozenset(grants.values_list("role", flat=True))


def may(account: Account, permission: str, on: date) -> bool:
    """Whether `account` carries `permission` on the day `on`."""
    return access.may(roles_on(account, on), permission)


def require(account: Account | None, permission: str, *, on: date) -> None:
    """Raise NotAllowed unless the account carries the permission. `None` is the system, which may."""
    if account is not None and not may(account, permission, on):
        raise NotAllowed(
            "role-missing",
            f"您没有办理这一步的权限。可以办理的角色是：{access.roles_labels(permission)}。"
            "如工作需要，请联系系统管理员授予角色。",
            permission=permission,
        )
