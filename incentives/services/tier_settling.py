"""Writing what differs between the tiers that were asked for and those that stand, in a few statements for everybody."""
# ruff: noqa: S608

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db import connection

from incentives.models import TierAssessment, TierMark, TierUngraded
from incentives.selectors.tier_answers import MANY, analyze
from incentives.selectors.tier_facts_sql import CHOSEN, FACTS
from incentives.selectors.tier_sql import ANSWERS, MISSING, NO_TIER
from registry.models import Subject
from registry.selectors.policies import ActivePack
from registry.services.events import EventDraft, events_record
from sanctions.selectors.statements import Statement, table

CHANGES = "tier_change"
TIME, PACK, FIRST = "期间届满", "评定办法变动", "初次评定"
_TIERS, _UNGRADED = table(TierAssessment), table(TierUngraded)
_EVENTS_AT_ONCE = 2_000


@dataclass(frozen=True, slots=True)
class Settled:
    """`changed`: subjects whose tier is another now; `written`: subjects of whom anything was written."""

    changed: int
    written: int


def tiers_settle(active: ActivePack, on: date, *, chosen: bool) -> Settled:
    """Bring what stands into step with the answers of `tiers_ask`, dated `on`; in the caller's transaction.

    A new tier or edition is a new row; what else changed about the same tier is kept on its row. Rows that do not
    differ are not written, save those of subjects with a mark: they were looked at for a fact.
    """
    settling = _Settling(active, on, chosen)
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TABLE IF EXISTS {CHANGES}")
        settling.run(cursor, settling.changes())
        settling.run(cursor, settling.leavers())
        cursor.execute(f"SELECT how, COUNT(*), SUM(differs) FROM {CHANGES} GROUP BY how")
        found = {how: (int(number), int(changed)) for how, number, changed in cursor.fetchall()}
        if found:
            # Uncounted it is taken for empty, and the grounds would be gathered anew for every row.
            analyze(cursor, f"{CHANGES} (subject_id, old_id, how)")
        if "keep" in found:
            settling.run(cursor, settling.kept())
        if "replace" in found or "end" in found:
            settling.run(cursor, settling.ended())
        if "replace" in found or "begin" in found:
            settling.run(cursor, settling.begun())
        noted = sum(settling.run(cursor, each) for each in settling.ungraded())
        written, changed = (sum(each) for each in zip(*found.values(), strict=True)) if found else (0, 0)
        if written >= MANY or (written and not chosen):
            # The next question of a few comes before the database has counted the new rows by itself.
            analyze(cursor, _TIERS)
        if found.get("replace", (0, 0))[1]:
            _events_write(cursor, active, on)
    return Settled(changed, written + noted)


