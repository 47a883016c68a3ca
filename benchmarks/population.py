# ruff: noqa: S101, S603
"""Evaluate a whole synthetic county and print how long it takes beside plain SQL that adds up the same numbers.

.venv/bin/python benchmarks/population.py --subjects 1000000 --records 5000000 --write
"""

import argparse
import datetime as dt
import os
import resource
import subprocess
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field

import bench

DATABASE = os.environ.get("BENCH_DATABASE", "credit_bench")
bench.begin(DATABASE)

from django.db import connection, transaction  # noqa: E402
from django.utils import timezone  # noqa: E402
from population_data import ACCIDENTS, MINISTRY, POINTS, County, Size  # noqa: E402

from registry.base.collector import old_objects_spared  # noqa: E402
from registry.models import PolicyVersion  # noqa: E402
from registry.rules.policy.loader import LoadedPack  # noqa: E402
from registry.selectors.policies import pack_of  # noqa: E402
from sanctions.models import Candidate, ListEntry, PopulationRun, Standing  # noqa: E402
from sanctions.selectors.population import (  # noqa: E402
    CHUNK,
    population_ask,
    population_ask_few,
    population_choose,
    population_judge,
    population_loud,
)
from sanctions.selectors.population_changes import changes_seen, changes_since  # noqa: E402
from sanctions.services.population import candidates_refresh  # noqa: E402
from sanctions.services.standings import (  # noqa: E402
    standings_note,
    standings_note_answers,
    standings_of_quiet,
    standings_read,
)

ON = dt.date(2026, 11, 20)
# At most so many times plain SQL; a night at most such a part of a run in which everything is new; of one process.
GOAL_RATIO, GOAL_NIGHT, GOAL_MEMORY = 5.0, 50.0, 1024
SHORT_RUNS = 5

# What a careful person would write by hand for the same numbers a subject.
BASELINES = {
    POINTS: """
        SELECT r.subject_id, SUM(CASE i.code WHEN 'minor' THEN 1 WHEN 'moderate' THEN 3 ELSE 6 END) AS points
        FROM registry_record r JOIN registry_recorditem i ON i.record_id = r.id
        WHERE i.pack_id = 'nanning-urban' AND r.state <> 'draft' AND (r.voided_on IS NULL OR r.voided_on > %(on)s)
            AND r.decided_on <= %(on)s AND r.decided_on >= %(year)s
        GROUP BY r.subject_id""",
    ACCIDENTS: """
        SELECT subject_id, SUM(larger) AS larger, SUM(major) AS major, SUM(ordinary) AS ordinary, SUM(item) AS item
        FROM (
            SELECT r.subject_id, CASE WHEN a.deaths BETWEEN 3 AND 9 THEN 1 ELSE 0 END AS larger,
                CASE WHEN a.deaths >= 10 THEN 1 ELSE 0 END AS major,
                CASE WHEN a.deaths BETWEEN 1 AND 2 THEN 1 ELSE 0 END AS ordinary, 0 AS item
            FROM registry_accidentdetail a JOIN registry_record r ON r.id = a.record_id
            WHERE a.is_liable AND r.state <> 'draft' AND (r.voided_on IS NULL OR r.voided_on > %(on)s)
                AND r.occurred_on <= %(on)s
            UNION ALL
            SELECT r.subject_id, 0, 0, 0, 1
            FROM registry_record r JOIN registry_recorditem i ON i.record_id = r.id
            WHERE i.pack_id = 'saws-2017-49' AND r.state <> 'draft' AND (r.voided_on IS NULL OR r.voided_on > %(on)s)
                AND r.decided_on <= %(on)s
        ) AS facts GROUP BY subject_id""",
}
BASELINES[MINISTRY] = BASELINES[ACCIDENTS].replace("saws-2017-49", MINISTRY)


@dataclass
class Measured:
    """Times of one pack, in seconds."""

    pack_id: str
    baseline: list[float] = field(default_factory=list)
    query: list[float] = field(default_factory=list)
    new: list[float] = field(default_factory=list)
    again: list[float] = field(default_factory=list)
    night: list[float] = field(default_factory=list)
    facts: dict[str, int] = field(default_factory=dict)

    @property
    def medians(self) -> tuple[float, float, float, float, float]:
        """Plain SQL, the query alone, everything new, nothing new, a night."""
        base, query, new = map(bench.median, (self.baseline, self.query, self.new))
        return base, query, new, bench.median(self.again), bench.median(self.night)


