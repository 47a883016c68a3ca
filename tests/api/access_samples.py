"""What the addresses of departments' systems and their webhooks point at (see tests/access_samples.py)."""

from collections.abc import Callable
from typing import Any

from registry import clock
from registry.services.webhooks import webhook_open
from tests.api.clients import make_client
from tests.sanctions.listing import make_entry, make_order


def a_client(world: Any) -> dict[str, Any]:
    return {"public_id": make_client(department=world.department).public_id}


def a_webhook(world: Any) -> dict[str, Any]:
    opened = webhook_open(
        client=make_client(department=world.department), url="https://shenpi.example/", kinds=["entry.listed"],
        actor=None, on=clock.today(),
    )  # fmt: skip
    return {"public_id": opened.webhook.public_id}


def an_order(world: Any) -> dict[str, Any]:
    entry = make_entry("mem-2023-11", "blacklist", on=clock.today(), subject=world.subject)
    return {"public_id": make_order(entry, world.department, on=clock.today()).public_id}


SAMPLES: dict[str, Callable[[Any], dict[str, Any]]] = {
    "api:subject-records": lambda world: {"code": "91370323MA0000000X"},
    "api:order-effects": an_order,
    "api:order-confirm-pause": an_order,
    "api:order-confirm-resumption": an_order,
    "api:webhook": a_webhook,
    "api:webhook-pause": a_webhook,
    "api:webhook-resume": a_webhook,
    "api:webhook-secret": a_webhook,
    "api:webhook-replay": a_webhook,
    "registry:client-detail": a_client,
    "registry:client-change": a_client,
    "registry:client-rotate": a_client,
    "registry:client-close": a_client,
    "registry:webhook-new": a_client,
    "registry:webhook-detail": a_webhook,
    "registry:webhook-step": lambda world: a_webhook(world) | {"step": "pause"},
    "disclosure:open-data-file": lambda world: {"name": "key.pem"},
}
