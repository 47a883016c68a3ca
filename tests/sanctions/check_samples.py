"""What the addresses of checks and cross-checks point at (see tests/access_samples.py)."""

from collections.abc import Callable
from typing import Any

from registry import clock
from sanctions.models import CrossCheck
from sanctions.rules.checking import Asked
from sanctions.services.check_sheets import check_sheet_make
from tests.sanctions import listing


def a_check(world: Any) -> dict[str, Any]:
    """A check asked by the department's officer, whose files are not made yet."""
    listing.run_policy("memo-2016-1001", on=clock.today())
    sheet = check_sheet_make(
        asked=[Asked(world.subject.uscc or "")], matter="government-procurement", purpose="演示",
        actor=world.accounts["department"], verify_url=lambda code: f"http://testserver/verify/{code}/",
        on=clock.today(), at=clock.now(),
    )  # fmt: skip
    return {"public_id": sheet.public_id}


def a_cross_check(world: Any) -> dict[str, Any]:
    entry = listing.make_entry("mem-2023-11", "blacklist", on=clock.today(), subject=world.subject)
    flag = CrossCheck(
        kind="honour", key="test", subject=world.subject, basis="演示", explanation="演示", opened_on=clock.today()
    ).save_by(None, reason="test")
    flag.entries.add(entry)
    return {"public_id": flag.public_id}


SAMPLES: dict[str, Callable[[Any], dict[str, Any]]] = {
    "sanctions:listing-summary-file": lambda world: {"table_format": "xlsx"},
    "sanctions:check-detail": a_check,
    "sanctions:check-again": a_check,
    "sanctions:check-pdf": a_check,
    "sanctions:check-xlsx": a_check,
    "sanctions:cross-check-detail": a_cross_check,
    "sanctions:cross-check-handle": a_cross_check,
}
