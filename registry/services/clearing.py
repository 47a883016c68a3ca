"""What the API keeps only for a while: answers remembered under a key, tokens that have run out, deliveries taken."""

from datetime import datetime, timedelta
from typing import Any, Final

from django.db import models, transaction
from oauth2_provider.models import get_access_token_model

from registry.models import ApiAnswer, WebhookDelivery
from registry.rules.webhook_county import county_webhooks

ANSWERS_KEPT: Final = timedelta(days=30)
"""How long an `Idempotency-Key` is remembered; promised in docs/api/README.md."""

TOKENS_KEPT: Final = timedelta(days=1)
_BATCH = 1_000


def api_clear(*, at: datetime) -> dict[str, int]:
    """Forget answers older than `ANSWERS_KEPT`, tokens that ran out more than `TOKENS_KEPT` ago and deliveries taken longer
    ago than the county keeps them; return how many.

    In batches of a transaction each, so that no request waits for it. What an answer told stands on the timeline; after
    the key is forgotten the thing's own state refuses doubling.
    """
    answers = ApiAnswer.objects.filter(at__lt=at - ANSWERS_KEPT)
    tokens = get_access_token_model().objects.filter(expires__lt=at - TOKENS_KEPT)
    kept = timedelta(days=county_webhooks().delivered_kept.days)
    return {
        "answers": _in_batches(answers), "tokens": _in_batches(tokens), "deliveries": webhooks_prune(before=at - kept),
    }  # fmt: skip


def webhooks_prune(*, before: datetime) -> int:
    """Forget the deliveries to departments' systems that were taken before `before`; return how many.

    Rows of the queue alone: what waits, failed or was given up stays, and so do the events with their numbers, from which
    a replay owes anew what was forgotten.
    """
    return _in_batches(WebhookDelivery.objects.filter(state=WebhookDelivery.State.DELIVERED, settled_at__lt=before))


def _in_batches(rows: models.QuerySet[Any]) -> int:
    total = 0
    while ids := list(rows.order_by("pk").values_list("pk", flat=True)[:_BATCH]):
        with transaction.atomic():
            rows.model._default_manager.filter(pk__in=ids).delete()
        total += len(ids)
    return total
