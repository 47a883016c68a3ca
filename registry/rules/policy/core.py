"""What a pack says on one day: lists due, points, entries, public flags. The part that time alone can
change.
"""

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Literal

from registry.rules.periods import add_years

from .facts import History, ListingFact, RecordFact, SubjectFacts
from .judge import Judgement, World, judge, points_on
from .mode import LAWFUL_LISTS_FROM
from .publication import ADULT_AGE, is_under_age, listing_visible, publication_edges, record_visibility
from .schema import ListRule, Pack
from .standing import ListingState, listing_state
from .windows import leaves_on

Day = dt.date
_ONE_DAY = dt.timedelta(days=1)

ListStatus = Literal["due", "not-met", "in-force", "higher-in-force", "higher-due", "out-of-scope"]


@dataclass(frozen=True, slots=True)
class ListVerdict:
    """A list judged on a day. `judgement`: None where the list has no entry criteria.

    `used`: records left out because they already supported an entry; `unpenalised`: left out because no
    penalty has been decided.
    """

    rule: ListRule
    status: ListStatus
    judgement: Judgement | None
    used: tuple[str, ...] = ()
    unpenalised: tuple[str, ...] = ()

    @property
    def ground_ids(self) -> tuple[str, ...]:
        """The records that make the list due; empty when it is not."""
        return self.judgement.ids if self.status == "due" and self.judgement else ()


@dataclass(frozen=True, slots=True)
class Core:
    """The answers of one day."""

    lists: tuple[ListVerdict, ...]
    points: int | None
    listings: dict[str, ListingState]
    public: dict[str, bool]

    def differs_from(self, other: "Core") -> bool:
        """Tell whether entry, points, listing or public differ."""
        return (
            self.points != other.points
            or self.listings != other.listings
            or self.public != other.public
            or _due(self) != _due(other)
        )


def _due(core: Core) -> list[tuple[str, frozenset[str]]]:
    return [(each.rule.code, frozenset(each.ground_ids)) for each in core.lists if each.status == "due"]


def core_on(pack: Pack, subject: SubjectFacts, history: History, on: Day) -> Core:
    """Answer for one day from a history already cut to what is known (`History.known_on`)."""
    existing = tuple(record for record in history.records if record.exists_on(on))
    states = {listing.id: listing_state(pack, listing, existing, on) for listing in history.listings}
    in_force = tuple(listing for listing in history.listings if states[listing.id].in_force)
    counting = tuple(record for record in existing if not is_suspended(pack, record, on))
    reached = out_of_scope(pack, subject, on) is None
    terms = tuple(
        (listing.list_code, listing.published_on, states[listing.id].last_day)
        for listing in history.listings
        if listing.published_on <= on and not listing.revoked
    )
    world = World(pack, subject, on, counting, in_force, counting, history.documents, terms)
    lists = tuple(_list_verdict(rule, world, history.listings, reached) for rule in pack.lists)
    points = points_on(pack, counting if reached else (), on)
    public = {record.id: record_visibility(pack, record, subject, on).visible for record in history.records}
    public |= {
        listing.id: listing_visible(pack, listing, states[listing.id], subject, on) for listing in history.listings
    }
    return Core(_highest_only(pack, lists), points, states, public)


def is_suspended(pack: Pack, record: RecordFact, on: Day) -> bool:
    """Tell whether a record does not count: it is repaired, or it is disputed and in this pack that pauses.

    Elsewhere a disputed record is marked and goes on counting.
    """
    return record.is_repaired_on(on) or (
        record.disputed_on is not None
        and record.disputed_on <= on
        and pack.objection is not None
        and pack.objection.pauses_measures.value
    )


def out_of_scope(pack: Pack, subject: SubjectFacts, on: Day) -> str | None:
    """Say in Chinese why the pack does not reach the subject, None when it does."""
    scope = pack.head.scope
    if subject.kind not in scope.kinds:
        return "本办法不适用于" + ("个人。" if subject.kind == "person" else "单位。")
    # No pack may list an under-age person; a pack may ask for more years.
    age = scope.minimum_age.value if scope.minimum_age else ADULT_AGE
    if is_under_age(subject, on, age):
        return f"该人于{subject.born_on}出生，{on}未满{age}周岁，不得列入名单。"
    sectors = scope.sectors
    if sectors and subject.sectors and subject.sectors.isdisjoint(sectors.values):
        return f"本办法适用于{sectors.label}，该主体登记的行业不在其内。"
    return None


