"""Webhooks and their deliveries as clients and administrators read them."""

from collections import Counter
from collections.abc import Iterable

from django.db.models import Count, OuterRef, Q, QuerySet, Subquery

from registry.models import ApiClient, Webhook, WebhookDelivery, WebhookFeed
from registry.rules.webhooks import KINDS

State = WebhookDelivery.State


def webhooks_of(client: ApiClient) -> QuerySet[Webhook]:
    """Return a client's standing webhooks, in order of their opening."""
    return Webhook.objects.filter(client=client, closed_on__isnull=True).select_related("health").order_by("pk")


def webhook_list() -> QuerySet[Webhook]:
    """Return all webhooks, standing ones first, each client's together."""
    return Webhook.objects.select_related("client__department", "health").order_by("client__name", "pk")


def open_counts(webhooks: Iterable[Webhook]) -> dict[int, Counter[str]]:
    """Return by webhook how many deliveries wait and how many are dead; `failing`: of those that wait, how many were
    tried in vain. One query."""
    found: dict[int, Counter[str]] = {each.pk: Counter() for each in webhooks}
    rows = WebhookDelivery.objects.filter(webhook__in=found, state__in=(State.WAITING, State.DEAD)).order_by()
    tried = Count("pk", filter=~Q(last_error=""))
    for webhook_id, state, count, vain in rows.values_list("webhook", "state").annotate(count=Count("pk"), vain=tried):
        found[webhook_id][state] = count
        if state == State.WAITING:
            found[webhook_id]["failing"] = vain
    return found


def last_errors(webhooks: Iterable[Webhook]) -> dict[int, str]:
    """Return by webhook why the latest delivery that is still open could not be made; webhooks without one are left out.
    One query."""
    rows = WebhookDelivery.objects.filter(webhook__in=list(webhooks), state__in=(State.WAITING, State.DEAD))
    rows = rows.exclude(last_error="").order_by("available_at", "pk")
    return dict(rows.values_list("webhook", "last_error"))


def deliveries_of(webhook: Webhook, *, state: str = "") -> QuerySet[WebhookDelivery]:
    """Return a webhook's deliveries, the newest first, with `held_by` (the number of an earlier one of its subject that
    is still open); of one state where asked."""
    earlier = WebhookDelivery.objects.filter(
        webhook=OuterRef("webhook"), subject=OuterRef("subject"), number__lt=OuterRef("number"),
        state__in=(State.WAITING, State.DEAD),
    )  # fmt: skip
    rows = WebhookDelivery.objects.filter(webhook=webhook).select_related("event").order_by("-number")
    rows = rows.annotate(held_by=Subquery(earlier.order_by("number").values("number")[:1]))
    return rows.filter(state=state) if state else rows


def deliveries_dead() -> QuerySet[WebhookDelivery]:
    """Return the deliveries that were given up and wait for an administrator, oldest first, each with its webhook."""
    rows = WebhookDelivery.objects.filter(state=State.DEAD).select_related("event", "webhook__client__department")
    return rows.order_by("settled_at", "pk")


def webhooks_unreachable() -> QuerySet[Webhook]:
    """Return the standing webhooks whose receiver is away."""
    return webhook_list().filter(closed_on__isnull=True, is_paused=False, health__unreachable_since__isnull=False)


def held_back(deliveries: Iterable[WebhookDelivery]) -> Counter[int]:
    """Return by dead delivery how many later ones about its subject wait behind it. One query for a page."""
    deliveries = list(deliveries)
    if not deliveries:
        return Counter()
    lanes = Q()
    for each in deliveries:
        lanes |= Q(webhook=each.webhook_id, subject=each.subject_id, number__gt=each.number)
    rows = WebhookDelivery.objects.filter(lanes, state=State.WAITING).values_list("webhook", "subject", "number")
    behind: Counter[int] = Counter()
    for webhook_id, subject_id, number in rows:
        for each in deliveries:
            if (each.webhook_id, each.subject_id) == (webhook_id, subject_id) and number > each.number:
                behind[each.pk] += 1
    return behind


def last_number() -> int:
    """Return the number of the newest numbered event, 0 where there is none."""
    feed = WebhookFeed.objects.first()
    return feed.last if feed is not None else 0


def kind_labels(webhook: Webhook) -> list[str]:
    """Return what the webhook wants, in words."""
    return [KINDS[kind].label for kind in webhook.kinds if kind in KINDS]
