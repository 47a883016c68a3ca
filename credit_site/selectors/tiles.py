"""The counters at the head of the workbench: one for each queue, each leading to it."""

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlencode

from django.urls import reverse

from credit_site.selectors.queues import QUEUES, Desk, queues_of
from registry.selectors.deadlines import SOON_WORKING_DAYS


@dataclass(frozen=True)
class Tile:
    """A counter. `tone`: warn or danger while there is something, "" for plain."""

    label: str
    number: int
    note: str
    url: str
    tone: str
    is_current: bool


def tiles_of(desk: Desk, counts: Mapping[str, int], current: str) -> list[Tile]:
    """Return the counters of the queues at the desk, in order."""
    notes = {
        "overdue": "法定或者规定期限已过",
        "soon": f"{SOON_WORKING_DAYS}个工作日内，其中今日到期{counts['today']}件",
        "mine": "轮到我办的，按到期日排列",
        "unassigned": "没有经办人的案件、待列入提示、交叉核查提示、待受理的举报、账号认领",
        "all": "全办，含各部门的任务",
    }
    tones = {"overdue": "danger", "soon": "warn"}
    return [
        Tile(
            label=QUEUES[code],
            number=counts[code],
            note=notes[code],
            url=queue_url(desk, code),
            tone=tones.get(code, "") if counts[code] else "",
            is_current=code == current,
        )
        for code in queues_of(desk)
    ]


def queue_url(desk: Desk, queue: str) -> str:
    """Return the address of a queue, within the same scope."""
    query = {"queue": queue} | ({"scope": "whole"} if desk.is_whole else {})
    return f"{reverse('workbench')}?{urlencode(query)}"


def empty_text(desk: Desk, queue: str, counts: Mapping[str, int]) -> str:
    """Return what an empty queue says: that it is in order, and what could be done instead."""
    whose = "全办" if desk.is_whole else "您"
    texts = {
        "mine": "现在没有轮到您办理的事项。",
        "overdue": f"{whose}没有逾期的事项。",
        "soon": f"{whose}{SOON_WORKING_DAYS}个工作日内没有到期的事项。",
        "unassigned": "没有待认领的案件、提示、举报和账号认领。",
        "all": "全办没有待办事项。",
    }
    if queue == "mine" and desk.takes_cases and counts["unassigned"]:
        return f"{texts['mine']}另有{counts['unassigned']}件待认领。"
    return texts[queue]