def _list_verdict(rule: ListRule, world: World, listings: Iterable[ListingFact], reached: bool) -> ListVerdict:
    if rule.entry is None:
        return ListVerdict(rule, "not-met", None)
    used_ids = _used(rule, world.pack, listings)
    used = tuple(record.id for record in world.records if record.id in used_ids)
    records = tuple(record for record in world.records if record.id not in used_ids)
    unpenalised: tuple[str, ...] = ()
    if rule.needs_penalty is not None and rule.needs_penalty.value:
        unpenalised = tuple(record.id for record in records if not _is_penalised(record, records, world.on))
        records = tuple(record for record in records if record.id not in unpenalised)
    view = replace(world, records=records)
    judgement = judge(rule.entry, view)
    status = _status(rule, world, judgement, reached)
    return ListVerdict(rule, status, judgement, used, unpenalised)


def _status(rule: ListRule, world: World, judgement: Judgement, reached: bool) -> ListStatus:
    if not reached:
        return "out-of-scope"
    if any(listing.list_code == rule.code for listing in world.in_force):
        return "in-force"
    pack = world.pack
    if (
        pack.highest_list_only is not None
        and pack.highest_list_only.value
        and any(
            pack.lists_by_code[listing.list_code].rank > rule.rank
            for listing in world.in_force
            if listing.list_code in pack.lists_by_code
        )
    ):
        return "higher-in-force"
    return "due" if judgement.met and judgement.ids else "not-met"


def _used(rule: ListRule, pack: Pack, listings: Iterable[ListingFact]) -> set[str]:
    """Return the records that already supported an entry on this list.

    Where a subject stands only on the highest list, an entry on a higher list has used them up too:
    otherwise repair of the higher entry would bring the subject back on the lower one for the same acts.
    """
    codes = {rule.code}
    if pack.highest_list_only is not None and pack.highest_list_only.value:
        codes |= {other.code for other in pack.lists if other.rank > rule.rank}
    return {
        ground
        for listing in listings
        if listing.list_code in codes and not listing.revoked
        for ground in listing.grounds
    }


def _is_penalised(record: RecordFact, records: tuple[RecordFact, ...], on: Day) -> bool:
    """Tell whether a penalty was decided for this fact: on the record itself, or recorded apart after it.

    An item is recorded by its decision; an accident is penalised from its own `decided_on`, or by a
    penalty decided on or after the day it happened.
    """
    if record.accident is None:
        return True
    if record.penalty is not None or (record.decided_on is not None and record.decided_on <= on):
        return True
    return any(
        other.penalty is not None
        and other.decided_on is not None
        and record.counts_on is not None
        and other.decided_on >= record.counts_on
        for other in records
    )


def _highest_only(pack: Pack, lists: tuple[ListVerdict, ...]) -> tuple[ListVerdict, ...]:
    if pack.highest_list_only is None or not pack.highest_list_only.value:
        return lists
    top = max((each.rule.rank for each in lists if each.status == "due"), default=0)
    return tuple(
        ListVerdict(each.rule, "higher-due", each.judgement, each.used, each.unpenalised)
        if each.status == "due" and each.rule.rank < top
        else each
        for each in lists
    )


def change_days(pack: Pack, subject: SubjectFacts, history: History, on: Day) -> list[Day]:
    """Return, in order, the later days on which something can change with no new fact."""
    days: set[Day] = set()
    for record in history.records:
        if record.counts_on is not None:
            days |= {leaves_on(record.counts_on, window) for window in pack.windows}
            days.update(publication_edges(pack, record, subject))
    for listing in history.listings:
        days |= {day for pause in listing.pauses for day in pause}
        days |= _term_edges(pack, listing, on)
    if subject.born_on is not None:
        ages = {ADULT_AGE} | ({pack.head.scope.minimum_age.value} if pack.head.scope.minimum_age else set())
        days |= {add_years(subject.born_on, age) for age in ages}
    days.add(LAWFUL_LISTS_FROM)
    return sorted(day for day in days if day > on)


def _term_edges(pack: Pack, listing: ListingFact, on: Day) -> set[Day]:
    """Return the days after the last day: as counted today, and with every pause counted to its end."""
    later = max([on, *(end for _, end in listing.pauses)])
    lasts = {listing_state(pack, listing, (), day).last_day for day in (on, later)}
    rule = pack.lists_by_code.get(listing.list_code)
    if rule is not None and rule.term is not None:
        lasts.add(rule.term.last_day(listing.published_on))
    return {last + _ONE_DAY for last in lasts if last is not None}


def next_change(pack: Pack, subject: SubjectFacts, history: History, on: Day, today: Core) -> Day | None:
    """Return the first later day on which entry, points, listing or public differs from `today`'s core.

    `history` as known on `on`, so that nothing new happens. None: never.
    """
    for day in change_days(pack, subject, history, on):
        if core_on(pack, subject, history, day).differs_from(today):
            return day
    return None
