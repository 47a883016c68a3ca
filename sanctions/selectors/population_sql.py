"""One query for the whole county: what a pack's screen counts, points, and the first day on which they change by time.

The text is the same on PostgreSQL and SQLite but for a period's last day, a JSON list and an empty one. Text comes from
the models and from here; every value out of a pack is bound as a parameter, or is a whole number.
"""
# ruff: noqa: S608

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from typing import Any

from django.db import connection

from registry.models import AccidentDetail, Finding, PenaltyDetail, Record, RecordItem, Subject
from registry.rules.periods import add_years
from registry.rules.policy.mode import LAWFUL_LISTS_FROM
from registry.rules.policy.publication import ADULT_AGE
from registry.rules.policy.schema import Pack
from registry.rules.policy.screen import (
    Anything,
    Counted,
    Enough,
    EnoughPoints,
    EntryInForce,
    Every,
    Formula,
    Some,
    Source,
    screen_of,
)
from registry.rules.policy.values import Duration, Window
from registry.rules.policy.windows import first_inside
from sanctions.models import EntryGround, EntryPause, ListEntry, Standing
from sanctions.selectors.statements import Statement, accident_test, fine_test, table

_FREEING = (ListEntry.EndReason.REVOKED, ListEntry.EndReason.CORRECTED)


def smaller(first: str, second: str) -> str:
    """Return the smaller of two expressions, of which either may be NULL."""
    return f"CASE WHEN {first} IS NULL OR {second} < {first} THEN {second} ELSE {first} END"


