"""Sheets of joint action, written row by row; every download is an event."""

import tempfile
from collections.abc import Iterable
from datetime import date
from typing import BinaryIO, cast

from django.db import transaction

from registry.models import Account, Department
from registry.services import authz
from registry.services.events import event_record
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

_IN_MEMORY = 2 * 1024 * 1024


def in_force_file(*, department: Department, wanted: InForceFilter, actor: Account, on: date) -> BinaryIO:
    """Write a department's measures in force on `on` as xlsx; return the open stream. Raises NotAllowed."""
    rows = in_force_cells(measures_in_force(department, on, wanted), on)
    what = f"{department.name}{on}在执行的措施"
    return _written(what, [Sheet("在执行的措施", HEADER, rows)], department, actor, on)


def figures_file(*, span: Span, department: Department, actor: Account, on: date) -> BinaryIO:
    """Write the figures of a span, by department and by measure. `department`: the actor's, which the event names."""
    figures = joint_figures(span)
    sheets = [
        Sheet("部门", ["部门", *FIGURES_HEADER], figures_rows(figures.departments, figures.total)),
        Sheet("措施", ["措施", *FIGURES_HEADER], figures_rows(figures.measures, figures.total)),
    ]
    return _written(f"{span.first}至{span.last}联合惩戒统计", sheets, department, actor, on)


def asked_file(*, span: Span, ask: str, outcome: str, department: Department, actor: Account, on: date) -> BinaryIO:
    """Write every row behind a figure of what was asked."""
    rows = asked_cells(asked_with_outcome(span, ask=ask, outcome=outcome), span)
    what = f"{span.first}至{span.last}{ASKS[ask]}明细"
    return _written(what, [Sheet(ASKS[ask], ASKED_HEADER, rows)], department, actor, on)


def reported_file(*, span: Span, department: Department, actor: Account, on: date) -> BinaryIO:
    """Write every answer that departments gave in a span."""
    rows = reported_cells(reported_in(span))
    what = f"{span.first}至{span.last}部门反馈明细"
    return _written(what, [Sheet("反馈", REPORTED_HEADER, rows)], department, actor, on)


def _written(what: str, sheets: Iterable[Sheet], department: Department, actor: Account, on: date) -> BinaryIO:
    authz.require(actor, "order.view", on=on)
    stream = _scratch()
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
    return stream


def _scratch() -> BinaryIO:
    """Open a file that lives on disk once it grows, and goes when it is closed, which the response does."""
    return cast(BinaryIO, tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY))
