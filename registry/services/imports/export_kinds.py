"""What of imports and the national sheets can be taken as a file, asked in plain values, so that a job can ask it too."""

from datetime import date
from typing import Any

from registry.models import Account, Department, ImportBatch, ImportRow
from registry.rules.publicity import Kind as Table
from registry.selectors.imports import import_rows, records_reported
from registry.services import authz
from registry.services.export_files import Given, Kind, register_export, rows_up_to
from registry.services.imports.returning import export_make, export_require, import_failed_file
from registry.services.made_files import MadeFile

NATIONAL, FAILED = "national", "import-failed"


def national_given(
    *, kind: Table, department: Department | None, decided_from: date, decided_until: date, **more: Any
) -> dict[str, Any]:
    """Return the wish for a national sheet; `more`: what else `export_make` takes, plain already."""
    return {
        "kind": str(kind.value), "department": department and department.pk, "decided_from": decided_from.isoformat(),
        "decided_until": decided_until.isoformat(), **more,
    }  # fmt: skip


def _national(given: Given) -> dict[str, Any]:
    department = None if given["department"] is None else Department.objects.get(pk=given["department"])
    days = {name: date.fromisoformat(given[name]) for name in ("decided_from", "decided_until")}
    return {**given, **days, "kind": Table(given["kind"]), "department": department}


def _national_require(given: Given, actor: Account, on: date) -> None:
    wish = _national(given)
    export_require(
        decided_from=wish["decided_from"], decided_until=wish["decided_until"], purpose=wish["purpose"],
        with_identities=wish["with_identities"], actor=actor, on=on,
    )  # fmt: skip


def _national_count(given: Given, on: date, most: int) -> int:
    wish = _national(given)
    named = ("kind", "department", "decided_from", "decided_until")
    return rows_up_to(records_reported(**{name: wish[name] for name in named}), most)


def _national_make(given: Given, actor: Account, on: date) -> MadeFile:
    return export_make(**_national(given), actor=actor, on=on)


def failed_given(batch: ImportBatch) -> dict[str, Any]:
    """Return the wish for the rows of an import that failed."""
    return {"batch": batch.pk}


def _failed_require(given: Given, actor: Account, on: date) -> None:
    authz.require(actor, "import.run", on=on)


def _failed_count(given: Given, on: date, most: int) -> int:
    return rows_up_to(import_rows(ImportBatch.objects.get(pk=given["batch"]), ImportRow.State.REFUSED), most)


def _failed_make(given: Given, actor: Account, on: date) -> MadeFile:
    return import_failed_file(batch_id=given["batch"], actor=actor, on=on)


for _kind in (
    Kind(NATIONAL, "国家模板表", _national_require, _national_count, _national_make),
    Kind(FAILED, "导入未通过的行", _failed_require, _failed_count, _failed_make),
):
    register_export(_kind)
