"""Evaluate a policy pack for one subject on one day: pure, the same for a draft pack or a past day."""

import datetime as dt
from collections.abc import Sequence
from types import MappingProxyType

from registry.rules.calendar import WorkingCalendar, official_calendar

from .core import core_on, next_change, out_of_scope
from .due import deadline_verdicts
from .evaluation import Evaluation, HonourVerdict
from .facts import History, SubjectFacts
from .judge import World, judge
from .loader import LoadedPack
from .measures import Measure
from .mode import activation_check
from .publication import record_visibility
from .repairing import repair_verdicts
from .schema import Pack
from .standing import ListingState, listing_state, removal_period

Day = dt.date


def evaluate(
    loaded: LoadedPack,
    subject: SubjectFacts,
    history: History,
    on: Day,
    calendar: WorkingCalendar | None = None,
    *,
    measures: Sequence[Measure] | None = None,
) -> Evaluation:
    """Answer what a pack says about a subject on `on`, with the reasons.

    `measures`: the catalogue measures that apply (`PackLibrary.measures_of`), the pack's own when left
    out; `calendar`: the office's working-day calendar, the official one when left out. Facts dated after
    `on` are left aside. Nothing is read from a clock or a database.
    """
    pack = loaded.pack
    days = calendar or official_calendar()
    known = history.known_on(on)
    core = core_on(pack, subject, known, on)
    scope = out_of_scope(pack, subject, on)
    catalogue = pack.measures if measures is None else measures
    # An entry published later is not yet in force, but its counted last day is already certain.
    states = {each.id: core.listings.get(each.id) or listing_state(pack, each, (), on) for each in history.listings}
    return Evaluation(
        pack=pack,
        pack_hash=loaded.content_hash,
        on=on,
        subject=subject,
        history=history,
        records=MappingProxyType({record.id: record for record in history.records}),
        out_of_scope=scope,
        notes=_notes(pack, subject),
        lists=core.lists,
        points=core.points,
        listings=MappingProxyType(states),
        listing_codes=MappingProxyType({each.id: each.list_code for each in history.listings}),
        public=MappingProxyType(dict.fromkeys(_ids(history), False) | core.public),
        public_until=MappingProxyType(_public_until(pack, subject, history, on, states)),
        removal=MappingProxyType(
            {
                each.id: removal_period(pack.lists_by_code[each.list_code], each, states[each.id], days)
                for each in history.listings
                if each.list_code in pack.lists_by_code
            }
        ),
        repair=MappingProxyType(repair_verdicts(pack, subject, known, on)),
        honour=_honour(pack, subject, known, on),
        green_channel=_green_channel(pack, subject, known, on),
        deadlines=MappingProxyType(deadline_verdicts(pack, history.events, days)),
        measures=MappingProxyType(
            {kind: sum(each.reaches(kind) for each in catalogue) for kind in ("organization", "person")}
        ),
        next_change_on=next_change(pack, subject, known, on, core),
        activation=activation_check(pack, on),
    )


def _ids(history: History) -> list[str]:
    return [record.id for record in history.records] + [listing.id for listing in history.listings]


def _notes(pack: Pack, subject: SubjectFacts) -> tuple[str, ...]:
    notes = []
    if pack.head.scope.sectors and not subject.sectors:
        notes.append(f"该主体未登记行业，请核对是否属于{pack.head.scope.sectors.label}。")
    if subject.kind == "person" and subject.born_on is None:
        notes.append("该人未登记出生日期，请先核实已满18周岁再列入任何名单。")
    return tuple(notes)


def _public_until(
    pack: Pack, subject: SubjectFacts, history: History, on: Day, states: dict[str, ListingState]
) -> dict[str, Day | None]:
    found = {record.id: record_visibility(pack, record, subject, on).until for record in history.records}
    for listing in history.listings:
        rule = pack.lists_by_code.get(listing.list_code)
        found[listing.id] = states[listing.id].last_day if rule and rule.public.value else None
    return found


def _world(pack: Pack, subject: SubjectFacts, known: History, on: Day) -> World:
    existing = tuple(record for record in known.records if record.exists_on(on))
    states = core_on(pack, subject, known, on).listings
    in_force = tuple(each for each in known.listings if states[each.id].in_force)
    return World(pack, subject, on, existing, in_force, existing, known.documents)


def _honour(pack: Pack, subject: SubjectFacts, known: History, on: Day) -> HonourVerdict | None:
    rule = pack.honour
    if rule is None:
        return None
    world = _world(pack, subject, known, on)
    judged = tuple((each, judge(each.condition, world)) for each in rule.criteria)
    missing = tuple(each.code for each, judgement in judged if not judgement.met)
    met = not missing if rule.needs == "all" else len(missing) < len(judged)
    return HonourVerdict(met, () if met else missing, judged)


def _green_channel(pack: Pack, subject: SubjectFacts, known: History, on: Day) -> bool | None:
    if pack.green_channel is None:
        return None
    return judge(pack.green_channel.condition, _world(pack, subject, known, on)).met
