"""What the API keeps only for a while: answers remembered under a key, tokens that have run out."""

from datetime import datetime, timedelta
from typing import Any, Final

from django.db import models, transaction
from oauth2_provider.models import get_access_token_model

from registry.models import ApiAnswer

ANSWERS_KEPT: Final = timedelta(days=30)
"""How long an `Idempotency-Key` is remembered; promised in docs/api/README.md."""

TOKENS_KEPT: Final = timedelta(days=1)
_BATCH = 1_000


def api_clear(*, at: datetime) -> dict[str, int]:
    """Forget answers older than `ANSWERS_KEPT` and tokens that ran out more than `TOKENS_KEPT` ago; return how many.

    In batches of a transaction each, so that no request waits for it. What an answer told stands on the timeline; after
    the key is forgotten the thing's own state refuses doubling.
    """
    answers = ApiAnswer.objects.filter(at__lt=at - ANSWERS_KEPT)
    tokens = get_access_token_model().objects.filter(expires__lt=at - TOKENS_KEPT)
    return {"answers": _in_batches(answers), "tokens": _in_batches(tokens)}


def _in_batches(rows: models.QuerySet[Any]) -> int:
    total = 0
    while ids := list(rows.order_by("pk").values_list("pk", flat=True)[:_BATCH]):
        with transaction.atomic():
            rows.model._default_manager.filter(pk__in=ids).delete()
        total += len(ids)
    return total
