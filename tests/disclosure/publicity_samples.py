"""What the addresses of dual publicity point at (see tests/access_samples.py)."""

from collections.abc import Callable
from typing import Any

from disclosure.models import MissingDecision, SpotCheck
from registry import clock
from tests.factories import make_account


def make_spot_check(department: Any, actor: Any, *, kind: str = "penalty", **fields: Any) -> SpotCheck:
    given = {"source": "演示局门户网站", "file_name": "清单.xlsx", "total": 1, "absent": 1, "made_on": clock.today()}
    return SpotCheck.objects.create(kind=kind, department=department, made_by=actor, **given | fields)


def make_missing(check: SpotCheck, *, number: str = "演示罚〔2026〕901号", **fields: Any) -> MissingDecision:
    given = {"line": 2, "number_normalized": number, "decided_on": clock.today(), "kind": check.kind,
             "department": check.department}  # fmt: skip
    return MissingDecision(check_made=check, number=number, **given | fields).save_by(None, reason="test")


def _check(world: Any) -> SpotCheck:

    return make_spot_check(world.department, make_account("handler"))


SAMPLES: dict[str, Callable[[Any], dict[str, Any]]] = {
    "publications:spot-detail": lambda world: {"public_id": _check(world).public_id},
    "publications:missing-settle": lambda world: {"missing_id": make_missing(_check(world)).pk},
}
