"""Joint action as tables: the same cells for the pages' sheets, the monthly report and its document."""

from collections.abc import Iterator, Sequence
from decimal import Decimal

from django.db.models import QuerySet

from registry.models import Deadline
from sanctions.models import OrderFeedback
from sanctions.rules.joint_figures import OUTCOMES, Row
from sanctions.selectors.joint_statistics import Span, asked_rows, chunks_of

FIGURES_HEADER = (
    "派发任务", "按期办理", "逾期办理", "未到期", "逾期未办", "期限撤销", "响应率（%）", "按期率（%）", "平均响应（工作日）", "确认解除（应）",
    "确认解除（已）", "确认暂停（应）", "确认暂停（已）", "确认恢复（应）", "确认恢复（已）", "本期落实", "本期不予采取", "金额（元）", "事项（件）",
)  # fmt: skip
ASKED_HEADER = (
    "主体", "统一社会信用代码", "名单", "实施部门", "措施", "事项", "派发日期", "截止日", "完成日", "结果", "响应（工作日）", "依据",
)  # fmt: skip
REPORTED_HEADER = (
    "主体", "统一社会信用代码", "名单", "实施部门", "措施", "种类", "反馈日期", "实施日期", "说明", "文书号", "金额（元）", "事项（件）",
)  # fmt: skip

Cells = list[str | int | float | None]


def figures_cells(row: Row) -> Cells:
    """Return the figures of one department or measure under `FIGURES_HEADER`."""
    answer, effect = row.answer, row.effect
    cells: Cells = [
        answer.asked, answer.in_time, answer.late, answer.waiting, answer.overdue, answer.lapsed,
        _number(answer.rate), _number(answer.punctual_rate), _number(answer.mean_days),
    ]  # fmt: skip
    for ask in ("ending", "pause", "resumption"):
        cells += [row.asks[ask].asked, row.asks[ask].answered]
    return [*cells, effect.carried_out, effect.refused, float(effect.amount), effect.cases]


def _number(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


def figures_rows(rows: Sequence[Row], total: Row) -> Iterator[Cells]:
    """Yield a name and the figures of each row, then of the total."""
    for row in (*rows, total):
        yield [row.label, *figures_cells(row)]


def asked_cells(found: QuerySet[Deadline], span: Span) -> Iterator[Cells]:
    """Yield what was asked under `ASKED_HEADER`, read in chunks."""
    for chunk in chunks_of(found):
        for row in asked_rows(chunk, span.as_of):
            order, deadline = row.order, row.deadline
            is_met = row.days is not None
            yield [
                order.entry.subject.name, order.entry.subject.uscc or "", order.entry.list_label,
                order.department.name, order.title, deadline.label, str(deadline.starts_on), str(deadline.due_on),
                str(deadline.met_on) if is_met else "", OUTCOMES[row.outcome], row.days,
                "；".join(order.legal_basis),
            ]  # fmt: skip


def reported_cells(found: QuerySet[OrderFeedback]) -> Iterator[Cells]:
    """Yield what departments reported under `REPORTED_HEADER`, read in chunks."""
    listed = found.select_related("order__entry__subject", "order__department").order_by("on", "pk")
    for chunk in chunks_of(listed):
        for each in chunk:
            order = each.order
            yield [
                order.entry.subject.name, order.entry.subject.uscc or "", order.entry.list_label,
                order.department.name, order.title, each.get_kind_display(), str(each.on), str(each.done_on or ""),
                each.text, each.document_number, float(each.amount) if each.amount is not None else None, each.cases,
            ]  # fmt: skip
