"""Monthly feedback reports (月度反馈): made once for a month that is over, with sheet and document, and kept as made."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import Any, BinaryIO, Final

from django.conf import settings
from django.db import transaction

from registry import clock
from registry.base.errors import Conflict, DomainError, InvalidInput, RuleRefused
from registry.models import Account, Department
from registry.rules.uploads import MEDIA_TYPES
from registry.services import authz
from registry.services.documents import SYNTHETIC_FOOTER
from registry.services.docx import Letter, docx_bytes
from registry.services.events import event_record
from registry.services.evidence import attachment_keep_own
from registry.services.export_files import LONG_ROWS, rows_up_to
from registry.services.made_files import scratch
from registry.services.notices import notice_queue
from registry.services.numbers import number_next
from registry.services.outbox import outbox_put
from registry.services.workbooks import Sheet, write_workbook
from sanctions.models import JointReport
from sanctions.rules.joint_figures import ASKS, Figures, differences
from sanctions.selectors.joint_reports import (
    TITLE,
    figures_of,
    month_due,
    month_span,
    month_start,
    report_body,
    reporting_office,
)
from sanctions.selectors.joint_statistics import Span, asked_in, asked_with_outcome, joint_figures, reported_in
from sanctions.selectors.joint_tables import (
    ASKED_HEADER,
    FIGURES_HEADER,
    REPORTED_HEADER,
    asked_cells,
    figures_rows,
    reported_cells,
)

KIND = "joint-report"
PREFIX = "信联报"
TOPIC: Final = "joint-report.make"


def joint_reports_make_due(*, on: date) -> dict[str, int]:
    """Make the report of every month that is over and has none, beginning behind the newest; safe to run twice or
    late. Returns counts: `reports`. Nothing is made where no office is set up."""
    made = 0
    while reporting_office() is not None and (month := month_due(on)) is not None:
        made += _make_missing(month, on)
    return {"reports": made}


@transaction.atomic
def _make_missing(month: date, on: date) -> int:
    office = _office_locked()
    if JointReport.objects.filter(month=month).exists():
        return 0
    _make(month, office, joint_figures(month_span(month)), None, on, edition=1, reason="")
    return 1


@transaction.atomic
def joint_report_ask(*, month: date, reason: str, actor: Account, on: date) -> JointReport | None:
    """Make a report at once as `joint_report_make` does; where its sheet is long, owe it to the outbox and return None.

    Raises as `joint_report_make`; that nothing differs is told by a message where the report is owed.
    """
    kept = _may_make(month, actor, on)
    span, most = month_span(month), LONG_ROWS
    if rows_up_to(asked_in(span), most) + rows_up_to(reported_in(span), most) <= most:
        return joint_report_make(month=month, reason=reason, actor=actor, on=on)
    _reason_require(kept, reason)
    at = clock.now()
    payload = {"month": month.isoformat(), "reason": reason, "actor": actor.pk, "on": on.isoformat()}
    outbox_put(TOPIC, key=f"{actor.pk}:{month}:{at.isoformat()}", payload=payload, at=at)
    return None


def joint_report_run(payload: dict[str, Any], now: datetime) -> None:
    """Outbox handler: make a report that an officer asked for, and tell the officer that it is there, or why it is not."""
    actor, month = Account.objects.get(pk=payload["actor"]), date.fromisoformat(payload["month"])
    try:
        with transaction.atomic():
            report = joint_report_make(
                month=month, reason=payload["reason"], actor=actor, on=date.fromisoformat(payload["on"])
            )
    except DomainError as refusal:
        title = f"{month.year}年{month.month}月{TITLE}没有编制"
        notice_queue("joint-report.refused", title=title, body=refusal.message, at=now, account=actor)
        return
    notice_queue(
        "joint-report.ready", title=f"{report.label}{TITLE}已编制",
        body=f"编号{report.number}，可以在“联合惩戒—月度报告”下载。", at=now, obj=report, account=actor,
    )  # fmt: skip


@transaction.atomic
def joint_report_make(*, month: date, reason: str, actor: Account, on: date) -> JointReport:
    """Make the report of the month that begins on `month`; where one is kept, a new edition for `reason`.

    Raises NotAllowed, RuleRefused (the month is not over; no office), InvalidInput (not a month's first day; a new
    edition without reason), Conflict (nothing differs from the report that is kept).
    """
    _may_make(month, actor, on)
    office = _office_locked()
    figures = joint_figures(month_span(month))
    kept = _kept(month)
    if kept is not None and not differences(figures_of(kept), figures):
        raise Conflict("report-same", f"{kept.label}的报告已经编制（{kept.number}），数据没有变化，不需要重新编制。")
    _reason_require(kept, reason)
    edition = kept.edition + 1 if kept is not None else 1
    return _make(month, office, figures, actor, on, edition=edition, reason=reason.strip() if kept else "")


def _may_make(month: date, actor: Account, on: date) -> JointReport | None:
    """Refuse a month that cannot be reported yet; return the report that is kept of it."""
    authz.require(actor, "joint-report.make", on=on)
    if month != month_start(month):
        raise InvalidInput("not-a-month", f"{month}不是月份的首日，请选择月份。", field="month")
    if month_span(month).last >= on:
        raise RuleRefused(
            "month-not-over", f"{month.year}年{month.month}月还没有结束，次月起才能编制报告。", field="month"
        )
    return _kept(month)


def _kept(month: date) -> JointReport | None:
    return JointReport.objects.filter(month=month).order_by("-edition").first()


def _reason_require(kept: JointReport | None, reason: str) -> None:
    if kept is not None and not reason.strip():
        raise InvalidInput("reason-missing", f"{kept.label}的报告已经编制，重新编制请写明理由。", field="reason")


def _office_locked() -> Department:
    """Lock the office's row, so that no month is reported twice at once."""
    office = reporting_office()
    if office is None:
        raise RuleRefused("no-office", "没有设立信用监管办公室或者联席会议办公室，不能编制报告。请先在部门管理中设立。")
    return Department.objects.select_for_update().get(pk=office.pk)