class PopulationQuery:
    """Builds the query of one pack on one day. `chosen`: only for these subjects (None: for all); `looked_up`: sources
    so small that their records are looked up one by one instead of passing over all records (PostgreSQL).

    Its rows: subject, points, next_change_on, is_loud (1: only a full evaluation can tell), wakes_on (the first day on
    which time may make something due), and of everybody the standing noted so far. Nobody keeps points and next_change_on:
    by them every answer is held against the subject's own evaluation. A subject without a row has no points, nothing
    due, and nothing that time changes.
    """

    def __init__(
        self, pack: Pack, on: date, *, chosen: Collection[int] | None = None, looked_up: Collection[Source] = ()
    ) -> None:
        self.pack, self.on, self.chosen, self.looked_up = pack, on, chosen, looked_up
        self.screen = screen_of(pack)
        self.q = Statement()
        self.sums: dict[Enough, str] = {}
        self.point_sums: dict[str | None, str] = {}
        for each in self.screen.lists:
            self._register(each.formula)
        self.forces = {rule.code: f"f{index}" for index, rule in enumerate(pack.lists)}
        self.used = {each.code: f"u{index}" for index, each in enumerate(self.screen.lists)}

    def _register(self, formula: Formula) -> None:
        if isinstance(formula, Enough):
            self.sums.setdefault(formula, f"m{len(self.sums)}")
        elif isinstance(formula, EnoughPoints):
            self.point_sums.setdefault(formula.unused_for, f"q{len(self.point_sums)}")
        elif isinstance(formula, Every | Some):
            for part in formula.parts:
                self._register(part)

    def build(self) -> tuple[str, dict[str, Any]]:
        """Return the query and its parameters."""
        rows = [*(self._facts(source) for source in _FROM if self._is_asked(source)), self._entries()]
        if self.chosen is None:
            rows.append(self._noted())
        sums = ["SUM(points) AS points", "MIN(points_day) AS points_day", "SUM(same) AS same", "SUM(public) AS public"]
        sums += [f"SUM({name}) AS {name}" for name in self._counts()]
        sums += [f"MAX({name}) AS {name}" for name in self.forces.values()]
        text = f"""
            WITH {self._chosen()}{"" if self._uses_look_up() else f"used AS ({self._used()}), "}
            facts AS ({" UNION ALL ".join(rows)}),
            found AS (SELECT subject_id, MIN(acted) AS acted, {", ".join(sums)}, MIN(edge) AS edge, MAX(odd) AS odd
                FROM facts GROUP BY subject_id)
            SELECT found.subject_id AS subject_id, {self._points()} AS points, {self._next_change()} AS next_change_on,
                CASE WHEN {self._loud()} THEN 1 ELSE 0 END AS is_loud, found.edge AS wakes_on
                {"" if self.chosen is not None else _NOTED}
            FROM found JOIN {table(Subject)} s ON s.id = found.subject_id
        """
        if self.chosen is None:
            text += f"""LEFT JOIN {table(Standing)} noted
                ON noted.subject_id = found.subject_id AND noted.pack_id = {self.q.bind(self.pack.head.id)}"""
        return text, self.q.params

    # --- rows that are counted

    def _counts(self) -> list[str]:
        return [*self.sums.values(), *self.point_sums.values()]

    def _row(self, subject: str, **values: str) -> str:
        """Return the columns of one kind of row; what it does not tell stays empty."""
        empty = {"acted": "CAST(NULL AS date)", "points": "0", "points_day": "CAST(NULL AS date)", "same": "0"}
        empty |= {"public": "0"} | dict.fromkeys([*self._counts(), *self.forces.values()], "0")
        empty |= {"edge": "CAST(NULL AS date)", "odd": "0"}
        columns = ", ".join(f"{expression} AS {name}" for name, expression in (empty | values).items())
        return f"SELECT {subject} AS subject_id, {columns}"

    def _chosen(self) -> str:
        """The chosen subjects, their records, and their entries under the pack: read once, and from there the rest by
        index."""
        if self.chosen is None:
            return ""
        return f"""chosen AS ({self.q.rows(self.chosen)}), theirs AS (
            SELECT r.id, r.subject_id, r.kind, r.state, r.title, r.occurred_on, r.decided_on, r.voided_on, r.repaired_on,
                r.disputed_on FROM {table(Record)} r WHERE {self._among_chosen("r.subject_id")}), listed AS (
            SELECT e.id, e.subject_id, e.list_code, e.published_on, e.starts_on, e.ends_on, e.term_ends_on, e.end_reason
            FROM {table(ListEntry)} e WHERE {self._packs_own()} = {self.q.bind(self.pack.head.id)}
                AND {_PUBLISHED} <= {self.q.bind(self.on)} AND {self._among_chosen("e.subject_id")}), """

    def _among_chosen(self, column: str) -> str:
        return "1 = 1" if self.chosen is None else f"{column} IN (SELECT subject_id FROM chosen)"

    def _is_asked(self, source: Source) -> bool:
        if source == "item" and self._weights():
            return True
        if source == "record" and self._has_public_edges():
            return True
        return any(each.source == source for enough in self.sums for each in enough.of)

    def _facts(self, source: Source) -> str:
        """Rows of one source: a row for each fact that a count asks for."""
        values: dict[str, str] = {"acted": "x.acted"}
        tests: list[str] = []
        for enough, name in self.sums.items():
            asked = [self._is_counted(each) for each in enough.of if each.source == source]
            if asked:
                values[name] = " + ".join(f"CASE WHEN {test} THEN 1 ELSE 0 END" for test in asked)
                tests += asked
        if source == "item":
            self._weigh(values, tests)
        if source in ("item", "finding"):
            # Of an accident of several clauses one fact counts from its own day, the others from the decision.
            values["odd"] = "x.is_mixed"
            tests.append("x.is_mixed = 1")
        if source == "record" and self._has_public_edges():
            values["public"] = "1"
            tests.append("1 = 1")
        return f"""{self._row("x.subject_id", **values)}
            FROM ({self._records(source)}) AS x WHERE {self._exists()} AND ({" OR ".join(dict.fromkeys(tests))})"""

    def _records(self, source: Source) -> str:
        joined, columns = _FROM[source]
        text = joined.format(
            pack=self.q.bind(self.pack.head.id) if "{pack}" in joined else "",
            item=table(RecordItem), record=self._all_records(), accident=table(AccidentDetail),
            finding=table(Finding), penalty=table(PenaltyDetail), its_record=self._its_record(source),
        )  # fmt: skip
        used = "".join(f", u.{name}" for name in self.used.values())
        mixed = self._is_mixed() if source in ("item", "finding") else "1 = 0"
        return f"""SELECT r.id AS record_id, r.subject_id, r.kind, r.voided_on, r.repaired_on, r.disputed_on, {columns}{used},
                CASE WHEN a.record_id IS NOT NULL AND r.occurred_on IS NOT NULL AND NOT ({mixed} AND r.decided_on < r.occurred_on)
                    THEN r.occurred_on ELSE r.decided_on END AS day,
                CASE WHEN {mixed} THEN 1 ELSE 0 END AS is_mixed,
                COALESCE(r.occurred_on, r.decided_on) AS acted
            FROM {text} {self._join_used()}
            WHERE r.state <> 'draft' AND {self._may_be_inside(source)}{self._fence()}"""

    def _fence(self) -> str:
        # Of a few records each day and test is worked out once, instead of being planned wherever it is asked for.
        return " OFFSET 0" if self.chosen is not None and connection.vendor == "postgresql" else ""

    def _its_record(self, source: Source) -> str:
        name = source[0]  # as `_FROM` calls the source
        if source in self.looked_up:
            # The limit keeps it a look-up: joined otherwise, all records would be read for a handful.
            return f"CROSS JOIN LATERAL (SELECT * FROM {table(Record)} WHERE id = {name}.record_id LIMIT 1) r"
        return f"JOIN {self._all_records()} r ON r.id = {name}.record_id"

    def _all_records(self) -> str:
        return table(Record) if self.chosen is None else "theirs"

    def _may_be_inside(self, source: Source) -> str:
        """Leave old records unread where every count of the source has a window: its day is one of these two."""
        windows = [each.window for enough in self.sums for each in enough.of if each.source == source]
        if source == "item" and self.pack.points is not None and self._weights():
            windows.append(self.pack.points.window)
        firsts = [first_inside(each, self.on) for each in windows if each is not None and each.kind != "span"]
        if len(firsts) < len(windows) or (source == "record" and self._has_public_edges()):
            return "1 = 1"
        first = self.q.bind(min(firsts))
        return f"(r.decided_on >= {first} OR r.occurred_on >= {first})"

    def _is_mixed(self) -> str:
        return f"""(a.record_id IS NOT NULL AND EXISTS (SELECT 1 FROM {table(RecordItem)} o
            WHERE o.record_id = r.id AND o.pack_id = {self.q.bind(self.pack.head.id)} AND o.id <> i.id))"""

    def _exists(self) -> str:
        """The record counts on the day: `RecordFact.exists_on`, `is_suspended` and `is_before_pack`."""
        on, first = self.q.bind(self.on), self.pack.head.in_force_from
        tests = [f"x.day <= {on}", *(f"(x.{end} IS NULL OR x.{end} > {on})" for end in ("voided_on", "repaired_on"))]
        if first is not None:
            tests.append(f"x.acted >= {self.q.bind(first)}")
        if self._pauses():
            tests.append(f"(x.disputed_on IS NULL OR x.disputed_on > {on})")
        return " AND ".join(tests)

    def _pauses(self) -> bool:
        return self.pack.objection is not None and self.pack.objection.pauses_measures.value

    def _is_counted(self, counted: Counted) -> str:
        tests = [self._is_of(counted)]
        tests += [self._has_finding(code) for code in counted.findings]
        if counted.window is not None:
            tests.append(f"x.day >= {self.q.bind(first_inside(counted.window, self.on))}")
        if counted.unused_for is not None:
            tests.append(f"COALESCE(x.{self.used[counted.unused_for]}, 0) = 0")
        return f"({' AND '.join(tests)})"

    def _is_of(self, counted: Counted) -> str:
        if counted.source == "item":
            return f"x.kind <> 'honour' AND {self.q.among('x.code', counted.codes)}"
        if counted.source == "finding":
            return self.q.among("x.code", counted.codes)
        if counted.source == "accident" and counted.accident is not None:
            return accident_test(self.q, counted.accident)
        if counted.source == "penalty" and counted.penalty is not None:
            tests = ["(x.penalty_id IS NOT NULL OR x.kind = 'penalty')"]
            if counted.penalty.kinds:
                tests.append(self.q.overlaps("x.kinds", counted.penalty.kinds))
            if counted.penalty.fine_at_least is not None:
                tests.append(fine_test(self.q, counted.penalty.fine_at_least))
            return " AND ".join(tests)
        return "1 = 1"

    def _has_finding(self, code: str) -> str:
        return f"EXISTS (SELECT 1 FROM {table(Finding)} g WHERE g.record_id = x.record_id AND g.code = {self.q.bind(code)})"

    # --- points

    def _weights(self) -> dict[str, int]:
        return {item.code: item.points for item in self.pack.items if item.points} if self.pack.points else {}

    def _weigh(self, values: dict[str, str], tests: list[str]) -> None:
        rule, weights = self.pack.points, self._weights()
        if rule is None or not weights:
            return
        inside = "x.kind <> 'honour'"
        if rule.window.kind != "span":
            inside += f" AND x.day >= {self.q.bind(first_inside(rule.window, self.on))}"
        cases = " ".join(f"WHEN {self.q.bind(code)} THEN {points:d}" for code, points in weights.items())
        weight = f"CASE x.code {cases} ELSE 0 END"
        values["points"] = f"CASE WHEN {inside} THEN {weight} ELSE 0 END"
        values["points_day"] = f"CASE WHEN {inside} AND {weight} > 0 THEN x.day END"
        for code, name in self.point_sums.items():
            unused = f" AND COALESCE(x.{self.used[code]}, 0) = 0" if code is not None else ""
            values[name] = f"CASE WHEN {inside}{unused} THEN {weight} ELSE 0 END"
        if rule.most and rule.same_item_reaches_most:
            values["same"] = f"CASE WHEN {inside} THEN 1 ELSE 0 END"
            tests.append(f"({inside})")
        else:
            tests.append(f"({inside} AND {self.q.among('x.code', weights)})")

    def _points(self) -> str:
        if self.pack.points is None:
            return "CAST(NULL AS integer)"
        return f"CAST(CASE WHEN {self._in_scope()} THEN found.points ELSE 0 END AS integer)"

    def _in_scope(self) -> str:
        """`out_of_scope` without the age: whoever is near it is evaluated anyway."""
        scope = self.pack.head.scope
        test = self.q.among("s.kind", scope.kinds)
        if scope.sectors:
            # A subject without registered sectors is let through.
            test += f" AND (s.sectors = {self._no_sectors()} OR {self.q.overlaps('s.sectors', scope.sectors.values)})"
        return f"({test})"

    def _no_sectors(self) -> str:
        return "'[]'::jsonb" if connection.vendor == "postgresql" else "'[]'"

    # --- entries, and what is noted already

    def _uses_look_up(self) -> bool:
        """Whether the entries that have used a record are looked up for each, as for a few."""
        return self.chosen is not None and connection.vendor == "postgresql"

    def _join_used(self) -> str:
        if self._uses_look_up():
            # Most subjects have no entry: of their records nothing is looked up.
            asked = (
                "g.record_id = r.id AND e.subject_id = r.subject_id AND r.subject_id IN (SELECT subject_id FROM listed)"
            )
            return f"LEFT JOIN LATERAL ({self._used(asked)}) u ON true"
        return "LEFT JOIN used u ON u.record_id = r.id AND u.subject_id = r.subject_id"

    def _used(self, only: str = "1 = 1") -> str:
        columns = ", ".join(
            f"MAX(CASE WHEN {self.q.among('e.list_code', each.used_by)} THEN 1 ELSE 0 END) AS {self.used[each.code]}"
            for each in self.screen.lists
        )
        # Looked up for each record, the entries are those of the table: what was read before has no index.
        entries = self._all_published() if self._uses_look_up() else self._published()
        return f"""SELECT g.record_id, e.subject_id{", " if columns else ""}{columns}
            FROM {table(EntryGround)} g JOIN {entries} e ON e.id = g.entry_id
            WHERE NOT {self.q.among("e.end_reason", _FREEING)} AND {only}
            GROUP BY g.record_id, e.subject_id"""

    def _published(self) -> str:
        """The pack's entries that were published by the day; of the chosen, those read before."""
        return self._all_published() if self.chosen is None else "listed"

    def _all_published(self) -> str:
        return f"""(SELECT * FROM {table(ListEntry)} e WHERE {self._packs_own()} = {self.q.bind(self.pack.head.id)}
                AND {_PUBLISHED} <= {self.q.bind(self.on)})"""

    def _entries(self) -> str:
        next_day = timedelta(days=1)
        running, edges = {}, []
        for rule in self.pack.lists:
            mine = f"e.list_code = {self.q.bind(rule.code)} AND NOT {self._is_over()}"
            if rule.term is not None:
                first = first_inside(Window(kind="lookback", period=_length(rule.term)), self.on)
                mine += f" AND {_PUBLISHED} >= {self.q.bind(first)}"
                edges.append(f"WHEN {mine} THEN {self.q.period(_PUBLISHED, _length(rule.term), next_day.days)}")
            running[self.forces[rule.code]] = f"CASE WHEN {mine} THEN 1 ELSE 0 END"
        edge = f"CASE {' '.join(edges)} END" if edges else "CAST(NULL AS date)"
        return f"""{self._row("e.subject_id", **running, edge=edge, odd=f"CASE WHEN {self._is_odd()} THEN 1 ELSE 0 END")}
            FROM {self._published()} e"""

    def _packs_own(self) -> str:
        # Looked up by subject alone: by subject and pack there is the index of the exclusion, which is far slower to ask.
        return "(e.pack_id || '')" if self._uses_look_up() else "e.pack_id"

    def _is_over(self) -> str:
        return f"((e.end_reason <> 'term' OR e.ends_on < e.term_ends_on) AND e.ends_on <= {self.q.bind(self.on)})"

    def _is_odd(self) -> str:
        """Entries whose days are not read from their own dates alone: paused, disputed, before the notice of 2020."""
        if self.on < LAWFUL_LISTS_FROM:
            return "1 = 1"
        paused = f"EXISTS (SELECT 1 FROM {table(EntryPause)} p WHERE p.entry_id = e.id)"
        if not self._pauses():
            return paused
        return f"""({paused} OR EXISTS (SELECT 1 FROM {table(EntryGround)} g JOIN {table(Record)} d ON d.id = g.record_id
            WHERE g.entry_id = e.id AND d.disputed_on IS NOT NULL))"""

    def _noted(self) -> str:
        return f"""{self._row("n.subject_id")} FROM {table(Standing)} n
            WHERE n.pack_id = {self.q.bind(self.pack.head.id)}"""

    # --- the answer

    def _next_change(self) -> str:
        if self.pack.points is None or self.pack.points.window.kind == "span":
            return "found.edge"
        window = self.pack.points.window
        leaves = self.q.bind(date(self.on.year + 1, 1, 1))
        if window.period is not None:
            leaves = self.q.period("found.points_day", window.period, 1)
        elif connection.vendor == "postgresql":
            leaves += "::date"
        points = f"(CASE WHEN found.points_day IS NOT NULL AND {self._in_scope()} THEN {leaves} END)"
        return smaller("found.edge", points)

    def _loud(self) -> str:
        tests = ["found.odd = 1", "found.public > 0", self._is_young()]
        lists = [self._lets_through(each.formula, each.kept_by) for each in self.screen.lists]
        if lists:
            tests.append(f"({self._in_scope()} AND ({' OR '.join(lists)}))")
        rule = self.pack.points
        if rule is not None:
            if rule.window.kind == "span":
                tests.append("found.points > 0")
            if rule.most:
                tests.append(f"found.points > {rule.most:d}")
            if rule.most and rule.same_item_reaches_most:
                tests.append(f"found.same >= {rule.same_item_reaches_most:d}")
        return " OR ".join(tests)

    def _is_young(self) -> str:
        """Persons whom a birthday brings into reach, and persons with acts from before they were of age."""
        least = self.pack.head.scope.minimum_age
        age = max(ADULT_AGE, least.value if least else 0)
        adult = self.q.period("s.born_on", Duration(years=ADULT_AGE))
        cut = self.q.bind(add_years(self.on, -age) - timedelta(days=1))
        return f"(s.kind = 'person' AND s.born_on IS NOT NULL AND (s.born_on >= {cut} OR found.acted < {adult}))"

    def _lets_through(self, formula: Formula, kept_by: Sequence[str]) -> str:
        kept = " AND ".join(f"found.{self.forces[code]} = 0" for code in kept_by)
        return f"({kept} AND {self._formula(formula)})"

    def _formula(self, formula: Formula) -> str:
        match formula:
            case Anything():
                return "1 = 1"
            case Every():
                return f"({' AND '.join(map(self._formula, formula.parts))})"
            case Some():
                return f"({' OR '.join(map(self._formula, formula.parts))})"
            case EntryInForce():
                return f"({' OR '.join(f'found.{self.forces[code]} = 1' for code in formula.lists)})"
            case Enough():
                return f"found.{self.sums[formula]} >= {formula.at_least:d}"
            case EnoughPoints():
                return f"found.{self.point_sums[formula.unused_for]} >= {formula.at_least:d}"

    def _has_public_edges(self) -> bool:
        """Whether records stop being public by themselves, which only a full evaluation follows."""
        rule = self.pack.publication.records
        return rule is not None and any(each.most is not None for each in rule.classes)