class _Settling:
    """The statements, each with its parameters."""

    def __init__(self, active: ActivePack, on: date, chosen: bool) -> None:
        self.active, self.on, self.chosen = active, on, chosen
        self.q = Statement()
        self.pack, self.policy = self.q.bind(active.version.pack_id), self.q.bind(active.version.pk)
        self.day = self.q.bind(on) + ("::date" if connection.vendor == "postgresql" else "")

    def run(self, cursor: Any, text: str) -> int:
        """Execute; returns the number of rows."""
        used = {name: value for name, value in self.q.params.items() if f"%({name})s" in text}
        cursor.execute(text, used)
        return max(int(cursor.rowcount), 0)

    def changes(self) -> str:
        """What becomes of each subject that differs. `how`: keep the row, replace, begin or end it."""
        first, again = self.q.bind(FIRST), self.q.bind(PACK)
        marked = "c.token IS NOT NULL" if self.chosen else "1 = 0"
        return f"""CREATE TEMPORARY TABLE {CHANGES} AS
            SELECT a.subject_id, t.id AS old_id, t.tier_code AS old_code, t.tier_label AS old_label, r.code, r.label,
                r.newcomer, {_json_missing()} AS missing, a.next_change_on, a.profile,
                COALESCE(c.cause, CASE WHEN t.id IS NULL THEN {first} ELSE {again} END) AS cause,
                CASE WHEN t.id IS NOT NULL AND r.code IS NOT NULL AND t.tier_code = r.code THEN 0 ELSE 1 END AS differs,
                CASE WHEN t.id IS NULL THEN 'begin' WHEN r.code IS NULL THEN 'end'
                    WHEN t.starts_on >= {self.day} OR (t.policy_id = {self.policy} AND t.tier_code = r.code) THEN 'keep'
                    ELSE 'replace' END AS how
            FROM {ANSWERS} a LEFT JOIN {CHOSEN if self.chosen else table(TierMark)} c ON c.subject_id = a.subject_id
            LEFT JOIN ({self._rules()}) r ON r.place = a.tier
            LEFT JOIN {_TIERS} t ON t.subject_id = a.subject_id AND t.pack_id = {self.pack} AND t.ends_on IS NULL
            WHERE (t.id IS NULL AND r.code IS NOT NULL) OR (t.id IS NOT NULL AND (r.code IS NULL OR {marked}
                OR t.policy_id <> {self.policy} OR t.tier_code <> r.code OR t.tier_label <> r.label
                OR t.missing <> {_json_missing()} OR t.next_change_on <> a.next_change_on
                OR (t.next_change_on IS NULL) <> (a.next_change_on IS NULL)))"""

    def _rules(self) -> str:
        """The pack's tiers as rows, to be joined by their place."""
        return " UNION ALL ".join(
            f"SELECT {place:d} AS place, CAST({self.q.bind(tier.code)} AS varchar(40)) AS code, "
            f"CAST({self.q.bind(tier.label[:100])} AS varchar(100)) AS label, {tier.newcomer} AS newcomer"
            for place, tier in enumerate(self.active.pack.tiers)
        )

    def leavers(self) -> str:
        """Subjects with a tier that nobody is to be graded by any more: merged away, struck off."""
        return f"""INSERT INTO {CHANGES} (subject_id, old_id, old_code, old_label, cause, differs, how)
            SELECT t.subject_id, t.id, t.tier_code, t.tier_label, '', 0, 'end' FROM {_TIERS} t
            WHERE t.pack_id = {self.pack} AND t.ends_on IS NULL AND {self._among("t.subject_id")}
                AND NOT EXISTS (SELECT 1 FROM {ANSWERS} a WHERE a.subject_id = t.subject_id)"""

    def _among(self, column: str) -> str:
        return f"{column} IN (SELECT subject_id FROM {CHOSEN})" if self.chosen else "1 = 1"

    def _grounds(self) -> str:
        """The lines of those that are written: what else they rest on, and the records with their bits."""
        each = "f.record_id || ':' || f.mask"
        if connection.vendor == "postgresql":
            line = f"string_agg({each}, ' ' ORDER BY f.record_id, f.mask)"
        else:
            line = f"group_concat({each}, ' ')"
        rows = f"""SELECT record_id, mask, subject_id FROM {FACTS} WHERE mask <> 0
            AND subject_id IN (SELECT subject_id FROM {CHANGES} WHERE how <> 'end') ORDER BY subject_id, record_id, mask"""
        return f"(SELECT f.subject_id, {line} AS line FROM ({rows}) f GROUP BY f.subject_id)"

    def kept(self) -> str:
        """The same row goes on."""
        return f"""UPDATE {_TIERS} SET policy_id = {self.policy}, tier_code = n.code, tier_label = n.label,
                is_newcomer = n.newcomer, missing = n.missing, grounds = n.profile || COALESCE(n.line, ''),
                assessed_on = {self.day}, next_change_on = n.next_change_on,
                cause = CASE WHEN n.differs = 1 THEN n.cause ELSE {_TIERS}.cause END
            FROM (SELECT c.*, g.line FROM {CHANGES} c LEFT JOIN {self._grounds()} g ON g.subject_id = c.subject_id
                WHERE c.how = 'keep') AS n
            WHERE {_TIERS}.id = n.old_id AND {_TIERS}.ends_on IS NULL"""

    def ended(self) -> str:
        """A row that another replaces ends on the day; one that none follows held at least on its first day."""
        if connection.vendor == "postgresql":
            first_free = f"GREATEST({self.day}, {_TIERS}.starts_on + 1)"
        else:
            first_free = f"MAX({self.day}, date({_TIERS}.starts_on, '+1 day'))"
        return f"""UPDATE {_TIERS} SET ends_on = {first_free}, next_change_on = NULL FROM {CHANGES} c
            WHERE {_TIERS}.id = c.old_id AND c.how IN ('replace', 'end') AND {_TIERS}.ends_on IS NULL"""

    def begun(self) -> str:
        """A row of its own for a new tier or edition."""
        return f"""INSERT INTO {_TIERS} (subject_id, policy_id, pack_id, tier_code, tier_label, is_newcomer, missing,
                grounds, cause, starts_on, assessed_on, next_change_on)
            SELECT c.subject_id, {self.policy}, {self.pack}, c.code, c.label, c.newcomer, c.missing,
                c.profile || COALESCE(g.line, ''), c.cause, {self.day}, {self.day}, c.next_change_on
            FROM {CHANGES} c LEFT JOIN {self._grounds()} g ON g.subject_id = c.subject_id
            WHERE c.how IN ('begin', 'replace')"""

    def ungraded(self) -> tuple[str, str]:
        """Who has no tier is noted with the day on which to look again."""
        gone = f"""DELETE FROM {_UNGRADED} WHERE {self._among("subject_id")} AND NOT EXISTS (
            SELECT 1 FROM {ANSWERS} a WHERE a.subject_id = {_UNGRADED}.subject_id AND a.tier = {NO_TIER})"""
        noted = f"""INSERT INTO {_UNGRADED} (subject_id, pack_id, next_change_on)
            SELECT a.subject_id, {self.pack}, a.next_change_on FROM {ANSWERS} a
            LEFT JOIN {_UNGRADED} u ON u.subject_id = a.subject_id
            WHERE a.tier = {NO_TIER} AND (u.id IS NULL OR u.pack_id <> {self.pack}
                OR u.next_change_on <> a.next_change_on OR (u.next_change_on IS NULL) <> (a.next_change_on IS NULL))
            ON CONFLICT (subject_id) DO UPDATE SET pack_id = excluded.pack_id, next_change_on = excluded.next_change_on"""
        return gone, noted


