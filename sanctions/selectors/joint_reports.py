"""Reads of the monthly feedback reports, and what later facts make of them."""

from datetime import date, timedelta

from django.db.models import QuerySet

from registry.models import Department
from registry.rules.blocks import Block, Paragraph, TableBlock
from sanctions.models import JointReport, MeasureOrder
from sanctions.rules.joint_figures import Difference, Figures, Row, differences
from sanctions.selectors.joint_statistics import Span, joint_figures

ONE_DAY = timedelta(days=1)
TITLE = "联合惩戒月度反馈报告"


def month_start(day: date) -> date:
    """Return the first day of the month of `day`."""
    return day.replace(day=1)


def month_span(month: date) -> Span:
    """Return the whole month that begins on `month`, as it stood at its end."""
    last = month_start(month + timedelta(days=31)) - ONE_DAY
    return Span(month, last, last)


def month_before(day: date) -> date:
    """Return the first day of the month before that of `day`: the last one that is over."""
    return month_start(month_start(day) - ONE_DAY)


def report_list() -> QuerySet[JointReport]:
    """Return the reports, the newest month and edition first."""
    return JointReport.objects.select_related("made_by", "sheet", "paper").defer("figures")


def reporting_office() -> Department | None:
    """Return the office that makes the report: the credit office, else the joint-conference office; None without."""
    kinds = (Department.Kind.CREDIT_OFFICE, Department.Kind.JOINT_CONFERENCE)
    found = Department.objects.filter(kind__in=kinds, is_active=True).order_by("pk")
    return min(found, key=lambda each: kinds.index(Department.Kind(each.kind)), default=None)


def month_due(on: date) -> date | None:
    """Return the earliest month that is over, has no report yet and lies behind the newest report; where there is none
    at all, the last month. None while no task was ever dispatched by its end."""
    last = month_before(on)
    newest = JointReport.objects.order_by("-month").values_list("month", flat=True).first()
    month = last if newest is None else month_start(newest + timedelta(days=31))
    if month > last:
        return None
    return month if MeasureOrder.objects.filter(dispatched_on__lte=month_span(month).last).exists() else None


def figures_of(report: JointReport) -> Figures:
    """Return the figures as they were kept."""
    return Figures.from_dict(report.figures)


def report_differences(report: JointReport) -> list[Difference]:
    """Return which kept figures are otherwise by the facts known now, for the same month and the same closing day."""
    kept = figures_of(report)
    return differences(kept, joint_figures(Span(kept.first, kept.last, kept.as_of)))


def report_body(figures: Figures) -> list[Block]:
    """Return the document's body: what was dispatched, how departments responded, with what effect. No subject is named."""
    answer, effect = figures.total.answer, figures.total.effect
    said = [
        f"{figures.first.year}年{figures.first.month}月，共向{sum(1 for row in figures.departments if row.answer.asked)}个部门派发"
        f"联合惩戒任务{answer.asked}项。截至{figures.as_of.year}年{figures.as_of.month}月{figures.as_of.day}日，按期办理"
        f"{answer.in_time}项，逾期办理{answer.late}项，未到期{answer.waiting}项，逾期未办{answer.overdue}项，"
        f"因移出名单等撤销期限{answer.lapsed}项。{_rates(figures.total)}",
        f"本月各部门反馈落实{effect.carried_out}项，不予采取{effect.refused}项；反馈中写明的涉及金额合计{effect.amount}元，"
        f"涉及事项{effect.cases}件。",
        *(f"{label}：应办{each.asked}项，已办{each.answered}项，逾期未办{each.overdue}项。"
          for label, each in figures.total.others),
    ]  # fmt: skip
    blocks: list[Block] = [Paragraph(text) for text in said]
    for title, rows in (("一、各部门情况", figures.departments), ("二、各项措施情况", figures.measures)):
        if rows:
            blocks += [Paragraph(title, bold=True), _table(rows, figures.total)]
    return [*blocks, Paragraph("响应时间自派发次日起按工作日计算，不含暂停期间。本报告数据编制后不再变动。")]


def _rates(row: Row) -> str:
    answer = row.answer
    if answer.rate is None:
        return ""
    days = f"，平均响应时间{answer.mean_days}个工作日" if answer.mean_days is not None else ""
    return f"响应率{answer.rate}%{days}。"


def _table(rows: list[Row], total: Row) -> TableBlock:
    header = ("名称", "派发", "按期", "逾期", "未办", "响应率", "落实", "金额（元）")
    cells = [
        (
            row.label, str(row.answer.asked), str(row.answer.in_time), str(row.answer.late),
            str(row.answer.waiting + row.answer.overdue), "—" if row.answer.rate is None else f"{row.answer.rate}%",
            str(row.effect.carried_out), str(row.effect.amount),
        )
        for row in (*rows, total)
    ]  # fmt: skip
    return TableBlock(header, cells)
