"""Accounts as administrators read them."""

from datetime import date

from allauth.mfa.models import Authenticator
from django.db.models import Exists, OuterRef, Prefetch, Q, QuerySet

from registry.models import Account, Department, RoleGrant


def account_list(
    *, on: date, text: str = "", department: Department | None = None, role: str = "", active: bool | None = None
) -> QuerySet[Account]:
    """Return accounts with `grants_now` (the roles in force on `on`) and `has_second_factor`, by user name."""
    current = Q(starts_on__lte=on) & (Q(ends_on__isnull=True) | Q(ends_on__gt=on))
    found = Account.objects.select_related("department", "subject").annotate(
        has_second_factor=Exists(Authenticator.objects.filter(user=OuterRef("pk")))
    )
    if text:
        found = found.filter(Q(username__icontains=text) | Q(display_name__icontains=text))
    if department is not None:
        found = found.filter(department=department)
    if role:
        found = found.filter(Exists(RoleGrant.objects.filter(current, account=OuterRef("pk"), role=role)))
    if active is not None:
        found = found.filter(is_active=active)
    return found.prefetch_related(
        Prefetch("grants", queryset=RoleGrant.objects.filter(current).order_by("role"), to_attr="grants_now")
    ).order_by("username")


def grant_list(account: Account) -> QuerySet[RoleGrant]:
    """Return every role that the account holds or held, the newest first."""
    return account.grants.select_related("granted_by").order_by("-starts_on", "-pk")