def main() -> None:
    """Build the county where asked, measure, print, and write docs/performance.md where asked."""
    arguments = _arguments()
    size = Size(arguments.subjects, arguments.records, arguments.entries)
    if arguments.step == "build":
        County(size, ON).build()
        return
    if not arguments.keep:
        bench.database_make(DATABASE)
        begin = time.perf_counter()
        # A process of its own: what building takes is not to stand in the memory of what is measured.
        subprocess.run([sys.executable, __file__, "--step", "build", *sys.argv[1:]], check=True)
        print(f"built in {time.perf_counter() - begin:.0f} s", flush=True)
    if not arguments.runs:
        return
    bench.warm()
    packs = [_measure(pack_id, arguments.runs) for pack_id in arguments.packs]
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    text = _table(packs, size, arguments.runs, memory)
    print(text, flush=True)
    if arguments.whole_job:
        text += _whole_job()
    if arguments.write:
        bench.section_write("population", "Evaluating the whole county", text)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--subjects", type=int, default=100_000)
    parser.add_argument("--records", type=int, default=500_000)
    parser.add_argument("--entries", type=int, default=10**9, help="at most so many list entries")
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument(
        "--packs", nargs="+", default=[POINTS, ACCIDENTS, MINISTRY], choices=[POINTS, ACCIDENTS, MINISTRY]
    )
    parser.add_argument("--keep", action="store_true", help="measure the county that is there already")
    parser.add_argument(
        "--whole-job",
        action="store_true",
        help="run the nightly job itself too; it leaves no case and no entry: build anew afterwards",
    )
    parser.add_argument("--write", action="store_true", help="write the section of docs/performance.md")
    parser.add_argument("--step", choices=["build"], help=argparse.SUPPRESS)
    return parser.parse_args()


def _measure(pack_id: str, runs: int) -> Measured:
    version = PolicyVersion.objects.filter(pack_id=pack_id).latest("pk")
    loaded = LoadedPack(pack=pack_of(version), content_hash=version.content_hash, source=pack_id)
    found = Measured(pack_id)
    # What takes seconds is measured beside the whole, so that a busy machine weighs on both alike.
    for run in range(max(runs, SHORT_RUNS)):
        found.baseline.append(bench.timed(lambda: _baseline(pack_id)))
        if run < runs:
            Standing.objects.filter(pack_id=pack_id).delete()
            _tidy("sanctions_standing")
            found.new.append(bench.timed(lambda: found.facts.update(_evaluate(loaded, version, ON))))
            _tidy("sanctions_standing")
            found.again.append(bench.timed(lambda: _evaluate(loaded, version, ON)))
        found.query.append(bench.timed(lambda: population_ask(loaded.pack, ON)))
        _measure_night(found, loaded, version, run)
        print(f"{pack_id}: load {os.getloadavg()[0]:.1f} baseline {found.baseline[-1]:.2f} query {found.query[-1]:.2f} "
              f"new {found.new[-1]:.2f} again {found.again[-1]:.2f} night {found.night[-1]:.3f}", flush=True)  # fmt: skip
    return found


def _measure_night(found: Measured, loaded: LoadedPack, version: PolicyVersion, run: int) -> None:
    seen = changes_seen() or timezone.now()  # the county is built without row versions
    _change(found.pack_id, run)
    found.night.append(bench.timed(lambda: found.facts.update(_night(loaded, version, seen))))
    _undo()


def _baseline(pack_id: str) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS baseline")
        cursor.execute("SET LOCAL work_mem = '128MB'")
        cursor.execute("SET LOCAL jit = off")
        cursor.execute(
            f"CREATE TEMPORARY TABLE baseline AS {BASELINES[pack_id]}", {"on": ON, "year": ON.replace(year=ON.year - 1)}
        )


def _evaluate(loaded: LoadedPack, version: PolicyVersion, on: dt.date) -> dict[str, int]:
    """Everything that the job finds out and notes, without candidates: they are proposals, not part of the answer."""
    with old_objects_spared():
        answered, loud = population_ask(loaded.pack, on), population_loud()
        due, noted = _judge(loud, loaded, version, on)
        noted += standings_note_answers(policy=version, on=on)
    return {"answered": answered, "judged": len(loud), "due": due, "noted": noted}


