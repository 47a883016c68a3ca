"""Grade a whole synthetic county into supervision tiers, beside one SQL statement by hand and annotate + bulk_update.

.venv/bin/python benchmarks/tiers.py --subjects 200000 --records 1000000 --write
.venv/bin/python benchmarks/tiers.py --year 365 --subjects 20000 --records 100000 --write
"""
# ruff: noqa: E402, S101

import argparse
import datetime as dt
import os
from collections.abc import Iterable
from functools import partial

import bench

DATABASE = os.environ.get("BENCH_DATABASE", "credit_bench_tiers")
bench.begin(DATABASE)

from django.db import connection, transaction
from django.db.models import Count, Max, Q
from population_data import County, Size
from tiers_data import COUNTY, facts_change, rules_activate, rules_remove, subjects_equip

from incentives.models import TierAssessment, TierRun
from incentives.selectors.tier_answers import tiers_ask
from incentives.selectors.tiers import gradable, tier_pack
from incentives.services.tier_settling import tiers_settle
from incentives.services.tiers import tiers_recompute
from registry.models import PolicyVersion
from registry.services.policies import policy_activate

ON = dt.date(2026, 11, 20)
# The county's pack by hand: what a careful person would write for this one pack, into a copy of the same table.
BY_HAND = """
    WITH facts AS MATERIALIZED (SELECT r.subject_id,
            CASE WHEN a.record_id IS NOT NULL THEN COALESCE(r.occurred_on, r.decided_on) ELSE r.decided_on END AS day,
            (i.record_id IS NOT NULL OR p.record_id IS NOT NULL OR a.is_liable
                OR r.kind IN ('penalty', 'misconduct', 'commitment-broken')) AS bad,
            (a.is_liable AND (a.deaths >= 3 OR a.injured >= 10 OR a.loss >= 10000000)) AS larger,
            (r.kind = 'penalty' OR p.record_id IS NOT NULL) AS penalty,
            COALESCE(jsonb_exists_any(p.kinds, ARRAY['吊销许可证件', '责令停产停业', '责令关闭', '限制开展生产经营活动',
                '限制从业']), false) AS hard,
            r.repaired_on IS NULL OR r.repaired_on > %(on)s AS counts
        FROM registry_record r
        LEFT JOIN registry_recorditem i ON i.record_id = r.id AND i.pack_id = 'county-default'
        LEFT JOIN registry_accidentdetail a ON a.record_id = r.id
        LEFT JOIN registry_penaltydetail p ON p.record_id = r.id
        WHERE r.state <> 'draft' AND (r.voided_on IS NULL OR r.voided_on > %(on)s)
            AND (r.decided_on >= %(three)s OR r.occurred_on >= %(three)s)),
    sums AS (SELECT subject_id, MAX(day) FILTER (WHERE bad) AS bad, MAX(day) FILTER (WHERE larger) AS larger,
            MAX(day) FILTER (WHERE hard AND counts AND day >= %(one)s) AS hard,
            (ARRAY_AGG(day ORDER BY day DESC) FILTER (WHERE penalty AND counts AND day >= %(one)s))[3] AS third
        FROM facts WHERE day <= %(on)s AND day >= %(three)s GROUP BY subject_id),
    fields AS (SELECT subject_id, COUNT(DISTINCT domain) AS domains, MIN(ends_on) AS until FROM sanctions_listentry
        WHERE list_code = 'blacklist' AND domain NOT IN ('credit', '') AND starts_on <= %(on)s AND ends_on > %(on)s
        GROUP BY subject_id),
    graded AS (SELECT s.id, CASE
            WHEN COALESCE(f.domains, 0) > 0 OR n.larger IS NOT NULL OR n.hard IS NOT NULL OR n.third IS NOT NULL
                OR (s.risk = 'major' AND n.bad >= %(one)s) THEN 'D'
            WHEN s.risk = '' OR (s.standardisation IS NULL AND n.bad IS NULL AND s.risk IN ('low', 'ordinary'))
                THEN 'pending'
            WHEN n.bad IS NULL AND s.standardisation <= 2 AND s.risk IN ('low', 'ordinary') THEN 'A'
            WHEN COALESCE(n.bad < %(one)s, true) AND s.risk <> 'major' THEN 'B' ELSE 'C' END AS tier,
            LEAST(n.bad + interval '3 years 1 day', CASE WHEN n.bad >= %(one)s THEN n.bad + interval '1 year 1 day' END,
                n.third + interval '1 year 1 day', n.hard + interval '1 year 1 day', f.until)::date AS next_change_on
        FROM registry_subject s LEFT JOIN sums n ON n.subject_id = s.id LEFT JOIN fields f ON f.subject_id = s.id
        WHERE s.kind = 'organization' AND s.status = 'active' AND s.merged_into_id IS NULL)
    """
