"""Rights: which roles an account holds on a day, and the one refusal when they do not suffice."""

from datetime import date

from registry.base.errors import NotAllowed
from registry.models import Account
from registry.rules import access
from registry.selectors.rights import roles_on

__all__ = ["may", "require", "roles_on"]


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