_PUBLISHED = "COALESCE(e.published_on, e.starts_on)"
_NOTED = """, noted.id AS standing_id, noted.policy_id AS old_policy_id, noted.evaluated_on AS old_evaluated_on,
    noted.next_change_on AS old_next_change_on"""
_ACCIDENT = "LEFT JOIN {accident} a ON a.record_id = r.id"
# What each source is read from, and the columns that its tests ask for.
_FROM: dict[Source, tuple[str, str]] = {
    "item": (
        f"(SELECT * FROM {{item}} WHERE pack_id = {{pack}}) i {{its_record}} {_ACCIDENT}",
        "i.code",
    ),
    "accident": (
        "{accident} a {its_record}",
        "a.deaths, a.injured, a.loss, a.is_liable",
    ),
    # A record of several clauses is as many facts, and every one of them has the record's findings.
    "finding": (
        f"{{finding}} f {{its_record}} LEFT JOIN {{item}} i ON i.record_id = r.id AND i.pack_id = {{pack}} {_ACCIDENT}",
        "f.code",
    ),
    "penalty": (
        f"{{record}} r LEFT JOIN {{penalty}} p ON p.record_id = r.id {_ACCIDENT}",
        "p.record_id AS penalty_id, p.kinds, p.fine",
    ),
    "record": (f"{{record}} r {_ACCIDENT}", "r.title"),
}


def _length(term: Duration) -> Duration:
    return Duration(years=term.years, months=term.months, days=term.days)
