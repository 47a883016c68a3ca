"""What the addresses of random inspections point at, for tests/access_samples.py."""

from collections.abc import Callable
from typing import Any, Protocol

from incentives.models import InspectionPlan
from incentives.services.inspection_registers import conflict_add
from registry import clock
from registry.models import Account, Department, Subject
from tests.incentives.inspecting import Bureau


class World(Protocol):
    """What these samples need of the smallest county."""

    department: Department
    subject: Subject

    @property
    def accounts(self) -> dict[str, Account]: ...


def bureau(world: World) -> Bureau:
    return Bureau(department=world.department, accounts=dict(world.accounts))


def drawn(world: World) -> InspectionPlan:
    """A plan that drew the world's subject."""
    assert world.subject.pk
    return bureau(world).drawn(shares={"ungraded": 100})


def a_plan(world: World) -> dict[str, Any]:
    return {"public_id": drawn(world).public_id}


def a_year(world: World) -> dict[str, Any]:
    return {"public_id": drawn(world).year.public_id}


def a_visit(world: World) -> dict[str, Any]:
    return {"public_id": drawn(world).visits.get().public_id}


def an_inspector(world: World) -> dict[str, Any]:
    return {"public_id": bureau(world).inspectors[0].public_id}


def a_conflict(world: World) -> dict[str, Any]:
    row = conflict_add(
        inspector_id=bureau(world).inspectors[0].pk, subject_id=world.subject.pk, kind="kin", note="",
        actor=world.accounts["handler"], on=clock.today(),
    )  # fmt: skip
    return {"conflict_id": row.pk}


SAMPLES: dict[str, Callable[[Any], dict[str, Any]]] = {
    "inspections:year": a_year,
    "inspections:year-step": lambda world: a_year(world) | {"step": "reopen"},
    "inspections:plan-new": a_year,
    "inspections:plan": a_plan,
    "inspections:plan-edit": a_plan,
    "inspections:plan-estimate": a_plan,
    "inspections:plan-redraw": a_plan,
    "inspections:plan-population": a_plan,
    "inspections:results-publish": a_plan,
    "inspections:plan-step": lambda world: a_plan(world) | {"step": "draw"},
    "inspections:visit": a_visit,
    "inspections:visit-step": lambda world: a_visit(world) | {"step": "record"},
    "inspections:matter-end": lambda world: {"public_id": bureau(world).matter.public_id},
    "inspections:inspector": an_inspector,
    "inspections:inspector-end": an_inspector,
    "inspections:conflict-end": a_conflict,
    "inspections:other-new": lambda world: {"public_id": world.subject.public_id},
    "disclosure:inspection-plan": a_plan,
}