def _judge(loud: Sequence[int], loaded: LoadedPack, version: PolicyVersion, on: dt.date) -> tuple[int, int]:
    due, noted = 0, 0
    for start in range(0, len(loud), CHUNK):
        ids = loud[start : start + CHUNK]
        before, answers = standings_read(ids, version.pack_id), []
        for judged in population_judge(ids, loaded, on):
            evaluation = judged.evaluation
            assert evaluation is not None, judged.error
            if evaluation.due:
                due += 1
                _ = [evaluation.reasons[each.list_code].to_dict() for each in evaluation.due]
            answers.append((judged.world.subject.pk, evaluation.next_change_on))
        noted += standings_note(answers=answers, before=before, policy=version, on=on)
    return due, noted


def _night(loaded: LoadedPack, version: PolicyVersion, seen: dt.datetime) -> dict[str, int]:
    tomorrow = ON + dt.timedelta(days=1)
    with old_objects_spared():
        changes_seen()
        chosen = population_choose(changes_since(seen, ON, loaded.pack, tomorrow), are_few=True)
        before = standings_read(chosen, version.pack_id)
        answers = population_ask_few(loaded.pack, tomorrow, chosen)
        due, noted = _judge(answers.loud, loaded, version, tomorrow)
        quiet = standings_of_quiet(answers, before)
        noted += standings_note(answers=quiet, before=before, policy=version, on=tomorrow)
    answered = len(answers.quiet) + len(answers.loud)
    counts = {"chosen": len(chosen), "answered": answered, "judged": len(answers.loud), "due": due, "noted": noted}
    return {f"night {name}": number for name, number in counts.items()}


def _change(pack_id: str, run: int) -> None:
    """One subject in a thousand gets a classified record; written as the tracked models write it."""
    code = {POINTS: "minor", ACCIDENTS: "2.4", MINISTRY: "A4"}[pack_id]
    with connection.cursor() as cursor:
        cursor.execute("SELECT COALESCE(MAX(id), 0) FROM registry_record")
        last = cursor.fetchone()[0]
        cursor.execute(
            """INSERT INTO registry_record (id, version, public_id, kind, state, number, number_normalized, title, facts,
                occurred_on, decided_on, recorded_at, void_reason, is_secret, is_classified, department_id, subject_id)
            SELECT %s + row_number() OVER (), 1, gen_random_uuid(), 'penalty', 'confirmed', 'n' || s.id, 'n' || s.id,
                '演示', '', %s, %s, now(), '', false, true, (SELECT MIN(id) FROM registry_department), s.id
            FROM registry_subject s WHERE s.id %% 1000 = %s""",
            [last, ON, ON, run],
        )
        # Most changes are slight; one in a hundred is grave.
        cursor.execute(
            "INSERT INTO registry_recorditem (version, pack_id, code, record_id) "
            "SELECT 1, %s, %s, id FROM registry_record WHERE id > %s AND (%s OR id %% 100 = 0)",
            [pack_id, code, last, pack_id == POINTS],
        )
        cursor.execute(
            """INSERT INTO registry_historicalrecord (id, version, public_id, kind, state, number, number_normalized,
                title, facts, decided_on, recorded_at, void_reason, is_secret, is_classified, department_id, subject_id,
                history_date, history_type)
            SELECT id, 1, public_id, kind, state, number, number_normalized, title, '', decided_on, recorded_at, '', false,
                true, department_id, subject_id, now(), '+' FROM registry_record WHERE id > %s""",
            [last],
        )
        for table in ("registry_record", "registry_recorditem", "registry_historicalrecord"):
            cursor.execute(f"ANALYZE {table}")


def _undo() -> None:
    with connection.cursor() as cursor:
        new = "(SELECT id FROM registry_historicalrecord)"
        cursor.execute(f"DELETE FROM registry_recorditem WHERE record_id IN {new}")
        cursor.execute(f"DELETE FROM registry_record WHERE id IN {new}")
        cursor.execute("TRUNCATE registry_historicalrecord")


