"""Asking a pack about many subjects' tiers at once; whom the question cannot answer is evaluated alone.

The answers stand in tables of this connection (`FACTS`, `ANSWERS`, see `tier_sql`) until the next question.
"""
# ruff: noqa: S608

from collections import defaultdict
from collections.abc import Collection, Iterable
from datetime import date, timedelta
from typing import Any

from django.db import connection

from incentives.models import Commitment, Honour
from incentives.rules.honours import RECOGNISED
from incentives.selectors.honours import honours_in_force
from incentives.selectors.tier_facts_sql import CHOSEN, FACTS
from incentives.selectors.tier_sql import ANSWERS, MISSING, NO_TIER, TierQuery
from incentives.selectors.tiers import world_verdict
from registry.models import Subject
from registry.rules.policy.facts import History
from registry.rules.policy.standing import listing_state
from registry.rules.policy.tier_days import awaited_days
from registry.rules.policy.tier_plan import TierPlan, tier_plan
from registry.selectors.policies import ActivePack
from registry.selectors.remembered import answers_remembered
from sanctions.models import ListEntry
from sanctions.selectors.history import BLACKLIST, SubjectWorld
from sanctions.selectors.statements import table
from sanctions.selectors.worlds import worlds_of

CHUNK = 500
# Of so many subjects and more the whole tables are read.
MANY = 20_000
_PLANS = ("seqscan", "hashjoin", "mergejoin", "nestloop")
_WORK_MEMORY = "128MB"
# Ways that PostgreSQL may not go, for a few subjects and for a county.
_FEW, _MANY = ("seqscan",), ("nestloop",)
_ONE_DAY = timedelta(days=1)


def tiers_choose(queries: Iterable[tuple[str, list[Any]]], *, by_index: bool = False) -> int:
    """Choose the subjects that the next question is about, and return how many they are.

    `queries`: (text, parameters) of subject_id, cause (None: by time, pack or for the first time) and token (of a mark,
    None without). Where several name a subject the first counts, and of their causes each is kept, the last first.
    `by_index`: none of them has to pass over all subjects.
    """
    again = f"""ON CONFLICT (subject_id) DO UPDATE SET cause = substr(excluded.cause || '；' || {CHOSEN}.cause, 1, 200)
        WHERE excluded.cause IS NOT NULL AND {CHOSEN}.cause IS NOT NULL"""
    number = 0
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {CHOSEN}")
        cursor.execute(
            f"CREATE TEMPORARY TABLE {CHOSEN} (subject_id bigint PRIMARY KEY, cause varchar(200) NULL, token {_token()} NULL)"
        )
        # A limit makes PostgreSQL expect to be done early; mostly there is nobody to find.
        _plan_by(cursor, off=_FEW if by_index else ("mergejoin", "nestloop"))
        for text, params in queries:
            cursor.execute(f"INSERT INTO {CHOSEN} {text} {again}", params)
            number += max(cursor.rowcount, 0)
        if number:
            analyze(cursor, CHOSEN)
    return number


def _token() -> str:
    return "uuid" if connection.vendor == "postgresql" else "char(32)"


def tiers_ask(active: ActivePack, on: date, *, chosen: int | None = None) -> dict[str, int]:
    """Grade everybody, or those whom `tiers_choose` chose (`chosen`: how many), on the day `on`; the caller's transaction
    keeps the answers together.

    Returns how many were `graded`, and how many of them each by itself (`alone`).
    """
    plan = tier_plan(active.pack)
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {FACTS}")
        cursor.execute(f"DROP TABLE IF EXISTS {ANSWERS}")
        # What PostgreSQL cannot estimate: whether a few are asked about or a county.
        _plan_by(cursor, off=_FEW if chosen is not None and chosen < MANY else _MANY)
        if plan is None:
            _leave_open(cursor, chosen is not None)
        else:
            query = TierQuery(plan, on, chosen=chosen is not None)
            for name, (text, params) in ((FACTS, query.facts()), (ANSWERS, query.answers())):
                cursor.execute(f"CREATE TEMPORARY TABLE {name} AS {text}", params)
                analyze(cursor, f"{name} (subject_id)")
        cursor.execute(f"SELECT COUNT(*), COALESCE(SUM(is_open), 0) FROM {ANSWERS}")
        graded, alone = cursor.fetchone()
        ids = []
        if alone:
            cursor.execute(f"SELECT subject_id FROM {ANSWERS} WHERE is_open = 1 ORDER BY subject_id")
            ids = [row[0] for row in cursor.fetchall()]
    for start in range(0, len(ids), CHUNK):
        _judge(ids[start : start + CHUNK], active, plan, on)
    return {"graded": graded, "alone": alone}


def _plan_by(cursor: Any, *, off: Collection[str]) -> None:
    """Let PostgreSQL plan without these until the end of the transaction, and with all others."""
    if connection.vendor != "postgresql":
        return
    # What is looked up one by one is in memory for the most part.
    settings = {
        "work_mem": f"'{_WORK_MEMORY}'",
        "jit": "off",
        "random_page_cost": "1.1" if "seqscan" in off else "DEFAULT",
    }
    settings |= {f"enable_{name}": "off" if name in off else "on" for name in _PLANS}
    cursor.execute("; ".join(f"SET LOCAL {name} = {value}" for name, value in settings.items()))


