"""Where an entry on a list stands on a day: in force, paused, last day, when removal may be applied for."""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from registry.rules.calendar import WorkingCalendar

from .facts import ListingFact, RecordFact
from .schema import ListRule, Pack

Day = dt.date
_ONE_DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class ListingState:
    """`last_day` is inclusive; None where the list has no term, or while an open pause has carried the
    entry past its counted end, so that the last day is not yet known.
    """

    in_force: bool
    paused: bool
    last_day: Day | None


@dataclass(frozen=True, slots=True)
class RemovalPeriod:
    """The days, both inclusive, on which removal may be applied for."""

    apply_from: Day
    apply_until: Day


def listing_state(pack: Pack, listing: ListingFact, records: Iterable[RecordFact], on: Day) -> ListingState:
    """Derive the state of an entry on `on` from its dates; `records` are those that exist on that day."""
    rule = pack.lists_by_code.get(listing.list_code)
    adds = pack.objection is not None and pack.objection.adds_paused_time.value
    pauses = _pauses(pack, listing, records, on)
    started = listing.published_on <= on
    ended = listing.ended_on is not None and listing.ended_on <= on
    running = started and not ended and any(start <= on < end for start, end in pauses)
    last = None if rule is None or rule.term is None else rule.term.last_day(listing.published_on)
    carried = False
    if last is not None and adds:
        last, carried = _with_pauses(last, pauses, on)
    if ended and listing.ended_on is not None:
        last = listing.ended_on - _ONE_DAY if last is None else min(last, listing.ended_on - _ONE_DAY)
        return ListingState(False, False, last)
    in_force = started and (last is None or on <= last or carried)
    return ListingState(in_force, running and in_force, None if carried and in_force else last)


def _pauses(pack: Pack, listing: ListingFact, records: Iterable[RecordFact], on: Day) -> list[tuple[Day, Day]]:
    """The given pauses, overlaps united; where objections pause measures, also from a ground's dispute on."""
    found = list(listing.pauses)
    if pack.objection is not None and pack.objection.pauses_measures.value and listing.grounds:
        disputed = [
            record.disputed_on
            for record in records
            if record.id in listing.grounds and record.disputed_on is not None and record.disputed_on <= on
        ]
        # A given pause tells how the objection went; without one the dispute is still open.
        found += [(day, Day.max) for day in disputed if not any(start >= day for start, _ in found)]
    united: list[tuple[Day, Day]] = []
    for first, end in sorted(found):
        start = max(first, listing.published_on)
        if start >= end:
            continue
        if united and start <= united[-1][1]:
            united[-1] = (united[-1][0], max(end, united[-1][1]))
        else:
            united.append((start, end))
    return united


def _with_pauses(last: Day, pauses: list[tuple[Day, Day]], on: Day) -> tuple[Day, bool]:
    """Move the last day by every pause that has ended; tell whether a running one carries the entry on."""
    for start, end in pauses:
        if start > last or start > on:
            break
        # An open pause ends on the last day that there is: asked on that day too, it has not ended.
        if end > on or end == Day.max:
            return last, on > last
        last += end - start
    return last, False


def removal_period(
    rule: ListRule, listing: ListingFact, state: ListingState, calendar: WorkingCalendar
) -> RemovalPeriod | None:
    """Return when removal of an entry may be applied for.

    None where the pack gives no such way, and for an entry that somebody has ended: it is removed already.
    """
    window, last = rule.removal, state.last_day
    removed = listing.ended_on is not None and not state.in_force
    if window is None or last is None or removed:
        return None
    if window.last_working_days is not None:
        return RemovalPeriod(calendar.back(last, window.last_working_days), last)
    assert window.after is not None  # noqa: S101  (the schema asks for one of the two)
    return RemovalPeriod(window.after.last_day(listing.published_on) + _ONE_DAY, last)
