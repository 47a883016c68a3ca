"""The days, written on a record already, on which its subject's tier is to be looked at again."""

import datetime as dt

from .facts import RecordFact
from .schema import Pack
from .tier_plan import TierPlan
from .values import Window
from .windows import leaves_on

Day = dt.date
_ONE_DAY = dt.timedelta(days=1)


def pauses_disputed(pack: Pack) -> bool:
    """Whether a disputed record does not count."""
    return pack.objection is not None and pack.objection.pauses_measures.value


def suspending_days(plan: TierPlan) -> tuple[str, ...]:
    """Return the days of a record from which on some condition leaves it out, though it exists (`is_suspended`)."""
    if all(leaf.every for leaf in plan.leaves):
        return ()
    return ("repaired_on", "disputed_on") if pauses_disputed(plan.pack) else ("repaired_on",)


def widest_windows(plan: TierPlan) -> tuple[Window, ...] | None:
    """Return the windows that conditions look back to, without those that lie in another; None: to whenever."""
    found: list[Window] = []
    for leaf in plan.leaves:
        if leaf.window is None or leaf.window.kind == "span":
            return None
        found.append(leaf.window)
    return tuple(each for each in dict.fromkeys(found) if not any(_is_wider(other, each) for other in found))


def _is_wider(one: Window, other: Window) -> bool:
    if one.period is None or other.period is None or one.period == other.period:
        return False
    # Twelve months are a year, but no number of months is a number of days.
    (months, days), (its_months, its_days) = (
        (12 * each.years + each.months, each.days) for each in (one.period, other.period)
    )
    return (months, days) != (its_months, its_days) and months >= its_months and days >= its_days


def awaited_days(plan: TierPlan, record: RecordFact, on: Day, *, is_ground: bool = False) -> list[Day]:
    """Return the days after `on` on which the record begins or ceases to count, as far as a condition still looks at it
    then. `is_ground`: it supports an entry that a condition asks about; a dispute pauses that, however old the record is.
    """
    if record.counts_on is None or (record.voided_on is not None and record.voided_on <= on):
        return []
    windows = widest_windows(plan)
    last = Day.max
    if windows is not None:
        last = max((leaves_on(record.counts_on, each) - _ONE_DAY for each in windows), default=on)
    names = ("counts_on", "voided_on", *suspending_days(plan))
    found = {day for name in names if (day := getattr(record, name)) is not None and day <= last}
    if is_ground and record.disputed_on is not None and pauses_disputed(plan.pack):
        found |= {day for day in (record.disputed_on, record.voided_on) if day is not None}
    return sorted(day for day in found if day > on)
