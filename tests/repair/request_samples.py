"""Requests for the access table."""

from typing import TYPE_CHECKING, Any

from registry import clock
from repair.services.repairs import repair_file

if TYPE_CHECKING:
    from tests.access_samples import World


def an_application(world: "World") -> dict[str, Any]:
    application = repair_file(
        subject_id=world.subject.pk, statement="演示", record_id=world.record.pk, actor=world.accounts["subject"],
        on=clock.today(),
    )  # fmt: skip
    return {"public_id": application.public_id}
