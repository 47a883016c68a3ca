"""What the addresses of the red list, joint incentives and tiers point at; see tests/access_samples.py."""

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile

from incentives.models import Honour, IncentiveGrant, TierObjection
from incentives.services.honours import Nomination, honour_nominate, honour_publicise, objection_register
from registry import clock
from tests.incentives.honouring import DEPARTMENTS, DISTRICT, Day
from tests.sanctions.case_world import activate


def an_honour(world: Any) -> Honour:
    """A nomination by a department for the red list of the district's plan, not reviewed yet."""
    activate(DISTRICT, clock.today())
    user = world.accounts["department"]
    return honour_nominate(
        subject_id=world.subject.pk, key=DISTRICT, department_id=world.department.pk,
        nomination=Nomination("演示局", "演示", DEPARTMENTS, [SimpleUploadedFile("推荐表.txt", "演示".encode())]),
        actor=user, on=clock.today(),
    )  # fmt: skip


def an_honour_file(world: Any) -> dict[str, Any]:
    honour = an_honour(world)
    return {"public_id": honour.public_id, "file_id": honour.files.get().attachment.public_id}


def a_publicised_honour(world: Any) -> Honour:
    honour = an_honour(world)
    return honour_publicise(honour_id=honour.pk, reason="演示", actor=world.accounts["reviewer"], on=clock.today())


def an_honour_objection(world: Any) -> dict[str, Any]:
    honour = a_publicised_honour(world)
    objection = objection_register(
        honour_id=honour.pk, text="演示", sender="", received_on=clock.today(), actor=world.accounts["handler"],
        on=clock.today(),
    )  # fmt: skip
    return {"public_id": honour.public_id, "objection_id": objection.pk}


def a_grant_of_incentive(world: Any) -> dict[str, Any]:
    """An incentive asked of the world's department, for an honour that was recognised today."""
    honour = an_honour(world)
    honour.starts_on = honour.decided_on = clock.today()
    honour.state, honour.term_ends_on, honour.ends_on = "recognised", Day(2999, 1, 1), Day(2999, 1, 1)
    honour.save_by(None, reason="test")
    grant = IncentiveGrant(
        honour=honour, department=world.department, catalogue=DISTRICT, catalogue_hash=honour.policy.content_hash,
        code="6.2", label="绿色通道", dispatched_on=clock.today(),
    )  # fmt: skip
    return {"public_id": grant.save_by(None, reason="test").public_id}


def a_tier_objection(world: Any) -> dict[str, Any]:
    objection = TierObjection(
        subject=world.subject, department=world.department, tier_label="A级", text="演示", filed_on=clock.today()
    )
    return {"public_id": objection.save_by(None, reason="test").public_id}


def _a_subject(world: Any) -> dict[str, Any]:
    return {"public_id": world.subject.public_id}


SAMPLES = {
    "honours:new": _a_subject,
    "honours:detail": lambda world: {"public_id": an_honour(world).public_id},
    "honours:file": an_honour_file,
    "honours:answer": an_honour_objection,
    "honours:step": lambda world: {"public_id": an_honour(world).public_id, "step": "withdraw"},
    "grants:detail": a_grant_of_incentive,
    "grants:step": lambda world: a_grant_of_incentive(world) | {"step": "receive"},
    "tiers:subject": _a_subject,
    "tiers:objection": a_tier_objection,
    "disclosure:honour": lambda world: {"public_id": a_publicised_honour(world).public_id},
}
