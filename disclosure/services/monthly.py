"""The month's reports made ready for the level above on the first day after it, kept, and told to the office.

The joint report is made by sanctions; here are the summary of listings and the form of dual publicity, and the one message
that names all of them with the days by which the packs in use ask for them.
"""

from collections.abc import Iterable
from datetime import date

from django.conf import settings
from django.db import transaction

from disclosure.models import MonthlyFile
from disclosure.selectors.monthly import month_due, month_joint_report, reports_due
from disclosure.selectors.publicity_figures import month_span
from disclosure.services.publicity_files import month_sheets
from registry import clock
from registry.models import Department
from registry.rules.uploads import MEDIA_TYPES
from registry.services.events import event_record
from registry.services.evidence import attachment_keep_own
from registry.services.made_files import scratch
from registry.services.notices import notice_queue
from registry.services.workbooks import Sheet, write_workbook
from sanctions.rules.listing_summary import PARTS, listing_summary
from sanctions.selectors.joint_reports import TITLE, reporting_office
from sanctions.selectors.listing_summary import summary_lines

NOTICE_KIND = "monthly.ready"
Kind = MonthlyFile.Kind


def monthly_files_make(*, on: date) -> dict[str, int]:
    """Make the files of every month that is over and has none; return how many (`reports`). Safe to run twice or late:
    a month is one transaction under the office's lock. Nothing is made where no office is set up."""
    made = 0
    while reporting_office() is not None and (month := month_due(on)) is not None:
        made += _make(month, on)
    return {"reports": made}


@transaction.atomic
def _make(month: date, on: date) -> int:
    office = Department.objects.select_for_update().get(pk=reporting_office().pk)  # type: ignore[union-attr]
    if MonthlyFile.objects.filter(month=month).exists():
        return 0
    header = [column.label for column in listing_summary().columns]
    listing = [Sheet(label[:31], header, summary_lines(part, month, None)) for part, label in PARTS.items()]
    files = [
        _keep(Kind.LISTING, month, listing, on),
        _keep(Kind.PUBLICITY, month, month_sheets(month_span(month, on=on), _site()), on),
    ]
    _tell(office, month, files, on)
    return len(files)


def _keep(kind: Kind, month: date, sheets: Iterable[Sheet], on: date) -> MonthlyFile:
    with scratch() as stream:
        rows = write_workbook(stream, sheets)
        stream.seek(0)
        attachment = attachment_keep_own(
            content=stream, name=f"{kind.label}-全县-{month:%Y%m}.xlsx", media_type=MEDIA_TYPES["xlsx"], actor=None
        )
    made = MonthlyFile.objects.create(kind=kind, month=month, rows=sum(rows), attachment=attachment, made_on=on)
    event_record(
        "monthly.made", f"编制{made}，共{made.rows}行", obj=made, actor=None, on=on,
        payload={"month": month, "rows": made.rows, "sha256": attachment.sha256},
    )  # fmt: skip
    return made


def _site() -> str:
    """The address where the county publishes, as its proxy is known by."""
    origins = settings.CSRF_TRUSTED_ORIGINS or [f"https://{host}" for host in settings.ALLOWED_HOSTS]
    return f"{origins[0].rstrip('/')}/"


def _tell(office: Department, month: date, files: list[MonthlyFile], on: date) -> None:
    report = month_joint_report(month)
    ready = [f"{each.get_kind_display()}（{each.rows}行）" for each in files]
    ready += [f"{TITLE}（{report.number}）"] if report is not None else []
    owed = [
        f"《{each.title}》{each.rule.clause}：{each.rule.label}，"
        + (f"{each.until}前（含当日），" if each.until is not None else "没有写明日期，")
        + f"报{each.rule.to}"
        for each in reports_due(month, on)
    ]
    body = f"已编制：{'、'.join(ready)}，可以在“公示—每月报表”下载核对后报送。" + (
        f"现行政策的要求：{'；'.join(owed)}。" if owed else "现行政策没有写明报送日期。"
    )
    notice_queue(
        NOTICE_KIND, title=f"{month:%Y年%m月}报表已备好", body=body, at=clock.now(), obj=files[0], department=office
    )