def _tidy(table: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(f"VACUUM (ANALYZE) {table}")
        cursor.execute("CHECKPOINT")


def _whole_job() -> str:
    """The job itself over every pack in use: after adoption, a week later with nothing new, and on an ordinary night."""
    lines = ["\n### The job itself\n", "Both packs in use together, with candidates raised under lock, each with its event.\n",
             "| run | seconds | counts |", "|---|---:|---|"]  # fmt: skip
    for table in (Candidate.history.model, Candidate, Standing, PopulationRun):
        with connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE {table._meta.db_table} CASCADE")
    for name, day, is_whole in (
        ("after adoption, everything new", ON, True),
        ("whole county again, nothing new", ON, True),
        ("the next night", ON + dt.timedelta(days=1), False),
    ):
        if is_whole:
            PopulationRun.objects.all().delete()
        counts: dict[str, int] = {}
        seconds = bench.timed(lambda day=day, counts=counts: counts.update(candidates_refresh(on=day)))
        lines.append(f"| {name} | {seconds:.2f} | {', '.join(f'{key} {value:,}' for key, value in counts.items())} |")
        print(lines[-1], flush=True)
    return "\n".join(lines) + "\n"


def _table(packs: list[Measured], size: Size, runs: int, memory: float) -> str:
    entries = ListEntry.objects.count()
    lines = [
        f"Written by `benchmarks/population.py`: {size.subjects:,} subjects, {size.records:,} records, {entries:,} list "
        f"entries, all synthetic. {bench.machine()} Medians of {runs} runs in one session ({max(runs, SHORT_RUNS)} for plain "
        "SQL, the query and the night). Keep the ratios, not the seconds.\n",
        "| pack | plain SQL | the query alone | everything new | ratio | nothing new | ratio | a night, 0.1 % changed | full ÷ night |",
        "|---|---:|---:|---:|---:|---:|---:|---:|---:|",
    ]
    for each in packs:
        base, query, new, again, night = each.medians
        lines.append(f"| `{each.pack_id}` | {base:.2f} s | {query:.2f} s | {new:.2f} s | {new / base:.1f} | {again:.2f} s | "
                     f"{again / base:.1f} | {night:.3f} s | {new / night:.0f} |")  # fmt: skip
    lines += ["", *_goals(packs, memory), "", "| pack | counts of the last run |", "|---|---|"]
    lines += [f"| `{each.pack_id}` | {', '.join(f'{k} {v:,}' for k, v in each.facts.items())} |" for each in packs]
    return "\n".join([*lines, "", NOTES])


def _goals(packs: list[Measured], memory: float) -> list[str]:
    """Say of each goal where it was met."""
    medians = {each.pack_id: each.medians for each in packs}
    slower = {name: max(new, again) / base for name, (base, _, new, again, _) in medians.items()}
    nights = {name: new / night for name, (_, _, new, _, night) in medians.items()}
    return [
        f"- At most {GOAL_RATIO:.0f} times plain SQL, everything new and nothing new: "
        + _met({name: (f"{ratio:.1f}", ratio <= GOAL_RATIO) for name, ratio in slower.items()}),
        f"- A night below 1/{GOAL_NIGHT:.0f} of everything new: "
        + _met({name: (f"1/{ratio:.0f}", ratio > GOAL_NIGHT) for name, ratio in nights.items()}),
        f"- Below {GOAL_MEMORY:,} MiB in the evaluating process: {memory:.0f} MiB, {_met_word(memory < GOAL_MEMORY)}.",
    ]


def _met(found: dict[str, tuple[str, bool]]) -> str:
    return "; ".join(f"`{name}` {figure}, {_met_word(is_met)}" for name, (figure, is_met) in found.items()) + "."


def _met_word(is_met: bool) -> str:
    return "met" if is_met else "**not met**"


NOTES = """- *Plain SQL*: the points, or the accidents by grade and the items, added up a subject into a temporary table by one query
  written by hand, with the same memory settings. It knows no entries, ages, scopes, used records or days of change.
- *Everything new*: the answer for every subject of what is due with grounds and reasons, points and next day of change,
  and notes written for all who have something to note. *Nothing new*: the same, and no note differs.
- *A night*: finding who changed or whose day has come, answering them and writing their notes, on the next day.
- A pack that rests on classified records, accidents, findings and grounds of entries alone is asked about those of whom such
  a record changed (*night chosen*): of the changes one in a hundred is grave, and only `nanning-urban` classifies all.
- *answered*: subjects with anything to say; *judged*: those that only a full evaluation can answer; *due*: of them with a
  list due; *noted*: notes written.
- Candidates are proposals to officers and no part of the answer: raising them is measured with the job itself.
"""

if __name__ == "__main__":
    main()
