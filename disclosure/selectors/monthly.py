"""Which monthly reports are due to the level above, by the packs in use, and the files made ready for them."""

from dataclasses import dataclass
from datetime import date, timedelta
from typing import Final

from disclosure.models import MonthlyFile
from registry.rules.policy.duties import Report
from registry.rules.policy.loader import load_packs
from registry.selectors.policies import packs_active
from sanctions.models import JointReport

DEFAULT_PACK: Final = "county-default"
ONE_DAY: Final = timedelta(days=1)


@dataclass(frozen=True)
class ReportDue:
    """A monthly report that a pack asks for. `until`: its day in the month after, None where the pack names none."""

    title: str
    rule: Report
    until: date | None


def reports_due(month: date, on: date) -> list[ReportDue]:
    """Return the monthly reports about the month that begins on `month`, the earliest due first: what the packs in use on
    `on` ask for, and where none of them names a day, what the county's own pack has."""
    following = (month + timedelta(days=31)).replace(day=1)
    packs = [active.pack for active in packs_active(on)]
    if not any(rule.every == "month" and rule.day for pack in packs for rule in pack.reports):
        packs.append(load_packs()[DEFAULT_PACK].pack)
    found = [
        ReportDue(pack.head.title, rule, _day_of(following, rule.day))
        for pack in packs
        for rule in pack.reports
        if rule.every == "month"
    ]
    return sorted(found, key=lambda each: (each.until is None, each.until or following, each.title))


def month_due(on: date) -> date | None:
    """Return the earliest month that is over and whose files are not made: behind the newest, else the last month."""
    last = (on.replace(day=1) - ONE_DAY).replace(day=1)
    newest = MonthlyFile.objects.order_by("-month").values_list("month", flat=True).first()
    month = last if newest is None else (newest + timedelta(days=31)).replace(day=1)
    return month if month <= last else None


def _day_of(following: date, day: int | None) -> date | None:
    if day is None:
        return None
    last = (following + timedelta(days=31)).replace(day=1) - ONE_DAY
    return following.replace(day=min(day, last.day))


def month_files(month: date) -> list[MonthlyFile]:
    """Return what was made ready of a month."""
    return list(MonthlyFile.objects.filter(month=month).select_related("attachment"))


def month_joint_report(month: date) -> JointReport | None:
    """Return the month's newest joint report; None where no task was dispatched by its end."""
    return JointReport.objects.filter(month=month).order_by("-edition").defer("figures").first()
