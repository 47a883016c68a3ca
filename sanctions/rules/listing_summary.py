"""The monthly summary of listings (名单信息汇总表) to the level above: its parts, its month, and its columns.

Basis: 安监总办〔2017〕49号第四条; the city's blacklist rules 五·（三）. The columns are the county's data
(`registry/policies/county/listing-summary.yaml`), since the sources leave the table itself out.
"""

import datetime as dt
from functools import lru_cache
from pathlib import Path
from typing import Final, Literal

from pydantic import Field

from registry.rules.county import FOLDER, read_county
from registry.rules.policy.values import Model, Text

DEFAULT_FILE: Final = FOLDER / "listing-summary.yaml"

PROPOSED, TAKEN, REMOVED = "proposed", "taken", "removed"
PARTS: Final = {TAKEN: "当月纳入", REMOVED: "当月移出", PROPOSED: "拟纳入（已审议或者已报上级）"}
ColumnCode = Literal[
    "name", "address", "uscc", "leader", "conduct", "department", "list", "clause", "decided_on", "published_on",
    "since", "until", "note",
]  # fmt: skip


class Column(Model):
    """One column: what it holds, and its heading."""

    code: ColumnCode
    label: Text


class Taken(Model):
    """By which day an entry belongs to a month, and why."""

    on: Literal["publication-or-decision"]
    reason: Text


class ListingSummary(Model):
    """The table's columns in order; `assumed` with a reason as long as no source gives them."""

    clause: Text
    assumed: bool
    reason: str = ""
    taken: Taken
    columns: tuple[Column, ...] = Field(min_length=1)


@lru_cache(maxsize=2)
def listing_summary(path: Path = DEFAULT_FILE) -> ListingSummary:
    """Read the county's table. Raises PackError naming file, place and the way out."""
    return read_county(ListingSummary, path)


def month_of(text: str) -> dt.date | None:
    """Return the first day of a month written `2026-10`, None for anything else."""
    try:
        return dt.datetime.strptime(text, "%Y-%m").date()  # noqa: DTZ007  (a month has no zone)
    except ValueError:
        return None


def month_before(on: dt.date) -> dt.date:
    """Return the first day of the month before the one of `on`: the month that is reported."""
    return (on.replace(day=1) - dt.timedelta(days=1)).replace(day=1)


def month_end(first: dt.date) -> dt.date:
    """Return the last day of the month that begins on `first`."""
    return (first.replace(day=28) + dt.timedelta(days=4)).replace(day=1) - dt.timedelta(days=1)
