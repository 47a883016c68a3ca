"""Writes over the API act once a key: the answer is kept in the transaction that acted."""

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db import transaction

from registry.base.errors import Conflict
from registry.models import ApiAnswer, ApiClient


@dataclass(frozen=True)
class Answer:
    """What a write answered. `is_repeated`: it was kept from the first request."""

    status: int
    body: dict[str, Any]
    is_repeated: bool = False


def request_digest(method: str, path: str, body: object) -> str:
    """Return SHA-256 (hex) over what a request asks for; the order of keys does not matter."""
    text = json.dumps([method, path, body], sort_keys=True, ensure_ascii=False, cls=DjangoJSONEncoder)
    return hashlib.sha256(text.encode()).hexdigest()


@transaction.atomic
def answer_once(
    *, client: ApiClient, key: str, digest: str, act: Callable[[], tuple[int, dict[str, Any]]], at: datetime
) -> Answer:
    """Act and keep the answer under the client's key, or return what was kept for the same request.

    Two at once queue on the key's unique index. A refusal rolls back and keeps nothing, so that it may be tried again.
    Raises Conflict when the key was used for another request.
    """
    row, is_new = ApiAnswer.objects.get_or_create(client=client, key=key, defaults={"request_digest": digest, "at": at})
    if not is_new:
        if row.request_digest != digest:
            raise Conflict(
                "idempotency-key-reused",
                f"Idempotency-Key“{key}”已用于另一个请求，本次没有办理。重试同一请求请原样发送；新的请求请换一个键。",
                field="Idempotency-Key",
                value=key,
            )
        return Answer(row.status, row.body, is_repeated=True)
    status, body = act()
    row.status, row.body = status, json.loads(json.dumps(body, cls=DjangoJSONEncoder))
    row.save(update_fields=["status", "body"])
    return Answer(status, row.body)
