"""Deadlines of a pack, counted from the events known."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass

from registry.rules.calendar import WorkingCalendar

from .procedure import Deadline
from .schema import Pack

Day = dt.date


@dataclass(frozen=True, slots=True)
class DeadlineVerdict:
    """A due day with its basis: who must act, from which event and day, how much time, which clause."""

    code: str
    label: str
    who: str
    on: Day
    provisional: bool
    event: str
    started_on: Day
    amount: str
    clause: str
    assumed: bool


def deadline_verdict(rule: Deadline, event: str, started_on: Day, calendar: WorkingCalendar) -> DeadlineVerdict:
    """Count one deadline from its start day (which itself does not count)."""
    if rule.working_days is not None:
        due = calendar.add(started_on, rule.working_days)
    else:
        assert rule.period is not None  # noqa: S101  (the schema asks for one of the two)
        due = calendar.move_to_working(rule.period.last_day(started_on))
    return DeadlineVerdict(
        code=rule.code,
        label=rule.label,
        who=rule.who,
        on=due.on,
        provisional=due.provisional,
        event=event,
        started_on=started_on,
        amount=rule.amount_label,
        clause=rule.clause,
        assumed=rule.assumed,
    )


def deadline_verdicts(pack: Pack, events: Mapping[str, Day], calendar: WorkingCalendar) -> dict[str, DeadlineVerdict]:
    """Count every deadline of the pack whose starting event is known; the first known event decides."""
    found: dict[str, DeadlineVerdict] = {}
    for rule in pack.deadlines:
        event = next((name for name in rule.start if name in events), None)
        if event is not None and rule.code not in found:
            found[rule.code] = deadline_verdict(rule, event, events[event], calendar)
    return found
