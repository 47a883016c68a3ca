"""Asking a pack about the whole county at once: what is the same for everybody comes from one query, and only the
subjects that it cannot answer are evaluated one by one, read in chunks.

The text of the queries holds names of tables, never a value. The answers of everybody stand in a temporary table of this
connection (`ANSWERS`) until the next question; those of a few are simply returned.
"""
# ruff: noqa: S608

from collections.abc import Collection, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection, transaction

from registry.models import AccidentDetail, Finding, RecordItem
from registry.rules.policy.evaluation import Evaluation
from registry.rules.policy.loader import LoadedPack
from registry.rules.policy.schema import Pack
from registry.rules.policy.screen import Source
from registry.selectors.remembered import answers_remembered
from sanctions.selectors.history import SubjectWorld, evaluate_loaded
from sanctions.selectors.population_sql import PopulationQuery
from sanctions.selectors.statements import table
from sanctions.selectors.worlds import worlds_of

ANSWERS = "population_answer"
CHUNK = 500
_WORK_MEMORY = "128MB"
# Asking about more subjects than this, one asks about everybody; of fewer rows than this the records are looked up.
FEW, _LOOKED_UP = 20_000, 200_000


@dataclass(frozen=True, slots=True)
class Answer:
    """What a pack says of one subject: points (None: it keeps none), the first day on which time changes anything, and
    the first on which time may make something due or take it away (`wakes_on`).
    """

    subject_id: int
    points: int | None
    next_change_on: date | None
    wakes_on: date | None


@dataclass(frozen=True, slots=True)
class Answers:
    """Answers of a few: those that the query alone gives, and the subjects that only a full evaluation can answer."""

    quiet: Sequence[Answer]
    loud: Sequence[int]


@dataclass(frozen=True, slots=True)
class Judged:
    """A subject that was evaluated by itself: its facts, and the evaluation or the error that prevented it."""

    world: SubjectWorld
    evaluation: Evaluation | None
    error: Exception | None = None


def population_choose(queries: Iterable[tuple[str, Any]], *, are_few: bool = False) -> list[int]:
    """Return the subjects whose ids the queries (text, parameters) return: each once, in order of id. `are_few`: of many
    rows they find few, by index.
    """
    found = list(queries)
    text = " UNION ".join(
        f"SELECT q{number}.subject_id FROM ({text}) AS q{number}" for number, (text, _) in enumerate(found)
    )
    with transaction.atomic(), connection.cursor() as cursor, planned(cursor, are_few=are_few):
        cursor.execute(text, [value for _, params in found for value in params])
        return sorted(row[0] for row in cursor.fetchall() if row[0] is not None)


def population_ask(pack: Pack, on: date) -> int:
    """Ask `pack` about everybody on the day `on`. Returns how many have an answer.

    Everybody without a row in the answers: no points, nothing due, nothing that time changes.
    """
    looked_up = () if connection.vendor != "postgresql" else _looked_up(pack)
    text, params = PopulationQuery(pack, on, looked_up=looked_up).build()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {ANSWERS}")
        with planned(cursor, are_few=False):
            cursor.execute(f"CREATE TEMPORARY TABLE {ANSWERS} AS {text}", params)
        cursor.execute(f"SELECT COUNT(*) FROM {ANSWERS}")
        return int(cursor.fetchone()[0])


def population_ask_few(pack: Pack, on: date, chosen: Collection[int]) -> Answers:
    """Ask `pack` about the `chosen` subjects alone on the day `on`; the same answers as among everybody's, in order of
    subject. Whoever is in neither part of them: no points, nothing due, nothing that time changes. Of more than `FEW` it
    costs more than asking about everybody.
    """
    text, params = PopulationQuery(pack, on, chosen=chosen).build()
    with transaction.atomic(), connection.cursor() as cursor, planned(cursor, are_few=True):
        cursor.execute(text, params)
        rows = sorted(cursor.fetchall())
    quiet = [
        Answer(pk, points, _day(changes), _day(wakes)) for pk, points, changes, is_loud, wakes in rows if not is_loud
    ]
    return Answers(quiet, [row[0] for row in rows if row[3]])


@contextmanager
def planned(cursor: Any, *, are_few: bool) -> Iterator[None]:
    """Within, PostgreSQL plans for so many; what else the caller's transaction does is planned as ever. Give a cursor inside
    a transaction."""
    if connection.vendor != "postgresql":
        yield
        return
    settings = _settings(are_few=are_few)
    cursor.execute("; ".join(f"SET LOCAL {name} = {value}" for name, value in settings.items()))
    yield
    cursor.execute("; ".join(f"SET LOCAL {name} TO DEFAULT" for name in settings))


def _day(value: date | str | None) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else value


def _settings(*, are_few: bool) -> dict[str, str]:
    """PostgreSQL's settings for the question, by name."""
    # One sort or hash over a county's subjects; compiling the text costs more than it gains. How the
    # transaction is committed is its owner's: an import's chunk must be on disk.
    settings = {"work_mem": f"'{_WORK_MEMORY}'", "jit": "off"}
    # Estimates of what joins with what are far too low for everybody, and a loop over a county never ends; for a few they
    # are far too high, and no table is to be read from end to end.
    ways = ("seqscan", "hashjoin", "mergejoin") if are_few else ("nestloop",)
    return settings | {f"enable_{way}": "off" for way in ways}


def _looked_up(pack: Pack) -> list[Source]:
    """The sources with so few rows that looking up the record of each is less than passing over all records."""
    rows: dict[Source, tuple[str, list[str]]] = {
        "item": (f"SELECT 1 FROM {table(RecordItem)} WHERE pack_id = %s", [pack.head.id]),
        "accident": (f"SELECT 1 FROM {table(AccidentDetail)}", []),
        "finding": (f"SELECT 1 FROM {table(Finding)}", []),
    }
    return [source for source, (text, params) in rows.items() if _least(text, _LOOKED_UP, params) < _LOOKED_UP]


def _least(text: str, most: int, params: Sequence[str] = ()) -> int:
    """Count rows, but no further than `most`."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT COUNT(*) FROM ({text} LIMIT {most:d}) AS counted", params)
        return int(cursor.fetchone()[0])


def population_loud() -> list[int]:
    """Return the subjects that only a full evaluation can answer, in order of id."""
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT subject_id FROM {ANSWERS} WHERE is_loud = 1 ORDER BY subject_id")
        return [row[0] for row in cursor.fetchall()]


def population_judge(ids: Collection[int], loaded: LoadedPack, on: date) -> list[Judged]:
    """Evaluate these subjects under a pack, in order of id; an error is kept beside its subject.

    Lists, grounds, reasons, points and the next day of change are whole; records that none of them can rest on are
    not read where the pack allows it. For some hundreds at a time.
    """
    with transaction.atomic(), connection.cursor() as cursor, planned(cursor, are_few=True):
        worlds = worlds_of(ids, asked_by=loaded.pack, on=on)
    with answers_remembered():
        return [_judged(world, loaded, on) for world in worlds]


def _judged(world: SubjectWorld, loaded: LoadedPack, on: date) -> Judged:
    try:
        return Judged(world, evaluate_loaded(world, loaded, on))
    except Exception as error:  # noqa: BLE001  (one subject does not hold up the county; the caller tells of it)
        return Judged(world, None, error)
