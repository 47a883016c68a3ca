"""The nightly verification of the timeline; what does not add up is told to every auditor."""

from datetime import date, datetime

from django.db import transaction
from django.db.models import Q

from registry.models import Account
from registry.rules import access
from registry.services.events import events_verify
from registry.services.notices import notice_queue

NOTICE = "timeline.altered"
SHOWN = 20


class TimelineAltered(Exception):
    """The timeline does not add up; the text says where."""


def timeline_verify(*, on: date, at: datetime) -> dict[str, int]:
    """Verify the whole timeline. Raises TimelineAltered where it does not add up, and whatever kept it from being
    verified; auditors are told of both, each time."""
    try:
        problems = events_verify()
    except Exception as error:
        _tell("时间线核对没有完成", f"核对中断：{type(error).__name__}。请联系系统管理员查明原因后重新核对。", on, at)
        raise
    if problems:
        listed = "\n".join(problems[:SHOWN]) + ("\n……" if len(problems) > SHOWN else "")
        _tell(
            "时间线核对不符",
            f"核对事件时间线发现{len(problems)}处不符，可能有人改动、删除或者插入了事件：\n{listed}",
            on,
            at,
        )
        raise TimelineAltered(f"{len(problems)} 处不符：" + "；".join(problems))
    return {"problems": 0}


@transaction.atomic
def _tell(title: str, body: str, on: date, at: datetime) -> None:
    holds = Q(grants__ends_on__isnull=True) | Q(grants__ends_on__gt=on)
    auditors = Account.objects.filter(holds, grants__role=access.AUDITOR, grants__starts_on__lte=on, is_active=True)
    for auditor in auditors.distinct().order_by("pk"):
        notice_queue(NOTICE, title=title, body=body, at=at, account=auditor)