def marks_drop() -> None:
    """Take away the marks that were chosen; one that a fact has renewed since stays."""
    with connection.cursor() as cursor:
        cursor.execute(f"DELETE FROM {table(TierMark)} WHERE token IN (SELECT token FROM {CHOSEN})")


def _json_missing() -> str:
    """The codes of the missing facts as the JSON list that stands in a row."""
    texts = {0: "[]", **{bit: f'["{name}"]' for name, bit in MISSING.items()}}
    texts[sum(MISSING.values())] = "[" + ", ".join(f'"{name}"' for name in MISSING) + "]"
    cases = " ".join(f"WHEN {bits} THEN '{text}'" for bits, text in texts.items())
    return f"(CASE a.missing {cases} END)" + ("::jsonb" if connection.vendor == "postgresql" else "")


def _events_write(cursor: Any, active: ActivePack, on: date) -> None:
    """An event for everybody who had another tier before."""
    # The new row is looked up by its unique key: joined, a planner that has not counted it yet reads the whole pack.
    text = f"""SELECT c.subject_id, c.old_code, c.old_label, c.code, c.label, c.cause, (SELECT t.id FROM {_TIERS} t
            WHERE t.subject_id = c.subject_id AND t.pack_id = %s AND t.ends_on IS NULL) AS new_id
        FROM {CHANGES} c WHERE c.how = 'replace' AND c.differs = 1 AND c.subject_id > %s
        ORDER BY c.subject_id LIMIT %s"""
    cursor.execute(f"CREATE INDEX {CHANGES}_again ON {CHANGES} (subject_id) WHERE how = 'replace' AND differs = 1")
    after, pack_id = 0, active.version.pack_id
    while True:
        cursor.execute(text, [pack_id, after, _EVENTS_AT_ONCE])
        rows = cursor.fetchall()
        events_record([
            EventDraft(
                "tier.changed", f"信用等级由{old_label}变为{label}（{cause}）", obj=TierAssessment(pk=pk), on=on,
                subject=Subject(pk=subject_id), payload={"from": old_code, "to": code, "pack": pack_id},
            )
            for subject_id, old_code, old_label, code, label, cause, pk in rows
        ])  # fmt: skip
        if len(rows) < _EVENTS_AT_ONCE:
            return
        after = rows[-1][0]
