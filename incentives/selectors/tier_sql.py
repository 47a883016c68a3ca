"""The tiers of everybody at once as SQL: when each condition of a pack stops holding, and which tier follows on a day.

Reads the facts of `tier_facts_sql` (`FACTS`, a row for each fact that a condition looks at); its own rows (`ANSWERS`) are
one for each subject. Tables of this connection. Every value out of a pack is bound, or is a whole number.
"""
# ruff: noqa: S608

from collections.abc import Iterator
from datetime import date
from itertools import product
from typing import Any

from django.db import connection

from incentives.models import Commitment, Honour, Signature
from incentives.rules import lifecycle
from incentives.rules.honours import RECOGNISED
from incentives.selectors.tier_facts_sql import FACTS, NEVER, FactsQuery, day_of, least_of
from registry.models import Record, Subject
from registry.rules.policy.tier_days import pauses_disputed
from registry.rules.policy.tier_plan import (
    Committed,
    Domains,
    Enough,
    Fixed,
    Formula,
    Leaf,
    Negation,
    OneOf,
    OnList,
    TierPlan,
    Together,
)
from registry.rules.policy.values import Duration
from sanctions.models import EntryGround, EntryPause, ListEntry
from sanctions.selectors.history import BLACKLIST
from sanctions.selectors.statements import Statement, table

ANSWERS = "tier_answer"
# Places in the pack's tiers that are none: no tier fits; several fit while facts are missing.
NO_TIER, OPEN = -2, -1
MISSING = {"risk": 1, "standardisation": 2}
_PROFILE = {"risk": "risk", "standardisation": "grade"}
ONE_DAY = Duration(days=1)


