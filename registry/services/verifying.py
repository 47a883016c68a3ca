"""The nightly verification of the timeline; what does not add up is told to every auditor.

A night verifies the chain of all seals, what waits for a seal, every seal that is new, and of the others those verified
longest ago: so many that every event is verified anew within `WITHIN_DAYS` nights. Its cost follows what is new and a
share of what is old, not the age of the county. `events_verify` verifies everything.
"""

from datetime import date, datetime, timedelta
from typing import Final

from django.db import transaction
from django.db.models import Q, Sum

from registry.models import Account, Seal
from registry.rules import access
from registry.services.events import chain_problems, seal_problems, unsealed_problems
from registry.services.notices import notice_queue

NOTICE = "timeline.altered"
SHOWN = 20
WITHIN_DAYS: Final = 28


class TimelineAltered(Exception):
    """The timeline does not add up; the text says where."""


def timeline_verify(*, on: date, at: datetime) -> dict[str, int]:
    """Verify what a night verifies. Raises TimelineAltered where it does not add up, and whatever kept it from being
    verified; auditors are told of both, each time: a seal that does not add up is verified every night.

    A second run on the day, or one behind a killed one, goes on where the first stopped. Returns counts: `verified`
    events under seals, `problems` (0).
    """
    try:
        verified, problems = _night(on)
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
    return {"verified": verified, "problems": 0}


def _night(on: date) -> tuple[int, list[str]]:
    """Return how many sealed events were verified, and what does not add up."""
    verified, problems = 0, chain_problems()
    for seal in _due(on):
        found = seal_problems(seal)
        problems += found
        verified += seal.count
        if not found:  # the others stay first in line
            Seal.objects.filter(pk=seal.pk).update(verified_on=on)
    return verified, [*problems, *unsealed_problems()]


def _due(on: date) -> list[Seal]:
    """Return the day's share of the old seals, those verified longest ago first, then all that are new.

    Due whatever the share: who was verified `WITHIN_DAYS` ago or, a clock having gone wrong, in days to come.
    """
    seals = Seal.objects.order_by("verified_on", "id")
    total, today = (each.aggregate(n=Sum("count"))["n"] or 0 for each in (seals, seals.filter(verified_on=on)))
    over = Q(verified_on__lte=on - timedelta(days=WITHIN_DAYS)) | Q(verified_on__gt=on)
    due = list(seals.filter(over))
    left = -(-total // WITHIN_DAYS) - today - sum(seal.count for seal in due)
    others = seals.filter(verified_on__lt=on, verified_on__gt=on - timedelta(days=WITHIN_DAYS))
    for seal in others.iterator() if left > 0 else ():
        due.append(seal)
        left -= seal.count
        if left <= 0:
            break
    return [*due, *seals.filter(verified_on=None)]


@transaction.atomic
def _tell(title: str, body: str, on: date, at: datetime) -> None:
    holds = Q(grants__ends_on__isnull=True) | Q(grants__ends_on__gt=on)
    auditors = Account.objects.filter(holds, grants__role=access.AUDITOR, grants__starts_on__lte=on, is_active=True)
    for auditor in auditors.distinct().order_by("pk"):
        notice_queue(NOTICE, title=title, body=body, at=at, account=auditor)