def _make(
    month: date, office: Department, figures: Figures, actor: Account | None, on: date, *, edition: int, reason: str
) -> JointReport:
    at = clock.now()
    number = number_next(kind=KIND, prefix=PREFIX, department=office, year=on.year)
    name = f"{month.year}年{month.month}月{TITLE}"
    footer = SYNTHETIC_FOOTER if settings.DEMONSTRATION else ""
    paper = docx_bytes(Letter(name, number, office.name, on, footer), report_body(figures), written_at=at)
    with _workbook(figures) as content:
        sheet = attachment_keep_own(
            content=content, name=f"{name}（{number}）.xlsx", media_type=MEDIA_TYPES["xlsx"], actor=actor
        )
    report = JointReport(
        month=month, edition=edition, reason=reason[:300], number=number, as_of=figures.as_of,
        figures=figures.to_dict(), made_by=actor, made_on=on, made_at=at, sheet=sheet,
        paper=attachment_keep_own(
            content=paper, name=f"{name}（{number}）.docx", media_type=MEDIA_TYPES["docx"], actor=actor
        ),
    )  # fmt: skip
    report.save(force_insert=True)
    event_record(
        "joint-report.made", f"编制{report.label}{TITLE}（{number}）", obj=report, actor=actor, on=on,
        payload={"month": month, "edition": edition, "reason": reason, "sheet": report.sheet.sha256,
                 "paper": report.paper.sha256},
    )  # fmt: skip
    return report


@contextmanager
def _workbook(figures: Figures) -> Iterator[BinaryIO]:
    """Yield the figures and every row behind them, as they are now, as an open file."""
    span = Span(figures.first, figures.last, figures.as_of)
    asked = ((label, asked_with_outcome(span, ask=ask)) for ask, label in ASKS.items())
    with scratch() as target:
        write_workbook(
            target,
            [
                Sheet("部门", ["部门", *FIGURES_HEADER], figures_rows(figures.departments, figures.total)),
                Sheet("措施", ["措施", *FIGURES_HEADER], figures_rows(figures.measures, figures.total)),
                *(Sheet(label, ASKED_HEADER, asked_cells(found, span)) for label, found in asked),
                Sheet("反馈", REPORTED_HEADER, reported_cells(reported_in(span))),
            ],
        )
        target.seek(0)
        yield target
