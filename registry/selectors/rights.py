"""Which roles an account holds on a day."""

from datetime import date

from django.db.models import Q

from registry.models import Account
from registry.selectors.remembered import remembered


def roles_on(account: Account, on: date) -> frozenset[str]:
    """Return the roles that `account` holds on the day `on` (grants are half-open periods)."""
    if not account.is_authenticated or not account.is_active:
        return frozenset()
    return remembered(("roles", account.pk, on), lambda: _roles_read(account, on))


def _roles_read(account: Account, on: date) -> frozenset[str]:
    grants = account.grants.filter(Q(ends_on__isnull=True) | Q(ends_on__gt=on), starts_on__lte=on)
    return frozenset(grants.values_list("role", flat=True))