class TierQuery(FactsQuery):
    """Builds the statements that grade by one pack on one day; `chosen`: only the subjects in `CHOSEN`."""

    def __init__(self, plan: TierPlan, on: date, *, chosen: bool = False) -> None:
        super().__init__(plan, on, chosen=chosen)
        self.columns = {each: f"e{place}" for place, each in enumerate(plan.sums)}
        self.lists = {code: f"l{place}" for place, code in enumerate(plan.lists)}
        self.waiting = NO_TIER if plan.newcomer is None else plan.newcomer

    # --- answers

    def answers(self) -> tuple[str, dict[str, Any]]:
        """Return the query of the answers: subject_id, tier (its place in the pack's, `NO_TIER` for none), missing (bits
        of `MISSING`), next_change_on, profile (see `TierAssessment.grounds`), is_open (1: only the evaluation of this
        subject can tell)."""
        q = Statement()
        on = q.bind(self.on)
        found = ", ".join(
            ["s.id AS subject_id", "NULLIF(s.risk, '') AS risk", "CAST(NULLIF(s.standardisation, 0) AS varchar(4)) AS grade"]
            + [f"{self._in_scope(q)} AS reached", f"{self._facts_column(q)} AS edge"]
            + [f"{self._until(q, each, name)} AS {name}" for each, name in self.columns.items()]
            + [f"entries.{name} AS {name}" for name in self.lists.values()]
            + ["COALESCE(fields.domains, 0) AS domains", f"{self._committed(q)} AS committed"]
            + [f"CASE WHEN {self._is_odd(q)} THEN 1 ELSE 0 END AS is_open"]
        )  # fmt: skip
        text = f"""
            WITH found AS MATERIALIZED (SELECT {found} FROM {table(Subject)} s {self._joins(q)}
                WHERE s.kind = 'organization' AND s.status = 'active' AND s.merged_into_id IS NULL
                    AND {self.among_chosen("s.id")}),
            today AS MATERIALIZED (SELECT found.*, {self._tier(q, on)} AS tier FROM found),
            ends AS MATERIALIZED ({self._ends(q)}),
            later AS (SELECT subject_id, MIN(day) AS day FROM ends
                WHERE {self._tier(q, "day", undecided=self.waiting)} <> {self._resolved("tier")} GROUP BY subject_id)
            SELECT t.subject_id, {self._resolved("t.tier")} AS tier,
                CASE WHEN t.tier = {OPEN} THEN {self._missing()} ELSE 0 END AS missing,
                {least_of(q, ["later.day", "t.edge"])} AS next_change_on, {self._profile(q)} AS profile, t.is_open
            FROM today t LEFT JOIN later ON later.subject_id = t.subject_id"""
        return text, q.params

    def _in_scope(self, q: Statement) -> str:
        """`out_of_scope` of an organisation, which has no age."""
        scope = self.pack.head.scope
        if "organization" not in scope.kinds:
            return "0"
        if not scope.sectors:
            return "1"
        none = "'[]'::jsonb" if connection.vendor == "postgresql" else "'[]'"
        return f"CASE WHEN s.sectors = {none} OR {q.overlaps('s.sectors', scope.sectors.values)} THEN 1 ELSE 0 END"

    def _joins(self, q: Statement) -> str:
        joins = [f"LEFT JOIN ({text}) {name} ON {name}.subject_id = s.id" for name, text in self._sources(q)]
        return " ".join(joins)

    def _sources(self, q: Statement) -> Iterator[tuple[str, str]]:
        single = [each for each in self.columns if not _is_ranked(each) and not _is_span(each)]
        sums = [f"MAX(CASE WHEN {self._has(each.leaf)} THEN day END) AS {self.columns[each]}" for each in single]
        yield "facts", f"SELECT subject_id, {', '.join([*sums, 'MIN(edge) AS edge'])} FROM {FACTS} GROUP BY subject_id"
        ranked = [each for each in self.columns if _is_ranked(each) and not _is_span(each)]
        if ranked:
            yield "ranked", self._ranked(ranked)
        for each in self.columns:
            if _is_span(each):
                yield f"span_{self.columns[each]}", self._span(q, each)
        yield "fields", self._fields(q)
        if self.lists:
            yield "entries", self._entries(q)

    def _has(self, leaf: Leaf, alias: str = "") -> str:
        return f"({alias}mask & {self.bits[leaf]:d}) <> 0"

    def _ranked(self, ranked: list[Enough]) -> str:
        """Of each count, the day of the record that still makes it enough, counted from the latest."""
        sums, firsts = [], []
        for each in ranked:
            name = self.columns[each]
            weight = "points" if each.leaf.weighs_points else "1"
            sums.append(f"SUM(CASE WHEN {self._has(each.leaf)} THEN {weight} ELSE 0 END) OVER latest AS n_{name}")
            firsts.append(f"MAX(CASE WHEN n_{name} >= {each.least:d} THEN day END) AS {name}")
        any_of = sum({self.bits[each.leaf] for each in ranked})
        return f"""SELECT subject_id, {", ".join(firsts)} FROM (
                SELECT subject_id, day, {", ".join(sums)} FROM {FACTS} WHERE (mask & {any_of:d}) <> 0
                WINDOW latest AS (PARTITION BY subject_id ORDER BY day DESC, record_id, place ROWS UNBOUNDED PRECEDING)
            ) AS counted GROUP BY subject_id"""

    def _span(self, q: Statement, each: Enough) -> str:
        """Subjects with enough within the period of one of their records, whenever that was."""
        period = each.leaf.window.period if each.leaf.window is not None else None
        assert period is not None  # noqa: S101  (the schema refuses a span without a period)
        weight = "b.points" if each.leaf.weighs_points else "1"
        return f"""SELECT subject_id, MAX(day) AS {self.columns[each]} FROM (
                SELECT a.subject_id, a.day FROM {FACTS} a JOIN {FACTS} b ON b.subject_id = a.subject_id
                    AND b.day >= a.day AND b.day <= {q.period("a.day", period)}
                WHERE {self._has(each.leaf, "a.")} AND {self._has(each.leaf, "b.")}
                GROUP BY a.subject_id, a.record_id, a.place, a.day HAVING SUM({weight}) >= {each.least:d}
            ) AS together GROUP BY subject_id"""

    def _fields(self, q: Statement) -> str:
        """Blacklists of other fields, and the days on which an entry on any field's begins or ends."""
        on, not_own = q.bind(self.on), f"e.domain NOT IN ({q.bind(self.pack.head.domain)}, '')"
        edges = [f"MIN(CASE WHEN e.{name} > {on} THEN e.{name} END)" for name in ("starts_on", "ends_on")]
        return f"""SELECT e.subject_id, COUNT(DISTINCT CASE WHEN e.starts_on <= {on} AND e.ends_on > {on} AND {not_own}
                THEN e.domain END) AS domains, {least_of(q, edges)} AS edge
            FROM {table(ListEntry)} e WHERE e.list_code = {q.bind(BLACKLIST)} AND {self.among_chosen("e.subject_id")}
            GROUP BY e.subject_id"""

    def _entries(self, q: Statement) -> str:
        """Of each list that is asked about: the last day of the subject's entries that are not over."""
        on, published = q.bind(self.on), "COALESCE(e.published_on, e.starts_on)"
        early = "(e.end_reason <> 'term' OR e.ends_on < e.term_ends_on)"
        columns = []
        for code, name in self.lists.items():
            term = self.pack.lists_by_code[code].term
            last = q.period(published, _length(term)) if term is not None else day_of(q, NEVER)
            is_mine = f"e.list_code = {q.bind(code)} AND {published} <= {on} AND NOT ({early} AND e.ends_on <= {on})"
            columns.append(f"MAX(CASE WHEN {is_mine} AND {last} >= {on} THEN {last} END) AS {name}")
        edges = [f"MIN(CASE WHEN {day} > {on} THEN {day} END)" for day in (published, "e.ends_on")]
        return f"""SELECT e.subject_id, {", ".join(columns)}, {least_of(q, edges)} AS edge FROM {table(ListEntry)} e
            WHERE e.pack_id = {q.bind(self.pack.head.id)} AND {self.among_chosen("e.subject_id")}
            GROUP BY e.subject_id"""

    def _facts_column(self, q: Statement) -> str:
        edges = ["facts.edge", "fields.edge", *(["entries.edge"] if self.lists else [])]
        if self.plan.asks_commitment:
            days = [("g.signed_on", 0), ("c.last_day", 1), ("c.closed_on", 0)]
            for column, more in days:
                day = q.period(column, ONE_DAY) if more else column
                edges.append(f"(SELECT MIN({day}) FROM {_COMMITMENTS} AND {day} > {q.bind(self.on)})")
        return least_of(q, edges)

    def _committed(self, q: Statement) -> str:
        """`Commitment.objects.public`."""
        if not self.plan.asks_commitment:
            return "0"
        on = q.bind(self.on)
        return f"""CASE WHEN EXISTS (SELECT 1 FROM {_COMMITMENTS} AND g.signed_on <= {on}
            AND (c.last_day IS NULL OR c.last_day >= {on})
            AND (c.closed_on IS NULL OR c.closed_on > {on} OR c.state = {q.bind(lifecycle.FULFILLED)})) THEN 1 ELSE 0 END"""

    def _is_odd(self, q: Statement) -> str:
        """Entries whose days are not read from their own dates alone (paused, disputed), and honours, of lists that are
        asked about: few, so they are left to the evaluation of one subject."""
        if not self.lists:
            return "1 = 0"
        tests = [f"""EXISTS (SELECT 1 FROM {table(ListEntry)} e JOIN {table(EntryPause)} p ON p.entry_id = e.id
            WHERE e.subject_id = s.id AND e.pack_id = {q.bind(self.pack.head.id)})"""]  # fmt: skip
        if pauses_disputed(self.pack):
            tests.append(f"""EXISTS (SELECT 1 FROM {table(ListEntry)} e JOIN {table(EntryGround)} g ON g.entry_id = e.id
                JOIN {table(Record)} d ON d.id = g.record_id
                WHERE e.subject_id = s.id AND e.pack_id = {q.bind(self.pack.head.id)} AND d.disputed_on IS NOT NULL)""")
        if any(self.pack.lists_by_code[code].polarity == "positive" for code in self.lists):
            tests.append(f"""EXISTS (SELECT 1 FROM {table(Honour)} h WHERE h.subject_id = s.id
                AND h.state = {q.bind(RECOGNISED)} AND {q.among("h.list_code", self.lists)})""")
        return " OR ".join(tests)

    def _until(self, q: Statement, each: Enough, name: str) -> str:
        """The last day on which there is enough if nothing new comes; NULL where there is not."""
        window = each.leaf.window
        if _is_span(each):
            return f"CASE WHEN span_{name}.{name} IS NOT NULL THEN {day_of(q, NEVER)} END"
        day = f"{'ranked' if _is_ranked(each) else 'facts'}.{name}"
        if window is None:
            return f"CASE WHEN {day} IS NOT NULL THEN {day_of(q, NEVER)} END"
        if window.period is None:
            return f"CASE WHEN {day} IS NOT NULL THEN {day_of(q, date(self.on.year, 12, 31))} END"
        return f"({q.period(day, window.period)})"

    # --- which tier

    def _ends(self, q: Statement) -> str:
        """Who is graded today with each day after which one of the counts or entries alone ends.

        The rows are made before they are graded: else PostgreSQL puts the day's own expression into every comparison.
        """
        names = [
            name for each, name in self.columns.items()
            if each.leaf.window is not None and each.leaf.window.kind != "span"
        ] + [self.lists[code] for code in self.plan.lists if self.pack.lists_by_code[code].term is not None]  # fmt: skip
        if not names:
            return "SELECT t.*, CAST(NULL AS date) AS day FROM today t WHERE 1 = 0"
        return " UNION ALL ".join(
            f"SELECT t.*, {q.period(f't.{name}', ONE_DAY)} AS day FROM today t WHERE t.{name} IS NOT NULL"
            for name in names
        )

    def _resolved(self, tier: str) -> str:
        """While several tiers fit, the subject waits in the newcomers'."""
        return f"CASE WHEN {tier} = {OPEN} THEN {self.waiting:d} ELSE {tier} END"

    def _missing(self) -> str:
        found = [f"CASE WHEN t.{_PROFILE[name]} IS NULL THEN {MISSING[name]:d} ELSE 0 END" for name in self.plan.asks]
        return " + ".join(found) or "0"

    def _profile(self, q: Statement) -> str:
        """What else than records the answer rests on, as far as the pack asks for it."""
        parts = [f"COALESCE('{name}:' || t.{column} || ' ', '')"
                 for name, column in _PROFILE.items() if name in self.plan.asks]  # fmt: skip
        parts.append("CASE WHEN t.domains > 0 THEN 'domains:' || t.domains || ' ' ELSE '' END")
        parts += [f"CASE WHEN t.{name} IS NOT NULL AND t.is_open = 0 THEN {q.bind(f'list:{code} ')} ELSE '' END"
                  for code, name in self.lists.items()]  # fmt: skip
        parts.append("CASE WHEN t.committed = 1 THEN 'committed:1 ' ELSE '' END")
        return " || ".join(parts)

    def _tier(self, q: Statement, day: str, *, undecided: int = OPEN) -> str:
        """The place of the tier on a day, tried with every value that a missing fact may have; `undecided` where they
        differ. The conditions stand in it twice however many values there are: planning costs by length of text."""
        known = {name: column for name, column in _PROFILE.items() if name in self.plan.asks}
        first = self._first_met(q, day, _PROFILE)
        if not known:
            return f"CASE WHEN reached = 0 THEN {NO_TIER} ELSE {first} END"
        tried = self._first_met(q, day, {name: f"COALESCE({column}, try_{column})" for name, column in known.items()})
        is_missing = " OR ".join(f"{column} IS NULL" for column in known.values())
        return f"""CASE WHEN reached = 0 THEN {NO_TIER} WHEN {is_missing} THEN (
            SELECT CASE WHEN MIN(place) = MAX(place) THEN MIN(place) ELSE {undecided:d} END
            FROM (SELECT {tried} AS place FROM ({self._guesses(q, known)}) AS guess) AS guessed) ELSE {first} END"""

    def _guesses(self, q: Statement, known: dict[str, str]) -> str:
        """A row for each way to fill in what may be missing."""
        rows = product(*(self.plan.classes(name) for name in known))
        return " UNION ALL ".join(
            "SELECT " + ", ".join(
                f"CAST({q.bind(value)} AS varchar(20)) AS try_{column}"
                for value, column in zip(values, known.values(), strict=True)
            )
            for values in rows
        )  # fmt: skip

    def _first_met(self, q: Statement, day: str, profile: dict[str, str]) -> str:
        cases = " ".join(
            f"WHEN {self._holds(q, formula, day, profile)} THEN {place:d}" for place, formula in self.plan.formulas
        )
        return f"CASE {cases} ELSE {NO_TIER} END" if cases else str(NO_TIER)

    def _holds(self, q: Statement, formula: Formula, day: str, profile: dict[str, str]) -> str:
        match formula:
            case Fixed():
                return "1 = 1" if formula.value else "1 = 0"
            case Enough():
                return f"COALESCE({self.columns[formula]} >= {day}, 1 = 0)"
            case OnList():
                return (
                    "(" + " OR ".join(f"COALESCE({self.lists[code]} >= {day}, 1 = 0)" for code in formula.codes) + ")"
                )
            case OneOf():
                return f"COALESCE({q.among(profile[formula.of], formula.values)}, 1 = 0)"
            case Domains():
                return f"domains >= {formula.least:d}"
            case Committed():
                return "committed = 1"
            case Negation():
                return f"NOT ({self._holds(q, formula.part, day, profile)})"
            case Together():
                joint = " OR " if formula.is_any else " AND "
                return f"({joint.join(self._holds(q, part, day, profile) for part in formula.parts)})"


_COMMITMENTS = f"""{table(Commitment)} c JOIN {table(Signature)} g ON g.commitment_id = c.id
    WHERE c.subject_id = s.id AND c.is_public"""


def _is_ranked(each: Enough) -> bool:
    return each.least > 1 or each.leaf.weighs_points


def _is_span(each: Enough) -> bool:
    return each.leaf.window is not None and each.leaf.window.kind == "span"


def _length(term: Duration) -> Duration:
    return Duration(years=term.years, months=term.months, days=term.days)
