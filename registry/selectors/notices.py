"""Notices: what was owed to whom, and what failed."""

from typing import Final

from django.db.models import Q, QuerySet

from registry.models import Account, Notice

COUNT_MOST: Final = 10_000
_ARRIVED: Final = (Notice.State.DELIVERED, Notice.State.SERVED)


def notice_list(*, state: str = "", text: str = "") -> QuerySet[Notice]:
    """Return notices, the newest first; `text` is part of the title or of the addressee's name."""
    found = Notice.objects.select_related("subject", "department", "account").order_by("-id")
    if state:
        found = found.filter(state=state)
    if text:
        found = found.filter(
            Q(title__icontains=text)
            | Q(subject__name__icontains=text)
            | Q(department__name__icontains=text)
            | Q(account__display_name__icontains=text)
        )
    return found


def notice_counts() -> dict[str, int]:
    """Return how many notices are in each state: exactly where something is left to do; of those that have arrived, of
    which there are ever more, a number above `COUNT_MOST` means: more than that."""
    counts = {}
    for state in Notice.State.values:
        found = Notice.objects.order_by().filter(state=state)
        counts[state] = (found[: COUNT_MOST + 1] if state in _ARRIVED else found).count()
    return counts


def notices_failed() -> int:
    """Return how many notices could not be delivered."""
    return Notice.objects.filter(state=Notice.State.FAILED).count()


def inbox(account: Account) -> QuerySet[Notice]:
    """Return the notices addressed to `account`, or to its department, that have arrived; the newest first."""
    arrived = Notice.objects.filter(state__in=_ARRIVED)
    mine = Q(account=account)
    if account.department_id is not None:
        mine |= Q(department=account.department_id)
    return arrived.filter(mine).order_by("-id")
