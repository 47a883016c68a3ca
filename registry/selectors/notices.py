"""Notices: what was owed to whom, and what failed."""

from django.db.models import Count, Q, QuerySet

from registry.models import Account, Notice


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
    """Return how many notices are in each state; a state that none is in is 0."""
    counted = dict(Notice.objects.order_by().values_list("state").annotate(Count("pk")))
    return {state: counted.get(state, 0) for state in Notice.State.values}


def notices_failed() -> int:
    """Return how many notices could not be delivered."""
    return Notice.objects.filter(state=Notice.State.FAILED).count()


def inbox(account: Account) -> QuerySet[Notice]:
    """Return the notices addressed to `account`, or to its department, that have arrived; the newest first."""
    arrived = Notice.objects.filter(state__in=[Notice.State.DELIVERED, Notice.State.SERVED])
    mine = Q(account=account)
    if account.department_id is not None:
        mine |= Q(department=account.department_id)
    return arrived.filter(mine).order_by("-id")
