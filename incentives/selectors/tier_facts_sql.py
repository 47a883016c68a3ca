"""The records that a pack's tier conditions look at, as SQL: which facts there are and under which leaves each counts.

The text is the same on PostgreSQL and SQLite but for a period's end and a JSON list. Names come from the models; every
value out of a pack is bound as a parameter, or is a whole number.
"""
# ruff: noqa: S608

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.db import connection

from registry.models import AccidentDetail, Finding, PenaltyDetail, Record, RecordItem
from registry.rules.policy.conditions import (
    AccidentNode,
    AllOf,
    AnyOf,
    FindingNode,
    HonourNode,
    ItemNode,
    Node,
    PenaltyNode,
)
from registry.rules.policy.tier_days import pauses_disputed, suspending_days, widest_windows
from registry.rules.policy.tier_plan import Leaf, TierPlan, leaf_bits
from registry.rules.policy.values import Window
from registry.rules.policy.windows import first_inside
from sanctions.selectors.statements import Statement, accident_test, fine_test, table

CHOSEN, FACTS = "tier_chosen", "tier_fact"
NEVER = date(9999, 12, 31)
_BAD_KINDS = (Record.Kind.MISCONDUCT, Record.Kind.COMMITMENT_BROKEN)
_RECORD_DAYS = ("occurred_on", "decided_on", "voided_on", "repaired_on", "disputed_on")


