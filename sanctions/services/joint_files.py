"""Sheets of joint action, written row by row; every download is an event."""

from collections.abc import Iterable
from datetime import date

from django.db import transaction

from registry.models import Account, Department
from registry.services import authz
from registry.services.events import event_record
from registry.services.imports.writing import CONTENT_TYPES
from registry.services.made_files import MadeFile, scratch
from registry.services.workbooks import Sheet, write_workbook
from sanctions.rules.joint_figures import ASKS
from sanctions.selectors.joint_statistics import Span, asked_with_outcome, joint_figures, reported_in
from sanctions.selectors.joint_tables import (
    ASKED_HEADER,
    FIGURES_HEADER,
    REPORTED_HEADER,
    asked_cells,
    figures_rows,
    reported_cells,
)
from sanctions.selectors.measures_in_force import HEADER, InForceFilter, in_force_cells, measures_in_force

XLSX = CONTENT_TYPES["xlsx"]


def in_force_file(*, department: Department, wanted: InForceFilter, actor: Account, on: date) -> MadeFile:
    """Write a department's measures in force on `on` as xlsx. Raises NotAllowed."""
    rows = in_force_cells(measures_in_force(department, on, wanted), on)
    what, name = f"{department.name}{on}在执行的措施", f"{department.short_name}在执行的措施-{on:%Y%m%d}.xlsx"
    return _written(what, name, [Sheet("在执行的措施", HEADER, rows)], department, actor, on)


def figures_file(*, span: Span, department: Department, actor: Account, on: date) -> MadeFile:
    """Write the figures of a span, by department and by measure. `department`: the actor's, which the event names."""
    figures = joint_figures(span)
    sheets = [
        Sheet("部门", ["部门", *FIGURES_HEADER], figures_rows(figures.departments, figures.total)),
        Sheet("措施", ["措施", *FIGURES_HEADER], figures_rows(figures.measures, figures.total)),
    ]
    name = f"联合惩戒统计-{_days(span)}.xlsx"
    return _written(f"{span.first}至{span.last}联合惩戒统计", name, sheets, department, actor, on)


def asked_file(*, span: Span, ask: str, outcome: str, department: Department, actor: Account, on: date) -> MadeFile:
    """Write every row behind a figure of what was asked."""
    rows = asked_cells(asked_with_outcome(span, ask=ask, outcome=outcome), span)
    what = f"{span.first}至{span.last}{ASKS[ask]}明细"
    name = f"{ASKS[ask]}明细-{_days(span)}.xlsx"
    return _written(what, name, [Sheet(ASKS[ask], ASKED_HEADER, rows)], department, actor, on)


def reported_file(*, span: Span, department: Department, actor: Account, on: date) -> MadeFile:
    """Write every answer that departments gave in a span."""
    rows = reported_cells(reported_in(span))
    what = f"{span.first}至{span.last}部门反馈明细"
    name = f"部门反馈明细-{_days(span)}.xlsx"
    return _written(what, name, [Sheet("反馈", REPORTED_HEADER, rows)], department, actor, on)


def _days(span: Span) -> str:
    return f"{span.first:%Y%m%d}-{span.last:%Y%m%d}"


def _written(
    what: str, name: str, sheets: Iterable[Sheet], department: Department, actor: Account, on: date
) -> MadeFile:  # fmt: skip
    authz.require(actor, "order.view", on=on)
    stream = scratch()
    rows = write_workbook(stream, sheets)
    stream.seek(0)
    with transaction.atomic():
        event_record(
            "orders.exported",
            f"下载{what}，共{sum(rows)}行",
            obj=department,
            actor=actor,
            on=on,
            payload={"rows": rows},
        )
    return MadeFile(stream, name, XLSX, sum(rows))
