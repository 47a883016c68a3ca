"""Reading long exports: each account its own, until their time is over."""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import QuerySet

from registry.base.personal_data import text_open
from registry.models import Account, ExportFile, Record
from registry.rules.retention import EXPORT_FILES, county_retention


def exports_of(account: Account) -> QuerySet[ExportFile]:
    """Return what the account itself asked for, newest first: nobody sees another's files."""
    return ExportFile.objects.filter(account=account).select_related("attachment").order_by("-pk")


def given_of(export: ExportFile) -> dict[str, Any]:
    """Return what was asked; empty once its time is over."""
    given: dict[str, Any] = json.loads(text_open(export.given_sealed) or "{}")
    return given


def export_last_day(export: ExportFile) -> date | None:
    """Return the last day on which a file can be fetched; None while it is being made."""
    return None if export.settled_on is None else county_retention().of(EXPORT_FILES).last_day(export.settled_on)


def export_is_over(export: ExportFile, on: date) -> bool:
    """Whether the time of a file is over on the day `on`, whether or not a job has removed it."""
    last = export_last_day(export)
    return last is not None and last < on


@dataclass(frozen=True)
class FaultyRecord:
    """A record that stood in the way of an export, and why."""

    record: Record
    reasons: tuple[str, ...]


def faulty_records(export: ExportFile) -> list[FaultyRecord]:
    """Return the records that stood in the way, at most the first 200. One query."""
    kept: Sequence[tuple[int, list[str]]] = json.loads(text_open(export.faults_sealed) or "[]")
    records = Record.objects.select_related("subject").in_bulk([pk for pk, _ in kept])
    return [FaultyRecord(records[pk], tuple(reasons)) for pk, reasons in kept if pk in records]
