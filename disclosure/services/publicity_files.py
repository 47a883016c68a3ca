"""The monthly form of dual publicity and its rows as xlsx; every download is an event."""

from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from disclosure.models import MissingDecision
from disclosure.rules.publicity_figures import Counts, Line, ranking
from disclosure.selectors.publicity_figures import (
    ROWS_HEADER,
    SHOWN,
    Span,
    concealed_in,
    decision_cells,
    decisions_shown,
    lines_by_department,
)
from disclosure.selectors.submission_cells import HEADER, submission_cells
from registry.models import Account, Record
from registry.services import authz
from registry.services.events import event_record
from registry.services.imports.writing import CONTENT_TYPES
from registry.services.made_files import MadeFile, scratch
from registry.services.workbooks import Sheet, write_workbook

FORM_HEADER = (
    "月份", "网站地址", "决定部门", "种类", "产生", "公示", "上报", "未上报", "未上报原因", "合规", "退回", "待回执", "迟报", "不列入双公示",
    "上报率（%）", "公示率（%）", "合规率（%）", "及时率（%）",
)  # fmt: skip
RANKING_HEADER = ("名次", "决定部门", "综合（%）", "上报率（%）", "公示率（%）", "合规率（%）", "及时率（%）")
MISSING_HEADER = ("决定部门", "种类", "文书号", "决定日期", "清单来源", "核实结论", "未报原因")
XLSX = CONTENT_TYPES["xlsx"]
Cells = list[str | int | float | None]


def month_file(*, span: Span, site: str, actor: Account, on: date) -> MadeFile:
    """Write the monthly form of a span: figures, ranking, every row that is late, not
    reported in time or sent back, what nobody reported. `site`: the address
    where the county publishes. Raises NotAllowed."""
    name = f"双公示月报-{span.first:%Y%m}.xlsx"
    return _written(f"{span.first:%Y年%m月}双公示月报", name, month_sheets(span, site), actor, on)


def month_sheets(span: Span, site: str) -> list[Sheet]:
    """Return the tables of the monthly form."""
    lines, total = lines_by_department(span)
    missing = concealed_in(span).select_related("department", "check_made").order_by("decided_on", "pk")
    late, overdue, refused = (
        decision_cells(decisions_shown(span, shown=shown), shown=shown, on=span.on)
        for shown in ("late", "unreported", "refused")
    )
    return [
        Sheet("双公示月报", FORM_HEADER, _form_rows(span, site, [*lines, total], list(missing))),
        Sheet("排名", RANKING_HEADER, _ranking_rows(lines)),
        Sheet("迟报明细", ROWS_HEADER, late),
        Sheet("逾期未上报明细", ROWS_HEADER, overdue),
        Sheet("退回明细", ROWS_HEADER, refused),
        Sheet("未报明细", MISSING_HEADER, _missing_rows(missing)),
    ]


def decisions_file(*, span: Span, shown: str, kind: str, actor: Account, on: date) -> MadeFile:
    """Write every decision behind a figure. Raises NotAllowed, KeyError for what cannot be shown."""
    rows = decision_cells(decisions_shown(span, shown=shown, kind=kind), shown=shown, on=span.on)
    what = f"{span.first:%Y年%m月}双公示{SHOWN[shown]}明细"
    name = f"双公示{SHOWN[shown]}明细-{span.first:%Y%m}.xlsx"
    return _written(what, name, [Sheet(SHOWN[shown], ROWS_HEADER, rows)], actor, on)


def submissions_file(*, found: QuerySet[Any], actor: Account, on: date) -> MadeFile:
    """Write what became of records in the channels. Raises NotAllowed."""
    name = f"公示渠道报送情况-{on:%Y%m%d}.xlsx"
    return _written("公示渠道报送情况", name, [Sheet("报送情况", HEADER, submission_cells(found))], actor, on)


def _form_rows(span: Span, site: str, lines: list[Line], missing: list[MissingDecision]) -> Iterator[Cells]:
    for line in lines:
        for kind in (Record.Kind.PENALTY, Record.Kind.PERMIT):
            mine = [each for each in missing if each.kind == kind and line.code in ("", each.department.code)]
            yield [
                f"{span.first:%Y-%m}",
                site,
                line.label,
                str(kind.label),
                *_form_cells(line.of(kind), _whys(mine, line.of(kind))),
            ]


def _form_cells(counts: Counts, whys: str) -> Cells:
    return [
        counts.produced, counts.published, counts.reported, counts.not_reported, whys, counts.accepted, counts.refused,
        counts.unanswered, counts.late, counts.exempt, *_rates(counts),
    ]  # fmt: skip


def _whys(missing: list[MissingDecision], counts: Counts) -> str:
    """Say why decisions were not reported: those found elsewhere one by one, those recorded here by their number."""
    whys = [f"{each.number}：{each.why or '待核实'}" for each in missing]
    if waiting := counts.known - counts.reported:
        whys.append(f"{waiting}条已登记、尚未报送，其中逾期{counts.unreported}条")
    return "；".join(whys)


def _rates(counts: Counts) -> Cells:
    return [None if rate is None else float(rate) for rate in counts.rates]


def _ranking_rows(lines: list[Line]) -> Iterator[Cells]:
    for each in ranking(lines):
        yield [each.place, each.line.label, float(each.score), *_rates(each.line.total)]


def _missing_rows(missing: Iterable[MissingDecision]) -> Iterator[Cells]:
    for each in missing:
        yield [
            each.department.name, each.get_kind_display(), each.number, str(each.decided_on), each.check_made.source,
            each.get_verdict_display(), each.why,
        ]  # fmt: skip


def _written(what: str, name: str, sheets: Iterable[Sheet], actor: Account, on: date) -> MadeFile:
    authz.require(actor, "publication.view", on=on)
    stream = scratch()
    rows = write_workbook(stream, sheets)
    stream.seek(0)
    with transaction.atomic():
        event_record(
            "publicity.exported", f"下载{what}，共{sum(rows)}行", obj=actor, actor=actor, on=on, payload={"rows": rows}
        )
    return MadeFile(stream, name, XLSX, sum(rows))
