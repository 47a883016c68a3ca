"""A spot check of dual publicity: last month's penalties as on the bureau's own site, and two that nobody reported."""

import datetime as dt
import io

from django.core.files.base import ContentFile

from disclosure.models import SpotCheck
from disclosure.services.spot_checks import missing_settle, spot_check_make
from registry import clock
from registry.models import Account, Department, Record
from registry.services.workbooks import Sheet, write_workbook

REPORTED = 8


def spot_check_show(*, department: Department, actor: Account, today: dt.date) -> SpotCheck:
    """Hold a list against the bureau's penalties; one of the two missing is settled, the other waits."""
    day = today - dt.timedelta(days=30)
    known = Record.objects.filter(kind=Record.Kind.PENALTY, department=department, decided_on__lte=day)
    known = known.exclude(number="").exclude(state=Record.State.VOIDED).order_by("-decided_on", "pk")[:REPORTED]
    rows = [[record.number, str(record.decided_on)] for record in known]
    rows += [[f"演应急抽〔{day.year}〕{number}号", str(day)] for number in (901, 902)]
    stream = io.BytesIO()
    write_workbook(stream, [Sheet("清单", ["文书号", "决定日期"], rows)])
    check = spot_check_make(
        kind="penalty", department=department, source="该局门户网站行政处罚专栏（演示）",
        upload=ContentFile(stream.getvalue(), name="网站清单（演示）.xlsx"), actor=actor, on=today, at=clock.now(),
    )  # fmt: skip
    missing = check.missing.get(number__contains="901")
    missing_settle(
        missing_id=missing.pk, verdict="concealed", why="承办人漏录，已要求补报（演示）", version=missing.version,
        actor=actor, on=today,
    )  # fmt: skip
    return check
