"""Jobs on demand: the wish is an outbox row, so the page does not wait and a dead worker loses nothing."""

import uuid
from datetime import date, datetime
from typing import Any

from celery import current_app
from django.db import transaction

from registry.base.errors import InvalidInput
from registry.models import Account, OutboxMessage
from registry.rules.jobs import JOBS
from registry.services import authz
from registry.services.events import event_record
from registry.services.outbox import outbox_put

TOPIC = "job.run"


@transaction.atomic
def job_ask(*, name: str, actor: Account, on: date, at: datetime) -> OutboxMessage:
    """Ask for one run of the job `name`. Raises InvalidInput for a job that nobody may ask for, and NotAllowed."""
    job = JOBS.get(name)
    if job is None:
        raise InvalidInput("job-unknown", f"没有可以手动运行的任务“{name}”，请从列表中选择。", field="name")
    authz.require(actor, job.permission, on=on)
    message = outbox_put(TOPIC, key=str(uuid.uuid4()), payload={"name": name}, at=at)
    event_record("job.asked", f"手动运行任务：{job.label}", obj=message, actor=actor, on=on, payload={"name": name})
    return message


def job_carry_out(payload: dict[str, Any], now: datetime) -> None:
    """Outbox handler: run the job here, as the schedule would. Every job is safe to run twice; its own row tells how
    it went, so a failed run is not put back."""
    # A worker has loaded the tasks already; a command that drains the outbox has not.
    current_app.loader.import_default_modules()
    current_app.tasks[payload["name"]].apply()
