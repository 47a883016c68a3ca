"""Rights: which roles an account holds on a day, and the one refusal when they do not suffice."""

from datetime import date

from registry.base.errors import NotAllowed
from registry.models import Account
from registry.rules import access
from registry.selectors.rights import may, roles_on

__all__ = ["may", "require", "roles_on"]


def require(account: Account | None, permission: str, *, on: date) -> None:
    """Raise NotAllowed unless the account carries the permission. `None` is the system, which may."""
    if account is None or may(account, permission, on):
        return
    if access.may(roles_on(account, on), permission):  # its roles carry it, its department keeps it back
        raise NotAllowed(
            "not-the-office",
            "这一步由信用监管办公室（或者本县为此指定的部门）办理，其他部门不能办理。请把材料转交该办公室。",
            permission=permission,
        )
    raise NotAllowed(
        "role-missing",
        f"您没有办理这一步的权限。可以办理的角色是：{access.roles_labels(permission)}。"
        "如工作需要，请联系系统管理员授予角色。",
        permission=permission,
    )
