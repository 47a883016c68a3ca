"""What is pushed about public entries and a department's orders: what the client would read of them now."""

from datetime import date
from typing import Any

from registry.models import ApiClient, WebhookEvent
from registry.services.webhook_sending import register_composer
from sanctions.api.orders import order_told
from sanctions.api.wording import entry_told, subject_ref
from sanctions.models import MeasureOrder
from sanctions.selectors.changes import entry_now
from sanctions.selectors.orders import order_rows


def entry_pushed(event: WebhookEvent, client: ApiClient, on: date) -> dict[str, Any] | None:
    """Tell a public entry as a change of the lists does: once it is over, nothing but which one to forget."""
    entry = entry_now(event.object_id, on=on)
    gone = not entry.is_public or entry.ends_on <= on
    told = None
    if not gone:
        told = entry_told(entry, is_paused=entry.paused_now)  # type: ignore[attr-defined]
        told |= {"subject": subject_ref(entry.subject)}
    return {"tombstone": gone, "entry_id": entry.public_id, "entry": told}


def order_pushed(event: WebhookEvent, client: ApiClient, on: date) -> dict[str, Any] | None:
    """Tell an order of the client's department; None for another's."""
    order = (
        MeasureOrder.objects.select_related("entry__subject", "department")
        .filter(pk=event.object_id, department=client.department_id)
        .first()
    )
    return {"order": order_told(order_rows([order], on)[0])} if order is not None else None


register_composer("entry", entry_pushed)
register_composer("order", order_pushed)