class FactsQuery:
    """Builds the query of the facts on one day; `chosen`: only of the subjects in `CHOSEN`."""

    def __init__(self, plan: TierPlan, on: date, *, chosen: bool = False) -> None:
        self.plan, self.pack, self.on, self.chosen = plan, plan.pack, on, chosen
        self.bits = leaf_bits(plan.leaves)

    def facts(self) -> tuple[str, dict[str, Any]]:
        """Return the query of the facts: subject_id, record_id, place, day, mask (a bit for each leaf), points, edge."""
        q = Statement()
        points = self._weight(q)
        mask = " + ".join(
            ["CAST(0 AS bigint)"]
            + [f"CASE WHEN {self._is_of_leaf(q, leaf)} THEN {bit:d} ELSE 0 END" for leaf, bit in self.bits.items()]
        )
        on = q.bind(self.on)
        exists = f"x.day <= {on} AND (x.voided_on IS NULL OR x.voided_on > {on})"
        text = f"""{self._theirs(q)}
            SELECT subject_id, record_id, place, day, mask, points, CASE WHEN edge <= last_day THEN edge END AS edge FROM (
                SELECT x.subject_id, x.record_id, x.place, x.day, CASE WHEN {exists} THEN {mask} ELSE 0 END AS mask,
                    {points} AS points, {self._edge(q)} AS edge, {self._last_day(q)} AS last_day
                FROM ({self._records(q)} {_fence()}) AS x {_fence()}
            ) AS looked WHERE mask <> 0 OR edge <= last_day"""
        return text, q.params

    def _theirs(self, q: Statement) -> str:
        """The records of the chosen, read once."""
        if not self.chosen:
            return ""
        columns = ", ".join(f"r.{each}" for each in ("id", "subject_id", "kind", "state", *_RECORD_DAYS))
        tests = f"{self.among_chosen('r.subject_id')} AND {self._may_be_inside(q)}"
        return f"WITH theirs AS MATERIALIZED (SELECT {columns} FROM {table(Record)} r WHERE {tests})"

    def _records(self, q: Statement) -> str:
        found = "theirs" if self.chosen else table(Record)
        of_these = "record_id IN (SELECT id FROM theirs)" if self.chosen else "1 = 1"
        own = f"""LEFT JOIN (SELECT id, record_id, code, ROW_NUMBER() OVER (PARTITION BY record_id ORDER BY id) AS place
            FROM {table(RecordItem)} WHERE pack_id = {q.bind(self.pack.head.id)} AND {of_these}) i
            ON i.record_id = r.id"""
        return f"""
            SELECT r.id AS record_id, r.subject_id, r.kind, {", ".join(f"r.{each}" for each in _RECORD_DAYS)}, i.code,
                COALESCE(i.place, 1) AS place, a.deaths, a.injured, a.loss, a.is_liable,
                a.record_id AS accident_id, p.kinds, p.fine, p.record_id AS penalty_id,
                CASE WHEN a.record_id IS NOT NULL AND COALESCE(i.place, 1) = 1 AND r.occurred_on IS NOT NULL
                    THEN r.occurred_on ELSE r.decided_on END AS day
            FROM {found} r {own}
            LEFT JOIN {table(AccidentDetail)} a ON a.record_id = r.id
            LEFT JOIN {table(PenaltyDetail)} p ON p.record_id = r.id
            WHERE r.state <> 'draft' AND {self._may_be_inside(q)}
                AND (COALESCE(i.place, 1) = 1 OR r.kind <> 'honour')"""

    def _may_be_inside(self, q: Statement) -> str:
        first = _looked_back_to(self.plan, self.on)
        if first is None:
            return "1 = 1"
        return f"(r.decided_on >= {q.bind(first)} OR r.occurred_on >= {q.bind(first)})"

    def _edge(self, q: Statement) -> str:
        """The first later day, written on the record already, on which it may begin or cease to count."""
        on = q.bind(self.on)
        days = [
            f"CASE WHEN x.{each} > {on} THEN x.{each} END" for each in ("day", "voided_on", *suspending_days(self.plan))
        ]
        return f"CASE WHEN x.voided_on IS NULL OR x.voided_on > {on} THEN {least_of(q, days)} END"

    def _last_day(self, q: Statement) -> str:
        """The last day on which any condition looks at the record: what is dated later is not awaited."""
        windows = widest_windows(self.plan)
        if windows is None:
            return day_of(q, NEVER)
        lasts = [_last_inside(q, each) for each in windows]
        if not lasts:
            return "CAST(NULL AS date)"
        greatest = "GREATEST" if connection.vendor == "postgresql" else "MAX"
        return lasts[0] if len(lasts) == 1 else f"{greatest}({', '.join(lasts)})"

    def _weight(self, q: Statement) -> str:
        weights = {item.code: item.points for item in self.pack.items if item.points} if self.pack.points else {}
        if not weights:
            return "0"
        cases = " ".join(f"WHEN {q.bind(code)} THEN {points:d}" for code, points in weights.items())
        return f"CASE WHEN x.kind = 'honour' THEN 0 ELSE CASE x.code {cases} ELSE 0 END END"

    def _is_of_leaf(self, q: Statement, leaf: Leaf) -> str:
        tests = []
        if leaf.window is not None and leaf.window.kind != "span":
            tests.append(f"x.day >= {q.bind(first_inside(leaf.window, self.on))}")
        if not leaf.every:
            tests.append(f"(x.repaired_on IS NULL OR x.repaired_on > {q.bind(self.on)})")
            if pauses_disputed(self.pack):
                tests.append(f"(x.disputed_on IS NULL OR x.disputed_on > {q.bind(self.on)})")
        if leaf.weighs_points:
            tests.append(f"{self._weight(q)} > 0")
        elif leaf.asks_adverse:
            tests.append(self._is_adverse(q))
        else:
            assert isinstance(leaf.test, Node)  # noqa: S101  (the other two are told apart above)
            tests.append(self._matches(q, leaf.test))
        return " AND ".join(tests)

    def _is_adverse(self, q: Statement) -> str:
        return f"""((x.code IS NOT NULL AND x.kind <> 'honour') OR {q.among("x.kind", _BAD_KINDS)}
            OR (x.place = 1 AND (x.penalty_id IS NOT NULL OR x.kind = 'penalty' OR x.is_liable)))"""

    def _matches(self, q: Statement, node: Node) -> str:
        match node:
            case AnyOf() | AllOf():
                joint = " OR " if isinstance(node, AnyOf) else " AND "
                return f"({joint.join(self._matches(q, branch) for branch in node.branches)})"
            case ItemNode():
                return f"(x.kind <> 'honour' AND {q.among('x.code', node.codes)}{self._found(q, node.findings)})"
            case HonourNode():
                return f"(x.kind = 'honour' AND {q.among('x.code', node.codes)})"
            case FindingNode():
                return self._has_finding(q, node.codes)
            case AccidentNode():
                is_meant = accident_test(q, node.accident)
                return f"(x.accident_id IS NOT NULL AND x.place = 1 AND {is_meant}{self._found(q, node.findings)})"
            case PenaltyNode():
                return self._is_penalty(q, node)
        raise TypeError(type(node).__name__)

    def _found(self, q: Statement, codes: Iterable[str]) -> str:
        return "".join(f" AND {self._has_finding(q, [code])}" for code in codes)

    def _has_finding(self, q: Statement, codes: Iterable[str]) -> str:
        return (
            f"EXISTS (SELECT 1 FROM {table(Finding)} g WHERE g.record_id = x.record_id AND {q.among('g.code', codes)})"
        )

    def _is_penalty(self, q: Statement, node: PenaltyNode) -> str:
        tests = ["x.place = 1", "(x.penalty_id IS NOT NULL OR x.kind = 'penalty')"]
        if node.penalty.kinds:
            tests.append(f"(x.kinds IS NOT NULL AND {q.overlaps('x.kinds', node.penalty.kinds)})")
        least = node.penalty.fine_at_least
        if least is not None:
            tests.append(fine_test(q, least))
        return f"({' AND '.join(tests)})"

    def among_chosen(self, column: str) -> str:
        """Return the test that a subject is one of those who are asked about."""
        return f"{column} IN (SELECT subject_id FROM {CHOSEN})" if self.chosen else "1 = 1"


def _looked_back_to(plan: TierPlan, on: date) -> date | None:
    """The earliest day of records that any condition looks at on `on`; None when there is none."""
    windows = widest_windows(plan)
    return None if windows is None else min((first_inside(each, on) for each in windows), default=on)


def _last_inside(q: Statement, window: Window) -> str:
    if window.period is not None:
        return q.period("x.day", window.period)
    if connection.vendor == "postgresql":
        return "make_date(extract(year FROM x.day)::integer, 12, 31)"
    return "date(x.day, 'start of year', '+1 year', '-1 day')"


def day_of(q: Statement, day: date) -> str:
    """Return the expression of a day."""
    return f"{q.bind(day)}::date" if connection.vendor == "postgresql" else q.bind(day)


def least_of(q: Statement, days: list[str]) -> str:
    """The earliest of some days, each of which may be NULL."""
    if len(days) == 1:
        return days[0]
    if connection.vendor == "postgresql":
        return f"LEAST({', '.join(days)})"
    never = q.bind(NEVER)
    return f"NULLIF(MIN({', '.join(f'COALESCE({day}, {never})' for day in days)}), {never})"


def _fence() -> str:
    """End of a subquery whose columns are worked out once: PostgreSQL else repeats a column's text wherever it is used."""
    return "OFFSET 0" if connection.vendor == "postgresql" else ""