def _leave_open(cursor: Any, chosen: bool) -> None:
    """Tables for a pack that only the evaluation of one subject can answer."""
    cursor.execute(f"CREATE TEMPORARY TABLE {FACTS} (subject_id bigint, record_id bigint, mask bigint)")
    among = f"AND id IN (SELECT subject_id FROM {CHOSEN})" if chosen else ""
    cursor.execute(
        f"""CREATE TEMPORARY TABLE {ANSWERS} AS SELECT id AS subject_id, {NO_TIER} AS tier, 0 AS missing,
            CAST(NULL AS date) AS next_change_on, '' AS profile, 1 AS is_open FROM {table(Subject)}
            WHERE kind = 'organization' AND status = 'active' AND merged_into_id IS NULL {among}"""
    )


def analyze(cursor: Any, name: str) -> None:
    """Let PostgreSQL count what a table holds."""
    if connection.vendor == "postgresql":
        cursor.execute(f"ANALYZE {name}")


def _judge(ids: Collection[int], active: ActivePack, plan: TierPlan | None, on: date) -> None:
    """Evaluate these subjects one by one into the answers."""
    held = honours_in_force(ids, on)
    committed = set(Commitment.objects.public(on).filter(subject_id__in=ids).values_list("subject_id", flat=True))
    further = _further_edges(ids, plan, on)
    places = {tier.code: place for place, tier in enumerate(active.pack.tiers)}
    rows = []
    with answers_remembered():
        for world in worlds_of(ids):
            pk = world.subject.pk
            verdict, _, history = world_verdict(
                world, active.pack, on, honours=held.get(pk, ()), committed=pk in committed
            )  # fmt: skip
            days = [*further.get(pk, ()), *next_looks(world, history, active, plan, on)]
            days += [verdict.next_change_on] if verdict.next_change_on is not None else []
            tier = places[verdict.tier.code] if verdict.tier is not None else NO_TIER
            # Which fact is missing matters to nobody whom no tier waits for.
            missing = sum(MISSING[name] for name in verdict.missing)
            lists = "".join(f"list:{code} " for code in _lists_in_force(active, plan, history, on))
            rows.append([tier, missing, min(days, default=None), lists, pk])
    with connection.cursor() as cursor:
        cursor.executemany(
            f"UPDATE {ANSWERS} SET tier = %s, missing = %s, next_change_on = %s, profile = profile || %s WHERE subject_id = %s",
            rows,
        )


def _lists_in_force(active: ActivePack, plan: TierPlan | None, history: History, on: date) -> list[str]:
    known = history.known_on(on)
    existing = [record for record in known.records if record.exists_on(on)]
    running = {each.list_code for each in known.listings if listing_state(active.pack, each, existing, on).in_force}
    return [code for code in (plan.lists if plan is not None else ()) if code in running]


def _further_edges(ids: Collection[int], plan: TierPlan | None, on: date) -> dict[int, list[date]]:
    """The later days written on commitments and honours, as far as the pack asks for them."""
    found: dict[int, list[date]] = defaultdict(list)
    if plan is None or plan.asks_commitment:
        signed = Commitment.objects.filter(subject_id__in=ids, is_public=True, signature__isnull=False)
        for pk, *days in signed.values_list("subject_id", "signature__signed_on", "closed_on", "last_day"):
            until = [days[2] + _ONE_DAY] if days[2] is not None else []
            found[pk] += [day for day in (*days[:2], *until) if day is not None and day > on]
    if plan is None or plan.lists:
        honours = Honour.objects.filter(subject_id__in=ids, state=RECOGNISED)
        for pk, *days in honours.values_list("subject_id", "starts_on", "ends_on"):
            found[pk] += [day for day in days if day is not None and day > on]
    return found


def next_looks(
    world: SubjectWorld, history: History, active: ActivePack, plan: TierPlan | None, on: date
) -> list[date]:
    """Return the later days that are written on records and entries already: a tier is looked at again when they come,
    for what happens only then is not known today."""
    found = [day for entry in world.entries for day in _entry_days(entry, active, plan) if day > on]
    asks_lists = plan is None or plan.lists
    grounds = {each for listing in history.listings for each in listing.grounds} if asks_lists else set()
    for record in history.records:
        if plan is not None:
            found += awaited_days(plan, record, on, is_ground=record.id in grounds)
        else:
            days = (record.counts_on, record.voided_on, record.repaired_on, record.disputed_on)
            found += [day for day in days if day is not None and day > on]
    return found


def _entry_days(entry: ListEntry, active: ActivePack, plan: TierPlan | None) -> list[date]:
    days = [entry.starts_on, entry.ends_on] if entry.list_code == BLACKLIST else []
    if entry.pack_id == active.pack.head.id and (plan is None or plan.lists):
        pauses = [day for each in entry.pauses.all() for day in (each.starts_on, each.ends_on) if day is not None]
        days += [entry.published_on or entry.starts_on, entry.ends_on, *pauses]
    return days