NEW = """INSERT INTO bench_tier (id, subject_id, policy_id, pack_id, tier_code, tier_label, is_newcomer, missing, grounds,
        cause, starts_on, assessed_on, next_change_on)
    SELECT id, id, %(policy)s, 'county-default', tier, tier, tier = 'pending', '[]', '', '初次评定', %(on)s, %(on)s,
        next_change_on FROM graded"""
AGAIN = """UPDATE bench_tier t SET tier_code = g.tier, next_change_on = g.next_change_on FROM graded g
    WHERE t.subject_id = g.id AND (t.tier_code <> g.tier OR t.next_change_on IS DISTINCT FROM g.next_change_on)"""


def main() -> None:
    """Build the county where asked, measure, print, and write the section where asked."""
    arguments = _arguments()
    if not arguments.keep:
        bench.database_make(DATABASE)
        County(Size(arguments.subjects, arguments.records, arguments.entries), ON).build()
        subjects_equip()
    rules_remove()
    policy = PolicyVersion.objects.filter(pack_id=COUNTY).latest("pk")
    if not policy.activations.exists():
        policy_activate(version=policy, mode="internal", actor=None, on=ON - dt.timedelta(days=1))
    if arguments.year:
        name, title, text = "tiers-year", "Tiers: a year of nights", _year(arguments.year, arguments)
    else:
        name, title, text = "tiers", "Supervision tiers", _measure(arguments, policy)
    print(text)
    if arguments.write:
        bench.section_write(name, title, text)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--subjects", type=int, default=200_000)
    parser.add_argument("--records", type=int, default=1_000_000)
    parser.add_argument("--entries", type=int, default=20_000)
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--year", type=int, default=0, help="simulate so many days instead of measuring")
    parser.add_argument("--keep", action="store_true", help="use the county that is there")
    parser.add_argument("--write", action="store_true")
    return parser.parse_args()


# --- the full recompute


def _by_hand(policy: PolicyVersion, what: str) -> float:
    """Seconds of the one SQL, with its commit."""
    on = {"on": ON, "one": dt.date(ON.year - 1, ON.month, ON.day), "three": dt.date(ON.year - 3, ON.month, ON.day)}
    if what == NEW:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE IF EXISTS bench_tier")
            cursor.execute("CREATE TABLE bench_tier (LIKE incentives_tierassessment INCLUDING ALL)")

    def work() -> None:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET LOCAL work_mem = '128MB'; SET LOCAL jit = off")
            cursor.execute(BY_HAND + what, {**on, "policy": policy.pk})

    return bench.timed(work)


