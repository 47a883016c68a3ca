"""The list of supervision tiers as a file, asked in plain values, so that a job can ask it too."""

from dataclasses import asdict
from datetime import date
from typing import Any

from incentives.selectors.tiers import TierFilters, tier_export, tier_list
from registry.models import Account
from registry.services import authz
from registry.services.export_files import Given, Kind, register_export, rows_up_to
from registry.services.imports.writing import CONTENT_TYPES
from registry.services.made_files import MadeFile, scratch
from registry.services.workbooks import Sheet, write_workbook

TIERS = "tiers"


def tiers_given(filters: TierFilters) -> dict[str, Any]:
    """Return the wish for the list, narrowed as on its page."""
    return asdict(filters)


def tiers_file(*, filters: TierFilters, actor: Account, on: date) -> MadeFile:
    """Write who is in which tier on the day `on` as xlsx, row by row. Raises NotAllowed."""
    authz.require(actor, "tier.view", on=on)
    rows = tier_export(filters, on)
    header = next(rows)
    stream = scratch()
    count = write_workbook(stream, [Sheet("信用等级", header, rows)])
    stream.seek(0)
    return MadeFile(stream, f"信用等级-{on}.xlsx", CONTENT_TYPES["xlsx"], sum(count))


def _require(given: Given, actor: Account, on: date) -> None:
    authz.require(actor, "tier.view", on=on)


def _count(given: Given, on: date, most: int) -> int:
    return rows_up_to(tier_list(TierFilters(**given), on), most)


def _make(given: Given, actor: Account, on: date) -> MadeFile:
    return tiers_file(filters=TierFilters(**given), actor=actor, on=on)


register_export(Kind(TIERS, "信用等级", _require, _count, _make))