def _bulk_update() -> tuple[float, int]:
    """The ORM's way: annotate what the pack asks, decide in Python, bulk_update every row; of a tenth, times ten."""
    one, three = dt.date(ON.year - 1, ON.month, ON.day), dt.date(ON.year - 3, ON.month, ON.day)
    exists = Q(records__decided_on__lte=ON) & (Q(records__voided_on__isnull=True) | Q(records__voided_on__gt=ON))
    bad = exists & Q(records__kind__in=["penalty", "misconduct", "commitment-broken", "accident"])
    part = gradable().filter(pk__lte=gradable().aggregate(most=Max("pk"))["most"] // 10)

    def work() -> None:
        found = part.annotate(
            bad3=Count("records", filter=bad & Q(records__decided_on__gte=three)),
            bad1=Count("records", filter=bad & Q(records__decided_on__gte=one)),
            penalties=Count("records", filter=exists & Q(records__kind="penalty", records__decided_on__gte=one)),
            larger=Count(
                "records", filter=exists & Q(records__accident__deaths__gte=3, records__occurred_on__gte=three)
            ),
            latest=Max("records__decided_on", filter=bad),
        )
        held = {row.subject_id: row for row in TierAssessment.objects.filter(subject__in=part, ends_on__isnull=True)}
        for subject in found.iterator(chunk_size=2000):
            row = held[subject.pk]
            grave = subject.larger or subject.penalties >= 3 or (subject.risk == "major" and subject.bad1)
            is_best = not subject.bad3 and subject.standardisation in (1, 2) and subject.risk in ("low", "ordinary")
            row.tier_code = "D" if grave else "A" if is_best else "B" if not subject.bad1 else "C"
            row.next_change_on = subject.latest
        TierAssessment.objects.bulk_update(held.values(), ["tier_code", "next_change_on"], batch_size=1000)

    with transaction.atomic():
        seconds = bench.timed(work)
        transaction.set_rollback(True)
    return seconds, part.count()


def _recompute(on: dt.date) -> dict[str, int]:
    counts = tiers_recompute(on=on)
    print(on, counts, flush=True)
    return counts


def _full(runs: int, on: dt.date, *, is_new: bool) -> list[float]:
    """Ask everybody, as on a weekly day; `is_new`: with nothing written before."""
    times = []
    for _ in range(runs):
        if is_new:
            rules_remove()
        else:
            TierRun.objects.update(asked_on=on - dt.timedelta(days=7))
        times.append(bench.timed(partial(_recompute, on)))
    return times


# --- changes


def _changed(number: int, days: Iterable[dt.date], *, seed: int) -> list[float]:
    """Settle so many marked subjects on each day, and what the day itself brings."""
    times = []
    for run, day in enumerate(days):
        facts_change(number, day, seed=seed + run)
        TierRun.objects.update(asked_on=day)
        times.append(bench.timed(partial(_recompute, day)))
    return times


def _differences(on: dt.date) -> int:
    """Ask everybody; of how many anything is written."""
    active = tier_pack(on)
    assert active is not None
    with transaction.atomic():
        tiers_ask(active, on)
        return tiers_settle(active, on, chosen=False).written


def _year(days: int, arguments: argparse.Namespace) -> str:
    """Facts at random day by day, a pack that changes; after each night ask everybody."""
    changed, looked_at, corrected, differing = 0, 0, 0, 0
    number = max(20, arguments.subjects // 1000)
    tiers_recompute(on=ON)
    for each in range(1, days + 1):
        day = ON + dt.timedelta(days=each)
        if each == days // 3:
            rules_activate(day)
        facts_change(number, day, seed=each)
        counts = tiers_recompute(on=day)
        found = _differences(day)
        changed, looked_at = changed + counts["changed"], looked_at + counts["graded"]
        corrected, differing = corrected + counts["corrected"], differing + found
        if found or counts["corrected"] or each % 30 == 0:
            print(day, counts, "differing:", found, flush=True)
    return (
        f"{days} nights, {arguments.subjects:,} subjects, {arguments.records:,} records; every day of {number:,} subjects "
        f"facts were added, voided, repaired, disputed, re-rated or dated ahead, and once the pack changed to the 20 rules. "
        f"{looked_at:,} times a subject was looked at, {changed:,} tiers changed. After every night everybody was asked: "
        f"**{differing} rows differed** (goal 0: {'met' if differing == 0 else 'MISSED'}); the weekly question of the nights "
        f"themselves wrote {corrected}. `benchmarks/tiers.py --year {days}`."
    )


def _measure(arguments: argparse.Namespace, policy: PolicyVersion) -> str:
    runs, changes, one_day = arguments.runs, max(arguments.runs, 5), dt.timedelta(days=1)
    hand_new = bench.median([_by_hand(policy, NEW) for _ in range(runs)])
    hand = bench.median([_by_hand(policy, AGAIN) for _ in range(runs)])
    new = bench.median(_full(runs, ON, is_new=True))
    full = bench.median(_full(runs, ON, is_new=False))
    agreed = _agreement()
    orm, part = _bulk_update()
    scaled = orm * gradable().count() / part
    days = [ON + (run + 1) * one_day for run in range(changes)]
    nightly = bench.median(_changed(arguments.subjects // 1000, days, seed=0))
    last = days[-1]
    differing = _differences(last)
    rules_activate(last)
    tiers_recompute(on=last)
    rules = bench.median(_full(runs, last, is_new=False))
    some = bench.median(_changed(1_000, [last] * changes, seed=100))
    differing += _differences(last)
    rows = [
        ("full recompute, everything new", new, "one SQL by hand, same rows into a copy of the table", hand_new, new / hand_new, "≤ 3", new <= 3 * hand_new),
        ("full recompute, nothing new", full, "one SQL by hand", hand, full / hand, "≤ 3", full <= 3 * hand),
        ("full recompute, nothing new", full, f"annotate + bulk_update (of {part:,}, scaled)", scaled, full / scaled, "≤ 1/10", scaled >= 10 * full),
        ("20 rules as data, 1,000 changed subjects", some, "their full run", rules, some / rules, "≤ 1/15", rules >= 15 * some),
        ("night: 0.1 % changed and the day's edges", nightly, "full run", full, nightly / full, "≤ 1/4", full >= 4 * nightly),
    ]  # fmt: skip
    lines = ["| work | s | beside | s | ratio | goal | met |", "|---|---|---|---|---|---|---|"]
    lines += [f"| {work} | {a:.2f} | {beside} | {b:.2f} | {ratio:.3f} | {goal} | {'yes' if met else 'NO'} |"
              for work, a, beside, b, ratio, goal, met in rows]  # fmt: skip
    return (
        f"{arguments.subjects:,} subjects, {arguments.records:,} records; medians of {runs}, of {changes} for changes. `benchmarks/tiers.py`.\n\n"
        + "\n".join(lines)
        + f"\n\nThe SQL by hand and the compiled question agree on the tier of {agreed} % of subjects. After the nights "
        f"and after the changed subjects a question of everybody wrote {differing} rows.\n\n{bench.machine()}"
    )


def _agreement() -> str:
    with connection.cursor() as cursor:
        cursor.execute("""SELECT 100.0 * SUM(CASE WHEN b.tier_code = t.tier_code THEN 1 ELSE 0 END) / COUNT(*)
            FROM bench_tier b JOIN incentives_tierassessment t ON t.subject_id = b.subject_id AND t.ends_on IS NULL""")
        return f"{cursor.fetchone()[0]:.3f}"


if __name__ == "__main__":
    main()
